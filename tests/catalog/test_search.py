"""Searching: what people type, as they type it, finds what they mean, best first, and never breaks."""

import csv
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from pathlib import Path
from string import printable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.catalog import categories, queries, services
from comptoir.catalog.lines import COLUMNS
from comptoir.catalog.rules import UnknownDevice
from comptoir.core.errors import BUG, DONE, MISSING, USAGE
from comptoir.store.engine import engine, transaction
from comptoir.store.migrations import upgrade
from comptoir.store.read import Reader, reading


def device(code: str, category: str, brand: str, name: str, **more: str) -> dict[str, str]:
    """Write a line of a catalogue."""
    named = {"article_code": code, "category": category, "brand": brand, "name": name}
    return named | {"price_a": "3", "price_b": "2", "price_c": "1"} | more


NEW, OLD_PRINTER = "Imprimantes > moins de 3 ans", "Imprimantes > plus de 5 ans"
SHELF = [
    device("APPL0015", "Smartphone > 128Go", "APPLE", "iPhone 15", disk="128Go"),
    device("APPL0014", "Smartphone > 128Go", "APPLE", "iPhone 14 Pro Max", disk="128Go"),
    device("APPL0012", "Smartphone > 64Go", "APPLE", "iPhone 12 mini", disk="64Go"),
    device("SAMS0012", "Smartphone > 32Go", "SAMSUNG", "Galaxy M12 Duos", disk="32Go"),
    device("SAMS0021", "Smartphone > 128Go", "SAMSUNG", "Galaxy S21", disk="128Go", function="carnet"),
    device(
        "LENO0001", "PC portable > 512Go", "LENOVO", "ThinkPad T14", disk="DD 512Go SSD", ram="Ram 16Go", cpu="CPU i5"
    ),
    device(
        "LENO0002", "PC portable > 256Go", "LENOVO", "ThinkPad X1", disk="DD 256Go SSD", ram="Ram 8Go", cpu="CPU i7"
    ),
    device("DELL0001", "PC portable > 256Go", "DELL", "Latitude", disk="DD 256Go SSD", ram="Ram 8Go", cpu="CPU i5"),
    device("DELL0002", "PC fixe > 1To", "DELL", "Optiplex", disk="DD 1To SSD", ram="Ram 32Go", cpu="CPU i7 carnet"),
    device("CANO0001", NEW, "CANON", "Imprimante d'été à jet", colour="Couleur", paper="A3", age="<3ans"),
    device("KYOC0001", NEW, "KYOCERA", "Écosys Élite", colour="Noir & Blanc", paper="A4", age="<3ans"),
    device("KYOC0002", OLD_PRINTER, "KYOCERA", "Écosys", colour="Noir & Blanc", paper="A4", age=">5ans"),
    device("COEU0001", "Tablette > 64Go", "CŒUR", "Naïve Straße", disk="64Go", colour="Rouge"),
    device("CARN0001", "Tablette > 64Go", "ARCHOS", "Carnet", disk="64Go"),
]


def stocked(path: Path, rows: list[dict[str, str]]) -> None:
    """Create a database that holds these devices."""
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    upgrade(path)
    with transaction(path) as session:
        services.import_catalogue(
            session, BytesIO(text.getvalue().encode()), categories.load(""), pytest.fail, strict=True
        )
    engine(path).dispose()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that holds the shelf, shared by the tests of this file: they only read."""
    path = tmp_path_factory.mktemp("shelf") / "shop.db"
    stocked(path, SHELF)
    return path


@pytest.fixture(scope="module")
def reader(shelf: Path) -> Iterator[Reader]:
    """The shelf, opened to be read."""
    with reading(shelf) as opened:
        yield opened


@pytest.fixture(scope="module")
def found(reader: Reader) -> Callable[..., list[str]]:
    """Search the shelf; give the article codes in the order found."""

    def searched(*asked: str, limit: int = 50, **filters: str) -> list[str]:
        return [row.article_code for row in queries.search(reader, asked, filters, limit)]

    return searched


ALL = {row["article_code"] for row in SHELF}
APPLES = {"APPL0015", "APPL0014", "APPL0012"}
LENOVOS = {"LENO0001", "LENO0002"}
KYOCERAS = {"KYOC0001", "KYOC0002"}


# --- as people spell


@pytest.mark.parametrize(
    "typed", ["écosys", "ecosys", "ECOSYS", "Écosys", "ÉCOSYS", "e\u0301cosys", "ecosỳs", " Ecosys "]
)
def test_accents_and_capitals_make_no_difference(found, typed: str) -> None:
    assert set(found(typed)) == KYOCERAS


@pytest.mark.parametrize("typed", ["été", "ete", "d'été", "imprimante d ete a jet", "D'ETE", "d\u2019été"])
def test_apostrophes_and_blanks_make_no_difference(found, typed: str) -> None:
    assert found(typed) == ["CANO0001"]


@pytest.mark.parametrize("typed", ["naive", "NAÏVE", "nai\u0308ve"])
def test_a_diaeresis_makes_no_difference(found, typed: str) -> None:
    assert found(typed) == ["COEU0001"]


@pytest.mark.parametrize("typed", ["cœur", "CŒUR", "coeur"])
def test_a_ligature_of_the_catalogue_is_found_however_it_is_typed(found, typed: str) -> None:
    assert found(typed) == ["COEU0001"]


@pytest.mark.parametrize("split", [["thinkpad", "t14"], ["thinkpad t14"], ["T14", "ThinkPad"], ["t14  thinkpad", ""]])
def test_words_may_come_in_any_order_in_one_argument_or_several(found, split: list[str]) -> None:
    assert found(*split) == ["LENO0001"]


def test_all_the_words_are_needed(found) -> None:
    assert found("thinkpad", "galaxy") == []


@pytest.mark.parametrize(
    ("typed", "wanted"), [("think", LENOVOS), ("thinkp", LENOVOS), ("iph", APPLES), ("kyo", KYOCERAS)]
)
def test_the_beginning_of_a_word_is_enough(found, typed: str, wanted: set[str]) -> None:
    assert set(found(typed)) == wanted


def test_a_beginning_of_each_of_two_words_is_enough(found) -> None:
    assert set(found("len", "think")) == LENOVOS


TYPOS = {
    "a letter missing": [
        ("thinkad", LENOVOS),
        ("tinkpad", LENOVOS),
        ("kyocra", KYOCERAS),
        ("samsng", {"SAMS0012", "SAMS0021"}),
    ],
    "a letter doubled": [("thinkkpad", LENOVOS), ("kyoceera", KYOCERAS), ("lenovvo", LENOVOS), ("iphoone", APPLES)],
    "two letters swapped": [
        ("thnikpad", LENOVOS),
        ("kyocear", KYOCERAS),
        ("iphnoe", APPLES),
        ("glaaxy", {"SAMS0012", "SAMS0021"}),
    ],
    "a wrong letter": [("thinkpzd", LENOVOS), ("kyokera", KYOCERAS), ("appke", APPLES), ("lemovo", LENOVOS)],
    "an accent and a letter missing": [("écosis", KYOCERAS), ("eccosys", KYOCERAS)],
}


@pytest.mark.parametrize(("typed", "wanted"), [case for cases in TYPOS.values() for case in cases])
def test_one_typing_error_is_forgiven(found, typed: str, wanted: set[str]) -> None:
    assert set(found(typed)) == wanted


def test_a_typing_error_in_each_of_two_words_is_forgiven(found) -> None:
    assert found("lenvo", "thinkpda", "t14") == ["LENO0001"]


def test_a_right_word_is_never_corrected_into_another(found) -> None:
    # `optiplex` is in the shelf and so is `carnet`: what no device has both of is not found.
    assert found("optiplex", "galaxy") == []


def test_nothing_near_finds_nothing(found) -> None:
    assert found("xylophone") == []
    assert found("qqq") == []


# --- best first


def test_a_word_of_the_name_comes_before_the_same_word_among_characteristics(found) -> None:
    assert found("carnet") == ["CARN0001", "SAMS0021", "DELL0002"]  # though it came last into the catalogue


def test_whole_words_come_before_words_that_begin_so(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    stocked(
        path,
        [
            device("BBBB0001", "Smartphone", "ACME", "Promax"),
            device("BBBB0002", "Smartphone", "ACME", "Ordinaire", screen="Pro"),
            device("BBBB0003", "Smartphone", "ACME", "Pro"),
        ],
    )
    with reading(path) as reader:
        assert [row.article_code for row in queries.search(reader, ["pro"], {}, 9)] == [
            "BBBB0003",
            "BBBB0002",
            "BBBB0001",
        ]


def test_an_article_code_comes_before_the_devices_whose_words_begin_so(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    stocked(
        path,
        [
            device("BBBB0001", "Smartphone", "ACME", "GALAXY12 bis"),
            device("GALAXY12", "Smartphone", "ACME", "Ordinaire"),
        ],
    )
    with reading(path) as reader:
        assert [row.article_code for row in queries.search(reader, ["galaxy12"], {}, 9)] == ["GALAXY12", "BBBB0001"]


def test_nothing_is_listed_twice(found) -> None:
    for words in (["apple"], ["128go"], ["appl"], ["i"], []):
        assert len(found(*words)) == len(set(found(*words)))


# --- article codes


@pytest.mark.parametrize("typed", ["LENO0001", "leno0001", "LENO0001 "])
def test_an_article_code_finds_its_device(found, typed: str) -> None:
    assert found(typed) == ["LENO0001"]


def test_a_beginning_of_article_codes_finds_them_all(found) -> None:
    assert set(found("appl00")) == APPLES
    assert found("APPL001", limit=2) == ["APPL0012", "APPL0014"]


@pytest.mark.parametrize("typed", ["LENO0001", "leno-0001", "LENO 00 01", "leno.0001"])
def test_a_device_is_shown_by_its_code_as_it_is_read_aloud(reader: Reader, typed: str) -> None:
    assert queries.device(reader, typed).article_code == "LENO0001"


def test_a_device_is_shown_by_a_beginning_that_is_its_own_alone(reader: Reader) -> None:
    assert queries.device(reader, "cano").article_code == "CANO0001"


@pytest.mark.parametrize(("typed", "near"), [("LENO", 2), ("APPL00", 3), ("NONE", 0), ("LENO00011", 0), ("~", 0)])
def test_a_code_that_names_no_single_device_is_not_found_and_its_candidates_are_told(reader, typed: str, near) -> None:
    with pytest.raises(UnknownDevice) as refused:
        queries.device(reader, typed)
    assert sum(code in (refused.value.hint or "") for code in ALL) == near


@pytest.mark.parametrize("typed", ["", " ", "-", "./"])
def test_an_empty_code_names_no_device_even_where_there_is_only_one(tmp_path: Path, typed: str) -> None:
    path = tmp_path / "shop.db"
    stocked(path, [device("BBBB0001", "Smartphone", "ACME", "Ordinaire")])
    with reading(path) as reader, pytest.raises(UnknownDevice):
        queries.device(reader, typed)


# --- filters


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"brand": "lenovo"}, LENOVOS),
        ({"brand": "LENO"}, LENOVOS),
        ({"category": "tablette"}, {"COEU0001", "CARN0001"}),
        ({"category": "pc portable"}, {"LENO0001", "LENO0002", "DELL0001"}),
        ({"category": "PC", "cpu": "i7"}, {"LENO0002", "DELL0002"}),
        ({"disk": "512"}, {"LENO0001"}),
        ({"ram": "8"}, {"LENO0002", "DELL0001"}),
        ({"paper": "a3"}, {"CANO0001"}),
        ({"colour": "noir"}, KYOCERAS),
        ({"colour": "Noir & Blanc"}, KYOCERAS),
        ({"age": "<3ans"}, {"CANO0001", "KYOC0001"}),
        ({"age": ">5ans"}, {"KYOC0002"}),
        ({"age": ">5ans", "brand": "kyocera"}, {"KYOC0002"}),
        ({"age": "<3ans", "colour": "couleur"}, {"CANO0001"}),
        ({"brand": "none"}, set()),
        ({"age": "<4ans"}, set()),
        ({}, ALL),
    ],
)
def test_filters_alone_list_what_they_keep(found, filters: dict[str, str], wanted: set[str]) -> None:
    assert set(found(**filters)) == wanted


@pytest.mark.parametrize(
    ("words", "filters", "wanted"),
    [
        (["ssd"], {"brand": "dell"}, {"DELL0001", "DELL0002"}),
        (["ssd", "i5"], {"brand": "dell"}, {"DELL0001"}),
        (["ecosys"], {"age": "<3ans"}, {"KYOC0001"}),
        (["128go"], {"brand": "apple"}, {"APPL0015", "APPL0014"}),
        (["thinkapd"], {"cpu": "i7"}, {"LENO0002"}),
        (["iphone"], {"brand": "samsung"}, set()),
        (["LENO0001"], {"brand": "dell"}, set()),
    ],
)
def test_filters_narrow_what_words_find(found, words: list[str], filters: dict[str, str], wanted: set[str]) -> None:
    assert set(found(*words, **filters)) == wanted


def test_a_filter_looks_in_its_own_column_alone(found) -> None:
    assert found("thinkpad", brand="thinkpad") == []
    assert found(disk="i7") == []


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 14, 15, 1000])
@pytest.mark.parametrize("words", [[], ["128go"], ["i"], ["carnet"], ["appl"], ["smartphnoe"], ["appl00"]])
def test_no_more_than_the_limit_is_listed_and_the_best_of_it(found, words: list[str], limit: int) -> None:
    assert found(*words, limit=limit) == found(*words, limit=1000)[:limit]


# --- as an enemy types

NASTY = [
    *('"', '""', "'", "*", "ssd*", "NEAR(", "NEAR(ssd i5)", "AND", "OR", "NOT", "AND OR", "ssd AND", "NOT ssd"),
    *("-", "-ssd", "--", ":", "brand:", "brand : dell", "{brand name} : dell", "^dell", "+", "(", ")", "()", "{", "}"),
    *('"; DROP TABLE device; --', "' OR 1=1 --", "%", "_", "\\", "~", "?", ":expression", "$1", "@x", ";", "/*", "*/"),
    *(
        "\x00",
        "\t",
        "\n",
        "\x1b[2J",
        "\u202e",
        "\ufeff",
        "\u200b",
        "\ufffd",
        "🙂",
        "½",
        "²",
        "Ⅷ",
        "ﬁ",
        "İ",
        "ǆ",
        "한글",
        "日本語",
    ),
    *(
        "א",
        "ा",
        "\u0301",
        "e\u0301\u0302\u0303",
        "ß",
        "Σ",
        "ς",
        "ⓐ",
        "𝔸",
        "𐐀",
        "9" * 5000,
        "a" * 5000,
        "é" * 5000,
        " " * 5000,
    ),
]


@pytest.mark.parametrize("typed", NASTY)
def test_signs_and_operators_are_words_like_others_or_nothing_at_all(found, typed: str) -> None:
    assert set(found(typed)) <= ALL
    assert set(found("dell", typed)) <= ALL
    assert set(found(typed, brand=typed, age=typed)) <= ALL


@pytest.mark.parametrize("operator", ["AND", "OR", "NOT", "NEAR", "and"])
def test_an_operator_is_searched_for_as_a_word(found, operator: str) -> None:
    assert found(operator) == []
    assert found("dell", operator, "lenovo") == []


def test_hundreds_of_words_break_nothing(found) -> None:
    assert found(*[f"w{number}" for number in range(2000)]) == []
    assert set(found(*["thinkpad"] * 500)) == LENOVOS


@given(st.text(max_size=20))
def test_no_text_at_all_breaks_a_search(reader: Reader, typed: str) -> None:
    assert {row.article_code for row in queries.search(reader, [typed], {"brand": typed[:3]}, 20)} <= ALL


@given(st.text(st.sampled_from(printable), max_size=20), st.text(st.sampled_from('"*-:(){}^+~ANDORTE '), max_size=12))
def test_no_mixture_of_operators_breaks_a_search(reader: Reader, typed: str, operators: str) -> None:
    assert {row.article_code for row in queries.search(reader, [typed, operators], {}, 20)} <= ALL


@pytest.mark.parametrize("sign", ["\u19b0", "\u19c9"])
def test_a_letter_that_sqlite_knows_as_none_breaks_nothing(found, sign: str) -> None:
    assert found(f"a{sign}b") == []


@pytest.mark.parametrize("typed", ["***", "?", "&"])
def test_words_that_hold_nothing_to_find_do_not_list_everything(found, typed: str) -> None:
    assert found(typed) == []


# --- through the command line


@pytest.fixture
def command(cli, shelf: Path, monkeypatch) -> Callable[..., object]:
    """Run a line on the shelf."""
    monkeypatch.setenv("COMPTOIR_DATABASE", str(shelf))
    return cli


def test_a_search_that_finds_nothing_is_done(command) -> None:
    ran = command("catalog search xylophone --json")
    assert (ran.code, ran.data) == (DONE, [])


def test_twenty_are_listed_unless_asked_otherwise_and_a_cut_is_told(command, cli, tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "large.db"
    stocked(path, [device(f"BBBB{number:04}", "Smartphone", "ACME", f"n{number}") for number in range(30)])
    monkeypatch.setenv("COMPTOIR_DATABASE", str(path))
    for line, count in (("", 20), ("--limit 5", 5), ("-n 1", 1)):
        ran = cli(f"catalog search acme --json {line}")
        assert (ran.code, len(ran.data)) == (DONE, count)
        assert "--limit" in ran.err
    for limit in (100, 2**63 - 1, 10**20):
        whole = cli(f"catalog search acme --json --limit {limit}")
        assert (len(whole.data), whole.err) == (30, "")


def test_a_list_that_is_whole_is_not_told_as_cut(command) -> None:
    assert command("catalog search --json --brand kyocera --limit 2").err == ""


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5", ""])
def test_a_limit_that_is_none_is_a_wrong_argument(command, limit: str) -> None:
    assert command(["catalog", "search", "apple", "--limit", limit]).code == USAGE


@pytest.mark.parametrize("typed", NASTY[:60])
def test_no_words_end_a_command_with_a_bug(command, typed: str) -> None:
    if "\x00" not in typed:  # which no shell can pass
        assert command(["catalog", "search", "--json", "--", typed]).code == DONE


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ([b"search", b"\xe9cosys"], {DONE}),
        ([b"show", b"\xe9\xff"], {MISSING, USAGE}),
        ([b"search", b"--age", b"<3\xe9"], {DONE, USAGE}),
    ],
)
def test_bytes_that_are_no_text_never_end_with_a_bug(
    shelf: Path, line: list[bytes], wanted: set[int], monkeypatch
) -> None:
    monkeypatch.setenv("COMPTOIR_DATABASE", str(shelf))
    words = [sys.executable.encode(), b"-m", b"comptoir", b"catalog", *line]
    done = subprocess.run(words, capture_output=True, check=False)
    assert done.returncode != BUG, done.stderr
    assert done.returncode in wanted
