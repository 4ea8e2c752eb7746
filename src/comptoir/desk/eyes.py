"""Values as people read them: money, days, yes and no, translated words."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from comptoir.core import money, paris
from comptoir.core.i18n import _, in_use
from comptoir.core.text import shown
from comptoir.desk.table import Cell

if TYPE_CHECKING:
    from comptoir.desk.output import Column


def cell(column: "Column", row: Any) -> Cell:  # noqa: ANN401 - any dataclass
    """Give what is shown of a row's field, and whether it is a figure."""
    value = getattr(row, column.key)
    if column.words is not None and isinstance(value, tuple):
        value = tuple(_(column.words.get(each, each)) for each in value)
    elif column.words is not None and value in column.words:
        return _(column.words[value]), False
    match value:
        case Decimal():
            return money.spoken(value), True
        case bool():
            return _("yes") if value else _("no"), False
        case int():
            return str(value), True
        case _:
            return _text(value), False


def _text(value: Any) -> str:  # noqa: ANN401 - a value that is no figure
    match value:
        case None:
            return ""
        case datetime():
            return _day(paris.in_paris(value)) + paris.in_paris(value).strftime(f"{money.NO_BREAK}%H:%M")
        case date():
            return _day(value)
        case tuple():
            names = (each if isinstance(each, str) else str(each[0]) for each in value)  # a row goes by its first field
            return ", ".join(map(shown, dict.fromkeys(names)))
        case _:
            return shown(str(value))


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y") if in_use() == "fr" else day.isoformat()[:10]
