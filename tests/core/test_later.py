"""Modules imported when they are first used."""

import sys

import pytest

from comptoir.core.later import later


def test_a_module_is_imported_when_one_of_its_names_is_asked_for_and_not_before() -> None:
    sys.modules.pop("colorsys", None)
    stand_in = later("colorsys")
    assert "colorsys" not in sys.modules
    assert stand_in.rgb_to_hsv(1, 1, 1) == (0.0, 0.0, 1)
    assert "colorsys" in sys.modules


def test_a_name_that_the_module_lacks_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        _ = later("colorsys").no_such_name


def test_a_module_that_does_not_exist_says_so_when_it_is_used() -> None:
    with pytest.raises(ModuleNotFoundError):
        _ = later("comptoir.no_such_module").name
