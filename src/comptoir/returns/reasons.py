"""Reasons for a return: shipped with the program as TOML, extended or replaced by the shop's own file."""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from comptoir.core import money, toml
from comptoir.core.errors import UsageProblem
from comptoir.core.i18n import _
from comptoir.core.toml import Kind

SHIPPED = Path(__file__).with_name("reasons.toml")
FAMILIES = ("core", "new")
CREDITS = ("price", "deposit")
LONGEST_WINDOW = 36_500  # days: a hundred years, and the calendar still has the last one
# Letters that no keyboard changes, and the orders that the scanner knows already.
LETTERS = "BCDEFGHIJKLNOPRSTUVXY"
TAKEN = ("VLDT", "CNCL", "PLUS", "LESS", "UNDO", "STOP", "REST")
_CODE = re.compile(rf"[{LETTERS}]{{4}}")
_PERCENT = rf"(\d{{1,3}})(?:[.,](\d{{1,2}}))?[ {money.NO_BREAK}{money.NARROW}]?%"
_WHOLE = Decimal(100)
FORM: toml.Form = {
    "label": Kind(str),
    "family": Kind(str),
    "credits": Kind(str),
    "days": Kind(int),
    "fee": Kind(str, optional=True),
    "at_once": Kind(bool),
    "unopened": Kind(bool),
    "code": Kind(str),
}


class Fee(NamedTuple):
    """What is kept of a credit: a percentage of the line, or euros for each part; one of the two is zero."""

    percent: Decimal = Decimal(0)
    each: Decimal = money.ZERO

    def of(self, amount: Decimal, quantity: int) -> Decimal:
        """Give the euros kept of an amount of whole cents for so many parts, rounded, never more than the amount."""
        return min(money.rounded(amount * self.percent / _WHOLE + self.each * quantity), amount)

    def written(self) -> str:
        """Write the fee as it is recorded: `10%`, `1.50`, or nothing; `parse_fee` reads it back."""
        if self.percent:
            return f"{self.percent:.2f}".rstrip("0").rstrip(".") + "%"
        return f"{self.each:.2f}" if self.each else ""


class Reason(NamedTuple):
    """Why a part comes back, and what follows; the window of `days` begins on the day of delivery."""

    key: str
    label: str
    family: str
    credits: str
    days: int
    fee: Fee
    at_once: bool
    unopened: bool
    code: str


class BadReasons(UsageProblem):
    """The shop's file of reasons cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            _("cannot use the reasons of `{path}`: {reason}").format(path=path, reason=reason),
            _("the shipped file shows the form: {path}").format(path=SHIPPED),
        )


def load(own: str) -> dict[str, Reason]:
    """Read the shipped reasons, then the shop's file when there is one, by key, in order; raise BadReasons."""
    shipped = toml.read(SHIPPED)
    return toml.made_of(own, lambda data: _built(shipped | data), BadReasons) if own else _built(shipped)


def parse_fee(text: str) -> Fee:
    """Read a fee, `10 %`, `1,50` or nothing; raise ValueError or BadAmount."""
    if not text.strip():
        return Fee()
    if written := re.fullmatch(_PERCENT, text.strip(), re.ASCII):
        percent = Decimal(f"{written[1]}.{written[2] or '0'}")
        if percent > _WHOLE:
            raise ValueError(_("the fee {written} is more than the credit").format(written=text))
        return Fee(percent=percent)
    each = money.parse(text)
    if each < 0:
        raise ValueError(_("the fee {written} is negative").format(written=text))
    return Fee(each=each)


def _built(data: Mapping[str, object]) -> dict[str, Reason]:
    reasons = {key: _reason(key, _form(key, entry)) for key, entry in data.items()}
    codes: dict[str, str] = {}
    for reason in reasons.values():
        other = codes.setdefault(reason.code, reason.key)
        if other != reason.key:
            raise ValueError(
                _("`{one}` and `{other}` have the same code, {code}").format(
                    one=other, other=reason.key, code=reason.code
                )
            )
    return reasons


def _form(key: str, entry: object) -> dict[str, Any]:
    """Check an entry against the form of a reason; raise ValueError or KeyError."""
    toml.check_key(key, key)
    return toml.formed(key, entry, FORM)


def _reason(key: str, entry: Mapping[str, Any]) -> Reason:
    toml.check_choice(f"{key}.family", entry["family"], FAMILIES)
    toml.check_choice(f"{key}.credits", entry["credits"], CREDITS)
    toml.filled(f"{key}.label", entry["label"])
    if not 0 <= entry["days"] <= LONGEST_WINDOW:
        raise ValueError(_("`{name}` takes 0 to {most} days").format(name=f"{key}.days", most=LONGEST_WINDOW))
    if not _CODE.fullmatch(entry["code"]):
        raise ValueError(_("`{name}` takes four letters of {letters}").format(name=f"{key}.code", letters=LETTERS))
    if entry["code"] in TAKEN:
        raise ValueError(
            _("`{name}`: {code} is an order of the scanner").format(name=f"{key}.code", code=entry["code"])
        )
    return Reason(**{**entry, "key": key, "fee": parse_fee(entry.get("fee", ""))})
