"""Lines of a catalogue: what goes in, as what, and why the others stay out."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.catalog import categories
from comptoir.catalog.lines import COLUMNS, PRICES, REQUIRED, STORED, BadHeader, line_checker
from comptoir.catalog.rules import CHARACTERISTICS
from comptoir.core.sheet import tidied

SHIPPED = categories.load("")
GOOD = {
    "article_code": "ABCD1234",
    "category": "PC portable > Ultraportable",
    "brand": "Dell",
    "name": "Latitude 5420",
    "disk": "SSD 512",
    "price_a": "120,00",
    "price_b": "90.5",
    "price_c": "1 040,50 €",
    "price_out_of_order": "",
}
KEPT = {
    "article_code": "ABCD1234",
    "category": "PC portable",
    "family": "Ultraportable",
    "brand": "Dell",
    "name": "Latitude 5420",
    "disk": "SSD 512",
    "workshop": SHIPPED["PC portable"].workshop,
    "price_a": 12000,
    "price_b": 9050,
    "price_c": 104050,
    "price_out_of_order": 0,
}


def stored(line: dict[str, str]) -> dict[str, str | int]:
    return dict(zip(STORED, line_checker(list(line), SHIPPED)(tidied(list(line.values()))), strict=True))


def reason(line: dict[str, str]) -> str:
    with pytest.raises(ValueError) as refused:
        stored(line)
    return str(refused.value)


def test_a_good_line_is_stored_in_the_order_of_the_table_with_its_prices_in_cents() -> None:
    assert stored(GOOD) == dict.fromkeys(CHARACTERISTICS, "") | KEPT


@given(st.permutations(list(COLUMNS)), st.data())
def test_columns_may_stand_in_any_order_in_any_case(names: list[str], data: st.DataObject) -> None:
    line = dict.fromkeys(names, "") | GOOD
    header = [data.draw(st.sampled_from([name, name.upper(), f" {name} ", name.title()])) for name in names]
    assert line_checker(header, SHIPPED)([line[name] for name in names]) == tuple(stored(GOOD).values())


plain = st.text(st.characters(categories=["L", "N"], max_codepoint=0x17F), min_size=1, max_size=8)
cents = st.integers(0, 10**7)


texts = st.fixed_dictionaries({key: plain | st.just("") for key in (*CHARACTERISTICS, "workshop")})
names = st.fixed_dictionaries({"brand": plain, "name": plain})
prices = st.fixed_dictionaries(dict.fromkeys(PRICES, cents))


@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcxyz", min_size=8, max_size=8),
    st.tuples(st.sampled_from(sorted(SHIPPED)), plain | st.just("")),
    names,
    texts,
    prices,
)
def test_any_good_line_is_stored_as_it_was_written(
    code: str, path: tuple[str, str], named: dict[str, str], given_texts: dict[str, str], priced: dict[str, int]
) -> None:
    category, family = path
    written = {key: f"{price // 100},{price % 100:02}" for key, price in priced.items()}
    line = {"article_code": code, "category": " > ".join(filter(None, path)), **named, **given_texts, **written}
    assert stored(line) == {
        "article_code": code.upper(),
        "category": category,
        "family": family,
        **named,
        **given_texts,
        "workshop": given_texts["workshop"] or SHIPPED[category].workshop,
        **priced,
    }


@pytest.mark.parametrize("absent", sorted(set(COLUMNS) - set(REQUIRED)))
def test_an_optional_column_may_be_absent_or_empty_alike(absent: str) -> None:
    without = {key: value for key, value in GOOD.items() if key != absent}
    assert stored(without) == stored(without | {absent: ""})


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"article_code": " abcd1234 "}, {"article_code": "ABCD1234"}),
        ({"category": "pc PORTABLE"}, {"category": "PC portable", "family": ""}),
        ({"category": "PC portable>Ultra > 13"}, {"category": "PC portable", "family": "Ultra > 13"}),
        ({"category": " PC portable >"}, {"category": "PC portable", "family": ""}),
        ({"brand": " Dell "}, {"brand": "Dell"}),
        ({"brand": "\tDell\u00a0"}, {"brand": "Dell"}),
        ({"name": "a\x1b[31mb"}, {"name": "a\ufffd[31mb"}),
        ({"name": "a\nb"}, {"name": "a b"}),
        ({"name": "a\u202eb"}, {"name": "a\ufffdb"}),
        ({"name": "x|y | z"}, {"name": "x|y | z"}),
        ({"disk": "  "}, {"disk": ""}),
        ({"price_a": ""}, {"price_a": 0}),
        ({"price_a": " "}, {"price_a": 0}),
        ({"price_a": "1\u202f234,50\u00a0€"}, {"price_a": 123450}),
        ({"price_a": "-0"}, {"price_a": 0}),
        ({"workshop": "Ailleurs"}, {"workshop": "Ailleurs"}),
        ({"workshop": " "}, {"workshop": SHIPPED["PC portable"].workshop}),
    ],
)
def test_a_line_is_tidied_before_it_is_stored(change: dict[str, str], kept: dict[str, str | int]) -> None:
    assert stored(GOOD | change) == stored(GOOD) | kept


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"article_code": ""}, "``"),
        ({"article_code": "ABCD123"}, "`ABCD123`"),
        ({"article_code": "ABCD12345"}, "`ABCD12345`"),
        ({"article_code": "ABCD-123"}, "`ABCD-123`"),
        ({"article_code": "ABCD 123"}, "`ABCD 123`"),
        ({"article_code": "ÀBCD1234"}, "`ÀBCD1234`"),
        ({"article_code": "ABCD123٣"}, "`ABCD123٣`"),
        ({"article_code": "ABCD１234"}, "`ABCD１234`"),
        ({"article_code": "ABCD12\x003"}, "ABCD12"),
        ({"category": ""}, "``"),
        ({"category": "Grille-pain"}, "`Grille-pain`"),
        ({"category": "> PC portable"}, "``"),
        ({"category": "PC"}, "`PC`"),
        ({"brand": ""}, ""),
        ({"brand": " \t"}, ""),
        ({"name": ""}, ""),
        ({"name": "\u00a0"}, ""),
        ({"price_a": "cher"}, "`cher`"),
        ({"price_b": "12,505"}, "`12,505`"),
        ({"price_c": "-1"}, "-1"),
        ({"price_out_of_order": "-0,01"}, "-0,01"),
        ({"price_a": "1.234,50"}, "`1.234,50`"),
        ({"price_a": "NaN"}, "`NaN`"),
        ({"price_a": "=1+1"}, "`=1+1`"),
        ({"price_a": "0\x00"}, "0"),
    ],
)
def test_a_line_that_cannot_go_in_says_why_and_quotes_it(change: dict[str, str], told: str) -> None:
    assert told in reason(GOOD | change)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=10), min_size=9, max_size=9))
def test_whatever_a_line_holds_it_is_stored_safe_or_refused(cells: list[str]) -> None:
    check: Callable[[Sequence[str]], tuple[str | int, ...]] = line_checker(list(GOOD), SHIPPED)
    try:
        values = check(tidied(["ABCD1234", "Tablette", *cells[2:5], *["1"] * 4]))
    except ValueError:
        return
    assert len(values) == len(STORED)
    assert all(value.isprintable() and value == value.strip() for value in values if isinstance(value, str))


def test_a_checker_does_not_change_the_cells_it_is_given() -> None:
    cells = [f" {value} " for value in GOOD.values()]
    before = list(cells)
    line_checker(list(GOOD), SHIPPED)(tidied(cells))
    assert cells == before


def test_a_line_refused_does_not_weigh_on_the_next() -> None:
    check = line_checker(list(GOOD), SHIPPED)
    for _ in range(2):
        with pytest.raises(ValueError):
            check(list((GOOD | {"category": "nope"}).values()))
        assert dict(zip(STORED, check(list(GOOD.values())), strict=True)) == stored(GOOD)


# --- the header


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_header_without_a_required_column_is_refused_by_its_name(missing: str) -> None:
    with pytest.raises(BadHeader) as refused:
        line_checker([name for name in COLUMNS if name != missing], SHIPPED)
    assert refused.value.exit_code == 4
    assert f"`{missing}`" in refused.value.message
    assert missing in (refused.value.hint or "")


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_that_stands_twice_is_refused(name: str) -> None:
    with pytest.raises(BadHeader) as refused:
        line_checker([*COLUMNS, name.upper()], SHIPPED)
    assert f"`{name}`" in refused.value.message


@pytest.mark.parametrize(
    ("name", "meant"), [("prix_a", "price_a"), ("articlecode", "article_code"), ("qwxz", ""), ("", "")]
)
def test_an_unknown_column_is_refused_with_the_nearest_known_one(name: str, meant: str) -> None:
    with pytest.raises(BadHeader) as refused:
        line_checker([*COLUMNS, name], SHIPPED)
    assert f"`{name}`" in refused.value.message
    assert f"`{meant}`" in refused.value.message if meant else refused.value.message.count("`") == 2


def test_an_empty_header_is_refused() -> None:
    with pytest.raises(BadHeader):
        line_checker([], SHIPPED)


@pytest.mark.parametrize("code", ["ABCDEFß", "ABCDEFﬁ", "ABCDEFGı"])
def test_a_code_is_taken_only_where_its_own_letters_are_plain(code: str) -> None:
    reason(GOOD | {"article_code": code})


@pytest.mark.parametrize(("name", "kept"), [("Latitude  5420", "Latitude 5420"), ("E\u0301cran", "Écran")])
def test_what_is_stored_of_a_cell_does_not_depend_on_the_other_cells(name: str, kept: str) -> None:
    assert stored(GOOD | {"name": name, "brand": "Dell\u00a0"})["name"] == kept
    assert stored(GOOD | {"name": name})["name"] == kept
