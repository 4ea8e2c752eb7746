"""A device taken in at a terminal: what cannot be taken is asked again there, and no answer is lost."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.i18n import _
from comptoir.repairs.refusals import Professional, StillGuaranteed, UnderWarranty
from comptoir.repairs.statuses import Warranty

from .conftest import LIVES, environment

ENTER, UP, ERASE = "\r", "\x1b[A", "\x15"
YES, NO = "oui\r", "non\r"
EXAMPLES = Path(__file__).parent.parent.parent / "examples"
SETTINGS = {"COMPTOIR_REPAIR_FICHES": "1,7", "COMPTOIR_SHOP_NAME": "Atelier du Canal"}
PERSON = {
    "title": "Mme",
    "last-name": "Durand",
    "first-name": "Léa",
    "email": "lea@example.fr",
    "phone": "0612345678",
    "line": "1 rue Haute",
    "complement": "",
    "postcode": "35000",
    "town": "Rennes",
}
DEVICE = {
    "private": None,
    "product": "lave-linge",
    "brand": "Bosch",
    "model": "WAN28",
    "nameplate": "",
    "serial": "FD 9901",
    "bought": "",
    "warranty": "none",
    "place": "workshop",
    "service": "Réparer",
    "fault": "Fuit",
    "condition": "",
    "deposit": "",
    "consent": "data",
}
STORIES = {"here": [], "back": ["assign 17 karim", "start 17 --despite vu", "finish 17 --despite vu", "handover 17"]}
TAKE, CHANGE, WITHOUT = _("Take this device in?"), _("What is to be changed?"), _("Go on without the bonus?")
BACK = _("comes back from repair {number}, done on {day}").format(number="00000017", day="22/11/2026")
FIELDS = ("customer", "professional", "product", "brand", "model", "nameplate", "serial", "bought", "warranty", "place")


def intake(*left_out: str, **changes: str | None) -> list[str]:
    """Give a line that asks nothing but what is left out."""
    told: Mapping[str, str | None] = PERSON | DEVICE | {key.replace("_", "-"): text for key, text in changes.items()}
    kept = {key: text for key, text in told.items() if key not in left_out}
    return ["repair", "intake", *(f"--{key}" if text is None else f"--{key}={text}" for key, text in kept.items())]


def field(key: str) -> tuple[str, str]:
    """Choose what is to be changed."""
    return CHANGE, f"{(FIELDS.index(key) + 1) % 10}\r"


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A desk where a washing machine is, and one where it was given back repaired, the same day."""
    folder = tmp_path_factory.mktemp("desks")
    first = [["repair", "technician", "add", "Karim Benali", "--fiche", "1", "--since", "2024-01-01"], intake()]
    told = {name: [["repair", *shlex.split(line)] for line in lines] for name, lines in STORIES.items()}
    told["here"] = first
    subprocess.run(
        [sys.executable, "-c", LIVES, json.dumps(told)], env=environment(folder) | SETTINGS, cwd=folder, check=True
    )
    return {name: folder / f"{name}.db" for name in STORIES}


@pytest.fixture
def desk(counter: Callable, shop, desks: dict[str, Path]) -> Callable:
    """Give what opens a terminal at the desk as it was after a story, or at a new one."""

    def sit(line: Sequence[str], story: str = "", **settings: str) -> Any:
        if story:
            shutil.copy(desks[story], shop.database)
        return counter(line, columns=120, rows=90, **SETTINGS, **settings)

    return sit


def case(shop) -> dict[str, Any]:
    """Give the last case, as it was recorded."""
    listed = json.loads(shop.run("repair", "list", "--json"))
    return json.loads(shop.run("repair", "show", listed[0]["number"], "--json"))


def count(shop) -> int:
    return len(shop.kept().get("repair_case", []))


# --- what used to be told by options alone


def test_the_place_the_purchase_the_state_and_the_deposit_are_asked_for(desk: Callable, shop) -> None:
    terminal = desk(intake("place", "bought", "condition", "deposit"))
    terminal.answers([(_("Bought on (Enter if unknown)"), "31/02/2020\r"), ("31/02/2020", f"{ERASE}15/02/2020\r")])
    terminal.answers([(_("Repaired where?"), "2\r"), (_("Distance in km"), "loin\r")])
    terminal.answers([(_("write whole kilometres"), f"{ERASE}120\r"), (_("Why so far?"), ENTER)])
    terminal.answers([(_("it is empty"), "Île isolée\r")])
    terminal.answers([(_("State, and what came with it (Enter for nothing)"), "Rayée\r")])
    terminal.answers([(_("Deposit paid at the till (Enter for none)"), "30,005\r"), ("`30,005`", "\x7f\x7f\r")])
    terminal.answers([(_("How was it paid?"), "2\r"), (_("Number of the till's receipt"), "T-7\r"), (TAKE, YES)])
    assert terminal.ends() == 0
    told = {"bought_on": "2020-02-15", "place": "on-site", "distance": 120, "far_why": "Île isolée"}
    told |= {"condition": "Rayée", "deposit": "30.00", "deposit_means": "cash", "deposit_receipt": "T-7"}
    assert {key: case(shop)[key] for key in told} == told


def test_a_photo_of_the_nameplate_writes_the_serial_number_already(desk: Callable, shop) -> None:
    terminal = desk(intake("nameplate", "serial"))
    photo = _("Photo of the nameplate: its file (Enter for none)")
    terminal.answers([(photo, "nulle-part.jpg\r"), ("nulle-part.jpg`", "")])
    terminal.sees(photo, times=2)
    terminal.types(f"'{EXAMPLES / 'plaque.jpg'}'\r")
    terminal.sees(_("Serial number") + " : 990100123")
    terminal.types(ENTER)
    terminal.answers([(TAKE, YES)])
    assert terminal.ends() == 0
    kept = case(shop)
    assert (kept["serial"], [row["kind"] for row in kept["documents"]]) == ("990100123", ["nameplate"])


def test_an_imei_is_not_what_any_nameplate_says(desk: Callable, shop) -> None:
    photo = {"product": "smartphone", "nameplate": str(EXAMPLES / "plaque.jpg")}
    terminal = desk(intake("serial", **photo))
    terminal.answers([(_("IMEI (*#06# shows it)"), "490154203237518\r"), (TAKE, YES)])
    assert terminal.ends() == 0
    assert case(shop)["serial"] == "490154203237518"


def test_without_the_bonus_a_serial_number_may_be_missing(desk: Callable, shop) -> None:
    terminal = desk(intake("private", "serial", no_bonus=None))
    asked = _("{question} (Enter for none)").format(question=_("Serial number"))
    terminal.answers([(asked, "A\r"), ("60 signes", f"{ERASE}\r"), (TAKE, YES)])
    assert terminal.ends() == 0
    assert (case(shop)["serial"], case(shop)["bonus"]) == ("", 0)


# --- what is refused is asked again there


def test_options_that_cannot_be_taken_are_asked_for_again(desk: Callable, shop) -> None:
    bad = {"email": "lea@", "brand": "Bosh", "serial": "A", "product": "portable", "bought": "2030-01-01", "fault": ""}
    terminal = desk(intake(**bad, deposit="trente"))
    terminal.answers([(_("E-mail") + " :", "lea@example.fr\r")])
    terminal.sees(
        _("no product is called `{name}`").format(name="portable"), "Ordinateur portable", "Téléphone portable"
    )
    terminal.answers([(_("Kind of device"), "ordinateur portable\r")])
    terminal.sees(_("the brand `{brand}` is not known").format(brand="Bosh"), "`Bosch`")
    terminal.answers([(_("Take this brand as it is?"), NO), (_("Brand") + " :", "bosch\r")])
    terminal.answers([(_("Serial number") + " :", "SN 1\r"), (_("Bought on (Enter if unknown)"), ENTER)])
    terminal.answers([(_("What is wrong") + " :", "Chauffe\r")])
    terminal.answers([(_("Deposit paid at the till (Enter for none)"), ENTER), (TAKE, YES)])
    assert terminal.ends() == 0
    told = {"email": "lea@example.fr", "product": "laptop", "brand": "Bosch", "serial": "SN 1", "fault": "Chauffe"}
    assert {key: case(shop)[key] for key in told} == told


def test_a_customer_whom_nobody_knows_is_a_new_one(desk: Callable, shop) -> None:
    terminal = desk(intake("town", customer="petit", serial="SN 2", last_name="Petit"), "here")
    terminal.sees(_("nobody known answers to `{key}`: a new customer").format(key="petit"))
    terminal.answers([(_("Town") + " :", "Rennes\r"), (TAKE, YES)])
    assert terminal.ends() == 0
    assert len(shop.kept()["consumer"]) == 2


def test_a_device_that_is_here_already_is_told_at_its_number(desk: Callable, shop) -> None:
    terminal = desk(intake("serial", "fault"), "here")
    terminal.answers([(_("Serial number") + " :", "fd9901\r"), ("00000017", f"{ERASE}FD 9902\r")])
    terminal.answers([(_("What is wrong") + " :", "Fuit\r"), (TAKE, YES)])
    assert terminal.ends() == 0
    assert case(shop)["serial"] == "FD 9902"


# --- what stands against the bonus

AGAINST = [
    (("private", "product"), [(_("Who is the customer?"), "2\r")], Professional().message, _("Kind of device")),
    (
        ("warranty", "service"),
        [(_("Under which warranty is it still?"), "4\r")],
        UnderWarranty(Warranty.INSURANCE).message,
        _("What is asked"),
    ),
    (
        ("bought", "service"),
        [(_("Bought on (Enter if unknown)"), "22/11/2025\r")],
        StillGuaranteed("22/11/2025", "22/11/2027").message,
        _("What is asked"),
    ),
    (("product", "service"), [(_("Kind of device"), "réfrigérateur\r")], "GEM - Avec fluides", _("What is asked")),
    (("serial", "service"), [(_("Serial number") + " :", "FD9901\r")], "00000017", _("What is asked")),
]
NEXT = {_("Kind of device"): "lave-linge\r", _("What is asked"): "Réparer\r"}
NAMES = ["professional", "warranty", "bought", "fiche", "comeback"]


@pytest.mark.parametrize("answer", [YES, NO], ids=["goes on", "stops"])
@pytest.mark.parametrize("against", AGAINST, ids=NAMES)
def test_what_stands_against_the_bonus_is_told_at_once(desk: Callable, shop, against: Any, answer: str) -> None:
    left_out, steps, reason, after = against
    changes = {} if "serial" in left_out else {"serial": "SN 3"}
    terminal = desk(intake(*left_out, **changes), "back")
    terminal.answers(steps)
    terminal.sees(reason, but=after)
    terminal.answers([(WITHOUT, answer)])
    if answer == YES:
        terminal.answers([(after, NEXT[after]), (TAKE, YES)])
    assert terminal.ends() == (0 if answer == YES else 4)
    assert count(shop) == (2 if answer == YES else 1)
    assert answer == NO or case(shop)["bonus"] == 0


def test_data_that_may_not_be_sent_gets_no_bonus(desk: Callable, shop) -> None:
    terminal = desk(intake("consent"))
    words = _("Does the customer agree in writing: {consent}?").partition("{")[0]
    terminal.answers([(words, NO)])
    terminal.sees(words, times=2)
    terminal.types(NO)
    terminal.sees(words, times=3)
    terminal.types(NO)
    terminal.answers([(WITHOUT, YES), (TAKE, YES)])
    assert terminal.ends() == 0
    assert (case(shop)["bonus"], case(shop)["consents"]) == (0, [])


def test_a_comeback_is_in_the_recap(desk: Callable, shop) -> None:
    terminal = desk(intake("private", no_bonus=None), "back")
    terminal.sees(BACK, TAKE)
    terminal.types(YES)
    assert terminal.ends() == 0
    assert case(shop)["comeback_of"] == "00000017"


# --- a no at the recap


def test_a_no_gives_up_or_changes_one_answer(desk: Callable, shop) -> None:
    terminal = desk(intake(brand="Siemens"))
    terminal.answers([(TAKE, NO), field("brand"), (_("Brand") + " : Siemens", f"{ERASE}Bosch\r"), ("Bosch WAN28", "")])
    terminal.sees(TAKE, times=2)
    terminal.types(NO)
    terminal.sees(CHANGE, times=2)
    terminal.answers([field("customer"), (_("Civility (M. or Mme)"), "4\r")])
    terminal.answers([(_("E-mail") + " : lea@example.fr", f"{ERASE}max@example.fr\r")])
    terminal.sees(TAKE, times=3)
    terminal.types(YES)
    assert terminal.ends() == 0
    assert (case(shop)["brand"], case(shop)["email"]) == ("Bosch", "max@example.fr")


def test_giving_up_records_nothing(desk: Callable, shop) -> None:
    terminal = desk(intake(serial="SN 2", last_name="Petit"), "here")
    before = shop.kept()
    terminal.answers([(TAKE, NO), (CHANGE, UP + ENTER)])
    assert terminal.ends() == 0
    assert shop.kept() == before


def test_what_is_corrected_gives_the_bonus_back(desk: Callable, shop) -> None:
    terminal = desk(intake(warranty="legal"))
    terminal.answers([(WITHOUT, YES), (TAKE, NO), field("warranty"), (_("Under which warranty is it still?"), ENTER)])
    terminal.sees(TAKE, times=2)
    terminal.types(YES)
    assert terminal.ends() == 0
    assert (case(shop)["bonus"], case(shop)["warranty"]) == (1, "none")


def test_another_product_takes_another_number(desk: Callable, shop) -> None:
    terminal = desk(intake())
    terminal.answers([(TAKE, NO), field("product"), (_("Kind of device"), "smartphone\r")])
    terminal.answers([(_("IMEI (*#06# shows it)") + " : FD 9901", f"{ERASE}490154203237518\r")])
    terminal.sees(TAKE, times=2)
    terminal.types(YES)
    assert terminal.ends() == 0
    assert (case(shop)["product"], case(shop)["serial"]) == ("mobile_phone", "490154203237518")


# --- where nobody is asked


def refused(shop, line: Sequence[str], **settings: str) -> tuple[int, list[dict[str, str]]]:
    """Run a line that no terminal hears; give its code and what it was refused for."""
    words = [sys.executable, "-m", "comptoir", *line, "--json"]
    ran = subprocess.run(
        words, env=shop.environment | SETTINGS | settings, cwd=shop.folder, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.stdout == ""
    return ran.returncode, json.loads(ran.stderr)["errors"]


def test_everything_that_is_missing_is_told_at_once(shop) -> None:
    required = [*(key for key in PERSON if key != "complement")]
    required += ["product", "brand", "serial", "warranty", "service", "fault"]
    code, told = refused(shop, ["repair", "intake"])
    assert (code, [each["error"] for each in told]) == (2, [*(["missing_value"] * len(required)), "consent_missing"])
    assert [each["message"].split("`")[1] for each in told[:-1]] == [f"--{key}" for key in required]
    told = refused(shop, ["repair", "intake", "--no-bonus"])[1]
    assert [each["message"].split("`")[1] for each in told] == [f"--{key}" for key in required if key != "serial"]


@pytest.mark.parametrize(
    ("changes", "code", "kind"),
    [
        ({"means": "card"}, 2, "deposit_missing"),
        ({"receipt": "T-1"}, 2, "deposit_missing"),
        ({"professional": None}, 2, "both_kinds"),
        ({"place": "on-site"}, 2, "no_distance"),
        ({"dry_run": None, "serial": "fd 9901"}, 4, "comeback_has_no_bonus"),
    ],
    ids=str,
)
def test_a_script_is_refused_what_a_person_is_asked_again(
    shop, desks: dict[str, Path], changes: dict[str, str | None], code: int, kind: str
) -> None:
    shutil.copy(desks["back"], shop.database)
    before = shop.kept()
    found, told = refused(
        shop, intake(*(["deposit"] if kind == "deposit_missing" else []), **{"serial": "SN 5"} | changes)
    )
    assert (found, [each["error"] for each in told]) == (code, [kind])
    assert shop.kept() == before


def test_a_rehearsal_tells_that_the_device_is_here(shop, desks: dict[str, Path]) -> None:
    shutil.copy(desks["here"], shop.database)
    code, told = refused(shop, [*intake(), "--dry-run"])
    assert (code, [each["error"] for each in told]) == (4, ["serial_in_case"])


@pytest.mark.parametrize(
    ("settings", "kinds"),
    [
        ({"COMPTOIR_SHOP_NAME": ""}, ["no_siret", "shop_incomplete", "shop_incomplete"]),
        ({"COMPTOIR_REPAIR_SIRET": "73282932000075", "COMPTOIR_REPAIR_ADDRESS": "3 quai du Canal"}, ["bad_setting"]),
        ({"COMPTOIR_REPAIR_SIRET": "732829320", "COMPTOIR_REPAIR_ADDRESS": " ; "}, ["bad_setting", "shop_incomplete"]),
        ({"COMPTOIR_REPAIR_SIRET": "732 829 320 00074"}, ["shop_incomplete"]),
    ],
    ids=str,
)
def test_a_bill_bears_who_issues_it(shop, desks: dict[str, Path], settings: dict[str, str], kinds: list[str]) -> None:
    shutil.copy(desks["here"], shop.database)
    code, told = refused(shop, ["repair", "quote", "17", "--dry-run"], **settings)
    assert (code, [each["error"] for each in told]) == (2, kinds)
    assert all("repair_" in each["message"] + each["hint"] or "shop_name" in each["message"] for each in told[1:])
