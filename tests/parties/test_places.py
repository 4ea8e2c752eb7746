"""Places: how far apart two are, and files of postcodes in the forms that shops have."""

from math import asin, cos, degrees, radians, sin, sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.errors import USAGE
from comptoir.parties.places import RADIUS, BadPlaces, Coordinates, Place, distance_km, load

PARIS, LYON, MARSEILLE = (48.8566, 2.3522), (45.7640, 4.8357), (43.2965, 5.3698)
HALF_ROUND = 20016  # km, half of the way round
ANYWHERE = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
LA_POSTE = """\
#Code_commune_INSEE;Nom_de_la_commune;Code_postal;Libellé_d_acheminement;Ligne_5;coordonnees_geographiques
77121;COLLEGIEN;77090;COLLEGIEN;;48.8364, 2.6747
77143;CROISSY BEAUBOURG;77183;CROISSY BEAUBOURG;;48.8272, 2.6637
01004;AMBERIEU EN BUGEY;01500;AMBERIEU EN BUGEY;;45.9575, 5.3759
01007;AMBRONAY;01500;AMBRONAY;;46.0055, 5.3577
"""


def apart(a: Coordinates, b: Coordinates) -> float:
    """Give the distance by another formula (haversine), in km; less exact where two places are opposite."""
    north, up, turn = radians(a[0]), radians(b[0]), radians(b[1] - a[1])
    half = sin((up - north) / 2) ** 2 + cos(north) * cos(up) * sin(turn / 2) ** 2
    return 2 * RADIUS * asin(min(1.0, sqrt(half)))


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "postcodes.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# --- distances


@given(ANYWHERE, ANYWHERE)
def test_a_distance_is_the_same_both_ways_and_that_of_another_formula_rounded_up(
    a: Coordinates, b: Coordinates
) -> None:
    found = distance_km(a, b)
    assert found == distance_km(b, a)
    assert 0 <= found <= HALF_ROUND
    assert -0.01 <= found - apart(a, b) <= 1.01


@given(ANYWHERE, ANYWHERE, ANYWHERE)
def test_a_detour_is_never_shorter(a: Coordinates, b: Coordinates, c: Coordinates) -> None:
    assert distance_km(a, c) <= distance_km(a, b) + distance_km(b, c)


@given(ANYWHERE)
def test_a_place_is_at_no_distance_of_itself_and_half_way_round_of_the_other_side(a: Coordinates) -> None:
    assert distance_km(a, a) == 0
    assert distance_km(a, (-a[0], a[1] + 180)) == HALF_ROUND


def test_distances_that_are_known() -> None:
    assert [distance_km(PARIS, LYON), distance_km(LYON, MARSEILLE), distance_km((0, 0), (1, 0))] == [392, 278, 112]
    assert distance_km((45.0, 3.0), (45.00001, 3.0)) == 1


def test_a_sum_of_floats_does_not_make_one_km_more() -> None:
    counted = {km: distance_km((0, 0), (degrees(km / RADIUS), 0)) for km in range(1, 500)}
    assert {km: found for km, found in counted.items() if found != km} == {}


# --- files


def test_the_file_of_la_poste_is_read_and_the_towns_of_a_postcode_have_a_middle(tmp_path: Path) -> None:
    found = load(written(tmp_path, LA_POSTE))
    assert set(found) == {"77090", "77183", "01500"}
    assert found["77090"] == Place("77090", "COLLEGIEN", 48.8364, 2.6747)
    middle = found["01500"]
    assert middle.town == "AMBERIEU EN BUGEY"
    assert (middle.latitude, middle.longitude) == (pytest.approx(45.9815), pytest.approx(5.3668))


@pytest.mark.parametrize(
    "text",
    [
        "code_postal,nom_de_la_commune,latitude,longitude\n01500,Ambérieu,45.95,5.37\n",
        "\ufeffCode postal;Ville;Latitude;Longitude\r\n1500;Ambérieu;45,95;5,37\r\n",
        'code_postal,commune,coordonnees_gps\n 01500 , Ambérieu ,"45.95,5.37"\n',
        "CP\tVille\t_geopoint\n01500\tAmbérieu\t45.95 5.37\n",
        "longitude;cp;latitude;ville\n5.37;01500;45.95;Ambérieu",
    ],
)
def test_the_usual_forms_of_the_file_say_the_same(tmp_path: Path, text: str) -> None:
    assert load(written(tmp_path, text)) == {"01500": Place("01500", "Ambérieu", 45.95, 5.37)}


def test_old_encodings_and_files_without_towns_are_read(tmp_path: Path) -> None:
    old = "Code_postal;Ville;lat;lon\n01500;Ambérieu;45.95;5.37\n".encode("cp1252")
    assert load(written(tmp_path, old))["01500"].town == "Ambérieu"
    assert load(str(written(tmp_path, "cp;lat;lon\n01500;45.95;5.37\n"))) == {"01500": Place("01500", "", 45.95, 5.37)}


def test_lines_that_say_no_place_are_passed_over(tmp_path: Path) -> None:
    places = [";;", ";nan;2", ";91;2", ";48;181", ";abc;2"]
    postcodes = ["x", "", "7709000", "709", "2A004"]
    bad = [f"77090;B{each}" for each in places] + [f"{each};B;48;2" for each in postcodes]
    text = "\n".join(["cp;ville;lat;lon", *bad, "", "7;8", "77090;A;48.8;2.6", ""])
    assert load(written(tmp_path, text)) == {"77090": Place("77090", "A", 48.8, 2.6)}
    text = "cp;gps\n77090;48\n77090;48,8,2\n77090;\n77091;48.8, 2.6\n"
    assert set(load(written(tmp_path, text))) == {"77091"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "vide"),
        ("ville;latitude;longitude\nA;1;2\n", "code_postal"),
        ("code_postal;ville\n01500;A\n", "coordonnees_geographiques"),
        ("code_postal;latitude\n01500;1\n", "coordonnees_geographiques"),
        ("cp;lat;lon\n", ""),
        ("cp;lat;lon\n01500;x;y\n", ""),
        (LA_POSTE.encode("utf-16"), "UTF-16"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "code_postal"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str | bytes, told: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(BadPlaces) as refused:
        load(path)
    assert refused.value.exit_code == USAGE
    assert str(path) in refused.value.message
    assert told in refused.value.message


@pytest.mark.parametrize("name", ["missing.csv", ".", "~nobody-has-this-home/x.csv", "a\0b"])
def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadPlaces):
        load(name)
