"""Several counters at once, and counters that die: never more back than delivered, never a request by halves."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.errors import DONE, REFUSED
from comptoir.core.refs import check_digit
from comptoir.deliveries.lines import REQUIRED
from comptoir.returns.erp import TOGETHER

from .conftest import AT, NEW, OLD, column, dump, whole

COUNTERS = 8
MANY = 255000900  # the first of eight notes whose lines no test uses up
SLOWER = 2.5  # a process just born takes longer than one that did the same before
# One process that has everything loaded. It runs the lines it is given one by one and answers with their codes; where
# it is given a delay, a child of its own runs them, killed when the delay is over.
COUNTER = """
import json, os, signal, sys, time
from io import BytesIO, TextIOWrapper
import alembic, jinja2, sqlalchemy.dialects.sqlite
from comptoir.app import run
from comptoir.outbox import prompts
from comptoir.returns import basket, cases, erp, prompts, services

def ran(words):
    sys.stdout, sys.stderr = TextIOWrapper(BytesIO(), "utf-8"), TextIOWrapper(BytesIO(), "utf-8")
    code = run(words)
    sys.stderr.flush()
    return code, sys.stderr.buffer.getvalue().decode()

def killed(lines, delay):
    child = os.fork()
    if not child:
        for words in lines:
            ran(words)
        os._exit(0)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)

answers = os.fdopen(os.dup(1), "w")
answers.write("ready\\n")
answers.flush()
for line in sys.stdin:
    asked = json.loads(line)
    os.environ["COMPTOIR_DATABASE"] = asked["base"]
    begun = time.perf_counter()
    if "delay" in asked:
        answer = {"killed": killed(asked["lines"], asked["delay"])}
    else:
        answer = {"ran": [ran(words) for words in asked["lines"]], "seconds": time.perf_counter() - begun}
    answers.write(json.dumps(answer) + "\\n")
    answers.flush()
"""


class Counter:
    """A process that runs commands under an operator's name."""

    def __init__(self, operator: str) -> None:
        self.operator = operator
        kept = {key: value for key, value in os.environ.items() if not key.startswith("COMPTOIR_")}
        settled = {"COMPTOIR_OPERATOR": operator, "COMPTOIR_AT": AT, "COMPTOIR_LANG": "fr", "NO_COLOR": "1"}
        command = [sys.executable, "-c", COUNTER]
        self.child = subprocess.Popen(
            command, env=kept | settled, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, base: Path, *lines: Sequence[str], **more: Any) -> None:
        """Tell what to do; the answer comes later."""
        assert self.child.stdin
        self.child.stdin.write(json.dumps({"base": str(base), "lines": lines, **more}) + "\n")
        self.child.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Wait for the answer."""
        assert self.child.stdout
        return json.loads(self.child.stdout.readline())

    def did(self, base: Path, *lines: str) -> dict[str, Any]:
        """Run lines that must succeed."""
        self.ask(base, *(line.split() for line in lines))
        answer = self.answer()
        assert [code for code, _told in answer["ran"]] == [DONE] * len(lines), answer
        return answer


@pytest.fixture(scope="module")
def counters() -> Iterator[list[Counter]]:
    """Eight counters, each with everything loaded; the end of the tests ends them."""
    with ExitStack() as started:
        made = [Counter(f"counter{place}") for place in range(COUNTERS)]
        for counter in made:
            started.callback(ended, counter)
        for counter in made:
            assert counter.child.stdout
            assert counter.child.stdout.readline() == "ready\n"
        yield made


def ended(counter: Counter) -> None:
    """End a process that was started here."""
    counter.child.kill()
    with counter.child:
        pass


@pytest.fixture
def base(delivered: Path, tmp_path: Path) -> Callable[[], Path]:
    """Give the function that makes a base with the deliveries, another each time."""

    def make() -> Path:
        path = tmp_path / f"base{time.monotonic_ns()}.db"
        shutil.copy(delivered, path)
        return path

    return make


def sent_at_once(counters: Sequence[Counter], path: Path, *flags: str) -> list[tuple[int, list[str]]]:
    """Let every counter send its basket at the same moment; give the code of each, and the kinds of its problems."""
    for counter in counters:
        counter.ask(path, ["returns", "send", "--yes", "--json", *flags])
    found = []
    for counter in counters:
        ((code, told),) = counter.answer()["ran"]
        failure = json.loads(told.splitlines()[-1]) if code else {"errors": []}
        found.append((code, [problem["error"] for problem in failure["errors"]]))
    return found


def holds(path: Path, operator: str) -> list[tuple[Any, ...]]:
    """Give the basket of an operator."""
    return [row for row in dump(path)["return_item"] if operator in row]


# --- eight counters


@pytest.mark.parametrize(("quantity", "fit"), [(1, 8), (2, 6), (3, 4), (5, 2), (7, 1), (12, 1)])
def test_eight_counters_never_send_more_than_was_delivered_and_no_less(
    counters: list[Counter], base, quantity: int, fit: int
) -> None:
    for _turn in range(3):
        path = base()
        for counter in counters:
            counter.did(path, f"returns add {NEW} 1 -q {quantity} -r ordered_by_mistake")
        before = {counter.operator: holds(path, counter.operator) for counter in counters}
        found = sent_at_once(counters, path)
        assert sorted(code for code, _kinds in found) == [DONE] * fit + [REFUSED] * (COUNTERS - fit), found
        assert {tuple(kinds) for code, kinds in found if code} <= {("over_remaining",)}
        for counter, (code, _kinds) in zip(counters, found, strict=True):
            assert holds(path, counter.operator) == ([] if code == DONE else before[counter.operator])
        assert column(path, "SELECT sum(quantity) FROM delivery_return") == [fit * quantity]
        numbers = [f"2{place:06}" for place in range(1, fit + 1)]
        assert column(path, "SELECT number FROM return_case ORDER BY number") == [n + check_digit(n) for n in numbers]
        assert column(path, "SELECT count(DISTINCT operator) FROM return_case") == [fit]
        whole(path)


def test_baskets_of_several_notes_in_any_order_are_sent_whole_or_not_at_all(counters: list[Counter], base) -> None:
    for _turn in range(3):
        path = base()
        for place, counter in enumerate(counters):
            lines = [f"returns add {NEW} 1 2 3 -r late_delivery", f"returns add {OLD} 1 -r defective"]
            counter.did(path, *(lines if place % 2 else lines[::-1]))
        found = sent_at_once(counters, path, "--email", "erp@exemple.fr")
        # Two parts were delivered of two of these lines: two requests take them all.
        assert [code for code, _kinds in found].count(DONE) == 2
        for counter, (code, _kinds) in zip(counters, found, strict=True):
            assert len(holds(path, counter.operator)) == (0 if code == DONE else 4)
        assert column(path, "SELECT count(*) FROM return_case") == [4]
        assert column(path, "SELECT DISTINCT count(*) FROM return_case GROUP BY request") == [2]
        assert column(path, "SELECT count(*) FROM outbox") == [2]
        whole(path)


def test_one_basket_sent_by_eight_processes_of_one_operator_is_one_request(counters: list[Counter], base) -> None:
    path = base()
    counters[0].did(path, f"returns add {NEW} 1 -q 1 -r ordered_by_mistake")
    for counter in counters:
        counter.ask(path, ["--operator", "counter0", "returns", "send", "--yes", "--json"])
    codes = [counter.answer()["ran"][0][0] for counter in counters]
    assert sorted(codes) == [DONE] + [REFUSED] * (COUNTERS - 1)
    assert column(path, "SELECT count(*) FROM return_case") == [1]
    whole(path)


def test_one_saved_basket_is_opened_by_one_of_eight_counters(counters: list[Counter], base) -> None:
    path = base()
    counters[0].did(path, f"returns add {NEW} 1 2 -r late_delivery", "returns save lundi")
    for counter in counters:
        counter.ask(path, ["returns", "open", "lundi", "--json"])
    codes = [counter.answer()["ran"][0][0] for counter in counters]
    assert sorted(codes) == [DONE] + [3] * (COUNTERS - 1)
    assert [len(holds(path, counter.operator)) for counter in counters] == [2 if not code else 0 for code in codes]


def test_the_same_file_brought_in_by_eight_counters_is_brought_in_once(
    counters: list[Counter], base, tmp_path: Path
) -> None:
    path, file = base(), tmp_path / "back.csv"
    counters[0].did(path, f"returns add {NEW} 1 2 3 -r late_delivery", "returns send --yes")
    file.write_text("case,status,credit_note\n20000011,closed,AV-1\n", "utf-8")
    for counter in counters:
        counter.ask(path, ["returns", "import", str(file)])
    assert [counter.answer()["ran"][0][0] for counter in counters] == [DONE] * COUNTERS
    verbs = column(path, "SELECT verb FROM history ORDER BY id")
    assert verbs == ["send", "received", "checking", *["check"] * 3, "closed", "invoice"]
    whole(path)


# --- one that dies


def test_kill_9_of_a_request_leaves_all_of_it_or_nothing(counters: list[Counter], base) -> None:
    """At random instants of putting into the basket and sending: cases, ledger, papers, letter and basket agree."""
    path, chance = base(), random.Random(4)
    brought(path, counters[0])
    lines = [
        "returns clear --yes",
        f"returns add {NEW} 9 8 -q 2 -r late_delivery",
        f"returns add {OLD} 9 -q 1 -r defective",
        "returns send --yes --email erp@exemple.fr",
    ]
    took = min(counters[0].did(path, *lines)["seconds"] for _turn in range(3))
    left = set()
    for _trial in range(60):
        requests = len(set(column(path, "SELECT request FROM return_case")))
        counters[0].ask(path, *(line.split() for line in lines), delay=chance.uniform(0, took * SLOWER))
        counters[0].answer()
        whole(path)
        more = len(set(column(path, "SELECT request FROM return_case"))) - requests
        kept = sorted(row[5] for row in dump(path)["return_item"])
        assert more in {0, 1}
        assert kept in ([], ["late_delivery"] * 2, ["defective"] + ["late_delivery"] * 2)
        assert not (more and kept)
        assert column(path, "SELECT DISTINCT count(*) FROM return_case GROUP BY request") == [2]
        left.add((more, len(kept)))
    assert {(1, 0), (0, 3)} <= left, "kills came before and after the moment that counts"
    counters[1].did(path, *lines)
    assert column(path, "SELECT count(*) FROM outbox") == [len(set(column(path, "SELECT request FROM return_case")))]


@pytest.mark.parametrize("strict", [True, False])
def test_kill_9_of_an_import_leaves_no_case_by_halves_and_of_a_strict_one_nothing(
    counters: list[Counter], base, tmp_path: Path, strict: bool
) -> None:
    """At random instants; the same file again then brings in what is left."""
    path, chance = base(), random.Random(5)
    numbers = many_cases(path, counters[0])
    file = tmp_path / "back.csv"
    file.write_text("case,status,credit_note\n" + "".join(f"{n},closed,AV-{n}\n" for n in numbers), "utf-8")
    line = f"returns import {file}" + " --strict" * strict
    took = counters[0].did(copied(path), line)["seconds"]
    left = set()
    for _trial in range(12):
        trial = copied(path)
        counters[0].ask(trial, line.split(), delay=chance.uniform(0, took * SLOWER))
        counters[0].answer()
        whole(trial)
        statuses = column(trial, "SELECT status || credit_note FROM return_case ORDER BY number")
        done = sum(status != "sent0" for status in statuses)
        assert statuses == [f"closedAV-{n}" for n in numbers[:done]] + ["sent0"] * (len(numbers) - done)
        assert column(trial, "SELECT count(*) FROM history WHERE verb = 'closed'") == [done]
        assert not strict or done in {0, len(numbers)}
        left.add(min(done, 1))
        counters[1].did(trial, line)
        assert set(column(trial, "SELECT status FROM return_case")) == {"closed"}
        trial.unlink()
    assert left == {0, 1}, "kills came before and after the moment that counts"


def many_cases(path: Path, counter: Counter) -> list[str]:
    """Send more cases than an import brings in at once; give their numbers."""
    brought(path, counter)
    lines = [f"returns add {note} 1 -r late_delivery" for note in range(MANY, MANY + 8)]
    for _request in range(1 + TOGETHER // 8):
        counter.did(path, *lines, "returns send --yes")
    numbers = column(path, "SELECT number FROM return_case ORDER BY number")
    assert len(numbers) > TOGETHER
    return numbers


def copied(path: Path) -> Path:
    """Copy a base that is at rest."""
    column(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    made = path.with_name(f"copy{time.monotonic_ns()}.db")
    shutil.copy(path, made)
    return made


def brought(path: Path, counter: Counter) -> None:
    """Deliver lines that no test uses up."""
    lines = [f"{NEW},2021-12-03,GARAGE DES ORMES,{place},MANY-{place},,BEAUCOUP,99999,1.10" for place in (8, 9)]
    lines.append(f"{OLD},2021-11-10,GARAGE DES ORMES,9,MANY-9,,BEAUCOUP,99999,1.10")
    lines += [f"{MANY + place},2021-12-03,GARAGE DES ORMES,1,MANY,,BEAUCOUP,99999,1.10" for place in range(8)]
    file = path.with_suffix(".csv")
    file.write_text("\n".join([",".join(REQUIRED), *lines, ""]), "utf-8")
    counter.did(path, f"delivery import {file}")
