"""Failures: each has its exit code and its stable key, and several are all told."""

import importlib
import pkgutil

import pytest

import comptoir
from comptoir import app
from comptoir.core import errors
from comptoir.core.errors import REFUSED, ComptoirError, NotFound, Refused, Several, noted, raise_all


def every_class() -> list[type[ComptoirError]]:
    for module in pkgutil.walk_packages(comptoir.__path__, "comptoir."):
        if not module.name.endswith(("__main__", "migrations.env")) and ".versions." not in module.name:
            importlib.import_module(module.name)
    found, left = set(), [ComptoirError]
    while left:
        new = left.pop().__subclasses__()
        found.update(new)
        left += new
    return sorted((each for each in found if each.__module__.startswith("comptoir.")), key=lambda each: each.__name__)


CODES = {
    errors.UsageProblem: 2,
    errors.NotFound: 3,
    errors.Refused: 4,
    errors.OutsideFailure: 5,
    errors.DatabaseTrouble: 6,
}


@pytest.mark.parametrize(("kind", "code"), CODES.items())
def test_the_exit_codes_are_those_of_the_contract(kind: type[ComptoirError], code: int) -> None:
    assert kind.exit_code == code
    assert kind("x").exit_code == code


def test_the_codes_without_a_class_are_those_of_the_contract() -> None:
    assert (errors.DONE, errors.BUG, errors.INTERRUPTED, errors.PIPE_CLOSED) == (0, 1, 130, 141)


def test_every_failure_of_the_program_is_of_one_family_and_only_bugs_exit_like_bugs() -> None:
    outside = {errors.Several: 1, app.Bug: 1, app.Interrupted: 130}
    for kind in every_class():
        if kind in outside:
            assert kind.exit_code == outside[kind]
        else:
            assert sum(issubclass(kind, family) for family in CODES) == 1, kind
            assert kind.exit_code in set(CODES.values()), kind


def test_the_stable_keys_of_failures_are_all_different() -> None:
    keys = [kind.kind.fget(kind.__new__(kind)) for kind in every_class()]  # type: ignore[attr-defined]
    assert len(keys) == len(set(keys))
    assert all(key == key.lower() and key.replace("_", "").isalnum() and key[0] != "_" for key in keys)


def test_a_key_is_the_name_of_the_class_in_snake_case() -> None:
    assert errors.MissingValue("--siret").kind == "missing_value"
    assert errors.NotFound("x").kind == "not_found"
    assert errors.UsageProblem("x").kind == "usage_problem"


def test_a_missing_value_names_its_flag_and_says_what_to_do() -> None:
    missing = errors.MissingValue("--siret")
    assert "`--siret`" in missing.message
    assert missing.hint
    assert missing.exit_code == 2


def test_nothing_found_raises_nothing() -> None:
    raise_all([])


def test_one_failure_is_raised_as_itself() -> None:
    alone = errors.NotFound("x")
    with pytest.raises(errors.NotFound) as raised:
        raise_all([alone])
    assert raised.value is alone
    assert list(alone.problems()) == [alone]


def test_several_failures_are_told_in_order_and_the_first_gives_the_code() -> None:
    found = [errors.Refused("one"), errors.NotFound("two"), errors.UsageProblem("three")]
    with pytest.raises(errors.Several) as raised:
        raise_all(found)
    assert list(raised.value.problems()) == found
    assert raised.value.exit_code == 4
    assert raised.value.message.split("\n") == ["one", "two", "three"]
    assert ComptoirError.exit_code == 1  # the family itself is left alone
    assert errors.Several.exit_code == 1


def test_a_failure_is_an_exception_that_says_its_sentence() -> None:
    assert str(errors.Refused("non")) == "non"
    assert errors.Refused("non").hint is None


def test_formatting_leaves_braces_of_the_data_alone() -> None:
    assert "`{0} %s {}`" in errors.MissingValue("{0} %s {}").message


def test_what_is_raised_is_noted_and_told_at_once_in_its_order() -> None:
    problems: list[ComptoirError] = []
    with noted(problems):
        raise Refused("one")
    with noted(problems):
        raise Several([Refused("two"), NotFound("three")])
    with noted(problems):
        pass
    with pytest.raises(Several) as told:
        raise_all(problems)
    assert [each.message for each in told.value.problems()] == ["one", "two", "three"]
    assert told.value.exit_code == REFUSED
    with pytest.raises(ZeroDivisionError), noted(problems):
        raise ZeroDivisionError  # a bug is no problem of the person's
