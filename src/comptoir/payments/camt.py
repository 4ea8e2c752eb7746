"""Bank statements as CAMT.053 (ISO 20022), all versions of `camt.053.001`.

Versions differ in their namespace and in a level here and there, never in what a name means: elements are looked up by
their local names. No DTD and no entity is taken (defusedxml), for a file may come from anybody.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError

from comptoir.core.errors import ComptoirError, raise_all, reason_of
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.money import CENT
from comptoir.core.paris import YEARS
from comptoir.payments.movements import REVERSAL_SIGN, Movement, labelled, runs
from comptoir.payments.refusals import BadMovement, NotAStatement

if TYPE_CHECKING:
    import defusedxml
    from defusedxml import ElementTree as Tree
else:
    defusedxml, Tree = later("defusedxml"), later("defusedxml.ElementTree")

MOST_TOLD = 10
_AMOUNT = re.compile(r"\d{1,13}(\.\d{1,5})?", re.ASCII)
_NOT_GIVEN = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF"})
_PAYER = ("RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm", "RltdPties/UltmtDbtr/Nm", "RltdPties/UltmtDbtr/Pty/Nm")
_PAID = tuple(path.replace("Dbtr", "Cdtr") for path in _PAYER)
_TOLD = (
    "RmtInf/Ustrd", "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/CdtrRefInf/CdtrRef", "RmtInf/Strd/RfrdDocInf/Nb",
    "RmtInf/Strd/AddtlRmtInf", "Refs/EndToEndId", "RtrInf/AddtlInf", "AddtlTxInf",
)  # fmt: skip


def read(data: bytes) -> list[Movement]:
    """Read the booked movements in euros; raise NotAStatement, or BadMovement for each that cannot be read."""
    root = _parsed(data)
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    if root.tag != "Document" or root.find("BkToCstmrStmt") is None:
        raise NotAStatement(_("this XML is not a CAMT.053 statement"))
    movements: list[Movement] = []
    problems: list[ComptoirError] = []
    for place, (account, entry) in enumerate(_entries(root), start=1):
        try:
            movements += [each._replace(account=account) for each in _movements(entry)]
        except ValueError as error:
            problems.append(BadMovement(reason_of(error), rank=place))
            if len(problems) == MOST_TOLD:
                break
    raise_all(problems)
    return movements


def _parsed(data: bytes) -> Element:
    try:
        root: Element = Tree.fromstring(data, forbid_dtd=True)
    except defusedxml.DefusedXmlException as error:
        raise NotAStatement(_("it defines entities, which no bank does")) from error
    except (ParseError, ValueError, LookupError) as error:
        raise NotAStatement(_("its XML is damaged ({reason})").format(reason=reason_of(error))) from error
    return root


def _entries(root: Element) -> Iterator[tuple[str, Element]]:
    for statement in root.iterfind("BkToCstmrStmt/Stmt"):
        account = _text(statement, "Acct/Id/IBAN") or _text(statement, "Acct/Id/Othr/Id")
        for entry in statement.iterfind("Ntry"):
            yield "".join(runs(account)).upper(), entry


def _movements(entry: Element) -> Iterator[Movement]:
    """Give what an entry moves: one movement, or one for each payment of a batch whose amounts sum up to it."""
    if (_text(entry, "Sts/Cd") or _text(entry, "Sts") or "BOOK") != "BOOK":
        return
    day, amount = _day(entry), _amount(entry, entry.find("Amt"), entry)
    if not amount:
        return
    details = entry.findall("NtryDtls/TxDtls")
    parts = [_amount(each, _own_amount(each), entry) for each in details]
    if len(details) > 1 and None not in parts and sum(filter(None, parts)) == amount:
        for each, part in zip(details, parts, strict=True):
            yield Movement(day, part or Decimal(), _label(entry, [each]), _reference(each, entry))
    else:
        yield Movement(day, amount, _label(entry, details), _reference(*details[:1], entry))


def _own_amount(details: Element) -> Element | None:
    found = details.find("Amt")
    return details.find("AmtDtls/TxAmt/Amt") if found is None else found


def _amount(holder: Element, amount: Element | None, entry: Element) -> Decimal | None:
    """Give a signed amount, None where there is none in euros; raise ValueError."""
    if amount is None or amount.get("Ccy") != "EUR":
        return None
    written = (amount.text or "").strip()
    if not _AMOUNT.fullmatch(written) or Decimal(written) != Decimal(written).quantize(CENT):
        raise ValueError(_("`{text}` is not an amount").format(text=written))
    sense = _text(holder, "CdtDbtInd") or _text(entry, "CdtDbtInd")
    if sense not in {"CRDT", "DBIT"}:
        raise ValueError(_("it has no {tag}").format(tag="CdtDbtInd"))
    euros = Decimal(written).quantize(CENT)
    return -euros if sense == "DBIT" else euros


def _label(entry: Element, details: list[Element]) -> str:
    """Put together who paid, what for, under which references; money that goes back is marked."""
    goes_back = _text(entry, "RvslInd").lower() in {"true", "1"} or any(
        each.find("RtrInf") is not None for each in details
    )
    credit = _text(entry, "CdtDbtInd") == "CRDT"
    parties = _PAYER + _PAID if goes_back else _PAYER if credit else _PAID
    parts = [_text(each, path) for each in details for path in parties]
    parts += [told for each in details for path in _TOLD for told in _texts(each, path)]
    parts += [_text(entry, "AddtlNtryInf"), REVERSAL_SIGN if goes_back else ""]
    return labelled([part for part in parts if part.upper() not in _NOT_GIVEN])


def _reference(*holders: Element) -> str:
    """Give the bank's own reference: of the payment itself, else of the entry."""
    found = [_text(each, path) for each in holders for path in ("Refs/AcctSvcrRef", "AcctSvcrRef")]
    return next((each for each in found if each and each.upper() not in _NOT_GIVEN), "")


def _day(entry: Element) -> date:
    paths = ("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
    text = next(filter(None, (_text(entry, path) for path in paths)), "")
    try:
        made = date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(_("`{day}` is not a day").format(day=text)) from None
    if made.year not in YEARS:
        raise ValueError(_("`{day}` is not a day").format(day=text))
    return made


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _texts(element: Element, path: str) -> list[str]:
    return [(found.text or "").strip() for found in element.iterfind(path)]
