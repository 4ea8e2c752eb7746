"""Every refusal about technicians: what, why, and what to do next."""

from collections.abc import Sequence
from datetime import date

from comptoir.core.errors import NotFound, Refused, UsageProblem
from comptoir.core.i18n import _
from comptoir.fiches.rules import FICHES

LONGEST_NAME = 60  # characters of a technician's name
MOST_NAMED = 6  # names or numbers that a hint tells at most


class BadTechnicianName(UsageProblem):
    """A text that cannot name a technician."""

    def __init__(self) -> None:
        super().__init__(
            _("a technician's name takes 1 to {most} characters, letters among them").format(most=LONGEST_NAME),
            _("such as `Nadia Martin`"),
        )


class BadText(UsageProblem):
    """A text that is empty, or too long to be one line of a report."""

    def __init__(self, flag: str, most: int) -> None:
        super().__init__(_("`{flag}` takes 1 to {most} characters").format(flag=flag, most=most))


class UntilBeforeSince(UsageProblem):
    """A period that ends before it begins."""

    def __init__(self, since: date, until: date) -> None:
        super().__init__(
            _("`--until` is before `--since`: {until} comes before {since}").format(
                until=written(until), since=written(since)
            )
        )


class NothingToDate(UsageProblem):
    """Days or a certificate are given, and no fiche that they are of."""

    def __init__(self) -> None:
        super().__init__(
            _("`--since`, `--until` and `--certificate` tell of a fiche, and none is given"),
            _("name it with `--fiche`, several times for several"),
        )


class NotDoneYet(UsageProblem):
    """Something is said to be done on a day that has not come."""

    def __init__(self, day: date) -> None:
        super().__init__(
            _("{day} has not come: nothing was done on it yet").format(day=written(day)),
            _("give the day it was done, today at the latest"),
        )


class PlannedInThePast(UsageProblem):
    """Something is planned on a day that is over."""

    def __init__(self, day: date) -> None:
        super().__init__(
            _("{day} is over: nothing can be planned on it").format(day=written(day)),
            _("add `--done` where it was done that day"),
        )


class UnknownTechnician(NotFound):
    """No technician has this name, or several have."""

    def __init__(self, text: str, candidates: Sequence[str] = ()) -> None:
        super().__init__(
            _("several technicians answer to `{text}`").format(text=text)
            if candidates
            else _("no technician answers to `{text}`").format(text=text),
            _("candidates: {numbers}").format(numbers=named(candidates))
            if candidates
            else _("`comptoir repair technician list --all` shows them"),
        )


class KnownTechnician(Refused):
    """A technician of this name is there already."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("a technician is called {name} already").format(name=name),
            _('`comptoir repair technician qualify "{name}" FICHE` adds a fiche').format(name=name),
        )


class HasLeft(Refused):
    """Somebody who no longer works here."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("{name} left").format(name=name),
            _(
                "`comptoir repair assign CASE NAME` gives their repairs to another; "
                "`comptoir repair technician add '{name}'` takes them back"
            ).format(name=name),
        )


class NotQualified(Refused):
    """Somebody is given what needs a fiche that they do not have on that day."""

    def __init__(self, name: str, fiche: int, why: str, others: Sequence[str] = ()) -> None:
        super().__init__(
            _("{name} is not qualified for fiche {fiche} ({title}): {why}").format(
                name=name, fiche=fiche, title=FICHES[fiche], why=why
            ),
            _(
                'qualified that day: {others}; or, once trained, `comptoir repair technician qualify "{name}" {fiche}`'
            ).format(others=named(others), name=name, fiche=fiche)
            if others
            else _('nobody else is; once trained, `comptoir repair technician qualify "{name}" {fiche}`').format(
                name=name, fiche=fiche
            ),
        )


class AlreadyQualified(Refused):
    """A qualification that adds nothing to what somebody has."""

    def __init__(self, name: str, fiche: int, until: date | None) -> None:
        told = _("{name} is qualified for fiche {fiche} ({title}) already")
        if until:
            told = _("{name} is qualified for fiche {fiche} ({title}) already, until {until}")
        super().__init__(
            told.format(name=name, fiche=fiche, title=FICHES[fiche], until=until and written(until)),
            _("a renewal says its last day with `--until`, or its number with `--certificate`"),
        )


class NothingToWithdraw(Refused):
    """A qualification that does not count on the day it would end."""

    def __init__(self, name: str, fiche: int, day: date) -> None:
        super().__init__(
            _("{name} has no qualification for fiche {fiche} ({title}) that counts on {day} or later").format(
                name=name, fiche=fiche, title=FICHES[fiche], day=written(day)
            ),
            _('`comptoir repair technician show "{name}"` lists them').format(name=name),
        )


class UnknownTraining(NotFound):
    """No training has this number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("no training has the number {number}").format(number=number),
            _("`comptoir repair technician trainings` lists them"),
        )


class UnknownWatch(NotFound):
    """No action of legal watch has this number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("no action of legal watch has the number {number}").format(number=number),
            _("`comptoir repair technician watches` lists them"),
        )


class DoneAlready(Refused):
    """Something is said to be done that was done before."""

    def __init__(self, title: str, number: int, day: date) -> None:
        super().__init__(
            _("`{title}` (number {number}) was done on {day} already").format(
                title=title, number=number, day=written(day)
            )
        )


class PlannedTwice(Refused):
    """The same thing stands on the same day already."""

    def __init__(self, title: str, number: int, day: date) -> None:
        super().__init__(
            _("`{title}` stands on {day} already: number {number}").format(
                title=title, number=number, day=written(day)
            ),
            _("give it another title or another day"),
        )


def written(day: date) -> str:
    """Write a day as a sentence has it."""
    return day.strftime("%d/%m/%Y")


def named(names: Sequence[str]) -> str:
    """Write the first names of a list, and that there are others."""
    return ", ".join([*names[:MOST_NAMED], *(["..."] if len(names) > MOST_NAMED else [])])
