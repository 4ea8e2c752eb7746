"""Who pays, how much, what is asked for: on plain values."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.fiches import book
from comptoir.fiches.rules import bonus_of
from comptoir.organisms import rules
from comptoir.organisms.matching import Listed, near_products, product_of, squeezed
from comptoir.organisms.published import UNSAID, AmountRow, BrandRow, CodeRow, ProductRow, SheetRow
from comptoir.organisms.rules import Held, Snapshot, amount_on, answer, in_force, is_old, pieces, route
from comptoir.organisms.statuses import AmountKind, Basis, CodeKind, Organism, Piece, Routed, Why

PRODUCTS = book.load("").products
WASHER, PHONE, TABLET, TELLY = (PRODUCTS[key] for key in ("washing_machine", "mobile_phone", "tablet", "television"))
DAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
HIS, ITS = ProductRow("EEE.M4.033", "Lave-linge"), ProductRow("2001", "Lave-linge")
BRAND = BrandRow("", "12", "Brandt")
AMOUNTS = (
    AmountRow("2001", AmountKind.BONUS, "2024-01-01", "2025-12-31", Decimal(50)),
    AmountRow("2001", AmountKind.BONUS, "2026-01-01", "", Decimal("61.25")),
    AmountRow("2001", AmountKind.THRESHOLD, "2026-01-01", "", Decimal(100)),
)


def flagged(covered: int) -> BrandRow:
    return BrandRow("2001", "BRANDT", "Brandt", covered)


def known(ecologic: Held | None = None, ecosystem: Held | None = None) -> Snapshot:
    """A washing machine of Brandt; an organism that is not given was never fetched."""
    held = (ecologic or Held(Organism.ECOLOGIC), ecosystem or Held(Organism.ECOSYSTEM))
    return Snapshot(WASHER, "Brandt", held)


def his(**told) -> Held:
    return Held(Organism.ECOLOGIC, **{"synced_at": NOW, "source": "a", "product": HIS, **told})


def its(**told) -> Held:
    return Held(Organism.ECOSYSTEM, **{"synced_at": NOW, "source": "b", "product": ITS, "amounts": AMOUNTS, **told})


# --- who


@pytest.mark.parametrize(
    ("snapshot", "organism", "routed"),
    [
        (known(his(brand=BRAND), its(brand=flagged(1))), Organism.ECOSYSTEM, Routed.FLAG),
        (known(his(brand=BRAND), its(brand=flagged(0))), Organism.ECOLOGIC, Routed.FLAG),
        (known(None, its(brand=flagged(0))), Organism.ECOLOGIC, Routed.FLAG),
        (known(his(brand=BRAND), its()), Organism.ECOLOGIC, Routed.LISTED),
        (known(his(), its(brand=flagged(UNSAID))), Organism.ECOSYSTEM, Routed.LISTED),
        (known(his(brand=BRAND), None), Organism.ECOLOGIC, Routed.ALONE),
        (known(his(brand=BRAND), its(product=None)), Organism.ECOLOGIC, Routed.ALONE),
        (known(his(product=None, brand=BRAND), its(brand=flagged(UNSAID))), Organism.ECOSYSTEM, Routed.ALONE),
        (known(his(brand=BRAND), its(brand=flagged(UNSAID))), None, Routed.BOTH),
        (known(his(), its()), None, Routed.NO_BRAND),
        (known(his(product=None, brand=BRAND), its()), None, Routed.NO_BRAND),
        (known(his(product=None, brand=BRAND), its(product=None)), None, Routed.NO_PRODUCT),
        (known(), None, Routed.NOT_FETCHED),
    ],
)
def test_who_pays_is_what_the_catalogues_say(snapshot: Snapshot, organism: Organism | None, routed: Routed) -> None:
    assert route(snapshot) == (organism, routed)
    found = answer(snapshot, DAY, None, circular=False)
    assert (found.organism, found.routed) == (organism, routed)
    assert found.certain == (routed in {Routed.FLAG, Routed.LISTED})


@pytest.mark.parametrize("organism", list(Organism))
def test_an_organism_that_is_asked_for_is_taken_as_it_is(organism: Organism) -> None:
    for snapshot in (known(), known(his(brand=BRAND), its(brand=flagged(1)))):
        found = answer(snapshot, DAY, None, circular=False, organism=organism)
        assert (found.organism, found.routed, found.certain) == (organism, Routed.ASKED, False)
        assert found.needs == rules.NEEDED[organism]


def test_an_answer_gives_the_codes_of_its_organism_and_where_they_come_from() -> None:
    codes = (CodeRow("EEE.M4.033", CodeKind.SYMPTOM, "XX5", "Fuite"), CodeRow("EEE.M4.033", CodeKind.REPAIR, "PSP", ""))
    found = answer(known(his(brand=BRAND, codes=codes), its(brand=flagged(0))), DAY, None, circular=False)
    assert (found.product_code, found.product_name, found.brand_code) == ("EEE.M4.033", "Lave-linge", "12")
    assert (found.symptoms, found.repairs) == (codes[:1], codes[1:])
    assert found.needs == (CodeKind.SYMPTOM, CodeKind.REPAIR)
    assert (found.synced_at, found.source) == (NOW, "a")


def test_a_brand_that_is_not_listed_goes_under_the_code_of_unknown_brands_where_there_is_one() -> None:
    told = {"circular": False, "organism": Organism.ECOSYSTEM}
    assert answer(known(None, its(orphan="0000")), DAY, None, **told).brand_code == "0000"
    assert answer(known(None, its(orphan="0000", brand=flagged(1))), DAY, None, **told).brand_code == "BRANDT"
    assert answer(known(None, its()), DAY, None, **told).brand_code == ""


def test_what_is_near_is_told_where_nobody_can_be_named() -> None:
    found = answer(
        known(his(near=("Four",), near_brands=("Brandy",)), its(near=("Four", "Hotte"))), DAY, None, circular=False
    )
    assert (found.near, found.near_brands) == (("Four", "Hotte"), ("Brandy",))


# --- how much


@pytest.mark.parametrize(
    ("day", "total", "circular", "bonus", "why"),
    [
        (DAY, None, False, "61.25", Why.GRANTED),
        (DAY, "100", False, "61.25", Why.GRANTED),
        (DAY, "99.99", False, "0", Why.UNDER_THRESHOLD),
        (DAY, "300", True, "73.50", Why.CIRCULAR),
        (date(2025, 12, 31), "50", False, "50", Why.GRANTED),
        (date(2025, 12, 31), "49.99", False, "0", Why.UNDER_BONUS),
        (date(2025, 12, 31), "59.99", True, "0", Why.UNDER_BONUS),
        (date(2023, 12, 31), "300", False, None, Why.NO_AMOUNT),
    ],
)
def test_the_organism_pays_by_its_own_amounts(
    day: date, total: str | None, circular: bool, bonus: str | None, why: Why
) -> None:
    snapshot = known(his(), its(brand=flagged(1)))
    found = answer(snapshot, day, None if total is None else Decimal(total), circular=circular)
    assert (found.bonus, found.why) == (None if bonus is None else Decimal(bonus), why)
    assert found.basis is Basis.ORGANISM
    assert found.threshold == (Decimal(100) if day == DAY else None)


def test_twenty_per_cent_more_is_for_the_six_types_alone_and_rounded_to_the_cent() -> None:
    amounts = (AmountRow("2001", AmountKind.BONUS, "2024-01-01", "", Decimal("10.04")),)
    snapshot = known(None, its(brand=flagged(1), amounts=amounts))
    assert answer(snapshot, DAY, None, circular=True).bonus == Decimal("12.05")
    tablet = snapshot._replace(product=TABLET)
    assert answer(tablet, DAY, None, circular=True)[5:7] == (Decimal("10.04"), Why.GRANTED)


def test_the_public_scale_answers_where_the_organism_publishes_nothing_and_says_so() -> None:
    for snapshot in (known(), known(his(brand=BRAND)), known(None, its(brand=flagged(1), amounts=()))):
        found = answer(snapshot, DAY, Decimal(90), circular=False)
        assert (found.bonus, found.why, found.basis) == (Decimal(50), Why.GRANTED, Basis.PUBLIC_SCALE)
    early = answer(known(his(brand=BRAND)), date(2023, 12, 31), Decimal(90), circular=False)
    assert (early.bonus, early.why) == (None, Why.BEFORE_SCALE)


def test_a_threshold_of_the_scale_is_not_put_on_an_amount_of_the_organism() -> None:
    laptop = PRODUCTS["laptop"]
    alone = AMOUNTS[:2]
    found = answer(
        Snapshot(laptop, "Brandt", (its(brand=flagged(1), amounts=alone),)), DAY, Decimal(80), circular=False
    )
    assert (found.bonus, found.threshold) == (Decimal("61.25"), None)
    scale = answer(Snapshot(laptop, "Brandt", (his(brand=BRAND),)), DAY, Decimal(80), circular=False)
    assert (scale.bonus, scale.threshold, scale.why) == (Decimal(0), Decimal(150), Why.UNDER_THRESHOLD)


def test_nothing_is_due_outside_the_period_of_the_product() -> None:
    row = ITS._replace(valid_from="2022-12-15", valid_until="2026-03-09T00:00:00")
    snapshot = known(None, its(brand=flagged(1), product=row))
    assert answer(snapshot, DAY, None, circular=False)[5:7] == (Decimal(0), Why.OUT_OF_PERIOD)
    assert answer(snapshot, date(2026, 3, 9), None, circular=False).why is Why.GRANTED


def test_nothing_is_due_for_a_fiche_that_the_shop_does_not_hold_that_day() -> None:
    held = SheetRow("r", "1", "", "", "2026-01-01", "2026-06-30")
    row = ITS._replace(sheet="1")

    def why(day: date, *sheets: SheetRow, product: ProductRow = row) -> Why:
        snapshot = known(None, its(brand=flagged(1), product=product, sheets=sheets))
        return answer(snapshot, day, None, circular=False).why

    assert why(DAY, held) is Why.GRANTED
    assert why(date(2026, 7, 1), held) is Why.NOT_IN_SHEETS
    assert why(DAY, held._replace(code="2")) is Why.NOT_IN_SHEETS
    assert why(DAY) is Why.GRANTED  # none is known: the organism decides
    assert why(DAY, held._replace(code="2"), product=ITS) is Why.GRANTED


totals = st.decimals(min_value=0, max_value=1000, places=2)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 12, 31))
brands = st.sampled_from([None, flagged(0), flagged(1), flagged(UNSAID)])


@st.composite
def snapshots(draw) -> Snapshot:
    amounts = tuple(
        AmountRow("2001", kind, draw(days).isoformat(), draw(st.sampled_from(["", "2027-12-31"])), draw(totals))
        for kind in draw(st.lists(st.sampled_from(list(AmountKind)), max_size=3))
    )
    product = draw(st.sampled_from([None, ITS, ITS._replace(sheet="1", valid_until="2026-12-31")]))
    ecosystem = its(brand=draw(brands), amounts=amounts, product=product)
    ecologic = his(brand=draw(st.sampled_from([None, BRAND])), product=draw(st.sampled_from([None, HIS])))
    ours = draw(st.sampled_from([WASHER, TABLET, TELLY, PRODUCTS["laptop"], PRODUCTS["shaver"]]))
    return Snapshot(ours, "Brandt", (ecologic, ecosystem))


@given(snapshots(), days, st.none() | totals, st.booleans(), st.sampled_from([None, *Organism]))
def test_whatever_is_known_an_answer_holds_together(snapshot, day, total, circular, organism) -> None:
    found = answer(snapshot, day, total, circular=circular, organism=organism)
    assert organism is None or found.organism is organism
    assert (found.organism is None) == (found.routed in {"both", "no_brand", "no_product", "not_fetched"})
    assert bool(found.pieces) == bool(found.needs) == (found.organism is not None)
    if found.bonus:
        assert found.why in {Why.GRANTED, Why.CIRCULAR}
        assert found.bonus == found.bonus.quantize(Decimal("0.01"))
        assert total is None or (total >= found.bonus and total >= (found.threshold or 0))
        assert found.why is not Why.CIRCULAR or (circular and snapshot.product.circular)
    if found.bonus is None:
        assert found.why in {Why.NOT_LISTED, Why.BEFORE_SCALE, Why.NO_AMOUNT}
    if found.basis is Basis.ORGANISM:
        assert found.organism is Organism.ECOSYSTEM


@given(st.sampled_from(sorted(PRODUCTS)), days, totals, st.booleans())
def test_without_any_catalogue_an_answer_is_the_public_scale(key, day, total, circular) -> None:
    found = answer(Snapshot(PRODUCTS[key], "x", ()), day, total, circular=circular)
    scale = bonus_of(PRODUCTS[key], total, day, circular=circular)
    assert (found.bonus, found.why.value, found.basis) == (scale.amount, scale.why.value, Basis.PUBLIC_SCALE)


# --- what is asked for


@pytest.mark.parametrize(
    ("organism", "key", "code", "circular", "required"),
    [
        (Organism.ECOLOGIC, "washing_machine", "EEE.M4.033", False, {Piece.INVOICE, Piece.CONSENT}),
        (Organism.ECOLOGIC, "mobile_phone", "EEE.M6.060", False, {Piece.INVOICE, Piece.CONSENT, Piece.NAMEPLATE}),
        (Organism.ECOLOGIC, "television", "EEE.M2.061", False, {Piece.INVOICE, Piece.CONSENT, Piece.NAMEPLATE}),
        (Organism.ECOLOGIC, "tablet", "", False, {Piece.INVOICE, Piece.CONSENT, Piece.NAMEPLATE}),
        (Organism.ECOLOGIC, "printer", "EEE.M5.099", False, {Piece.INVOICE, Piece.CONSENT, Piece.NAMEPLATE}),
        (Organism.ECOSYSTEM, "washing_machine", "2001", False, {Piece.INVOICE}),
        (Organism.ECOSYSTEM, "washing_machine", "2001", True, {Piece.INVOICE, Piece.CONSENT}),
        (Organism.ECOSYSTEM, "tablet", "3017", False, {Piece.INVOICE}),
        (Organism.ECOSYSTEM, "mobile_phone", "3016", False, {Piece.INVOICE, Piece.NAMEPLATE}),
        (Organism.ECOSYSTEM, "mobile_phone", "3016", True, {Piece.INVOICE, Piece.CONSENT, Piece.NAMEPLATE}),
    ],
)
def test_each_organism_has_its_documents(
    organism: Organism, key: str, code: str, circular: bool, required: set[Piece]
) -> None:
    found = dict(pieces(organism, PRODUCTS[key], code, circular=circular))
    assert list(found) == list(Piece)
    assert {piece for piece, needed in found.items() if needed} == required


# --- days


@given(days, days, days)
def test_a_day_is_in_force_between_its_bounds_both_included(begin: date, end: date, day: date) -> None:
    for written in ("", "T00:00:00"):
        assert in_force(begin.isoformat() + written, end.isoformat() + written, day) == (begin <= day <= end)
    assert in_force(begin.isoformat(), "", day) == (begin <= day)
    assert in_force("", "9999-12-31T00:00:00", day)


def test_the_latest_amount_in_force_counts() -> None:
    later = AMOUNTS[1]._replace(valid_from="2026-02-01", amount=Decimal(70))
    assert amount_on((later, *AMOUNTS), AmountKind.BONUS, DAY) == Decimal(70)
    assert amount_on((*AMOUNTS, later), AmountKind.BONUS, date(2026, 1, 31)) == Decimal("61.25")
    assert amount_on((), AmountKind.BONUS, DAY) is None


def test_data_are_old_after_two_days() -> None:
    assert not is_old(None, NOW)
    assert not is_old(NOW, NOW + timedelta(days=2))
    assert is_old(NOW, NOW + timedelta(days=2, seconds=1))


# --- which product is ours


def listed(*rows: tuple[str, str]) -> list[Listed]:
    from comptoir.fiches.rules import plain

    return [Listed(code, name, "", "", "", plain(name)) for code, name in rows]


@pytest.mark.parametrize(
    ("rows", "codes", "found"),
    [
        ([("1", "LAVE LINGE"), ("2", "Autre"), ("3", "Encore")], ["3", "2"], "3"),
        ([("1", "LAVE LINGE"), ("2", "Autre")], ["", "2"], "2"),
        ([("1", "LAVE LINGE"), ("2", "Autre")], ["9", "8"], "1"),
        ([("1", "Machine à laver")], [], "1"),
        ([("1", "Machine a laver"), ("2", "Lave-linge")], [], "2"),
        ([("1", "Lave-linges")], [], None),
        ([("1", ""), ("2", "...")], ["", ""], None),
        ([], [], None),
    ],
)
def test_a_product_is_found_by_the_shop_by_its_code_then_by_its_names(rows, codes, found) -> None:
    row = product_of(WASHER, listed(*rows), codes)
    assert (row.code if row else None) == found


def test_of_two_products_of_one_name_the_one_supported_the_longest_counts() -> None:
    old = Listed("1", "Lave-linge", "2022-01-01", "2024-12-31", "", "lave linge")
    new = Listed("2", "Lave-linge", "2025-01-01", "", "", "lave linge")
    for rows in ((old, new), (new, old)):
        assert product_of(WASHER, rows, []) == new.row


def test_the_nearest_names_are_told() -> None:
    rows = listed(("1", "Cave à vin"), ("2", "Lave-linge hublot professionnel"), ("3", "Linge"))
    assert near_products(WASHER, rows) == ("Lave-linge hublot professionnel", "Linge")
    assert near_products(PRODUCTS["drone"], listed(("1", "Drones"), ("2", "Hotte"))) == ("Drones",)


def test_brands_are_one_whatever_their_blanks_and_signs() -> None:
    assert squeezed("De'Longhi") == squeezed("DELONGHI") == squeezed("de longhi")
    assert squeezed("...") == ""
