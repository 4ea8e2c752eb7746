"""Taking devices in: what is asked and refused, numbers, and devices that come back."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .conftest import CASE, FORM, LAPTOP, OTHER, PHONE, column, dump, intake, play, whole

LONG = "é" * 10_000
FRIDGE = {**OTHER, "product": "réfrigérateur"}
REQUIRED = ("title", "last_name", "first_name", "email", "phone", "line", "postcode", "town")
ASKED = ("product", "brand", "serial", "warranty", "service", "fault")
SITE = {"place": "on-site"}


@pytest.fixture
def shop(step: Callable[[str], Path]) -> Path:
    """A shop with its technicians and parts, and nothing taken in."""
    return step("open")


def taken(done: Callable[..., Any], **changes: object) -> dict[str, Any]:
    """Take a device in; give its case whole."""
    [row] = done([*intake(**changes), "--json"])
    return done(f"show {row['number']} --json")


# --- a case, whole


def test_a_device_is_taken_in_under_a_number_with_its_slip(shop: Path, done) -> None:
    case = taken(done, deposit="30", means="card", receipt="T-100", condition="Rayée", complement="2e étage")
    told = {"number": CASE, "status": "received", "product": "washing_machine", "fiche": 1, "brand": "Bosch"}
    told |= {"title": "Mme", "phone": "+33612345678", "complement": "2e étage", "serial": "FD 9901-00123", "bonus": 1}
    told |= {"deposit": "30.00", "deposit_means": "card", "deposit_receipt": "T-100", "consents": ["data"]}
    told |= {"opened_at": "2026-03-10T09:00:00+00:00", "operator": "marie", "condition": "Rayée", "place": "workshop"}
    assert {key: case[key] for key in told} == told
    assert column(shop, "SELECT kind FROM document WHERE reference = ?", CASE) == ["slip"]
    assert len(case["history"]) == 1
    whole(shop)


def test_numbers_follow_one_another_with_their_check_digit(shop: Path, done) -> None:
    numbers = [taken(done, serial=f"SN {place}")["number"] for place in range(11)]
    assert numbers[:3] == ["00000017", "00000024", "00000031"]
    assert [int(number[:-1]) for number in numbers] == [*range(1, 12)]
    assert column(shop, "SELECT count(*) FROM consumer") == [1]


def test_a_rehearsal_changes_nothing(shop: Path, done) -> None:
    before = dump(shop)
    ran = done([*intake(), "--dry-run"])
    assert "Bosch" in ran.err
    assert ran.out == ""
    assert dump(shop) == before


def test_a_known_customer_is_named_by_a_part_of_the_name(shop: Path, done) -> None:
    taken(done)
    nobody = dict.fromkeys(REQUIRED)
    case = taken(done, customer="durand", **{**nobody, "phone": "06 11 22 33 44"}, serial="SN 2")
    assert (case["first_name"], case["town"], case["phone"]) == ("Léa", "Rennes", "+33611223344")
    assert column(shop, "SELECT count(*) FROM consumer") == [1]


@pytest.mark.parametrize(
    ("kept", "spelled"),
    [
        ("06 12 34 56 78", "0612345678"),
        ("06 12 34 56 78", "06.12.34.56.78"),
        ("06 12 34 56 78", "+33 6 12 34 56 78"),
        ("06 12 34 56 78", "0033612345678"),
        ("06 12 34 56 78", "+33 (0)6 12 34 56 78"),
        ("0692 12 34 56", "0692123456"),
        ("0692 12 34 56", "06 92 12 34 56"),
        ("0692 12 34 56", "+262 692 12 34 56"),
        ("+687 75 12 34", "00687 751234"),
    ],
)
def test_a_known_customer_is_named_by_their_number_however_it_is_dialled(shop, done, kept: str, spelled: str) -> None:
    taken(done, phone=kept)
    taken(done, serial="SN 3", email="autre@example.fr", last_name="Autre", phone="06 92 12 34 57")
    case = taken(done, customer=spelled, **dict.fromkeys(REQUIRED), serial="SN 2")
    assert (case["last_name"], case["email"]) == ("Durand", "lea@example.fr")


@pytest.mark.parametrize("text", ["", " ", "612345678901", "12345678", "345678", "x0612345678", "٠612345678"])
def test_a_text_that_is_of_no_customer_names_nobody(shop, done, refuses, text: str) -> None:
    taken(done)
    refuses(intake(customer=text, **dict.fromkeys(REQUIRED), serial="SN 2"), 3, "unknown_consumer")


def test_of_many_customers_who_answer_a_few_are_named(shop, done, refuses) -> None:
    taken(done)
    with closing(sqlite3.connect(shop)) as connection, connection:
        names = "title, first_name, phone, line, complement, postcode, town, country, created_at"
        sql = f"INSERT INTO consumer (last_name, email, {names}) SELECT 'Dur' || ?, ? || '@a.fr', {names} FROM consumer"
        for place in range(60):
            connection.execute(f"{sql} LIMIT 1", (place, place))
    told = refuses(intake(customer="dur", **dict.fromkeys(REQUIRED), serial="SN 2"), 3, "unknown_consumer")[0]
    assert (told["hint"].count("@"), told["hint"][-1]) == (6, "…")


# --- what the bonus refuses, and what goes in without it


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"professional": True}, "professional"),
        ({"warranty": "legal"}, "under_warranty"),
        ({"warranty": "manufacturer"}, "under_warranty"),
        ({"warranty": "insurance"}, "under_warranty"),
        ({"warranty": "legal", "bought": "2026-01-01"}, "under_warranty"),
        ({"bought": "2024-03-11"}, "still_guaranteed"),
        ({"bought": "2026-03-10"}, "still_guaranteed"),
        ({"product": "réfrigérateur"}, "fiche_not_labelled"),
        ({"consent": None}, "consent_missing"),
        ({"consent": ["used-parts", "circular-parts"]}, "consent_missing"),
    ],
)
def test_what_gets_no_bonus_is_taken_in_without_it_alone(shop: Path, refuses, done, changes, kind: str) -> None:
    refuses(intake(**changes), 4, kind)
    case = taken(done, **changes, no_bonus=True)
    assert case["bonus"] == 0
    whole(shop)


@pytest.mark.parametrize(
    ("bought", "days"),
    [
        ("2024-03-10", ("2026-03-09T23:59", "2026-03-10T00:00")),
        ("10/03/2024", ("2026-03-09T12:00", "2026-03-10T12:00")),
        ("2024-02-29", ("2026-02-27T23:59", "2026-02-28T00:00")),  # no such day two years later: the month's last
        ("2022-02-28", ("2024-02-27T23:59", "2024-02-28T00:00")),
        ("2022-03-01", ("2024-02-29T23:59", "2024-03-01T00:00")),
        ("2022-12-31", ("2024-12-30T23:59", "2024-12-31T00:00")),
    ],
)
def test_the_legal_guarantee_ends_to_the_day(shop, refuses, done, at, bought, days) -> None:
    at(days[0])
    refuses(intake(bought=bought), 4, "still_guaranteed")
    at(days[1])
    assert taken(done, bought=bought)["bonus"] == 1


@pytest.mark.parametrize(("fiches", "kind"), [("", "fiche_not_labelled"), ("2;3", "fiche_not_labelled")])
def test_a_shop_is_labelled_for_its_fiches_alone(shop, refuses, done, monkeypatch, fiches: str, kind: str) -> None:
    monkeypatch.setenv("COMPTOIR_REPAIR_FICHES", fiches)
    refuses(intake(), 4, kind)
    monkeypatch.setenv("COMPTOIR_REPAIR_FICHES", "all")
    assert taken(done, **FRIDGE)["fiche"] == 2


def test_fiches_that_cannot_be_read_are_told(shop, refuses, monkeypatch) -> None:
    monkeypatch.setenv("COMPTOIR_REPAIR_FICHES", "1,11")
    refuses(intake(), 2, "bad_fiches")


# --- brands


@pytest.mark.parametrize("brand", ["Bosh", "BOSHC", "bosck"])
def test_an_unknown_brand_is_told_with_those_that_are_near(shop, refuses, brand: str) -> None:
    [told] = refuses(intake(brand=brand), 4, "unknown_brand")
    assert "`Bosch`" in told["hint"]


def test_a_brand_is_known_in_any_spelling_and_a_new_one_from_then_on(shop: Path, refuses, done) -> None:
    assert taken(done, brand="  bOSCH ")["brand"] == "Bosch"
    [told] = refuses(intake(**{**OTHER, "brand": "Zorglub 3000"}), 4, "unknown_brand")
    assert "--new-brand" in told["hint"]
    assert taken(done, **{**OTHER, "brand": "Zorglub 3000"}, new_brand=True)["brand"] == "Zorglub 3000"
    assert taken(done, brand="zorglub 3000", serial="SN 3")["brand"] == "Zorglub 3000"
    assert taken(done, brand="bosch", serial="SN 4", new_brand=True)["brand"] == "Bosch"


# --- serial numbers


@pytest.mark.parametrize("serial", ["FD 9901-00123", "fd990100123", "FD.9901/00123", " fd  9901 _ 00123 "])
def test_a_device_that_is_here_already_is_told_however_its_number_is_typed(shop, refuses, done, serial) -> None:
    taken(done)
    for changes in ({}, {"no_bonus": True}, {"last_name": "Petit", "email": "p@example.fr"}):
        [told] = refuses(intake(serial=serial, **changes), 4, "serial_in_case")
        assert CASE in told["message"]


def test_another_number_is_another_device_and_one_given_back_or_cancelled_may_come_again(step, done) -> None:
    step("over")
    again = {"no_bonus": True}  # it comes back under the guarantee of its repair
    assert taken(done, **again)["number"] == "00000024"
    done("cancel 24 --why erreur --yes")
    assert taken(done, **again)["number"] == "00000031"
    assert taken(done, serial="FD 9901-00124")["number"] == "00000048"


@pytest.mark.parametrize(
    "imei", ["490154203237519", "49015420323751", "4901542032375180", "49015420323751X", "SN-1", "٤٩٠١٥٤٢٠٣٢٣٧٥١٨"]
)
def test_a_telephone_s_imei_has_fifteen_digits_the_last_one_right(shop, refuses, imei: str) -> None:
    refuses(intake(**{**PHONE, "serial": imei}), 2, "bad_serial")


@pytest.mark.parametrize("imei", ["490154203237518", "49-015420-323751-8", " 49 015420 323751 8 "])
def test_an_imei_is_kept_without_its_blanks(shop, done, imei: str) -> None:
    assert taken(done, **{**PHONE, "serial": imei})["serial"] == "490154203237518"


def test_what_has_either_number_takes_both(shop, done) -> None:
    tablet = {**PHONE, "product": "tablette"}
    assert taken(done, **{**tablet, "serial": "49-015420-323751-8"})["serial"] == "490154203237518"
    assert taken(done, **{**tablet, "serial": "490154203237519"})["serial"] == "490154203237519"
    assert taken(done, **{**tablet, "serial": "F9 FX-1"})["serial"] == "F9 FX-1"


@pytest.mark.parametrize("serial", ["  ", "A", "--A-B--", "x" * 61, LONG])
def test_a_text_too_short_or_too_long_is_no_serial_number(shop, refuses, serial: str) -> None:
    refuses(intake(serial=serial), 2, "bad_serial")


# --- on site


@pytest.mark.parametrize(
    ("changes", "code", "kind"),
    [
        ({**SITE, "distance": 101}, 4, "too_far"),
        ({**SITE, "distance": 101, "far_because": "  "}, 4, "too_far"),
        (SITE, 2, "no_distance"),
        ({**SITE, "distance": -1}, 2, "bad_usage"),
        ({**SITE, "distance": 10**30, "far_because": "loin"}, 2, "no_distance"),
    ],
)
def test_a_repair_on_site_is_near_or_says_why(shop, refuses, changes, code: int, kind: str) -> None:
    refuses(intake(**changes), code, kind)


def test_a_hundred_kilometres_are_near_and_more_is_printed_with_its_reason(shop: Path, done) -> None:
    assert taken(done, **SITE, distance=100)["distance"] == 100
    far = taken(done, **OTHER, **SITE, distance=101, far_because="Île  isolée")
    assert (far["distance"], far["far_why"]) == (101, "Île isolée")
    [paper] = column(shop, "SELECT content FROM document WHERE reference = ?", far["number"])
    assert "Île isolée" in json.dumps(json.loads(paper), ensure_ascii=False)


def test_the_distance_is_measured_with_the_table_of_postcodes(shop, tmp_path: Path, refuses, done, monkeypatch) -> None:
    table = tmp_path / "places.csv"
    table.write_text(
        "code_postal,latitude,longitude\n35000,48.11,-1.68\n35400,48.65,-2.0\n29200,48.39,-4.49\n", "utf-8"
    )
    monkeypatch.setenv("COMPTOIR_POSTCODES", str(table))
    monkeypatch.setenv("COMPTOIR_REPAIR_POSTCODE", "35000")
    assert taken(done, **SITE)["distance"] == 0
    assert 60 < taken(done, **SITE, **OTHER, postcode="35400")["distance"] < 70
    brest = {**OTHER, "serial": "SN 3", "postcode": "29200"}
    refuses(intake(**SITE, **brest), 4, "too_far")
    refuses(intake(**SITE, **brest, distance=99), 4, "too_far")  # no road is shorter than the crow's
    assert taken(done, **SITE, **brest, distance=260, far_because="Seul réparateur")["distance"] == 260
    refuses(intake(**SITE, serial="SN 4", postcode="75002"), 2, "no_distance")


# --- the deposit


@pytest.mark.parametrize(
    ("till", "kind", "named"),
    [
        ({"deposit": "30"}, "deposit_incomplete", ("--means", "--receipt")),
        ({"deposit": "30", "means": "card"}, "deposit_incomplete", ("--receipt",)),
        ({"deposit": "30", "receipt": "T-1"}, "deposit_incomplete", ("--means",)),
        ({"deposit": "30", "means": "card", "receipt": "  "}, "deposit_incomplete", ("--receipt",)),
        ({"deposit": "-0,01", "means": "card", "receipt": "T-1"}, "negative_amount", ("--deposit",)),
        ({"deposit": "1000000", "means": "card", "receipt": "T-1"}, "too_much", ("--deposit",)),
        ({"deposit": "trente", "means": "card", "receipt": "T-1"}, "bad_amount", ()),
        ({"deposit": "30,005", "means": "card", "receipt": "T-1"}, "bad_amount", ()),
    ],
)
def test_a_deposit_has_its_means_and_the_till_s_receipt(shop, refuses, till, kind: str, named) -> None:
    [told] = refuses(intake(**till), 2, kind)
    assert [flag for flag in ("--means", "--receipt", "--deposit") if flag in told["message"]] == [*named]


def test_no_deposit_needs_nothing(shop, done) -> None:
    case = taken(done, deposit="0,00", receipt="T-9")
    assert (case["deposit"], case["deposit_receipt"], case["deposit_means"]) == ("0.00", "", "")


# --- what is missing, empty, long, or not for a terminal


@pytest.mark.parametrize("key", [*REQUIRED, *ASKED])
def test_what_is_missing_is_named_by_its_flag(shop, refuses, key: str) -> None:
    [told] = refuses(intake(**{key: None}), 2, "missing_value")
    assert f"`--{key.replace('_', '-')}`" in told["message"]


@pytest.mark.parametrize(
    ("key", "code", "kind"),
    [
        *((key, 2, "bad_field") for key in REQUIRED),
        ("product", 3, "unknown_product"),
        *((key, 2, "missing_value") for key in ("brand", "service", "fault")),
    ],
)
@pytest.mark.parametrize("blank", ["", "  "])
def test_an_empty_answer_is_none(shop, refuses, key: str, code: int, kind: str, blank: str) -> None:
    refuses(intake(**{key: blank}), code, kind)


@pytest.mark.parametrize(
    ("changes", "code", "kind"),
    [
        ({"bought": "2026-03-11"}, 2, "day_to_come"),
        ({"bought": "2023-02-29"}, 2, "bad_day"),
        ({"bought": "hier soir"}, 2, "bad_day"),
        ({"product": "lave-lige"}, 3, "unknown_product"),
        ({"title": "Dr"}, 2, "bad_field"),
        ({"email": "lea@"}, 2, "bad_field"),
        ({"phone": "123"}, 2, "bad_field"),
        ({"postcode": "99999"}, 2, "bad_field"),
        ({"warranty": "always"}, 2, "bad_usage"),
        ({"consent": ["everything"]}, 2, "bad_usage"),
        ({"nameplate": "no-such-file.jpg"}, 3, "file_missing"),
    ],
)
def test_what_cannot_be_read_is_refused(shop, refuses, changes, code: int, kind: str) -> None:
    refuses(intake(**changes), code, kind)


def test_every_problem_is_told_at_once(shop, refuses) -> None:
    changes = {"postcode": "1", "deposit": "30", "brand": "Bosh", "serial": "A", "fault": "", "warranty": "legal"}
    told = ["bad_field", "unknown_brand", "bad_serial", "too_far", "missing_value", "deposit_incomplete"]
    told += ["professional", "under_warranty", "fiche_not_labelled", "consent_missing"]
    more = {"product": "réfrigérateur", "professional": True, "consent": None, **SITE, "distance": 300}
    refuses(intake(**changes, **more), 2, *told)


def test_what_no_terminal_may_read_is_neither_kept_nor_shown(shop: Path, done, cli) -> None:
    evil = "Mal\x1b]52;c;bWFs\x07\x1b[2J\u202e\x00\x85!"
    case = taken(done, last_name=evil, fault=evil, serial=evil, model=evil, condition=evil, brand=evil, new_brand=True)
    assert not any(ord(char) < 32 or char in "\x85\u202e" for char in case["fault"] + case["serial"])
    for line in ("list", "show 17", "export", "show 17 --json"):
        shown = cli(f"repair {line}").out
        assert not {"\x1b", "\x07", "\u202e", "\x00", "\x85"} & set(shown)


def test_ten_thousand_characters_are_kept_and_printed(shop: Path, done, tmp_path: Path) -> None:
    texts = dict.fromkeys(("last_name", "line", "town", "model", "service", "fault", "condition", "receipt"), LONG)
    case = taken(done, **texts, deposit="1", means="cash", **SITE, distance=200, far_because=LONG)
    assert case["fault"] == LONG
    done(["slip", CASE, "-o", str(tmp_path)])
    assert (tmp_path / f"prise-en-charge-{CASE}.pdf").read_bytes().startswith(b"%PDF")


def test_a_warranty_that_is_missing_hides_no_other_problem(shop, refuses) -> None:
    refuses(intake(warranty=None, brand="Bosh", fault=None), 4, "unknown_brand", "missing_value", "missing_value")


def test_somebody_whose_name_begins_with_an_accent_is_one_person(shop: Path, done) -> None:
    for serial in ("SN 1", "SN 2"):
        taken(done, first_name="Éric", last_name="Étienne", serial=serial)
    assert column(shop, "SELECT count(*) FROM consumer") == [1]


# --- the clock


def test_a_clock_behind_by_an_hour_is_told_and_by_less_follows(shop: Path, refuses, done, at) -> None:
    taken(done)
    at("2026-03-10T08:59")
    refuses(intake(**OTHER), 4, "clock_back")
    at("2026-03-10T09:01")
    assert taken(done, **OTHER)["opened_at"] == "2026-03-10T09:00:00+00:00"
    whole(shop)


# --- devices that come back


def comes_back(done: Callable[..., Any], **changes: object) -> str:
    return taken(done, **{"no_bonus": True, **changes})["comeback_of"]


@pytest.mark.parametrize(
    ("day", "back"), [("2026-03-11", CASE), ("2026-06-09", CASE), ("2026-06-10", CASE), ("2026-06-11", "")]
)
def test_a_repaired_device_comes_back_within_three_months(step, refuses, done, at, day: str, back: str) -> None:
    path = step("over")
    at(f"{day}T12:00")
    again = {**LAPTOP, "serial": "fd9901 00123"}
    if back:  # the guarantee of the repair covers it
        refuses(intake(**again), 4, "comeback_has_no_bonus")
    assert comes_back(done, **again, no_bonus=bool(back)) == back
    assert len(done("comebacks --json")) == (back != "")
    whole(path)


def test_the_last_day_ends_at_midnight_in_paris(step, done, at) -> None:
    step("over")
    at("2026-06-10T23:59")  # 21:59 UTC
    assert comes_back(done) == CASE
    done("cancel 24 --why erreur --yes")
    at("2026-06-11T00:00")  # still the 10th in UTC
    assert comes_back(done) == ""


SAME = {"no_bonus": True, "serial": None}


@pytest.mark.parametrize(
    ("then", "now", "back"),
    [
        (FORM, SAME, True),
        ({**FORM, **SAME}, SAME, True),
        ({**FORM, **SAME}, {}, True),
        ({**FORM, **SAME}, {"brand": "bosch", "model": "wan28"}, True),
        (FORM, {"serial": "SN 5"}, False),  # another device of the same model
        (FORM, {**SAME, "model": "WAN29"}, False),
        (FORM, {**SAME, "model": None}, False),
        (FORM, {**SAME, "brand": "Siemens"}, False),
        (FORM, {**SAME, "email": "max@example.fr", "first_name": "Max"}, False),
    ],
)
def test_without_a_serial_number_a_device_is_known_by_its_owner_and_model(step, done, at, then, now, back) -> None:
    repaired(step, done, then)
    at("2026-05-01T12:00")
    assert comes_back(done, **now) == (CASE if back else "")


def repaired(step: Callable[[str], Path], done: Callable[..., Any], form: Any) -> None:
    """Take a device in and give it back repaired for nothing."""
    path = step("open")
    done(intake(**form))
    play(path, f"assign {CASE} karim", f"start {CASE} --despite vu", f"finish {CASE} --despite vu", f"handover {CASE}")


@pytest.mark.parametrize("verb", ["cancel 17 --why erreur --yes", "refuse 17"])
def test_what_was_not_repaired_does_not_come_back(step, done, at, verb: str) -> None:
    step("ready")
    done("quote 17 --yes")
    done(verb)
    done("handover 17")
    at("2026-03-11T12:00")
    assert comes_back(done) == ""


def test_it_comes_back_from_the_last_repair(step, done, at) -> None:
    path = step("over")
    at("2026-05-01T12:00")
    assert comes_back(done) == CASE
    more = ("assign 24 karim", "start 24 --despite vu", "finish 24 --despite vu", "handover 24")
    play(path, *more, COMPTOIR_AT="2026-05-02T12:00")
    at("2026-07-15T12:00")
    assert comes_back(done, fault="Encore") == "00000024"
    rows = done("comebacks --json")
    told = [(row["number"], row["comeback_of"], row["first_technician"], row["fault"], row["days"]) for row in rows]
    assert told == [
        ("00000031", "00000024", "Karim Benali", "Encore", 74),
        ("00000024", CASE, "Karim Benali", "Ne vidange plus", 52),
    ]
    assert [row["number"] for row in done("comebacks --json --since 2026-07-01")] == ["00000031"]
    assert [row["number"] for row in done("comebacks --json --customer lea@ --until 30/06/2026")] == ["00000024"]
    assert done("comebacks --json --device dell") == []


# --- corrections


def test_what_was_told_is_corrected_and_the_history_keeps_both(step, done, refuses) -> None:
    path = step("received")
    done("set 17 --model WAN29 --serial 'fd 9901 00999' --fault 'Ne chauffe plus' --symptom A1 --consent used-parts")
    case = done("show 17 --json")
    assert (case["model"], case["serial"], case["consents"]) == ("WAN29", "fd 9901 00999", ["data", "used-parts"])
    assert "FD 9901-00123 > fd 9901 00999" in case["history"][-1]["told"]
    assert "Données transmises à l'éco-organisme, Pièces d'occasion" in case["history"][-1]["told"]
    assert column(path, "SELECT serial_key FROM repair_case") == ["FD990100999"]
    before = dump(path)
    done("set 17 --model WAN29")
    assert dump(path) == before
    refuses("set 17", 2, "nothing_given")


def test_a_correction_never_makes_two_cases_of_one_device(step, done, refuses) -> None:
    step("received")
    done(intake(**OTHER))
    refuses("set 24 --serial fd990100123", 4, "serial_in_case")
    refuses("set 24 --serial A", 2, "bad_serial")
    done("set 24 --serial 'FD 9901 00456'")


def test_what_was_given_back_is_not_corrected(step, refuses) -> None:
    step("over")
    refuses("set 17 --fault Rien", 4, "device_closed")


def test_a_telephone_s_number_is_corrected_as_an_imei(shop, done, refuses) -> None:
    taken(done, **PHONE)
    for text in ("490154203237519", "SN-1"):
        refuses(f"set 17 --serial {text}", 2, "bad_serial")
    done("set 17 --serial 35-209900-176148-1")
    assert done("show 17 --json")["serial"] == "352099001761481"
