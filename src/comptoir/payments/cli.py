"""Commands on payments."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.completion import from_database
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import Section, View
from comptoir.organisms.statuses import Organism
from comptoir.payments import queries
from comptoir.payments.rules import LEGAL_DAYS

if TYPE_CHECKING:
    from comptoir.payments import columns, prompts
    from comptoir.repairs import queries as repairs
else:
    columns, prompts = later("comptoir.payments.columns"), later("comptoir.payments.prompts")
    repairs = later("comptoir.repairs.queries")

app = Feature()

CASE = from_database(lambda *asked: repairs.numbers(*asked))  # noqa: PLW0108 - loaded when TAB is pressed
Number = Annotated[
    int,
    argument(
        metavar=_("NO."), help=_("Number of the payment, as in the list."), complete=from_database(queries.numbers)
    ),
]
DryRun = Annotated[bool, option("--dry-run", help=_("Show what would be done and record nothing."))]
Yes = Annotated[bool, option("--yes", "-y", help=_("Do not ask for a confirmation."))]


class Kept(NamedTuple):
    """Which payments a list keeps."""

    unmatched: Annotated[bool, option("--unmatched", help=_("Only those with money matched to no claim."))] = False
    organism: Annotated[Organism | None, option(help=_("Only those of this eco-organism."))] = None
    since: Annotated[str, option(metavar=_("DAY"), help=_("From this day: 2026-11-22, 22/11/2026, 7d or 2w."))] = ""
    until: Annotated[str, option(metavar=_("DAY"), help=_("Up to this day, included."))] = ""


@app.verb("import", help=_("Bring in a bank statement (CSV, CAMT.053 or OFX) and match its payments to the claims."))
def import_(
    desk: Desk,
    file: Annotated[str, argument(metavar=_("FILE"), help=_("Bank statement; `-` is the standard input."))],
    view: View,
    account: Annotated[
        str, option(metavar=_("TEXT"), help=_("Only this account: its IBAN, or figures of it; all by default."))
    ] = "",
    *,
    dry_run: DryRun = False,
) -> None:
    """Bring a statement in."""
    view.chosen()
    desk.out.rows(columns.TALLY, [prompts.imported(desk, file, account, dry_run=dry_run)], view)


@app.verb("sync", help=_("Match again the payments that wait, after claims were confirmed; for cron."))
def sync(desk: Desk, view: View) -> None:
    """Match what waits."""
    view.chosen()
    desk.out.rows(columns.MOVED, prompts.synced(desk), view)


@app.verb("list", help=_("List the payments, the latest first."))
def list_(desk: Desk, kept: Kept, view: View) -> None:
    """List payments."""
    filters = prompts.filters(desk, kept.since, kept.until, kept.organism, unmatched=kept.unmatched)
    with desk.reading() as reader:
        desk.out.rows(columns.LISTED, queries.payments(reader, filters), view)


@app.verb("show", help=_("Show a payment and the claims that it pays."))
def show(desk: Desk, number: Number, view: View) -> None:
    """Show one payment."""
    row, shares = prompts.shown_payment(desk, number)
    desk.out.record(columns.SHOWN, row, view, [Section("shares", _("Claims paid"), columns.SHARES, shares)])


@app.verb("match", help=_("Match a payment, or part of it, to the claim of a repair."))
def match(
    desk: Desk,
    number: Number,
    case: Annotated[
        str, argument(metavar=_("CASE"), help=_("Number of the repair, or its last figures."), complete=CASE)
    ],
    view: View,
    amount: Annotated[
        str, option(metavar=_("AMOUNT"), help=_("How much of it; what the claim awaits by default."))
    ] = "",
    *,
    yes: Yes = False,
) -> None:
    """Match by hand."""
    view.chosen()
    desk.out.rows(columns.MOVED, prompts.matched(desk, number, case, amount, yes=yes), view)


@app.verb("unmatch", help=_("Undo what a payment was matched to; it is matched by hand only from then on."))
def unmatch(
    desk: Desk,
    number: Number,
    view: View,
    case: Annotated[str, argument(metavar=_("[CASE]"), help=_("Only its match to this repair."), complete=CASE)] = "",
    *,
    yes: Yes = False,
) -> None:
    """Undo by hand."""
    view.chosen()
    desk.out.rows(columns.MOVED, prompts.unmatched(desk, number, case, yes=yes), view)


@app.verb("late", help=_("Tell which claims were confirmed and are not paid in the days that the law gives."))
def late(
    desk: Desk,
    view: View,
    days: Annotated[
        int, option(minimum=0, metavar=_("COUNT"), help=_("Days since they were confirmed; 15 is the law."))
    ] = LEGAL_DAYS,
) -> None:
    """Sum up late claims."""
    with desk.reading() as reader:
        desk.out.rows(columns.LATE, queries.late(reader, desk.today(), days), view)


@app.verb("digest", help=_("Send the letter of the day: what was paid, what could not be matched, what is late."))
def digest(
    desk: Desk,
    view: View,
    to: Annotated[str, option("--to", metavar=_("ADDRESS"), help=_("Who reads it; `shop_email` by default."))] = "",
    *,
    dry_run: DryRun = False,
) -> None:
    """Send the digest."""
    view.chosen()
    desk.out.rows(columns.DIGEST, prompts.digest(desk, to, dry_run=dry_run), view)
