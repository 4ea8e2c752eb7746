"""A movement of money on a bank statement, and the words and numbers that its label holds."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from comptoir.core.money import to_cents
from comptoir.core.text import fold, tidy

LONGEST_LABEL = 10_000  # characters: a transfer that pays hundreds of claims names them all
SHORTEST_REFERENCE = 5  # letters and figures: less stands in a label by chance
# How banks say that money goes back; `RVSLIND` is the sign of ISO 20022, which `camt` writes into the label.
REVERSAL_SIGN = "RVSLIND"
REVERSAL_WORDS = frozenset(
    {"annulation", "annule", "annulee", "contrepassation", "extourne", "extournee", "recall", "rejet"}
    | {"rejete", "restitution", "retour", "retourne", "return", "returned", "reversal", "reversement", "rvslind"}
)
_RUN = re.compile(r"[a-z0-9]+")

Runs = tuple[str, ...]


class Movement(NamedTuple):
    """A line of a statement: its booking day, its signed amount in euros, all that is written about it.

    The bank's own reference and the account are empty where the statement does not tell them.
    """

    day: date
    amount: Decimal
    label: str
    bank_ref: str = ""
    account: str = ""


def labelled(parts: Sequence[str]) -> str:
    """Put the texts of a movement together, each once, tidied."""
    return " ".join(dict.fromkeys(filter(None, map(tidy, parts))))[:LONGEST_LABEL]


def keyed(movements: Sequence[Movement]) -> Iterator[str]:
    """Give the key of each movement: the same one whichever statement brings it again, whatever stands around it.

    Movements of a file that are all the same are told apart by their count.
    """
    seen: Counter[str] = Counter()
    for each in movements:
        cents = str(to_cents(each.amount))
        told = "\x1f".join((each.day.isoformat(), cents, fold(each.label), fold(each.bank_ref)))
        seen[told] += 1
        yield sha256(f"{told}\x1f{seen[told]}".encode()).hexdigest()


def runs(text: str) -> Runs:
    """Cut a text into its runs of letters and figures, without accents or capitals."""
    return tuple(_RUN.findall(fold(text)))


def holds(label: Runs, words: Sequence[Runs]) -> bool:
    """Tell whether one of the words, each whole and made of one or several runs, stands in a label."""
    return any(label[at : at + len(word)] == word for word in words if word for at in range(len(label)))


def is_marked(label: Runs) -> bool:
    """Tell whether a label says that money goes back."""
    return not REVERSAL_WORDS.isdisjoint(label)


def words(setting: str) -> list[Runs]:
    """Read the words that a setting parts by `;`."""
    return [found for found in map(runs, setting.split(";")) if found]


def spellings(reference: str) -> frozenset[Runs]:
    """Give the ways in which a label may write a reference, none for one too short to be told from chance."""
    parts = runs(reference)
    whole = "".join(parts)
    if len(whole) < SHORTEST_REFERENCE or not re.search("[0-9]", whole):
        return frozenset()
    return frozenset({parts, (whole,)})
