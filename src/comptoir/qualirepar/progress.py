"""Each step of a claim, written down before it is asked and after it is answered; a transaction each.

Over the driver's own connection: two hundred claims are some two thousand transactions.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from json import dumps
from secrets import token_hex
from sqlite3 import Connection
from typing import Any, NamedTuple

from comptoir.core import money
from comptoir.core.acting import By
from comptoir.desk.wire import Exchange
from comptoir.organisms.statuses import Organism
from comptoir.qualirepar import queries
from comptoir.qualirepar.queries import ClaimDetail, FileRow
from comptoir.qualirepar.rules import LEASE, Position, is_held
from comptoir.store.read import Reader
from comptoir.store.write import Store

_LEASE = "UPDATE claim SET lease = :lease, leased_until = :until WHERE id = :id"
_SENT = "UPDATE claim_file SET sent_at = :moment WHERE claim_id = :id AND position = :position"
_HEARD = (
    "INSERT INTO claim_exchange (claim_id, organism, moment, step, request, status, answer, millis, error) "
    "VALUES (:claim_id, :organism, :moment, :step, :request, :status, :answer, :millis, :error)"
)
_RECORD = (
    "INSERT INTO history (reference, moment, operator, verb, data) "
    "VALUES (:reference, :moment, :operator, :verb, :data)"
)


class State(NamedTuple):
    """A claim and its documents, as they are kept or are to be."""

    row: ClaimDetail
    files: tuple[FileRow, ...]

    @property
    def position(self) -> Position:
        """Give where the claim stands, as far as it decides what is next."""
        return queries.position(self.row, self.files)

    def with_row(self, **changes: Any) -> "State":  # noqa: ANN401 - values of columns
        """Give the state with these columns changed."""
        return self._replace(row=self.row._replace(**changes))


class LeaseLost(Exception):
    """Another command took the claim meanwhile: the clock moved, or this one slept."""


def lease(store: Store, claim_id: int, now: datetime) -> State | None:
    """Take a claim for ourselves; None where somebody else has it."""
    with store.transaction() as connection:
        reader = Reader(connection)
        row = queries.by_id(reader, claim_id)
        if is_held(row.lease, row.leased_until, now):
            return None
        token = token_hex(8)
        connection.execute(_LEASE, {"id": claim_id, "lease": token, "until": (now + LEASE).isoformat()})
        taken = row._replace(lease=token, leased_until=now + LEASE)
        return State(taken, tuple(queries.files(reader, claim_id)))


def write(store: Store, before: State, after: State, heard: Sequence[Exchange], by: By) -> State:
    """Write down what became of a claim that is ours, and what was said on the wire; its lease goes on unless let go.

    A status that changes is told to the history. Raises LeaseLost.
    """
    if after.row.lease:
        after = after._replace(row=after.row._replace(leased_until=by.moment + LEASE))
    pairs = zip(ClaimDetail._fields, before.row, after.row, strict=True)
    changed = {name: _written(new) for name, old, new in pairs if new != old}
    with store.transaction() as connection:
        told = ", ".join(f"{name} = :{name}" for name in changed) or "id = id"
        values = changed | {"_id": before.row.id, "_lease": before.row.lease}
        if connection.execute(f"UPDATE claim SET {told} WHERE id = :_id AND lease = :_lease", values).rowcount != 1:
            raise LeaseLost
        _tick(connection, before, after)
        _keep(connection, before.row.id, before.row.organism, heard)
        if after.row.status != before.row.status:
            _tell(connection, after.row, by)
    return after


def keep(store: Store, organism: Organism, heard: Sequence[Exchange]) -> None:
    """Write down exchanges that are about the account, and no claim."""
    if heard:
        with store.transaction() as connection:
            _keep(connection, None, organism, heard)


def lost(reader: Reader, organism: Organism, drafts: Mapping[str, str]) -> list[str]:
    """List the drafts, by number, that bear the reference of a claim of ours which stands under another, or nowhere."""
    known = queries.numbers_of(reader, organism)
    return [claim for claim, reference in drafts.items() if known.get(reference, claim) != claim]


def _written(value: Any) -> Any:  # noqa: ANN401 - the value of a column
    match value:
        case datetime():
            return value.isoformat()
        case Decimal():
            return money.to_cents(value)
        case StrEnum():
            return value.value
        case _:
            return value


def _tick(connection: Connection, before: State, after: State) -> None:
    pairs = zip(before.files, after.files, strict=True)
    moved = [new for old, new in pairs if new.sent_at != old.sent_at]
    connection.executemany(
        _SENT, [{"id": before.row.id, "position": each.position, "moment": _written(each.sent_at)} for each in moved]
    )


def _keep(connection: Connection, claim_id: int | None, organism: str, heard: Sequence[Exchange]) -> None:
    rows = [
        {**each._asdict(), "claim_id": claim_id, "organism": str(organism), "moment": each.moment.isoformat()}
        for each in heard
    ]
    connection.executemany(_HEARD, rows)


def _tell(connection: Connection, row: ClaimDetail, by: By) -> None:
    named = ("remote", "service_order", "reason")
    data = {name: getattr(row, name) for name in named if getattr(row, name)}
    connection.execute(
        _RECORD,
        {
            "reference": row.case_number,
            "moment": by.moment.isoformat(),
            "operator": by.operator,
            "verb": f"claim_{row.status}",
            "data": dumps(data, ensure_ascii=False),
        },
    )
