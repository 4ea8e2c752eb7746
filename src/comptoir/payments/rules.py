"""Which claims a payment pays, and when the law has them paid.

A reference in the label comes first, of any length of time; without one, the amount, where one claim or one set of
claims alone makes it up. What could be two things is left to a person: nothing is guessed. What is decided does not
depend on the order in which payments and claims are given.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from comptoir.core.money import ZERO, to_cents
from comptoir.organisms.statuses import Organism
from comptoir.payments.movements import REVERSAL_SIGN, Movement, Runs, holds, is_marked, runs, spellings
from comptoir.payments.statuses import MatchedBy, Why

LEGAL_DAYS = 15  # to pay a claim (Code de l'environnement, R541-150, since 1 July 2024)
MOST_SUMS = 20_000  # different sums of claims that are kept at once
MOST_STEPS = 3_000_000  # sums of claims that are tried in one go: a few seconds

FIGURES = 9  # of a number that nothing else is likely to be


class Owed(NamedTuple):
    """A claim as money looks for it; what is `left` of its bonus counts where it awaits money.

    `numbers` are those that the organism gave it, `names` all that a label may call it by. `over` is for refused and
    cancelled ones. `since` is the day it was confirmed.
    """

    id: int
    case_number: str
    organism: Organism
    left: Decimal
    paid: Decimal
    awaited: bool
    over: bool
    since: date
    numbers: tuple[str, ...]
    names: tuple[str, ...]


class Funds(NamedTuple):
    """A payment and what of it is matched; one whose match was undone by hand is left to persons.

    `twins` are the labels of payments of the same day and amount that other statements brought: a bank writes the same
    one otherwise in CSV and in OFX.
    """

    id: int
    organism: Organism
    day: date
    amount: Decimal
    label: str
    used: Decimal = ZERO
    by_hand: bool = False
    twins: tuple[str, ...] = ()


class Share(NamedTuple):
    """What a payment pays of a claim; negative where it takes money back."""

    payment: int
    claim: int
    amount: Decimal
    by: MatchedBy


class Matching(NamedTuple):
    """What was decided: shares, which payment takes which back, and why money of the others stays."""

    shares: list[Share]
    reversals: dict[int, int]
    why: dict[int, Why]


class Names:
    """Which claims a label may mean."""

    def __init__(self, claims: Iterable[Owed], *, of_organism: bool = False) -> None:
        """Gather the spellings of the claims' names, or of the organism's numbers alone."""
        self._claims: dict[Runs, list[Owed]] = {}
        for claim in claims:
            named = [name for name in claim.numbers if _is_rare(name)] if of_organism else claim.names
            told = {way for name in named for way in spellings(name)}
            for way in told:
                self._claims.setdefault(way, []).append(claim)
        self._longest = max(map(len, self._claims), default=0)

    def found(self, label: Runs) -> tuple[list[Owed], bool]:
        """Give the claims that a label names, and whether a name of it may mean two of them.

        A refused claim lets the one that was made after it have the name.
        """
        named: dict[int, Owed] = {}
        doubtful = False
        for at in range(len(label)):
            for length in range(1, min(self._longest, len(label) - at) + 1):
                meant = self._claims.get(label[at : at + length], [])
                alive = [claim for claim in meant if not claim.over] or meant
                doubtful = doubtful or len(alive) > 1
                named |= {claim.id: claim for claim in alive}
        return sorted(named.values()), doubtful


def _is_rare(number: str) -> bool:
    """Tell whether a number is an organism's wherever it stands: a few figures may be a day, or a stranger's own."""
    return not number.isdigit() or len(number) >= FIGURES


class Sources:
    """What tells that a movement comes from an organism: the words of its name, or its number for a claim.

    Invoices and cases do not: customers write them on their own transfers.
    """

    def __init__(self, payers: Mapping[Organism, Sequence[Runs]], claims: Sequence[Owed]) -> None:
        self._payers = payers
        self._numbers = Names(claims, of_organism=True)
        self._names = Names(claims)

    def of(self, movement: Movement) -> Organism | None:
        """Give the organism that a movement is a payment of, None for any other movement.

        A debit is one only where it says that it takes money back: shops pay organisms too.
        """
        label = runs(movement.label)
        marked = is_marked(label)
        named = {organism for organism, told in self._payers.items() if holds(label, told)}
        meant = {claim.organism for claim in self._numbers.found(label)[0]}
        if movement.amount < 0 and not (marked or (named and self._names.found(label)[0])):
            return None
        if movement.amount > 0 and REVERSAL_SIGN.lower() in label:
            return None  # a debit of ours that the bank gave back
        choice = (named & meant) or named or meant
        return choice.pop() if len(choice) == 1 else None


def match(funds: Sequence[Funds], claims: Sequence[Owed], shares: Sequence[Share] = ()) -> Matching:
    """Decide which claims payments pay; `shares` are those that stand.

    `funds` has every payment that is not matched whole, and for money taken back those that it may take back.
    """
    books = _Books(funds, claims, shares)
    for organism in Organism:
        books.settle(organism)
    return Matching(books.shares, books.reversals, books.why)


class _Books:
    """What is left of every payment and claim while it is decided."""

    def __init__(self, funds: Sequence[Funds], claims: Sequence[Owed], shares: Sequence[Share]) -> None:
        self._funds = sorted(funds, key=lambda each: (each.day, each.label, each.amount, each.id))
        self._open = [each for each in self._funds if not each.by_hand]
        self._claims = claims
        self._names = {organism: Names(c for c in claims if c.organism == organism) for organism in Organism}
        self._left = {claim.id: claim.left for claim in claims}
        self._paid = {claim.id: claim.paid for claim in claims}
        self._used = {each.id: each.used for each in funds}
        self._standing: dict[int, list[Share]] = {}
        for share in shares:
            self._standing.setdefault(share.payment, []).append(share)
        self.shares: list[Share] = []
        self.reversals: dict[int, int] = {}
        self.why: dict[int, Why] = {}

    def settle(self, organism: Organism) -> None:
        """Decide on the payments of an organism until nothing more follows from what was decided."""
        decided = -1
        while decided < len(self.shares) + len(self.reversals):
            decided = len(self.shares) + len(self.reversals)
            ours = [fund for fund in self._funds if fund.organism is organism]
            for fund in ours:
                self.why.pop(fund.id, None)
                if fund.by_hand and fund.used != fund.amount and fund.id not in self.reversals.values():
                    self.why[fund.id] = Why.BY_HAND
            self._take_back(organism)
            self._by_reference(organism)
            self._by_amount(organism)

    def _named(self, fund: Funds) -> tuple[list[Owed], bool]:
        return self._names[fund.organism].found(runs(fund.label))

    def _give(self, fund: Funds, claim: Owed, amount: Decimal, by: MatchedBy) -> None:
        share = Share(fund.id, claim.id, amount, by)
        self.shares.append(share)
        self._standing.setdefault(fund.id, []).append(share)
        self._used[fund.id] += amount
        self._paid[claim.id] += amount
        self._left[claim.id] -= amount

    def _take_back(self, organism: Organism) -> None:
        """Find the payment that each amount taken back was of; it pays nothing any more."""
        for fund in self._open:
            left = fund.amount - self._used[fund.id]
            if fund.organism is not organism or left >= 0 or fund.id in self.reversals:
                continue
            named, _doubtful = self._named(fund)
            origins = [] if self._used[fund.id] else self._origins(fund, {claim.id for claim in named})
            if len(origins) == 1:
                self._cancel(fund, origins[0])
            elif not origins and len(named) == 1 and self._paid[named[0].id] >= -left:
                self._give(fund, named[0], left, MatchedBy.REFERENCE)
            else:
                self.why[fund.id] = Why.NO_ORIGIN

    def _origins(self, fund: Funds, named: set[int]) -> list[Funds]:
        taken = set(self.reversals.values())
        found = [
            each
            for each in self._funds
            if each.organism is fund.organism and each.amount == -fund.amount and each.day <= fund.day
            if each.id not in taken
        ]
        return [each for each in found if named & self._concerned(each)] if named else found

    def _concerned(self, fund: Funds) -> set[int]:
        paid = {share.claim for share in self._standing.get(fund.id, ())}
        return paid | {claim.id for claim in self._named(fund)[0]}

    def _cancel(self, fund: Funds, origin: Funds) -> None:
        self.reversals[fund.id] = origin.id
        self.why.pop(origin.id, None)
        by_id = {claim.id: claim for claim in self._claims}
        for share in tuple(self._standing.get(origin.id, ())):
            back = min(share.amount, self._paid[share.claim])
            if back > 0:
                self._give(fund, by_id[share.claim], -back, share.by)

    def _credits(self, organism: Organism) -> Iterator[Funds]:
        taken = set(self.reversals.values())
        for fund in self._open:
            if fund.organism is organism and fund.amount > self._used[fund.id] >= 0 and fund.id not in taken:
                yield fund

    def _by_reference(self, organism: Organism) -> None:
        """Match what names its claims."""
        for fund in self._credits(organism):
            named, doubtful = self._named(fund)
            if named or self._used[fund.id]:
                self._pay_named(fund, named, doubtful=doubtful)

    def _pay_named(self, fund: Funds, named: Sequence[Owed], *, doubtful: bool) -> None:
        money = fund.amount - self._used[fund.id]
        owed = [claim for claim in named if self._left[claim.id] > 0 and claim.awaited]
        total = sum((self._left[claim.id] for claim in owed), ZERO)
        if doubtful:
            self.why[fund.id] = Why.SEVERAL
        elif owed and self._is_twin(fund, owed):
            self.why[fund.id] = Why.TWIN
        elif not owed:
            self.why[fund.id] = Why.EXCESS if self._used[fund.id] else Why.NOT_AWAITED
        elif money < total and len(owed) > 1:
            self.why[fund.id] = Why.SHORT
        else:
            for claim in owed:
                self._give(fund, claim, min(self._left[claim.id], money), MatchedBy.REFERENCE)
            if money > total:
                self.why[fund.id] = Why.EXCESS

    def _is_twin(self, fund: Funds, owed: Sequence[Owed]) -> bool:
        """Tell whether a payment may be one that is known already: nothing in their labels tells them apart."""
        ours = {claim.id for claim in owed}
        theirs = [{claim.id for claim in self._names[fund.organism].found(runs(label))[0]} for label in fund.twins]
        return any(not ours or ours & named for named in theirs)

    def _by_amount(self, organism: Organism) -> None:
        """Match what names nothing, round by round: what one round pays may leave the next a single answer."""
        waiting = [fund for fund in self._credits(organism) if not self._used[fund.id] and fund.id not in self.why]
        self.why |= {fund.id: Why.TWIN for fund in waiting if self._is_twin(fund, ())}
        waiting = [fund for fund in waiting if fund.id not in self.why]
        by_id = {claim.id: claim for claim in self._claims if claim.organism is organism and claim.awaited}
        while waiting:
            answers = self._answers(waiting, list(by_id.values()))
            wanted = Counter(claim for found in answers.values() if not isinstance(found, Why) for claim in found)
            done: set[int] = set()
            for fund in waiting:
                found = answers[fund.id]
                if isinstance(found, Why):
                    self.why[fund.id] = found
                elif all(wanted[claim] == 1 for claim in found):
                    done.add(fund.id)
                    self.why.pop(fund.id, None)
                    for claim in found:
                        self._give(fund, by_id[claim], self._left[claim], MatchedBy.AMOUNT)
                else:
                    self.why[fund.id] = Why.SEVERAL  # another payment may be for the same claims
            waiting = [fund for fund in waiting if fund.id not in done] if done else []

    def _answers(self, waiting: Sequence[Funds], claims: Sequence[Owed]) -> dict[int, list[int] | Why]:
        """Give, for each payment, the only claims that make it up among those that were confirmed before it."""
        owed = sorted((claim for claim in claims if self._left[claim.id] > 0), key=lambda each: (each.since, each.id))
        sums = _Sums(max(to_cents(fund.amount) for fund in waiting))
        answers: dict[int, list[int] | Why] = {}
        for fund in waiting:  # the oldest first, as the claims
            while owed and owed[0].since <= fund.day:
                sums.add(owed[0].id, to_cents(self._left[owed[0].id]))
                owed.pop(0)
            answers[fund.id] = sums.only(to_cents(fund.amount))
        return answers


class _Sums:
    """The sums that claims make up, in cents and `top` at most, each with whether one set of claims alone makes it."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._alone = {0: True}
        self._last: dict[int, tuple[int, int]] = {}  # of a sum: the sum before its last claim, and that claim
        self._steps = 0

    def add(self, claim: int, cents: int) -> None:
        """Count with one more claim."""
        if self._is_too_much():
            return
        self._steps += len(self._alone)
        made = {known + cents: alone for known, alone in self._alone.items() if known + cents <= self._top}
        for total, alone in made.items():
            if total in self._alone:
                self._alone[total] = False
            else:
                self._alone[total] = alone
                self._last[total] = (total - cents, claim)

    def only(self, cents: int) -> list[int] | Why:
        """Give the only claims that make up an amount, or why there are none."""
        if self._is_too_much():
            return Why.TOO_MANY
        if cents not in self._alone:
            return Why.NO_CLAIM
        if not self._alone[cents]:
            return Why.SEVERAL
        found: list[int] = []
        while cents:
            cents, claim = self._last[cents]
            found.append(claim)
        return found

    def _is_too_much(self) -> bool:
        return len(self._alone) > MOST_SUMS or self._steps > MOST_STEPS


def is_late(confirmed: date, today: date, days: int = LEGAL_DAYS) -> bool:
    """Tell whether a claim confirmed on a day has waited for more than so many days."""
    return (today - confirmed).days > days
