"""A clock that is wrong, a token that ends, a line that is cut: nothing is lost, nothing is done twice."""

import pytest

from comptoir.qualirepar import filing

from .conftest import ECOLOGIC, ECOSYSTEM, ORGANISMS


@pytest.mark.parametrize("years", [-1, 1])
@pytest.mark.parametrize("organism", ORGANISMS)
@pytest.mark.parametrize("fault", ["lost", "deaf"])
def test_a_clock_that_goes_a_year_off_and_back_delays_a_look_up_by_little(shop, paid, organism, years, fault):
    case = paid.cases[organism][0]
    shop.later(days=365 * years)
    shop.fault(f"{'createclaim' if organism == ECOLOGIC else 'new_claim'}={fault}")
    shop.qualirepar(f"claim {case} --yes")
    shop.later(days=-365 * years)
    shop.qualirepar(f"claim {case} --yes")
    shop.later(minutes=5)
    shop.qualirepar(f"claim {case} --yes")
    assert shop.here(case)["status"] == "confirmed"
    shop.whole(case)


@pytest.mark.parametrize("days", [-365, 365])
@pytest.mark.parametrize("organism", ORGANISMS)
def test_a_lease_of_a_wrong_clock_holds_nobody(shop, paid, organism, days):
    case = paid.cases[organism][0]
    step = "submitclaim" if organism == ECOLOGIC else "confirm-claim"
    shop.fault(f"{step}=503")
    shop.qualirepar(f"claim {case} --yes")
    until = shop.now.replace(year=shop.now.year + days // 365).isoformat() + "+00:00"
    shop.write("UPDATE claim SET lease = 'a', leased_until = ?", until)
    assert shop.settled(case)["status"] == "confirmed"
    shop.whole(case)


def test_a_token_that_ends_between_two_steps_is_renewed(counter, paid):
    shop = counter(token_life=0.3, delay=0.12)
    case = paid.cases[ECOSYSTEM][0]
    assert shop.qualirepar(f"claim {case} --yes")[0] == 0
    assert shop.state["requests"]["login"] > 1
    shop.whole(case)


@pytest.mark.parametrize("organism", ORGANISMS)
@pytest.mark.parametrize("place", ["http://127.0.0.1:9", "http://nowhere.invalid"])
def test_no_line_is_told_and_costs_nothing(shop, paid, organism, place, monkeypatch):
    case = paid.cases[organism][0]
    variable = f"COMPTOIR_{organism.upper()}_URL"
    with monkeypatch.context() as patch:
        patch.setenv(variable, place.replace("http://nowhere", "https://nowhere"))
        code, _out, err = shop.qualirepar(f"claim {case} --yes")
        assert (code, shop.here(case)["status"]) == (5, "to_create"), err
        assert shop.here(case)["error"]
        code, _out, err = shop.qualirepar(f"status {case}")
        assert code in {0, 5}, err
    assert shop.settled(case)["status"] == "confirmed"
    shop.whole(case)


@pytest.mark.parametrize("organism", ORGANISMS)
def test_not_let_in_ends_the_run_and_keeps_what_is_looked_for(shop, paid, organism, monkeypatch):
    cases = paid.cases[organism]
    shop.fault(f"{'createclaim' if organism == ECOLOGIC else 'new_claim'}=lost:2")
    shop.fault(f"{'getwarrantyclaims' if organism == ECOLOGIC else 'list'}=503:*")
    shop.qualirepar(f"claim {cases[0]} {cases[1]} --yes")
    shop.behave()
    assert [shop.here(case)["pending"] for case in cases[:2]] == ["create", "create"]
    secret = "COMPTOIR_ECOLOGIC_KEY" if organism == ECOLOGIC else "COMPTOIR_ECOSYSTEM_PASSWORD"
    shop.later(minutes=5)
    with monkeypatch.context() as patch:
        patch.setenv(secret, "0ther-and-wrong")
        code, _out, err = shop.qualirepar("claim --all --yes")
        assert (code, secret in err or secret in shop.here(cases[0])["error"]) == (5, True), err
    assert [shop.here(case)["pending"] for case in cases[:2]] == ["create", "create"]
    shop.later(minutes=5)
    shop.qualirepar(f"claim --all --organism {organism} --yes")
    for case in cases:
        assert shop.here(case)["status"] == "confirmed"
        assert len(shop.there(case)) == 1


def test_nobody_else_is_asked_about_once_the_account_is_not_let_in(shop, monkeypatch):
    monkeypatch.setattr(filing, "AT_ONCE", 1)
    monkeypatch.setenv("COMPTOIR_ECOLOGIC_KEY", "0ther-and-wrong")
    code, out, err = shop.qualirepar("claim --all --organism ecologic --yes --json")
    assert (code, out.count('"closed"')) == (5, 1), err
    assert shop.state["requests"]["calculateecosupport"] == 1
    assert {row["status"] for row in shop.rows("SELECT status FROM claim")} == {"to_create"}


def test_a_document_that_never_gets_an_answer_is_left_for_another_time(shop, paid):
    case = paid.cases[ECOLOGIC][0]
    shop.fault("attachfile=deaf:9:2")
    code, out, err = shop.qualirepar(f"claim {case} --yes --json")
    assert (code, out.count('"unknown"')) == (5, 1), err
    assert shop.state["requests"]["attachfile"] == 2 + filing.DOUBTS
