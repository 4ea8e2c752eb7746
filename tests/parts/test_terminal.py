"""A person at a terminal is asked for what an invoice tells, in its order."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pexpect
import pytest

from comptoir.core.i18n import _

PATIENCE = 20  # seconds before a question that never comes is a failure
ENTER, CTRL_C = "\r", "\x03"
Asks = Callable[..., int]


@pytest.fixture
def asked(shop: Path) -> Iterator[Asks]:
    """Give the function that answers the questions of a command; it gives its exit code."""
    with ExitStack() as left:

        def answer(words: Sequence[str], steps: Sequence[tuple[str, str]]) -> int:
            environment = {**os.environ, "COMPTOIR_LANG": "fr", "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
            child = pexpect.spawn(
                sys.executable,
                ["-m", "comptoir", "repair", "parts", *words],
                env=environment,
                encoding="utf-8",
                timeout=PATIENCE,
                dimensions=(40, 200),
            )
            left.callback(child.close, force=True)
            for question, typed in steps:
                child.expect_exact(question)
                child.send(typed)
            child.expect(pexpect.EOF)
            child.wait()
            return int(child.exitstatus)

        yield answer


def test_a_new_part_is_told_with_its_invoice(asked: Asks, done) -> None:
    code = asked(
        ["buy", "PV-100"],
        [
            (_("Designation"), "Pompe" + ENTER),
            (_("Where does the part come from?"), "1" + ENTER),
            (_("Supplier"), ENTER),
            (_("it is empty"), "ASWO" + ENTER),
            (_("Number of the invoice"), "F-1" + ENTER),
            (_("Day of the purchase"), ENTER),
            (_("Quantity"), "\x7f3" + ENTER),
            (_("Unit cost excl. tax"), "24,90" + ENTER),
        ],
    )
    (row,) = done("purchases --json")
    told = [row[key] for key in ("designation", "origin", "supplier", "invoice", "bought_on", "quantity", "unit_cost")]
    assert (code, told) == (0, ["Pompe", "new", "ASWO", "F-1", "2026-03-10", 3, "24.90"])


def test_a_used_part_is_told_with_its_donor(asked: Asks, done) -> None:
    code = asked(
        ["buy", "PV-100", "--designation", "Pompe", "-q", "2"],
        [
            (_("Where does the part come from?"), "3" + ENTER),
            (_("Supplier (Enter where it was taken from a device)"), ENTER),
            (_("Serial number or case of that device"), "00000017" + ENTER),
            (_("Day of the purchase"), ENTER),
            (_("Unit cost excl. tax"), ENTER),
        ],
    )
    (row,) = done("purchases --json")
    assert (code, row["origin"], row["donor"], row["unit_cost"]) == (0, "circular", "00000017", "0.00")


def test_what_is_wrong_is_told_before_anything_is_asked_and_leaving_records_nothing(asked: Asks, done) -> None:
    assert asked(["buy", "PV-100", "--cost", "x"], []) == 2
    assert asked(["buy", "PV-100"], [(_("Designation"), CTRL_C)]) == 130
    assert done("purchases --json") == []
