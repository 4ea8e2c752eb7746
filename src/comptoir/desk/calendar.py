"""Public holidays: the only importer of holidays."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import fold

france = later("holidays.countries.france")

NEVER = ("", "none")
_COUNTRY = "fr"
_ZONE = "Zone "  # school zones stand among the library's subdivisions, and change no public holiday
# The library knows Alsace by its code of 2021: shops know the numbers of its two departments.
_ALSACE = {"67": "6AE", "68": "6AE"}


def holiday(day: date, region: str) -> str:
    """Give the French name of the public holiday that a day is in a region, empty for none; raise ValueError.

    A region is `FR`, or `FR-` and a subdivision as the library has it (`FR-57` for Moselle, `FR-6AE`, `FR-67` or
    `FR-68` for Alsace, `FR-974` or `FR-La Réunion`); `none` has no holiday. In Alsace and Moselle, Good Friday is one
    everywhere, though the law says so of towns with a Protestant church alone (Code du travail, article L3134-13).
    """
    code = fold(region.strip())
    return "" if code in NEVER else _holidays(_subdivision(code), day.year).get(day, "")


@cache
def _holidays(subdivision: str | None, year: int) -> Mapping[date, str]:
    found = france.France(subdiv=subdivision, years=year, language="fr")
    return {day: ", ".join(found.get_list(day)) for day in found}


@cache
def _subdivision(code: str) -> str | None:
    country, dash, name = code.partition("-")
    if country == _COUNTRY and not dash:
        return None
    known = _known()
    if country != _COUNTRY or name not in known:
        names = ", ".join(["FR", *(f"FR-{each}" for each in france.France.subdivisions if not each.startswith(_ZONE))])
        raise ValueError(_("there is no such region; known ones: {names}, or `none`").format(names=names))
    return known[name]


@cache
def _known() -> Mapping[str, str]:
    codes = {code: code for code in france.France.subdivisions if not code.startswith(_ZONE)}
    return {fold(name): code for name, code in (codes | france.France.subdivisions_aliases | _ALSACE).items()}
