"""The lines of a catalogue: what each must hold, and the reason when it cannot go in."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import lru_cache
from operator import itemgetter
from unicodedata import is_normalized

from comptoir.catalog.diagnosis import Categories
from comptoir.catalog.rules import CHARACTERISTICS
from comptoir.core import money
from comptoir.core.errors import ComptoirError, Refused
from comptoir.core.i18n import _
from comptoir.core.text import fold, tidy

PRICES = ("price_a", "price_b", "price_c", "price_out_of_order")
TEXTS = ("article_code", "category", "brand", "name")
REQUIRED = (*TEXTS, "price_a", "price_b", "price_c")
COLUMNS = (*TEXTS, *CHARACTERISTICS, "workshop", *PRICES)
STORED = ("article_code", "category", "family", "brand", "name", *CHARACTERISTICS, "workshop", *PRICES)
TREE = ">"
CODE_LENGTH = 8
Values = tuple[str | int, ...]


class WrongWidth(ValueError):
    """A line that has not the cells of its header: a quote may stand open."""


class BadLine(Refused):
    """A line of a catalogue that cannot go in."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(_("line {line}: {reason}").format(line=line, reason=reason))
        self.line = line
        self.reason = reason


class BadHeader(Refused):
    """A catalogue whose first line does not name the columns."""

    def __init__(self, reason: str) -> None:
        known = ", ".join(COLUMNS)
        super().__init__(
            _("this is not a catalogue: {reason}").format(reason=reason), _("columns: {known}").format(known=known)
        )


def line_checker(header: Sequence[str], categories: Categories) -> Callable[[list[str]], Values]:
    """Make the function that turns a line's cells into the values of `STORED`, or raises ValueError with the reason.

    Raises BadHeader for an unknown, a double or a missing column. 200,000 lines go through it: what repeats from line
    to line is looked up, and a line is only tidied when a blank or a control character asks for it.
    """
    names = [name.strip().lower() for name in header]
    _check_header(names)
    width = len(names)
    # An absent column reads an empty cell added at the end of the line.
    ordered = itemgetter(*(names.index(name) if name in names else width for name in COLUMNS))
    absent = len(names) < len(COLUMNS)
    category = lru_cache(maxsize=4096)(_category_finder(categories))

    def check(cells: list[str]) -> Values:
        """Give the values of one line; raise ValueError or WrongWidth with the reason."""
        if len(cells) != width:
            raise WrongWidth(_("{found} cells instead of {width}").format(found=len(cells), width=width))
        # One space between the cells and at both ends: two in a row are a blank too many, wherever it stands.
        line = f" {' '.join(filter(None, cells))} "
        if "  " in line or not line.isprintable() or not is_normalized("NFC", line):
            cells = [tidy(cell) for cell in cells]
        if absent:
            cells = [*cells, ""]
        code, path, brand, name, *texts, workshop, a, b, c, out_of_order = ordered(cells)
        if len(code) != CODE_LENGTH or not (code.isalnum() and code.isascii()):
            raise ValueError(_("`{code}` is not an article code of 8 letters and digits").format(code=code))
        top, family, usual_workshop = category(path)
        if not brand or not name:
            raise ValueError(_("the brand or the name is empty"))
        prices = _price(a), _price(b), _price(c), _price(out_of_order)
        return (code.upper(), top, family, brand, name, *texts, workshop or usual_workshop, *prices)

    return check


def _check_header(names: Sequence[str]) -> None:
    found: list[ComptoirError] = []
    for name in names:
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, 1)
            meant = _(", did you mean `{near}`?").format(near=near[0]) if near else ""
            found.append(BadHeader(_("unknown column `{name}`").format(name=name) + meant))
        elif names.count(name) > 1:
            found.append(BadHeader(_("column `{name}` stands twice").format(name=name)))
    found += [BadHeader(_("column `{name}` is missing").format(name=name)) for name in REQUIRED if name not in names]
    if found:
        raise found[0]


def _category_finder(categories: Categories) -> Callable[[str], tuple[str, str, str]]:
    tops = {fold(label): (label, category.workshop) for label, category in categories.items()}

    def find(path: str) -> tuple[str, str, str]:
        """Give the category, the family and the usual workshop of a path; raise ValueError."""
        top, _sign, family = path.partition(TREE)
        known = tops.get(fold(top.strip()))
        if known is None:
            raise ValueError(_("there is no category `{name}`").format(name=top.strip()))
        return known[0], family.strip(), known[1]

    return find


@lru_cache(maxsize=4096)
def _price(written: str) -> int:
    if not written:
        return 0
    try:
        price = money.parse(written)
    except money.BadAmount as error:
        raise ValueError(error.message) from None
    if price < 0:
        raise ValueError(_("the price {written} is negative").format(written=written))
    return money.to_cents(price)
