"""What cannot be done with an organism's catalogue."""

from collections.abc import Sequence

from comptoir.core.errors import NotFound, Refused, UsageProblem
from comptoir.core.i18n import _
from comptoir.organisms.statuses import ORGANISM_NAMES, Organism


class CatalogueEmpty(Refused):
    """An organism sent a catalogue without a product or without a brand."""

    def __init__(self, organism: Organism) -> None:
        super().__init__(
            _("{organism} sent an empty catalogue: what was known before is kept").format(
                organism=ORGANISM_NAMES[organism]
            ),
            _("it is most often their mistake: try again later"),
        )


class CatalogueShrunk(Refused):
    """An organism's catalogue lost more than half of its products at once."""

    def __init__(self, organism: Organism, now: int, before: int) -> None:
        super().__init__(
            _("{organism} sent {now} products where there were {before}: what was known before is kept").format(
                organism=ORGANISM_NAMES[organism], now=now, before=before
            ),
            _("it is most often their mistake: try again later; `--again` takes it as it is"),
        )


class NotInCatalogue(NotFound):
    """An organism's catalogue has no such code."""

    def __init__(self, organism: Organism, code: str, near: Sequence[str] = ()) -> None:
        super().__init__(
            _("the catalogue of {organism} has no `{code}`").format(organism=ORGANISM_NAMES[organism], code=code),
            _("did you mean `{near}`?").format(near="`, `".join(near))
            if near
            else _("look it up with `comptoir qualirepar products` or `comptoir qualirepar brands`"),
        )


class NeverFetched(NotFound):
    """The catalogue of an organism was never fetched."""

    def __init__(self, organism: Organism) -> None:
        super().__init__(
            _("the catalogue of {organism} was never fetched").format(organism=ORGANISM_NAMES[organism]),
            _("`comptoir qualirepar sync` fetches it"),
        )


class NoProduct(NotFound):
    """No catalogue has a product that goes with one of ours."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("no catalogue has a product that goes with `{name}`").format(name=name),
            _("`comptoir qualirepar products` lists them, `comptoir qualirepar match` tells which one it is"),
        )


class OneOfTwo(UsageProblem):
    """A match is of a product or of a brand."""

    def __init__(self) -> None:
        super().__init__(
            _("a match is of a product or of a brand"), _("give one of `--product` and `--brand`, not both")
        )


class NeverMatched(NotFound):
    """The shop matched no such product or brand with an organism."""

    def __init__(self, organism: Organism, ours: str) -> None:
        super().__init__(
            _("nothing was matched to `{ours}` with {organism}").format(ours=ours, organism=ORGANISM_NAMES[organism]),
            _("`comptoir qualirepar organisms {organism}` shows what was matched").format(organism=organism),
        )
