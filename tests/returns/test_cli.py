"""Returns at the counter: each bad input has its code and its kind, and changes nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from comptoir.core.acting import By
from comptoir.core.errors import DONE, MISSING, REFUSED, USAGE
from comptoir.returns import queries, reasons, services
from comptoir.returns.documents import Shop
from comptoir.returns.refusals import ReturnBasketChanged
from comptoir.store.engine import transaction
from comptoir.store.read import reading

from .conftest import FUTURE, NEW, OLD, OTHER, dump, whole

MISTAKE = "-r ordered_by_mistake"


# --- quantities and lines


@pytest.mark.parametrize(
    ("line", "code", "kind"),
    [
        (f"{NEW} 1 -q 0", USAGE, "bad_quantity"),
        (f"{NEW} 1 -q -1", USAGE, "bad_quantity"),
        (f"{NEW} 1 -q 1.5", USAGE, None),
        (f"{NEW} 1 -q beaucoup", USAGE, None),
        (f"{NEW} 1 -q 13", REFUSED, "over_remaining"),
        (f"{NEW} 1 -q 99999999999999999999", REFUSED, "over_remaining"),
        (f"{NEW} 1 1", USAGE, "named_twice"),
        (f"{NEW} RTE4522-C 3333933452200", USAGE, "named_twice"),
        (f"{NEW} 'OC 1063'", REFUSED, "several_lines"),
        (f"{NEW} 4009026010631", REFUSED, None),
        (f"{NEW} KC221", MISSING, "no_such_line"),
        (f"{NEW} 9", MISSING, "no_such_line"),
        (f"{NEW}", USAGE, "missing_value"),
        ("255999999 1", MISSING, "unknown_note"),
        ("x 1", USAGE, None),
        (f"{NEW} 1 -r nothing", USAGE, "unknown_reason"),
        (f"{NEW} 1 -r core_deposit", REFUSED, "out_of_window"),
        (f"{OLD} 1 -r core_deposit", REFUSED, "out_of_window"),
        (f"{FUTURE} 1 -r defective", REFUSED, "out_of_window"),
    ],
)
def test_what_cannot_go_into_the_basket_is_told_by_its_kind(
    cli, shop: Path, line: str, code: int, kind: str | None
) -> None:
    before = dump(shop)
    ran = cli(f"returns add {line} --json")
    assert ran.code == code, ran.err
    if kind:
        assert ran.failure["errors"][0]["error"] == kind
    assert dump(shop) == before
    plain = cli(f"returns add {line}")
    assert plain.code == code
    assert plain.err.strip()
    assert plain.out == ""


def test_several_problems_of_one_line_are_all_told_and_none_of_it_goes_in(refuses) -> None:
    refuses(f"returns add {NEW} 1 2 3 -q 9 {MISTAKE}", REFUSED, "over_remaining", "over_remaining")


def test_a_line_twice_is_refused_and_so_is_too_much_under_two_reasons(done, refuses) -> None:
    done(f"returns add {NEW} 1 -q 7 {MISTAKE}")
    (told,) = refuses(f"returns add {NEW} 1 -q 1 {MISTAKE}", REFUSED, "already_in_basket")
    assert "returns set 1" in told["hint"]
    refuses(f"returns add {NEW} 1 -q 6 -r defective", REFUSED, "over_remaining")
    done(f"returns add {NEW} 1 -q 5 -r defective")
    refuses("returns set 2 -q 6", REFUSED, "over_remaining")
    refuses("returns set 1 -q 8", REFUSED, "over_remaining")
    refuses(f"returns add {NEW} 1 -r late_delivery", REFUSED, "over_remaining")
    assert [row["quantity"] for row in done("returns basket --json")] == [7, 5]


@pytest.mark.parametrize(
    ("line", "code", "kind"),
    [
        ("set 1 -q 0", USAGE, "bad_quantity"),
        ("set 1 -q -3", USAGE, "bad_quantity"),
        ("set 2 -q 1", MISSING, "not_in_return_basket"),
        ("set 0 -q 1", MISSING, "not_in_return_basket"),
        ("set 1 -r nothing", USAGE, "unknown_reason"),
        ("set 1 -r core_deposit", REFUSED, "out_of_window"),
        ("set 1 -q 2 -r core_deposit", REFUSED, "out_of_window"),
        ("set 1", USAGE, "missing_value"),
        ("remove 7 --yes", MISSING, "not_in_return_basket"),
        ("remove", USAGE, "missing_value"),
        ("remove 1", USAGE, "needs_yes"),
        ("send", USAGE, "needs_yes"),
        ("open nowhere", MISSING, None),
    ],
)
def test_what_a_basket_does_not_take_leaves_it_as_it_was(done, refuses, cli, line: str, code: int, kind: str) -> None:
    done(f"returns add {NEW} 1 -q 3 {MISTAKE}")
    if kind:
        refuses(f"returns {line}", code, kind)
    else:
        assert cli(f"returns {line}").code in {MISSING, REFUSED}
    assert cli("returns clear").code == USAGE
    assert [row["quantity"] for row in done("returns basket --json")] == [3]


def test_a_note_of_another_customer_is_refused(done, refuses) -> None:
    done(f"returns add {NEW} 1 {MISTAKE}")
    (told,) = refuses(f"returns add {OTHER} 1 {MISTAKE}", REFUSED, "other_customer")
    assert "GARAGE DES ORMES" in told["message"]
    assert "CARROSSERIE LELONG" in told["message"]


def test_a_basket_whose_note_changed_customer_meanwhile_is_not_sent(done, refuses, shop: Path) -> None:
    done(f"returns add {NEW} 1 {MISTAKE}")
    done(f"returns add {OLD} 1 -r defective")
    header = "note_number,delivery_date,customer,line,reference,ean,designation,quantity,unit_price"
    moved = f"{OLD},2021-11-10,CARROSSERIE LELONG,1,8MK376,4082858376007,RADIATEUR MOTEUR,2,93.54"
    done("delivery import - --json", input=f"{header}\n{moved}\n".encode())
    refuses("returns send --yes", REFUSED, "other_customer")


def test_an_empty_reason_is_no_reason_and_is_told(done, refuses) -> None:
    """As a script gives it whose variable is not set."""
    refuses(f"returns add {NEW} 1 -r ''", USAGE, "unknown_reason")
    done(f"returns add {NEW} 1")
    refuses("returns set 1 -r ''", USAGE, "unknown_reason")


def test_a_bad_quantity_is_told_once_for_all_lines(refuses) -> None:
    assert len(refuses(f"returns add {NEW} --all -q 0", USAGE, "bad_quantity")) == 1


def test_what_was_shown_to_one_customer_is_not_sent_for_another(done, shop: Path) -> None:
    done(f"returns add {OLD} 1 -r defective")
    known = reasons.load("")
    with reading(shop) as reader:
        shown = tuple(queries.basket(reader, "test", known))
    draft = services.Draft(shown, known, Shop("", ""), "", lambda _values: ("", ""))
    header = "note_number,delivery_date,customer,line,reference,ean,designation,quantity,unit_price"
    moved = f"{OLD},2021-11-10,CARROSSERIE LELONG,1,8MK376,4082858376007,RADIATEUR MOTEUR,2,93.54"
    done("delivery import - --json", input=f"{header}\n{moved}\n".encode())
    with pytest.raises(ReturnBasketChanged), transaction(shop) as session:
        services.send(session, draft, By("test", datetime(2021, 12, 10, 9, tzinfo=UTC)))


@pytest.mark.parametrize("command", ["send --yes", "send --dry-run", "save lundi"])
def test_an_empty_basket_goes_nowhere(cli, refuses, command: str) -> None:
    if command.startswith("send"):
        refuses(f"returns {command}", REFUSED, "empty_return_basket")
    else:
        assert cli(f"returns {command}").code == REFUSED


def test_clearing_and_showing_an_empty_basket_is_done(cli, done, shop: Path) -> None:
    assert done("returns basket --json") == []
    assert cli("returns clear").code == DONE
    assert cli("returns clear --yes").code == DONE


# --- windows


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2021-12-02T23:59", False),
        ("2021-12-03T00:00", True),
        ("2022-01-02T00:00", True),
        ("2022-01-02T23:59", True),
        ("2022-01-03T00:00", False),
    ],
)
def test_a_window_of_thirty_days_is_of_days_of_paris(cli, shop: Path, at, monkeypatch, moment, open_) -> None:
    monkeypatch.setenv("COMPTOIR_RETURNS_HOURS", "always")
    at(moment)
    before = dump(shop)
    ran = cli(f"returns add {NEW} 1 {MISTAKE} --json")
    assert ran.code == (DONE if open_ else REFUSED), ran.err
    assert (dump(shop) == before) != open_
    explained = cli(f"returns eligible {NEW} --explain --json").data
    (row,) = [row for row in explained if (row["line"], row["reason"]) == (1, "ordered_by_mistake")]
    assert (row["open"], row["until"]) == (open_, "2022-01-02")
    assert row["why"]


def test_a_basket_that_waited_out_its_window_is_refused_whole(done, refuses) -> None:
    done(f"returns add {NEW} 1 {MISTAKE}")
    done(f"returns add {NEW} 2 -r core_deposit")
    refuses("returns send --yes", REFUSED, "out_of_window", at="2022-01-03T10:00")
    assert len(done("returns basket --json")) == 2
    done("returns send --yes --json")


def test_a_note_of_the_future_waits_for_its_day(done, refuses) -> None:
    done(f"returns add {FUTURE} 1")
    refuses("returns set 1 -r defective", REFUSED, "out_of_window")
    refuses("returns send --yes", REFUSED, "no_reason")


def test_a_basket_without_reasons_is_refused_line_by_line(done, refuses) -> None:
    done(f"returns add {NEW} 1 3")
    told = refuses("returns send --yes", REFUSED, "no_reason", "no_reason")
    assert ["returns set 1" in told[0]["hint"], "returns set 2" in told[1]["hint"]] == [True, True]


# --- saved baskets


def test_a_saved_basket_whose_line_went_back_meanwhile_warns_and_is_not_sent(
    cli, done, refuses, operator, shop: Path
) -> None:
    done(f"returns add {NEW} 3 -q 3 {MISTAKE}")
    done("returns save lundi")
    operator("bob")
    done(f"returns add {NEW} 3 -q 4 -r defective")
    done("returns send --yes --json")
    ran = cli("returns open lundi --json")
    assert ran.code == DONE
    assert "096 604 3" in ran.err
    assert [(row["quantity"], row["eligible"]) for row in ran.data] == [(3, 1)]
    refuses("returns send --yes", REFUSED, "over_remaining")
    assert [row["quantity"] for row in done("returns basket --json")] == [3]
    done("returns set 1 -q 1 --json")
    assert done("returns send --yes --json")[0]["parts"] == 1
    whole(shop)


def test_a_saved_basket_is_never_written_over_nor_into_another(done, cli, operator, shop: Path) -> None:
    done(f"returns add {NEW} 1 {MISTAKE}")
    done("returns save lundi")
    done(f"returns add {NEW} 3 {MISTAKE}")
    before = dump(shop)
    assert cli("returns save lundi").code == REFUSED
    assert cli("returns open lundi").code == REFUSED
    assert cli(["returns", "save", ""]).code == USAGE
    assert cli(["returns", "save", "x" * 61]).code == USAGE
    assert dump(shop) == before
    operator("bob")
    assert [row["reference"] for row in done("returns open lundi --json")] == ["OC 1063"]
    assert done("returns saved --json") == []
    done("returns clear --yes")
    assert cli("returns open lundi").code == MISSING


@pytest.mark.parametrize("name", ["cafe\N{COMBINING ACUTE ACCENT}", "  lundi   matin ", "L'atelier & Cie", "数字"])
def test_a_basket_is_opened_by_the_name_it_was_saved_under(done, shop: Path, name: str) -> None:
    done(f"returns add {NEW} 1 {MISTAKE}")
    done(["returns", "save", name])
    assert len(done(["returns", "open", name, "--json"])) == 1


# --- hours


@pytest.mark.parametrize(
    "moment",
    ["2021-12-10T04:59", "2021-12-10T22:00", "2021-12-12T10:00", "2021-12-25T10:00", "2022-01-01T10:00"],
)
def test_when_it_is_closed_nothing_is_declared_and_all_else_goes_on(
    sent, done, refuses, at, shop: Path, moment
) -> None:
    first, second = sent(), sent(_3=1)
    done(f"returns add {NEW} 3 {MISTAKE}")
    done("returns save lundi")
    done(f"returns add {NEW} 2 {MISTAKE}")
    at(moment if moment > "2021-12-10T10" else "2021-12-11T04:59")
    for line in (f"add {NEW} 1", "set 1 -q 2", "send --yes", "send --dry-run"):
        (told,) = refuses(f"returns {line}", REFUSED, "closed")
        assert "05:00 - 22:00" in told["message"]
        assert told["hint"]
    done("returns save mardi")
    refuses("returns open lundi", REFUSED, "closed")
    done("returns list --json")
    done(f"returns show {first} --json")
    done(f"returns documents {first} -o {shop.parent / 'papers'}")
    done(f"returns eligible {NEW} --json")
    done(f"returns cancel {second} --yes --json")
    for line in (f"receive {first}", f"check {first} --all", f"close {first}", f"invoice {first} AV-1"):
        done(f"returns {line} --json")
    content = done("returns export").raw
    done("returns import - --json", input=content)
    done("returns reconcile --json")


# --- sending


def test_a_rehearsal_shows_the_same_and_changes_nothing(done, cli, shop: Path) -> None:
    done(f"returns add {NEW} 1 -q 2 {MISTAKE}")
    done(f"returns add {OLD} 1 -r defective")
    before = dump(shop)
    rehearsed = cli("returns send --dry-run --email erp@exemple.fr")
    assert rehearsed.code == DONE
    assert dump(shop) == before
    real = cli("returns send --yes --email erp@exemple.fr")
    assert real.code == DONE
    recap = [line for line in rehearsed.err.splitlines() if "OC 1063" in line or "8MK376" in line]
    assert len(recap) == 2
    assert set(recap) <= set(real.err.splitlines())


@pytest.mark.parametrize("email", ["nobody", "a@", "a b@c.fr", "a@b.fr\nBcc: c@d.fr"])
def test_an_address_that_is_none_stops_the_request(done, cli, shop: Path, email: str) -> None:
    done(f"returns add {NEW} 1 {MISTAKE}")
    before = dump(shop)
    assert cli(["returns", "send", "--yes", "--email", email]).code == USAGE
    assert dump(shop) == before
