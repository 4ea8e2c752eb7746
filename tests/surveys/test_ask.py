"""Customers are asked once, all in one transaction, by what reaches them."""

import pytest

from comptoir.core.errors import REFUSED, USAGE
from comptoir.surveys.rules import is_code

from .conftest import NOW, column, insert, verbs

WHO = ["number", "channel", "recipient"]


def test_those_whose_device_was_repaired_and_given_back_are_asked(done, given_back, shop, server):
    given_back(0.9)
    given_back(31)
    given_back(3, repaired_at=None)  # a quote refused, a case cancelled
    given_back(3, status="invoiced")
    wanted = [given_back(30), given_back(3), given_back(1)]
    rehearsed = done("ask --dry-run --json")
    assert column(shop, "code") == server.mails == []
    rows = done("ask --yes --json")
    assert rows == rehearsed
    assert [[row[key] for key in WHO] for row in rows] == [[each, "email", "jeanne@exemple.fr"] for each in wanted]
    assert column(shop, "case_number") == wanted
    codes = column(shop, "code")
    assert all(map(is_code, codes))
    assert [verbs(shop, each) for each in wanted] == [[("survey_ask", {"way": "email", "to": "jeanne@exemple.fr"})]] * 3
    assert [code.encode() in mail for code, mail in zip(codes, server.mails, strict=True)] == [True] * 3
    assert column(shop, "state", table="outbox") == ["sent"] * 3


def test_asking_again_asks_nobody(done, asked, shop, server):
    asked()
    again = done("ask --json")  # nothing to agree to: cron does not need a yes either
    assert again == []
    assert len(server.mails) == 1


def test_a_day_may_be_given(done, given_back):
    old, new = given_back(40), given_back(2)
    assert [row["number"] for row in done("ask --dry-run --since 7d --json")] == [new]
    assert [row["number"] for row in done("ask --dry-run --since 2026-10-01 --json")] == [old, new]


def test_cases_may_be_named_by_their_end_and_are_asked_the_same_day(done, given_back, shop):
    given_back()
    number = given_back(0.01)
    assert [row["number"] for row in done(f"ask {number[-2:]} {number} --yes --json")] == [number]
    assert column(shop, "case_number") == [number]


def test_what_cannot_be_asked_is_refused_whole(asked, given_back, refuses):
    number, _code = asked()
    good, here = given_back(), given_back(status="repaired")
    refuses(f"ask {good} {number} {here} --yes", REFUSED, "asked_already", "not_to_ask")
    told = refuses(f"ask {number} --yes", REFUSED, "asked_already")
    assert "20/11/2026" in told[0]["message"]
    refuses("ask 99 --yes", 3, "unknown_repair")


def test_without_a_terminal_a_yes_is_needed(given_back, refuses):
    given_back()
    refuses("ask", USAGE, "needs_yes")
    refuses("ask --since hier --yes", USAGE, "bad_day")


@pytest.mark.parametrize("since", ["hier", "7d"])
def test_a_day_chooses_among_all_and_not_among_those_that_are_named(given_back, refuses, since):
    number = given_back()
    [told] = refuses(f"ask {number} --since {since} --yes", USAGE, "day_beside_cases")
    assert "--since" in told["message"]


def test_a_mobile_is_asked_by_text_message_where_there_is_a_gateway(done, given_back, shop, gateway, server):
    mobile, fixed = given_back(phone="+33612345678"), given_back()
    rows = done("ask --yes --json")
    assert [[row[key] for key in WHO] for row in rows] == [
        [mobile, "sms", "+33612345678"],
        [fixed, "email", "jeanne@exemple.fr"],
    ]
    assert gateway.numbers == ["+33612345678"]
    text = gateway.asked[0].form["message"]
    code = column(shop, "code", "channel = 'sms'")[0]
    assert f"Exemple : {code} 9" in text
    assert "Brandt WTC" in text
    assert len(server.mails) == 1


def test_without_a_gateway_everybody_is_asked_by_e_mail(done, given_back):
    given_back(phone="+33612345678")
    assert [row["channel"] for row in done("ask --dry-run --json")] == ["email"]


def test_the_way_may_be_chosen(done, given_back, gateway):
    given_back(phone="+33612345678")
    assert [row["channel"] for row in done("ask --by email --dry-run --json")] == ["email"]
    assert [row["channel"] for row in done("ask --by sms --dry-run --json")] == ["sms"]


def test_nobody_is_kept_from_being_asked_by_another_who_cannot_be_reached(done, given_back, refuses):
    lost, good = given_back(email="jeanne"), given_back()
    ran = done("ask --dry-run --format csv")
    assert lost not in ran.out
    assert good in ran.out
    assert "`jeanne`" in ran.err
    assert "conseil : écrire par SMS : `--by sms`" in ran.err
    refuses(f"ask {lost} {good} --yes", REFUSED, "no_way")
    given_back(phone="")
    assert "``" in done("ask --by sms --dry-run --format csv").err


def test_a_letter_that_is_wrong_asks_nobody(given_back, refuses, tmp_path, monkeypatch):
    (tmp_path / "repair-survey.txt").write_text("Votre avis\n\n{{ nobody }}\n", "utf-8")
    monkeypatch.setenv("COMPTOIR_LETTERS", str(tmp_path))
    given_back()
    refuses("ask --yes", USAGE, "bad_letter")


def test_the_shop_may_write_its_own_letter(done, given_back, server, shop, tmp_path, monkeypatch):
    (tmp_path / "repair-survey.txt").write_text("Alors ?\n\nCode {{ code }}, {{ customer }}\n", "utf-8")
    monkeypatch.setenv("COMPTOIR_LETTERS", str(tmp_path))
    given_back()
    done("ask --yes")
    assert f"Code {column(shop, 'code')[0]}, Mme Jeanne Petit" in server.mails[0].decode()


def test_a_message_that_cannot_leave_waits_and_nobody_is_asked_twice(done, given_back, shop):
    given_back()
    ran = done("ask --yes --format csv")  # no mail server is set
    assert ran.out.count("\n") == 2
    assert column(shop, "state", table="outbox") == ["waiting"]
    assert done("ask --yes --json") == []
    assert len(column(shop, "id", table="outbox")) == 1


def test_a_code_is_never_given_twice(done, given_back, shop, monkeypatch):
    from comptoir.surveys import services

    first, second = given_back(), given_back()
    done(f"ask {first} --yes")
    taken = column(shop, "code")[0]
    drawn = iter(taken[:5] + "K7Q4X")
    monkeypatch.setattr(services, "choice", lambda _signs: next(drawn))
    done(f"ask {second} --yes")
    assert column(shop, "code")[1] == "K7Q4XE"


def test_the_base_holds_what_the_rules_say(asked, shop):
    import sqlite3

    number, _code = asked()
    for change in ("score = 11", "score = 5", "answered_by = 'email'", "action = 'x'", "channel = 'pigeon'"):
        with pytest.raises(sqlite3.IntegrityError), sqlite3.connect(shop) as connection:
            connection.execute(f"UPDATE survey SET {change} WHERE case_number = '{number}'")
    with pytest.raises(sqlite3.IntegrityError):
        insert(shop, "survey", case_number=number, code="P3M8RW", channel="email", recipient="", comment="",
               asked_at=NOW.isoformat(), answered_by="", action="")  # fmt: skip
