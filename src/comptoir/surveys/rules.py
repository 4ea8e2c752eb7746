"""Reply codes, scores, and what they say of a shop: pure rules."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from comptoir.core.refs import typed
from comptoir.surveys.refusals import BadScore, MistypedCode
from comptoir.surveys.statuses import Standing

# Neither 0, O, 1, I nor L, which people take for each other. They are 31, a prime: a weighted sum over them misses no
# sign read wrong, and no two signs that changed places.
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 6  # the last sign checks the others
LOWEST, HIGHEST = 0, 10
PROMOTER, PASSIVE = 9, 7  # the lowest scores of each (Reichheld, "The One Number You Need to Grow", 2003)
WORKING_DAYS = 8  # to answer a complaint in writing: référentiel Qualirépar, chapter 4
WEEKEND = 5  # the number of Saturday, as `date.weekday` counts
SOONEST, LATEST = timedelta(days=1), timedelta(days=30)  # after a device is given back, when its customer is asked


class Scores(NamedTuple):
    """What customers answered: how many were asked, how many gave each kind of score, and the sum of the scores."""

    asked: int
    promoters: int
    passives: int
    detractors: int
    total: int

    @property
    def answered(self) -> int:
        """Give how many answered."""
        return self.promoters + self.passives + self.detractors

    @property
    def rate(self) -> str | None:
        """Give how many of a hundred answered, with one decimal and a point; None where nobody was asked."""
        return tenths(100 * self.answered, self.asked) if self.asked else None

    @property
    def mean(self) -> str | None:
        """Give the mean score with one decimal and a point, None without an answer."""
        return tenths(self.total, self.answered) if self.answered else None

    @property
    def nps(self) -> int | None:
        """Give the net promoter score, -100 to 100, None without an answer."""
        return half_up(100 * (self.promoters - self.detractors), self.answered) if self.answered else None


def check_sign(body: str) -> str:
    """Give the sign that ends a code: the sum of all signs, each times its place, is then a multiple of 31."""
    total = sum(place * SIGNS.index(sign) for place, sign in enumerate(body, 1))
    return SIGNS[-total * pow(len(body) + 1, -1, len(SIGNS)) % len(SIGNS)]


def new_code(choose: Callable[[str], str]) -> str:
    """Make a code of signs that `choose` draws; it mixes letters and digits, as no word and no number does."""
    while True:
        body = "".join(choose(SIGNS) for _place in range(CODE_LENGTH - 1))
        code = body + check_sign(body)
        if is_code(code):
            return code


def is_code(text: str) -> bool:
    """Tell whether a text is a code in capitals, its check sign right."""
    if len(text) != CODE_LENGTH or not set(text) <= set(SIGNS) or text.isalpha() or text.isdigit():
        return False
    return check_sign(text[:-1]) == text[-1]


def code(text: str) -> str:
    """Give a code as typed in any case, with blanks or dashes; raise MistypedCode."""
    found = typed(text)
    if not is_code(found):
        raise MistypedCode(text)
    return found


def score(value: int) -> int:
    """Give a score from 0 to 10; raise BadScore."""
    if not LOWEST <= value <= HIGHEST:
        raise BadScore(str(value))
    return value


def scores(given: Iterable[int | None]) -> Scores:
    """Sum up the scores of those who were asked, None for each who did not answer."""
    all_of_them = list(given)
    told = [each for each in all_of_them if each is not None]
    promoters = sum(each >= PROMOTER for each in told)
    detractors = sum(is_complaint(each) for each in told)
    return Scores(len(all_of_them), promoters, len(told) - promoters - detractors, detractors, sum(told))


def is_complaint(given: int) -> bool:
    """Tell whether a score is one that the shop answers for: a detractor's."""
    return given < PASSIVE


def standing(given: int | None, answered: date | None, acted: date | None, today: date) -> Standing:
    """Say where a questionnaire stands; `acted` is None where nothing was done since the answer."""
    if given is None or answered is None:
        return Standing.WAITING
    if acted is not None:
        return Standing.HANDLED
    if not is_complaint(given):
        return Standing.ANSWERED
    return Standing.LATE if today > due(answered) else Standing.COMPLAINT


def due(answered: date) -> date:
    """Give the last day to answer a complaint, 8 working days after it came, Monday to Friday.

    Public holidays count as working days: the shop is told a day too soon, and never too late.
    """
    day = answered
    for _each in range(WORKING_DAYS):
        day += timedelta(days=1)
        while day.weekday() >= WEEKEND:
            day += timedelta(days=1)
    return day


def half_up(numerator: int, denominator: int) -> int:
    """Give the nearest whole number of a fraction, halves away from zero; the denominator is positive."""
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -whole if numerator < 0 else whole


def tenths(numerator: int, denominator: int) -> str:
    """Write a positive fraction with one decimal, halves away from zero: `8.3`."""
    whole, tenth = divmod(half_up(10 * numerator, denominator), 10)
    return f"{whole}.{tenth}"


def joined(actions: str, action: str) -> str:
    """Add an action to those taken before; one that was told last already is not told twice."""
    told: Sequence[str] = actions.split(" ; ") if actions else []
    return actions if told and told[-1] == action else " ; ".join([*told, action])
