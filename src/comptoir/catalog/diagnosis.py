"""Categories, their questions, and how answers make a grade."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType
from typing import NamedTuple

from comptoir.catalog.rules import Grade
from comptoir.core import money
from comptoir.core.errors import ComptoirError, NotFound, UsageProblem, raise_all
from comptoir.core.i18n import _
from comptoir.core.text import fold


class Choice(NamedTuple):
    """One answer to a question; `ends` says that no further question matters."""

    key: str
    label: str
    grade: Grade
    explanation: str = ""
    ends: bool = False


class Question(NamedTuple):
    """A single-choice question of the diagnosis."""

    key: str
    text: str
    choices: tuple[Choice, ...]

    def choice(self, answer: str) -> Choice:
        """Find the choice by its key or its label, in any spelling; raise WrongAnswer."""
        by_label = {fold(choice.label): choice for choice in self.choices}
        by_key = {fold(choice.key): choice for choice in self.choices}
        found = by_key.get(fold(answer)) or by_label.get(fold(answer))
        if found is None:
            raise WrongAnswer(self, answer)
        return found


class Option(NamedTuple):
    """A transport or a payment on offer; `printed` is how documents name it."""

    key: str
    label: str
    printed: str
    explanation: str
    price: Decimal = money.ZERO


class Step(NamedTuple):
    """A thing to do before shipping, with its details."""

    title: str
    details: tuple[str, ...]


class Pickup(NamedTuple):
    """From how many devices of a kind a pickup is triggered; `where` narrows by characteristic."""

    quantity: int
    text: str
    where: Mapping[str, str] = MappingProxyType({})

    def takes(self, characteristics: Mapping[str, str]) -> bool:
        """Tell whether a device counts for this threshold."""
        return all(characteristics.get(key) == value for key, value in self.where.items())


class Category(NamedTuple):
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


def find_category(name: str, categories: Categories) -> Category:
    """Find a category by its name in any spelling; raise UnknownCategory."""
    for label, category in categories.items():
        if fold(label) == fold(name):
            return category
    raise UnknownCategory(name, categories)


def answered(category: Category, given: Mapping[str, str]) -> list[tuple[Question, Choice]]:
    """Match the answers given with the questions asked, up to one that ends the diagnosis.

    Raises every UnknownQuestion, WrongAnswer and MissingAnswer at once.
    """
    asked = {question.key for question in category.questions}
    found: list[ComptoirError] = [UnknownQuestion(key, category) for key in given if key not in asked]
    made: list[tuple[Question, Choice]] = []
    missing: list[Question] = []
    for question in category.questions:
        if question.key not in given:
            missing.append(question)
            continue
        try:
            made.append((question, question.choice(given[question.key])))
        except WrongAnswer as problem:
            found.append(problem)
    last = next((place for place, (_question, choice) in enumerate(made) if choice.ends), None)
    if last is None:
        found += [MissingAnswer(question) for question in missing]
    raise_all(found)
    return made if last is None else made[: last + 1]


def grade_of(answers: Sequence[tuple[Question, Choice]]) -> Grade:
    """Give the worst grade of the answers."""
    order = list(Grade)
    return max((choice.grade for _question, choice in answers), key=order.index)
