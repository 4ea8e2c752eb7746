"""The shipped fiches and products: whole, and as the published scale and the names of the fiches have them."""

import re
from decimal import Decimal

import pytest

from comptoir.fiches import book
from comptoir.fiches.rules import FICHES, Identifier, Moment, points

BOOK = book.load("")
FICHE_NUMBERS = sorted(FICHES)
# The poster of 1 January 2024, line by line; the dryer with a heat pump is a dryer, the drone is told elsewhere.
SCALE = {
    60: "television",
    50: "washing_machine dishwasher tumble_dryer heat_pump_dryer desktop_computer laptop",
    40: "vacuum_cleaner",
    35: "printer scanner",
    30: "monitor projector heating_food_processor",
    25: "wine_cellar freezer cooker air_conditioner built_in_oven cooker_hood automatic_coffee_machine refrigerator "
    "fridge_freezer tablet hob stand_mixer mobile_phone",
    20: "steam_station amplifier digital_camera reflex_camera game_console microwave_oven hifi_system speaker "
    "home_cinema steam_cleaner dvd_player recorder mixing_desk tuner drone",
    15: "humidifier kettle juicer toaster garment_steamer steam_iron countertop_oven fryer air_purifier fan "
    "capsule_coffee_machine filter_coffee_machine citrus_press food_processor epilator hair_straightener "
    "vibration_platform landline_phone",
}
THRESHOLDS = {"desktop_computer": 150, "laptop": 150, "printer": 150, "scanner": 150, "monitor": 100}
CIRCULAR = (
    "washing_machine dishwasher refrigerator fridge_freezer television monitor laptop mobile_phone".split()  # noqa: SIM905 - a line of the poster
)
COVERED = {
    1: "washing_machine dishwasher cooker hob built_in_oven",
    2: "refrigerator freezer heat_pump_dryer air_conditioner wine_cellar",
    3: "vacuum_cleaner microwave_oven steam_iron kettle",
    4: "television",
    5: "amplifier speaker game_console projector electric_toy treadmill",
    6: "digital_camera reflex_camera",
    7: "mobile_phone tablet laptop desktop_computer printer monitor",
    8: "lawn_mower robot_mower table_saw",
    9: "drill chainsaw hedge_trimmer",
    10: "electric_bike electric_scooter",
}
STEAM = {"steam_iron", "steam_station", "steam_cleaner", "garment_steamer"}


def keys(number: int, moment: Moment, product: str | None = None) -> set[str]:
    asked = BOOK.products[product] if product else None
    return {point.key for point in points(BOOK.fiches[number], asked, moment)}


def test_the_ten_fiches_are_there_in_order() -> None:
    assert list(BOOK.fiches) == list(FICHES) == list(range(1, 11))
    assert BOOK.fiches[5].name == "Tout EGP – Hors TV et optique non intégrée et JELS – Hors mobilité"
    assert BOOK.fiches[1].name == "GEM - Sans fluides"


def test_every_product_has_the_amount_of_the_published_scale_and_no_other_has_one() -> None:
    published = {key: Decimal(euros) for euros, line in SCALE.items() for key in line.split()}
    assert {key: each.bonus for key, each in BOOK.products.items() if each.bonus is not None} == published


def test_thresholds_and_the_six_types_of_the_circular_increase_are_those_published() -> None:
    found = BOOK.products.items()
    assert {key: each.threshold for key, each in found if each.threshold is not None} == THRESHOLDS
    assert {key for key, each in found if each.circular} == set(CIRCULAR)


def test_the_codes_known_of_the_organisms_are_those_that_working_clients_send() -> None:
    ecologic = {each.key: each.ecologic for each in BOOK.products.values() if each.ecologic}
    assert len(set(ecologic.values())) == 43
    assert all(re.fullmatch(r"EEE\.M[124568]\.0\d\d", code) for code in ecologic.values())
    told = {"washing_machine": "EEE.M4.033", "mobile_phone": "EEE.M6.060", "television": "EEE.M2.061"}
    assert {key: ecologic[key] for key in told} == told
    shared = {"refrigerator", "fridge_freezer", "freezer"}
    assert {key for key, code in ecologic.items() if code == "EEE.M1.016"} == shared
    assert {each.key: each.ecosystem for each in BOOK.products.values() if each.ecosystem} == {"mobile_phone": "3016"}


@pytest.mark.parametrize(("number", "line"), COVERED.items())
def test_a_fiche_covers_its_products(number: int, line: str) -> None:
    assert {BOOK.products[key].fiche for key in line.split()} == {number}


def test_every_fiche_has_products_and_every_product_a_fiche() -> None:
    assert {product.fiche for product in BOOK.products.values()} == set(FICHES)


def test_a_telephone_goes_by_its_imei_and_a_tablet_may() -> None:
    told = {each.key: each.identifier for each in BOOK.products.values() if each.identifier is not Identifier.SERIAL}
    assert told == {"mobile_phone": "imei", "tablet": "either", "smart_watch": "either"}
    assert [each.key for each in BOOK.products.values() if each.imei] == ["mobile_phone"]


@pytest.mark.parametrize("number", FICHE_NUMBERS)
def test_a_fiche_is_whole(number: int) -> None:
    fiche = BOOK.fiches[number]
    assert len({point.key for point in fiche.points}) == len(fiche.points)
    assert [point.moment for point in fiche.points] == sorted((p.moment for p in fiche.points), reverse=True)
    assert {"diagnosis", "nameplate", "condition"} <= keys(number, Moment.BEFORE)
    for moment in Moment:
        assert any(point.required and point.safety for point in points(fiche, moment=moment))
    assert "rendu" in fiche.risks
    assert "point de collecte" in fiche.risks
    assert "\n" not in fiche.risks


@pytest.mark.parametrize("number", FICHE_NUMBERS)
def test_every_product_of_a_fiche_is_seen_working_before_it_leaves(number: int) -> None:
    seen = {"operation", "picture", "shots", "trial"}
    for product in BOOK.products.values():
        if product.fiche == number:
            assert seen & keys(number, Moment.AFTER, product.key)


def test_steam_is_tested_under_pressure_and_microwaves_for_leaks_after_the_repair() -> None:
    for product in BOOK.products.values():
        if product.fiche == 3:
            after = keys(3, Moment.AFTER, product.key)
            assert ("pressure" in after) == (product.key in STEAM)
            assert ("microwave_leak" in after) == (product.key == "microwave_oven")


@pytest.mark.parametrize("number", [8, 9])
def test_tools_have_their_battery_and_safety_systems_tested_after_the_repair(number: int) -> None:
    wanted = {"battery", "double_command", "switch", "stopping_time"} | ({"chain_brake"} if number == 9 else set())
    found = {point.key: point for point in BOOK.fiches[number].points}
    assert {found[key].moment for key in wanted} == {Moment.AFTER}
    assert all(found[key].required and found[key].safety for key in wanted)
    assert "sécurité" in BOOK.fiches[number].risks


def test_large_tools_are_told_from_small_ones_by_their_points() -> None:
    assert "chain_brake" in keys(9, Moment.AFTER, "chainsaw")
    assert "chain_brake" not in keys(9, Moment.AFTER, "drill")
    assert "stopping_time" in keys(8, Moment.AFTER, "lawn_mower")


@pytest.mark.parametrize("path", book.SHIPPED)
def test_texts_are_in_french_typography(path: book.Path) -> None:
    for text in re.findall(r'^(?:label|risks) = "(.*)"$', path.read_text("utf-8"), re.MULTILINE):
        assert not re.search(r"\S[;:!?](?:\s|$)| {2}|’|\.$", text), text
