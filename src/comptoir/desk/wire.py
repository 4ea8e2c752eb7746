"""Questions over HTTP as a feature asks them, what is heard, and what is kept of each exchange."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from comptoir.core.errors import OutsideFailure


class Asked(NamedTuple):
    """One request: a JSON body, raw content, or neither; `most` bytes of answer, `whole` seconds for all of it.

    `step` is what the exchange is called in logs; headers are never kept there, nor the values of the JSON keys that
    `hide` names. `reads` tells that asking changes nothing.
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
