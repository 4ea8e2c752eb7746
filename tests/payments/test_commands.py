"""Statements brought in at the counter, by cron, twice; what they pay, and what a person mends."""

import json

import pytest

from .conftest import FILES, claim, column, iso, sheet, sound, verbs

PAID = ("20/11/2026", "VIR ECOSYSTEM 4500000001", "25,00")


def standing(done, number: int) -> tuple[str, str, str, list[str]]:
    row = done(f"show {number} --json")
    return row["standing"], row["matched"], row["left"], row["cases"]


def test_a_statement_pays_the_claims_that_it_names(done, claimed, shop) -> None:
    first, second, third = claimed(25), claimed(50), claimed(1230.50, "ecologic")
    (tally,) = done(["import", str(FILES / "signed.csv"), "--json"])
    assert tally == {
        "kind": "csv", "lines": 4, "added": 2, "known": 0, "left_out": 2, "amount": "1305.50", "matched": 2,
        "unmatched": 0,
    }  # fmt: skip
    assert [claim(shop, each) for each in (first, second, third)] == [("paid", 2500), ("paid", 5000), ("paid", 123050)]
    assert verbs(shop, first) == [("payment", "25.00", "confirmed")]
    assert column(shop, "paid_at", f"case_number = '{first}'") == ["2026-11-19T23:00:00+00:00"]
    sound(shop)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("signed.csv", ("csv", 4, 2)),
        ("debit-credit.csv", ("csv", 3, 2)),
        ("signed-comma.csv", ("csv", 2, 2)),
        ("statement.ofx", ("ofx", 2, 1)),
        ("statement-2.ofx", ("ofx", 1, 1)),
        ("camt-053-02.xml", ("camt.053", 3, 3)),
        ("camt-053-08.xml", ("camt.053", 3, 3)),
    ],
)
def test_every_kind_of_statement_goes_in_once(done, claimed, shop, name, told) -> None:
    kind, lines, added = told
    claimed(25), claimed(50)
    data = (FILES / name).read_bytes()
    (tally,) = done("import - --json", input=data)
    assert (tally["kind"], tally["lines"], tally["added"], tally["known"]) == (kind, lines, added, 0)
    before = column(shop, "id", table="payment"), column(shop, "id", table="history")
    (again,) = done("import - --json", input=data)
    assert (again["added"], again["known"]) == (0, added)
    assert before == (column(shop, "id", table="payment"), column(shop, "id", table="history"))
    sound(shop)


def test_statements_that_overlap_bring_each_line_once_and_twins_twice(brings, claimed, shop) -> None:
    one, two, three = ("18/11/2026", "ECOSYSTEM A", "10,00"), ("19/11/2026", "ECOSYSTEM B", "10,00"), PAID
    assert brings(one, two, two)["added"] == 3
    overlap = brings(two, two, two, three)
    assert (overlap["added"], overlap["known"]) == (2, 2)
    assert brings(three, one)["known"] == 2


def test_the_same_payments_written_otherwise_pay_nothing_twice(done, claimed, shop) -> None:
    first, _second, third = claimed(50), claimed(50), claimed(75)
    done(["import", str(FILES / "statement.ofx")])
    assert (claim(shop, first), claim(shop, third)) == (("confirmed", 0), ("confirmed", 0))  # it pays less: by hand
    done(f"match 1 {first} --yes")
    done("import -", input=sheet(("20/11/2026", "VIR ECOSYSTEM BONUS", "75,00")))
    assert claim(shop, third) == ("confirmed", 0)
    assert "autre relevé" in done("sync").err
    sound(shop)


def test_a_rehearsal_tells_the_same_and_keeps_nothing(done, claimed, shop) -> None:
    number = claimed(25)
    rehearsed = done("import - --dry-run --json", input=sheet(PAID))
    assert (claim(shop, number), column(shop, "id", table="payment")) == (("confirmed", 0), [])
    assert done("import - --json", input=sheet(PAID)) == rehearsed
    assert claim(shop, number) == ("paid", 2500)


def test_only_the_account_asked_for_is_read(done, refuses, claimed, shop) -> None:
    claimed(25)
    path = str(FILES / "statement.ofx")
    refuses(["import", path, "--account", "777"], 4, "no_such_account")
    assert done(["import", path, "--account", "12345678", "--json"])[0]["added"] == 1


def test_a_file_that_is_no_statement_changes_nothing(refuses, claimed, tmp_path) -> None:
    claimed(25)
    bad = sheet(PAID, ("31/02/2026", "ECOSYSTEM", "1,00"), ("20/11/2026", "ECOSYSTEM", "deux"))
    told = refuses("import -", 4, "bad_movement", "bad_movement", input=bad)
    assert [each["message"].split(" :")[0] for each in told] == ["ligne 3", "ligne 4"]
    refuses("import -", 4, "not_a_statement", input=b"<!doctype html><html>")
    refuses("import -", 4, "not_a_statement", input=b"")
    refuses(["import", str(tmp_path / "none.csv")], 3, "no_such_file")
    refuses(["import", str(tmp_path)], 2, "unreadable_file")
    with (tmp_path / "big.csv").open("wb") as file:
        file.write(sheet(PAID))
        file.truncate(200_000_000)
    refuses(["import", str(tmp_path / "big.csv")], 4, "statement_too_big")


def test_a_payment_without_a_claim_waits_and_is_told(done, claimed, shop) -> None:
    ran = done("import -", input=sheet(PAID))
    assert "règlement 1" in ran.err.lower()
    assert standing(done, 1) == ("unmatched", "0.00", "25.00", [])
    assert done("sync --json") == []
    number = claimed(25)
    assert done("sync --json") == [{"payment": 1, "case_number": number, "amount": "25.00", "matched_by": "reference"}]
    assert done("sync --json") == []
    assert claim(shop, number) == ("paid", 2500)
    sound(shop)


def test_a_partial_payment_leaves_the_claim_awaited(brings, done, claimed, shop) -> None:
    number = claimed(25)
    brings(("18/11/2026", "ECOSYSTEM 4500000001", "10,00"))
    assert claim(shop, number) == ("confirmed", 1000)
    brings(("20/11/2026", "ECOSYSTEM 4500000001", "15,00"))
    assert claim(shop, number) == ("paid", 2500)
    assert verbs(shop, number) == [("payment", "10.00", None), ("payment", "15.00", "confirmed")]
    sound(shop)


def test_an_overpayment_is_told_and_its_excess_stays(done, claimed, shop) -> None:
    number = claimed(25)
    ran = done("import -", input=sheet(("20/11/2026", "ECOSYSTEM 4500000001", "40,00")))
    assert "15,00" in ran.err
    assert standing(done, 1) == ("partly", "25.00", "15.00", [number])
    assert [row["id"] for row in done("list --unmatched --json")] == [1]
    sound(shop)


@pytest.mark.parametrize("before", ["confirmed", "approved", "reimbursed"])
def test_money_taken_back_opens_the_claim_again_where_it_stood(brings, done, claimed, shop, before) -> None:
    number = claimed(25, status=before)
    brings(("18/11/2026", "ECOSYSTEM 4500000001", "25,00"))
    assert claim(shop, number) == ("paid", 2500)
    brings(("20/11/2026", "REJET VIR ECOSYSTEM", "-25,00"))
    assert claim(shop, number) == (before, 0)
    assert verbs(shop, number) == [("payment", "25.00", before), ("payment_undone", "-25.00", None)]
    assert standing(done, 1)[0] == "taken_back"
    assert standing(done, 2) == ("matched", "-25.00", "0.00", [number])
    assert done("sync --json") == done("list --unmatched --json") == []
    brings(("21/11/2026", "ECOSYSTEM 4500000001", "25,00"))
    assert claim(shop, number) == ("paid", 2500)
    sound(shop)


def test_a_reversal_in_camt_finds_its_payment(done, claimed, shop) -> None:
    first, second = claimed(25), claimed(50)
    done(["import", str(FILES / "camt-053-08.xml"), "--json"])
    assert (claim(shop, first), claim(shop, second)) == (("confirmed", 0), ("paid", 5000))
    sound(shop)


def test_two_claims_alike_are_never_guessed_and_a_person_tells(brings, done, claimed, shop, refuses) -> None:
    first, second = claimed(25), claimed(25)
    assert brings(("20/11/2026", "VIR ECOSYSTEM", "25,00"))["unmatched"] == 1
    refuses(f"match 1 {second}", 2, "needs_yes")
    (row,) = done(f"match 1 {second[-3:]} --yes --json")
    assert row == {"payment": 1, "case_number": second, "amount": "25.00", "matched_by": "hand"}
    assert (claim(shop, first), claim(shop, second)) == (("confirmed", 0), ("paid", 2500))
    refuses(f"match 1 {first} --yes", 4, "payment_spent")
    sound(shop)


def test_a_match_undone_by_hand_stays_undone(brings, done, claimed, shop, refuses) -> None:
    number, other = claimed(25, status="approved"), claimed(50)
    brings(PAID)
    refuses(f"unmatch 1 {other} --yes", 4, "not_matched")
    (row,) = done(f"unmatch 1 {number} --yes --json")
    assert row == {"payment": 1, "case_number": number, "amount": "-25.00", "matched_by": "hand"}
    assert claim(shop, number) == ("approved", 0)
    assert column(shop, "paid_at", f"case_number = '{number}'") == [None]
    assert done("sync --json") == []
    refuses("unmatch 1 --yes", 4, "not_matched")
    done(f"match 1 {number} --amount 10 --yes")
    done(f"match 1 {other} --yes")
    assert (claim(shop, number), claim(shop, other)) == (("approved", 1000), ("confirmed", 1500))
    done("unmatch 1 --yes")
    assert (claim(shop, number), claim(shop, other)) == (("approved", 0), ("confirmed", 0))
    sound(shop)


def test_what_cannot_be_matched_by_hand_is_told_why(brings, done, claimed, shop, refuses) -> None:
    paid, refused, other = claimed(25), claimed(25, status="refused"), claimed(30, "ecologic")
    brings(PAID, ("20/11/2026", "ECOSYSTEM AUTRE", "40,00"))
    refuses(f"match 9 {paid} --yes", 3, "unknown_payment")
    refuses("match 2 00000994 --yes", 3, "unknown_repair")
    refuses(f"match 2 {other} --yes", 3, "no_claim_to_pay")
    refuses(f"match 2 {refused} --yes", 4, "not_awaited")
    refuses(f"match 2 {paid} --yes", 4, "claim_paid_already")
    refuses(f"match 2 {paid} --amount 40,01 --yes", 4, "more_than_payment")
    refuses(f"match 2 {paid} --amount 0 --yes", 4, "more_than_payment")
    refuses(f"match 2 {paid} --amount=-5 --yes", 4, "more_than_payment")
    refuses(f"match 2 {paid} --amount x --yes", 2, "bad_amount")
    ran = done(f"match 2 {paid} --amount 5 --yes")
    assert "5,00" in ran.err  # more than its bonus
    assert claim(shop, paid) == ("paid", 3000)
    sound(shop)


def test_a_payment_taken_back_is_undone_from_the_one_that_took_it(brings, done, claimed, shop, refuses) -> None:
    number = claimed(25)
    brings(PAID, ("21/11/2026", "REJET ECOSYSTEM 4500000001", "-25,00"))
    assert claim(shop, number) == ("confirmed", 0)
    refuses("unmatch 1 --yes", 4, "taken_back")
    refuses(f"match 1 {number} --yes", 4, "payment_spent")
    refuses(f"unmatch 2 {number} --yes", 4, "whole_reversal")
    done("unmatch 2 --yes")
    done("sync")
    assert claim(shop, number) == ("paid", 2500)
    assert standing(done, 2) == ("unmatched", "0.00", "-25.00", [])
    refuses(f"match 2 {number} --amount 26 --yes", 4, "not_paid_by_it")
    done(f"match 2 {number} --yes")
    assert claim(shop, number) == ("confirmed", 0)
    assert column(shop, "paid_at") == [None]
    refuses("unmatch 1 --yes", 4, "taken_after")
    sound(shop)


def test_the_list_keeps_what_is_asked(brings, done, claimed) -> None:
    claimed(25)
    brings(PAID, ("10/11/2026", "ECOLOGIC", "30,00"), ("12/11/2026", "ECOLOGIC", "40,00"))
    assert [row["id"] for row in done("list --json")] == [1, 3, 2]
    assert [row["id"] for row in done("list --organism ecologic --since 11/11/2026 --json")] == [3]
    assert [row["id"] for row in done("list --until 10/11/2026 --json")] == [2]
    assert [row["id"] for row in done("list --unmatched --json")] == [3, 2]
    assert done("list --organism ecologic --since 2026-11-20 --json") == []


def test_a_payment_is_shown_with_what_it_pays(brings, done, claimed, refuses) -> None:
    number = claimed(25)
    brings(PAID)
    row = done("show 1 --json")
    assert (row["day"], row["organism"], row["amount"], row["label"]) == (
        "2026-11-20", "ecosystem", "25.00", "VIR ECOSYSTEM 4500000001",
    )  # fmt: skip
    (share,) = row["shares"]
    assert (share["case_number"], share["amount"], share["matched_by"], share["status"]) == (
        number, "25.00", "reference", "paid",
    )  # fmt: skip
    refuses("show 2", 3, "unknown_payment")
    refuses("show 99999999999999999999", 3, "unknown_payment")


def test_claims_that_the_law_has_paid_by_now_are_summed_up(brings, done, claimed) -> None:
    claimed(25, days=15), claimed(60, days=14)
    assert done("late --json") == []
    oldest = claimed(30, days=20)
    claimed(50, days=17), claimed(40, "ecologic", days=16, status="approved")
    claimed(45, days=40, status="refused"), claimed(45, days=40, status="to_complete", confirmed_at=None)
    brings(("20/11/2026", "ECOSYSTEM 4500000003", "10,00"))
    assert done("late --json") == [
        {
            "organism": "ecologic", "claims": 1, "at_risk": "40.00", "oldest_case": "00000055",
            "confirmed_on": "2026-11-06", "days": 16,
        },
        {
            "organism": "ecosystem", "claims": 2, "at_risk": "70.00", "oldest_case": oldest,
            "confirmed_on": "2026-11-02", "days": 20,
        },
    ]  # fmt: skip
    assert sum(row["claims"] for row in done("late --days 13 --json")) == 5


def test_the_words_of_an_organism_are_the_shop_s(brings, done, claimed, monkeypatch) -> None:
    line = ("20/11/2026", "VIR OCAD3E", "25,00")
    assert brings(line)["left_out"] == 1
    monkeypatch.setenv("COMPTOIR_ECOSYSTEM_PAYER", "eco; OCAD3E")
    assert brings(line)["added"] == 1


def test_screens_hold_in_80_columns_and_speak_french(brings, done, claimed, monkeypatch) -> None:
    number = claimed(25)
    brings(PAID)
    assert "Éco-organisme" in done("show 1").out
    assert "Rapproché" in done("show 1").out
    assert number in done("list").out


def letters(shop) -> list[tuple[str, str, dict]]:
    rows = zip(
        column(shop, "key", table="outbox"), column(shop, "recipient", table="outbox"),
        column(shop, "content", table="outbox"), strict=True,
    )  # fmt: skip
    return [(key, recipient, json.loads(content)) for key, recipient, content in rows]


def test_the_letter_of_the_day_tells_what_is_paid_waits_and_is_late(brings, done, claimed, shop, server) -> None:
    assert "rien à dire" in done("digest").err
    first = claimed(25)
    oldest = claimed(60, days=30)
    brings(PAID, ("19/11/2026", "VIR ECOSYSTEM LOT 7", "33,00"))
    assert done("digest --dry-run --json")[0]["paid"] == "25.00"
    assert letters(shop) == []
    (row,) = done("digest --to compta@exemple.fr --json")
    assert row["recipient"] == "compta@exemple.fr"
    assert (row["paid"], row["unmatched"], row["at_risk"]) == ("25.00", 1, "60.00")
    ((key, recipient, content),) = letters(shop)
    assert (key, recipient) == ("payments-digest-2026-11-22", "compta@exemple.fr")
    for told in (first, "VIR ECOSYSTEM 4500000001", "VIR ECOSYSTEM LOT 7", oldest, "20/11/2026", "R541-150"):
        assert told in content["text"]
    assert len(server.mails) == 1
    assert done("digest --json") == []
    assert len(letters(shop)) == 1


def test_the_letter_of_the_next_day_tells_only_what_is_new(brings, done, claimed, shop, monkeypatch) -> None:
    claimed(25), claimed(50, days=1)
    brings(PAID)
    done("digest")
    monkeypatch.setenv("COMPTOIR_AT", "2026-11-23T09:00:00+01:00")
    assert "rien à dire" in done("digest").err
    brings(("22/11/2026", "VIR ECOSYSTEM 4500000002", "50,00"))
    (row,) = done("digest --json")
    assert row["paid"] == "50.00"
    assert "4500000001" not in letters(shop)[1][2]["text"]


def test_the_letter_tells_what_waits_for_somebody(claimed, done, shop, monkeypatch) -> None:
    fresh = claimed(25, days=0, status="to_create", confirmed_at=None)
    assert "rien à dire" in done("digest").err  # it has a day to be finished
    stuck = claimed(25, days=3, status="to_complete", error="ville inconnue", confirmed_at=None)
    refused = claimed(50, days=3, status="refused", reason="Rejeté (08 : bonus absent)", decided_at=iso(1))
    done("digest")
    text = letters(shop)[0][2]["text"]
    assert f"dossier {stuck}, 25,00" in text
    assert "ville inconnue" in text
    assert f"dossier {refused}, 50,00" in text
    assert "bonus absent" in text
    assert fresh not in text
    monkeypatch.setenv("COMPTOIR_AT", "2026-11-23T09:00:00+01:00")
    done("digest")
    text = letters(shop)[1][2]["text"]
    assert stuck in text
    assert refused not in text  # a refusal is told once


def test_a_letter_needs_an_address(claimed, refuses, monkeypatch) -> None:
    monkeypatch.delenv("COMPTOIR_SHOP_EMAIL")
    refuses("digest", 2, "missing_value")
    refuses("digest --to nobody", 2, "wrong_address")
