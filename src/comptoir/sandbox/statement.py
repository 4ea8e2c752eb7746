"""A bank statement that holds what the organisms paid: CSV, CAMT.053 or OFX.

The names of the payers and the wording of the labels are made up. What is known of the field: the only reference of a
payment is ecosystem's `SapServiceOrder` and Ecologic's `ClaimId`.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO
from itertools import groupby
from xml.sax.saxutils import escape

from comptoir.sandbox.reference import ECOLOGIC, ECOSYSTEM
from comptoir.sandbox.state import Claim, Stage

ACCOUNT = "FR7600000000000000000000000"
PAYERS = {ECOLOGIC: "ECOLOGIC FRANCE", ECOSYSTEM: "ECOSYSTEM"}
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"


@dataclass(frozen=True)
class Payment:
    """A transfer that came in: from whom, when, how much in euros, and which claims its label names."""

    payer: str
    day: date
    euros: Decimal
    label: str
    number: str


def payments(claims: Iterable[Claim], *, grouped: bool) -> list[Payment]:
    """Give the transfers that pay the claims that are paid: one each, or one for each organism."""
    paid = [each for each in claims if each.stage is Stage.PAID]
    key: Callable[[Claim], str] = (lambda c: c.organism) if grouped else (lambda c: c.id)
    found = [_payment(list(group)) for _, group in groupby(sorted(paid, key=lambda c: c.organism), key)]
    return sorted(found, key=lambda each: (each.day, each.number))


def _payment(claims: Sequence[Claim]) -> Payment:
    payer = PAYERS[claims[0].organism]
    references = [each.order or each.id for each in claims]
    return Payment(
        payer=payer,
        day=max(date.fromisoformat(each.paid_on) for each in claims),
        euros=sum((Decimal(each.amount) for each in claims), Decimal("0.00")),
        label=f"VIR SEPA {payer} BONUS REPARATION {' '.join(references)}",
        number=f"{len(references)}-{references[0]}",
    )


def as_csv(found: Sequence[Payment], _today: date) -> bytes:
    """Write the statement as French banks export one: semicolons, decimal commas, debit and credit apart."""
    out = StringIO(newline="")
    rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
    rows.writerow(("Date", "Date de valeur", "Libellé", "Débit", "Crédit", "Devise"))
    for each in found:
        day = f"{each.day:%d/%m/%Y}"
        rows.writerow((day, day, each.label, "", f"{each.euros:.2f}".replace(".", ","), "EUR"))
    return out.getvalue().encode()


def as_camt(found: Sequence[Payment], today: date) -> bytes:
    """Write the statement as CAMT.053.001.02."""
    total = sum((each.euros for each in found), Decimal("0.00"))
    entries = "".join(map(_entry, found))
    told = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{CAMT}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>SANDBOX-{today:%Y%m%d}</MsgId><CreDtTm>{today.isoformat()}T00:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{today:%Y%m%d}</Id><CreDtTm>{today.isoformat()}T00:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{_balance('OPBD', Decimal('0.00'), today)}{_balance('CLBD', total, today)}{entries}"
        "</Stmt></BkToCstmrStmt></Document>\n"
    )
    return told.encode()


def _balance(kind: str, euros: Decimal, day: date) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{euros:.2f}</Amt>'
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day.isoformat()}</Dt></Dt></Bal>"
    )


def _entry(each: Payment) -> str:
    day = each.day.isoformat()
    return (
        f'<Ntry><Amt Ccy="EUR">{each.euros:.2f}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{escape(each.number)}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"
        f"<RltdPties><Dbtr><Nm>{escape(each.payer)}</Nm></Dbtr></RltdPties>"
        f"<RmtInf><Ustrd>{escape(each.label)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def as_ofx(found: Sequence[Payment], today: date) -> bytes:
    """Write the statement as OFX 1.02, which French banks export: SGML, in Windows' Latin letters."""
    head = "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n"
    head += "COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
    start = min((each.day for each in found), default=today)
    total = sum((each.euros for each in found), Decimal("0.00"))
    lines = [
        "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>",
        f"<DTSERVER>{today:%Y%m%d}000000<LANGUAGE>FRA</SONRS></SIGNONMSGSRSV1>",
        "<BANKMSGSRSV1><STMTTRNRS><TRNUID>0<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>EUR",
        f"<BANKACCTFROM><BANKID>00000<BRANCHID>00000<ACCTID>{ACCOUNT[14:25]}<ACCTTYPE>CHECKING</BANKACCTFROM>",
        f"<BANKTRANLIST><DTSTART>{start:%Y%m%d}<DTEND>{today:%Y%m%d}",
        *map(_transaction, found),
        "</BANKTRANLIST>",
        f"<LEDGERBAL><BALAMT>{total:.2f}<DTASOF>{today:%Y%m%d}</LEDGERBAL>",
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>",
    ]
    return (head + "\r\n".join(lines) + "\r\n").encode("cp1252")


def _transaction(each: Payment) -> str:
    return (
        f"<STMTTRN>\r\n<TRNTYPE>CREDIT\r\n<DTPOSTED>{each.day:%Y%m%d}\r\n<TRNAMT>{each.euros:.2f}\r\n"
        f"<FITID>{each.number}\r\n<NAME>{escape(each.payer[:32])}\r\n<MEMO>{escape(each.label)}\r\n</STMTTRN>"
    )


FORMATS: Mapping[str, tuple[Callable[[Sequence[Payment], date], bytes], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "camt": (as_camt, "application/xml"),
    "ofx": (as_ofx, "application/x-ofx"),
}
