"""The lines of a file of purchases: what each must hold, and the reasons when it cannot go in."""

from collections.abc import Callable, Sequence
from datetime import date

from comptoir.core.errors import ComptoirError, Refused
from comptoir.core.i18n import _
from comptoir.core.sheet import NotASheet, check_header, freed
from comptoir.parts.rules import BadPart, Purchase, is_whole_day, read

COLUMNS = Purchase._fields
OPTIONAL = ("donor", "note")
REQUIRED = tuple(name for name in COLUMNS if name not in OPTIONAL)


class NotPurchases(Refused):
    """A file whose first line does not name the columns of purchases."""

    def __init__(self, reason: str) -> None:
        known = ", ".join(COLUMNS)
        super().__init__(
            _("these are not purchases of parts: {reason}").format(reason=reason),
            _("columns: {known}").format(known=known),
        )


def line_checker(header: Sequence[str], today: date) -> Callable[[Sequence[str]], Purchase]:
    """Make the function that turns a line's tidy cells into a purchase, or raises ValueError: every reason.

    Raises NotPurchases for an unknown, a double or a missing column.
    """
    try:
        check_header(header, COLUMNS, REQUIRED)
    except NotASheet as error:
        raise NotPurchases(str(error)) from error

    def check(cells: Sequence[str]) -> Purchase:
        """Give the purchase of one line; raise ValueError."""
        form = dict(zip(header, map(freed, cells), strict=True))
        reasons: list[str] = []
        if not is_whole_day(form["bought_on"]):
            reasons.append(_no_day(form["bought_on"]))
            form["bought_on"] = today.isoformat()
        try:
            purchase = read(form, today)
        except ComptoirError as problem:
            raise ValueError(" · ".join([*reasons, *map(_reason, problem.problems())])) from None
        if reasons:
            raise ValueError(*reasons)
        return purchase

    return check


def _no_day(text: str) -> str:
    return _("`{day}` is not a day: write it like 2021-12-03 or 03/12/2021").format(day=text)


def _reason(problem: ComptoirError) -> str:
    return f"`{problem.field}`: {problem.reason}" if isinstance(problem, BadPart) else problem.message
