"""Answers typed at the counter, complaints, actions, lists and reports."""

import csv
from io import StringIO

import pytest

from comptoir.core.errors import MISSING, REFUSED, USAGE

from .conftest import column, dump, iso, verbs


def test_an_answer_is_recorded_under_its_code_or_its_repair(done, asked, shop):
    number, code = asked()
    rows = done(f"answer {code.lower()[:3]}-{code[3:]} 9 --comment ' Très   bien ' --json")
    assert (rows[0]["number"], rows[0]["score"], rows[0]["comment"]) == (number, 9, "Très bien")
    assert (rows[0]["standing"], rows[0]["answered_by"], rows[0]["answered_at"]) == ("answered", "counter", iso())
    assert verbs(shop, number)[1:] == [("survey_answer", {"score": "9", "comment": "Très bien"})]
    other, _code = asked()
    assert done(f"answer {other[-3:]} 10 --json")[0]["number"] == other


@pytest.mark.parametrize("again", ["9", "9 --comment Bien", "9 --again"])
def test_the_same_answer_twice_changes_nothing(done, asked, shop, again):
    _number, code = asked()
    done(f"answer {code} 9 --comment Bien")
    before = dump(shop)
    done(f"answer {code} {again}")
    assert dump(shop) == before


def test_another_answer_is_told_and_taken_again_only(done, asked, shop, refuses):
    number, code = asked()
    done(f"answer {code} 9 --comment Parfait")
    told = refuses(f"answer {code} 3", REFUSED, "answered_otherwise")
    assert "9" in told[0]["message"]
    assert "3" in told[0]["message"]
    row = done(f"answer {code} 3 --again --json")[0]
    assert (row["score"], row["comment"]) == (3, "")
    assert verbs(shop, number)[-1] == ("survey_answer", {"score": "3", "before": "9"})
    done(f"answer {code} 3 --comment 'Trop cher'")  # a comment completes an answer that had none
    refuses(f"answer {code} 3 --comment 'Trop long'", REFUSED, "answered_otherwise")
    assert column(shop, "comment") == ["Trop cher"]


def test_what_is_no_answer_is_refused(asked, given_back, refuses):
    _number, code = asked()
    never = given_back()
    refuses(f"answer {code} 11", REFUSED, "bad_score")
    slipped = code[:-1] + ("7" if code[-1] != "7" else "8")
    refuses(f"answer {slipped} 9", USAGE, "mistyped_code")
    refuses("answer P3M8RW 9", MISSING, "unknown_code")
    refuses(f"answer {never} 9", MISSING, "not_asked")
    refuses("answer 99 9", MISSING, "unknown_repair")
    refuses(f"answer {code} 9 --json --excel", USAGE, "two_formats")


def test_a_complaint_waits_for_an_action_and_becomes_late(done, asked, monkeypatch):
    number, code = asked()
    row = done(f"answer {code} 6 --json")[0]
    assert (row["standing"], row["due_on"]) == ("complaint", "2026-12-02")
    assert "repair survey act" in done("list --format csv").err
    monkeypatch.setenv("COMPTOIR_AT", "2026-12-02T23:30")
    assert done("list --json")[0]["standing"] == "complaint"
    monkeypatch.setenv("COMPTOIR_AT", "2026-12-03T00:30")
    assert done("list --json")[0]["standing"] == "late"
    assert "8" in done("list --format csv").err
    row = done(f"act {number} 'Appelée, joint remplacé' --json")[0]
    assert (row["standing"], row["due_on"], row["action"]) == ("handled", None, "Appelée, joint remplacé")
    assert done("list --format csv").err == ""


def test_a_complaint_came_on_the_day_that_it_is_in_paris(done, asked, monkeypatch):
    _number, code = asked()
    monkeypatch.setenv("COMPTOIR_AT", "2026-11-23T00:30")  # a Monday, and still Sunday in UTC
    assert done(f"answer {code} 0 --json")[0]["due_on"] == "2026-12-03"


def test_an_answer_never_comes_before_its_question(done, asked, shop, monkeypatch):
    _number, code = asked()
    monkeypatch.setenv("COMPTOIR_AT", "2026-11-20T09:30")  # another counter, whose clock is behind
    done(f"answer {code} 2")
    done(f"act {code} Appelée")
    assert (column(shop, "answered_at"), column(shop, "acted_at")) == ([iso()], [iso()])
    assert done("list --json")[0]["standing"] == "handled"


def test_actions_are_kept_one_after_the_other(done, asked, shop, monkeypatch):
    number, code = asked()
    done(f"answer {code} 2")
    done(f"act {number[-2:]} Appelée")
    monkeypatch.setenv("COMPTOIR_AT", "2026-11-24T10:00")
    done(f"act {code} Appelée")
    assert (column(shop, "action"), column(shop, "acted_at")) == (["Appelée"], [iso()])
    done(f"act {number} Remboursée")
    assert column(shop, "action") == ["Appelée ; Remboursée"]
    assert column(shop, "acted_at") == [iso()]
    assert [each for each in verbs(shop, number) if each[0] == "survey_act"] == [
        ("survey_act", {"action": "Appelée"}),
        ("survey_act", {"action": "Remboursée"}),
    ]


def test_an_action_on_the_first_answer_is_none_on_the_second(done, asked, monkeypatch):
    number, code = asked()
    done(f"answer {code} 8")
    done(f"act {number} Remerciée")
    monkeypatch.setenv("COMPTOIR_AT", "2026-11-24T10:00")
    assert done(f"answer {code} 3 --again --json")[0]["standing"] == "complaint"
    row = done(f"act {number} Appelée --json")[0]
    assert (row["standing"], row["action"]) == ("handled", "Remerciée ; Appelée")


def test_what_is_no_action_is_refused(asked, given_back, refuses):
    number, _code = asked()
    refuses(f"act {number} Appelée", REFUSED, "not_answered")
    refuses(f"act {given_back()} Appelée", MISSING, "not_asked")
    refuses(["act", number, "  "], USAGE, "nothing_done")


def test_a_list_keeps_what_is_asked(done, asked, monkeypatch, refuses):
    numbers = []
    for day, score in (("2026-11-01", 9), ("2026-11-10", 6), ("2026-11-20", None)):
        monkeypatch.setenv("COMPTOIR_AT", f"{day}T10:00")
        number, code = asked(days=30)
        numbers.append(number)
        if score is not None:
            done(f"answer {code} {score}")
    first, second, third = numbers

    def kept(options: str) -> list[str]:
        return [row["number"] for row in done(f"list {options} --json")]

    assert kept("") == [third, second, first]
    assert kept("--open") == [third]
    assert kept("--answered") == [second, first]
    assert kept("--below 7") == kept("--below 9") == [second]
    assert kept("--below 99999999999999999999") == [second, first]
    assert kept("--below=-99999999999999999999") == []
    assert kept("--below 10 --since 2026-11-02") == [second]
    assert kept("--since 2026-11-10 --until 10/11/2026") == [second]
    assert kept("--until 9999-12-31") == [third, second, first]
    assert done("report --until 31/12/9999 --json")[0]["asked"] == 3
    refuses("list --open --answered", USAGE, "open_and_answered")
    refuses("list --since demain", USAGE, "bad_day")


def test_a_list_shows_whose_opinion_it_is(done, asked, given_back):
    number, code = asked(technician_id=2)
    row = done("list --json")[0]
    assert row | {"asked_at": "", "code": ""} == {
        "number": number, "asked_at": "", "code": "", "channel": "email", "recipient": "jeanne@exemple.fr",
        "customer": "Mme Jeanne Petit", "product": "Lave-linge", "device": "Brandt WTC", "technician": "Éric Dupont",
        "standing": "waiting", "score": None, "comment": "", "answered_at": None, "answered_by": "", "due_on": None,
        "action": "", "acted_at": None,
    }  # fmt: skip
    done(f"answer {code} 5 --comment '=1+1'")
    assert next(csv.DictReader(StringIO(done("list --format csv").out)))["comment"] == "'=1+1"
    assert code in done("list").out


@pytest.fixture
def opinions(asked, done, monkeypatch):
    """Eight customers asked over two months, six of whom answered."""
    told = [
        ("2026-10-31T23:30", 9, 1, 1, "Lave-linge"), ("2026-11-01T00:30", 10, 1, 1, "Lave-linge"),
        ("2026-11-02T10:00", 8, 2, 10, "Lave-linge"), ("2026-11-03T10:00", 6, 2, 10, "Téléphone"),
        ("2026-11-04T10:00", 3, 2, 10, "Téléphone"), ("2026-11-05T10:00", 0, None, 4, "téléviseur"),
        ("2026-11-06T10:00", None, None, 4, "téléviseur"), ("2026-11-07T10:00", None, 1, 2, "Réfrigérateur"),
    ]  # fmt: skip
    for moment, score, technician, fiche, product in told:
        monkeypatch.setenv("COMPTOIR_AT", moment)
        number, code = asked(days=30, technician_id=technician, fiche=fiche, product_label=product)
        if score is not None:
            done(f"answer {code} {score}")
        if score == 3:
            done(f"act {number} Remboursée")
    monkeypatch.setenv("COMPTOIR_AT", "2026-11-16T10:00")


def test_a_report_sums_up(done, opinions):
    assert done("report --json") == [{
        "group": "", "asked": 8, "answered": 6, "rate": "75.0", "mean": "6.0", "promoters": 2, "passives": 1,
        "detractors": 3, "nps": -17, "complaints": 2, "late": 1,
    }]  # fmt: skip
    assert done("report --since 2026-11-07 --json")[0]["mean"] is None
    assert done("report --since 2027-01-01 --json")[0] == {
        "group": "", "asked": 0, "answered": 0, "rate": None, "mean": None, "promoters": 0, "passives": 0,
        "detractors": 0, "nps": None, "complaints": 0, "late": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cut", "lines"),
    [
        ("month", [("2026-10", 1, "9.0", 100), ("2026-11", 7, "5.4", -40)]),
        ("fiche", [("1", 2, "9.5", 100), ("2", 1, None, None), ("4", 2, "0.0", -100), ("10", 3, "5.7", -67)]),
        ("technician", [("Éric Dupont", 3, "5.7", -67), ("Nadia Martin", 3, "9.5", 100), ("", 2, "0.0", -100)]),
        ("product", [("Lave-linge", 3, "9.0", 67), ("Réfrigérateur", 1, None, None), ("Téléphone", 2, "4.5", -100),
                     ("téléviseur", 2, "0.0", -100)]),
    ],
)  # fmt: skip
def test_a_report_is_cut_by_what_is_asked(done, opinions, cut, lines):
    rows = done(f"report --by {cut} --json")
    assert [(row["group"], row["asked"], row["mean"], row["nps"]) for row in rows] == lines
    assert sum(row["complaints"] for row in rows) == 2


def test_figures_have_the_sign_that_the_reader_wants(done, opinions):
    assert "6,0" in done("report").out
    assert "6,0" in done("report --excel").out
    assert "6.0" in done("report --format csv").out
    assert "10 JELS" in done("report --by fiche").out
    assert ",-17," in done("report --format csv").out


def test_without_a_base_there_is_nothing(done):
    assert done("list --json") == []
    assert done("report --json")[0]["asked"] == 0
    assert done("report --by month --json") == []
