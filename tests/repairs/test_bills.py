"""Money: quotes, invoices, credit notes; numbers without a hole, amounts to the cent, all of it or nothing of it."""

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.core.acting import By
from comptoir.core.errors import DONE, MISSING, REFUSED
from comptoir.core.money import french
from comptoir.fiches import book
from comptoir.repairs import billed, cases, invoicing, ledger, queries, repairing
from comptoir.repairs.amounts import RATES
from comptoir.repairs.bill_refusals import BelowBonus
from comptoir.repairs.documents import Shop
from comptoir.repairs.refusals import RepairChanged
from comptoir.repairs.statuses import LineKind, Means
from comptoir.repairs.tables import RepairCase
from comptoir.store.engine import engine, transaction
from comptoir.store.read import reading

from .conftest import AFTER, BEFORE, CASE, LAPTOP, OTHER, PHONE, SETTINGS, column, dump, intake, play, whole

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
BY = By("marie", NOW)
PAPERS = repairing.Papers(book.load(""), Shop("Atelier", "a@b.fr", ("3 quai",), "73282932000074"))
MONEY = ("net", "vat", "total", "bonus", "due")
CENT, ZERO = Decimal("0.01"), Decimal("0.00")
NUMBERS = ("00000017", "00000024", "00000031", "00000048", "00000055", "00000062")


class Undone(Exception):
    """What leaves a transaction as if nothing was done."""


def terms(session: Any, number: str = CASE, bonus: str = "0", threshold: str = "0") -> invoicing.Terms:
    """Give what a bill is made of now."""
    held = queries.lines(ledger.reader(session), number)
    deposit = queries.case(ledger.reader(session), number).deposit
    return invoicing.Terms(held, Decimal(bonus), Decimal(threshold), False, "Mentions\n", deposit)


def bills(path: Path) -> list[str]:
    """List the numbers of the bills, in the order they were issued."""
    return column(path, "SELECT number FROM repair_bill ORDER BY rowid")


def lives(path: Path, number: str, *lines: str, **form: Any) -> None:
    """Take another device in, and bring it to its end, but for its bill."""
    play(path, intake(**form), f"assign {number} karim", *(f"line {number} {line}" for line in lines))
    play(path, f"start {number} --despite vu", f"finish {number} --despite vu")


# --- an invoice, its bonus, its payment


def test_an_invoice_takes_the_bonus_and_the_deposit_off(step, done) -> None:
    path = step("open")
    lives(
        path,
        CASE,
        "labour Pose --price 100",
        "other Divers --price 20 --vat 10",
        deposit="30",
        means="cash",
        receipt="A",
    )
    [bill] = done("invoice 17 --yes --json")
    told = {"number": "F2026-00001", "total": "120.00", "vat": "18.49", "bonus": "50.00", "deposit": "30.00"}
    assert {key: bill[key] for key in told} == told
    assert (bill["due"], bill["issued_at"]) == ("40.00", "2026-03-10T09:00:00+00:00")
    whole(path)


def test_what_is_left_may_be_owed_to_the_customer(step, done, refuses) -> None:
    path = step("open")
    lives(path, CASE, "labour Pose --price 60", deposit="30", means="card", receipt="A")
    [bill] = done("invoice 17 --yes --json")
    assert bill["due"] == "-20.00"
    refuses("handover 17", 4, "not_paid")  # it is to be given back at the till
    done("pay 17 --means cash --receipt T-9")
    done("handover 17")
    whole(path)


@pytest.mark.parametrize(
    ("form", "price", "wanted", "kind"),
    [
        ({}, "49,99", "", "below_bonus"),
        ({}, "50", "", None),
        ({}, "49,99", "--no-bonus", None),
        ({}, "50", "--bonus 50,01", "below_bonus"),
        ({}, "50", "--bonus 50", None),
        ({"product": "cuisinière"}, "24,99", "", "below_bonus"),
        (LAPTOP, "149,99", "", "below_bonus"),
        (LAPTOP, "149,99", "--bonus 10", "below_bonus"),
        (LAPTOP, "149,99", "--no-bonus", None),
        (PHONE, "25", "", None),
        ({"no_bonus": True}, "10", "", None),
        ({"no_bonus": True}, "100", "--bonus 50", "without_bonus"),
    ],
)
def test_there_is_a_bonus_from_its_amount_and_from_its_threshold_on(  # noqa: PLR0917 - fixtures, and a row of a table
    step, refuses, done, form, price: str, wanted: str, kind: str | None
) -> None:
    path = step("open")
    lives(path, CASE, f"labour Pose --price {price}", **form)
    if kind:
        refuses(f"invoice 17 --yes {wanted}", 4, kind)
        if "--bonus" not in wanted:
            refuses("invoice 17 --dry-run", 4, kind)
    else:
        [bill] = done(f"invoice 17 --yes {wanted} --json")
        without = "--no-bonus" in wanted or form.get("no_bonus")
        assert Decimal(bill["bonus"]) == (0 if without else 25 if form is PHONE else 50)
    whole(path)


def test_a_laptop_at_150_euros_has_its_bonus_and_its_quote(step, refuses, done) -> None:
    path = step("open")
    play(path, intake(**LAPTOP), "assign 17 karim", "line 17 labour Pose --price 150")
    refuses("start 17 --despite vu", 4, "quote_required")
    assert done("quote 17 --yes --despite vu --json")[0]["bonus"] == "50.00"
    play(path, "accept 17", "start 17 --despite vu", "finish 17 --despite vu", "invoice 17 --yes")
    assert column(path, "SELECT bonus FROM repair_bill") == [5000, 5000]
    whole(path)


def test_parts_of_the_circular_economy_raise_the_bonus_of_a_telephone(step, done, monkeypatch) -> None:
    path = step("open")
    play(path, intake(**{**PHONE, "consent": ["data", "circular-parts"]}), "assign 17 karim")
    play(path, "use 17 BATTERY --price 80", "start 17 --despite vu", "finish 17 --despite vu")
    [bill] = done("invoice 17 --yes --json")
    assert (bill["bonus"], column(path, "SELECT circular FROM repair_bill")) == ("30.00", [1])
    for kind in ("invoice", "declaration"):
        assert "PIEC" in column(path, "SELECT content FROM document WHERE kind = ?", kind)[0]
    whole(path)


def test_a_bonus_that_nobody_knows_is_told_by_hand(step, refuses, done, monkeypatch) -> None:
    path = step("open")
    monkeypatch.setenv("COMPTOIR_REPAIR_FICHES", "all")
    play(
        path,
        "technician add 'Max Petit' --fiche 5 --since 2024-01-01",
        intake(product="instrument de musique"),
        COMPTOIR_REPAIR_FICHES="all",
    )
    play(path, "assign 17 max", "line 17 labour Pose --price 100", "start 17 --despite vu", "finish 17 --despite vu")
    refuses("invoice 17 --yes", 4, "bonus_unknown")
    assert done("invoice 17 --yes --bonus '15,50' --json")[0]["bonus"] == "15.50"


def test_what_was_shown_is_what_is_issued_or_nothing(step) -> None:
    path = step("ready")
    with transaction(path) as session:
        shown = terms(session)
    play(path, "line 17 other Joint --price 0")  # the same total
    before = dump(path)
    with pytest.raises(RepairChanged), transaction(path) as session:
        invoicing.quote(session, CASE, shown, PAPERS, BY)
    assert dump(path) == before
    path = step("repaired")
    with transaction(path) as session:
        shown = terms(session, bonus="50")
    for changed in (shown._replace(lines=shown.lines[:1]), shown._replace(lines=[])):
        with pytest.raises(RepairChanged), transaction(path) as session:
            invoicing.invoice(session, CASE, changed, PAPERS, BY)
    with pytest.raises(BelowBonus), transaction(path) as session:
        invoicing.invoice(session, CASE, shown._replace(threshold=Decimal("144.91")), PAPERS, BY)
    play(path, "set 17 --no-bonus")
    with pytest.raises(RepairChanged), transaction(path) as session:
        invoicing.invoice(session, CASE, shown, PAPERS, BY)
    with transaction(path) as session:
        invoicing.invoice(session, CASE, shown._replace(bonus=ZERO), PAPERS, BY)
    whole(path)


def test_what_is_shown_is_what_was_issued_though_another_counter_was_quick(step, done, monkeypatch) -> None:
    path = step("repaired")
    told = cases.next_step

    def quick(*args: Any, **said: Any) -> str:
        """Undo the invoice before the first counter looks at it."""
        monkeypatch.setattr(cases, "next_step", told)
        with transaction(path) as session:
            invoicing.credit(session, CASE, ("erreur", "Mentions\n"), PAPERS, BY)
        return told(*args, **said)

    monkeypatch.setattr(cases, "next_step", quick)
    assert [bill["number"] for bill in done("invoice 17 --yes --json")] == ["F2026-00001"]
    assert bills(path) == ["F2026-00001", "A2026-00001"]


def test_a_payment_told_again_is_recorded_once(step, cli) -> None:
    path = step("paid")
    before = dump(path)
    again = cli("repair pay 17 --means card --receipt ' T-204 ' --json")
    assert "ce paiement est déjà connu" in again.err
    [bill] = json.loads(again.out)
    assert (bill["receipt"], bill["means"], bill["number"]) == ("T-204", "card", "F2026-00001")
    assert dump(path) == before


def test_what_leaves_unpaid_says_why_and_may_be_paid_later(step, done, at) -> None:
    path = step("invoiced")
    done("handover 17 --despite 'Paie  demain'")
    told = column(path, "SELECT data FROM history WHERE verb = 'handed_over'")
    assert json.loads(told[0]) == {"despite": "Paie demain"}
    at("2026-03-11T09:00")
    done("pay 17 --means transfer --receipt V-1")
    assert done("show 17 --json")["status"] == "handed_over"
    whole(path)


# --- credit notes


def test_a_credit_note_undoes_an_invoice_which_may_be_issued_anew(step, refuses, done) -> None:
    path = step("paid")
    [note] = done("credit 17 --why 'Mauvais  bonus' --yes --json")
    assert (note["number"], note["kind"], note["cancels"], note["total"]) == (
        "A2026-00001", "credit_note", "F2026-00001", "144.90",
    )  # fmt: skip
    refuses("credit 17 --why encore --yes", 3, "no_invoice")
    refuses("pay 17 --means card --receipt T-1", 3, "no_invoice")
    refuses("handover 17", 4, "not_invoiced")
    [bill] = done("invoice 17 --no-bonus --yes --json")
    assert (bill["number"], bill["due"], bill["paid_at"]) == ("F2026-00002", "144.90", None)
    refuses("handover 17", 4, "not_paid")
    done("pay 17 --means card --receipt T-300")
    done("credit 17 --why encore --yes")
    done("invoice 17 --yes")
    assert bills(path) == ["F2026-00001", "A2026-00001", "F2026-00002", "A2026-00002", "F2026-00003"]
    assert column(path, "SELECT why FROM repair_bill WHERE why <> ''") == ["Mauvais bonus", "encore"]
    whole(path)


def test_an_invoice_is_undone_after_the_device_left_and_issued_anew(step, refuses, done) -> None:
    path = step("over")
    done("credit 17 --why erreur --yes")
    done("invoice 17 --no-bonus --yes")
    refuses("invoice 17 --yes", 4, "cannot_go_on")
    done("pay 17 --means cash --receipt T-9")
    assert done("show 17 --json")["status"] == "handed_over"
    assert bills(path) == ["F2026-00001", "A2026-00001", "F2026-00002"]
    whole(path)


def test_a_device_given_back_for_nothing_gets_no_invoice_afterwards(step, refuses, done) -> None:
    path = step("open")
    lives(path, CASE, "labour Garantie --price 0")
    done("handover 17")
    refuses("invoice 17 --no-bonus --yes", 4, "cannot_go_on")
    whole(path)


def test_a_device_that_is_given_back_unrepaired_gets_no_invoice(step, refuses, done) -> None:
    path = step("paid")
    for line in (
        "credit 17 --why erreur --yes", "start 17 --despite panne", "quote 17 --yes", "refuse 17",
        "handover 17 --despite 'Reprend son appareil'",
    ):  # fmt: skip
        done(line)
    refuses("invoice 17 --yes", 4, "cannot_go_on")
    refuses("line 17 labour Pose --price 10", 4, "lines_closed")
    whole(path)


def test_the_end_of_a_repair_does_not_take_an_invoice_back(step, refuses) -> None:
    for name in ("repaired", "invoiced", "paid", "over"):
        step(name)
        refuses("finish 17 --despite vu", 4, "cannot_go_on")


# --- numbers


def test_numbers_have_no_hole_where_something_fails_in_between(step, refuses, done) -> None:
    path = step("repaired")
    lives(path, "00000024", "labour Pose --price 40", **OTHER)
    refuses("invoice 24 --yes", 4, "below_bonus")
    with suppress(Undone), transaction(path) as session:
        assert invoicing.invoice(session, CASE, terms(session), PAPERS, BY) == "F2026-00001"
        raise Undone
    assert bills(path) == []
    assert done("invoice 17 --yes --json")[0]["number"] == "F2026-00001"
    refuses("invoice 24 --yes", 4, "below_bonus")
    assert done("invoice 24 --no-bonus --yes --json")[0]["number"] == "F2026-00002"
    whole(path)


def test_numbers_begin_again_with_the_year_of_paris(step, done, at) -> None:
    path = step("open")
    for number, serial in zip(NUMBERS[:3], "ABC", strict=True):
        lives(path, number, "labour Pose --price 60", serial=f"SN {serial}")
    moments = ("2026-12-31T22:59:59Z", "2026-12-31T23:59:59", "2027-01-01T00:00")
    told = []
    for number, moment in zip(NUMBERS, moments, strict=False):
        at(moment)
        told.append(done(f"invoice {number} --yes --json")[0]["number"])
    assert told == ["F2026-00001", "F2026-00002", "F2027-00001"]
    assert done(f"credit {NUMBERS[0]} --why erreur --yes --json")[0]["number"] == "A2027-00001"
    assert done(f"invoice {NUMBERS[0]} --yes --json")[0]["number"] == "F2027-00002"
    rows = done("sales --since 2027-01-01 --json")
    assert [(row["number"], row["issued_on"]) for row in rows] == [
        ("F2027-00001", "2027-01-01"), ("A2027-00001", "2027-01-01"), ("F2027-00002", "2027-01-01"),
    ]  # fmt: skip
    assert [row["number"] for row in done("sales --until 31/12/2026 --json")] == told[:2]
    assert len(done("sales --until 31/12/9999 --json")) == 5
    whole(path)


def test_numbers_follow_time_whichever_counter_s_clock_is_behind(step, refuses, done, at) -> None:
    path = step("repaired")
    lives(path, "00000024", "labour Pose --price 60", **OTHER)
    at("2027-01-01T00:10")
    done("invoice 17 --yes")
    at("2026-12-31T23:50")  # twenty minutes behind, in another year
    [bill] = done("invoice 24 --yes --json")
    assert (bill["number"], bill["issued_at"]) == ("F2027-00002", "2026-12-31T23:10:00+00:00")
    done("credit 24 --why erreur --yes")
    at("2026-12-31T22:30")
    refuses("invoice 24 --yes", 4, "clock_back")
    whole(path)


def test_the_hundred_thousandth_invoice_of_a_year_is_followed_by_the_next(step, done) -> None:
    path = step("invoiced")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE repair_bill SET number = 'F2026-99999'")
    for number in ("F2026-100000", "F2026-100001"):
        done("credit 17 --why erreur --yes")
        assert done("invoice 17 --yes --json")[0]["number"] == number


# --- amounts, whatever the lines

prices = st.sampled_from([0, 1, 99, 2_500, 99_999_999]) | st.integers(0, 99_999_999)
lines = st.builds(
    repairing.Line,
    kind=st.sampled_from([LineKind.LABOUR, LineKind.TRAVEL, LineKind.OTHER]),
    designation=st.sampled_from(["Pose", "Déplacement"]),
    reference=st.just(""),
    origin=st.just(""),
    quantity=st.sampled_from([1, 1, 2, 3, 7, 999_999]),
    price=prices.map(lambda cents: Decimal(cents).scaleb(-2)),
    vat=st.sampled_from(RATES),
)


def test_whatever_the_lines_totals_vat_and_what_is_left_are_exact_to_the_cent(step) -> None:
    path = step("repairing")

    @given(st.lists(lines, min_size=1, max_size=6), st.integers(0, 10_000), st.integers(0, 30_000))
    @settings(max_examples=25)
    def exact(held: list[repairing.Line], bonus: int, deposit: int) -> None:
        with suppress(Undone), transaction(path) as session:
            check_bill(session, held, Decimal(bonus).scaleb(-2), Decimal(deposit).scaleb(-2))
            raise Undone

    before = dump(path)
    exact()
    assert dump(path) == before


def check_bill(session: Any, held: list[repairing.Line], bonus: Decimal, deposit: Decimal) -> None:
    """Bill lines after those of the case, then undo it: every cent is computed here again."""
    for line in held:
        repairing.add_line(session, CASE, line, BY)
    session.get_one(RepairCase, CASE).deposit = deposit
    total, vat = computed(held)
    number = issued(session, bonus)
    quoted, bill = billed.bills(ledger.reader(session), CASE)
    assert (bill.number, bill.total, bill.vat, bill.bonus, bill.deposit) == (number, total, vat, bonus, deposit)
    assert bill.due == total - bonus - deposit
    assert (quoted.total, quoted.vat, quoted.deposit, quoted.due) == (total, vat, ZERO, total - bonus)
    assert sum(Decimal(line["price"]) * line["quantity"] for line in bill.lines) == total
    assert sum(Decimal(line["net"]) for line in bill.lines) == total - vat
    [_kind, _name, paper] = queries.papers(ledger.reader(session), CASE, "invoice")[-1]
    for amount in (total, abs(bill.due), *([-bonus] if bonus else []), *([-deposit] if deposit else [])):
        assert french(amount) in json.dumps(paper, ensure_ascii=False)
    sold = list(billed.sales(ledger.reader(session), "", ""))
    told = [(row.net, row.vat, row.total, row.bonus, row.deposit, row.due) for row in sold]
    assert told == [(total - vat, vat, total, bonus, deposit, bill.due)]
    invoicing.credit(session, CASE, ("erreur", "Mentions\n"), PAPERS, BY)
    sold = list(billed.sales(ledger.reader(session), "", ""))
    assert all(sum(getattr(row, name) for row in sold) == 0 for name in (*MONEY, "deposit"))


def computed(held: list[repairing.Line]) -> tuple[Decimal, Decimal]:
    """Give the total and the VAT of lines after those of the case, 65.00 and 79.90 at 20 %."""
    by_rate = Counter({200: Decimal("144.90")})
    for line in held:
        by_rate[line.vat] += line.price * line.quantity
    nets = [(each * 1000 / (1000 + rate)).quantize(CENT, ROUND_HALF_UP) for rate, each in by_rate.items()]
    total = sum(by_rate.values(), ZERO)
    return total, total - sum(nets, ZERO)


def issued(session: Any, bonus: Decimal) -> str:
    """Bring the case from its repair to its invoice; give its number."""
    invoicing.quote(session, CASE, terms(session, bonus=str(bonus)), PAPERS, BY)
    invoicing.accept(session, CASE, BY)
    repairing.start(session, CASE, PAPERS, BY)
    repairing.finish(session, CASE, PAPERS, BY, "vu")
    return invoicing.invoice(session, CASE, terms(session, bonus=str(bonus)), PAPERS, BY)


def test_what_the_accountant_reads_adds_up(step, done) -> None:
    path = step("paid")
    for place, number in enumerate(NUMBERS[1:4]):
        lives(
            path,
            number,
            f"labour Pose --price {60 + place},37",
            "travel Route --price 12,34 --vat 10",
            serial=f"SN {place}",
        )
        done(f"invoice {number} --yes")
    done(f"credit {NUMBERS[1]} --why erreur --yes")
    done(f"invoice {NUMBERS[1]} --no-bonus --yes")
    rows = list(csv.DictReader(StringIO(done("sales").out)))
    assert [row["number"] for row in rows] == [n for n in bills(path) if n[0] in "FA"]
    sums = {
        name: sum(Decimal(row[name]) for row in rows) for name in ("net", "vat", "total", "bonus", "deposit", "due")
    }
    assert sums["net"] + sums["vat"] == sums["total"] == sums["bonus"] + sums["deposit"] + sums["due"]
    with reading(path) as reader:
        held = [billed.standing(reader, number) for number in NUMBERS[:4]]
    assert sums["total"] == sum(bill.total for bill in held if bill)
    assert sums["bonus"] == sum(bill.bonus for bill in held if bill) == 150
    assert sums["vat"] == sum(bill.vat for bill in held if bill)
    assert [row["cancels"] for row in rows if row["kind"] == "credit_note"] == ["F2026-00002"]
    assert b"144,90;" in done("sales --excel").raw


# --- papers


def test_papers_are_the_same_bytes_whenever_they_are_printed(step, done, tmp_path: Path, monkeypatch, at) -> None:
    path = step("over")
    done("credit 17 --why erreur --yes")
    done(["documents", "17", "-o", str(tmp_path / "one")])
    first = {each.name: each.read_bytes() for each in (tmp_path / "one").iterdir()}
    assert sorted(first) == [
        "avoir-A2026-00001.pdf", "controle-00000017.pdf", "declaration-F2026-00001.pdf",
        "facture-F2026-00001.pdf", "facture-acquittee-F2026-00001.pdf", "prise-en-charge-00000017.pdf",
    ]  # fmt: skip
    assert all(content.startswith(b"%PDF") for content in first.values())
    at("2031-01-01T10:00")
    monkeypatch.setenv("COMPTOIR_SHOP_NAME", "Un autre nom")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE consumer SET last_name = 'Martin'")
    done(["documents", "17", "-o", str(tmp_path / "two")])
    assert {each.name: each.read_bytes() for each in (tmp_path / "two").iterdir()} == first
    done(["slip", "17", "-o", str(tmp_path / "three")])
    assert [each.read_bytes() for each in (tmp_path / "three").iterdir()] == [first["prise-en-charge-00000017.pdf"]]


# --- several counters at once, and one that dies

# One process that has everything loaded. It lets children do the lines it is given, all from the same moment, and
# answers with their codes and the kinds of their problems; or lets one begin, and kills it after a delay.
COUNTERS = """
import json, os, signal, sys, time
from io import BytesIO, TextIOWrapper
import alembic, jinja2, phonenumbers, sqlalchemy.dialects.sqlite
from comptoir.app import run
from comptoir.repairs import bills, cases, invoicing, services

def ran(words):
    sys.stdout, sys.stderr = TextIOWrapper(BytesIO(), "utf-8"), TextIOWrapper(BytesIO(), "utf-8")
    code = run(["repair", *words, "--json"])
    sys.stderr.flush()
    told = sys.stderr.buffer.getvalue().decode().splitlines()
    return code, [each["error"] for each in json.loads(told[-1])["errors"]] if code else []

def together(lines):
    gate, opens = os.pipe()
    ends = []
    for mine in lines:
        read, write = os.pipe()
        if not os.fork():
            os.close(opens)
            os.read(gate, 1)
            os.write(write, json.dumps([ran(words) for words in mine]).encode())
            os._exit(0)
        os.close(write)
        ends.append(read)
    os.close(opens)
    found = [json.loads(os.fdopen(end).read()) for end in ends]
    for _child in lines:
        os.wait()
    os.close(gate)
    return found

def killed(words, delay):
    child = os.fork()
    if not child:
        ran(words)
        os._exit(0)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])

answers = os.fdopen(os.dup(1), "w")
for line in sys.stdin:
    asked = json.loads(line)
    os.environ["COMPTOIR_DATABASE"] = asked["base"]
    found = together(asked["lines"]) if "lines" in asked else killed(asked["words"], asked["delay"])
    answers.write(json.dumps(found) + "\\n")
    answers.flush()
"""


@pytest.fixture(scope="module")
def counters() -> Iterator[Callable[..., Any]]:
    """Give the function that asks the process of the counters; the end of the tests ends it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("COMPTOIR_")} | SETTINGS
    command = [sys.executable, "-c", COUNTERS]
    with subprocess.Popen(command, env=kept, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:

        def ask(base: Path, **asked: Any) -> Any:
            assert child.stdin
            assert child.stdout
            child.stdin.write(json.dumps({"base": str(base), **asked}) + "\n")
            child.stdin.flush()
            return json.loads(child.stdout.readline())

        yield ask
        child.stdin.close()  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def six(lived: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two bases with six devices: ready to be quoted, and repaired."""
    folder = tmp_path_factory.mktemp("six")
    path = Path(shutil.copy(lived["open"], folder / "shop.db"))
    made: dict[str, Path] = {}
    for place, number in enumerate(NUMBERS):
        play(path, intake(serial=f"SN {place}"), f"assign {number} karim")
        play(path, f"check {number} {BEFORE} {AFTER}", f"line {number} labour Pose --price {60 + place}")
    for name in ("ready", "repaired"):
        if name == "repaired":
            play(path, *(f"{verb} {number}" for number in NUMBERS for verb in ("start", "finish")))
        column(path, "PRAGMA wal_checkpoint(TRUNCATE)")
        made[name] = Path(shutil.copy(path, folder / f"{name}.db"))
    engine.cache_clear()
    return made


def test_six_counters_quote_and_invoice_without_a_hole_or_a_double(counters, six, tmp_path: Path) -> None:
    path = Path(shutil.copy(six["ready"], tmp_path / "quotes.db"))
    lines = [[["quote", number, "--yes"]] * 3 + [["accept", number]] for number in NUMBERS]
    assert counters(path, lines=lines) == [[[DONE, []]] * 4] * 6
    assert sorted(bills(path)) == [f"D2026-{place:05}" for place in range(1, 19)]
    assert Counter(column(path, "SELECT answer FROM repair_bill")) == {"replaced": 12, "accepted": 6}
    whole(path)
    path = Path(shutil.copy(six["repaired"], tmp_path / "invoices.db"))
    one = (["invoice", "{}", "--yes"], ["credit", "{}", "--why", "x", "--yes"], ["invoice", "{}", "--yes"])
    lines = [[[word.format(number) for word in words] for words in one] for number in NUMBERS]
    assert counters(path, lines=lines) == [[[DONE, []]] * 3] * 6
    assert sorted(bills(path)) == [
        *(f"A2026-{place:05}" for place in range(1, 7)), *(f"F2026-{place:05}" for place in range(1, 13)),
    ]  # fmt: skip
    whole(path)


def test_one_case_is_invoiced_paid_and_undone_once_by_four_counters(counters, six, tmp_path: Path) -> None:
    path = Path(shutil.copy(six["repaired"], tmp_path / "one.db"))
    found = counters(path, lines=[[["invoice", CASE, "--yes"]]] * 4)
    assert sorted(found) == [[[DONE, []]], *[[[REFUSED, ["cannot_go_on"]]]] * 3]
    found = counters(path, lines=[[["pay", CASE, "--means", "card", "--receipt", "T-1"]]] * 4)
    assert found == [[[DONE, []]]] * 4
    assert column(path, "SELECT count(*) FROM history WHERE verb = 'pay'") == [1]
    found = counters(path, lines=[[["credit", CASE, "--why", "x", "--yes"]]] * 4)
    assert sorted(found) == [[[DONE, []]], *[[[MISSING, ["no_invoice"]]]] * 3]
    assert bills(path) == ["F2026-00001", "A2026-00001"]
    whole(path)


def test_four_counters_take_one_device_in_once(counters, lived, tmp_path: Path) -> None:
    path = Path(shutil.copy(lived["open"], tmp_path / "one.db"))
    found = counters(path, lines=[[intake()], [intake(serial="fd990100123")], [intake()], [intake(**OTHER)]])
    assert sorted(found)[:2] == [[[DONE, []]]] * 2
    assert sorted(found)[2:] == [[[REFUSED, ["serial_in_case"]]]] * 2
    assert sorted(column(path, "SELECT number FROM repair_case")) == [*NUMBERS[:2]]
    whole(path)


def test_kill_9_of_an_invoice_leaves_all_of_it_or_nothing(counters, lived, tmp_path: Path) -> None:
    path = tmp_path / "killed.db"
    shutil.copy(lived["repaired"], path)
    begun = time.perf_counter()
    counters(path, lines=[[["invoice", CASE, "--yes"]]])
    took = time.perf_counter() - begun
    left = set()
    for trial in range(48):
        if trial >= 12 and len(left) > 1:
            break
        path = Path(shutil.copy(lived["repaired"], tmp_path / f"killed{trial}.db"))
        before = dump(path)
        counters(path, words=["invoice", CASE, "--yes"], delay=took * (0.2 + trial % 12 / 8) * (1 + trial // 12))
        whole(path)
        invoiced = column(path, "SELECT status FROM repair_case") == ["invoiced"]
        assert len(bills(path)) == invoiced
        assert invoiced or dump(path) == before
        left.add(invoiced)
        if not invoiced:
            assert counters(path, lines=[[["invoice", CASE, "--yes"]]]) == [[[DONE, []]]]
            assert bills(path) == ["F2026-00001"]
    assert left == {True, False}, "kills came before and after the moment that counts"


# --- what may change between the recap and the issue, and what is corrected to get a bonus


def test_the_bonus_is_refused_again_where_the_device_was_corrected_since_the_intake(step, done, refuses) -> None:
    path = step("over")
    done(intake(**{**OTHER, "serial": "SN 8"}))
    play(path, "assign 24 karim", f"check 24 {BEFORE}", "line 24 labour Pose --price 90", "start 24")
    play(path, f"check 24 {AFTER}", "finish 24")
    for wrong, right, kind in (
        ("--warranty legal", "--warranty none", "under_warranty"),
        ("--bought 2025-12-01", "--bought 2020-01-01", "still_guaranteed"),
        ("--serial 'FD 9901-00123'", "--serial 'SN 8'", "comeback_has_no_bonus"),
    ):
        done(f"set 24 {wrong}")
        refuses("invoice 24 --yes", 4, kind)
        done(f"set 24 {right}")
    done("invoice 24 --yes")
    whole(path)


def test_what_was_said_of_one_part_excuses_no_other(step, done, refuses) -> None:
    path = step("repairing")
    play(path, f"check {CASE} {AFTER}")
    done("finish 17 --despite 'Tiroir'")
    done("line 17 part Pompe --reference PUMP --price 5 --quantity 8")
    refuses("finish 17", 4, "parts_not_traced")
    done("drop 17 3 --yes")
    for line in ("finish 17 --despite Tiroir", "invoice 17 --yes"):
        done(line)
    whole(path)


@pytest.mark.parametrize(
    ("act", "given"),
    [
        (invoicing.credit, (("erreur", "Mentions\n", "F2026-00001"), PAPERS)),
        (invoicing.pay, (invoicing.Paid(Means.CARD, "T", "F2026-00001"), PAPERS, "Mentions\n")),
    ],
)
def test_another_invoice_than_the_one_shown_is_neither_undone_nor_paid(step, done, act, given) -> None:
    path = step("invoiced")
    done("credit 17 --why erreur --yes")
    done("invoice 17 --yes")
    before = dump(path)
    with pytest.raises(RepairChanged), transaction(path) as session:
        act(session, CASE, *given, BY)
    assert dump(path) == before


def test_a_deposit_told_after_the_recap_is_seen(step) -> None:
    path = step("repaired")
    with transaction(path) as session:
        stale = terms(session)._replace(deposit=Decimal("30.00"))
    with pytest.raises(RepairChanged), transaction(path) as session:
        invoicing.invoice(session, CASE, stale, PAPERS, BY)


def test_a_device_given_back_before_its_invoice_may_still_be_billed(step, done) -> None:
    path = step("repaired")
    done("handover 17 --despite 'Paie vendredi'")
    done("invoice 17 --yes")
    done("pay 17 --means transfer --receipt V-1")
    whole(path)


def test_a_repair_that_was_undone_is_no_repair_to_come_back_from(step, done) -> None:
    path = step("repaired")
    for line in ("check 17 earth=bad", "putback 17 PUMP", "cancel 17 --why irréparable --yes", "handover 17"):
        done(line)
    done(intake(**{**OTHER, "serial": "FD 9901-00123"}))
    assert done("show 24 --json")["comeback_of"] == ""
    whole(path)


GIVEN_BACK = "est à rendre à la caisse"


def test_a_deposit_is_given_back_once_and_only_where_no_invoice_takes_it_off(step, done, cli) -> None:
    path = step("open")
    lives(path, CASE, "labour Pose --price 60", deposit="30", means="card", receipt="T-7")
    assert GIVEN_BACK not in cli("repair handover 17").err  # refused: nothing left, nothing is given back
    assert GIVEN_BACK not in done("handover 17 --despite 'Paie vendredi'").err
    assert done("invoice 17 --yes --json")[0]["deposit"] == "30.00"
    lives(path, "00000024", "labour Garantie --price 0", **OTHER, deposit="30", means="card", receipt="T-8")
    assert done("handover 24").err.count(f"30,00\xa0€, ticket T-8, {GIVEN_BACK}") == 1
    done(intake(**LAPTOP, deposit="20", means="cash", receipt="T-9"))
    assert GIVEN_BACK not in done("cancel 31 --why 'Trop cher' --yes").err
    assert done("handover 31").err.count(f"T-9, {GIVEN_BACK}") == 1
    done(intake(**PHONE, deposit="20", means="cash", receipt="T-10"))
    for line in ("line 48 labour Pose --price 90", "quote 48 --yes --despite vu", "refuse 48"):
        assert GIVEN_BACK not in done(line).err
    assert done("handover 48").err.count(f"T-10, {GIVEN_BACK}") == 1
    whole(path)
