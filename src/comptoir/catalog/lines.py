"""The lines of a catalogue: what each must hold, and the reason when it cannot go in."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from re import compile as pattern

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
_CODE = pattern(r"[0-9A-Z]{8}")


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


def line_checker(header: Sequence[str], categories: Categories) -> Callable[[Sequence[str]], tuple[str | int, ...]]:
    """Make the function that turns a line's cells into the values of `STORED`, or raises ValueError with the reason.

    Raises BadHeader for an unknown, a double or a missing column.
    """
    names = [name.strip().lower() for name in header]
    _check_header(names)
    places = {name: names.index(name) if name in names else None for name in COLUMNS}
    tops = {fold(label): (label, category.workshop) for label, category in categories.items()}
    text_places = [places[name] for name in CHARACTERISTICS]
    price_places = [places[name] for name in PRICES]
    code_at, category_at, brand_at, name_at = (names.index(name) for name in TEXTS)
    workshop_at, width = places["workshop"], len(names)

    def check(cells: Sequence[str]) -> tuple[str | int, ...]:
        if len(cells) != width:
            raise ValueError(_("{found} cells instead of {width}").format(found=len(cells), width=width))
        if not "".join(cells).isprintable():
            cells = [tidy(cell) for cell in cells]
        code = cells[code_at].strip().upper()
        if not _CODE.fullmatch(code):
            raise ValueError(_("`{code}` is not an article code of 8 letters and digits").format(code=code))
        category, family, workshop = _category(cells[category_at], tops)
        brand, name = cells[brand_at].strip(), cells[name_at].strip()
        if not brand or not name:
            raise ValueError(_("the brand or the name is empty"))
        given = cells[workshop_at].strip() if workshop_at is not None else ""
        texts = [cells[at].strip() if at is not None else "" for at in text_places]
        prices = [_price(cells[at]) if at is not None else 0 for at in price_places]
        return (code, category, family, brand, name, *texts, given or workshop, *prices)

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


def _category(path: str, tops: Mapping[str, tuple[str, str]]) -> tuple[str, str, str]:
    top, _sign, family = path.partition(TREE)
    known = tops.get(fold(top.strip()))
    if known is None:
        raise ValueError(_("there is no category `{name}`").format(name=top.strip()))
    return known[0], family.strip(), known[1]


@lru_cache(maxsize=4096)
def _price(written: str) -> int:
    if not written.strip():
        return 0
    try:
        price = money.parse(written)
    except money.BadAmount as error:
        raise ValueError(error.message) from None
    if price < 0:
        raise ValueError(_("the price {written} is negative").format(written=written))
    return money.to_cents(price)
