"""A person at a terminal is asked before money is matched or a match undone."""

import os
import sys
from collections.abc import Callable

import pexpect
import pytest

from comptoir.core.i18n import _

from .conftest import claim

PATIENCE = 30  # seconds before a question that never comes is a failure


def answered(words: list[str], question: str, typed: str) -> int:
    """Answer the question of a command; give its exit code."""
    environment = {**os.environ, "COMPTOIR_LANG": "fr", "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "comptoir", "qualirepar", "payments", *words],
        env=environment,
        encoding="utf-8",
        timeout=PATIENCE,
        dimensions=(40, 200),
    )
    try:
        child.expect_exact(question)
        child.send(typed)
        child.expect(pexpect.EOF)
        child.wait()
        return int(child.exitstatus)
    finally:
        child.close(force=True)


@pytest.mark.parametrize(("typed", "paid"), [("n\r", ("confirmed", 0)), ("o\r", ("paid", 2500))])
def test_a_match_by_hand_is_asked_with_what_it_does(brings: Callable, claimed: Callable, shop, typed, paid) -> None:
    number, _other = claimed(25), claimed(25)
    brings(("20/11/2026", "VIR ECOSYSTEM", "25,00"))
    question = _("Match {left} of payment {number} to the claim of repair {case} (bonus {bonus}, paid {paid})?")
    assert answered(["match", "1", number], question.partition("{")[0], typed) == 0
    assert claim(shop, number) == paid


def test_a_match_is_undone_after_a_yes(brings: Callable, claimed: Callable, shop) -> None:
    number = claimed(25)
    brings(("20/11/2026", "VIR ECOSYSTEM 4500000001", "25,00"))
    question = _("Undo the match of payment {number}?").format(number=1)
    assert answered(["unmatch", "1"], question, "n\r") == 0
    assert claim(shop, number) == ("paid", 2500)
    assert answered(["unmatch", "1"], question, "o\r") == 0
    assert claim(shop, number) == ("confirmed", 0)
