"""A device taken in, checked and billed by a person at a terminal: what is asked, and what a word of theirs undoes."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.i18n import _
from comptoir.fiches import book
from comptoir.fiches.rules import Moment, points
from comptoir.repairs.statuses import CONSENT_WORDS, Consent

from .conftest import LIVES, environment

ENTER, CTRL_C = "\r", "\x03"
SETTINGS = {
    "COMPTOIR_REPAIR_FICHES": "all",
    "COMPTOIR_REPAIR_SIRET": "73282932000074",
    "COMPTOIR_REPAIR_ADDRESS": "3 quai du Canal; 35000 Rennes",
    "COMPTOIR_SHOP_NAME": "Atelier du Canal",
}
FORM = (
    *("--title=Mme", "--last-name=Durand", "--first-name=Léa", "--email=lea@example.fr", "--phone=0612345678"),
    *(
        "--line=1 rue Haute",
        "--complement=",
        "--postcode=35000",
        "--town=Rennes",
        "--product=lave-linge",
        "--brand=Bosch",
    ),
    *("--model=WAN28", "--serial=FD 9901", "--warranty=none", "--service=Réparer", "--fault=Fuit", "--consent=data"),
    *("--private", "--nameplate=", "--bought=", "--place=workshop", "--condition=", "--deposit="),
)
Step = tuple[str, str]
KNOWN = _("Known customer: e-mail, phone or name (Enter for a new one)")


def questions() -> list[Step]:
    """Every question of the intake of a telephone, in order, with an answer; a wrong one now and then."""
    agrees = _("Does the customer agree in writing: {consent}?")
    yes = {Consent.DATA: "oui", Consent.USED: "non", Consent.CIRCULAR: "o"}
    return [
        (KNOWN, ENTER),
        (_("Civility (M. or Mme)"), "Mme\r"),
        (_("Last name") + " :", "Durand\r"),
        (_("First name") + " :", "Léa\r"),
        (_("E-mail") + " :", "lea@\r"),
        (_("`{text}` is not an e-mail address").format(text="lea@"), "example.fr\r"),
        (_("Phone") + " :", "06 12 34 56 78\r"),
        (_("Address: number and street"), "1 rue Haute\r"),
        (_("Complement (Enter for none)"), ENTER),
        (_("Postcode") + " :", "35000\r"),
        (_("Town") + " :", "Rennes\r"),
        (_("Who is the customer?"), ENTER),
        (_("Kind of device"), "smartphone\r"),
        (_("Brand") + " :", "Zorglub\r"),
        (_("Take this brand as it is?"), "o\r"),
        (_("Model") + " :", "Z 3000\r"),
        (_("Photo of the nameplate: its file (Enter for none)"), ENTER),
        (_("IMEI (*#06# shows it)"), "49-015420-323751-9\r"),
        (_("the check digit of this IMEI is wrong: *#06# shows it"), "\x7f8\r"),
        (_("Bought on (Enter if unknown)"), ENTER),
        (_("Under which warranty is it still?"), ENTER),
        (_("Repaired where?"), ENTER),
        (_("What is asked") + " :", "Réparer l'écran\r"),
        (_("What is wrong") + " :", "Écran noir\r"),
        (_("State, and what came with it (Enter for nothing)"), ENTER),
        (_("Deposit paid at the till (Enter for none)"), ENTER),
        *((agrees.format(consent=_(CONSENT_WORDS[each]).lower()), f"{yes[each]}\r") for each in Consent),
        (_("Take this device in?"), "o\r"),
    ]


# What a desk has lived: each starts from the one before.
STORIES = {
    "open": ["technician add 'Karim Benali' --fiche 1 --since 2024-01-01"],
    "taken": [shlex.join(("intake", *FORM)), "line 17 labour Pose --price 60"],
    "repaired": ["assign 17 karim", "start 17 --despite vu", "finish 17 --despite vu"],
}


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The database of each story."""
    folder = tmp_path_factory.mktemp("desks")
    told = {name: [["repair", *shlex.split(line)] for line in lines] for name, lines in STORIES.items()}
    subprocess.run(
        [sys.executable, "-c", LIVES, json.dumps(told)], env=environment(folder) | SETTINGS, cwd=folder, check=True
    )
    return {name: folder / f"{name}.db" for name in STORIES}


@pytest.fixture
def desk(counter: Callable, shop, desks: dict[str, Path]) -> Callable:
    """Give what opens a terminal at the repair desk as it was after a story: `desk("repair intake", "open")`."""

    def sit(line: str | Sequence[str], story: str = "") -> Any:
        if story:
            shutil.copy(desks[story], shop.database)
        return counter(line, columns=120, rows=90, **SETTINGS)

    return sit


def test_an_intake_is_asked_for_whole_and_kept(desk: Callable, shop) -> None:
    terminal = desk("repair intake", "open")
    terminal.answers(questions())
    assert terminal.ends() == 0
    assert terminal.is_left_clean()
    [case], [person] = shop.kept()["repair_case"], shop.kept()["consumer"]
    assert {"00000017", "mobile_phone", "Zorglub", "Z 3000", "490154203237518", "Écran noir"} <= set(case)
    assert '["data", "circular-parts"]' in case or '["data","circular-parts"]' in case
    assert {"Mme", "Durand", "lea@example.fr", "+33612345678", "35000"} <= set(person)


@pytest.mark.parametrize("place", [17, 23])
def test_ctrl_c_at_a_question_leaves_nothing(desk: Callable, shop, place: int) -> None:
    terminal = desk("repair intake", "open")
    before = shop.kept()
    terminal.answers([*questions()[:place], (questions()[place][0], CTRL_C)])
    assert terminal.ends() == 130
    assert terminal.is_left_clean()
    assert shop.kept() == before
    assert shop.may_be_written()


def test_somebody_known_is_picked_and_asked_nothing_more(desk: Callable, shop) -> None:
    form = FORM[FORM.index("--product=lave-linge") :]
    line = ["repair", "intake", *(word for word in form if "serial" not in word), "--serial=FD 9902"]
    terminal = desk(line, "taken")
    terminal.answers([(KNOWN, "dur\r"), (_("Which customer?"), ENTER), (_("Take this device in?"), "o\r")])
    assert terminal.ends() == 0
    assert len(shop.kept()["consumer"]) == 1
    assert len(shop.kept()["repair_case"]) == 2


@pytest.mark.parametrize(
    ("line", "question"),
    [
        (["repair", "quote", "17", "--despite", "vu"], "Issue this quote?"),
        (["repair", "cancel", "17", "--why", "erreur"], "Cancel repair {number} ({device})?"),
    ],
    ids=lambda value: value[1] if isinstance(value, list) else "",
)
def test_a_no_changes_nothing(desk: Callable, shop, line: list[str], question: str) -> None:
    terminal = desk(line, "taken")
    before = shop.kept()
    terminal.answers([(_(question).format(number="00000017", device="Bosch WAN28", named="Pose"), "non\r")])
    assert terminal.ends() == 0
    assert shop.kept() == before


def test_control_points_are_asked_one_by_one_and_each_answer_is_kept(desk: Callable, shop) -> None:
    known = book.load("")
    asked = points(known.fiches[1], known.products["washing_machine"], Moment.BEFORE)
    terminal = desk("repair check 17", "taken")
    terminal.answers([(asked[0].label, ENTER), (asked[1].label, CTRL_C)])
    assert terminal.ends() == 130
    assert [row[2:7:4] for row in shop.kept()["repair_check"]] == [(asked[0].key, "ok")]
    terminal = desk("repair check 17")
    steps = [(asked[1].label, "2\r"), (_("What is wrong?"), "Illisible\r")]
    terminal.answers([*steps, *((point.label, "3\r") for point in asked[2:])])
    assert terminal.ends() == 0
    assert f"1/{len(asked) - 1} {asked[1].label}" in terminal.text  # what was answered before is not asked again
    found = {row[2]: (row[6], row[7]) for row in shop.kept()["repair_check"]}
    assert found == {
        asked[0].key: ("ok", ""),
        asked[1].key: ("bad", "Illisible"),
        **{point.key: ("na", "") for point in asked[2:]},
    }


def test_a_line_is_asked_its_price_again_until_it_is_one(desk: Callable, shop) -> None:
    terminal = desk(["repair", "line", "17", "part", "Pompe", "--reference", "PV 1"], "taken")
    terminal.answers([(_("Which kind of part?"), ENTER), (_("Price of one, tax included"), "-5\r")])
    terminal.answers([("négatif", "\x1512,50\r")])
    assert terminal.ends() == 0
    assert [row[2:9] for row in shop.kept()["repair_line"]][1] == ("part", "Pompe", "PV 1", "new", 1, 1250, 200)


def test_a_bill_is_issued_by_a_yes_and_its_receipt_asked_for(desk: Callable, shop) -> None:
    terminal = desk("repair invoice 17", "repaired")
    terminal.answers([(_("Issue this invoice? It is never changed afterwards."), "o\r")])
    assert terminal.ends() == 0
    terminal = desk("repair pay 17")
    terminal.answers([(_("How was it paid?"), "3\r"), (_("Number of the till's receipt"), ENTER)])
    terminal.answers([(_("it is empty"), "T-1\r")])
    assert terminal.ends() == 0
    [bill] = shop.kept()["repair_bill"]
    assert {"F2026-00001", 6000, 5000, 1000, "cheque", "T-1"} <= set(bill)
