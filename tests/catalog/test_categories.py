"""Categories: those of the program, extended or replaced by the shop's own file, which is refused when it is broken."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from comptoir.catalog import categories
from comptoir.catalog.categories import BadCategories
from comptoir.catalog.diagnosis import Categories, answered, grade_of
from comptoir.catalog.rules import CHARACTERISTICS, Grade
from comptoir.core.errors import ComptoirError

CONSOLE = """
[categories.Console]
workshop = "Atelier jeux"
questions = ["works"]
transports = ["home_collection"]
payments = ["offset"]
steps = ["clear"]
"""
QUESTION = """
[questions.pad]
text = "La manette est-elle là ?"
choices = [
    { key = "yes", label = "Oui", grade = "A" },
    { key = "no", label = "Non", grade = "B", ends = true, explanation = "Sans manette" },
]
"""
TRANSPORT = '[transports.store]\nlabel = "Dépôt"\nexplanation = "Au comptoir"\n'
STEP = '[steps.box]\ntitle = "Une boîte"\ndetails = ["solide"]\n'

Load = Callable[[str], Categories]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "shop's own.toml"


@pytest.fixture
def load(own: Path) -> Load:
    def loaded(text: str) -> Categories:
        own.write_text(text, "utf-8")
        return categories.load(str(own))

    return loaded


# --- what is shipped


def test_the_shipped_categories_are_whole_and_speak_of_characteristics_that_exist() -> None:
    shipped = categories.load("")
    assert len(shipped) == 5
    for label, category in shipped.items():
        assert category.label == label
        assert category.workshop
        assert category.questions
        assert category.transports
        assert category.payments
        assert category.steps
        for pickup in category.pickups:
            assert pickup.quantity > 0
            assert set(pickup.where) <= set(CHARACTERISTICS)
        for question in category.questions:
            assert {choice.grade for choice in question.choices} >= {Grade.A}
            assert len({choice.key for choice in question.choices}) == len(question.choices)


def test_without_a_file_of_its_own_a_shop_has_the_shipped_ones() -> None:
    assert categories.load("") == categories.load("")


def test_the_shipped_file_is_one_that_a_shop_can_take_as_it_is(load: Load) -> None:
    assert load(categories.SHIPPED.read_text("utf-8")) == categories.load("")


def test_a_refusal_names_the_shipped_file_as_a_model_and_it_is_there(load: Load) -> None:
    with pytest.raises(BadCategories) as refused:
        load("[[[")
    assert str(categories.SHIPPED) in (refused.value.hint or "")
    assert categories.SHIPPED.is_file()


# --- what a shop adds


def test_an_empty_file_changes_nothing(load: Load) -> None:
    assert load("") == categories.load("")
    assert load("# rien\n") == categories.load("")


def test_a_category_is_added_beside_the_shipped_ones(load: Load) -> None:
    found = load(CONSOLE)
    assert set(found) == {*categories.load(""), "Console"}
    assert found["Console"].workshop == "Atelier jeux"
    assert found["Console"].pickups == ()
    assert found["Console"].questions == found["PC fixe"].questions[:1]


def test_a_category_replaces_the_shipped_one_whole(load: Load) -> None:
    found = load(CONSOLE.replace("Console", "Imprimantes"))
    assert found["Imprimantes"].workshop == "Atelier jeux"
    assert found["Imprimantes"].pickups == ()
    assert [question.key for question in found["Imprimantes"].questions] == ["works"]
    shipped = categories.load("")
    assert {key: found[key] for key in found if key != "Imprimantes"} == {
        key: shipped[key] for key in shipped if key != "Imprimantes"
    }


def test_a_question_of_the_shop_is_asked_and_graded(load: Load) -> None:
    found = load(QUESTION + CONSOLE.replace('["works"]', '["pad", "works"]'))["Console"]
    made = answered(found, {"pad": "non"})
    assert grade_of(made) is Grade.B
    assert made[0][1].explanation == "Sans manette"


def test_a_question_replaced_is_replaced_in_every_shipped_category(load: Load) -> None:
    found = load(QUESTION.replace("questions.pad", "questions.works"))
    assert {category.questions[0].text for category in found.values()} == {"La manette est-elle là ?"}


def test_a_transport_has_a_price_and_a_printed_name_by_default(load: Load) -> None:
    found = load(TRANSPORT + CONSOLE.replace("home_collection", "store"))["Console"].transports
    assert [(each.key, each.label, each.printed, each.price) for each in found] == [
        ("store", "Dépôt", "Dépôt", Decimal("0.00"))
    ]
    priced = load(
        TRANSPORT + 'price = "4.90"\nprinted = "Dépôt en magasin"\n' + CONSOLE.replace("home_collection", "store")
    )
    assert priced["Console"].transports[0].price == Decimal("4.90")
    assert priced["Console"].transports[0].printed == "Dépôt en magasin"


def test_a_tilde_is_home(own: Path, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    load(CONSOLE)
    monkeypatch.setenv("HOME", str(own.parent))
    assert "Console" in categories.load(f"~/{own.name}")


# --- what is refused


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (CONSOLE.replace('workshop = "Atelier jeux"\n', ""), "workshop"),
        *((re.sub(f"{part} = .*", "", CONSOLE), part) for part in ("questions", "transports", "payments", "steps")),
        (CONSOLE + "mine = 3\n", "mine"),
        (CONSOLE.replace('"works"', '"wroks"'), "wroks"),
        (CONSOLE.replace('"offset"', '"cash"'), "cash"),
        (CONSOLE.replace('"clear"', '"clean"'), "clean"),
        (CONSOLE.replace('"home_collection"', '"drone"'), "drone"),
        (CONSOLE + "pickups = [{ quantity = 5 }]\n", "text"),
        (CONSOLE + 'pickups = [{ quantity = 5, text = "x", whre = {} }]\n', "whre"),
        ("[category.Console]\n", "category"),
        ("[questions.pad]\nchoices = []\n", "text"),
        ('[questions.pad]\ntext = "x"\n', "choices"),
        (QUESTION.replace('grade = "B"', 'grade = "D"'), "D"),
        (QUESTION.replace('grade = "B"', 'grade = "b"'), "b"),
        (QUESTION.replace('grade = "B", ', ""), "grade"),
        (QUESTION.replace('key = "no", ', ""), "key"),
        (QUESTION.replace("ends", "end"), "end"),
        (TRANSPORT.replace('label = "Dépôt"\n', ""), "label"),
        (TRANSPORT.replace('explanation = "Au comptoir"\n', ""), "explanation"),
        (TRANSPORT + 'price = "gratuit"\n', ""),
        (TRANSPORT + "price = [1, 2]\n", ""),
        (STEP.replace('title = "Une boîte"\n', ""), "title"),
        (STEP.replace('details = ["solide"]\n', ""), "details"),
        (STEP.replace('["solide"]', "3"), ""),
        ("questions = 3\n", "questions"),
        ("categories = []\n", "categories"),
        ("[categories]\nConsole = 3\n", ""),
        ("[questions]\npad = 'x'\n", ""),
        ('[questions.pad]\ntext = "x"\nchoices = "oui"\n', ""),
        ("[[[", ""),
        (CONSOLE + CONSOLE, ""),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_its_path_and_what_is_wrong(
    text: str, reason: str, load: Load, own: Path
) -> None:
    with pytest.raises(BadCategories) as refused:
        load(text)
    assert refused.value.exit_code == 2
    _told, path, told = refused.value.message.partition(f"`{own}`")
    assert path
    assert reason in told
    assert told.strip(" :")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[categories.\xe9]\n"])
def test_a_file_that_is_not_utf_8_is_refused(content: bytes, own: Path) -> None:
    own.write_bytes(content)
    with pytest.raises(BadCategories) as refused:
        categories.load(str(own))
    assert f"`{own}`" in refused.value.message


@pytest.mark.parametrize("path", ["/no/such/file.toml", "/", "", "\x00"])
def test_a_file_that_cannot_be_read_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(BadCategories):
        categories.load(path or str(tmp_path))


def test_a_broken_file_is_never_half_taken(load: Load) -> None:
    with pytest.raises(BadCategories):
        load(QUESTION + CONSOLE.replace('"works"', '"wroks"'))
    assert "Console" not in categories.load("")


def test_the_home_of_nobody_is_refused() -> None:
    with pytest.raises(BadCategories):
        categories.load("~no-such-person/own.toml")


def test_a_category_that_asks_nothing_is_refused_or_makes_a_grade(load: Load) -> None:
    try:
        found = load(CONSOLE.replace('["works"]', "[]"))
    except BadCategories:
        return
    assert grade_of(answered(found["Console"], {})) in Grade


@pytest.mark.parametrize(
    "text",
    [
        QUESTION.replace('label = "Oui"', "label = 3"),
        QUESTION.replace('key = "yes"', "key = 3"),
        QUESTION.replace('text = "La manette est-elle là ?"', "text = 3"),
        QUESTION.replace("ends = true", 'ends = "no"'),
        CONSOLE.replace('"Atelier jeux"', "3"),
        CONSOLE + 'pickups = [{ quantity = "5", text = "x" }]\n',
        CONSOLE + 'pickups = [{ quantity = 5, text = "x", where = "A4" }]\n',
        STEP.replace('["solide"]', '"solide"'),  # each letter becomes a detail
        TRANSPORT + "price = 0.1\n",
        TRANSPORT + 'price = "NaN"\n',
        TRANSPORT + 'price = "-1"\n',
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused(text: str, load: Load) -> None:
    with pytest.raises(BadCategories):
        load(text)


@pytest.mark.parametrize("text", [CONSOLE + 'workshp = "x"\n', TRANSPORT + 'pirce = "4.90"\n', STEP + 'detail = "x"\n'])
def test_a_misspelt_key_is_refused_wherever_it_stands(text: str, load: Load) -> None:
    with pytest.raises(BadCategories):
        load(text)


@pytest.mark.parametrize(
    "text", [QUESTION.replace('key = "no"', 'key = "yes"'), '[questions.pad]\ntext = "x"\nchoices = []\n']
)
def test_a_question_whose_choices_cannot_be_told_apart_is_refused(text: str, load: Load) -> None:
    with pytest.raises(BadCategories):
        load(text)


def test_a_category_in_another_spelling_replaces_the_shipped_one_or_is_refused(load: Load) -> None:
    from comptoir.catalog.diagnosis import find_category

    try:
        found = load(CONSOLE.replace("Console", '"PC Portable"'))
    except ComptoirError:
        return
    assert find_category("PC Portable", found).workshop == "Atelier jeux"
