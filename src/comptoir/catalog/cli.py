"""Commands on the catalogue."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from comptoir.catalog import queries
from comptoir.catalog.rules import find_category
from comptoir.core.i18n import _
from comptoir.desk import later
from comptoir.desk.completion import from_database
from comptoir.desk.output import Column, View
from comptoir.desk.usage import Feature

if TYPE_CHECKING:
    from comptoir.catalog import categories, prompts, services
else:
    categories, prompts, services = (
        later(f"comptoir.catalog.{name}") for name in ("categories", "prompts", "services")
    )

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
    Column("grade", _("Grade")),
    Column("explanation", _("Explanation")),
)
TALLY = (
    Column("added", _("Added")),
    Column("updated", _("Updated")),
    Column("unchanged", _("Unchanged")),
    Column("refused", _("Refused")),
)

Code = Annotated[
    str,
    typer.Argument(
        metavar="CODE",
        help=_("Article code, or a unique beginning of it."),
        autocompletion=from_database(queries.codes),
    ),
]


@dataclass(frozen=True)
class Filters:
    """What narrows a search."""

    category: Annotated[str, typer.Option(help=_("Only this category."))] = ""
    brand: Annotated[str, typer.Option(help=_("Only this brand."))] = ""
    disk: Annotated[str, typer.Option(help=_("Disk or storage, such as 512."))] = ""
    ram: Annotated[str, typer.Option(help=_("Memory, such as 16."))] = ""
    cpu: Annotated[str, typer.Option(help=_("Processor, such as i7."))] = ""
    generation: Annotated[str, typer.Option(help=_("Processor generation, such as 10."))] = ""
    screen: Annotated[str, typer.Option(help=_("Screen size, such as 14."))] = ""
    function: Annotated[str, typer.Option(help=_("What a printer does, such as multifonction."))] = ""
    colour: Annotated[str, typer.Option(help=_("Colour, or black and white."))] = ""
    paper: Annotated[str, typer.Option(help=_("Paper size, such as A3."))] = ""
    age: Annotated[str, typer.Option(help=_("Age as the catalogue writes it, such as <3ans."))] = ""


@app.verb("import", help=_("Bring a catalogue in from a CSV file; known article codes are updated."))
def import_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help=_("CSV file; `-` is the standard input."))],
    view: View,
    *,
    strict: Annotated[bool, typer.Option("--strict", help=_("All lines or none."))] = False,
) -> None:
    """Import a catalogue; exit with 4 where lines were refused."""
    tally = prompts.imported(ctx.obj, file, strict=strict)
    ctx.obj.out.rows(TALLY, [tally], view)
    prompts.check(tally)


@app.verb("search", help=_("Find devices by words, accents and typing errors forgiven, and by characteristics."))
def search(
    ctx: typer.Context,
    view: View,
    filters: Filters,
    words: Annotated[list[str] | None, typer.Argument(metavar="WORDS", help=_("Words, or an article code."))] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help=_("How many at most."))] = 20,
) -> None:
    """List devices, best first."""
    with ctx.obj.reading() as reader:
        found = list(queries.search(reader, words or [], asdict(filters), limit))
    ctx.obj.out.rows(FOUND, found, view)
    if len(found) == limit:
        ctx.obj.out.say(_("the first {limit} only: add words, or --limit").format(limit=limit))


@app.verb("show", help=_("Show a device: its characteristics and its price at each grade."))
def show(ctx: typer.Context, code: Code, view: View) -> None:
    """Show one device."""
    with ctx.obj.reading() as reader:
        device = queries.device(reader, code)
    ctx.obj.out.record(DEVICE, device, view)


@app.verb("questions", help=_("Show what is asked of a category, and the grade that each answer makes."))
def questions(
    ctx: typer.Context,
    category: Annotated[str, typer.Argument(metavar="CATEGORY", help=_("Name of the category."))],
    view: View,
) -> None:
    """List the questions of a category with their choices."""
    found = find_category(category, categories.load(ctx.obj.settings["categories"]))
    ctx.obj.out.rows(QUESTIONS, prompts.choices(found), view)
