"""The workshop's day through the command line: controls, technicians, lines, parts, quotes, and what is refused."""

import json
import sqlite3
import struct
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.errors import MISSING
from comptoir.core.refs import check_digit

from .conftest import AFTER, BEFORE, CASE, LAPTOP, OTHER, PHONE, column, dump, intake, play, whole


def status(done: Callable[..., Any], number: str = "17") -> str:
    """Give where a case stands."""
    return done(f"show {number} --json")["status"]


# --- what is refused, from each step


@pytest.mark.parametrize(
    ("name", "line", "code", "kinds"),
    [
        # numbers
        ("ready", "show 18", 3, ["unknown_repair"]),
        ("ready", "show 00000024", 3, ["unknown_repair"]),
        ("ready", "show 00000018", 2, ["mistyped_repair"]),
        ("ready", "show 10000007", 2, ["mistyped_repair"]),  # a check digit that is right, on another range
        *(("ready", ["show", text], 2, ["not_a_repair"]) for text in ("7", "", "abc", "0x17", "000000170", "٠١٧")),
        ("ready", "assign 18 karim", 3, ["unknown_repair"]),
        # technicians
        ("ready", "assign 17 nadia", 4, ["not_qualified"]),
        ("ready", "assign 17 paula", 3, ["unknown_technician"]),
        ("ready", "assign 17 ''", 3, ["unknown_technician"]),
        ("received", "start 17", 4, ["no_technician"]),
        ("received", "start 17 --despite pressé", 4, ["no_technician"]),
        ("over", "assign 17 karim", 4, ["lines_closed"]),
        # control points
        ("ready", "check 17 zz=ok", 3, ["unknown_point"]),
        ("ready", "check 17 cord=fine", 2, ["bad_result"]),
        ("ready", "check 17 cord", 2, ["bad_result"]),
        ("ready", "check 17 =ok", 3, ["unknown_point"]),
        ("ready", "check 17 lint=ok", 3, ["unknown_point"]),  # a dryer's
        ("ready", "check 17", 2, ["missing_value"]),
        ("ready", "check 17 cord=bad zz=ok cord=fine", 3, ["unknown_point", "bad_result"]),
        ("received", "quote 17 --yes", 4, ["nothing_to_bill"]),
        ("repairing", "finish 17", 4, ["parts_not_traced"]),
        ("invoiced", "check 17 earth=bad", 4, ["lines_closed"]),
        # documents
        ("ready", "detach 17 99999999999999999999 --yes", 3, ["no_attachment"]),
        ("ready", "library drop 99999999999999999999 --yes", 3, ["no_library_document"]),
        # lines
        ("ready", "line 17 labour X", 2, ["missing_value"]),
        ("ready", "line 17 labour X --price=-0,01", 2, ["negative_amount"]),
        ("ready", "line 17 labour X --price 1000000", 2, ["too_much"]),
        ("ready", "line 17 labour X --price 45,005", 2, ["bad_amount"]),
        ("ready", "line 17 labour X --price gratuit", 2, ["bad_amount"]),
        ("ready", "line 17 labour X --price 1 -q 0", 2, ["bad_usage"]),
        ("ready", "line 17 labour X --price 1 -q -1", 2, ["bad_usage"]),
        ("ready", "line 17 labour X --price 1 -q 1000000", 2, ["bad_part_quantity"]),
        ("ready", "line 17 labour X --price 1 -q 99999999999999999999", 2, ["bad_part_quantity"]),
        *(
            ("ready", f"line 17 labour X --price 1 --vat {rate}", 2, ["bad_rate"])
            for rate in ("19,6", "21", "200", "vingt", "''", "-20", "2000")
        ),
        ("ready", "line 17 labour '' --price 1", 2, ["bad_repair_line"]),
        ("ready", "line 17 labour ' ' --price 1", 2, ["bad_repair_line"]),
        ("ready", "line 17 part Pompe --price 1", 2, ["bad_repair_line"]),
        ("ready", "line 17 gift X --price 1", 2, ["bad_usage"]),
        ("ready", "line 17 part Porte --reference DOOR --origin used --price 1", 4, ["consent_missing"]),
        ("ready", "line 17 part Pile --reference BATTERY --origin circular --price 1", 4, ["consent_missing"]),
        ("invoiced", "line 17 labour X --price 1", 4, ["lines_closed"]),
        ("over", "line 17 labour X --price 1", 4, ["lines_closed"]),
        ("ready", "drop 17 3 --yes", 3, ["no_line_of_repair"]),
        ("ready", "drop 17 1 3 --yes", 3, ["no_line_of_repair"]),
        ("ready", "drop 17 0 --yes", 3, ["no_line_of_repair"]),
        ("ready", "drop 17 99999999999999999999 --yes", 3, ["no_line_of_repair"]),
        ("ready", "drop 17 1", 2, ["needs_yes"]),
        ("invoiced", "drop 17 1 --yes", 4, ["lines_closed"]),
        # parts
        ("ready", "use 17 PUMP -q 6", 4, ["not_enough_parts"]),
        ("ready", "use 17 NOTHING --price 1", 4, ["not_enough_parts"]),
        ("ready", "use 17 PUMP -q 2", 2, ["no_price"]),
        ("ready", "use 17 DOOR --price 1", 4, ["consent_missing"]),
        ("ready", "use 17 BATTERY --price 1", 4, ["consent_missing"]),
        ("ready", "putback 17 PUMP", 4, ["not_used"]),
        ("invoiced", "use 17 PUMP --price 1", 4, ["lines_closed"]),
        ("over", "putback 17 PUMP", 4, ["lines_closed"]),
        ("repaired", "cancel 17 --why erreur --yes", 4, ["cannot_go_on"]),
        ("ready", "cancel 17 --yes", 2, ["missing_value"]),
        ("ready", "cancel 17 --why ' ' --yes", 2, ["no_reason_given"]),
        ("ready", "cancel 17 --why erreur", 2, ["needs_yes"]),
        # quotes and answers
        ("ready", "accept 17", 3, ["no_quote"]),
        ("ready", "refuse 17", 3, ["no_quote"]),
        ("ready", "quote 17", 2, ["needs_yes"]),
        ("repaired", "quote 17 --yes", 4, ["cannot_go_on"]),
        ("ready", "invoice 17 --yes", 4, ["cannot_go_on"]),
        ("ready", "handover 17", 4, ["cannot_go_on"]),
        ("ready", "finish 17", 4, ["cannot_go_on"]),
        ("repairing", "start 17", 4, ["cannot_go_on"]),
        # money
        ("repaired", "handover 17", 4, ["not_invoiced"]),
        ("invoiced", "handover 17", 4, ["not_paid"]),
        ("repaired", "pay 17 --means card --receipt 1", 3, ["no_invoice"]),
        ("repaired", "credit 17 --why erreur --yes", 3, ["no_invoice"]),
        ("repaired", "invoice 17", 2, ["needs_yes"]),
        ("repaired", "invoice 17 --bonus=-1 --yes", 2, ["negative_amount"]),
        ("repaired", "invoice 17 --bonus beaucoup --yes", 2, ["bad_amount"]),
        ("repaired", "invoice 17 --bonus 144,91 --yes", 4, ["below_bonus"]),
        ("invoiced", "invoice 17 --yes", 4, ["cannot_go_on"]),
        ("over", "invoice 17 --yes", 4, ["cannot_go_on"]),
        ("invoiced", "pay 17 --means card", 2, ["missing_value"]),
        ("invoiced", "pay 17 --receipt 1", 2, ["missing_value"]),
        ("invoiced", "pay 17 --means card --receipt ' '", 2, ["bad_repair_line"]),
        ("invoiced", "pay 17 --means gold --receipt 1", 2, ["bad_usage"]),
        ("paid", "pay 17 --means card --receipt T-205", 4, ["paid_already"]),
        ("paid", "pay 17 --means cash --receipt T-204", 4, ["paid_already"]),
        ("invoiced", "credit 17 --yes", 2, ["missing_value"]),
        ("invoiced", "credit 17 --why '' --yes", 2, ["missing_value"]),
        ("invoiced", "credit 17 --why erreur", 2, ["needs_yes"]),
        ("over", "handover 17", 4, ["cannot_go_on"]),
        ("over", "cancel 17 --why erreur --yes", 4, ["cannot_go_on"]),
        # customers told
        ("ready", "notify 17 ready --yes", 4, ["not_ready"]),
        ("ready", "notify 17 appointment --yes", 2, ["missing_value"]),
        ("ready", "notify 17 appointment --on 2026-03-10T10:00 --yes", 2, ["appointment_past"]),
        ("ready", "notify 17 appointment --on demain --yes", 2, ["bad_moment"]),
        ("ready", "notify 17 parts", 2, ["needs_yes"]),
        # lists
        ("ready", "list --since hier", 2, ["bad_day"]),
        ("ready", "sales --until 31/02/2026", 2, ["bad_day"]),
        ("ready", "list --status lost", 2, ["bad_usage"]),
    ],
)
def test_refused(step, refuses, name: str, line: str | list[str], code: int, kinds: list[str]) -> None:
    path = step(name)
    refuses(line, code, *kinds)
    whole(path)


def test_an_end_that_several_numbers_have_names_them(step, refuses, done) -> None:
    path = step("received")
    done(intake(**OTHER))
    twin = next(f"{n:07}7" for n in range(11, 5000, 10) if check_digit(f"{n:07}") == "7")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE repair_case SET number = ? WHERE number = '00000024'", (twin,))
    [told] = refuses("show 17", 3, "unknown_repair")
    assert told["hint"].endswith(f"{CASE}, {twin}")
    assert done(f"show {twin[-5:]} --json")["number"] == twin
    assert done("show '0000-001 7' --json")["number"] == CASE


# --- a case lives, and everything is there


def test_a_case_lives_to_its_end_and_shows_it(step, done) -> None:
    path = step("over")
    case = done("show 17 --json")
    assert (case["status"], case["technician"]) == ("handed_over", "Karim Benali")
    assert [row["quantity"] for row in case["lines"]] == [1, 1]
    assert {row["result"] for row in case["checks"]} == {"ok"}
    assert [row["number"] for row in case["bills"]] == ["F2026-00001"]
    assert column(path, "SELECT kind FROM document ORDER BY id") == [
        "slip", "report", "invoice", "declaration", "paid_invoice",
    ]  # fmt: skip
    told = [row["verb"] for row in history(path)]
    assert [verb for verb in told if verb not in {"check", "line"}] == [
        "intake", "assign", "repairing", "use", "repaired", "invoiced", "pay", "handed_over",
    ]  # fmt: skip
    whole(path)


def history(path: Path, number: str = CASE) -> list[dict[str, Any]]:
    """Give what was done to a case."""
    sql = "SELECT json_object('verb', verb, 'data', json(data)) FROM history WHERE reference = ? ORDER BY id"
    return [json.loads(text) for text in column(path, sql, number)]


def despite(path: Path) -> list[dict[str, str]]:
    """Give what was passed over, and why."""
    return [row["data"] for row in history(path) if row["verb"] == "despite"]


def printed(path: Path, kind: str) -> str:
    """Give the last paper of a kind, as it is kept."""
    return column(path, "SELECT content FROM document WHERE kind = ? ORDER BY id DESC LIMIT 1", kind)[0]


@pytest.mark.parametrize("line", ["show 17", "list", "export", "checklist 17", "sales", "files 17", "comebacks"])
@pytest.mark.parametrize("form", ["--json", "--format csv", "--format tsv", "--format jsonl", "--excel", ""])
def test_every_list_has_every_format(step, done, line: str, form: str) -> None:
    step("over")
    done(f"{line} {form}")


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ("", ["00000024", CASE]),
        ("--open", ["00000024"]),
        ("--status handed_over", [CASE]),
        ("--fiche 7", ["00000024"]),
        ("--fiche 0", []),
        ("--fiche 99999999999999999999", []),
        ("--customer PETIT", ["00000024"]),
        ("--customer lea@", [CASE]),
        ("--device xps", ["00000024"]),
        ("--technician benali", [CASE]),
        ("--since 2026-03-11", []),
        ("--since 10/03/2026 --until 2026-03-10", ["00000024", CASE]),
        ("--until 2026-03-09", []),
        ("--until 9999-12-31", ["00000024", CASE]),
        ("--since 9999-12-31", []),
        ("--customer %", []),
    ],
)
def test_lists_keep_what_every_filter_keeps(step, done, filters: str, kept: list[str]) -> None:
    step("over")
    done(intake(**LAPTOP))
    assert [row["number"] for row in done(f"list --json {filters}")] == kept
    assert [row["number"] for row in done(f"export --json {filters}")] == kept[::-1]


# --- control points


@pytest.mark.parametrize("point", [each.partition("=")[0] for each in BEFORE.split()])
def test_a_required_point_open_before_holds_the_quote_and_the_start(step, refuses, done, point: str) -> None:
    path = step("received")
    left = " ".join(each for each in BEFORE.split() if not each.startswith(point))
    play(path, f"assign {CASE} karim", f"check {CASE} {left}", f"line {CASE} labour X --price 10")
    for verb in ("start 17", "quote 17 --yes"):
        [told] = refuses(verb, 4, "open_points")
        assert point in told["message"]
    done(f"check 17 {point}=na")
    done("start 17")


@pytest.mark.parametrize("point", [each.partition("=")[0] for each in AFTER.split()])
@pytest.mark.parametrize("found", ["", "bad"])
def test_a_required_point_open_or_bad_after_holds_the_end(step, refuses, done, point: str, found: str) -> None:
    path = step("repairing")
    left = " ".join(each for each in AFTER.split() if not each.startswith(point))
    play(path, f"use {CASE} PUMP", f"check {CASE} {left} {f'{point}=bad' if found else ''}")
    [told] = refuses("finish 17", 4, "failed_points" if found else "open_points")
    assert point in told["message"]
    done(f"check 17 {point}=ok")
    done("finish 17")


def test_what_goes_on_all_the_same_says_why_in_the_history_and_on_the_report(step, refuses, done) -> None:
    path = step("repairing")
    play(path, f"check {CASE} earth=bad insulation=ok door_lock=ok operation=ok reassembly=ok --note 'prise 2'")
    refuses("finish 17 --despite ' '", 4, "parts_not_traced")
    done("finish 17 --despite 'Repris  demain'")
    assert despite(path) == [
        {"when": "after", "points": "PUMP", "why": "Repris demain", "missing": '[["PUMP", "new", 1]]'},
        {"when": "after", "points": "water_leak, earth", "why": "Repris demain"},
    ]
    assert printed(path, "report").count("Repris demain") == 2
    assert "prise 2" in printed(path, "report")
    whole(path)


def test_a_point_seen_again_replaces_what_was_found_and_the_history_keeps_both(step, done) -> None:
    path = step("ready")
    done("check 17 cord=bad --note 'Dénudé'")
    done("start 17")  # bad before the repair: that is what it is for
    [row] = [row for row in done("checklist 17 --when before --json") if row["point"] == "cord"]
    assert (row["result"], row["note"], row["safety"]) == ("bad", "Dénudé", 1)
    told = [row["data"]["result"] for row in history(path) if row["data"].get("point") == "cord"]
    assert told == ["ok", "bad"]


def test_a_checklist_has_the_points_of_the_fiche_and_of_the_product(step, done) -> None:
    step("received")
    done(intake(**PHONE))
    done(intake(**{**OTHER, "product": "sèche-linge"}))
    points = {number: {row["point"] for row in done(f"checklist {number} --json")} for number in ("17", "24", "31")}
    assert "door_lock" in points["17"]
    assert "lint" in points["31"] - points["17"]
    assert {"imei", "calls"} <= points["24"]
    after = {row["moment"] for row in done("checklist 17 --when after --json")}
    assert after == {"after"}


# --- technicians


def test_a_case_goes_to_somebody_not_qualified_only_with_a_reason_kept_and_printed(step, refuses, done) -> None:
    path = step("ready")
    [told] = refuses("assign 17 nadia", 4, "not_qualified")
    assert "Karim Benali" in told["hint"]
    done("assign 17 nadia --despite 'En formation'")
    refuses("start 17", 4, "not_qualified")
    done("start 17 --despite 'En formation avec Karim'")
    assert [each["why"] for each in despite(path)] == ["En formation", "En formation avec Karim"]
    play(path, f"use {CASE} PUMP", f"check {CASE} {AFTER}", f"finish {CASE}")
    assert "En formation avec Karim" in printed(path, "report")


def test_a_report_tells_what_was_passed_over_and_was_not_looked_at_again(step, done) -> None:
    path = step("repairing")
    for line in (
        "assign 17 nadia --despite 'En formation'",
        f"check 17 {AFTER.replace('earth=ok', 'earth=bad')}",
        "finish 17 --despite 'Prise en attente'",  # its part is not traced, its earth is bad
        "check 17 earth=bad",  # so it is in the workshop again
        "use 17 PUMP",
        "check 17 earth=ok",
        "finish 17",
    ):
        done(line)
    assert "En formation" in printed(path, "report")
    assert "Prise en attente" not in printed(path, "report")
    assert [each.get("when") for each in despite(path)] == [None, "after", "after"]


def test_a_report_names_a_quote_that_was_accepted_too_late(step, done, at) -> None:
    path = step("ready")
    done("quote 17 --yes")
    at("2026-06-10T10:00")
    for line in ("accept 17 --despite 'Parti en voyage'", "start 17", "use 17 PUMP", f"check 17 {AFTER}", "finish 17"):
        done(line)
    assert '"Devis accepté après sa date de validité","Parti en voyage"' in printed(path, "report")


def test_who_left_or_lost_the_qualification_begins_no_repair(step, refuses, done, at) -> None:
    path = step("ready")
    done("assign 17 paul")
    play(path, "technician leave 'Paul Morin' --yes")
    refuses("start 17", 4, "has_left")
    refuses("assign 17 paul", 4, "has_left")
    done("assign 17 karim")
    play(path, "technician withdraw karim 1 --on 2026-03-10")
    at("2026-03-12T10:00")
    refuses("start 17", 4, "not_qualified")


# --- lines and parts


def test_lines_are_added_and_taken_out_and_positions_close_up(step, done) -> None:
    path = step("ready")
    done("line 17 travel Déplacement --price 35 --vat 10")
    done("line 17 other Geste --price 0 -q 3 --vat 5,5")
    rows = done("drop 17 1 3 1 --yes --json")
    assert [(row["position"], row["designation"]) for row in rows] == [(1, "Pompe"), (2, "Geste")]
    assert [row["total"] for row in rows] == ["79.90", "0.00"]
    whole(path)


def test_a_part_used_gets_its_line_where_none_bills_it(step, done) -> None:
    path = step("ready")
    done("use 17 pump")  # billed already
    rows = done("use 17 PUMP -q 2 --price 40 --designation 'Pompe de rechange' --json")
    told = [(row["designation"], row["quantity"], row["price"]) for row in rows if row["kind"] == "part"]
    assert told == [("Pompe", 1, "79.90"), ("Pompe de rechange", 2, "40.00")]
    assert column(path, "SELECT sum(quantity) FROM part_use") == [3]
    done("putback 17 PUMP -q 3")
    assert column(path, "SELECT sum(quantity) FROM part_use") == [0]


def test_used_and_circular_parts_go_in_once_the_consumer_agreed(step, refuses, done) -> None:
    path = step("ready")
    done("set 17 --consent circular-parts")
    refuses("use 17 DOOR --price 10", 4, "consent_missing")
    done("use 17 BATTERY --price 20")
    done("set 17 --consent used-parts")
    done("line 17 part Porte --reference DOOR --origin used --price 10")
    assert done("show 17 --json")["consents"] == ["data", "used-parts", "circular-parts"]
    assert column(path, "SELECT count(*) FROM history WHERE verb = 'set'") == [2]


def test_no_line_names_an_origin_that_the_consumer_did_not_agree_to(step, refuses) -> None:
    step("ready")
    refuses("line 17 labour Pose --price 10 --origin circular", 4, "consent_missing")


def test_a_case_with_parts_in_it_is_not_cancelled_nor_given_back_refused(step, refuses, done) -> None:
    path = step("ready")
    done("use 17 PUMP")
    done("quote 17 --yes")
    refuses("cancel 17 --why erreur --yes", 4, "parts_in_repair")
    done("refuse 17")
    refuses("handover 17", 4, "parts_in_repair")
    done("putback 17 PUMP")
    done("handover 17")
    assert column(path, "SELECT sum(quantity) FROM part_use") == [0]
    whole(path)


def test_a_cancelled_case_is_given_back_and_nothing_more(step, refuses, done) -> None:
    path = step("ready")
    done("cancel 17 --why 'Client  parti' --yes")
    for verb in ("start 17", "quote 17 --yes", "invoice 17 --yes"):
        refuses(verb, 4, "cannot_go_on")
    refuses("line 17 labour X --price 1", 4, "lines_closed")
    done("handover 17")
    refuses("invoice 17 --yes", 4, "cannot_go_on")
    assert "Client parti" in json.dumps(history(path), ensure_ascii=False)
    whole(path)


# --- quotes


@pytest.mark.parametrize(("price", "needed"), [("5,09", False), ("5,10", True), ("5,11", True)])
def test_a_quote_is_needed_from_150_euros_on(step, refuses, done, price: str, needed: bool) -> None:
    step("ready")
    done(f"line 17 other Joint --price {price}")  # 144.90 before
    if needed:
        refuses("start 17", 4, "quote_required")
        done("quote 17 --yes")
        refuses("start 17", 4, "cannot_go_on")
        done("accept 17")
    done("start 17")
    assert status(done) == "repairing"


def test_a_repair_found_dearer_than_agreed_is_quoted_again(step, refuses, done) -> None:
    path = step("ready")
    done("quote 17 --yes")
    done("accept 17")
    done("line 17 other Joint --price 0,01")
    refuses("start 17", 4, "quote_required")
    done("drop 17 3 --yes")
    done("start 17")
    play(path, f"use {CASE} PUMP", f"check {CASE} {AFTER}", f"line {CASE} other Joint --price 0,01")
    refuses("finish 17", 4, "quote_required")
    done("quote 17 --yes")
    refuses("finish 17", 4, "cannot_go_on")
    done("accept 17")
    play(path, f"start {CASE}", f"finish {CASE}")
    assert [(row["number"], row["answer"]) for row in done("show 17 --json")["bills"]] == [
        ("D2026-00001", "accepted"),
        ("D2026-00002", "accepted"),
    ]
    whole(path)


def test_a_repair_not_quoted_that_becomes_dear_is_quoted_before_its_end(step, refuses, done) -> None:
    path = step("repairing")
    play(path, f"use {CASE} PUMP", f"check {CASE} {AFTER}", f"line {CASE} other Joint --price 5,10")
    refuses("finish 17", 4, "quote_required")
    refuses("finish 17 --despite pressé", 4, "quote_required")
    whole(path)


def test_a_quote_that_waits_is_replaced_by_the_next_one(step, done) -> None:
    path = step("ready")
    for _turn in range(3):
        done("quote 17 --yes")
    done("accept 17")
    assert column(path, "SELECT answer FROM repair_bill ORDER BY number") == ["replaced", "replaced", "accepted"]
    whole(path)


def test_a_refused_quote_tells_the_risks_in_writing(step, refuses, done) -> None:
    path = step("ready")
    done("quote 17 --yes")
    [row] = done("refuse 17 --why 'Trop  cher' --json")
    assert (row["answer"], row["number"]) == ("refused", "D2026-00001")
    assert "choc électrique" in printed(path, "risks")
    assert column(path, "SELECT why FROM repair_bill") == ["Trop cher"]
    refuses("accept 17", 3, "no_quote")
    refuses("start 17", 4, "cannot_go_on")
    done("handover 17")
    assert status(done) == "handed_over"
    refuses("invoice 17 --yes", 4, "cannot_go_on")  # nothing was repaired: nothing is owed
    whole(path)


def test_a_recap_changes_nothing(step, done) -> None:
    path = step("repaired")
    before = dump(path)
    for line in ("invoice 17 --dry-run", "invoice 17 --dry-run --no-bonus"):
        ran = done(line)
        assert "144,90" in ran.err
        assert ran.out == ""
    assert dump(path) == before


def test_a_bill_names_the_shop_s_own_number(step, refuses, monkeypatch) -> None:
    step("repaired")
    monkeypatch.setenv("COMPTOIR_REPAIR_SIRET", "  ")
    refuses("invoice 17 --yes", 2, "no_siret")


# --- what is put right


@pytest.mark.parametrize("typed", ["144,91", "200"])
def test_a_rehearsal_refuses_what_the_run_refuses(step, refuses, typed: str) -> None:
    step("repaired")
    refuses(f"invoice 17 --dry-run --bonus {typed}", 4, "below_bonus")


@pytest.mark.parametrize("flag", ["brand", "service", "fault"])
def test_a_correction_leaves_nothing_empty_that_the_intake_asked_for(step, refuses, flag: str) -> None:
    step("ready")
    refuses(f"set 17 --{flag} ''", 2, "missing_value")


def test_a_brand_is_corrected_to_a_known_one(step, refuses) -> None:
    step("ready")
    refuses("set 17 --brand Bosh", 4, "unknown_brand")


def test_a_refused_quote_may_be_followed_by_a_cheaper_one(step, done) -> None:
    step("ready")
    for line in ("quote 17 --yes", "refuse 17", "drop 17 2 --yes", "quote 17 --yes", "accept 17"):
        done(line)


def test_a_wrong_line_is_corrected_once_its_invoice_is_undone(step, done) -> None:
    path = step("invoiced")
    done("credit 17 --why 'Deux pompes facturées' --yes")
    for line in ("start 17", "line 17 other Joint --price 2", "finish 17", "invoice 17 --yes"):
        done(line)
    assert done("show 17 --json")["bills"][-1]["total"] == "146.90"
    whole(path)


def test_a_repaired_device_that_fails_a_control_or_gives_a_part_back_is_in_the_workshop_again(
    step, refuses, done
) -> None:
    for line in ("check 17 earth=bad --note 'Coupée'", "putback 17 PUMP"):
        path = step("repaired")
        done("check 17 earth=ok heating=bad cord=bad")  # neither a control of safety after, nor one required
        assert status(done) == "repaired"
        done(line)
        assert status(done) == "repairing"
        refuses("invoice 17 --yes", 4, "cannot_go_on")
        refuses("finish 17", 4, "failed_points" if "earth" in line else "parts_not_traced")
        play(path, f"check {CASE} earth=ok", *([] if "earth" in line else [f"use {CASE} PUMP"]), f"finish {CASE}")
        done("invoice 17 --yes")
        assert column(path, "SELECT count(*) FROM document WHERE kind = 'report'") == [2]
        whole(path)


def test_a_part_billed_after_the_repair_is_traced_before_its_invoice(step, refuses, done) -> None:
    path = step("repaired")
    done("line 17 part Courroie --reference PUMP --price 1")
    refuses("invoice 17 --yes", 4, "cannot_go_on")  # it is in the workshop again
    refuses("finish 17", 4, "parts_not_traced")
    done("use 17 PUMP")
    for line in ("finish 17", "invoice 17 --yes"):
        done(line)
    whole(path)


@pytest.mark.parametrize(("day", "late"), [("2026-05-10T23:59", False), ("2026-05-11T00:00", True)])
def test_a_quote_is_accepted_for_two_months_and_later_with_a_reason(step, refuses, done, at, day, late: bool) -> None:
    path = step("ready")
    done("quote 17 --yes")
    at(day)
    if late:
        refuses("accept 17", 4, "quote_expired")
        done("accept 17 --despite 'Prix tenu'")
        assert despite(path) == [{"points": "quote", "why": "Prix tenu"}]
    done("accept 17")
    before = dump(path)
    done("accept 17")  # told again
    assert dump(path) == before
    whole(path)


def test_what_was_told_of_the_owner_and_the_deposit_is_corrected(step, refuses, done) -> None:
    path = step("repaired")
    refuses("set 17 --deposit 30", 2, "deposit_incomplete")
    refuses("set 17 --email lea@ --phone 12", 2, "bad_field", "bad_field")
    done("set 17 --deposit 30 --means cash --receipt T-1 --email lea@exemple.fr --postcode 35400")
    case = done("show 17 --json")
    assert (case["email"], case["postcode"], case["deposit"]) == ("lea@exemple.fr", "35400", "30.00")
    assert done("invoice 17 --yes --json")[0]["due"] == "64.90"
    before = dump(path)
    done("set 17 --email lea@exemple.fr")
    assert dump(path) == before
    refuses("set 17 --deposit 0", 4, "device_closed")
    refuses("set 17 --receipt T-2", 4, "device_closed")
    done("set 17 --organism ecosystem --symptom A1 --repair-code B2")  # what the claim asks for
    refuses("set 17 --organism other", 2, "bad_usage")


@pytest.mark.parametrize("typed", ["--means cash", "--receipt T-2", "--deposit 0 --receipt T-2"])
def test_what_the_till_recorded_needs_a_deposit(step, refuses, typed: str) -> None:
    step("repaired")
    [told] = refuses(f"set 17 {typed}", 2, "deposit_missing")
    assert typed.split()[-2] in told["message"]


def test_how_a_deposit_was_paid_is_corrected_alone(step, refuses, done) -> None:
    step("repaired")
    done("set 17 --deposit 30 --means cash --receipt T-1")
    done("set 17 --means card")
    done("set 17 --receipt ' T-2 '")
    case = done("show 17 --json")
    assert (case["deposit"], case["deposit_means"], case["deposit_receipt"]) == ("30.00", "card", "T-2")
    refuses("set 17 --receipt ' '", 2, "deposit_incomplete")
    done("set 17 --deposit 0")
    case = done("show 17 --json")
    assert (case["deposit"], case["deposit_means"], case["deposit_receipt"]) == ("0.00", "", "")


def test_a_serial_number_told_later_makes_a_comeback(step, done, refuses, at) -> None:
    step("over")
    at("2026-04-01T10:00")
    done(intake(**OTHER, no_bonus=True))
    done("set 24 --serial fd990100123")
    assert done("show 24 --json")["comeback_of"] == CASE
    done("set 24 --serial 'SN 1'")
    assert done("show 24 --json")["comeback_of"] == ""


def test_papers_that_were_not_issued_are_told(step, cli) -> None:
    step("received")
    ran = cli("repair documents 17 --kind invoice")
    assert (ran.code, ran.out) == (MISSING, "")


# --- files


@pytest.fixture
def files(tmp_path: Path) -> Callable[[str, bytes], str]:
    """Give the function that writes a file and gives its path."""

    def write(name: str, content: bytes) -> str:
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    return write


def png(width: int, height: int) -> bytes:
    """Give a PNG that says it is so large, and holds a line of black."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(bytes(1 + width) for _row in range(min(height, 8))))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_photo_of_200_megapixels_is_refused_unread(step, refuses, files) -> None:
    step("received")
    photo = files("photo.png", png(20_000, 10_000))
    refuses(["attach", "17", photo, "--kind", "picture"], 4, "too_many_pixels")
    refuses(["attach", "17", photo, "--kind", "nameplate"], 4, "too_many_pixels")
    refuses(intake(**OTHER, nameplate=photo), 4, "too_many_pixels")


def test_a_renamed_executable_is_refused_for_what_it_is(step, refuses, files) -> None:
    step("received")
    with Path(sys.executable).resolve().open("rb") as program:
        bill = files("facture.pdf", program.read(50_000))
    refuses(["attach", "17", bill, "--kind", "invoice"], 4, "wrong_type")
    good = files("photo.png", png(8, 8))
    refuses(["attach", "17", good, bill, "--kind", "picture"], 4, "wrong_type")  # all or none


def test_a_path_that_climbs_gives_a_name_and_writes_nothing_outside(step, done, files, tmp_path: Path) -> None:
    path = step("received")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    files("photo.png", png(8, 8))
    done(["attach", "17", str(tmp_path / "deep" / ".." / "photo.png"), "--kind", "picture"])
    [row] = done("files 17 --json")
    assert row["name"] == "photo.png"
    with closing(sqlite3.connect(path)) as connection, connection:  # as a base from elsewhere may have it
        connection.execute("UPDATE attachment SET name = '../../climbs.png'")
    done(["extract", "17", "--into", str(tmp_path / "deep" / "er")])
    assert [each.name for each in tmp_path.rglob("climbs*")] == ["climbs.png"]
    assert (tmp_path / "deep" / "er" / "climbs.png").exists()
    done("detach 17 1 --yes")
    assert done("files 17 --json") == []


# --- customers told


def test_a_customer_is_told_once_a_day_by_each_way(step, refuses, done) -> None:
    path = step("repaired")
    [row] = done("notify 17 ready --yes --json")
    assert (row["way"], row["recipient"]) == ("email", "lea@example.fr")
    refuses("notify 17 ready --yes", 4, "already_told")
    refuses("notify 17 ready --by both --yes", 4, "already_told")
    done("notify 17 ready --by sms --yes")
    done("notify 17 appointment --on 2026-03-12T14:30 --yes")
    done("notify 17 appointment --on 2026-03-13T14:30 --yes")
    refuses("notify 17 appointment --on 2026-03-13T14:30 --yes", 4, "already_told")
    assert column(path, "SELECT count(*) FROM outbox") == [4]
    case = done("show 17 --json")
    assert case["appointment"] == "2026-03-13T13:30:00+00:00"
    told = [row["told"] for row in case["history"] if "12/03/2026 14:30" in row["told"]]
    assert [text.partition("rendez-vous ")[2] for text in told] == [
        "> 12/03/2026 14:30", "12/03/2026 14:30 > 13/03/2026 14:30",
    ]  # fmt: skip


# --- what was done is told in words


def test_a_history_speaks_french_and_leaves_what_people_typed_as_it_is(step, done) -> None:
    step("repaired")
    done(
        "set 17 --condition new --bought 2020-01-02 --warranty legal --deposit 30 --means cash --receipt T-1 --phone "
        "0612345679 --email lea@exemple.fr --line '2 rue Basse' --complement B --postcode 35400 --town Dol --no-bonus "
        "--consent used-parts"
    )
    done("set 17 --means card --condition paid")
    done("notify 17 parts --by sms --yes")
    done("line 17 labour card --price 10")
    told = [row["told"] for row in done("show 17 --json")["history"]][-5:]
    device = (
        "corrigé : état de l'appareil > new, garantie Hors garantie > Garantie légale, acheté le > 2020-01-02, "
        "acompte 0.00 > 30.00, acompte payé par > Espèces, ticket de l'acompte > T-1, accords Données transmises à "
        "l'éco-organisme > Données transmises à l'éco-organisme, Pièces d'occasion, bonus oui > non"
    )
    owner = (
        "corrigé : e-mail lea@example.fr > lea@exemple.fr, téléphone +33612345678 > +33612345679, adresse 1 rue Haute "
        "> 2 rue Basse, complément d'adresse > B, code postal 35000 > 35400, ville Rennes > Dol"
    )
    assert told == [
        device,
        owner,
        "corrigé : état de l'appareil new > paid, acompte payé par Espèces > Carte bancaire",
        "client prévenu : nature pièces reçues, par SMS, à +33612345679",
        "ligne ajoutée : désignation card, quantité 1, prix 10.00",
    ]


def test_a_history_names_what_was_passed_over(step, done, at) -> None:
    step("ready")
    done("quote 17 --yes")
    at("2026-06-10T10:00")
    done("accept 17 --despite before")
    done("set 17 --condition x")
    done("set 17 --condition ''")
    told = [row["told"] for row in done("show 17 --json")["history"]]
    assert told[-4] == "passé outre : points devis trop ancien, motif before"
    assert told[-1] == "corrigé : état de l'appareil x >"


# --- customers are told


def test_an_appointment_may_move_and_move_back_and_only_the_last_one_leaves(step, done, refuses, cli) -> None:
    path = step("invoiced")
    for on in ("2026-03-20T10:00", "2026-03-21T10:00", "2026-03-20T10:00"):
        done(f"notify 17 appointment --on {on} --yes")
    refuses("notify 17 appointment --on 2026-03-20T10:00 --yes", 4, "already_told")
    assert column(path, "SELECT state FROM outbox ORDER BY id") == ["dropped", "dropped", "waiting"]
    assert done("show 17 --json")["appointment"].startswith("2026-03-20T09:00")


def test_a_text_message_goes_to_a_mobile_and_to_nothing_else(step, done, refuses) -> None:
    path = step("repaired")
    done("set 17 --phone '02 99 01 02 03'")
    for way in ("sms", "both"):
        [told] = refuses(f"notify 17 ready --by {way} --yes", 4, "no_way")
        assert "+33299010203" in told["message"]
        assert "`--by email`" in told["hint"]
    done("notify 17 ready --yes")
    assert column(path, "SELECT channel FROM outbox") == ["email"]


def test_a_customer_whose_address_was_wrong_is_told_at_the_right_one(step, done, refuses) -> None:
    path = step("invoiced")
    done("notify 17 ready --yes")
    refuses("notify 17 ready --yes", 4, "already_told")
    done("set 17 --email right@example.fr")
    done("notify 17 ready --yes")
    assert column(path, "SELECT recipient FROM outbox ORDER BY id") == ["lea@example.fr", "right@example.fr"]
