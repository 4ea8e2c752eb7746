"""Categories, answers and grades; what a line of a catalogue must hold."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from re import compile as pattern

from comptoir.core import money
from comptoir.core.errors import ComptoirError, NotFound, Refused, UsageProblem
from comptoir.core.i18n import _
from comptoir.core.text import fold, tidy

CHARACTERISTICS = ("disk", "ram", "cpu", "generation", "screen", "function", "colour", "paper", "age")
PRICES = ("price_a", "price_b", "price_c", "price_out_of_order")
TEXTS = ("article_code", "category", "brand", "name")
REQUIRED = (*TEXTS, "price_a", "price_b", "price_c")
COLUMNS = (*TEXTS, *CHARACTERISTICS, "workshop", *PRICES)
TREE = ">"
_CODE = pattern(r"[0-9A-Z]{8}")
_WORD = pattern(r"[^\W_]+")


class Grade(StrEnum):
    """What a device is worth, best to worst."""

    A = "A"
    B = "B"
    C = "C"
    OUT_OF_ORDER = "out_of_order"


@dataclass(frozen=True)
class Choice:
    """One answer to a question; `ends` says that no further question matters."""

    key: str
    label: str
    grade: Grade
    explanation: str = ""
    ends: bool = False


@dataclass(frozen=True)
class Question:
    """A single-choice question of the diagnosis."""

    key: str
    text: str
    choices: tuple[Choice, ...]

    def choice(self, answer: str) -> Choice:
        """Find the choice by its key or its label, in any spelling; raise WrongAnswer."""
        for choice in self.choices:
            if fold(answer) in {choice.key, fold(choice.label)}:
                return choice
        raise WrongAnswer(self, answer)


@dataclass(frozen=True)
class Option:
    """A transport or a payment on offer; `printed` is how documents name it."""

    key: str
    label: str
    printed: str
    explanation: str
    price: Decimal = money.ZERO


@dataclass(frozen=True)
class Step:
    """A thing to do before shipping, with its details."""

    title: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class Pickup:
    """From how many devices of a kind a pickup is triggered; `where` narrows by characteristic."""

    quantity: int
    text: str
    where: Mapping[str, str] = field(default_factory=dict)

    def takes(self, characteristics: Mapping[str, str]) -> bool:
        """Tell whether a device counts for this threshold."""
        return all(characteristics.get(key) == value for key, value in self.where.items())


@dataclass(frozen=True)
class Category:
    """What the counter knows of a category; its label is its name."""

    label: str
    workshop: str
    questions: tuple[Question, ...]
    transports: tuple[Option, ...]
    payments: tuple[Option, ...]
    steps: tuple[Step, ...]
    pickups: tuple[Pickup, ...]


Categories = Mapping[str, Category]


class WrongAnswer(UsageProblem):
    """An answer that the question does not know."""

    def __init__(self, question: Question, answer: str) -> None:
        keys = ", ".join(f"{choice.key} ({choice.label})" for choice in question.choices)
        super().__init__(
            _("`{answer}` does not answer `{key}`: {text}").format(answer=answer, key=question.key, text=question.text),
            _("`{key}` takes one of: {keys}").format(key=question.key, keys=keys),
        )


class UnknownQuestion(UsageProblem):
    """An answer to a question that the category does not ask."""

    def __init__(self, key: str, category: Category) -> None:
        asked = ", ".join(question.key for question in category.questions)
        super().__init__(
            _("no question `{key}` for `{category}`").format(key=key, category=category.label),
            _("it asks: {asked}").format(asked=asked),
        )


class MissingAnswer(UsageProblem):
    """A question of the diagnosis has no answer."""

    def __init__(self, question: Question) -> None:
        keys = "|".join(choice.key for choice in question.choices)
        super().__init__(
            _("`{text}` has no answer").format(text=question.text),
            _("add `--answer {key}={keys}`").format(key=question.key, keys=keys),
        )


class UnknownCategory(NotFound):
    """No category has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        listed = sorted(known)
        near = get_close_matches(name, listed, 1)
        super().__init__(
            _("there is no category `{name}`").format(name=name),
            _("did you mean `{near}`?").format(near=near[0])
            if near
            else _("known ones: {names}").format(names=", ".join(listed)),
        )


class UnknownDevice(NotFound):
    """No device has this article code."""

    def __init__(self, code: str, near: Sequence[str] = ()) -> None:
        super().__init__(
            _("no device has the article code `{code}`").format(code=code),
            _("did you mean `{near}`?").format(near="`, `".join(near))
            if near
            else _("look it up with `comptoir catalog search WORDS`"),
        )


class BadLine(Refused):
    """A line of a catalogue that cannot go in."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(_("line {line}: {reason}").format(line=line, reason=reason))
        self.line = line
        self.reason = reason


class BadHeader(Refused):
    """A catalogue whose first line does not name the columns."""

    def __init__(self, reason: str) -> None:
        known = ", ".join(COLUMNS)
        super().__init__(
            _("this is not a catalogue: {reason}").format(reason=reason), _("columns: {known}").format(known=known)
        )


def find_category(name: str, categories: Categories) -> Category:
    """Find a category by its name in any spelling; raise UnknownCategory."""
    for label, category in categories.items():
        if fold(label) == fold(name):
            return category
    raise UnknownCategory(name, categories)


def answered(category: Category, given: Mapping[str, str]) -> list[tuple[Question, Choice]]:
    """Match the answers given with the questions asked, up to one that ends the diagnosis.

    Raises UnknownQuestion, WrongAnswer or MissingAnswer.
    """
    for key in given:
        if key not in {question.key for question in category.questions}:
            raise UnknownQuestion(key, category)
    made: list[tuple[Question, Choice]] = []
    for question in category.questions:
        ended = any(choice.ends for _question, choice in made)
        if question.key in given:
            made.append((question, question.choice(given[question.key])))
        elif not ended:
            raise MissingAnswer(question)
    return made


def grade_of(answers: Sequence[tuple[Question, Choice]]) -> Grade:
    """Give the worst grade of the answers."""
    order = list(Grade)
    return max((choice.grade for _question, choice in answers), key=order.index)


def price_column(grade: Grade) -> str:
    """Name the price of a grade: `price_a` for A."""
    return f"price_{grade.value.lower()}"


def described(characteristics: Mapping[str, str]) -> str:
    """Write a model in full: its characteristics in their order."""
    return " ".join(characteristics[key] for key in CHARACTERISTICS if characteristics.get(key))


def words(text: str) -> list[str]:
    """Split a text into words as the search index does: folded runs of letters and digits."""
    return [str(word) for word in _WORD.findall(fold(text))]


def line_checker(header: Sequence[str], categories: Categories) -> Callable[[Sequence[str]], tuple[str | int, ...]]:
    """Make the function that turns a line's cells into the values of `STORED`, or raises ValueError with the reason.

    Raises BadHeader for an unknown, a double or a missing column.
    """
    names = [name.strip().lower() for name in header]
    _check_header(names)
    places = {name: names.index(name) if name in names else None for name in COLUMNS}
    tops = {fold(label): (label, category.workshop) for label, category in categories.items()}
    text_places = [places[name] for name in CHARACTERISTICS]
    price_places = [places[name] for name in PRICES]
    code_at, category_at, brand_at, name_at = (names.index(name) for name in TEXTS)
    workshop_at, width = places["workshop"], len(names)

    def check(cells: Sequence[str]) -> tuple[str | int, ...]:
        if len(cells) != width:
            raise ValueError(_("{found} cells instead of {width}").format(found=len(cells), width=width))
        if not "".join(cells).isprintable():
            cells = [tidy(cell) for cell in cells]
        code = cells[code_at].strip().upper()
        if not _CODE.fullmatch(code):
            raise ValueError(_("`{code}` is not an article code of 8 letters and digits").format(code=code))
        category, family, workshop = _category(cells[category_at], tops)
        brand, name = cells[brand_at].strip(), cells[name_at].strip()
        if not brand or not name:
            raise ValueError(_("the brand or the name is empty"))
        given = cells[workshop_at].strip() if workshop_at is not None else ""
        texts = [cells[at].strip() if at is not None else "" for at in text_places]
        prices = [_price(cells[at]) if at is not None else 0 for at in price_places]
        return (code, category, family, brand, name, *texts, given or workshop, *prices)

    return check


STORED = ("article_code", "category", "family", "brand", "name", *CHARACTERISTICS, "workshop", *PRICES)


def _check_header(names: Sequence[str]) -> None:
    found: list[ComptoirError] = []
    for name in names:
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, 1)
            meant = _(", did you mean `{near}`?").format(near=near[0]) if near else ""
            found.append(BadHeader(_("unknown column `{name}`").format(name=name) + meant))
        elif names.count(name) > 1:
            found.append(BadHeader(_("column `{name}` stands twice").format(name=name)))
    found += [BadHeader(_("column `{name}` is missing").format(name=name)) for name in REQUIRED if name not in names]
    if found:
        raise found[0]


def _category(path: str, tops: Mapping[str, tuple[str, str]]) -> tuple[str, str, str]:
    top, _sign, family = path.partition(TREE)
    known = tops.get(fold(top.strip()))
    if known is None:
        raise ValueError(_("there is no category `{name}`").format(name=top.strip()))
    return known[0], family.strip(), known[1]


@lru_cache(maxsize=4096)
def _price(written: str) -> int:
    if not written.strip():
        return 0
    try:
        price = money.parse(written)
    except money.BadAmount as error:
        raise ValueError(error.message) from None
    if price < 0:
        raise ValueError(_("the price {written} is negative").format(written=written))
    return money.to_cents(price)
