"""Ecologic where its list of claims is not open to the shop: what got no answer, a person looks for."""

import pytest

from .conftest import ECOLOGIC


@pytest.fixture
def lost(shop, paid, monkeypatch):
    """Give the function that leaves a creation without an answer."""
    monkeypatch.setenv("COMPTOIR_ECOLOGIC_CLAIMS_URL", "")
    case = paid.cases[ECOLOGIC][0]

    def made(kind: str) -> str:
        shop.fault(f"createclaim={kind}")
        for _run in range(3):  # and nothing moves, whatever time passes
            code, _out, err = shop.qualirepar(f"claim {case} --yes")
            assert code == 5, err
            claim = shop.here(case)
            assert (claim["status"], claim["pending"], claim["remote"]) == ("created", "create", "")
            assert all(word in claim["error"] for word in ("F2026-00001", f"found {case}", "--number", "--nothing"))
            shop.later(hours=2)
        assert shop.state["requests"]["createclaim"] == 1
        return case

    return made


def test_its_number_is_told_and_it_goes_on(shop, lost):
    case = lost("lost")
    (there,) = shop.there(case)
    code, _out, err = shop.qualirepar(f"found {case} --number {there['id']}")
    assert code == 0, err
    assert shop.settled(case)["status"] == "confirmed"
    shop.whole(case)


def test_nothing_is_there_and_it_is_created(shop, lost):
    case = lost("deaf")
    assert shop.there(case) == []
    assert shop.qualirepar(f"found {case} --nothing")[0] == 0
    assert shop.settled(case)["status"] == "confirmed"
    shop.whole(case)


def test_nothing_is_told_in_error_and_the_organism_refuses_the_second(shop, lost):
    case = lost("lost")
    (there,) = shop.there(case)
    assert shop.qualirepar(f"found {case} --nothing")[0] == 0
    code, _out, _err = shop.qualirepar(f"claim {case} --yes")
    assert code == 4
    assert [each["id"] for each in shop.there(case)] == [there["id"]]
    # The person looks again, and finds it this time.
    assert shop.qualirepar(f"found {case} --number {there['id']}")[0] == 0
    assert shop.settled(case)["status"] == "confirmed"
    shop.whole(case)


def test_a_number_that_is_wrong_is_corrected(shop, lost, monkeypatch):
    case = lost("lost")
    (there,) = shop.there(case)
    assert shop.qualirepar(f"found {case} --number 123")[0] == 3  # Ecologic was asked
    with monkeypatch.context() as down:
        down.setenv("COMPTOIR_ECOLOGIC_URL", "http://127.0.0.1:9")
        assert shop.qualirepar(f"found {case} --number 123")[0] == 0  # it could not be
    assert shop.qualirepar(f"claim {case} --yes")[0] == 4
    assert shop.qualirepar(f"found {case} --number {there['id']}")[0] == 0
    assert shop.settled(case)["status"] == "confirmed"
    shop.whole(case)


def test_a_number_that_is_wrong_may_be_nothing(shop, lost, monkeypatch):
    case = lost("reset")
    with monkeypatch.context() as down:
        down.setenv("COMPTOIR_ECOLOGIC_URL", "http://127.0.0.1:9")
        assert shop.qualirepar(f"found {case} --number 123")[0] == 0
    assert shop.qualirepar(f"found {case} --nothing")[0] == 0
    assert shop.settled(case)["status"] == "confirmed"
    shop.whole(case)


def test_what_is_under_way_or_sent_is_not_found_by_hand(shop, paid):
    case = paid.cases[ECOLOGIC][0]
    assert shop.qualirepar(f"found {case} --number 5")[0] == 3
    assert shop.settled(case)["status"] == "confirmed"
    assert shop.qualirepar(f"found {case} --number 5")[0] == 4
    assert shop.qualirepar(f"found {case} --nothing")[0] == 4
    shop.whole(case)
