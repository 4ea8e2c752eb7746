"""Reads of the repair desk."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from comptoir.core import paris
from comptoir.repairs.bill_refusals import NoLineOfRepair
from comptoir.repairs.refusals import UnknownRepair
from comptoir.repairs.rules import CASE_DIGITS, suffix
from comptoir.repairs.statuses import HERE, PaperKind
from comptoir.store import numbers as numbering

if TYPE_CHECKING:
    from comptoir.fiches.rules import Point
    from comptoir.store.read import Reader


class CaseRow(NamedTuple):
    """A repair in a list; the amount includes tax: what is invoiced, else the lines so far."""

    number: str
    opened_at: datetime
    status: str
    customer: str
    product_label: str
    brand: str
    model: str
    serial: str
    technician: str
    comeback_of: str
    amount: Decimal


class CaseDetail(NamedTuple):
    """A repair whole; days are ISO texts, empty where nobody knows."""

    number: str
    opened_at: datetime
    status: str
    place: str
    title: str
    last_name: str
    first_name: str
    email: str
    phone: str
    line: str
    complement: str
    postcode: str
    town: str
    country: str
    product: str
    product_label: str
    fiche: int
    brand: str
    model: str
    serial: str
    bought_on: str
    warranty: str
    bonus: int
    service: str
    fault: str
    condition: str
    deposit: Decimal
    deposit_means: str
    deposit_receipt: str
    consents: tuple[str, ...]
    distance: int | None
    far_why: str
    technician_id: int | None
    technician: str
    comeback_of: str
    organism: str
    symptom: str
    repair_code: str
    appointment: datetime | None
    operator: str
    moved_at: datetime
    repaired_at: datetime | None
    closed_at: datetime | None
    consumer_id: int

    @property
    def customer(self) -> str:
        """Give the consumer's name as an envelope writes it."""
        return " ".join(part for part in (self.title, self.first_name, self.last_name) if part)

    @property
    def device(self) -> str:
        """Give the device as people name it."""
        return " ".join(part for part in (self.brand, self.model) if part)

    @property
    def address(self) -> tuple[str, ...]:
        """Give the consumer's address as an envelope writes it."""
        lines = (self.line, self.complement, f"{self.postcode} {self.town}")
        return tuple(line for line in lines if line)


class LineRow(NamedTuple):
    """A line of the bill to come; the price of one includes tax, the VAT is in tenths of a percent."""

    position: int
    kind: str
    designation: str
    reference: str
    origin: str
    quantity: int
    price: Decimal
    vat: int
    id: int

    @property
    def total(self) -> Decimal:
        """Give what the line costs, tax included."""
        return self.price * self.quantity

    @property
    def vat_percent(self) -> str:
        """Give the VAT in percent, without a sign: `20`, `5.5`."""
        return f"{self.vat / 10:g}"


class CheckRow(NamedTuple):
    """A control point and what was found at it; nothing yet where the result is empty."""

    moment: str
    point: str
    label: str
    required: int
    safety: int
    result: str
    note: str
    checked_at: datetime | None
    operator: str


class ComebackRow(NamedTuple):
    """A repaired device that came back within three months."""

    number: str
    opened_at: datetime
    comeback_of: str
    repaired_at: datetime
    days: int
    customer: str
    product_label: str
    brand: str
    model: str
    serial: str
    first_technician: str
    fault: str
    status: str


class _Paper(NamedTuple):
    reference: str
    kind: str
    content: dict[str, Any]


FILES: Mapping[str, str] = {
    PaperKind.SLIP: "prise-en-charge",
    PaperKind.QUOTE: "devis",
    PaperKind.RISKS: "risques",
    PaperKind.REPORT: "controle",
    PaperKind.INVOICE: "facture",
    PaperKind.PAID: "facture-acquittee",
    PaperKind.DECLARATION: "declaration",
    PaperKind.CREDIT_NOTE: "avoir",
}
NAME = "trim(o.title || ' ' || o.first_name || ' ' || o.last_name)"
_AMOUNT = (
    "coalesce((SELECT b.total FROM repair_bill b WHERE b.case_number = c.number AND b.kind = 'invoice' AND NOT EXISTS "
    "(SELECT 1 FROM repair_bill a WHERE a.cancels = b.number)), "
    "(SELECT sum(l.price * l.quantity) FROM repair_line l WHERE l.number = c.number), 0)"
)
_FROM = "FROM repair_case c JOIN consumer o ON o.id = c.consumer_id LEFT JOIN technician t ON t.id = c.technician_id"
_LISTED = (
    f"SELECT c.number, c.opened_at, c.status, {NAME}, c.product_label, c.brand, c.model, c.serial, "
    f"coalesce(t.name, ''), coalesce(c.comeback_of, ''), {_AMOUNT} {_FROM}"
)
_WHOLE = (
    "SELECT c.number, c.opened_at, c.status, c.place, o.title, o.last_name, o.first_name, o.email, o.phone, o.line, "
    "o.complement, o.postcode, o.town, o.country, c.product, c.product_label, c.fiche, c.brand, c.model, c.serial, "
    "c.bought_on, c.warranty, c.bonus, c.service, c.fault, c.condition, c.deposit, c.deposit_means, "
    "c.deposit_receipt, c.consents, c.distance, c.far_why, c.technician_id, coalesce(t.name, ''), "
    "coalesce(c.comeback_of, ''), c.organism, c.symptom, c.repair_code, c.appointment, c.operator, c.moved_at, "
    f"c.repaired_at, c.closed_at, c.consumer_id {_FROM}"
)


class Kept(NamedTuple):
    """What a list keeps: the text of its condition and the values in it."""

    where: str
    values: dict[str, str | int | None]


def conditions(filters: Mapping[str, Any], now: datetime) -> Kept:
    """Make the condition of a list from its options; raise BadDay."""
    kept: list[str] = []
    values: dict[str, str | int | None] = {}
    if filters["open"]:
        kept.append("c.status IN (" + ", ".join(f"'{status}'" for status in HERE) + ")")
    for key, column in (("status", "c.status"), ("fiche", "CAST(c.fiche AS TEXT)")):  # SQLite's numbers have an end
        if filters[key] is not None:
            kept.append(f"{column} = :{key}")
            values[key] = str(filters[key])
    texts = {
        "customer": f"{NAME} || ' ' || o.email || ' ' || o.phone",
        "device": "c.product_label || ' ' || c.brand || ' ' || c.model || ' ' || c.serial",
        "technician": "coalesce(t.name, '')",
    }
    for key, text in texts.items():
        if filters[key]:
            kept.append(f"instr(fold({text}), fold(:{key}))")
            values[key] = filters[key]
    for key, sign in (("since", ">="), ("until", "<")):
        if filters[key]:
            kept.append(f"c.opened_at {sign} :{key}")
            values[key] = paris.bound(key, filters[key], now).isoformat()
    return Kept(f"WHERE {' AND '.join(kept)}" if kept else "", values)


def cases(reader: "Reader", kept: Kept) -> Iterator[CaseRow]:
    """Stream repairs, the latest first."""
    return reader.rows(f"{_LISTED} {kept.where} ORDER BY c.opened_at DESC, c.number DESC", CaseRow, **kept.values)


def row(reader: "Reader", number: str) -> CaseRow:
    """Give a repair as lists show it; raise UnknownRepair."""
    found = reader.one(f"{_LISTED} WHERE c.number = :number", CaseRow, number=number)
    if found is None:
        raise UnknownRepair(number)
    return found


def exported(reader: "Reader", kept: Kept) -> Iterator[CaseDetail]:
    """Stream repairs whole, the oldest first."""
    return reader.rows(f"{_WHOLE} {kept.where} ORDER BY c.opened_at, c.number", CaseDetail, **kept.values)


def case(reader: "Reader", number: str) -> CaseDetail:
    """Give a repair whole; raise UnknownRepair."""
    found = reader.one(f"{_WHOLE} WHERE c.number = :number", CaseDetail, number=number)
    if found is None:
        raise UnknownRepair(number)
    return found


def resolved(reader: "Reader", text: str) -> str:
    """Give the whole number that a text names; raise NotARepair, MistypedRepair or UnknownRepair."""
    found = numbering.ending(reader, "repair_case", suffix(text), CASE_DIGITS)
    if len(found) != 1:
        raise UnknownRepair(text, found)
    return str(found[0])


def numbers(reader: "Reader", start: str, limit: int) -> list[str]:
    """List the numbers that begin so, for completion."""
    return numbering.offered(reader, "repair_case", start, limit)


def lines(reader: "Reader", number: str) -> list[LineRow]:
    """List the lines of the bill to come, in order."""
    sql = (
        "SELECT row_number() OVER (ORDER BY id), kind, designation, reference, origin, quantity, price, vat, id "
        "FROM repair_line WHERE number = :number ORDER BY id"
    )
    return list(reader.rows(sql, LineRow, number=number))


def line(reader: "Reader", number: str, position: int) -> LineRow:
    """Give a line by its position; raise NoLineOfRepair."""
    for found in lines(reader, number):
        if found.position == position:
            return found
    raise NoLineOfRepair(number, position)


def checks(reader: "Reader", number: str) -> list[CheckRow]:
    """List what was found at the control points, in the order it was looked at."""
    sql = (
        "SELECT moment, point, label, required, safety, result, note, checked_at, operator FROM repair_check "
        "WHERE number = :number ORDER BY moment DESC, checked_at, point"
    )
    return list(reader.rows(sql, CheckRow, number=number))


def unchecked(point: "Point") -> CheckRow:
    """Give a control point that nobody looked at yet."""
    return CheckRow(str(point.moment), point.key, point.label, int(point.required), int(point.safety), "", "", None, "")


def papers(reader: "Reader", number: str, kind: str | None) -> list[tuple[str, str, dict[str, Any]]]:
    """List the papers issued for a repair, or one kind of them: kind, file name, content."""
    sql = (
        "SELECT reference, kind, content FROM document WHERE (reference = :number OR reference LIKE :number || '-_%' "
        "OR reference IN (SELECT number FROM repair_bill WHERE case_number = :number)) "
        "AND kind = coalesce(:kind, kind) ORDER BY id"
    )
    found = reader.rows(sql, _Paper, number=number, kind=kind)
    return [(row.kind, f"{FILES[row.kind]}-{row.reference}.pdf", row.content) for row in found]


class Sent(NamedTuple):
    """A message of the outbox that left, or may."""

    key: str
    recipient: str


def told(reader: "Reader", start: str) -> list[Sent]:
    """List the messages whose key begins so, in order; those refused or given up told nobody anything."""
    sql = (
        "SELECT key, recipient FROM outbox WHERE substr(key, 1, length(:start)) = :start "
        "AND state NOT IN ('refused', 'dropped') ORDER BY id"
    )
    return list(reader.rows(sql, Sent, start=start))


def next_telling(reader: "Reader", start: str) -> int:
    """Give the place of the next message whose key begins so, whatever became of the others."""
    sql = "SELECT count(*) + 1 FROM outbox WHERE substr(key, 1, length(:start)) = :start"
    return int(sum(reader.values(sql, start=start)))


def brands(reader: "Reader") -> list[str]:
    """List the brands met already, at this desk and in the catalogue."""
    sql = "SELECT brand FROM repair_case UNION SELECT brand FROM device ORDER BY 1"
    return [str(each) for each in reader.values(sql)]


def comebacks(reader: "Reader", kept: Kept) -> Iterator[ComebackRow]:
    """Stream the devices that came back within three months, the latest first."""
    where = f"{kept.where} AND" if kept.where else "WHERE"
    sql = (
        "SELECT c.number, c.opened_at, f.number, f.repaired_at, "
        f"0, {NAME}, c.product_label, c.brand, "
        f"c.model, c.serial, coalesce(p.name, ''), c.fault, c.status {_FROM} "
        "JOIN repair_case f ON f.number = c.comeback_of LEFT JOIN technician p ON p.id = f.technician_id "
        f"{where} f.repaired_at IS NOT NULL ORDER BY c.opened_at DESC, c.number DESC"
    )
    for row in reader.rows(sql, ComebackRow, **kept.values):
        opened, repaired = (paris.in_paris(moment).date() for moment in (row.opened_at, row.repaired_at))
        yield row._replace(days=(opened - repaired).days)
