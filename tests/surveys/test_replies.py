"""What customers write back, as they write it."""

from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.errors import ComptoirError
from comptoir.surveys.refusals import BadScore, MistypedCode, NoCode, NoScore, UnknownCode
from comptoir.surveys.replies import Reply, codes, own_words, prepared, read, without
from comptoir.surveys.rules import new_code

CODE, OTHER = "K7Q4XE", "P3M8RW"
KNOWN = frozenset({CODE, OTHER})
SENT = """\
Bonjour Mme Jeanne Petit,

Nous avons réparé votre appareil (Lave-linge Brandt WTC, dossier 00000017). Nous recommanderiez-vous à un proche ?

Répondez à ce message en commençant par votre code et votre note, par exemple :

K7Q4XE 9

Ajoutez dessous, si vous le souhaitez, vos remarques.

Comptoir Seconde Vie
"""


def one(text: str) -> Reply:
    """Read the one reply of a text."""
    found = read(prepared(text), KNOWN.__contains__)
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("text", "score", "comment"),
    [
        ("K7Q4XE 9", 9, ""),
        ("K7Q4XE : 9/10 merci", 9, "merci"),
        ("k7q4xe 9", 9, ""),
        ("K7Q 4XE 9", 9, ""),
        ("k7q-4xe: 9", 9, ""),
        ("K7Q4XE9", 9, ""),
        ("K7Q4XE10", 10, ""),
        ("K7Q4XE 10/10 !", 10, ""),
        ("K7Q4XE-0", 0, ""),
        ("K7Q4XE - 7", 7, ""),
        ("K7Q4XE\n8\nTrop long.", 8, "Trop long."),
        ("K7Q4XE = 8 sur 10, bravo", 8, "bravo"),
        ("K7Q4XE, note : 6. Dommage", 6, "Dommage"),
        ("K7Q4XE 9, 10 minutes de retard", 9, "10 minutes de retard"),
        ("\N{NO-BREAK SPACE}K7Q4XE\N{NO-BREAK SPACE}:\N{NO-BREAK SPACE}9", 9, ""),
        ("Ｋ７Ｑ４ＸＥ ９", 9, ""),
        ("(K7Q4XE) (9)", 9, ""),
        ("«K7Q4XE» 9", 9, ""),
        ("Bonjour,\n\nK7Q4XE 4\n\nLa pompe fuit encore.\nJeanne", 4, "Bonjour La pompe fuit encore. Jeanne"),
        ("Je mets la note : K7Q4XE 9", 9, "Je mets la note"),
        ("Et k7q4xe 9", 9, "Et"),
        ("Réparé en 5 jours : k7q4xe 9", 9, "Réparé en 5 jours"),
        ("K7Q4XE 9\nK7Q4XE 3", 9, ""),
        ("K7Q4XE\n\nK7Q4XE 9", 9, ""),
        ("K7Q4XE 9\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}", 9, ""),
        ("K7Q4XE 9\x1b[31mrouge", 9, "\N{REPLACEMENT CHARACTER}[31mrouge"),
    ],
)  # fmt: skip
def test_a_reply_is_read_however_it_is_written(text, score, comment):
    found = one(text)
    assert (found.code, found.score) == (CODE, score)
    assert found.comment == comment


@pytest.mark.parametrize(
    ("text", "written"),
    [("K7Q4XE 11", "11"), ("K7Q4XE 8,5", "8,5"), ("K7Q4XE 8.5/10", "8.5/10"), ("K7Q4XE 18/20", "18/20"),
     ("K7Q4XE 9/20", "9/20"), ("K7Q4XE -3", "-3"), ("K7Q4XE: -3", "-3"), ("K7Q4XE 2026", "2026"),
     ("K7Q4XE 100%", "100"), ("K7Q4XE " + "9" * 5_000, "9" * 19 + "…")],
)  # fmt: skip
def test_a_score_that_is_none_is_told_as_it_stands(text, written):
    with pytest.raises(BadScore, match=written.replace("/", ".")):
        one(text).checked()


@pytest.mark.parametrize("text", ["K7Q4XE", "K7Q4XE merci", "K7Q4XE neuf", "K7Q4XE très bien, 9"])
def test_a_code_without_a_score_is_told(text):
    with pytest.raises(NoScore):
        one(text).checked()


@pytest.mark.parametrize(
    ("text", "kind"),
    [("", NoCode), ("  \n ", NoCode), ("Merci beaucoup !", NoCode), ("9/10", NoCode), ("Le 23/11 à 14h 30", NoCode),
     ("K7Q4XF 9", MistypedCode), ("k7q 4xf : 9", MistypedCode), ("abandon 9", NoCode), ("77090 9", NoCode),
     ("234567 9", NoCode), ("xK7Q4XE 9", NoCode), ("K7Q4XEt 9", NoCode), ("éK7Q4XE 9", NoCode)],
)  # fmt: skip
def test_what_is_no_reply_is_told(text, kind):
    with pytest.raises(kind):
        one(text)


def test_a_right_code_that_nobody_was_given_is_told():
    with pytest.raises(UnknownCode, match="P3M8RW"):
        read("P3M8RW 9", {CODE}.__contains__)


def test_two_repairs_may_be_answered_at_once():
    found = read("K7Q4XE 9 rapide\nP3M8RW 4 trop cher", KNOWN.__contains__)
    assert [(each.code, each.score, each.comment) for each in found] == [(CODE, 9, "rapide"), (OTHER, 4, "trop cher")]


def test_a_code_is_looked_for_in_the_first_lines():
    assert one("\n\n".join(["Bonjour"] * 11) + "\n\nK7Q4XE 9").score == 9
    with pytest.raises(NoCode):
        one("\n\n".join(["Bonjour"] * 12) + "\n\nK7Q4XE 9")
    with pytest.raises(NoCode):
        one("a" * 2_000 + " K7Q4XE 9")


def test_a_long_comment_is_cut():
    comment = one("K7Q4XE 9 " + "long " * 900).comment
    assert len(comment) <= 1_000
    assert comment.endswith("…")


@given(
    st.integers(0, 10**9),
    st.integers(0, 10),
    st.sampled_from(["", " ", "-", "."]),
    st.sampled_from([" ", ":", " : ", "=", "\n", " - ", ""]),
    st.sampled_from(["", "/10", " / 10", " sur 10"]),
    st.booleans(),
)
def test_what_is_written_is_what_is_read(seed, score, blank, between, of, lower):
    code = new_code(Random(seed).choice)
    typed = blank.join((code[:2], code[2:4], code[4:]))
    text = f"{typed.lower() if lower else typed}{between}{score}{of}"
    found = read(text, {code}.__contains__)
    assert [(each.code, each.score, each.comment) for each in found] == [(code, score, "")]


@given(st.text(st.sampled_from("K7Q4XEkqe29/:, .-\n>é0ſ\x00\ud800\N{FULLWIDTH DIGIT NINE}"), max_size=80) | st.text())
def test_no_text_is_too_odd(text):
    own = prepared(own_words(text))
    codes(own)
    with suppress(ComptoirError):
        for reply in read(without(own, SENT), KNOWN.__contains__):
            assert reply.code in KNOWN
            assert reply.score is None or 0 <= reply.score <= 10
            assert len(reply.comment) <= 1_000


QUOTED = "\n".join(f"> {line}" for line in SENT.splitlines())
WROTE = "Le ven. 20 nov. 2026 à 10:00, Comptoir <comptoir@exemple.fr> a écrit :"
HEADS = (
    "De : Comptoir <comptoir@exemple.fr>\nEnvoyé : vendredi 20 novembre 2026 10:00\nÀ : Jeanne\nObjet : Votre avis\n"
)


@pytest.mark.parametrize(
    "below",
    [
        QUOTED,
        f"{WROTE}\n\n{QUOTED}",
        f"{WROTE}\n\n{SENT}",
        f"Le ven. 20 nov. 2026 à 10:00, Comptoir\n<comptoir@exemple.fr> a écrit :\n{SENT}",
        f"On Fri, Nov 20, 2026 at 10:00 AM Comptoir <comptoir@exemple.fr>\nwrote:\n\n{SENT}",
        f"2026-11-20 10:00 GMT+01:00 Comptoir <comptoir@exemple.fr>:\n{SENT}",
        f"-----Message d'origine-----\n{HEADS}\n{SENT}",
        f"-----Message d\N{RIGHT SINGLE QUOTATION MARK}origine-----\n{SENT}",
        f"----- Mail original -----\n{SENT}",
        f"________________________________\n{HEADS}\n{SENT}",
        f"{HEADS}\n{SENT}",
        f"*De :* Comptoir\n*Date :* 20 nov.\n\n{SENT}",
        f"From: Comptoir\nSent: Friday\n\n{SENT}",
        f"-- \nJeanne Petit\n\n{SENT}",
        f"Envoyé de mon iPhone\n\n{SENT}",
        f"Sent from my Galaxy\n\n{SENT}",
        f"Obtenir Outlook pour Android\n{SENT}",
    ],
)
def test_what_a_mail_program_quotes_is_not_what_the_customer_writes(below):
    assert own_words(f"K7Q4XE 3\nTrop cher.\n\n{below}").split() == ["K7Q4XE", "3", "Trop", "cher."]
    assert own_words(f"Merci\n\n{below}").split() == ["Merci"]
    assert own_words(below).split() == []


def test_what_is_written_below_a_quoted_message_is_read():
    assert own_words(f"{WROTE}\n{QUOTED}\n\nK7Q4XE 3\nTrop cher.").split() == ["K7Q4XE", "3", "Trop", "cher."]


def test_what_looks_like_a_quotation_and_is_none_stays():
    text = "Le technicien a été rapide.\nDe : rien, K7Q4XE 9\nOn me dit que\nc'est bien."
    assert own_words(text) == text


@pytest.mark.parametrize("quoted", [SENT, SENT.replace("Nous recommanderiez", "\nNous recommanderiez")])
def test_a_copy_of_our_message_without_any_mark_is_no_answer(quoted):
    assert "K7Q4XE 9" not in without(f"Merci\n\n{quoted}", SENT)
    assert without(f"K7Q4XE 3\n\n{quoted}", SENT).startswith("K7Q4XE 3\n")
    assert without("K7Q4XE 9", SENT) == "K7Q4XE 9"
