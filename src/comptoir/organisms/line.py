"""What an answer over HTTP means: done, not done for certain, refused, or nobody knows."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from comptoir.core.i18n import _
from comptoir.core.text import tidy
from comptoir.desk.wire import Asked, Heard, Log, Unheard, Unsent, asked_pause
from comptoir.organisms.protocol import NoAnswer, NotDone, NotLetIn, Problem, TurnedDown
from comptoir.organisms.reading import Unreadable, parsed
from comptoir.organisms.statuses import ORGANISM_NAMES, Organism

if TYPE_CHECKING:
    from comptoir.desk.http import Wire

NOT_LET_IN = frozenset({401, 403})
NOT_NOW = frozenset({408, 425, 429, 503})  # RFC 9110, 15 and RFC 6585: it was not even begun
MOVED = frozenset({301, 307, 308})  # after 302 or 303 something may have been done
DONE, REFUSED = 2, 4  # hundreds
TOO_LARGE = 413
MISSING = 404
LONGEST_READ = 1 << 13  # bytes of an answer that its words are looked for in
MOST_WORDS = 300  # characters that are told

Reasons = Callable[[Any], tuple[Problem, ...]]


class Said(NamedTuple):
    """An answer that can be used; its data are JSON, or a text where the question takes one."""

    status: int
    data: Any


class Line:
    """One organism at the end of a wire; `hint` is what is told to who is not let in."""

    def __init__(self, wire: "Wire", organism: Organism, setting: str, hint: str, reasons: Reasons) -> None:
        self.wire = wire
        self.organism = organism
        self._setting = setting
        self._hint = hint
        self._reasons = reasons

    async def ask(self, asked: Asked, log: Log, *, missing: bool = False, loose: bool = False) -> Said:
        """Ask, and give what was answered; raise NotDone, NotLetIn, NoAnswer and TurnedDown.

        With `missing`, the 404 of what does not exist is an answer too; with `loose`, so is a text that is not JSON.
        """
        try:
            heard = await self.wire.ask(asked, log)
        except Unsent as error:
            raise NotDone(self._told(error.message), after=error.after) from error
        except Unheard as error:
            raise self.unknown(asked, error.message) from error
        self._let_in(heard)
        done = heard.status // 100 == DONE
        data = _read(heard.body, loose=loose and done)
        if data is not Unreadable and (done or (missing and heard.status == MISSING)):
            return Said(heard.status, data)
        raise self._failure(asked, heard, data)

    def problems(self, data: Any) -> tuple[Problem, ...]:  # noqa: ANN401 - any JSON value
        """List what an answer says is wrong, in its own words but for our secrets."""
        return tuple(Problem(*map(self.wire.masked, problem)) for problem in self._reasons(data))

    def unknown(self, asked: Asked, reason: str) -> NotDone | NoAnswer:
        """Make the failure of a question whose answer tells nothing: one that only reads has done nothing."""
        if asked.reads:
            return NotDone(self._told(reason))
        return NoAnswer(
            _("{organism} was asked, and nobody knows whether it was done: {reason}").format(
                organism=ORGANISM_NAMES[self.organism], reason=reason
            )
        )

    def not_let_in(self, reason: str) -> NotLetIn:
        """Make the failure of an account that is not let in."""
        told = _("{organism} does not let us in: {reason}")
        return NotLetIn(told.format(organism=ORGANISM_NAMES[self.organism], reason=reason), self._hint)

    def turned_down(self, *problems: Problem) -> TurnedDown:
        """Make a refusal."""
        return TurnedDown(self.organism, problems)

    def _told(self, reason: str) -> str:
        return _("{organism} has done nothing: {reason}").format(organism=ORGANISM_NAMES[self.organism], reason=reason)

    def _let_in(self, heard: Heard) -> None:
        """Stop at what means the same whatever was asked."""
        if heard.status in NOT_LET_IN:
            raise self.not_let_in(self.words(heard))
        if heard.status in NOT_NOW:
            after = asked_pause(heard.headers, self.wire.clock.now())
            raise NotDone(self._told(self.words(heard)), after=after)
        if heard.status in MOVED:
            where = self.wire.masked(tidy(heard.headers.get("location", "")))[:MOST_WORDS]
            raise NotDone(self._told(_("it has moved to {where}").format(where=where)), self._see())

    def _failure(self, asked: Asked, heard: Heard, data: Any) -> NotDone | NoAnswer | TurnedDown:  # noqa: ANN401 - any JSON value
        words = self.words(heard)
        if heard.status // 100 != REFUSED:
            return self.unknown(asked, words)
        problems = () if data is Unreadable else self.problems(data)
        if problems or heard.status == TOO_LARGE:
            return self.turned_down(*(problems or (Problem("", words),)))
        return NotDone(self._told(words), self._see())  # refused by somebody on the way

    def _see(self) -> str:
        return _("see the setting {name}").format(name=self._setting)

    def words(self, heard: Heard) -> str:
        """Say what an answer is: its status, and its own words where a person can read them."""
        phrase = HTTPStatus(heard.status).phrase if heard.status in set(HTTPStatus) else ""
        said = heard.body[:LONGEST_READ].decode("utf-8", "replace")
        if re.match(r"\s*<(!doctype html|html|head|body)", said, re.IGNORECASE):
            said = _("a web page")
        elif not said.strip():
            said = _("nothing")
        elif _is_markup(said):
            said = re.sub(r"<[^<>]{0,500}>", " ", said)
        words = self.wire.masked(tidy(said))[:MOST_WORDS]
        return _("it answers {status}: {words}").format(status=f"{heard.status} {phrase}".strip(), words=words)


def _read(body: bytes, *, loose: bool) -> Any:  # noqa: ANN401 - any JSON value, else Unreadable itself
    try:
        return parsed(body)
    except Unreadable:
        said = body.decode("utf-8", "replace")
        return said if loose and not _is_markup(said) else Unreadable


def _is_markup(said: str) -> bool:
    return said.lstrip()[:1] == "<"
