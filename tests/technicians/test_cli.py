"""Technicians at the counter: who is qualified, what is planned, and what is refused."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.errors import DONE, MISSING, REFUSED, USAGE
from comptoir.store.read import Reader, reading
from comptoir.technicians import queries
from comptoir.technicians.refusals import HasLeft, NotQualified, UnknownTechnician

from .conftest import dump

TODAY = date(2026, 11, 22)
Done = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("team")


def brief(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["name"], row["fiche"], row["standing"], row["since"], row["until"]) for row in rows]


# --- who is qualified for what


def test_the_list_says_who_is_qualified_today_and_what_ends_soon(cli: Callable, done: Done) -> None:
    assert brief(done("list")) == [
        ("Éric Dupont", None, "none", None, None),
        ("Jean Dupont", None, "none", None, None),
        ("Nadia Martin", 3, "expiring", "2026-11-22", "2026-12-31"),
        ("Nadia Martin", 4, "expiring", "2026-11-22", "2026-12-31"),
    ]
    row = done("list --fiche 4")[0]
    assert (row["title"], row["days_left"], row["certificate"]) == ("TV", 39, "C 12")
    assert brief(done("list --fiche 3")) == [("Nadia Martin", 3, "expiring", "2026-11-22", "2026-12-31")]
    assert brief(done("list --fiche 3 --all"))[0] == ("Éric Dupont", 3, "to_come", "2026-12-01", None)
    assert done("list --fiche 9") == []
    told = cli("repair technician list")
    assert (told.code, "60" in told.err, "31/12/2026" in told.out) == (DONE, True, True)
    assert cli("repair technician list --fiche 9").err == ""
    assert cli("repair technician list --format csv").out.startswith("name,fiche,title,standing,since,until,days_left")


def test_a_renewal_follows_what_ends_and_nothing_is_said_to_end(done: Done) -> None:
    done("qualify nadia 3 --since 2027-01-01 --until 2029-12-31")
    row = next(row for row in done("list") if row["fiche"] == 3)
    assert (row["standing"], row["until"]) == ("qualified", "2029-12-31")
    held = done("show nadia")["qualifications"]
    assert [(each["fiche"], each["standing"]) for each in held] == [(3, "expiring"), (3, "to_come"), (4, "expiring")]


def test_a_qualification_that_is_withdrawn_stays_written(done: Done, tmp_path: Path) -> None:
    assert brief(done("withdraw nadia 4")) == [
        ("Nadia Martin", 3, "expiring", "2026-11-22", "2026-12-31"),
        ("Nadia Martin", 4, "withdrawn", "2026-11-22", "2026-12-31"),
    ]
    assert [row["fiche"] for row in done("list") if row["fiche"]] == [3]
    kept = next(row for row in done("show nadia")["qualifications"] if row["fiche"] == 4)
    assert (kept["withdrawn_on"], kept["certificate"]) == ("2026-11-22", "C 12")
    done("withdraw eric 3 --on 15/12/2026")
    assert brief(done("list --fiche 3 --all"))[0][2:] == ("to_come", "2026-12-01", "2026-12-14")
    assert len(dump(tmp_path / "shop.db")["technician_fiche"]) == 3
    done("qualify nadia 4")
    assert brief(done("list --fiche 4"))[0][2:] == ("qualified", "2026-11-22", None)


def test_what_was_to_begin_later_is_withdrawn_too(done: Done) -> None:
    done("qualify nadia 3 --since 2027-01-01")
    done("withdraw nadia 3")
    held = done("show nadia")["qualifications"]
    assert [each["standing"] for each in held] == ["withdrawn", "withdrawn", "expiring"]


def test_a_fiche_named_twice_is_given_once(done: Done, tmp_path: Path) -> None:
    assert [row["fiche"] for row in done("qualify jean 9 1 9")] == [1, 9]
    assert len(dump(tmp_path / "shop.db")["technician_fiche"]) == 5


def test_one_who_left_keeps_their_record_and_comes_back_with_it(cli: Callable, done: Done, tmp_path: Path) -> None:
    assert cli("repair technician leave nadia").code == USAGE
    assert done("leave nadia --yes")[0]["active"] is False
    assert {row["name"] for row in done("list")} == {"Éric Dupont", "Jean Dupont"}
    assert [(row["name"], row["active"]) for row in done("list --all --fiche 4")] == [("Nadia Martin", False)]
    assert len(done("show nadia")["qualifications"]) == 2
    back = done("add 'NADIA MARTIN' --fiche 3 --fiche 5")
    assert [(row["name"], row["fiche"]) for row in back] == [("Nadia Martin", number) for number in (3, 4, 5)]
    shown = done("show nadia")
    assert (shown["active"], shown["email"]) == (True, "nadia@exemple.fr")
    assert [step["verb"] for step in shown["history"]] == ["qualify", "return", "leave", "qualify", "qualify", "add"]
    assert len(dump(tmp_path / "shop.db")["technician"]) == 3


def test_part_of_a_name_is_enough_accents_and_capitals_aside(done: Done, refuses: Callable) -> None:
    for text in ("ERIC", "éric dup", "ic d", "Eric  Dupont"):
        assert done(["show", text])["name"] == "Éric Dupont"
    hint = refuses("show dupont", MISSING, "unknown_technician")[0]["hint"]
    assert "Éric Dupont" in hint
    assert "Jean Dupont" in hint
    done("leave jean --yes")
    assert done("show dupont")["name"] == "Éric Dupont"
    assert done("show jean")["name"] == "Jean Dupont"
    done("add Éric --fiche 1")
    assert done("show eric")["name"] == "Éric"


@pytest.mark.parametrize(
    ("line", "code", "kinds"),
    [
        ("show Personne", MISSING, ["unknown_technician"]),
        ("show ''", MISSING, ["unknown_technician"]),
        ("qualify dupont 3", MISSING, ["unknown_technician"]),
        ("qualify jean 11", MISSING, ["unknown_fiche"]),
        ("qualify jean 0 3 12", MISSING, ["unknown_fiche", "unknown_fiche"]),
        ("qualify jean 99999999999999999999", MISSING, ["unknown_fiche"]),
        ("withdraw nadia 11", MISSING, ["unknown_fiche"]),
        ("list --fiche 11", MISSING, ["unknown_fiche"]),
        ("train jean Titre --on 2026-12-01 --fiche 11", MISSING, ["unknown_fiche"]),
        ("qualify jean 3 --until 2026-11-21", USAGE, ["until_before_since"]),
        ("qualify jean 3 --since 2026-12-02 --until 2026-12-01", USAGE, ["until_before_since"]),
        ("qualify jean 3 --since 2026-02-30", USAGE, ["bad_day"]),
        ("qualify jean 3 --until 0001-01-01", USAGE, ["bad_day"]),
        (f"qualify jean 3 --certificate {'x' * 201}", USAGE, ["bad_text"]),
        ("qualify nadia 3", REFUSED, ["already_qualified"]),
        ("qualify nadia 3 4 --until 2026-12-31", REFUSED, ["already_qualified", "already_qualified"]),
        ("qualify nadia 5 4 --until 2026-12-31", REFUSED, ["already_qualified"]),
        ("qualify nadia 3 --until 2026-12-31 --certificate 'C 12'", REFUSED, ["already_qualified"]),
        ("withdraw jean 3", REFUSED, ["nothing_to_withdraw"]),
        ("withdraw nadia 3 --on 2027-01-01", REFUSED, ["nothing_to_withdraw"]),
        ("withdraw nadia 3 --on x", USAGE, ["bad_day"]),
        ("add 'nadia MARTIN'", REFUSED, ["known_technician"]),
        ("add 123", USAGE, ["bad_technician_name"]),
        ("add '' --email x --fiche 11 --until 2026-01-01", USAGE, [
            "bad_technician_name", "bad_field", "unknown_fiche", "until_before_since",
        ]),
        ("add Zoé --until 2027-01-01", USAGE, ["nothing_to_date"]),
        ("add Zoé --certificate x", USAGE, ["nothing_to_date"]),
        ("leave nadia", USAGE, ["needs_yes"]),
        ("train jean Titre", USAGE, ["missing_value"]),
        ("train jean Titre --on 22/13/2026", USAGE, ["bad_day"]),
        ("train jean Titre --on 2026-11-21", USAGE, ["planned_in_the_past"]),
        ("train jean Titre --on 2026-11-23 --done", USAGE, ["not_done_yet"]),
        ("train jean ' ' --on 2026-11-23", USAGE, ["bad_text"]),
        (f"train jean T --on 2026-11-23 --provider {'x' * 201}", USAGE, ["bad_text"]),
        ("trained 1", MISSING, ["unknown_training"]),
        ("trained 99999999999999999999", MISSING, ["unknown_training"]),
        ("trained 1 --on 2026-11-23", USAGE, ["not_done_yet"]),
        ("trainings --since 2026-12-02 --until 2026-12-01", USAGE, ["until_before_since"]),
        ("trainings --since hier", USAGE, ["bad_day"]),
        ("watch Titre --on 2026-12-01", USAGE, ["missing_value"]),
        ("watch Titre --source JO", USAGE, ["missing_value"]),
        ("watch Titre --source ' ' --on 2026-12-01", USAGE, ["bad_text"]),
        ("watch Titre --source JO --on 2026-11-21", USAGE, ["planned_in_the_past"]),
        ("watch Titre --source JO --on 2026-11-23 --done", USAGE, ["not_done_yet"]),
        ("watched 1", MISSING, ["unknown_watch"]),
        ("watched 99999999999999999999", MISSING, ["unknown_watch"]),
        ("watches --until 2026-13-01", USAGE, ["bad_day"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_its_kind_and_changes_nothing(
    refuses: Callable, line: str, code: int, kinds: list[str]
) -> None:
    refuses(line, code, *kinds)


@pytest.mark.parametrize(
    ("line", "until", "certificates"),
    [
        ("--fiche 3 --until 2028-12-31", "2028-12-31", {"C 12", ""}),
        ("--fiche 3 --until 2028-12-31 --certificate 'C 99'", "2028-12-31", {"C 12", "C 99"}),
        ("--fiche 3 --until 2026-12-31 --certificate 'C 99'", "2026-12-31", {"C 12", "C 99"}),
        ("--fiche 3 --until 2026-12-31", "2026-12-31", {"C 12"}),
        ("--fiche 3", "2026-12-31", {"C 12"}),
    ],
)
def test_who_comes_back_has_what_they_had_and_what_was_renewed(
    done: Done, line: str, until: str, certificates: set[str]
) -> None:
    done("leave nadia --yes")
    done(f"add 'Nadia Martin' {line}")
    assert next(row["until"] for row in done("list") if row["fiche"] == 3) == until
    held = [each for each in done("show nadia")["qualifications"] if each["fiche"] == 3]
    assert {each["certificate"] for each in held} == certificates
    assert len(held) == len(certificates)


@pytest.mark.parametrize("verb", ["trained", "watched"])
def test_a_number_far_under_any_is_of_nothing(cli: Callable, verb: str) -> None:
    assert cli(f"repair technician {verb} -- -99999999999999999999").code == MISSING


@pytest.mark.parametrize("line", ["qualify jean trois", "qualify jean", "list --fiche x", "trained x", "show", "add"])
def test_what_is_badly_typed_is_a_usage_error(cli: Callable, line: str) -> None:
    assert cli(f"repair technician {line}").code == USAGE


def test_one_who_left_is_neither_qualified_nor_trained_nor_leaves_twice(done: Done, refuses: Callable) -> None:
    done("leave nadia --yes")
    for line in ("leave nadia", "leave nadia --yes", "qualify nadia 5", "train nadia Titre --on 2026-12-01"):
        assert "technician add" in refuses(line, REFUSED, "has_left")[0]["hint"]


@pytest.mark.parametrize("text", ["", " ", "''"])
def test_no_name_is_nobody_even_where_one_works_alone(cli: Callable, done: Done, text: str) -> None:
    done("leave eric --yes")
    done("leave jean --yes")
    assert cli(["repair", "technician", "show", text]).code == MISSING


# --- what the repair desk asks


@pytest.fixture
def reader(team: None, tmp_path: Path) -> Any:
    with reading(tmp_path / "shop.db") as opened:
        yield opened


def test_a_case_is_given_to_one_who_is_qualified(reader: Reader) -> None:
    nadia = queries.single(reader, "nadia")
    assert queries.check(reader, nadia, 3, TODAY).certificate == "C 12"
    assert queries.check(reader, nadia, 3, date(2026, 12, 31)).until == date(2026, 12, 31)
    for fiche, day in ((3, date(2027, 1, 1)), (5, TODAY)):
        with pytest.raises(NotQualified):
            queries.check(reader, nadia, fiche, day)
    assert queries.qualified(reader, 3, date(2026, 12, 1)) == ["Éric Dupont", "Nadia Martin"]


def test_a_case_is_refused_to_one_who_is_not_and_says_who_is(reader: Reader) -> None:
    with pytest.raises(NotQualified) as refused:
        queries.check(reader, queries.single(reader, "eric"), 3, TODAY)
    assert "01/12/2026" in refused.value.message
    assert "Nadia Martin" in (refused.value.hint or "")
    with pytest.raises(NotQualified) as alone:
        queries.check(reader, queries.single(reader, "eric"), 7, TODAY)
    assert "Nadia" not in (alone.value.hint or "")
    with pytest.raises(UnknownTechnician):
        queries.single(reader, "personne")


def test_a_case_is_refused_to_one_who_left(done: Done, tmp_path: Path) -> None:
    done("leave nadia --yes")
    with reading(tmp_path / "shop.db") as reader:
        with pytest.raises(HasLeft):
            queries.check(reader, queries.single(reader, "nadia"), 3, TODAY)
        assert queries.qualified(reader, 3, TODAY) == []


def test_an_empty_base_knows_nobody(cli: Callable, done: Done, tmp_path: Path) -> None:
    with reading(tmp_path / "none.db") as reader:
        assert queries.standings(reader, TODAY, every=True) == []
        assert queries.names(reader, "", 9) == []
        with pytest.raises(UnknownTechnician):
            queries.single(reader, "nadia")
    for report in ("list", "trainings", "watches"):
        empty = cli(f"repair technician {report} --json --database {tmp_path / 'none.db'}")
        assert (empty.code, json.loads(empty.out)) == (DONE, [])


# --- trainings


def test_trainings_are_planned_late_then_done(cli: Callable, done: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    row = done("train eric 'Sécurité micro-ondes' --on 05/12/2026 --provider AFPA --fiche 3 --fiche 1")[0]
    assert (row["id"], row["state"], row["fiches"], row["done_on"]) == (1, "planned", [1, 3], None)
    assert done("train nadia Soudure --on 2026-11-01 --done")[0]["state"] == "done"
    assert done("trainings --due") == []
    monkeypatch.setenv("COMPTOIR_AT", "2026-12-05T10:00")
    assert [(row["id"], row["state"]) for row in done("trainings --due")] == [(1, "planned")]
    monkeypatch.setenv("COMPTOIR_AT", "2026-12-06T10:00")
    assert [(row["id"], row["state"]) for row in done("trainings")] == [(2, "done"), (1, "late")]
    assert "1" in cli("repair technician trainings").err
    told = cli("repair technician trained 1 --on 2026-12-05 --note 'Très bien'")
    assert 'qualify "Éric Dupont" 1 3' in told.err
    row = done("trainings --name dup")[0]
    assert (row["state"], row["done_on"], row["note"]) == ("done", "2026-12-05", "Très bien")
    assert done("trainings --due") == []


def test_a_training_is_reported_on_the_day_it_was_done(done: Done) -> None:
    done("train jean A --on 2026-12-20")
    done("train jean B --on 2026-12-24")
    done("trained 1 --on 2026-11-20")
    for line, numbers in {
        "--until 2026-11-20": [1],
        "--since 20/11/2026 --until 20/11/2026": [1],
        "--since 2026-11-21": [2],
        "--until 2026-12-23": [1],
        "--name JEAN": [1, 2],
        "--name nadia": [],
        "": [1, 2],
    }.items():
        assert [row["id"] for row in done(f"trainings {line}")] == numbers, line


def test_a_training_is_done_once_and_planned_once(done: Done, refuses: Callable) -> None:
    done("train jean Soudure --on 2026-12-20")
    refuses("train jean 'SOUDURE ' --on 20/12/2026", REFUSED, "planned_twice")
    done("train nadia Soudure --on 2026-12-20")
    done("train jean Soudure --on 2026-12-21")
    done("trained 1")
    refuses("trained 1", REFUSED, "done_already")
    assert [row["title"] for row in done("show jean")["trainings"]] == ["Soudure", "Soudure"]


# --- legal watch


def test_the_legal_watch_is_planned_then_read_by_somebody(done: Done, refuses: Callable) -> None:
    row = done("watch 'Décret DEEE' --source legifrance.gouv.fr --on 2026-12-01")[0]
    assert (row["id"], row["state"], row["by_whom"]) == (1, "planned", "")
    row = done("watched 1 --on 2026-11-20 --note 'Rien de neuf'")[0]
    assert (row["done_on"], row["by_whom"], row["note"]) == ("2026-11-20", "test", "Rien de neuf")
    refuses("watched 1", REFUSED, "done_already")
    done("watch Référentiel --source label --on 2026-11-22")
    refuses("watch référentiel --source label --on 2026-11-22", REFUSED, "planned_twice")
    row = done("watch Référentiel --source label --on 2026-10-01 --done")[0]
    assert (row["state"], row["by_whom"]) == ("done", "test")
    assert [(row["id"], row["state"]) for row in done("watches")] == [(3, "done"), (1, "done"), (2, "planned")]
    assert [row["id"] for row in done("watches --due")] == [2]
    assert [row["id"] for row in done("watches --since 2026-11-20 --until 2026-11-21")] == [1]


# --- what is written


def test_every_step_is_in_the_history_with_who_and_when(cli: Callable, done: Done, tmp_path: Path) -> None:
    done("train jean Soudure --on 2026-11-22")
    done("trained 1")
    done("qualify jean 4 --certificate X")
    done("withdraw jean 4")
    done("leave jean --yes")
    done("watch Titre --source JO --on 2026-11-22")
    done("watched 1")
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        rows = connection.execute("SELECT reference, verb, operator, moment FROM history ORDER BY id").fetchall()
    assert [row[:2] for row in rows[5:]] == [
        ("technician-3", verb) for verb in ("add", "train", "trained", "qualify", "withdraw", "leave")
    ] + [("watch-1", "watch"), ("watch-1", "watched")]
    assert {row[2:] for row in rows} == {("test", "2026-11-22T09:00:00+00:00")}
    told = cli("repair technician show jean")
    assert told.code == DONE
    assert "Soudure" in told.out
    assert "22/11/2026" in told.out


def test_the_database_itself_refuses_what_no_command_writes(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        for sql in (
            "UPDATE technician_fiche SET fiche = 11",
            "UPDATE technician_fiche SET until = '2020-01-01'",
            "UPDATE technician SET active = 2",
            "UPDATE technician SET key = 'x'",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(sql)


# --- TAB


@pytest.mark.parametrize(
    ("start", "offered"),
    [("", ["Éric", "Jean", "Martin"]), ("e", ["Éric"]), ("MA", ["Martin"]), ("dup", []), ("x", [])],
)
def test_the_word_that_names_one_alone_is_offered(
    cli: Callable, monkeypatch: pytest.MonkeyPatch, start: str, offered: list[str]
) -> None:
    monkeypatch.setenv("_COMPTOIR_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", f"comptoir repair technician show {start}")
    monkeypatch.setenv("COMP_CWORD", "4")
    assert cli([]).out.split() == offered
