"""Forms: every problem at once, missing fields included, and one reseller or none."""

import pytest

from comptoir.core.errors import MissingValue, Several
from comptoir.parties import fields
from comptoir.parties.rules import BadField, UnknownAddress, UnknownReseller, checked, enveloped

GOOD = {"name": " Atelier  X ", "siret": "732 829 320 00074", "email": "a@b.fr", "phone": "06 12 34 56 78"}


def test_a_good_form_gives_every_field_in_its_one_form() -> None:
    assert checked(GOOD, fields.IDENTITY) == {
        "name": "Atelier X",
        "siret": "73282932000074",
        "email": "a@b.fr",
        "phone": "+33612345678",
    }


def test_every_problem_of_a_form_is_raised_at_once_in_the_order_of_its_fields() -> None:
    bad: dict[str, str | None] = {"name": " ", "siret": "1", "email": None, "phone": "x"}
    with pytest.raises(Several) as refused:
        checked(bad, fields.IDENTITY)
    assert [type(problem) for problem in refused.value.problems()] == [BadField, BadField, MissingValue, BadField]
    for flag, problem in zip(("--name", "--siret", "--email", "--phone"), refused.value.problems(), strict=True):
        assert f"`{flag}`" in problem.message
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("key", GOOD)
def test_one_problem_alone_is_raised_as_itself(key: str) -> None:
    with pytest.raises(BadField) as refused:
        checked({**GOOD, key: ""}, fields.IDENTITY)
    assert refused.value.flag == f"--{key}"
    with pytest.raises(MissingValue):
        checked({**GOOD, key: None}, fields.IDENTITY)


def test_a_bug_in_a_check_is_not_told_as_a_problem_of_the_form() -> None:
    with pytest.raises(ZeroDivisionError):
        checked({"a": "x"}, {"a": lambda _text: str(1 / 0)})


def test_an_address_is_written_as_on_an_envelope_without_its_empty_lines() -> None:
    place = {"line": "1 rue X", "complement": "", "postcode": "75001", "town": "Paris", "country": "France"}
    assert enveloped(place) == ("1 rue X", "75001 Paris", "France")
    assert enveloped(place | {"complement": "Bât. B"}) == ("1 rue X", "Bât. B", "75001 Paris", "France")


def test_a_reseller_or_an_address_that_is_not_there_is_not_found_and_named() -> None:
    assert UnknownReseller("x", []).exit_code == UnknownAddress(3, "x").exit_code == 3
    assert "`x`" in UnknownReseller("x", []).message
    assert "Atelier, Boutique" in (UnknownReseller("x", ["Atelier", "Boutique"]).hint or "")
    assert "3" in UnknownAddress(3, "x").message
