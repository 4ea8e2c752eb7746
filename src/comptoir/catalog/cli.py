"""Commands on the catalogue."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.catalog import queries
from comptoir.catalog.rules import GRADE_WORDS
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.completion import from_database
from comptoir.desk.importing import CsvFile, Strict, report
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import Column, View

if TYPE_CHECKING:
    from comptoir.catalog import prompts
else:
    prompts = later("comptoir.catalog.prompts")

app = Feature()

CODE = Column("article_code", _("Code"))
MODEL = (Column("brand", _("Brand")), Column("name", _("Name")))
FOUND = (
    CODE,
    Column("category", _("Category")),
    *MODEL,
    Column("description", _("Model")),
    Column("price_a", _("Grade A")),
)
DEVICE = (
    CODE,
    Column("category", _("Category")),
    Column("family", _("Family")),
    *MODEL,
    Column("disk", _("Disk")),
    Column("ram", _("Memory")),
    Column("cpu", _("Processor")),
    Column("generation", _("Generation")),
    Column("screen", _("Screen")),
    Column("function", _("Function")),
    Column("colour", _("Colour")),
    Column("paper", _("Paper")),
    Column("age", _("Age")),
    Column("workshop", _("Workshop")),
    Column("price_a", _("Grade A")),
    Column("price_b", _("Grade B")),
    Column("price_c", _("Grade C")),
    Column("price_out_of_order", _("Out of order")),
)
QUESTIONS = (
    Column("question", _("Question")),
    Column("text", _("Text")),
    Column("answer", _("Answer")),
    Column("label", _("Label")),
    Column("grade", _("Grade"), GRADE_WORDS),
    Column("explanation", _("Explanation")),
)

Code = Annotated[
    str,
    argument(
        metavar="CODE",
        help=_("Article code, or a unique beginning of it."),
        complete=from_database(queries.codes),
    ),
]


class Filters(NamedTuple):
    """What narrows a search."""

    category: Annotated[str, option(help=_("Only this category."))] = ""
    brand: Annotated[str, option(help=_("Only this brand."))] = ""
    disk: Annotated[str, option(help=_("Disk or storage, such as 512."))] = ""
    ram: Annotated[str, option(help=_("Memory, such as 16."))] = ""
    cpu: Annotated[str, option(help=_("Processor, such as i7."))] = ""
    generation: Annotated[str, option(help=_("Processor generation, such as 10."))] = ""
    screen: Annotated[str, option(help=_("Screen size, such as 14."))] = ""
    function: Annotated[str, option(help=_("What a printer does, such as multifonction."))] = ""
    colour: Annotated[str, option(help=_("Colour, or black and white."))] = ""
    paper: Annotated[str, option(help=_("Paper size, such as A3."))] = ""
    age: Annotated[str, option(help=_("Age as the catalogue writes it, such as <3ans."))] = ""


@app.verb("import", help=_("Bring a catalogue in from a CSV file; known article codes are updated."))
def import_(
    desk: Desk,
    file: CsvFile,
    view: View,
    *,
    strict: Strict = False,
) -> None:
    """Import a catalogue; exit with 4 where lines were refused."""
    report(desk, prompts.imported(desk, file, strict=strict), view)


@app.verb("search", help=_("Find devices by words, accents and typing errors forgiven, and by characteristics."))
def search(
    desk: Desk,
    view: View,
    filters: Filters,
    words: Annotated[list[str] | None, argument(metavar=_("[WORDS]..."), help=_("Words, or an article code."))] = None,
    limit: Annotated[int, option("--limit", "-n", minimum=1, help=_("How many at most."))] = 20,
) -> None:
    """List devices, best first."""
    with desk.reading() as reader:
        found = list(queries.search(reader, words or [], filters._asdict(), limit + 1))
    desk.out.rows(FOUND, found[:limit], view)
    if len(found) > limit:
        desk.out.say(_("the first {limit} only: add words, or --limit").format(limit=limit))


@app.verb("show", help=_("Show a device: its characteristics and its price at each grade."))
def show(desk: Desk, code: Code, view: View) -> None:
    """Show one device."""
    with desk.reading() as reader:
        device = queries.device(reader, code)
    desk.out.record(DEVICE, device, view)


@app.verb("questions", help=_("Show what is asked of a category, and the grade that each answer makes."))
def questions(
    desk: Desk,
    category: Annotated[str, argument(metavar=_("CATEGORY"), help=_("Name of the category."))],
    view: View,
) -> None:
    """List the questions of a category with their choices."""
    desk.out.rows(QUESTIONS, prompts.choices(desk, category), view)
