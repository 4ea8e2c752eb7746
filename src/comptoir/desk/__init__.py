"""The outside world, one door (file) per heavy library; the doors open when they are first used."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from comptoir.core.errors import MissingValue, UsageProblem
from comptoir.core.i18n import _

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Generator, Mapping
    from datetime import date
    from pathlib import Path

    from sqlmodel import Session

    from comptoir.core.acting import By
    from comptoir.core.clock import Clock
    from comptoir.desk.ask import Ask
    from comptoir.desk.equipment import Finding
    from comptoir.desk.gateway import Gateway
    from comptoir.desk.http import Wire
    from comptoir.desk.mail import Mailer
    from comptoir.desk.output import Output
    from comptoir.desk.paper import Paper
    from comptoir.desk.scanner import Scanner
    from comptoir.desk.settings import Settings
    from comptoir.store.read import Reader
    from comptoir.store.write import Store


LONG = 3  # pieces of work from which a bar is shown


class NeedsYes(UsageProblem):
    """What destroys or sends needs a yes, and nobody can be asked."""

    def __init__(self) -> None:
        super().__init__(_("this needs a yes, and nobody can be asked"), _("add `--yes`"))


class Desk:
    """What a command may use: settings, clock, output, questions, the database, the printer."""

    def __init__(self, flags: Mapping[str, str | None], clock: Clock, out: Output, *, no_input: bool) -> None:
        self.flags = flags
        self.clock = clock
        self.out = out
        self.no_input = no_input

    @cached_property
    def settings(self) -> Settings:
        """Resolve the settings; raise what they have wrong."""
        from comptoir.desk.settings import load

        return load(self.flags, os.environ)

    @property
    def operator(self) -> str:
        """Give the name that the history keeps."""
        return self.settings["operator"]

    def by(self) -> By:
        """Give who acts, and when: now."""
        from comptoir.core.acting import By

        return By(self.operator, self.clock.now())

    def today(self) -> date:
        """Give the day that it is in Paris."""
        from comptoir.core.paris import in_paris

        return in_paris(self.clock.now()).date()

    @property
    def can_ask(self) -> bool:
        """Tell whether a person can be asked: both streams of the talk are terminals."""
        return not self.no_input and sys.stdin.isatty() and sys.stderr.isatty()

    @cached_property
    def ask(self) -> Ask:
        """Open the door of questions."""
        from comptoir.desk.ask import Ask

        return Ask()

    def value(self, flag: str, given: str | None, question: str, check: Callable[[str], object]) -> str:
        """Give the value of an option, asked for when it is missing; raise MissingValue."""
        if given is not None:
            return given
        if not self.can_ask:
            raise MissingValue(flag)
        return self.ask.text(question, check)

    def agreed(self, question: str, *, yes: bool) -> bool:
        """Tell whether the person agrees to what destroys or sends; raise NeedsYes."""
        if yes:
            return True
        if not self.can_ask:
            raise NeedsYes
        return self.ask.confirm(question)

    @contextmanager
    def reading(self) -> Generator[Reader]:
        """Open the database to read it."""
        from comptoir.store.read import reading
        from comptoir.store.sqlite import State, state

        path = self.settings.database
        if state(path) is State.OLD:
            self._upgrade(path)
        with reading(path) as reader:
            yield reader

    @contextmanager
    def writing(self) -> Generator[Session]:
        """Open the database to write it, in one transaction; it is created or brought up to date first."""
        from comptoir.store.engine import transaction

        with transaction(self._current()) as session:
            yield session

    @contextmanager
    def bulk(self) -> Generator[sqlite3.Connection]:
        """Open the database to write it in one transaction without the ORM: what comes in by the million."""
        from comptoir.store.write import writing

        with writing(self._current()) as connection:
            yield connection

    @contextmanager
    def resident(self) -> Generator[Store]:
        """Open the database for as long as a loop lasts; each of its writes is a transaction of its own."""
        from comptoir.store.write import Store

        with Store.open(self._current()) as store:
            yield store

    def _current(self) -> Path:
        from comptoir.store.sqlite import State, state

        path = self.settings.database
        if state(path) is not State.CURRENT:
            self._upgrade(path)
        return path

    def scanner(self, kind: str, name: str, shows: Callable[[str], object]) -> Scanner:
        """Open the door of a scanner: a camera, a serial port, an input device, the keyboard, or codes from a pipe."""
        match kind:
            case "camera":
                from comptoir.desk.camera import Camera

                return Camera(name)
            case "serial":
                from comptoir.desk.serial import Serial

                return Serial(name)
            case "device":
                from comptoir.desk.evdev import Evdev

                return Evdev(name)
            case "keyboard":
                from comptoir.desk.wedge import Wedge

                return Wedge(shows)
        from comptoir.desk.pipe import Pipe

        return Pipe(name)

    def equipment(self) -> list[Finding]:
        """List what this machine has and lacks."""
        from comptoir.desk.equipment import found

        return found(self)

    def mailer(self) -> Mailer:
        """Open the door of the mail server; raise NoMailServer and BadSetting."""
        from comptoir.desk.mail import Mailer, account

        return Mailer(account(self.settings, os.environ))

    def gateway(self) -> Gateway:
        """Open the door of the SMS gateway; raise NoGateway, NoSecret, BadSecret and BadSetting."""
        from comptoir.desk.gateway import Gateway
        from comptoir.desk.sms import access

        return Gateway(access(self.settings, os.environ), self.clock)

    def wire(self, url: str) -> Wire:
        """Open the door of a service that speaks JSON over HTTP: a context of its own event loop."""
        from comptoir.desk.http import Wire

        return Wire(self.clock, url)

    @contextmanager
    def progress(self, title: str, total: int) -> Generator[Callable[[], None]]:
        """Show how far a long piece of work is, to a person who looks; give what is called for each piece done."""
        if not sys.stderr.isatty() or total < LONG:
            yield lambda: None
            return
        from comptoir.desk.progress import bar

        with bar(title, total) as advance:
            yield advance

    def holiday(self, day: date, region: str) -> str:
        """Give the name of the public holiday that a day is in a region (`FR`, `FR-57`), empty for none."""
        from comptoir.desk.calendar import holiday

        return holiday(day, region)

    def letter(self, name: str, shipped: Path, values: Mapping[str, object]) -> tuple[str, str]:
        """Write a letter: its subject and its text, from the shop's own template where there is one."""
        from comptoir.desk.letters import written

        return written(name, shipped, self.settings.resolved["letters"], values)

    def pdf(self, paper: Paper) -> bytes:
        """Draw a paper; the same paper gives the same bytes."""
        from comptoir.desk.pdf import drawn

        return drawn(paper)

    def _upgrade(self, path: Path) -> None:
        from comptoir.store.migrations import told, upgrade

        copy = upgrade(path)
        if copy:
            self.out.say(told(copy))
