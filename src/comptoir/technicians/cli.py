"""Commands on technicians."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.completion import from_database
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import Section, View
from comptoir.technicians import columns
from comptoir.technicians.prompts import Course, Days

if TYPE_CHECKING:
    from comptoir.technicians import prompts, queries
else:
    prompts, queries = later("comptoir.technicians.prompts"), later("comptoir.technicians.queries")

app = Feature()

Name = Annotated[
    str,
    argument(
        metavar=_("NAME"),
        help=_("Name of a technician, or the part of it that is enough to tell."),
        complete=from_database(lambda *asked: queries.names(*asked)),  # noqa: PLW0108 - loaded when TAB is pressed
    ),
]
Fiches = Annotated[
    list[int] | None,
    option("--fiche", metavar=_("NO."), help=_("Number of a fiche métier, 1 to 10; several times for several.")),
]
On = Annotated[str | None, option(metavar=_("DAY"), help=_("Its day: 2026-11-22 or 22/11/2026."))]
DoneOn = Annotated[str | None, option("--on", metavar=_("DAY"), help=_("Day it was done; today by default."))]
Done = Annotated[bool, option("--done", help=_("It was done that day, which may be over."))]
Note = Annotated[str, option(metavar=_("TEXT"), help=_("What is worth keeping of it."))]
Title = Annotated[str, argument(metavar=_("TOPIC"), help=_("What it is about."))]
Number = Annotated[int, argument(metavar=_("NO."), help=_("Its number in the report."))]
Yes = Annotated[bool, option("--yes", "-y", help=_("Do not ask for a confirmation."))]
Due = Annotated[bool, option("--due", help=_("Only what is not done and whose day has come."))]
Since = Annotated[str, option(metavar=_("DAY"), help=_("From this day: 2026-11-22, 22/11/2026 or 7d."))]
Until = Annotated[str, option(metavar=_("DAY"), help=_("Up to this day, included."))]


class Planned(NamedTuple):
    """What tells of a training."""

    on: On = None
    provider: Annotated[str | None, option(metavar=_("TEXT"), help=_("Who gives the training."))] = None
    fiche: Fiches = None
    done: Done = False


class Watches(NamedTuple):
    """What the report of the legal watch keeps."""

    due: Due = False
    since: Since = ""
    until: Until = ""


class Trainings(NamedTuple):
    """What the report of trainings keeps."""

    due: Due = False
    name: Annotated[str, option(metavar=_("TEXT"), help=_("Technician whose name holds this."))] = ""
    since: Since = ""
    until: Until = ""


@app.verb("add", help=_("Record a technician and their fiches, or take back one who left."))
def add(
    desk: Desk,
    name: Annotated[str, argument(metavar=_("NAME"), help=_("First and last name."))],
    days: Days,
    view: View,
    email: Annotated[str | None, option(metavar=_("EMAIL"), help=_("E-mail of the technician."))] = None,
    fiche: Fiches = None,
) -> None:
    """Record a technician."""
    who = prompts.added(desk, name, email, fiche or [], days)
    desk.out.rows(columns.STANDING, prompts.standings(desk, who), view)


@app.verb("list", help=_("Say who is qualified for what today, and what ends within 60 days."))
def list_(
    desk: Desk,
    view: View,
    fiche: Annotated[int | None, option(metavar=_("NO."), help=_("Only this fiche métier, 1 to 10."))] = None,
    *,
    every: Annotated[bool, option("--all", "-a", help=_("Those who left and what does not count today, too."))] = False,
) -> None:
    """List who is qualified for what."""
    number, today = prompts.fiche(fiche), desk.today()
    with desk.reading() as reader:
        found = queries.standings(reader, today, fiche=number, every=every)
    desk.out.rows(columns.EVERYONE if every else columns.COUNTING, found, view)
    prompts.warn_ending(desk, found)


@app.verb("show", help=_("Show a technician: each qualification, the trainings, the history."))
def show(desk: Desk, name: Name, view: View) -> None:
    """Show one technician."""
    today = desk.today()
    with desk.reading() as reader:
        who = queries.single(reader, name)
        held = queries.one_by_one(who, queries.periods(reader, who.id), today)
        trainings = list(queries.trainings(reader, {"technician": who.id}, today))
        done = queries.history(reader, who.id)
    sections = [
        Section("qualifications", _("Qualifications"), columns.QUALIFICATION, held),
        Section("trainings", _("Trainings"), columns.TRAINING, trainings),
        Section("history", _("History"), columns.HISTORY, done),
    ]
    desk.out.record(columns.TECHNICIAN, who, view, sections)


@app.verb("qualify", help=_("Qualify a technician for fiches métier, or renew what ends."))
def qualify(
    desk: Desk,
    name: Name,
    fiches: Annotated[list[int], argument(metavar=_("FICHE..."), help=_("Numbers of fiches métier, 1 to 10."))],
    days: Days,
    view: View,
) -> None:
    """Qualify a technician, for all the fiches or none."""
    who = prompts.qualified(desk, name, fiches, days)
    desk.out.rows(columns.STANDING, prompts.standings(desk, who), view)


@app.verb("withdraw", help=_("End a qualification on a day; what was recorded stays."))
def withdraw(
    desk: Desk,
    name: Name,
    fiche: Annotated[int, argument(metavar=_("FICHE"), help=_("Number of a fiche métier, 1 to 10."))],
    view: View,
    on: Annotated[
        str | None, option(metavar=_("DAY"), help=_("First day it no longer counts; today by default."))
    ] = None,
) -> None:
    """End a qualification."""
    who = prompts.withdrawn(desk, name, fiche, on)
    desk.out.rows(columns.STANDING, prompts.standings(desk, who), view)


@app.verb("leave", help=_("Record that a technician no longer works here."))
def leave(desk: Desk, name: Name, view: View, *, yes: Yes = False) -> None:
    """Record that a technician left."""
    gone = prompts.left(desk, name, yes=yes)
    desk.out.rows(columns.TECHNICIAN, gone, view)
    if not gone:
        desk.out.say(_("nothing was changed"))


@app.verb("train", help=_("Plan a training of a technician, or record one that was done."))
def train(desk: Desk, name: Name, title: Title, planned: Planned, view: View) -> None:
    """Plan or record a training."""
    on, provider, fiches, done = planned
    row = prompts.trained(desk, name, Course(title, provider, on, done, fiches or []))
    desk.out.rows(columns.TRAINING, [row], view)
    prompts.tell_next(desk, row)


@app.verb("trained", help=_("Record that a planned training was done."))
def trained(desk: Desk, number: Number, view: View, on: DoneOn = None, note: Note = "") -> None:
    """Record that a training was done."""
    row = prompts.training_done(desk, number, on, note)
    desk.out.rows(columns.TRAINING, [row], view)
    prompts.tell_next(desk, row)


@app.verb("trainings", help=_("Report the trainings: late, planned, done."))
def trainings(desk: Desk, kept: Trainings, view: View) -> None:
    """Report the trainings."""
    asked, today = prompts.conditions(desk, kept._asdict()), desk.today()
    with desk.reading() as reader:
        report = prompts.Report(queries.trainings(reader, asked, today))
        desk.out.rows(columns.TRAINING, report.rows(), view)
    desk.out.say(report.told())


@app.verb("watch", help=_("Plan an action of legal watch, or record one that was done."))
def watch(
    desk: Desk,
    title: Title,
    view: View,
    source: Annotated[str | None, option(metavar=_("TEXT"), help=_("Where it is read: a site, a letter."))] = None,
    on: On = None,
    *,
    done: Done = False,
) -> None:
    """Plan or record an action of legal watch."""
    desk.out.rows(columns.WATCH, [prompts.watched(desk, Course(title, source, on, done))], view)


@app.verb("watched", help=_("Record that a planned action of legal watch was done."))
def watched(desk: Desk, number: Number, view: View, on: DoneOn = None, note: Note = "") -> None:
    """Record that an action of legal watch was done."""
    desk.out.rows(columns.WATCH, [prompts.watch_done(desk, number, on, note)], view)


@app.verb("watches", help=_("Report the legal watch: late, planned, done."))
def watches(desk: Desk, kept: Watches, view: View) -> None:
    """Report the legal watch."""
    asked, today = prompts.conditions(desk, kept._asdict()), desk.today()
    with desk.reading() as reader:
        report = prompts.Report(queries.watches(reader, asked, today))
        desk.out.rows(columns.WATCH, report.rows(), view)
    desk.out.say(report.told())
