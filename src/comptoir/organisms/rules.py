"""What the organisms' data say of a device: which one covers it, what it pays, what it asks for."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from comptoir.core import money
from comptoir.fiches.rules import Product, bonus_of, due
from comptoir.organisms.published import UNSAID, AmountRow, BrandRow, CodeRow, ProductRow, SheetRow, SiteRow
from comptoir.organisms.statuses import AmountKind, Basis, CodeKind, Organism, Piece, Routed, Why

UNKNOWN_BRAND = "0000"  # ecosystem's code for a brand that its catalogue does not have
FRESH = timedelta(days=2)  # the organisms ask to be read once a day
CERTAIN = frozenset({Routed.FLAG, Routed.LISTED})
_NAMEPLATES = ("EEE.M2.", "EEE.M6.")  # Ecologic's screens, computers and telephones
_COMPUTERS = 7  # the fiche of computers and telephones
_ANY = Decimal("Infinity")  # a total that is not known reaches every threshold

# The codes that a claim needs of each organism.
NEEDED: dict[Organism, tuple[CodeKind, ...]] = {
    Organism.ECOLOGIC: (CodeKind.SYMPTOM, CodeKind.REPAIR),
    Organism.ECOSYSTEM: (CodeKind.REPAIR,),
}


class Held(NamedTuple):
    """What one organism's last catalogue holds of a product and brand of ours; nothing was fetched without a moment.

    `brand` is the row that routes; `orphan` is the code to file a brand under that the catalogue does not have.
    `near` are the product names nearest to ours where none goes with it, `near_brands` the brands.
    """

    organism: Organism
    synced_at: datetime | None = None
    source: str = ""
    product: ProductRow | None = None
    brand: BrandRow | None = None
    orphan: str = ""
    codes: tuple[CodeRow, ...] = ()
    amounts: tuple[AmountRow, ...] = ()
    sites: tuple[SiteRow, ...] = ()
    sheets: tuple[SheetRow, ...] = ()
    near: tuple[str, ...] = ()
    near_brands: tuple[str, ...] = ()


class Snapshot(NamedTuple):
    """Everything that is known of a product and brand of ours, with each organism."""

    product: Product
    brand: str
    held: tuple[Held, ...]

    def of(self, organism: Organism) -> Held:
        """Give what an organism holds."""
        return next((each for each in self.held if each.organism is organism), Held(organism))


class Answer(NamedTuple):
    """Who pays for a repair, how much, and what is asked for.

    `organism` is None where it cannot be told: `routed` says why, and the bonus is then the public scale's. `bonus` is
    None where no amount is known, zero where nothing is due, as `why` says; `threshold` is the total from which it is
    given. `product_code` is empty where the organism's catalogue has no product that goes with ours, `brand_code`
    where it has no such brand. `pieces` are the documents that a claim may carry, and whether each is required;
    `needs` the kinds of codes that it must bear, `symptoms` and `repairs` those of this product. `basis` says where
    the amount comes from; `source` and `synced_at` where the organism's data come from, and when they did.
    """

    organism: Organism | None
    routed: Routed
    product_code: str
    product_name: str
    brand_code: str
    bonus: Decimal | None
    why: Why
    threshold: Decimal | None
    basis: Basis
    pieces: tuple[tuple[Piece, bool], ...] = ()
    needs: tuple[CodeKind, ...] = ()
    symptoms: tuple[CodeRow, ...] = ()
    repairs: tuple[CodeRow, ...] = ()
    sites: tuple[SiteRow, ...] = ()
    sheets: tuple[SheetRow, ...] = ()
    synced_at: datetime | None = None
    source: str = ""
    near: tuple[str, ...] = ()
    near_brands: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Tell whether the catalogues leave no doubt about the organism."""
        return self.organism is not None and self.routed in CERTAIN


def answer(
    snapshot: Snapshot, day: date, total: Decimal | None, *, circular: bool, organism: Organism | None = None
) -> Answer:
    """Answer for a repair invoiced that day, for so many euros including VAT before the bonus, None for not known yet.

    `circular` is whether parts of the circular economy went in; `organism` is taken as it is where one is given.
    """
    chosen, routed = route(snapshot, organism)
    held = snapshot.of(chosen) if chosen else None
    weighed = _weighed(snapshot.product, held, day, _ANY if total is None else total, circular=circular)
    near = tuple(dict.fromkeys(name for each in snapshot.held for name in each.near))
    near_brands = tuple(dict.fromkeys(name for each in snapshot.held for name in each.near_brands))
    told = Answer(chosen, routed, "", "", "", *weighed, near=near, near_brands=near_brands)
    if chosen is None or held is None:
        return told
    code = held.product.code if held.product else ""
    return told._replace(
        product_code=code,
        product_name=held.product.name if held.product else "",
        brand_code=held.brand.code if held.brand else held.orphan,
        pieces=pieces(chosen, snapshot.product, code, circular=circular),
        needs=NEEDED[chosen],
        symptoms=tuple(each for each in held.codes if each.kind == CodeKind.SYMPTOM),
        repairs=tuple(each for each in held.codes if each.kind == CodeKind.REPAIR),
        sites=held.sites,
        sheets=held.sheets,
        synced_at=held.synced_at,
        source=held.source,
        near=held.near,
        near_brands=held.near_brands,
    )


def route(snapshot: Snapshot, asked: Organism | None = None) -> tuple[Organism | None, Routed]:
    """Say which organism has the brand for the product, and what decided; None where it cannot be told.

    ecosystem's catalogue tells for each brand of a product whether it has it or Ecologic does: that decides. Ecologic
    lists its own brands alone, for all of its products.
    """
    if asked:
        return asked, Routed.ASKED
    if not any(each.synced_at for each in snapshot.held):
        return None, Routed.NOT_FETCHED
    if not any(each.product for each in snapshot.held):
        return None, Routed.NO_PRODUCT
    flagged = snapshot.of(Organism.ECOSYSTEM).brand
    if flagged and flagged.covered != UNSAID:
        return Organism.ECOSYSTEM if flagged.covered else Organism.ECOLOGIC, Routed.FLAG
    listing = [each.organism for each in snapshot.held if each.product and each.brand]
    if len(listing) != 1:
        return None, Routed.BOTH if listing else Routed.NO_BRAND
    whole = all(snapshot.of(each).product for each in Organism)
    return listing[0], Routed.LISTED if whole else Routed.ALONE


def pieces(organism: Organism, product: Product, code: str, *, circular: bool) -> tuple[tuple[Piece, bool], ...]:
    """Give the documents that a claim may carry, and whether each is required.

    Ecologic (support 43000685083): the invoice and the consumer's signature, the nameplate for computers, telephones
    and screens. ecosystem (reasons of refusal 14 and 15): the invoice, the consumer's signature with parts of the
    circular economy, the nameplate of a telephone.
    """
    if organism is Organism.ECOLOGIC:
        consent = True
        nameplate = (code or product.ecologic).startswith(_NAMEPLATES) or product.fiche == _COMPUTERS
    else:
        consent, nameplate = circular, product.imei
    required = {Piece.INVOICE: True, Piece.CONSENT: consent, Piece.NAMEPLATE: nameplate}
    return tuple((piece, required.get(piece, False)) for piece in Piece)


def is_old(synced_at: datetime | None, now: datetime) -> bool:
    """Tell whether data that were fetched should have been fetched again since."""
    return synced_at is not None and now - synced_at > FRESH


def in_force(valid_from: str, valid_until: str, day: date) -> bool:
    """Tell whether a day stands between two ISO days or moments, both included; empty means no end."""
    asked = day.isoformat()
    return valid_from[:10] <= asked and (not valid_until or asked <= valid_until[:10])


def amount_on(amounts: Iterable[AmountRow], kind: AmountKind, day: date) -> Decimal | None:
    """Give the amount in force on a day, the latest to have come into force; None for none."""
    found = [each for each in amounts if each.kind == kind and in_force(each.valid_from, each.valid_until, day)]
    return max(found, key=lambda each: each.valid_from).amount if found else None


class _Weighed(NamedTuple):
    """What a bonus comes to: the fields of an answer, in its order."""

    bonus: Decimal | None
    why: Why
    threshold: Decimal | None
    basis: Basis


def _weighed(product: Product, held: Held | None, day: date, total: Decimal, *, circular: bool) -> _Weighed:
    """Weigh a repair by the organism's own amounts, by the public scale where it publishes none."""
    published = held.amounts if held and held.product else ()
    own = any(each.kind == AmountKind.BONUS for each in published)
    basis = Basis.ORGANISM if own else Basis.PUBLIC_SCALE
    threshold = amount_on(published, AmountKind.THRESHOLD, day)
    if threshold is None and not own:
        threshold = product.threshold
    bonus = amount_on(published, AmountKind.BONUS, day) if own else product.bonus
    against = _against(held, day) if held else None
    if against:
        return _Weighed(money.ZERO, against, threshold, basis)
    if own and bonus is None:
        return _Weighed(None, Why.NO_AMOUNT, threshold, basis)
    asked = product._replace(bonus=bonus, threshold=threshold)
    found = due(asked, total, circular=circular) if own else bonus_of(asked, total, day, circular=circular)
    return _Weighed(found.amount, Why(found.why.value), threshold, basis)


def _against(held: Held, day: date) -> Why | None:
    """Give what keeps an organism from paying on a day; a shop none of whose fiches is known is let be."""
    row = held.product
    if row is None:
        return None
    if not in_force(row.valid_from, row.valid_until, day):
        return Why.OUT_OF_PERIOD
    valid = {each.code for each in held.sheets if in_force(each.valid_from, each.valid_until, day)}
    if row.sheet and held.sheets and row.sheet not in valid:
        return Why.NOT_IN_SHEETS
    return None
