"""Commands on the library: documents that attach themselves to the repairs of a product, a family or a model."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.attachments.rules import Kind, Scope
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import View

if TYPE_CHECKING:
    from comptoir.attachments import columns, prompts
else:
    columns, prompts = later("comptoir.attachments.columns"), later("comptoir.attachments.prompts")

app = Feature()


class Told(NamedTuple):
    """What is said of a document."""

    title: Annotated[str | None, option(metavar=_("TEXT"), help=_("Its title; its name otherwise."))] = None
    kind: Annotated[Kind | None, option("--kind", "-k", help=_("What the files show."))] = None


@app.verb("add", help=_("Put a file into the library: manual, recall, advice, exploded view."))
def add(
    desk: Desk,
    scope: Annotated[Scope, argument(metavar=_("ABOUT"), help=_("`product`, `family` or `model`."))],
    target: Annotated[
        str, argument(metavar=_("TARGET"), help=_("Product's key, name of the family, or `BRAND MODEL`."))
    ],
    file: Annotated[str, argument(metavar=_("FILE"), help=_("Picture or PDF file."))],
    told: Told,
    view: View,
) -> None:
    """Put one file into the library."""
    desk.out.rows(columns.LIBRARY, prompts.shelved(desk, (scope, target), file, told.kind, told.title), view)


@app.verb("list", help=_("List the documents of the library."))
def list_(
    desk: Desk,
    view: View,
    scope: Annotated[Scope | None, option("--about", help=_("Only those about products, families or models."))] = None,
    target: Annotated[str | None, option(metavar=_("TARGET"), help=_("Only those about this one."))] = None,
) -> None:
    """List the library."""
    desk.out.rows(columns.LIBRARY, prompts.library(desk, scope, target), view)


@app.verb("drop", help=_("Take a document out of the library; the repairs that have it keep it."))
def drop(
    desk: Desk,
    number: Annotated[int, argument(metavar=_("NO."), help=_("Its number in `repair library list`."))],
    view: View,
    *,
    yes: Annotated[bool, option("--yes", "-y", help=_("Do not ask for a confirmation."))] = False,
) -> None:
    """Take one document out of the library."""
    desk.out.rows(columns.LIBRARY, prompts.dropped(desk, number, yes=yes), view)
