"""Which product and which brand of an organism's catalogue are ours: the shop's word, a known code, the same name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core.later import later
from comptoir.fiches.rules import Product, names, plain
from comptoir.organisms.published import ProductRow
from comptoir.organisms.statuses import Organism

if TYPE_CHECKING:
    import difflib
else:
    difflib = later("difflib")

NEAREST = 5
_LIKENESS = 0.6
_WORD = 4  # letters of a word that means something


class Listed(NamedTuple):
    """A product of a catalogue, and the plain spelling of its name."""

    code: str
    name: str
    valid_from: str
    valid_until: str
    sheet: str
    plain: str

    @property
    def row(self) -> ProductRow:
        """Give what the organism published of it."""
        return ProductRow(*self[:-1])


def known_code(ours: Product, organism: Organism) -> str:
    """Give the code that an organism is known to have for a product of ours, empty for none."""
    return {Organism.ECOLOGIC: ours.ecologic, Organism.ECOSYSTEM: ours.ecosystem}[organism]


def product_of(ours: Product, listed: Iterable[Listed], codes: Sequence[str]) -> ProductRow | None:
    """Find a product of ours in a catalogue: under the first of these codes that it has, else under one of its names.

    Among several of one name, the one that is supported the longest counts.
    """
    by_code: dict[str, Listed] = {}
    by_name: dict[str, Listed] = {}
    for each in sorted(listed, key=lambda each: (each.valid_until or "9999-12-31", each.valid_from)):
        by_code[each.code] = by_name[each.plain] = each
    found = next((by_code[code] for code in codes if code in by_code), None)
    found = found or next((by_name[name] for name in names(ours) if name in by_name), None)
    return found.row if found else None


def near_products(ours: Product, listed: Iterable[Listed]) -> tuple[str, ...]:
    """Give the names of a catalogue that are nearest to a product of ours: those that share a word, else a spelling."""
    by_name = {each.plain: each.name for each in listed}
    words = {word for name in names(ours) for word in name.split() if len(word) >= _WORD}
    shared = {name: len(words & set(name.split())) for name in by_name}
    close = sorted((name for name in by_name if shared[name]), key=lambda name: -shared[name])
    close = close or difflib.get_close_matches(plain(ours.label), by_name, NEAREST, _LIKENESS)
    return tuple(by_name[name] for name in close[:NEAREST])


def near_brands(brand: str, plains: Mapping[str, str]) -> tuple[str, ...]:
    """Give the brands, by the plain spelling of each, that are nearest to one."""
    return tuple(plains[name] for name in difflib.get_close_matches(plain(brand), plains, NEAREST, _LIKENESS))


def squeezed(brand: str) -> str:
    """Give the plain spelling of a brand without its blanks: De'Longhi and Delonghi are one."""
    return plain(brand).replace(" ", "")
