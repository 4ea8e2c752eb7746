"""What is asked and shown on a real terminal, and how it is left."""

import json
import os
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from wcwidth import wcswidth

UP, DOWN, ENTER, WIPE, RUB, CTRL_C, CTRL_D = "\x1b[A", "\x1b[B", "\r", "\x15", "\x7f", "\x03", "\x04"
SENTENCE = "interrompu : ce qui était enregistré le reste, rien n'est fait à moitié"
NOTHING = "rien n'a été ajouté"
AGAIN = "répondez oui ou non"
SAME_MODEL = "Est-ce bien ce modèle ? (oui/non)"
MODEL = 'DD 1To SSD et + Ram 16Go DDR4 et + CPU I7 10 et + génération CPU Ecran 15/17"'
WORKS, SCREEN, SHELL = (
    "Question 1 sur 3 : Le produit fonctionne-t-il ?",
    "Question 2 sur 3 : Quel est l'état de l'écran ?",
    "Question 3 sur 3 : Quel est l'état de la coque, du châssis et du contour ?",
)
EXPLAINED = {
    WORKS: {
        "Oui": "Le produit fonctionne normalement : il s'allume ou se recharge normalement et il ne présente pas de "
        "défaut de fonctionnement identifié.",
        "Non": "Le produit ne s'allume pas ou ne réagit pas lorsqu'il est branché, ou il présente des défauts de "
        "fonctionnement.",
    },
    SCREEN: {
        "Très bon état": "Ni rayure visible, ni tache, ni pixel éteint : l'écran paraît neuf à 20 cm.",
        "État correct": "Quelques rayures légères, sans gêne quand l'écran est allumé ; aucune fissure.",
        "Abîmé": "Rayures profondes, taches, pixels éteints ou vitre fissurée ; l'affichage reste lisible.",
    },
    SHELL: {
        "Très bon état": "Ni choc, ni rayure marquée, ni pièce manquante.",
        "État correct": "Rayures ou usure de la peinture, petites bosses ; rien n'est cassé ni manquant.",
        "Abîmé": "Coque fendue, châssis tordu, pièce cassée ou manquante.",
    },
}
DIAGNOSIS = [(SAME_MODEL, "o\r"), (WORKS, ENTER), (SCREEN, ENTER), (SHELL, ENTER)]
ADDED = ("9KZCT73K", "A", 18800)

# Commands that ask, the shop they run in, and every question with an answer; a menu is answered by Enter alone.
ASKING: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "add": (
        "buyback add",
        "catalogue",
        [("Quel produit ?", "thinkpad\r"), ("Lequel ?", ENTER), *DIAGNOSIS],
    ),
    "remove": ("buyback remove", "known", [("Lequel retirer ?", ENTER), ("Retirer du panier", "o\r")]),
    "validate": (
        "buyback validate",
        "basket",
        [
            ("Raison sociale du revendeur", "Société Micro & Info\r"),
            ("SIRET (14 chiffres)", "00011122900001\r"),
            ("E-mail", "contact@wesecondevie.com\r"),
            ("Téléphone", "06 00 00 00 00\r"),
            ("numéro et rue", "58 rue de Lamirault\r"),
            ("Complément", ENTER),
            ("Code postal", "77090\r"),
            ("Ville", "Collégien\r"),
            ("Valider cette reprise ?", "o\r"),
        ],
    ),
    "validate-known": (
        "buyback validate",
        "known",
        [("Quel revendeur ?", ENTER), ("Où se fait l'enlèvement ?", ENTER), ("Valider cette reprise ?", "o\r")],
    ),
    "cancel": ("buyback cancel 15", "known", [("Annuler la reprise", "o\r")]),
}
MENUS = ("Lequel", "Question", "Quel revendeur", "Où se fait")
PLACES = [(name, place) for name, (_line, _story, steps) in ASKING.items() for place in range(len(steps))]
TYPED = [("add", 0), ("add", 2), ("remove", 1), ("validate", 0), ("validate", 5), ("validate", 8), ("cancel", 0)]
EVIL = "Mal\x1b]52;c;bWFs\x07\x1b[2J\u202ecod\u2066\x9b31m"


def defect(reason: str) -> Any:
    """Mark a test that shows a defect of the program; it must be unmarked when the defect is gone."""
    return pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)


def each(places: list[tuple[str, int]]) -> Any:
    return pytest.mark.parametrize(("name", "place"), places, ids=[f"{name}-{place + 1}" for name, place in places])


# --- quoting


def test_add_shows_the_whole_model_asks_three_questions_and_gives_the_price_at_once(counter, shop):
    terminal = counter("buyback add 9KZCT73K", columns=200)
    terminal.sees("9KZCT73K", "LENOVO ThinkPad", "PC portable", MODEL, SAME_MODEL)
    terminal.types("o\r")
    for question, choices in EXPLAINED.items():
        terminal.sees(question, *choices)
        terminal.types(ENTER)
    assert terminal.ends() == 0
    assert "188,00\u00a0€" in terminal.text
    assert shop.basket() == [ADDED]


def test_each_explanation_is_read_whole_on_a_narrow_terminal(counter):
    terminal = counter("buyback add 9KZCT73K", columns=40)
    terminal.answers(DIAGNOSIS[:1])
    for question, choices in EXPLAINED.items():
        for explanation in choices.values():
            terminal.sees(question, explanation)
            terminal.types(DOWN)  # from the last one back to the first
        terminal.types(ENTER)
    assert terminal.ends() == 0


@pytest.mark.parametrize("columns", [80, 40])
def test_what_was_answered_stands_beside_its_question(counter, columns):
    terminal = counter("buyback add 9KZCT73K", columns=columns)
    terminal.answers(DIAGNOSIS)
    assert terminal.ends() == 0
    assert all(terminal.ever_sees(question + next(iter(choices))) for question, choices in EXPLAINED.items())


def test_no_word_of_a_question_is_cut_at_the_edge(counter):
    seen = []
    for columns in (80, 40):
        terminal = counter("buyback add 9KZCT73K --yes", columns=columns)
        terminal.sees(WORKS, *EXPLAINED[WORKS].values())
        seen.append(set(terminal.text.split()))
    assert seen[0] == seen[1]


def test_no_word_of_a_confirmation_is_cut_at_the_edge(counter):
    terminal = counter("buyback cancel 15", "known", columns=40)
    terminal.sees("Annuler la reprise 2000000000015 (LENOVO ThinkPad, 188,00 €) ? (oui/non)")
    assert "LENOVO" in terminal.text


def test_no_word_of_a_question_is_left_in_english(counter):
    terminal = counter("buyback add 9KZCT73K")
    terminal.answers(DIAGNOSIS[:1])
    terminal.sees(WORKS, "Le produit fonctionne normalement")
    assert not re.search("Description:|arrow|Enter|shortcut|filter", terminal.text)


def test_a_terminal_that_does_not_tell_where_its_cursor_is_gets_no_english_warning(counter):
    terminal = counter("buyback add 9KZCT73K", tells=False)
    terminal.sees(SAME_MODEL)
    # The warning comes two seconds after a question that got no answer: one that is not asked needs no wait.
    assert "\x1b[6n" not in terminal.written or not terminal.ever_sees("WARNING", within=3)


def test_a_choice_is_picked_by_its_number(counter):
    terminal = counter("buyback add 9KZCT73K", columns=200)
    terminal.answers([*DIAGNOSIS[:1], (WORKS, "2")])
    assert terminal.ever_sees(EXPLAINED[WORKS]["Non"], within=1)


def test_an_answer_given_on_the_line_is_not_asked_again(counter, shop):
    terminal = counter("buyback add 9KZCT73K -a screen=fair --yes")
    terminal.answers([(WORKS, ENTER), (SHELL, ENTER)])
    assert terminal.ends() == 0
    assert SCREEN not in terminal.text
    assert SAME_MODEL not in terminal.text
    assert shop.basket() == [("9KZCT73K", "B", 14100)]


def test_no_to_the_first_question_ends_the_diagnosis_at_nothing(counter, shop):
    terminal = counter("buyback add 9KZCT73K")
    terminal.answers([*DIAGNOSIS[:1], (WORKS, DOWN + ENTER)])
    assert terminal.ends() == 0
    assert "0,00\u00a0€" in terminal.text
    assert "Hors service" in terminal.text
    assert "Question 2" not in terminal.written
    assert shop.basket() == [("9KZCT73K", "out_of_order", 0)]


def test_what_is_typed_ahead_of_the_questions_answers_them(counter, shop):
    terminal = counter("buyback add 9KZCT73K")
    terminal.sees(SAME_MODEL)
    terminal.types("o\r\r" + DOWN + ENTER + ENTER)
    assert terminal.ends() == 0
    assert shop.basket() == [("9KZCT73K", "B", 14100)]


# --- yes and no


@pytest.mark.parametrize("word", ["o", "O", "oui", "y", "yes"])
def test_these_words_say_yes(counter, word):
    terminal = counter("buyback add 9KZCT73K")
    terminal.answers([(SAME_MODEL, f"{word}\r")])
    terminal.sees(WORKS)


@pytest.mark.parametrize("word", ["n", "non", "no"])
def test_these_words_say_no_and_nothing_is_added(counter, shop, word):
    terminal = counter("buyback add 9KZCT73K")
    terminal.answers([(SAME_MODEL, f"{word}\r")])
    assert terminal.ends() == 0
    assert terminal.lines[-1] == NOTHING
    assert shop.basket() == []


def test_anything_else_is_asked_again(counter, shop):
    terminal = counter("buyback add 9KZCT73K")
    for word in ("peut-être", "1", "0", "ouais", "nan", "oui non", "?"):
        terminal.sees(SAME_MODEL)
        terminal.types(word + ENTER)
        terminal.sees(f"{SAME_MODEL} {word}", AGAIN)
        terminal.types(WIPE)
        terminal.sees(SAME_MODEL, but=f"{SAME_MODEL} {word}")
    terminal.types("n\r")
    assert terminal.ends() == 0
    assert terminal.lines[-1] == NOTHING
    assert shop.basket() == []


@pytest.mark.parametrize("name", ["add", "validate-known", "cancel"])
def test_an_empty_answer_assumes_nothing(counter, shop, name):
    line, story, steps = ASKING[name]
    if name == "add":
        line, steps = "buyback add 9KZCT73K", DIAGNOSIS[:1]
    terminal = counter(line, story)
    before = shop.kept()
    terminal.answers(steps[:-1])
    terminal.sees(steps[-1][0])
    terminal.types(ENTER)
    terminal.sees(AGAIN)
    terminal.types(ENTER + ENTER + "n\r")
    assert terminal.ends() == 0
    assert shop.kept() == before


# --- finding a device


def test_add_without_a_code_asks_for_words_and_the_arrows_pick_a_device(counter, shop):
    terminal = counter("buyback add")
    terminal.sees("Quel produit ?")
    terminal.types("thinkpad\r")
    terminal.sees("Lequel ?", "LENOVO ThinkPad T14 Gen 3", "LENOVO ThinkPad X1 Carbon Gen 9")
    terminal.types(DOWN + DOWN + UP + ENTER)  # the second one
    terminal.sees(SAME_MODEL, "CRC0Y9GP")
    terminal.answers(DIAGNOSIS)
    assert terminal.ends() == 0
    assert shop.basket() == [("CRC0Y9GP", "A", 5600)]


def test_words_that_find_nothing_are_told_and_asked_again(counter):
    terminal = counter("buyback add")
    terminal.sees("Quel produit ?")
    terminal.types("zzzzqqqq\r")
    terminal.sees("aucun résultat pour `zzzzqqqq`")
    terminal.sees("Quel produit ?", times=2)
    terminal.types("9KZCT73K\r")
    terminal.sees("Lequel ?", "LENOVO ThinkPad")


def test_devices_of_the_same_name_are_told_apart_in_the_menu(counter):
    terminal = counter("buyback add")
    terminal.answers([("Quel produit ?", "thinkpad\r")])
    terminal.sees("Lequel ?", MODEL, 'DD 256Go SSD Ram 8Go CPU i7 8/9e génération CPU Ecran 14"')


def test_a_menu_that_does_not_offer_all_that_was_found_says_so(counter, shop):
    terminal = counter("buyback add", columns=200)
    found = json.loads(shop.run("catalog", "search", "hp", "--limit", "100", "--json"))
    terminal.answers([("Quel produit ?", "hp\r")])
    terminal.sees("Lequel ?", "EliteBook")
    assert "premiers" in terminal.text or all(f"HP {device['name']}" in terminal.text for device in found)


# --- validating


def test_validate_asks_for_the_reseller_and_the_address_then_shows_the_recap(counter, shop):
    line, story, steps = ASKING["validate"]
    terminal = counter(line, story)
    terminal.answers(steps[:-1])
    terminal.sees(
        "Revendeur : Société Micro & Info, SIRET 00011122900001",
        "contact@wesecondevie.com, +33600000000",
        "Enlèvement : 58 rue de Lamirault, 77090 Collégien, France",
        "1. LENOVO ThinkPad (9KZCT73K)",
        "Quel est l'état de l'écran ? Très bon état",
        "188,00 € · Collecte à domicile · Virement sans IBAN",
        "Total : 188,00 €",
        "Valider cette reprise ? (oui/non)",
    )
    terminal.types("o\r")
    assert terminal.ends() == 0
    assert "2000000000015" in terminal.text
    assert shop.basket() == []
    assert [row[0] for row in shop.kept()["buyback"]] == ["2000000000015"]


def test_no_to_the_recap_validates_nothing(counter, shop):
    line, story, steps = ASKING["validate"]
    terminal = counter(line, story)
    before = shop.kept()
    terminal.answers([*steps[:-1], (steps[-1][0], "n\r")])
    assert terminal.ends() == 0
    assert terminal.lines[-1] == "rien n'a été validé"
    assert shop.kept() == before


REST = {
    "name": "Société Micro & Info",
    "siret": "00011122900001",
    "email": "contact@wesecondevie.com",
    "phone": "0600000000",
    "line": "58 rue de Lamirault",
    "complement": "",
    "postcode": "77090",
    "town": "Collégien",
}


class Wrong(NamedTuple):
    """A question answered wrong: why it is refused, and the keys that correct it."""

    question: str
    typed: str
    reason: str
    keys: str


WRONG = [
    Wrong("Raison sociale", "", "ce champ est vide", "Micro"),
    Wrong("SIRET", "0001112290000", "n'est pas un SIRET", "3"),
    Wrong("SIRET", "", "a une clé de contrôle fausse", RUB + "1"),
    Wrong("E-mail", "contact", "n'est pas une adresse e-mail", "@x.fr"),
    Wrong("Téléphone", "060000000", "n'est pas un numéro de téléphone français", "0"),
    Wrong("numéro et rue", " ", "ce champ est vide", "1 rue Haute"),
    Wrong("Code postal", "7709", "n'est pas un code postal français", "0"),
    Wrong("Ville", "", "ce champ est vide", "Lognes"),
]


def asked_alone(field: str) -> list[str]:
    given = [[f"--{key}", value] if value else [f"--{key}="] for key, value in REST.items() if key != field]
    return ["buyback", "validate", *(word for words in given for word in words)]


def test_a_wrong_field_is_refused_at_once_with_its_reason_and_corrected_where_it_stands(counter):
    terminal = counter("buyback validate", "basket")
    for question, typed, reason, keys in WRONG:
        if question == "Code postal":
            terminal.answers([("Complément", ENTER)])
        terminal.sees(question)
        terminal.types(typed + ENTER)
        terminal.sees(typed, reason)
        terminal.types(keys + ENTER)
    terminal.sees("Revendeur : Micro, SIRET 00011122900001", "contact@x.fr, +33600000000")
    terminal.sees("Enlèvement : 1 rue Haute, 77090 Lognes, France", "Valider cette reprise ?")


def test_a_refusal_at_a_question_does_not_speak_of_options(counter):
    terminal = counter(asked_alone("phone"), "basket")
    terminal.sees("Téléphone")
    terminal.types("0612" + ENTER)
    terminal.sees("n'est pas un numéro de téléphone français")
    assert "--phone" not in terminal.text


def test_a_field_is_not_reproached_before_it_is_given(counter):
    terminal = counter(asked_alone("siret"), "basket")
    terminal.sees("SIRET")
    terminal.types("0")
    terminal.sees("0")
    assert not terminal.ever_sees("n'est pas un SIRET", within=0.5)


def test_the_second_time_the_reseller_and_the_address_are_offered(counter, shop):
    terminal = counter("buyback validate", "known")
    terminal.sees("Quel revendeur ?", "Société Micro & Info", "00011122900001", "Un nouveau revendeur")
    terminal.types(ENTER)
    terminal.sees("Où se fait l'enlèvement ?", "58 rue de Lamirault, 77090 Collégien, France", "Une autre adresse")
    terminal.types(ENTER)
    terminal.sees("Revendeur : Société Micro & Info", "Enlèvement : 58 rue de Lamirault", "Valider cette reprise ?")
    terminal.types("o\r")
    assert terminal.ends() == 0
    kept = shop.kept()
    assert [len(kept[table]) for table in ("reseller", "address", "buyback", "basket_item")] == [1, 1, 4, 0]


def test_a_known_reseller_may_give_another_address_and_a_new_one_its_name(counter, shop):
    terminal = counter("buyback validate", "known")
    terminal.answers([("Quel revendeur ?", ENTER), ("Où se fait l'enlèvement ?", DOWN + ENTER)])
    terminal.answers([("numéro et rue", "1 quai Antoine Ier\r"), ("Complément", "Bât. B\r")])
    terminal.answers([("Code postal", "98000\r"), ("Ville", "Monaco\r"), ("Valider cette reprise ?", "o\r")])
    assert terminal.ends() == 0
    assert [row[2:] for row in shop.kept()["address"]][1:] == [
        ("1 quai Antoine Ier", "Bât. B", "98000", "Monaco", "France")
    ]


# --- leaving


@each(PLACES)
def test_ctrl_c_at_any_question_leaves_with_130_a_french_sentence_and_nothing_half_done(counter, shop, name, place):
    line, story, steps = ASKING[name]
    terminal = counter(line, story)
    before = shop.kept()
    terminal.answers(steps[:place])
    terminal.sees(steps[place][0])
    assert shop.may_be_written(), "the question keeps the other counters waiting"
    terminal.types(CTRL_C)
    assert terminal.ends() == 130
    assert terminal.lines[-1] == SENTENCE
    assert terminal.text.count("interrompu") == 1
    assert not re.search("Traceback|KeyboardInterrupt|Error|Cancelled|Aborted", terminal.text)
    assert terminal.is_left_clean()
    assert shop.kept() == before
    assert shop.may_be_written()


@each(TYPED)
def test_ctrl_d_at_a_question_leaves_as_ctrl_c_does(counter, shop, name, place):
    line, story, steps = ASKING[name]
    terminal = counter(line, story)
    before = shop.kept()
    terminal.answers(steps[:place])
    terminal.sees(steps[place][0])
    terminal.types(CTRL_D)
    assert terminal.ends() == 130
    assert terminal.lines[-1] == SENTENCE
    assert "Traceback" not in terminal.text
    assert terminal.is_left_clean()
    assert shop.kept() == before


@pytest.mark.parametrize("name", ["add", "remove", "validate-known"])
def test_ctrl_d_at_a_menu_changes_nothing_to_its_answer(counter, name):
    line, story, steps = ASKING[name]
    terminal = counter(line, story)
    for question, keys in steps:
        terminal.sees(question)
        terminal.types(CTRL_D + keys if question.startswith(MENUS) else keys)
    assert terminal.ends() == 0
    assert "Traceback" not in terminal.text
    assert terminal.is_left_clean()


def test_ctrl_d_after_a_word_neither_answers_nor_leaves(counter):
    terminal = counter("buyback add")
    terminal.sees("Quel produit ?")
    terminal.types("think" + CTRL_D + "pad\r")
    terminal.sees("thinkpad", "Lequel ?")


def test_a_closed_window_ends_the_command_and_nothing_is_half_done(counter, shop):
    line, story, steps = ASKING["validate"]
    terminal = counter(line, story)
    before = shop.kept()
    terminal.answers(steps[:-1])
    terminal.sees(steps[-1][0])
    assert terminal.hangs_up() != 0
    assert shop.kept() == before
    assert shop.may_be_written()


def test_ctrl_c_while_the_program_starts_leaves_without_a_trace(counter, shop):
    # The signal comes exactly when the command tree is imported.
    (shop.folder / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        "def hook(event, found):\n"
        "    if event == 'import' and found[0] == 'comptoir.app':\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.addaudithook(hook)\n",
        "utf-8",
    )
    path = os.pathsep.join(filter(None, [str(shop.folder), os.environ.get("PYTHONPATH", "")]))
    terminal = counter("buyback basket", PYTHONPATH=path)
    assert terminal.ends() == 130
    assert terminal.text in {"", SENTENCE}


# --- where nobody can be asked

# What lacks something, and the flag or the argument that its refusal names.
LACKING = [
    ("buyback add", ["CODE"]),
    ("buyback add 9KZCT73K", ["--answer works=yes|no"]),
    ("buyback remove", ["N°"]),
    ("buyback remove 1", ["--yes"]),
    ("buyback validate", ["--name", "--siret", "--email", "--phone"]),
    ("buyback validate --reseller micro", ["--yes"]),
    ("buyback cancel 15", ["--yes"]),
]


SOME = {"buyback add 9KZCT73K", "buyback cancel 15"}
NOBODY = [(line, named, way) for line, named in LACKING for way in ("--no-input", "</dev/null", "2>talk.txt")]


@pytest.mark.parametrize(
    ("line", "named", "way"),
    [case for case in NOBODY if case[2] == "--no-input" or case[0] in SOME],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_where_nobody_can_be_asked_the_refusal_names_the_flag(counter, shop, line, named, way):
    terminal = counter(f"comptoir {line} {way}", "known")
    before = shop.kept()
    assert terminal.ends() == 2
    talk = shop.folder / "talk.txt"
    told = talk.read_text("utf-8") if talk.exists() else terminal.text
    refusal = "".join(told.partition("erreur : ")[2].split())
    assert all("".join(name.split()) in refusal for name in named)
    assert "\x1b" not in terminal.written + told, "a question was drawn"
    assert shop.kept() == before


# --- two streams


def test_data_goes_to_its_file_and_the_questions_to_the_terminal(counter, shop):
    terminal = counter("comptoir buyback add 9KZCT73K >out.txt")
    terminal.answers(DIAGNOSIS)
    assert terminal.ends() == 0
    assert "Total : 188,00\u00a0€" in terminal.text
    assert "Estimation" not in terminal.text
    titles, rule, row = (shop.folder / "out.txt").read_text("utf-8").splitlines()
    assert titles.split("  ")[0] == "N°"
    assert set(rule) == {"─", " "}
    assert row.split()[:4] == ["1", "9KZCT73K", "LENOVO", "ThinkPad"]


def test_json_of_a_command_that_asked_is_clean_in_a_pipe(counter, shop):
    terminal = counter("comptoir buyback remove --json | cat >out.json", "known")
    terminal.answers(ASKING["remove"][2])
    assert terminal.ends() == 0
    (taken,) = json.loads((shop.folder / "out.json").read_text("utf-8"))
    assert taken["article_code"] == "9KZCT73K"


# --- what is read fits

READS = {
    "list": ["buyback", "list"],
    "show": ["buyback", "show", "15"],
    "search": ["catalog", "search", "thinkpad"],
    "questions": ["catalog", "questions", "PC portable"],
}
MORE_READS = [
    *READS.values(),
    ["buyback", "basket"],
    ["catalog", "show", "9KZCT73K"],
    ["reseller", "list"],
    ["reseller", "show", "micro"],
    ["config", "show", "--origin"],
]
WORDS = {
    "waiting_shipment": "En attente d'expédition",
    "out_of_order": "Hors service",
    "validate": "Validée",
}


def spoken(value: object) -> str:
    """Say a value of the JSON as eyes read it, without its blanks."""
    text = WORDS.get(str(value), str(value))
    if re.fullmatch(r"-?\d+\.\d\d", text):
        text = text.replace(".", ",") + "€"
    elif re.match(r"\d{4}-\d\d-\d\dT", text):
        text = datetime.fromisoformat(text).astimezone(ZoneInfo("Europe/Paris")).strftime("%d/%m/%Y%H:%M")
    return "".join(text.split())


def values_of(data: Any) -> Iterator[str]:
    """Give every value that is not empty, those of nested records too."""
    for each_value in data.values() if isinstance(data, dict) else data:
        if isinstance(each_value, (dict, list)):
            yield from values_of(each_value)
        elif each_value not in (None, ""):
            yield spoken(each_value)


def stands(lines: list[list[str]], wanted: str) -> bool:
    """Tell whether a text stands somewhere, from the start of a word on, wrapped in its column or to the margin."""
    return any(
        cell
        and wanted.startswith(cell)
        and (not column or line[column - 1].isspace())
        and goes_on(lines, row, column, wanted)
        for row, line in enumerate(lines)
        for column, cell in enumerate(line)
    )


def goes_on(lines: list[list[str]], row: int, column: int, wanted: str) -> bool:
    for rest in rests(lines[row][column:], wanted):
        if not rest:
            return True
        below = lines[row + 1] if rest != wanted and row + 1 < len(lines) else []
        margin = next((place for place, cell in enumerate(below) if not cell.isspace()), column)
        if any(goes_on(lines, row + 1, start, rest) for start in {column, margin} if start < len(below)):
            return True
    return False


def rests(cells: list[str], wanted: str) -> Iterator[str]:
    """Read to the right; give what is still wanted wherever a blank would let the text go on below."""
    for cell in cells:
        if cell.isspace():
            yield wanted
        elif wanted.startswith(cell):
            wanted = wanted[len(cell) :]
            if not wanted:
                break
        else:
            return
    yield wanted


def cells_of(terminal: Any) -> list[list[str]]:
    return [[cell.data for cell in terminal.cells(row)] for row in range(len(terminal.lines))]


def is_plain(terminal: Any) -> bool:
    return all(c.isprintable() or c in "\u00a0\u202f" for c in terminal.written.replace("\r\n", ""))


def too_wide(terminal: Any) -> list[str]:
    return [line for line in terminal.written.split("\r\n") if not 0 <= wcswidth(line) <= terminal.screen.columns]


@pytest.mark.parametrize("name", READS)
def test_what_is_read_fits_the_terminal_and_holds_every_value(counter, shop, name):
    shop.lives("known")
    wanted = set(values_of(json.loads(shop.run(*READS[name], "--json"))))
    assert len(wanted) > 10
    for columns in (80, 40):
        terminal = counter(READS[name], columns=columns, rows=400)
        assert terminal.ends() == 0
        assert too_wide(terminal) == []
        lines = cells_of(terminal)
        assert [value for value in wanted if not stands(lines, value)] == []


@pytest.mark.parametrize(
    "name", ["x" * 90, "小米手机超级旗舰版本高级限量珍藏纪念版全网通"], ids=["endless", "two-columns-wide"]
)
def test_any_name_fits_the_terminal(counter, shop, name):
    shop.lives("known")
    shop.change("UPDATE buyback SET name = ? WHERE number LIKE '%15'", name)
    for line in ("buyback list", "buyback show 15"):
        terminal = counter(line, columns=40, rows=400)
        assert terminal.ends() == 0
        assert too_wide(terminal) == []
        assert stands(cells_of(terminal), name)


@pytest.mark.parametrize("line", ["catalog search", "catalog show NOPE", "buyback remove 9"])
def test_what_is_told_fits_a_narrow_terminal(counter, line):
    terminal = counter(line, "known", columns=40)
    terminal.ends()
    assert too_wide(terminal) == []


@pytest.mark.parametrize("words", MORE_READS, ids=" ".join)
def test_a_plain_terminal_gets_text_and_newlines_alone(counter, words):
    terminal = counter(words, "known", TERM="dumb", NO_COLOR="1")
    assert terminal.ends() == 0
    assert terminal.lines
    assert is_plain(terminal)


# --- what data may not do to a terminal

CONTROLS = ["\x1b]", "\x07", "\x1b[2J", "\x9b"]
BIDI = ["\u202e", "\u2066"]
POISONED = (
    "UPDATE device SET name = ?",
    "UPDATE basket_item SET name = ?",
    "UPDATE buyback SET name = ?",
    "UPDATE reseller SET name = ?",
    "UPDATE address SET line = ?",
)


def poison(shop: Any) -> None:
    """Put the evil name everywhere, as an older program or another one may have left it."""
    for sql in POISONED:
        shop.change(sql, EVIL)


def test_an_imported_catalogue_never_reaches_the_terminal_raw(counter, shop):
    titles = "article_code,category,brand,name,disk,price_a,price_b,price_c"
    good, bad = f"EVLEVLEV,PC portable,{EVIL},{EVIL},{EVIL},9,8,7", f"{EVIL},PC portable,a,b,c,9,8,7"
    worse = f"EVLEVLEW,{EVIL},a,b,c,{EVIL},8,7"
    (shop.folder / "evil.csv").write_text("\n".join([titles, good, bad, worse]), "utf-8")
    terminal = counter("catalog import evil.csv")
    assert terminal.ends() == 4
    assert is_plain(terminal)
    for line in ("catalog search mal", "catalog show EVLEVLEV"):
        terminal = counter(line)
        assert terminal.ends() == 0
        assert "Mal\ufffd" in terminal.text
        assert is_plain(terminal)
    terminal = counter("buyback add")
    terminal.answers([("Quel produit ?", "mal\r"), ("Lequel ?", ENTER), *DIAGNOSIS])
    assert terminal.ends() == 0
    assert not [raw for raw in CONTROLS + BIDI if raw in terminal.written]


def test_no_table_shows_a_raw_control_character(counter, shop):
    shop.lives("known")
    poison(shop)
    for words in (
        *READS.values(),
        ["buyback", "basket"],
        ["reseller", "list"],
        ["reseller", "show", "000111229 00001"],
    ):
        terminal = counter(words)
        assert terminal.ends() == 0
        assert is_plain(terminal), words
        assert "Mal\ufffd" in terminal.text or words[1] == "questions"


@pytest.mark.parametrize("name", ["add", "remove", "validate-known", "cancel"])
def test_no_question_shows_a_raw_control_character(counter, shop, name):
    line, story, steps = ASKING[name]
    shop.lives(story)
    poison(shop)
    terminal = counter(line)
    terminal.answers(steps[:-1])
    terminal.sees(steps[-1][0], "Mal")
    assert not [raw for raw in CONTROLS + BIDI if raw in terminal.written]


ERRORS = [
    ["catalog", EVIL],
    ["catalog", "show", EVIL],
    ["catalog", "import", EVIL],
    ["buyback", "add", "9KZCT73K", "--yes", "-a", f"{EVIL}=1", "-a", EVIL],
    ["buyback", "list", "--since", EVIL],
    ["buyback", "list", f"--{EVIL}"],
    ["buyback", "show", EVIL],
    ["buyback", "validate", "--reseller", EVIL],
    ["catalog", "search", "--database", EVIL + "://"],
]


@pytest.mark.parametrize("words", ERRORS, ids=lambda words: ascii(" ".join(words[:3])))
def test_no_refusal_shows_a_raw_control_character(counter, words):
    terminal = counter(words, "basket")
    assert terminal.ends() in {2, 3, 4, 6}
    assert "erreur : " in terminal.text
    assert is_plain(terminal)


def test_what_is_pasted_into_a_question_does_not_run(counter):
    terminal = counter(asked_alone("siret"), "basket")
    terminal.sees("SIRET")
    terminal.types(f"\x1b[200~{EVIL}\x1b[201~" + ENTER)
    terminal.sees("n'est pas un SIRET")
    assert not [raw for raw in CONTROLS if raw in terminal.written]
