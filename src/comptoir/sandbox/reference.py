"""The reference data of the sandbox, read once from `reference.toml`: products, brands, towns, shops, reasons."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from comptoir.core.text import fold

# The training credentials: fixed, and worth nothing anywhere else.
API_KEY = "5a4db0e5-7e57-4000-8000-c0de00000044"
USERNAME = "2000101"
PASSWORD = "bac-a-sable"  # noqa: S105 - a password for training, shown by the command
OPEN_END = date(9999, 12, 31)
AT_HOME = "2000000"  # the place of a repair at the customer's home (published types of ecosystem)
UNKNOWN_BRAND = "0000"
PIEC_FACTOR = Decimal("1.2")  # ecosystem, bonus with circular-economy parts: 20 % more for six appliances
ECOLOGIC, ECOSYSTEM = "ecologic", "ecosystem"


@dataclass(frozen=True)
class Sum:
    """An amount in euros that holds from one day until another, both included."""

    start: date
    end: date
    euros: Decimal


@dataclass(frozen=True)
class Family:
    """What the products of one kind share: codes with their labels, a business sheet, how a device is identified."""

    key: str
    label: str
    sheet: str
    identification: str
    repairs: Mapping[str, str]
    symptoms: Mapping[str, str]
    failures: Mapping[str, str]


@dataclass(frozen=True)
class Product:
    """A kind of appliance, known to both organisms, each under its own number."""

    ecologic: str
    ecosystem: str
    name: str
    since: date
    family: Family
    amounts: Sequence[Sum]
    thresholds: Sequence[Sum]
    piec: bool

    @property
    def needs_nameplate(self) -> bool:
        """Tell whether Ecologic wants the nameplate: information technology and telephony (its support centre)."""
        return self.ecologic.startswith(("EEE.M2.", "EEE.M6."))

    def covers(self, day: date) -> bool:
        """Tell whether a repair of that day is eligible."""
        return self.since <= day <= OPEN_END

    def amount(self, day: date) -> Decimal | None:
        """Give the bonus in euros for a repair of that day, None where no scale tells it."""
        return _at(self.amounts, day)

    def threshold(self, day: date) -> Decimal | None:
        """Give the least total including VAT, in euros, that triggers the bonus, None where there is none."""
        return _at(self.thresholds, day)


@dataclass(frozen=True)
class Brand:
    """A brand, the organism that covers it, and the families it makes."""

    name: str
    ecologic: str
    ecosystem: str
    organism: str
    families: frozenset[str]


@dataclass(frozen=True)
class Reference:
    """All of the reference data; `sites` and `partners` stay as they are written in the file."""

    products: Sequence[Product]
    brands: Sequence[Brand]
    towns: Mapping[str, Sequence[str]]
    sites: Sequence[Mapping[str, Any]]
    partners: Sequence[Mapping[str, Any]]
    reasons: Mapping[str, str]

    def product(self, organism: str, number: object) -> Product | None:
        """Find a product by its number at one organism."""
        return next((p for p in self.products if getattr(p, organism) == number), None)

    def brand(self, organism: str, number: object) -> Brand | None:
        """Find a brand by its number at one organism."""
        return next((b for b in self.brands if getattr(b, organism) and getattr(b, organism) == str(number)), None)

    def reason(self, code: str) -> str:
        """Give a reason as ecosystem writes it, `08 : …`; what is not a code of the list is told as it stands."""
        return f"{code} : {self.reasons[code]}" if code in self.reasons else code

    def spells(self, postcode: str, town: str) -> bool:
        """Tell whether a town is spelled as the back office has it for this postcode; unknown postcodes take any.

        Seen in a working client: the back office knows the postal spelling only (no accent, hyphen, apostrophe or
        district, `ST` for Saint), which is why clients rewrite towns before they send them. Capitals are free.
        """
        known = self.towns.get(postcode)
        return known is None or " ".join(town.upper().split()) in known


@lru_cache(maxsize=65_536)  # every claim is compared with every other
def same_number(text: str) -> str:
    """Give an invoice or serial number without blanks or capitals, to compare two of them."""
    return re.sub(r"\s+", "", fold(text))


@cache
def reference() -> Reference:
    """Read the file of the package."""
    held = tomllib.loads(files("comptoir.sandbox").joinpath("reference.toml").read_text(encoding="utf-8"))
    families = {key: _family(key, told) for key, told in held["families"].items()}
    return Reference(
        products=[_product(told, families) for told in held["products"]],
        brands=[_brand(told) for told in held["brands"]],
        towns=held["towns"],
        sites=held["sites"],
        partners=held["partners"],
        reasons=held["reasons"],
    )


def _family(key: str, told: dict[str, Any]) -> Family:
    codes = {name: dict(told[name]) for name in ("repairs", "symptoms", "failures")}
    return Family(key, told["label"], told["sheet"], told["identification"], **codes)


def _product(told: dict[str, Any], families: Mapping[str, Family]) -> Product:
    return Product(
        ecologic=told["ecologic"],
        ecosystem=told["ecosystem"],
        name=told["name"],
        since=told["since"],
        family=families[told["family"]],
        amounts=_sums(told["amounts"]),
        thresholds=_sums(told.get("thresholds", ())),
        piec=told.get("piec", False),
    )


def _brand(told: dict[str, Any]) -> Brand:
    return Brand(
        told["name"], told.get("ecologic", ""), told["ecosystem"], told["organism"], frozenset(told["families"])
    )


def _sums(told: Sequence[dict[str, Any]]) -> Sequence[Sum]:
    return [Sum(each["from"], each["until"], Decimal(each["euros"])) for each in told]


def _at(sums: Sequence[Sum], day: date) -> Decimal | None:
    return next((each.euros for each in sums if each.start <= day <= each.end), None)
