"""Writes of parts: purchases, uses, and what is put back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import IO, Any, NamedTuple

from sqlmodel import Session, SQLModel

from comptoir.core.acting import By
from comptoir.core.i18n import _
from comptoir.core.paris import in_paris
from comptoir.core.refs import typed
from comptoir.core.sheet import BadLine, NotASheet, NothingImported, Refuse, Sheet, Tally
from comptoir.core.text import tidy
from comptoir.parts import queries
from comptoir.parts.lines import OPTIONAL, NotPurchases, line_checker
from comptoir.parts.queries import LotRow, PurchaseRow
from comptoir.parts.rules import (
    NotEnoughParts,
    NotUsed,
    Origin,
    Purchase,
    ToldOtherwise,
    check_quantity,
    checked,
    differing,
    shared,
)
from comptoir.parts.tables import PartPurchase, PartUse
from comptoir.store.engine import driver
from comptoir.store.history import record
from comptoir.store.read import Reader

# Through the table and not as an object: a file brings thousands in, and the unit of work triples their cost.
_ADD = SQLModel.metadata.tables[PartPurchase.__tablename__].insert()


class Bought(NamedTuple):
    """A purchase's number, and whether it was recorded now or known before."""

    id: int
    is_new: bool


class Used(NamedTuple):
    """Parts of one purchase that a case took, or gave back; the cost of one excludes VAT."""

    purchase: int
    reference: str
    designation: str
    origin: Origin
    quantity: int
    unit_cost: Decimal


def buy(session: Session, purchase: Purchase, by: By, *, again: bool = False) -> Bought:
    """Record a purchase; the same one, by its provenance, day and quantity, is recorded twice only `again`.

    Raises BadPart, BadPartQuantity, FutureDay and MissingProvenance, and ToldOtherwise where something else is told of
    the one that is known.
    """
    told = checked(purchase, in_paris(by.moment).date())
    known = None if again else _known(_reader(session), told)
    return Bought(known, is_new=False) if known else Bought(_add(session, told, by), is_new=True)


def use(session: Session, case_number: str, reference: str, origin: Origin | None, quantity: int, by: By) -> list[Used]:
    """Take parts of a reference for a case, from the oldest purchases first; of any origin where none is given.

    Counted in the transaction that takes them. Raises BadPartQuantity and NotEnoughParts.
    """
    check_quantity(quantity)
    reader, key = _reader(session), typed(tidy(reference))
    lots = queries.lots(reader, key, origin)
    if quantity > sum(lot.quantity for lot in lots):
        raise NotEnoughParts(tidy(reference), quantity, queries.left_by_origin(reader, key), origin)
    return _moved(session, case_number, lots, quantity, by)


def put_back(
    session: Session, case_number: str, reference: str, quantity: int, by: By, origin: Origin | None = None
) -> list[Used]:
    """Put parts of a case back to the purchases they came from, those it took last first; the quantities are negative.

    Raises BadPartQuantity, and NotUsed where the case holds fewer, of this origin where one is given.
    """
    check_quantity(quantity)
    lots = queries.held(_reader(session), case_number, typed(tidy(reference)), origin)
    held = sum(lot.quantity for lot in lots)
    if quantity > held:
        raise NotUsed(tidy(reference), case_number, quantity, held)
    return _moved(session, case_number, lots, quantity, by, back=True)


def import_purchases(session: Session, file: IO[bytes], report: Refuse, by: By, *, strict: bool) -> Tally:
    """Bring purchases in from CSV by reference, origin, supplier, invoice and donor; a known one is corrected.

    Lines that cannot go in are reported and left out. Raises NotPurchases where the file holds none, and, when strict,
    NothingImported where a line was refused.
    """
    try:
        sheet = Sheet(file)
    except NotASheet as error:
        raise NotPurchases(str(error)) from error
    check = line_checker(sheet.header, in_paris(by.moment).date())
    tally = Tally()

    def refuse(problem: BadLine) -> None:
        """Count and report a line that cannot go in."""
        tally.refused += 1
        report(problem)

    incoming = _Incoming(session, by, tally, [name for name in OPTIONAL if name not in sheet.header])
    for block in sheet.blocks(refuse):
        for number, cells in block.records():
            try:
                incoming.bring(number, check(cells))
            except ValueError as error:
                refuse(BadLine(number, str(error)))
    tally.legacy = sheet.legacy
    if strict and tally.refused:
        raise NothingImported(tally.refused)
    return tally


class _Incoming:
    """Purchases that come in from a file, each beside what is kept of it; `untold` are the columns it has not."""

    def __init__(self, session: Session, by: By, tally: Tally, untold: Sequence[str]) -> None:
        self._session = session
        self._untold = untold
        self._by = by
        self._tally = tally
        self._lines: dict[int, int] = {}  # by purchase: the line of the file that told it

    def bring(self, line: int, told: Purchase) -> None:
        """Add a purchase, or correct the one that is kept; raise ValueError where the two cannot stand together."""
        kept = queries.same(_reader(self._session), told)
        others = [row for row in kept if row.id not in self._lines]
        row = next((row for row in others if row.purchase == self._completed(row, told)), None)
        if row:
            self._tally.unchanged += 1
        elif others:
            row = self._corrected(others, told)
            self._tally.updated += 1
        elif kept:
            raise ValueError(
                _("the same part of the same invoice stands on line {line}: add their quantities up").format(
                    line=self._lines[kept[-1].id]
                )
            )
        else:
            self._tally.added += 1
        self._lines[row.id if row else _add(self._session, told, self._by)] = line

    def _corrected(self, rows: Sequence[PurchaseRow], told: Purchase) -> PurchaseRow:
        if len(rows) > 1:
            raise ValueError(_("it was recorded {count} times, none of them so").format(count=len(rows)))
        if told.quantity < rows[0].used:
            raise ValueError(
                _("{used} are used already, more than the {quantity} bought").format(
                    used=rows[0].used, quantity=told.quantity
                )
            )
        _correct(self._session, rows[0].id, self._completed(rows[0], told), self._by)
        return rows[0]

    def _completed(self, row: PurchaseRow, told: Purchase) -> Purchase:
        """Give what is told of a kept purchase; what the file has no column for stays as it is."""
        kept: dict[str, Any] = {name: getattr(row, name) for name in self._untold}
        return told._replace(**kept)


def _known(reader: Reader, told: Purchase) -> int | None:
    """Give the number of the purchase that tells the same, None where there is none; raise ToldOtherwise."""
    rows = queries.same(reader, told)
    found = [row for row in rows if (row.bought_on, row.quantity) == (told.bought_on, told.quantity)]
    for row in found:
        if not differing(row.purchase, told):
            return row.id
    if found:
        kept = found[0]
        raise ToldOtherwise(kept.id, {name: str(getattr(kept, name)) for name in differing(kept.purchase, told)})
    return None


def _add(session: Session, told: Purchase, by: By) -> int:
    row = {**_columns(told), "operator": by.operator, "created_at": by.moment}
    key = session.connection().execute(_ADD, row).inserted_primary_key
    return int(key[0]) if key else 0


def _correct(session: Session, number: int, told: Purchase, by: By) -> None:
    """Give a purchase what is told of it now; the history keeps what was told before."""
    row = session.get_one(PartPurchase, number)
    before = {name: getattr(row, name) for name in _columns(told)}
    row.sqlmodel_update(_columns(told))
    session.add(row)
    session.flush()
    changed = {f"old_{name}": value for name, value in before.items() if value != getattr(row, name)}
    record(session, f"part-{number}", "correct", moment=by.moment, operator=by.operator, **changed)


def _columns(told: Purchase) -> dict[str, Any]:
    return {**told._asdict(), "reference_key": told.key, "bought_on": told.bought_on.isoformat()}


def _moved(
    session: Session, case_number: str, lots: Sequence[LotRow], quantity: int, by: By, *, back: bool = False
) -> list[Used]:
    """Take a quantity from lots for a case, the first ones first, or put it back to them."""
    moved: list[Used] = []
    for lot, count in zip(lots, shared(quantity, [lot.quantity for lot in lots]), strict=True):
        if count:
            signed = -count if back else count
            session.add(
                PartUse(
                    purchase_id=lot.id,
                    case_number=case_number,
                    quantity=signed,
                    moment=by.moment,
                    operator=by.operator,
                )
            )
            moved.append(Used(lot.id, lot.reference, lot.designation, Origin(lot.origin), signed, lot.unit_cost))
    session.flush()  # the driver, which counts what is left, sees only what was written
    return moved


def _reader(session: Session) -> Reader:
    return Reader(driver(session))
