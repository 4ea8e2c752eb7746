"""What commands on the catalogue ask, read and tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comptoir.catalog import categories, queries
from comptoir.catalog.diagnosis import Category, Choice, Question, answered, find_category
from comptoir.core.errors import MissingValue
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk import Desk

if TYPE_CHECKING:
    from comptoir.catalog import services
    from comptoir.core import sheet
else:
    services, sheet = later("comptoir.catalog.services"), later("comptoir.core.sheet")

MENU = 10  # devices offered at once
AGAIN = ""


@dataclass(frozen=True)
class ChoiceRow:
    """One choice of one question."""

    question: str
    text: str
    answer: str
    label: str
    grade: str
    explanation: str


def imported(desk: Desk, name: str, *, strict: bool) -> "sheet.Tally":
    """Import a file or the standard input, each refused line told as it comes."""
    known = categories.load(desk.settings["categories"])
    with sheet.opened(name) as file, desk.writing() as session:
        return services.import_catalogue(
            session, file, known, lambda problem: desk.out.say(problem.message), strict=strict
        )


def choices(desk: Desk, category: str) -> Iterator[ChoiceRow]:
    """List the choices of a category's questions; raise UnknownCategory."""
    for question in find_category(category, categories.load(desk.settings["categories"])).questions:
        for choice in question.choices:
            yield ChoiceRow(
                question.key, question.text, choice.key, choice.label, choice.grade.value, choice.explanation
            )


def device(desk: Desk, code: str | None) -> queries.DeviceRow:
    """Find the device of a code; without one, ask for words and let the person choose."""
    with desk.reading() as reader:
        if code is not None:
            return queries.device(reader, code)
        if not desk.can_ask:
            raise MissingValue("CODE")
        while True:
            asked = desk.ask.text(_("Which device? (words or article code)"), lambda text: text)
            found = {row.article_code: row for row in queries.search(reader, [asked], {}, MENU + 1)}
            if len(found) > MENU:
                desk.out.say(_("the first {limit} only: other words find others").format(limit=MENU))
            offered = [(c, f"{row.brand} {row.name}", row.description) for c, row in found.items()][:MENU]
            if not found:
                desk.out.say(_("nothing found for `{asked}`").format(asked=asked))
                continue
            chosen = desk.ask.choose(_("Which one?"), [*offered, (AGAIN, _("Other words"), "")])
            if chosen in found:
                return found[chosen]


def diagnosis(desk: Desk, category: Category, given: Mapping[str, str]) -> list[tuple[Question, Choice]]:
    """Match the answers given with the questions, asking those that are missing when a person is there."""
    answers = dict(given)
    if desk.can_ask:
        for number, question in enumerate(category.questions, 1):
            made = [q.choice(answers[q.key]) for q in category.questions if q.key in answers]
            if question.key not in answers and not any(choice.ends for choice in made):
                text = _("Question {number} of {count}: {text}").format(
                    number=number, count=len(category.questions), text=question.text
                )
                offered = [(choice.key, choice.label, choice.explanation) for choice in question.choices]
                answers[question.key] = desk.ask.choose(text, offered)
    return answered(category, answers)
