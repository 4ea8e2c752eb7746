"""Commands on buybacks."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.buyback.rules import (
    BUYBACK_WORDS,
    DEVICE_WORDS,
    PAPER_WORDS,
    Answer,
    BuybackStatus,
    PaperKind,
    Sort,
    total,
)
from comptoir.catalog.rules import GRADE_WORDS
from comptoir.core.i18n import _, mark
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.completion import from_database
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import Column, Section, View
from comptoir.parties.prompts import Identity, Pickup

if TYPE_CHECKING:
    from comptoir.buyback import prompts, queries
    from comptoir.catalog import queries as catalog_queries
    from comptoir.desk import printing
else:
    prompts, queries = later("comptoir.buyback.prompts"), later("comptoir.buyback.queries")
    catalog_queries, printing = later("comptoir.catalog.queries"), later("comptoir.desk.printing")

app = Feature()

NUMBER = Column("number", _("Number"))
PRODUCT = (Column("brand", _("Brand")), Column("name", _("Name")))
ITEM = (
    Column("position", _("No.")),
    Column("article_code", _("Code")),
    *PRODUCT,
    Column("grade", _("Grade"), GRADE_WORDS),
    Column("price", _("Estimate")),
    Column("transport", _("Transport")),
    Column("payment", _("Payment")),
)
VALIDATED = (NUMBER, *PRODUCT, Column("grade", _("Grade"), GRADE_WORDS), Column("declared", _("Estimate")))
LISTED = (
    NUMBER,
    Column("created_at", _("Date")),
    *PRODUCT,
    Column("declared", _("Declared")),
    Column("status", _("Status"), BUYBACK_WORDS),
    Column("grade", _("Grade"), GRADE_WORDS),
    Column("category", _("Category")),
    Column("reseller", _("Reseller")),
    Column("transport", _("Route")),
    Column("workshop", _("Workshop")),
)
WHOLE = (
    NUMBER,
    Column("created_at", _("Date")),
    Column("status", _("Status"), BUYBACK_WORDS),
    Column("device_status", _("Device"), DEVICE_WORDS),
    Column("article_code", _("Code")),
    Column("category", _("Category")),
    Column("family", _("Family")),
    *PRODUCT,
    Column("description", _("Model")),
    Column("grade", _("Grade"), GRADE_WORDS),
    Column("declared", _("Declared")),
    Column("controlled", _("Controlled")),
    Column("validated", _("Validated")),
    Column("paid", _("Paid")),
    Column("transport", _("Transport")),
    Column("payment", _("Payment")),
    Column("workshop", _("Workshop")),
    Column("reseller", _("Reseller")),
    Column("siret", _("SIRET")),
    Column("email", _("E-mail")),
    Column("phone", _("Phone")),
    Column("address", _("Pickup address")),
    Column("operator", _("Operator")),
)
ANSWER = (
    Column("question", _("Question")),
    Column("text", _("Text")),
    Column("answer", _("Answer")),
    Column("label", _("Label")),
)
HISTORY = (
    Column("moment", _("Date")),
    Column("verb", _("What"), {"validate": mark("validated"), "cancel": mark("cancelled")}),
    Column("operator", _("By")),
)
FILES = (Column("kind", _("Document"), PAPER_WORDS), Column("file", _("File")))

Number = Annotated[
    str,
    argument(
        metavar=_("NUMBER"),
        help=_("Buyback number, or its last figures."),
        complete=from_database(lambda *asked: queries.numbers(*asked)),  # noqa: PLW0108 - loaded when TAB is pressed
    ),
]
Yes = Annotated[bool, option("--yes", "-y", help=_("Do not ask for a confirmation."))]


class Offers(NamedTuple):
    """How the device leaves and how it is paid."""

    transport: Annotated[str | None, option(help=_("Transport, among those the device has."))] = None
    payment: Annotated[str | None, option(help=_("Payment, among those the device has."))] = None


class Filters(NamedTuple):
    """What a list keeps."""

    status: Annotated[BuybackStatus | None, option(help=_("Only this status."))] = None
    category: Annotated[str, option(help=_("Only this category."))] = ""
    product: Annotated[str, option(metavar=_("TEXT"), help=_("Brand, name or article code that holds this."))] = ""
    reseller: Annotated[str, option(metavar=_("TEXT"), help=_("SIRET, or name that holds this."))] = ""
    number: Annotated[str, option(metavar=_("DIGITS"), help=_("Number that holds these figures."))] = ""
    route: Annotated[str, option(metavar=_("TEXT"), help=_("Route that holds this."))] = ""
    since: Annotated[str, option(metavar=_("DAY"), help=_("From this day: 2026-11-22, 22/11/2026 or 7d."))] = ""
    until: Annotated[str, option(metavar=_("DAY"), help=_("Up to this day, included."))] = ""


@app.verb("add", help=_("Quote a device: model check, questions, price at once; it goes into the basket."))
def add(
    desk: Desk,
    offers: Offers,
    view: View,
    code: Annotated[
        str | None,
        argument(
            metavar="[CODE]",
            help=_("Article code, or a unique beginning of it."),
            complete=from_database(lambda *asked: catalog_queries.codes(*asked)),  # noqa: PLW0108 - loaded when TAB is pressed
        ),
    ] = None,
    answer: Annotated[
        list[str] | None,
        option("--answer", "-a", metavar=_("QUESTION=CHOICE"), help=_("An answer, such as works=yes.")),
    ] = None,
    *,
    yes: Yes = False,
) -> None:
    """Quote one device into the basket."""
    item = prompts.quoted(desk, code, answer or [], (offers.transport, offers.payment), yes=yes)
    if item is None:
        desk.out.say(_("nothing was added"))
        return
    held = prompts.added(desk, item)
    desk.out.rows(ITEM, held[-1:], view)
    desk.out.say(total(held))


@app.verb("basket", help=_("Show the devices quoted and not yet validated."))
def basket(desk: Desk, view: View) -> None:
    """List the basket."""
    with desk.reading() as reader:
        held = queries.basket(reader, desk.operator)
    desk.out.rows(ITEM, held, view)
    desk.out.say(total(held))


@app.verb("remove", help=_("Take devices out of the basket."))
def remove(
    desk: Desk,
    view: View,
    positions: Annotated[
        list[int] | None, argument(metavar=_("[NO.]..."), help=_("Their numbers in the basket."))
    ] = None,
    *,
    yes: Yes = False,
) -> None:
    """Take devices out of the basket."""
    desk.out.rows(ITEM, prompts.removed(desk, positions or [], yes=yes), view)
    desk.out.say(total(prompts.held(desk)))


@app.verb("validate", help=_("Validate the basket: each device gets its number and its papers."))
def validate(
    desk: Desk,
    identity: Identity,
    pickup: Pickup,
    view: View,
    *,
    dry_run: Annotated[bool, option("--dry-run", help=_("Show the recap and change nothing."))] = False,
    yes: Yes = False,
) -> None:
    """Turn the basket into buybacks."""
    draft = prompts.draft(desk, identity, pickup)
    desk.out.say(prompts.recap(draft))
    if dry_run or not desk.agreed(_("Validate this buyback?"), yes=yes):
        desk.out.say(_("nothing was validated"))
        return
    made = prompts.validated(desk, draft)
    desk.out.rows(VALIDATED, made, view)
    desk.out.say(_("next: `comptoir buyback documents {number}` prints its papers").format(number=made[0].number))


@app.verb("documents", help=_("Print the papers of a buyback as PDF files; again gives the same bytes."))
def documents(
    desk: Desk,
    number: Number,
    kind: Annotated[PaperKind | None, option(help=_("Only this paper."))] = None,
    output: Annotated[
        str,
        option("--output", "-o", metavar=_("FOLDER"), help=_("Folder of the files; `-` sends one paper to a pipe.")),
    ] = ".",
) -> None:
    """Print the papers of a buyback."""
    with desk.reading() as reader:
        papers = queries.papers(reader, queries.resolved(reader, number), kind)
    if output == "-":
        printing.into_pipe(desk, papers)
    else:
        desk.out.rows(FILES, printing.into_files(desk, papers, output), View())


@app.verb("list", help=_("List buybacks, the latest first."))
def list_(
    desk: Desk,
    filters: Filters,
    view: View,
    sort: Annotated[Sort, option(help=_("What to sort by."))] = Sort.DATE,
    *,
    reverse: Annotated[bool, option("--reverse", "-r", help=_("The other way round."))] = False,
) -> None:
    """List buybacks."""
    kept = queries.conditions(filters._asdict(), desk.clock.now())
    with desk.reading() as reader:
        desk.out.rows(LISTED, queries.buybacks(reader, kept, sort, backwards=reverse), view)


@app.verb("show", help=_("Show a buyback: the device, its answers, its history."))
def show(desk: Desk, number: Number, view: View) -> None:
    """Show one buyback."""
    with desk.reading() as reader:
        found = queries.buyback(reader, queries.resolved(reader, number))
        done = queries.history(reader, found.number)
    answers = [Answer(**answer) for answer in found.answers]
    sections = [Section("answers", _("Diagnosis"), ANSWER, answers), Section("history", _("History"), HISTORY, done)]
    desk.out.record(WHOLE, found, view, sections)


@app.verb("cancel", help=_("Cancel a buyback that has not left."))
def cancel(desk: Desk, number: Number, *, yes: Yes = False) -> None:
    """Cancel one buyback."""
    whole, done = prompts.cancelled(desk, number, yes=yes)
    told = _("buyback {number} is cancelled") if done else _("buyback {number} is left as it is")
    desk.out.say(told.format(number=whole))
