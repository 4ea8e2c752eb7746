"""What commands on technicians read of the line, ask, and do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.core import paris
from comptoir.core.errors import ComptoirError, noted, raise_all
from comptoir.core.i18n import _, ngettext
from comptoir.core.later import later
from comptoir.core.text import fold, tidy
from comptoir.desk import Desk
from comptoir.desk.options import option
from comptoir.technicians import queries, rules
from comptoir.technicians.queries import StandingRow, TechnicianRow, TrainingRow, WatchRow
from comptoir.technicians.refusals import HasLeft, NothingToDate
from comptoir.technicians.statuses import Progress, Standing

if TYPE_CHECKING:
    from comptoir.parties import fields
    from comptoir.technicians import services
else:
    fields, services = later("comptoir.parties.fields"), later("comptoir.technicians.services")


class Days(NamedTuple):
    """What tells of a qualification: options of a command."""

    since: Annotated[
        str | None,
        option(metavar=_("DAY"), help=_("First day of the qualification: 2026-11-22 or 22/11/2026; today by default.")),
    ] = None
    until: Annotated[
        str | None, option(metavar=_("DAY"), help=_("Last day of the qualification; without it, it has no end."))
    ] = None
    certificate: Annotated[
        str | None, option(metavar=_("TEXT"), help=_("What proves it: a certificate and its number."))
    ] = None


class Course(NamedTuple):
    """A training or an action of legal watch, as it was typed; done on its day, or planned on it."""

    title: str
    given_by: str | None
    on: str | None
    done: bool
    fiches: Sequence[int] = ()


class Report:
    """What is planned, late and done, counted as it streams by."""

    def __init__(self, found: Iterable[TrainingRow | WatchRow]) -> None:
        self._found = found
        self._counts = dict.fromkeys(Progress, 0)

    def rows(self) -> Iterator[TrainingRow | WatchRow]:
        """Give each row."""
        for row in self._found:
            self._counts[row.state] += 1
            yield row

    def told(self) -> str:
        """Say how many of each there are, once all rows were given."""
        counts = {str(state): count for state, count in self._counts.items()}
        return _("late: {late} - planned: {planned} - done: {done}").format(**counts)


def found(desk: Desk, text: str) -> TechnicianRow:
    """Give the technician that a text names; raise UnknownTechnician."""
    with desk.reading() as reader:
        return queries.single(reader, text)


def fiche(number: int | None) -> int | None:
    """Give the number of a fiche, None for none; raise UnknownFiche."""
    if number is not None:
        rules.check_fiche(number)
    return number


def standings(desk: Desk, who: TechnicianRow) -> list[StandingRow]:
    """Say where somebody stands today with each fiche that they have or had."""
    with desk.reading() as reader:
        return queries.by_fiche(who, queries.periods(reader, who.id), desk.today())


def warn_ending(desk: Desk, rows: Sequence[StandingRow]) -> None:
    """Tell how many qualifications end soon."""
    count = sum(row.standing is Standing.EXPIRING for row in rows)
    told = ngettext(
        "{count} qualification ends within {days} days", "{count} qualifications end within {days} days", count
    )
    if count:
        desk.out.warn(told.format(count=count, days=rules.WARNED.days))


def tell_next(desk: Desk, row: TrainingRow) -> None:
    """Tell how a training that was done becomes a qualification."""
    if row.state is Progress.DONE and row.fiches:
        numbers = " ".join(map(str, row.fiches))
        told = _('next: `comptoir repair technician qualify "{name}" {numbers}`, where it qualifies for them')
        desk.out.say(told.format(name=row.name, numbers=numbers))


def added(desk: Desk, text: str, email: str | None, fiches: Sequence[int], days: Days) -> TechnicianRow:
    """Record a technician, or take one back who left; raise every problem of what was typed at once."""
    problems: list[ComptoirError] = []
    name = address = ""
    with noted(problems):
        name = rules.name(text)
    with noted(problems):
        address = fields.email(email) if email else ""
    if not fiches and any(days):
        problems.append(NothingToDate())
    grant = _grant(desk, fiches, days, problems)
    with desk.writing() as session:
        number = services.add(session, name, address, grant, desk.by())
    with desk.reading() as reader:
        return queries.technician(reader, number)


def qualified(desk: Desk, text: str, fiches: Sequence[int], days: Days) -> TechnicianRow:
    """Qualify the technician that a text names for fiches, all or none; give them."""
    who = found(desk, text)
    grant = _grant(desk, fiches, days, [])
    with desk.writing() as session:
        services.qualify(session, who.id, grant, desk.by())
    return who


def withdrawn(desk: Desk, text: str, number: int, on: str | None) -> TechnicianRow:
    """End what the technician that a text names has for a fiche, from a day on, today by default; give them."""
    rules.check_fiche(number)
    who, day = found(desk, text), _day(desk, "--on", on) or desk.today()
    with desk.writing() as session:
        services.withdraw(session, who.id, number, day, desk.by())
    return who


def left(desk: Desk, text: str, *, yes: bool) -> list[TechnicianRow]:
    """Record that the technician that a text names left, after a yes; give them, nothing where the person says no."""
    who = found(desk, text)
    if not who.active:
        raise HasLeft(who.name)
    if not desk.agreed(_("Record that {name} no longer works here?").format(name=who.name), yes=yes):
        return []
    with desk.writing() as session:
        services.leave(session, who.id, desk.by())
    return [who._replace(active=False)]


def trained(desk: Desk, text: str, course: Course) -> TrainingRow:
    """Record a training of the technician that a text names, planned or done."""
    who = found(desk, text)
    plan = _plan(desk, course, rules.line("--provider", course.given_by or ""))
    with desk.writing() as session:
        number = services.train(session, who.id, plan, desk.by())
    with desk.reading() as reader:
        return queries.training(reader, number, desk.today())


def watched(desk: Desk, course: Course) -> WatchRow:
    """Record an action of legal watch, planned or done."""
    source = desk.value("--source", course.given_by, _("Where is it read?"), lambda text: rules.title("--source", text))
    plan = _plan(desk, course, rules.title("--source", source))
    with desk.writing() as session:
        number = services.watch(session, plan, desk.by())
    with desk.reading() as reader:
        return queries.watch(reader, number, desk.today())


def training_done(desk: Desk, number: int, on: str | None, note: str) -> TrainingRow:
    """Record that a training was done, today by default."""
    day, told = _done(desk, on), rules.line("--note", note)
    with desk.writing() as session:
        services.trained(session, number, day, told, desk.by())
    with desk.reading() as reader:
        return queries.training(reader, number, desk.today())


def watch_done(desk: Desk, number: int, on: str | None, note: str) -> WatchRow:
    """Record that an action of legal watch was done, today by default."""
    day, told = _done(desk, on), rules.line("--note", note)
    with desk.writing() as session:
        services.watched(session, number, day, told, desk.by())
    with desk.reading() as reader:
        return queries.watch(reader, number, desk.today())


def conditions(desk: Desk, asked: Mapping[str, str | bool]) -> dict[str, str | int]:
    """Give the filters of a report that were given; raise BadDay and UntilBeforeSince."""
    kept: dict[str, str | int] = {}
    if name := asked.get("name"):
        kept["name"] = fold(tidy(str(name)))
    if asked["due"]:
        kept["due"] = desk.today().isoformat()
    days = {key: _day(desk, f"--{key}", str(asked[key] or "")) for key in ("since", "until")}
    rules.check_order(days["since"], days["until"])
    return kept | {key: day.isoformat() for key, day in days.items() if day}


def _grant(desk: Desk, fiches: Sequence[int], days: Days, problems: list[ComptoirError]) -> "services.Grant":
    """Read what tells of qualifications, from today on by default; raise its problems, and those found before."""
    since, until, certificate = desk.today(), None, ""
    with noted(problems):
        certificate = rules.line("--certificate", days.certificate or "")
    numbers = _fiches(fiches, problems)
    with noted(problems):
        since = _day(desk, "--since", days.since) or since
        until = _day(desk, "--until", days.until)
        rules.check_order(since, until)
    raise_all(problems)
    return services.Grant(numbers, since, until, certificate)


def _plan(desk: Desk, course: Course, given_by: str) -> "services.Plan":
    """Read what is planned, or done; raise its problems at once."""
    now = desk.today()
    problems: list[ComptoirError] = []
    title = ""
    with noted(problems):
        title = rules.title(_("TOPIC"), course.title)
    numbers = _fiches(course.fiches, problems)
    raise_all(problems)
    check = rules.check_done if course.done else rules.check_planned
    asked = desk.value("--on", course.on, _("On which day?"), lambda text: check(_dated(desk, "--on", text), now))
    day = _dated(desk, "--on", asked)
    check(day, now)
    return services.Plan(title, given_by, day, course.done, numbers)


def _fiches(given: Sequence[int], problems: list[ComptoirError]) -> tuple[int, ...]:
    """Give the numbers of fiches in order, each once; note those that are none."""
    for number in given:
        with noted(problems):
            rules.check_fiche(number)
    return tuple(sorted(set(given)))


def _done(desk: Desk, on: str | None) -> date:
    """Give the day that something was done on, today by default; raise BadDay and NotDoneYet."""
    now = desk.today()
    day = _day(desk, "--on", on) or now
    rules.check_done(day, now)
    return day


def _day(desk: Desk, flag: str, text: str | None) -> date | None:
    return _dated(desk, flag, text) if text else None


def _dated(desk: Desk, flag: str, text: str) -> date:
    return paris.day_asked(flag, text.strip(), desk.today())
