"""What organisms answer, read with patience: a key that lacks, a number that is a text, nothing fails."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from json import loads
from typing import Any

from comptoir.core.money import rounded
from comptoir.core.text import tidy

LONGEST = 2000  # characters of a text that are kept
FARTHEST_YEAR = 9000  # what is valid until a year beyond has no end
MOST_EUROS = Decimal(10**9)  # what is more is no amount


class Unreadable(Exception):
    """What was answered is not JSON."""


def parsed(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Read JSON, its numbers exact; raise Unreadable."""
    try:
        return loads(body, parse_float=Decimal)
    except (ValueError, RecursionError, InvalidOperation) as error:
        raise Unreadable from error


def at(value: Any, *names: str) -> Any:  # noqa: ANN401 - any JSON value
    """Give what an object has under the first of these names that it has, whatever their capitals; else None."""
    if not isinstance(value, dict):
        return None
    for name in names:
        if value.get(name) is not None:
            return value[name]
    lowered = {key.lower(): each for key, each in value.items() if each is not None}
    return next((lowered[name.lower()] for name in names if name.lower() in lowered), None)


def text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Give a text, or a whole number, as it is shown; empty for anything else."""
    if isinstance(value, str):
        return tidy(value)[:LONGEST]
    if isinstance(value, bool):
        return ""
    if isinstance(value, Decimal) and value.is_finite() and abs(value) < MOST_EUROS and value == value.to_integral():
        value = int(value)
    return str(value) if isinstance(value, int) and abs(value) < 10**30 else ""


def each(value: Any) -> Iterator[Any]:  # noqa: ANN401 - any JSON value
    """Go over the objects of a list, or the object that stands where a list could."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one


def amount(value: Any) -> Decimal | None:  # noqa: ANN401 - any JSON value
    """Give euros from a number, a text, or `{Amount}`; None for what is none of them."""
    if isinstance(value, dict):
        value = at(value, "Amount")
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        found = Decimal(value.strip().replace(",", ".") if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    return rounded(found) if found.is_finite() and abs(found) < MOST_EUROS else None


def day(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Give the ISO day of a date or of a moment; empty for none, and for the end of times."""
    try:
        found = date.fromisoformat(text(value)[:10])
    except ValueError:
        return ""
    return found.isoformat() if found.year < FARTHEST_YEAR else ""


def holds(value: Any) -> bool | None:  # noqa: ANN401 - any JSON value
    """Give a yes or a no, however it is written; None where it is neither."""
    return {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
