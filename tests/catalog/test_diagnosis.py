"""Questions, answers and the grade they make."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.catalog import categories
from comptoir.catalog.diagnosis import (
    Category,
    Choice,
    MissingAnswer,
    Pickup,
    Question,
    UnknownCategory,
    UnknownQuestion,
    WrongAnswer,
    answered,
    find_category,
    grade_of,
)
from comptoir.catalog.rules import Grade
from comptoir.core.errors import Several

RANK = {"A": 0, "B": 1, "C": 2, "out_of_order": 3}
SHIPPED = categories.load("")
LAPTOP = SHIPPED["PC portable"]


def category(*questions: Question) -> Category:
    return Category("Essai", "Atelier", questions, (), (), (), ())


def question(key: str, *choices: Choice) -> Question:
    return Question(key, f"{key} ?", choices)


keys = st.text("abcdefgh_", min_size=1, max_size=5)
choices = st.builds(Choice, key=keys, label=st.just("-"), grade=st.sampled_from(Grade), ends=st.just(False))
questions = st.builds(
    Question,
    key=keys,
    text=keys,
    choices=st.lists(choices, min_size=1, max_size=4, unique_by=lambda c: c.key).map(tuple),
)
made_of = st.lists(questions, min_size=1, max_size=4, unique_by=lambda q: q.key).map(lambda some: category(*some))


@given(made_of, st.data())
def test_the_grade_is_the_worst_of_the_answers(asked: Category, data: st.DataObject) -> None:
    given_answers = {q.key: data.draw(st.sampled_from(q.choices)) for q in asked.questions}
    made = answered(asked, {key: choice.key for key, choice in given_answers.items()})
    assert [(q.key, choice) for q, choice in made] == list(given_answers.items())
    assert RANK[grade_of(made)] == max(RANK[choice.grade] for choice in given_answers.values())


@given(made_of, st.data())
def test_every_question_without_an_answer_is_missed_by_its_key(asked: Category, data: st.DataObject) -> None:
    given_answers = {q.key: q.choices[0].key for q in asked.questions}
    missing = data.draw(st.sampled_from(asked.questions))
    del given_answers[missing.key]
    with pytest.raises(MissingAnswer) as refused:
        answered(asked, given_answers)
    assert refused.value.exit_code == 2
    assert f"{missing.key}=" in (refused.value.hint or "")
    assert missing.text in refused.value.message


@pytest.mark.parametrize("name", SHIPPED)
def test_every_way_to_answer_the_shipped_questions_makes_a_grade(name: str) -> None:
    asked = SHIPPED[name]
    for made in product(*(q.choices for q in asked.questions)):
        told = {q.key: choice.key for q, choice in zip(asked.questions, made, strict=True)}
        grade = grade_of(answered(asked, told))
        assert RANK[grade] == max(RANK[choice.grade] for choice in made)


def test_an_answer_that_ends_makes_the_others_needless() -> None:
    made = answered(LAPTOP, {"works": "no"})
    assert [(q.key, choice.key) for q, choice in made] == [("works", "no")]
    assert grade_of(made) is Grade.OUT_OF_ORDER


def test_an_answer_that_ends_makes_those_before_it_needless_too() -> None:
    asked = category(
        question("first", Choice("x", "X", Grade.A)), question("last", Choice("stop", "Stop", Grade.C, ends=True))
    )
    made = answered(asked, {"last": "stop"})
    assert [q.key for q, _choice in made] == ["last"]
    assert grade_of(made) is Grade.C


def test_an_answer_that_does_not_end_makes_nothing_needless() -> None:
    with pytest.raises(Several) as refused:
        answered(LAPTOP, {"works": "yes"})
    assert [type(problem) for problem in refused.value.problems()] == [MissingAnswer, MissingAnswer]


def test_an_answer_that_ends_stops_the_diagnosis_even_where_more_was_given() -> None:
    asked = category(
        question("first", Choice("sealed", "Sous blister", Grade.A, ends=True)),
        question("then", Choice("damaged", "Abîmé", Grade.C)),
    )
    made = answered(asked, {"first": "sealed", "then": "damaged"})
    assert [q.key for q, _choice in made] == ["first"]
    assert grade_of(made) is Grade.A


@pytest.mark.parametrize("answer", ["very_good", "VERY_GOOD", "Très bon état", "tres bon etat", "TRÈS BON ÉTAT"])
def test_an_answer_is_known_by_its_key_or_its_label_in_any_spelling(answer: str) -> None:
    assert LAPTOP.questions[1].choice(answer).key == "very_good"


@pytest.mark.parametrize("answer", ["", "perfect", "very good", "1", "très bon", "-"])
def test_an_answer_that_the_question_does_not_know_is_refused_with_those_it_knows(answer: str) -> None:
    with pytest.raises(WrongAnswer) as refused:
        answered(LAPTOP, {"works": "yes", "screen": answer, "shell": "fair"})
    assert refused.value.exit_code == 2
    assert f"`{answer}`" in refused.value.message
    assert all(key in (refused.value.hint or "") for key in ("very_good", "fair", "damaged"))


def test_an_answer_to_a_question_that_is_not_asked_is_refused_with_those_that_are() -> None:
    with pytest.raises(UnknownQuestion) as refused:
        answered(LAPTOP, {"works": "no", "screne": "fair"})
    assert refused.value.exit_code == 2
    assert "`screne`" in refused.value.message
    assert all(q.key in (refused.value.hint or "") for q in LAPTOP.questions)


def test_everything_wrong_in_the_answers_is_told_at_once() -> None:
    with pytest.raises(Several) as refused:
        answered(LAPTOP, {"screne": "fair", "shell": "perfect", "pad": "yes"})
    kinds = [type(problem) for problem in refused.value.problems()]
    assert sorted(kind.__name__ for kind in kinds) == sorted(
        kind.__name__ for kind in (UnknownQuestion, UnknownQuestion, WrongAnswer, MissingAnswer, MissingAnswer)
    )
    assert refused.value.exit_code == 2


def test_a_question_of_another_category_is_not_taken() -> None:
    with pytest.raises(UnknownQuestion):
        answered(SHIPPED["PC fixe"], {"works": "yes", "screen": "fair", "shell": "fair"})


@pytest.mark.parametrize("key", ["Yes", "NEUF", "abîmé"])
def test_a_key_with_capitals_or_accents_answers_its_question(key: str) -> None:
    assert question("q", Choice(key, "Autre", Grade.A)).choice(key).key == key


def test_a_key_wins_over_the_label_of_another_choice() -> None:
    asked = question("size", Choice("xs", "S", Grade.A), Choice("s", "M", Grade.B))
    assert asked.choice("s").key == "s"


@pytest.mark.parametrize(
    ("typed", "label"), [("pc portable", "PC portable"), ("IMPRIMANTES", "Imprimantes"), ("Tablétte", "Tablette")]
)
def test_a_category_is_found_in_any_spelling(typed: str, label: str) -> None:
    assert find_category(typed, SHIPPED).label == label


@pytest.mark.parametrize(("typed", "near"), [("PC portables", "PC portable"), ("Tablete", "Tablette"), ("zz", "")])
def test_an_unknown_category_is_not_found_and_the_nearest_or_all_are_told(typed: str, near: str) -> None:
    with pytest.raises(UnknownCategory) as missing:
        find_category(typed, SHIPPED)
    assert missing.value.exit_code == 3
    assert f"`{typed}`" in missing.value.message
    hint = missing.value.hint or ""
    assert f"`{near}`" in hint if near else all(label in hint for label in SHIPPED)


@pytest.mark.parametrize(
    ("where", "device", "counted"),
    [
        ({}, {}, True),
        ({"paper": "A3"}, {"paper": "A3", "age": "5"}, True),
        ({"paper": "A3"}, {"paper": "A4"}, False),
        ({"paper": "A3", "age": "<3ans"}, {"paper": "A3"}, False),
        ({"paper": "A3"}, {}, False),
    ],
)
def test_a_pickup_counts_the_devices_that_have_all_it_asks(
    where: dict[str, str], device: dict[str, str], counted: bool
) -> None:
    assert Pickup(1, "-", where).takes(device) is counted
