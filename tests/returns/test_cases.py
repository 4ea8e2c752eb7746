"""Cases once they are sent: the clock, the verbs of the distributor, numbers typed, and no terminal to ask on."""

import csv
from pathlib import Path

import pytest

from comptoir.core.errors import DONE, MISSING, REFUSED, USAGE

from .conftest import NEW, column, dump, whole

MISTAKE = "-r ordered_by_mistake"


# --- the clock


@pytest.mark.parametrize("verb", ["receive", "cancel", "refuse"])
def test_a_clock_some_minutes_behind_is_recorded_without_going_back(sent, cli, at, shop: Path, verb: str) -> None:
    number = sent()
    at("2021-12-10T09:10")
    more = {"receive": [], "cancel": ["--yes"], "refuse": ["--why", "complet", "--yes"]}[verb]
    assert cli(["returns", verb, number, *more]).code == DONE
    assert column(shop, "SELECT moved_at FROM return_case") == ["2021-12-10T09:00:00+00:00"]
    assert set(column(shop, "SELECT moment FROM history")) == {"2021-12-10T09:00:00+00:00"}
    whole(shop)


@pytest.mark.parametrize(
    "line",
    [
        "receive {}",
        "cancel {} --yes",
        "refuse {} --why complet --yes",
        "check {} --all",
        "close {}",
        "invoice {} AV-1",
    ],
)
def test_a_clock_a_day_behind_is_refused(sent, done, refuses, line: str) -> None:
    number = sent()
    before = {"check": 1, "close": 2, "invoice": 3}.get(line.split(maxsplit=1)[0], 0)
    for step in [f"receive {number}", f"check {number} --all", f"close {number}"][:before]:
        done(f"returns {step}")
    refuses(f"returns {line.format(number)}", REFUSED, "clock_back", at="2021-12-09T10:00")


def test_a_check_that_goes_on_the_day_after_bears_that_day_and_refuses_the_day_before(
    sent, done, refuses, at, shop: Path
) -> None:
    number = sent(_1=2, _2=1)
    done(f"returns receive {number}")
    done(f"returns check {number} --line 1 --damaged 1")
    at("2021-12-13T10:00")
    done(f"returns check {number} --line 2")
    shown = done(f"returns show {number} --json")
    assert shown["moved_at"] == shown["history"][0]["moment"] == "2021-12-13T09:00:00+00:00"
    assert [row["position"] for row in csv_rows(done("returns export --since 2021-12-13").out)] == ["1", "2"]
    refuses(f"returns check {number} --line 2 --missing 1", REFUSED, "clock_back", at="2021-12-10T10:00")


def test_a_request_sent_a_day_before_the_last_one_is_refused(sent, done, refuses) -> None:
    sent()
    done(f"returns add {NEW} 3 {MISTAKE}")
    refuses("returns send --yes", REFUSED, "clock_back", at="2021-12-09T10:00")


# --- the distributor


@pytest.mark.parametrize(
    ("line", "code", "kind"),
    [
        ("{0} --line 1 --accepted 5", REFUSED, "miscounted_verdict"),
        ("{0} --line 1 --refused 5 --why casse", REFUSED, "miscounted_verdict"),
        ("{0} --line 1 --accepted 1 --refused 1 --why casse", REFUSED, "miscounted_verdict"),
        ("{0} --line 1 --refused 1", REFUSED, "why_refused"),
        ("{0} --line 1 --refused 1 --why ' '", REFUSED, "why_refused"),
        ("{0} --line 2 --accepted 1", MISSING, "no_line_of_case"),
        ("{0} --line 0", MISSING, "no_line_of_case"),
        ("{0}", USAGE, "missing_value"),
    ],
)
def test_a_verdict_that_does_not_stand_changes_nothing(sent, done, refuses, line: str, code: int, kind: str) -> None:
    number = sent()
    done(f"returns receive {number}")
    refuses(f"returns check {line.format(number)}", code, kind)


def test_accepting_what_was_not_judged_leaves_what_was(sent, done) -> None:
    number = sent(_1=2, _2=1)
    done(f"returns receive {number}")
    done(f"returns check {number} --line 1 --refused 2 --why casse")
    for _again in range(2):
        found = done(f"returns check {number} --all --json")
        assert [(row["accepted"], row["refused"], row["why"]) for row in found] == [(0, 2, "casse"), (1, 0, "")]


@pytest.mark.parametrize(
    "steps", ["", "receive {0}", "receive {0};check {0} --all", "receive {0};check {0} --all;close {0}"]
)
def test_each_verb_is_refused_where_the_case_is_not_at_its_step(sent, done, refuses, steps: str) -> None:
    number = sent()
    for step in filter(None, steps.split(";")):
        done(f"returns {step.format(number)}")
    at = steps.count(" {0}")
    allowed = {"receive": {0}, "cancel": {0}, "refuse": {0}, "check": {1, 2}, "close": {2}, "invoice": {3}}
    lines = {"refuse": "--why complet --yes", "cancel": "--yes", "check": "--all", "invoice": "AV-1"}
    for verb in (verb for verb, where in allowed.items() if at not in where):
        kinds = {"close": "not_checked"} if at == 1 else {"invoice": "not_credited"}
        told = refuses(
            f"returns {verb} {number} {lines.get(verb, '')}",
            REFUSED,
            kinds.get(verb, "not_credited" if verb == "invoice" else "cannot_move"),
        )
        assert told[0]["hint"]


def test_accepting_all_of_a_case_beside_other_counts_is_refused_or_counts_them(sent, done, cli, shop: Path) -> None:
    number = sent(_1=2, _3=2)
    done(f"returns receive {number}")
    before = dump(shop)
    ran = cli(f"returns check {number} --all --refused 1 --why casse --json")
    if ran.code == DONE:
        assert [(row["accepted"], row["refused"]) for row in ran.data] == [(1, 1), (1, 1)]
    else:
        assert (ran.code, dump(shop)) == (USAGE, before)


def test_receiving_several_cases_is_all_or_none(sent, done, refuses) -> None:
    first, second, third = sent(), sent(_3=1), sent(_2=1)
    done(f"returns receive {second}")
    refuses(f"returns receive {first} {second} {third}", REFUSED, "cannot_move")


NUMBERS = {
    "20000012": (USAGE, "mistyped_case"),
    "1": (USAGE, "not_a_case"),
    "douze": (USAGE, "not_a_case"),
    "20000028": (MISSING, "unknown_case"),
    "99": (MISSING, "unknown_case"),
}


@pytest.mark.parametrize("verb", ["show", "receive", "cancel", "check", "close", "documents", "refuse"])
@pytest.mark.parametrize("text", NUMBERS)
def test_a_case_that_is_not_is_told_whatever_the_verb(cli, sent, shop: Path, verb: str, text: str) -> None:
    sent()
    before = dump(shop)
    code, kind = NUMBERS[text]
    flags = {"cancel": ["--yes"], "refuse": ["--why", "x", "--yes"], "check": ["--all"]}.get(verb, [])
    ran = cli(["returns", verb, text, *flags])
    assert ran.code == code
    assert dump(shop) == before
    if verb != "documents":
        assert cli(["returns", verb, text, *flags, "--json"]).failure["errors"][0]["error"] == kind


def test_the_end_of_a_number_is_enough_while_it_names_one_case(sent, cli) -> None:
    numbers = [sent(_1=1) for _each in range(12)]
    for number in numbers:
        ends = [number[-length:] for length in range(2, 9)]
        for end in ends:
            alone = sum(each.endswith(end) for each in numbers) == 1
            ran = cli(["returns", "show", f" {end[:2]} {end[2:]}", "--json"])
            assert ran.code == (DONE if alone else MISSING)
            assert not alone or ran.data["number"] == number


@pytest.mark.parametrize("line", ["close {0} --amount -1", "close {0} --amount x", "close {0} --credit-note 'A B'"])
def test_an_amount_or_a_credit_note_that_is_none_closes_nothing(sent, done, cli, shop: Path, line: str) -> None:
    number = sent()
    done(f"returns receive {number}")
    done(f"returns check {number} --all")
    before = dump(shop)
    assert cli(f"returns {line.format(number)}").code == USAGE
    assert dump(shop) == before


def test_a_credit_note_is_given_once(sent, done, refuses) -> None:
    number = sent()
    for line in (f"receive {number}", f"check {number} --all", f"close {number} --credit-note AV-1"):
        done(f"returns {line}")
    assert done(f"returns invoice {number} AV-1 --json")[0]["credit_note"] == "AV-1"
    refuses(f"returns invoice {number} AV-2", REFUSED, "credit_note_known")
    refuses(f"returns invoice {number} AV-1 --amount 1", REFUSED, "credit_note_known")
    refuses(f"returns invoice {number} 0", REFUSED, "credit_note_known")


# --- without a terminal


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        (f"add {NEW}", "--all"),
        ("set 1", "--reason"),
        ("set 1", "--quantity"),
        ("remove", "N°"),
        ("open", "NOM"),
        ("check {0}", "--line"),
        ("check {0}", "--all"),
        ("refuse {0} --yes", "--why"),
        ("refuse {0} --why complet", "--yes"),
        ("cancel {0}", "--yes"),
        ("send", "--yes"),
        ("clear", "--yes"),
    ],
)
def test_without_a_terminal_what_is_missing_is_named(sent, done, cli, shop: Path, line: str, flag: str) -> None:
    number = sent()
    done(f"returns add {NEW} 3 {MISTAKE}")
    before = dump(shop)
    ran = cli(f"returns {line.format(number)}")
    assert ran.code == USAGE
    assert flag in ran.err
    assert dump(shop) == before


def csv_rows(text: str) -> list[dict[str, str]]:
    """Read CSV with a header."""
    return list(csv.DictReader(text.splitlines()))


def test_a_cancelled_case_left_the_way_and_its_gauge_says_so(sent, done, cli) -> None:
    number = sent()
    assert done(f"returns cancel {number} --yes --json")[0]["step"] == 0
    assert "□□□□" in cli(f"returns show {number}").out


@pytest.mark.parametrize("why", ["", "  "])
def test_a_request_is_not_refused_without_a_word(sent, refuses, why: str) -> None:
    refuses(f"returns refuse {sent()} --why '{why}' --yes", USAGE, *(["missing_value"] if not why else ["no_why"]))
