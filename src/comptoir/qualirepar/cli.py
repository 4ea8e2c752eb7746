"""Commands on claims: what a repair gets, what it lacks, filed, followed."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.core.errors import UsageProblem
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.completion import from_database
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import Section, View
from comptoir.organisms import cli as organisms
from comptoir.organisms.statuses import Organism
from comptoir.qualirepar.statuses import ClaimStatus

if TYPE_CHECKING:
    from comptoir.qualirepar import columns, fetching, portal, prompts, queries, training
    from comptoir.qualirepar.filing import Filed
    from comptoir.repairs import queries as repairs
else:
    columns, prompts = later("comptoir.qualirepar.columns"), later("comptoir.qualirepar.prompts")
    portal = later("comptoir.qualirepar.portal")
    fetching, training = later("comptoir.qualirepar.fetching"), later("comptoir.qualirepar.training")
    repairs, queries = later("comptoir.repairs.queries"), later("comptoir.qualirepar.queries")

app = Feature()
app.verbs |= organisms.app.verbs

REPAIR = from_database(lambda *asked: repairs.numbers(*asked))  # noqa: PLW0108 - loaded when TAB is pressed
CLAIMED = from_database(lambda *asked: queries.numbers(*asked))  # noqa: PLW0108 - as above
Case = Annotated[str, argument(metavar=_("CASE"), help=_("Number of a repair, or its last figures."), complete=REPAIR)]
Claimed = Annotated[
    str, argument(metavar=_("CASE"), help=_("Number of a repair, or its last figures."), complete=CLAIMED)
]
Only = Annotated[Organism | None, option("--organism", help=_("Only this eco-organism."))]
Yes = Annotated[bool, option("--yes", "-y", help=_("Do not ask for a confirmation."))]


class Picking(NamedTuple):
    """Which repairs are claimed, and how."""

    all: Annotated[bool, option(help=_("All repairs that are invoiced and not claimed to the end; for cron."))] = False
    organism: Only = None
    dry_run: Annotated[bool, option("--dry-run", help=_("Check everything, send nothing."))] = False
    yes: Yes = False


class Training(NamedTuple):
    """How the sandbox behaves."""

    port: Annotated[int, option(metavar="PORT", minimum=0, help=_("Port; 0 takes one that is free."))] = 8765
    state: Annotated[str, option(metavar=_("FILE"), help=_("File that keeps its claims; in memory without it."))] = ""
    delay: Annotated[int, option(metavar="MS", minimum=0, help=_("Milliseconds before each answer."))] = 0
    pace: Annotated[
        int, option(metavar=_("SECONDS"), minimum=0, help=_("Between two steps of a claim; 0: one step a status."))
    ] = 0
    refuse: Annotated[int, option(metavar="N", minimum=0, help=_("Refuse one claim in N, for training."))] = 0
    fault: Annotated[
        list[str] | None,
        option("--fault", metavar=_("STEP=KIND"), help=_("Misbehave, such as `createclaim=lost:1` or `put=reset`.")),
    ] = None
    verbose: Annotated[bool, option("--verbose", help=_("Tell each request."))] = False


class NumberOrNothing(UsageProblem):
    """What was found on the portal is not told, or told twice."""

    def __init__(self) -> None:
        super().__init__(
            _("give `--number NUMBER` where the claim is on the portal, or `--nothing` where it is not"),
        )


@app.verb("sync", help=_("Fetch what the organisms support, pay and ask for; for cron, once a night."))
def sync(
    desk: Desk,
    view: View,
    organism: Only = None,
    *,
    again: Annotated[bool, option("--again", help=_("Take a catalogue that lost most of what it had."))] = False,
) -> None:
    """Fetch reference data; exit with 5 where an organism did not answer."""
    view.chosen()
    done = fetching.fetched(desk, organism, again=again)
    desk.out.rows(columns.FETCHED, done.rows, view)
    done.conclude()


@app.verb("check", help=_("List all that would make the organism refuse a claim, before anything is sent."))
def check(desk: Desk, case: Case, view: View) -> int | None:
    """Check one claim; exit with 4 where something stops it."""
    view.chosen()
    found = prompts.looked_at(desk, case)
    desk.out.rows(columns.TROUBLES, found.troubles, view)
    return prompts.conclude_check(desk, found)


@app.verb("claim", help=_("File claims: created, documents sent, confirmed; goes on where it stopped."))
def claim(
    desk: Desk,
    picking: Picking,
    view: View,
    cases: Annotated[
        list[str] | None,
        argument(metavar=_("[CASE]..."), help=_("Numbers of repairs, or their last figures."), complete=REPAIR),
    ] = None,
) -> None:
    """File claims; exit with 4 where some were turned down, 5 where some did not go to their end."""
    view.chosen()
    plan = prompts.planned(desk, prompts.Picked(cases or [], picking.all, picking.organism))
    prompts.tell_doubts(desk, plan)
    done: list[Filed] = []
    if picking.dry_run:
        desk.out.rows(columns.PLANNED, prompts.rows(plan.found), view)
    else:
        plan.stopped.extend(prompts.filed(desk, plan.found, done.append, yes=picking.yes))
        desk.out.rows(columns.FILED, done, view)
    prompts.conclude(desk, done, plan)


@app.verb("status", help=_("Ask the organisms where claims stand: these, or all that wait; for cron."))
def status(
    desk: Desk,
    view: View,
    cases: Annotated[
        list[str] | None,
        argument(metavar=_("[CASE]..."), help=_("Numbers of repairs, or their last figures."), complete=CLAIMED),
    ] = None,
    organism: Only = None,
) -> None:
    """Ask where claims stand; exit with 5 where an organism did not answer."""
    view.chosen()
    found = prompts.asked(desk, cases or [], organism)
    desk.out.rows(columns.LISTED, found.rows, view)
    prompts.tell_credited(desk)
    found.conclude()


@app.verb("list", help=_("List claims and what is to be claimed, the latest first."))
def list_(
    desk: Desk,
    view: View,
    state: Annotated[ClaimStatus | None, option("--status", help=_("Only this state."))] = None,
    organism: Only = None,
) -> None:
    """List claims."""
    with desk.reading() as reader:
        desk.out.rows(columns.LISTED, queries.claims(reader, state or "", organism or ""), view)
    prompts.tell_credited(desk)


@app.verb("show", help=_("Show a claim: where it stands, its documents, what is to be done."))
def show(desk: Desk, case: Claimed, view: View) -> None:
    """Show one claim."""
    with desk.reading() as reader:
        found = queries.claim(reader, repairs.resolved(reader, case))
        files = queries.files(reader, found.id)
    desk.out.record(columns.WHOLE, found, view, [Section("files", _("Documents"), columns.FILES, files)])
    prompts.tell_next(desk, found)


@app.verb("log", help=_("Show every exchange with the organism about a claim, secrets taken out."))
def log(desk: Desk, case: Claimed, view: View) -> None:
    """Show the exchanges of a claim."""
    with desk.reading() as reader:
        number = queries.claim(reader, repairs.resolved(reader, case)).case_number
        desk.out.rows(columns.HEARD, queries.exchanges(reader, number), view)


@app.verb("refused", help=_("List the claims that were refused, why in plain words, and what to do."))
def refused(desk: Desk, view: View, organism: Only = None) -> None:
    """List refused claims."""
    with desk.reading() as reader:
        desk.out.rows(columns.REFUSED, prompts.explained(queries.refused(reader, organism or "")), view)


@app.verb("cancel", help=_("Cancel a claim that is not confirmed, or record that it was cancelled on the portal."))
def cancel(
    desk: Desk,
    case: Claimed,
    view: View,
    *,
    on_portal: Annotated[bool, option("--on-portal", help=_("It was cancelled on the organism's portal."))] = False,
    yes: Yes = False,
) -> None:
    """Cancel one claim."""
    view.chosen()
    desk.out.rows(columns.LISTED, portal.cancelled(desk, case, on_portal=on_portal, yes=yes), view)


@app.verb("sandbox", help=_("Serve both organisms' protocols on this machine, to train and to try."))
def sandbox(desk: Desk, asked: Training) -> None:
    """Serve until Ctrl-C."""
    training.serve(desk, asked)


@app.verb("found", help=_("Say what is on the portal of a claim whose creation got no answer."))
def found(
    desk: Desk,
    case: Claimed,
    view: View,
    number: Annotated[str, option(metavar=_("NUMBER"), help=_("Its number on the organism's portal."))] = "",
    *,
    nothing: Annotated[bool, option("--nothing", help=_("It is not there: it may be created again."))] = False,
) -> None:
    """Record what a person found."""
    if bool(number.strip()) == nothing:
        raise NumberOrNothing
    desk.out.rows(columns.LISTED, portal.recognised(desk, case, number.strip()), view)
