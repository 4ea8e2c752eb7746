"""Which repair a device comes back from: a read, and the rule that it follows."""

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core.paris import in_paris
from comptoir.core.text import fold
from comptoir.repairs.refusals import SerialInCase
from comptoir.repairs.rules import is_comeback
from comptoir.repairs.statuses import OPEN, CaseStatus

if TYPE_CHECKING:
    from comptoir.store.read import Reader


class Known(NamedTuple):
    """What tells a device from another: its serial number as typed and as compared, its brand and model, its owner."""

    key: str
    serial: str
    brand: str
    model: str
    consumer: int
    number: str = ""  # of the case it is looked up for, which is not looked at


class _Earlier(NamedTuple):
    """An earlier repair of a device."""

    number: str
    status: str
    repaired_at: datetime | None
    brand: str
    model: str
    serial_key: str


_KNOWN = "SELECT number, status, repaired_at, brand, model, serial_key FROM repair_case"


def comeback_of(reader: "Reader", device: Known, today: date) -> str | None:
    """Give the repair that a device comes back from: by its serial number, or by its owner and model.

    `today` is the day in Paris. Raises SerialInCase for a device that is here already.
    """
    same = [known for known in _of_serial(reader, device.key) if known.number != device.number]
    for known in same:
        if CaseStatus(known.status) in OPEN:
            raise SerialInCase(device.serial, known.number, CaseStatus(known.status))
    if not same and device.model:  # known by its owner and model, where one of the two serial numbers is not known
        found = _of_model(reader, device.consumer, device.brand, device.model)
        same = [each for each in found if each.number != device.number and not (device.key and each.serial_key)]
    for known in same:
        if known.repaired_at and is_comeback(in_paris(known.repaired_at).date(), today):
            return known.number
    return None


def _of_serial(reader: "Reader", key: str) -> list[_Earlier]:
    """List the repairs of the device that bears this serial number, the latest first."""
    sql = f"{_KNOWN} WHERE serial_key = :key AND serial_key <> '' ORDER BY opened_at DESC, number DESC"
    return list(reader.rows(sql, _Earlier, key=key))


def _of_model(reader: "Reader", consumer: int, brand: str, model: str) -> list[_Earlier]:
    """List the repairs of a consumer's devices of this model, the latest first; also inside a write."""
    sql = f"{_KNOWN} WHERE consumer_id = :consumer ORDER BY opened_at DESC, number DESC"
    found = reader.rows(sql, _Earlier, consumer=consumer)
    return [known for known in found if (fold(known.brand), fold(known.model)) == (fold(brand), fold(model))]
