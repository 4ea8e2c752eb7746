"""Bank statements as OFX, 1.x (SGML, where values have no end tag) and 2.x (XML).

Both are read as a flat run of tags: the SGML is no XML, and neither needs entities nor a DTD, which are never followed.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape

from comptoir.core.errors import ComptoirError, raise_all, reason_of
from comptoir.core.i18n import _
from comptoir.core.paris import YEARS
from comptoir.payments.movements import Movement, labelled, runs
from comptoir.payments.refusals import BadMovement, NotAStatement

MOST_TOLD = 10
_TAG = re.compile(r"<(/?)([A-Za-z0-9._]{1,32})>([^<]{0,20000})")
_AMOUNT = re.compile(r"([+-]?)(\d{1,12})(?:[.,](\d{2})0*|[.,](\d))?", re.ASCII)
_TEXTS = ("NAME", "EXTDNAME", "MEMO", "REFNUM")

Fields = dict[str, list[str]]


def read(text: str) -> list[Movement]:
    """Read the movements in euros; raise NotAStatement, or BadMovement for each that cannot be read."""
    if not re.search(r"</OFX>\s*\Z", text, re.IGNORECASE):
        raise NotAStatement(_("its end is missing: it was cut short"))
    movements: list[Movement] = []
    problems: list[ComptoirError] = []
    for place, fields in enumerate(_transactions(text), start=1):
        try:
            movements += _movement(fields)
        except ValueError as error:
            problems.append(BadMovement(reason_of(error), rank=place))
            if len(problems) == MOST_TOLD:
                break
    raise_all(problems)
    return movements


def _transactions(text: str) -> Iterator[Fields]:
    """Give the fields of each transaction, with the account and the currency of the statement it stands in."""
    around = {"ACCTID": "", "CURDEF": "EUR"}
    fields: Fields | None = None
    inside = ""
    for found in _TAG.finditer(text.replace("<![CDATA[", "").replace("]]>", "")):
        ends, tag, value = bool(found[1]), found[2].upper(), _plain(found[3])
        if tag in {"STMTTRN", "BANKTRANLIST"}:
            if fields is not None:
                yield fields
            opens = tag == "STMTTRN" and not ends
            fields = {key: [told] for key, told in around.items()} if opens else None
        elif fields is not None and value and not ends:
            fields.setdefault(tag, []).append(value)
        elif tag in {"BANKACCTFROM", "CCACCTFROM"}:
            inside = "" if ends else tag
        elif not ends and (tag == "CURDEF" or (tag == "ACCTID" and inside)):
            around[tag] = value
    if fields is not None:
        raise NotAStatement(_("its end is missing: it was cut short"))


def _movement(fields: Fields) -> list[Movement]:
    """Give the movement of a transaction, nothing where it is not in euros; raise ValueError."""
    currency = fields.get("CURSYM", fields["CURDEF"])[-1].upper()
    amount, day = _amount(_one(fields, "TRNAMT")), _day(_one(fields, "DTPOSTED"))
    if currency != "EUR" or not amount:
        return []
    label = labelled([value for tag in _TEXTS for value in fields.get(tag, ())])
    account = "".join(runs(fields["ACCTID"][0])).upper()
    return [Movement(day, amount, label, fields.get("FITID", [""])[-1], account)]


def _one(fields: Fields, tag: str) -> str:
    if tag not in fields:
        raise ValueError(_("it has no {tag}").format(tag=tag))
    return fields[tag][-1]


def _plain(value: str) -> str:
    told = value.strip()
    try:
        return unescape(told) if "&" in told else told
    except ValueError:  # the number of a character, thousands of digits long
        return told


def _amount(text: str) -> Decimal:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise ValueError(_("`{text}` is not an amount").format(text=text))
    return Decimal(f"{found[1]}{found[2]}.{found[3] or found[4] or '0'}").quantize(Decimal("0.01"))


def _day(text: str) -> date:
    # The day as it is written: what follows is an hour and a zone, which French banks fill with noon or midnight.
    try:
        made = date.fromisoformat(text[:8])
    except ValueError:
        raise ValueError(_("`{day}` is not a day").format(day=text)) from None
    if made.year not in YEARS:
        raise ValueError(_("`{day}` is not a day").format(day=text))
    return made
