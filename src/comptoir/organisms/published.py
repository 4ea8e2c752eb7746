"""What an organism publishes: the rows of its catalogue and of the shop's account, as plain values."""

from decimal import Decimal
from typing import NamedTuple

from comptoir.organisms.statuses import AmountKind, CodeKind

UNSAID = -1


class ProductRow(NamedTuple):
    """A kind of device that an organism supports between two days; `sheet` is the fiche it asks for, where it says."""

    code: str
    name: str
    valid_from: str = ""
    valid_until: str = ""
    sheet: str = ""


class BrandRow(NamedTuple):
    """A brand, of one product or (without one) of all.

    `covered` is 1 where this organism has it, 0 where the other one does, UNSAID where the catalogue does not tell.
    """

    product: str
    code: str
    name: str
    covered: int = 1


class CodeRow(NamedTuple):
    """A symptom or repair code of a product."""

    product: str
    kind: CodeKind
    code: str
    label: str


class AmountRow(NamedTuple):
    """A bonus or a threshold of a product between two days (ISO, empty for no end)."""

    product: str
    kind: AmountKind
    valid_from: str
    valid_until: str
    amount: Decimal


class SiteRow(NamedTuple):
    """A place of repair that the account may claim for; `repairer` is whose, where the organism tells them apart."""

    code: str
    name: str
    postcode: str
    town: str
    repairer: str = ""


class SheetRow(NamedTuple):
    """A fiche métier that a repairer holds, between two days."""

    repairer: str
    code: str
    number: str
    name: str
    valid_from: str = ""
    valid_until: str = ""


class Reference(NamedTuple):
    """All that an organism publishes for an account."""

    products: tuple[ProductRow, ...]
    brands: tuple[BrandRow, ...]
    codes: tuple[CodeRow, ...]
    amounts: tuple[AmountRow, ...] = ()
    sites: tuple[SiteRow, ...] = ()
    sheets: tuple[SheetRow, ...] = ()
