"""Bank statements as CSV, the way French banks export them.

Each bank has its own titles, order and preamble: columns are known by the words of their titles. Amounts stand in one
signed column, or in one for debits and one for credits, or beside a column that says which it is.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from comptoir.core.errors import ComptoirError, raise_all, reason_of
from comptoir.core.i18n import _
from comptoir.core.money import ZERO, BadAmount, parse
from comptoir.core.paris import YEARS
from comptoir.core.text import shown
from comptoir.payments.movements import Movement, labelled, runs
from comptoir.payments.refusals import BadMovement, NotAStatement

PREAMBLE = 60  # lines in which the titles are looked for
MOST_TOLD = 10  # lines that cannot be read, told before the file is given up
# The best title first: some statements have two dates, and the day of booking is the one that does not move.
_DATES = (
    re.compile(r"date.*compta.*|booking date.*"),
    re.compile(r"date( d| de l| de la)? (operation|op|transaction|mouvement)\b.*|dateop|date|jour"),
    re.compile(r"date.*\bval.*|dateval|settlement date.*"),
)
_LABELS = re.compile(
    r"(?!.*\bdate\b)(libelle|label|description|intitule|details?|informations?|motif|nature|tiers|contrepartie|emetteur|payeur"
    r"|donneur|operation|reference|ref|communication|memo|commentaire|type operation|nom)\b.*"
)
_REFERENCE = re.compile(r"reference|ref|reference (operation|bancaire|banque)|(numero|n) (d )?operation|id.*operation")
_ACCOUNT = re.compile(r"(numero|n|no)( de)? compte|compte|iban|account.*")
_CURRENCY = re.compile(r"devise|currency|monnaie")
_SENSE = re.compile(r"sens|debit credit|d c|c d|credit debit")
_AMOUNT = re.compile(r"(montant|amount)\b.*")
_DEBIT, _CREDIT = re.compile(r"(?!.*credit).*\bdebits?\b.*"), re.compile(r"(?!.*debit).*\bcredits?\b.*")
_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})|(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)
_EUROS = frozenset({"", "eur", "euro", "euros"})


class Layout(NamedTuple):
    """Which columns of a sheet hold what; the places of amounts are `amount`, or `debit` and `credit`."""

    separator: str
    width: int
    day: int
    labels: tuple[int, ...]
    places: Mapping[str, int]


def read(text: str) -> list[Movement]:
    """Read the movements in euros; raise NotAStatement, or BadMovement for each line that cannot be read."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    top, layout = _found(lines)
    account = _told_before(lines[:top])
    movements: list[Movement] = []
    problems: list[ComptoirError] = []
    for number, cells in _records(lines[top + 1 :], layout.separator, top + 2):
        try:
            movement = _movement(cells, layout)
        except ValueError as error:
            problems.append(BadMovement(reason_of(error), line=number))
            if len(problems) == MOST_TOLD:
                break
        else:
            movements += [movement if movement.account else movement._replace(account=account)] if movement else []
    raise_all(problems)
    return movements


def _found(lines: Sequence[str]) -> tuple[int, Layout]:
    """Find the line of titles; raise NotAStatement."""
    for at, line in enumerate(lines[:PREAMBLE]):
        for separator in ";\t,|":
            layout = _layout(line, separator)
            if layout:
                return at, layout
    raise NotAStatement(_("no line has the titles date, label and amount (or debit and credit)"))


def _layout(line: str, separator: str) -> Layout | None:
    try:
        titles = [" ".join(runs(cell)) for cell in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return None
    wanted = {
        "reference": _REFERENCE, "account": _ACCOUNT, "currency": _CURRENCY, "sense": _SENSE, "debit": _DEBIT,
        "credit": _CREDIT, "amount": _AMOUNT,
    }  # fmt: skip
    places = {name: at for name, pattern in wanted.items() if (at := _place(titles, pattern)) is not None}
    if {"debit", "credit"} <= places.keys():
        places.pop("amount", None)
    days = [at for pattern in _DATES if (at := _place(titles, pattern)) is not None]
    labels = tuple(at for at, title in enumerate(titles) if _LABELS.fullmatch(title))
    has_amounts = "amount" in places or {"debit", "credit"} <= places.keys()
    return Layout(separator, len(titles), days[0], labels, places) if days and labels and has_amounts else None


def _place(titles: Sequence[str], pattern: re.Pattern[str]) -> int | None:
    return next((at for at, title in enumerate(titles) if pattern.fullmatch(title)), None)


def _told_before(lines: Sequence[str]) -> str:
    """Give what the preamble says, in letters and figures alone: the number of the account stands in it."""
    return "".join(runs(" ".join(lines))).upper()


def _records(lines: Sequence[str], separator: str, first: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=separator, strict=True)
    begins = first
    try:
        for cells in reader:
            yield begins, [shown(cell.strip()) if "\n" not in cell else cell.strip() for cell in cells]
            begins = first + reader.line_num
    except csv.Error as error:
        raise BadMovement(reason_of(error), line=begins) from error


def _movement(cells: list[str], layout: Layout) -> Movement | None:
    """Read one line; None for one that moves no euros: a total, a balance, a blank line. Raises ValueError."""
    if any(cells[layout.width :]):
        raise ValueError(_("{found} cells instead of {width}").format(found=len(cells), width=layout.width))
    cells += [""] * (layout.width - len(cells))
    written, label = cells[layout.day], labelled([cells[at] for at in layout.labels])
    if not written[:1].isdigit():
        if written or not label or not _amounts(cells, layout):
            return None
        if label.lower().startswith(("solde", "total")):
            return None
        raise ValueError(_("it has no day"))
    day, amount = _day(written), _amount(cells, layout)
    if not amount or _cell(cells, layout, "currency").lower().rstrip(".") not in _EUROS:
        return None
    account = "".join(runs(_cell(cells, layout, "account"))).upper()
    return Movement(day, amount, label, _cell(cells, layout, "reference"), account)


def _cell(cells: Sequence[str], layout: Layout, name: str) -> str:
    return cells[layout.places[name]] if name in layout.places else ""


def _amounts(cells: Sequence[str], layout: Layout) -> bool:
    return any(_cell(cells, layout, name) for name in ("amount", "debit", "credit"))


def _amount(cells: Sequence[str], layout: Layout) -> Decimal:
    """Give the signed amount of a line, 0.00 where it has none; raise ValueError."""
    if "amount" in layout.places:
        amount = _euros(_cell(cells, layout, "amount"))
        sense = fold_first(_cell(cells, layout, "sense"))
        return -abs(amount) if sense == "d" else abs(amount) if sense == "c" else amount
    debit, credit = (_euros(_cell(cells, layout, name)) for name in ("debit", "credit"))
    if debit and credit:
        raise ValueError(_("it has a debit and a credit"))
    return credit or (-abs(debit) if debit else ZERO)


def fold_first(text: str) -> str:
    """Give the first letter of a word, without accent or capital."""
    return "".join(runs(text))[:1]


def _euros(text: str) -> Decimal:
    # Some banks write a thousand with the sign that others write cents with: the last sign is that of the cents.
    plain = text.replace("\N{MINUS SIGN}", "-").replace("- ", "-").replace("+ ", "+")
    if "." in plain and "," in plain:
        thousands = "." if plain.rindex(",") > plain.rindex(".") else ","
        plain = plain.replace(thousands, "")
    try:
        return parse(plain) if plain else ZERO
    except BadAmount as error:
        raise ValueError(error.message) from error


def _day(text: str) -> date:
    found = _DAY.fullmatch(text.partition(" ")[0].partition("T")[0])
    if found is None:
        raise ValueError(_("`{day}` is not a day").format(day=text))
    day, month, year = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
    try:
        made = date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))  # noqa: PLR2004 - 26 for 2026
    except ValueError:
        raise ValueError(_("`{day}` is not a day").format(day=text)) from None
    if made.year not in YEARS:
        raise ValueError(_("`{day}` is not a day").format(day=text))
    return made
