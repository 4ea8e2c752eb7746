"""Where postcodes are, from a file of the shop's, and how far two places are apart."""

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from math import atan2, ceil, cos, hypot, radians, sin
from pathlib import Path
from typing import IO, NamedTuple

from comptoir.core.errors import UsageProblem, reason_of
from comptoir.core.i18n import _
from comptoir.core.sheet import NotASheet, Sheet
from comptoir.core.text import fold

Coordinates = tuple[float, float]  # latitude and longitude, degrees, north and east above zero
RADIUS = 6371.0088  # km, the mean one of the Earth (IUGG)
DIGITS = 5  # of a postcode; spreadsheets drop the zero that many begin with
MILLIMETRES = 6  # decimals of a km that mean something: a sum of floats must not make one km more
LATITUDES, LONGITUDES = 90.0, 180.0  # degrees on each side of zero
# What the public files, and those who cut them, call each column, without accents, capitals or signs.
POSTCODE = ("codepostal", "cp", "postcode", "zip", "zipcode", "postalcode")
TOWN = (
    "nomdelacommune", "nomcommunecomplet", "nomcommune", "libelledacheminement", "libelleacheminement",
    "nomcommunepostal", "nomstandard", "commune", "ville", "town", "city", "nom",
)  # fmt: skip
BOTH = (
    "coordonneesgeographiques", "coordonneesgps", "geopoint", "geopoint2d", "coordonnees", "gps", "latlon",
    "coordinates",
)  # fmt: skip
LATITUDE = ("latitude", "latitudecentre", "latitudemairie", "lat")
LONGITUDE = ("longitude", "longitudecentre", "longitudemairie", "lon", "lng", "long")


class Place(NamedTuple):
    """A postcode: its first town in the file, and the middle of all its towns."""

    postcode: str
    town: str
    latitude: float
    longitude: float


class BadPlaces(UsageProblem):
    """A file of postcodes that cannot be used."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            _("`{path}` cannot be used for postcodes: {reason}").format(path=path, reason=reason),
            _("a CSV file with the columns `code_postal` and `coordonnees_geographiques`, or `latitude`, `longitude`"),
        )


class _Columns(NamedTuple):
    """Where a file keeps what is needed: positions of columns; both coordinates may stand in one."""

    postcode: int
    town: int | None
    latitude: int
    longitude: int


class _Sum:
    """The towns of a postcode, added up."""

    __slots__ = ("count", "latitude", "longitude", "town")

    def __init__(self, town: str) -> None:
        self.town, self.count, self.latitude, self.longitude = town, 0, 0.0, 0.0


def distance_km(a: Coordinates, b: Coordinates) -> int:
    """Give the great-circle distance between two places in whole km, rounded up (Vincenty's formula on a sphere)."""
    here, there, turn = radians(a[0]), radians(b[0]), radians(b[1] - a[1])
    north = cos(here) * sin(there) - sin(here) * cos(there) * cos(turn)
    along = sin(here) * sin(there) + cos(here) * cos(there) * cos(turn)
    angle = atan2(hypot(cos(there) * sin(turn), north), along)
    return ceil(round(RADIUS * angle, MILLIMETRES))


def load(path: str | Path) -> dict[str, Place]:
    """Read a CSV file of postcodes, in any of its usual forms, by postcode; raise BadPlaces.

    Such as the base of postcodes that La Poste publishes on data.gouv.fr. Lines without a postcode or coordinates are
    passed over; a postcode of several towns stands in their middle.
    """
    try:
        with Path(path).expanduser().open("rb") as file:
            found = _summed(file)
    except NotASheet as error:
        raise BadPlaces(str(path), str(error)) from error
    except (OSError, RuntimeError, ValueError) as error:  # no such folder, no such home, a name that no file can have
        raise BadPlaces(str(path), reason_of(error)) from error
    if not found:
        raise BadPlaces(str(path), _("no line of it has a postcode and its coordinates"))
    return {
        postcode: Place(postcode, kept.town, kept.latitude / kept.count, kept.longitude / kept.count)
        for postcode, kept in found.items()
    }


def _summed(file: IO[bytes]) -> dict[str, _Sum]:
    sheet = Sheet(file)
    columns = _columns(sheet.header)
    found: dict[str, _Sum] = {}
    for postcode, town, where in _records(sheet, columns):
        kept = found.get(postcode)
        if kept is None:
            kept = found[postcode] = _Sum(town)
        kept.count += 1
        kept.latitude += where[0]
        kept.longitude += where[1]
    return found


def _records(sheet: Sheet, columns: _Columns) -> Iterator[tuple[str, str, Coordinates]]:
    read: Callable[[str, str], Coordinates | None] = _apart if columns.latitude != columns.longitude else _together
    for block in sheet.blocks(lambda _line: None):
        cells = block.columns
        towns = repeat("") if columns.town is None else cells[columns.town]
        rows = zip(cells[columns.postcode], towns, cells[columns.latitude], cells[columns.longitude], strict=False)
        for postcode, town, latitude, longitude in rows:
            digits = postcode.strip()
            digits = digits if len(digits) != DIGITS - 1 else f"0{digits}"
            where = read(latitude, longitude)
            if where and len(digits) == DIGITS and digits.isascii() and digits.isdigit():
                yield digits, town.strip(), where


def _columns(header: Sequence[str]) -> _Columns:
    """Find the columns of a file by what they are usually called; raise NotASheet."""
    plain = ["".join(c for c in fold(name) if c.isalnum()) for name in header]

    def place(names: Sequence[str]) -> int | None:
        """Give the position of the first name that stands in the header."""
        return next((plain.index(name) for name in names if name in plain), None)

    postcode, both = place(POSTCODE), place(BOTH)
    latitude, longitude = (place(LATITUDE), place(LONGITUDE)) if both is None else (both, both)
    if postcode is None:
        raise NotASheet(_("column `{name}` is missing").format(name="code_postal"))
    if latitude is None or longitude is None:
        raise NotASheet(_("column `{name}` is missing").format(name="coordonnees_geographiques"))
    return _Columns(postcode, place(TOWN), latitude, longitude)


def _together(text: str, _same: str) -> Coordinates | None:
    """Read `48.85, 2.35`; None where it is no place."""
    match text.split(",") if text.count(",") == 1 else text.split():
        case [latitude, longitude]:
            return _apart(latitude, longitude)
        case _:
            return None


def _apart(latitude: str, longitude: str) -> Coordinates | None:
    """Read two figures, with a point or a comma; None where they are no place."""
    try:
        where = float(latitude.replace(",", ".")), float(longitude.replace(",", "."))
    except ValueError:
        return None
    return where if abs(where[0]) <= LATITUDES and abs(where[1]) <= LONGITUDES else None
