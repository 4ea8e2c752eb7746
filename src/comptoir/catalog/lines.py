"""The lines of a catalogue: what each must hold, and the reason when it cannot go in."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter

from comptoir.catalog.diagnosis import Categories
from comptoir.catalog.rules import CHARACTERISTICS
from comptoir.core import money
from comptoir.core.errors import Refused
from comptoir.core.i18n import _
from comptoir.core.sheet import NotASheet, check_header
from comptoir.core.text import fold

PRICES = ("price_a", "price_b", "price_c", "price_out_of_order")
TEXTS = ("article_code", "category", "brand", "name")
REQUIRED = (*TEXTS, "price_a", "price_b", "price_c")
COLUMNS = (*TEXTS, *CHARACTERISTICS, "workshop", *PRICES)
STORED = ("article_code", "category", "family", "brand", "name", *CHARACTERISTICS, "workshop", *PRICES)
TREE = ">"
CODE_LENGTH = 8
Values = tuple[str | int, ...]


class BadHeader(Refused):
    """A catalogue whose first line does not name the columns."""

    def __init__(self, reason: str) -> None:
        known = ", ".join(COLUMNS)
        super().__init__(
            _("this is not a catalogue: {reason}").format(reason=reason), _("columns: {known}").format(known=known)
        )


def line_checker(header: Sequence[str], categories: Categories) -> Callable[[Sequence[str]], Values]:
    """Make the function that turns a line's tidy cells into the values of `STORED`, or raises ValueError: the reason.

    Raises BadHeader for an unknown, a double or a missing column. 200,000 lines go through it: what repeats from line
    to line is looked up.
    """
    names = [name.strip().lower() for name in header]
    try:
        check_header(names, COLUMNS, REQUIRED)
    except NotASheet as error:
        raise BadHeader(str(error)) from error
    width = len(names)
    # An absent column reads an empty cell added at the end of the line.
    ordered = itemgetter(*(names.index(name) if name in names else width for name in COLUMNS))
    absent = len(names) < len(COLUMNS)
    category = lru_cache(maxsize=4096)(_category_finder(categories))

    def check(cells: Sequence[str]) -> Values:
        """Give the values of one line; raise ValueError with the reason."""
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
