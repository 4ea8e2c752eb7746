"""Questions over HTTP as a feature asks them, what is heard, and what is kept of each exchange."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from json import dumps
from typing import TYPE_CHECKING, Any, NamedTuple

from comptoir.core.errors import OutsideFailure
from comptoir.core.later import later

if TYPE_CHECKING:
    from email import utils
else:
    utils = later("email.utils")


class Asked(NamedTuple):
    """One request: a JSON body, raw content, or neither; `most` bytes of answer, `whole` seconds for all of it.

    Amounts of the body are Decimal. `step` is what the exchange is called in logs; headers are never kept there, nor
    the values of the JSON keys that `hide` names, nor the texts of `secrets`. `reads` tells that it changes nothing.
    """

    step: str
    method: str
    url: str
    parameters: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    json: Any = None
    content: bytes | None = None
    media_type: str = ""
    hide: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    reads: bool = False
    most: int = 1 << 20
    whole: float = 60.0


class Heard(NamedTuple):
    """An answer: its status, its headers in lower case, its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Exchange(NamedTuple):
    """What is kept of an exchange, secrets and files taken out; the status is 0 where no answer came."""

    moment: datetime
    step: str
    request: str
    status: int
    answer: str
    millis: int
    error: str = ""


Log = Callable[[Exchange], None]


class Unsent(OutsideFailure):
    """The request did not leave whole: nothing was done for certain."""

    def __init__(self, message: str, after: timedelta = timedelta()) -> None:
        super().__init__(message)
        self.after = after


class Unheard(OutsideFailure):
    """The request left, and no whole answer came."""


def written(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Write JSON; a Decimal is a number with the decimals that it has."""
    match value:
        case Decimal():
            return f"{value:f}"
        case dict():
            return "{" + ", ".join(f"{written(key)}: {written(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(written, value)) + "]"
        case _:
            return dumps(value, ensure_ascii=False)


def asked_pause(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Give how long an answer asks to be left alone (RFC 9110, 10.2.3), nothing where it does not say."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return timedelta(seconds=int(text))
    with suppress(ValueError, TypeError, OverflowError):
        return max(utils.parsedate_to_datetime(text) - _dated(headers, now), timedelta())
    return timedelta()


def _dated(headers: Mapping[str, str], now: datetime) -> datetime:
    """Give the moment of an answer: by the service's own clock, or by ours where it tells none (RFC 9110, 6.6.1)."""
    with suppress(ValueError):
        return utils.parsedate_to_datetime(headers.get("date", ""))
    return now
