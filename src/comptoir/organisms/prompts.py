"""What the shop matches to the organisms' catalogues: read, checked, kept."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

from comptoir.core.errors import ComptoirError, MissingValue, raise_all
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.options import option
from comptoir.fiches.rules import plain
from comptoir.organisms import lookup, queries
from comptoir.organisms.matching import NEAREST
from comptoir.organisms.refusals import NeverFetched, NotInCatalogue, OneOfTwo
from comptoir.organisms.statuses import Matched, Organism

if TYPE_CHECKING:
    from comptoir.organisms import services
    from comptoir.store.read import Reader
else:
    services = later("comptoir.organisms.services")


class Told(NamedTuple):
    """What an organism calls a product or a brand of ours."""

    product: Annotated[
        str | None, option("--product", "-p", metavar=_("PRODUCT"), help=_("Kind of device: a key, a name."))
    ] = None
    brand: Annotated[str | None, option("--brand", "-b", metavar=_("BRAND"), help=_("Brand of the device."))] = None
    organism: Annotated[Organism | None, option(help=_("The eco-organism that calls it so."))] = None
    code: Annotated[str | None, option(metavar=_("CODE"), help=_("Its code in the organism's catalogue."))] = None
    forget: Annotated[bool, option(help=_("Forget what was matched."))] = False


def matched(desk: Desk, told: Told) -> list[queries.MatchRow]:
    """Keep or forget what an organism calls a product or a brand; give what is matched with it now.

    Raises MissingValue, OneOfTwo, UnknownProduct, NeverFetched, NotInCatalogue and NeverMatched.
    """
    kind, ours = _ours(desk, told)
    lacking: list[ComptoirError] = [MissingValue("--organism")] if told.organism is None else []
    lacking += [] if told.forget or told.code else [MissingValue("--code")]
    raise_all(lacking)
    organism, code = told.organism or Organism.ECOSYSTEM, (told.code or "").strip()
    if told.forget:
        with desk.bulk() as connection:
            services.unmatch(connection, organism, kind, ours, desk.by())
    else:
        with desk.reading() as reader:
            code = _known(reader, organism, kind, code)
        with desk.bulk() as connection:
            services.match(connection, organism, kind, ours, code, desk.by())
    with desk.reading() as reader:
        return list(queries.matches(reader, organism))


def _ours(desk: Desk, told: Told) -> tuple[Matched, str]:
    """Give what is matched: a product by its key, or a brand."""
    if (told.product is None) == (told.brand is None):
        raise OneOfTwo
    if told.product is not None:
        return Matched.PRODUCT, lookup.product_called(desk, told.product).key
    if not plain(told.brand or ""):
        raise MissingValue("--brand")
    return Matched.BRAND, told.brand or ""


def _known(reader: "Reader", organism: Organism, kind: Matched, code: str) -> str:
    """Give a code as the catalogue has it; raise NeverFetched and NotInCatalogue."""
    if not queries.listed(reader, organism):
        raise NeverFetched(organism)
    if kind is Matched.BRAND:
        found = queries.brand_code(reader, organism, code)
    else:
        row = queries.product(reader, organism, code)
        found = row.code if row else ""
    if not found:
        raise NotInCatalogue(organism, code, _near(reader, organism, kind, code))
    return found


def _near(reader: "Reader", organism: Organism, kind: Matched, code: str) -> list[str]:
    """Give what the catalogue has near a code: brands, or the codes of products whose name holds it."""
    if kind is Matched.BRAND:
        return list(queries.brands_like(reader, organism, code))
    words = plain(code)
    return [each.code for each in queries.listed(reader, organism) if words and words in each.plain][:NEAREST]
