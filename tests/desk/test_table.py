"""Rows for eyes: within the width, nothing lost, figures under figures."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comptoir.core.money import french, from_cents
from comptoir.desk import table

# What reaches a table is already safe for a terminal; characters of two columns have tests of their own.
letters = st.characters(categories=["L", "Nd", "P", "S"], max_codepoint=0x2FF) | st.sampled_from("  -€–œ·\u00a0\u202f")
texts = st.text(letters, max_size=60)
titles = st.text(st.characters(categories=["L"], max_codepoint=0x17F), min_size=1, max_size=20)
amounts = st.integers(-(10**9), 10**9).map(str)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[table.Cell]]]:
    named = draw(st.lists(titles, min_size=1, max_size=6))
    figures = [draw(st.booleans()) for _ in named]
    row = st.tuples(*(st.tuples(amounts if figure else texts, st.just(figure)) for figure in figures)).map(list)
    return named, draw(st.lists(row, min_size=1, max_size=6))


def letters_of(texts: Sequence[str]) -> Counter[str]:
    return Counter(c for text in texts for c in text if not c.isspace())


def squeezed(text: str) -> str:
    return "".join(text.split())


def is_rule(line: str) -> bool:
    return "─" in line and set(line) <= {"─", " "}


def is_grid(lines: Sequence[str]) -> bool:
    """Tell whether lines are a table under its rule, not one field a line."""
    return any(map(is_rule, lines))


def is_one_band(lines: Sequence[str], columns: int) -> bool:
    """Tell whether all the columns stand side by side."""
    return any(is_rule(line) and len(line.split("  ")) == columns for line in lines)


def columns_of(lines: list[str]) -> tuple[list[str], list[list[str]]]:
    """Cut a grid into its columns by its rule: titles, then the cells of each line."""
    rule = next(place for place, line in enumerate(lines) if is_rule(line))
    cuts, at = [], 0
    for dashes in lines[rule].split("  "):
        cuts.append((at, at + len(dashes)))
        at += len(dashes) + 2
    cut = [[line.ljust(at)[start:end] for start, end in cuts] for line in lines]
    heads = ["".join(line[column] for line in cut[:rule]) for column in range(len(cuts))]
    return heads, cut[rule + 1 :]


@given(tables(), st.integers(20, 160))
def test_no_line_is_wider_than_the_terminal(made: tuple[list[str], list[list[table.Cell]]], width: int) -> None:
    for line in table.table(*made, width):
        assert line.endswith("\n")
        assert table.wide(line[:-1]) <= width
        assert len(line.splitlines()) == 1


@given(tables(), st.integers(10, 19))
def test_no_line_is_wider_than_a_terminal_however_narrow(
    made: tuple[list[str], list[list[table.Cell]]], width: int
) -> None:
    assert all(table.wide(line[:-1]) <= width for line in table.table(*made, width))


@given(tables(), st.integers(20, 160) | st.none())
def test_not_one_character_of_the_data_is_lost_or_made_up(
    made: tuple[list[str], list[list[table.Cell]]], width: int | None
) -> None:
    named, rows = made
    lines = [line[:-1] for line in table.table(named, rows, width)]
    if not is_grid(lines):
        told = [f"{title} : {text}" for row in rows for title, (text, _) in zip(named, row, strict=True)]
        assert squeezed("".join(lines)) == squeezed("".join(told))
        return
    data = letters_of([*named, *(text for row in rows for text, _ in row)])
    assert letters_of([line for line in lines if not is_rule(line)]) == data
    if not is_one_band(lines, len(named)):
        return
    heads, cells = columns_of(lines)
    for place, title in enumerate(named):
        assert squeezed(heads[place]) == squeezed(title)
        found = squeezed("".join(line[place] for line in cells))
        assert found == squeezed("".join(row[place][0] for row in rows))


@given(tables())
def test_without_a_width_every_row_is_one_line_and_its_cells_are_whole(
    made: tuple[list[str], list[list[table.Cell]]],
) -> None:
    named, rows = made
    lines = [line[:-1] for line in table.table(named, rows, None)]
    assert len(lines) == len(rows) + 2
    for line, row in zip(lines[2:], rows, strict=True):
        assert letters_of([line]) == letters_of([text for text, _ in row])
        assert all(text.rstrip() in line for text, _ in row[-1:])


@given(tables(), st.integers(20, 160) | st.none())
def test_columns_start_under_their_titles_and_figures_end_together(
    made: tuple[list[str], list[list[table.Cell]]], width: int | None
) -> None:
    named, rows = made
    lines = [line[:-1] for line in table.table(named, rows, width)]
    if not is_one_band(lines, len(named)):
        return
    _heads, cells = columns_of(lines)
    for place, (_text, figure) in enumerate(rows[0]):
        parts = [line[place] for line in cells if line[place].strip(" ")]
        if figure:
            assert not any(part.endswith(" ") for part in parts)
        elif not any(row[place][0].startswith(" ") for row in rows):
            assert not any(part.startswith(" ") for part in parts)


def test_figures_are_aligned_right_under_a_title_aligned_right() -> None:
    rows = [[("a", False), ("1", True)], [("b", False), ("1000", True)]]
    assert list(table.table(["Nom", "Prix de départ"], rows, 80)) == [
        "Nom  Prix de départ\n",
        "───  ──────────────\n",
        "a                 1\n",
        "b              1000\n",
    ]


def test_a_column_that_is_too_wide_wraps_and_the_others_stay() -> None:
    rows = [[("un deux trois quatre cinq", False), ("7", True)]]
    assert list(table.table(["Texte", "N°"], rows, 20)) == [
        "Texte             N°\n",
        "────────────────  ──\n",
        "un deux trois      7\n",
        "quatre cinq\n",
    ]


def test_where_columns_are_too_many_they_go_on_below_in_bands() -> None:
    rows = [[("mmmmmmmmmmmm", False), ("1", True), ("nnnnnnnnnnnn", False)], [("a", False), ("22", True), ("b", False)]]
    assert list(table.table(["Un", "Prix", "Trois"], rows, 24)) == [
        "Un            Prix\n",
        "    Trois\n",
        "────────────  ────\n",
        "mmmmmmmmmmmm     1\n",
        "    nnnnnnnnnnnn\n",
        "a               22\n",
        "    b\n",
    ]


def test_where_even_bands_are_too_many_each_field_has_its_line() -> None:
    rows = [[("mmmmmmmmmmmm", False)] * 5, [("nnnnnnnnnnnn", False)] * 5]
    lines = list(table.table(list("ABCDE"), rows, 20))
    assert lines == [*(f"{t} : mmmmmmmmmmmm\n" for t in "ABCDE"), "\n", *(f"{t} : nnnnnnnnnnnn\n" for t in "ABCDE")]


def test_a_line_never_ends_in_blanks() -> None:
    rows = [[("a", False), ("", False)], [("", False), ("b", False)]]
    assert not any(line[:-1] != line[:-1].rstrip() for line in table.table(["Un", "Deux"], rows, 40))


def test_an_empty_band_leaves_no_blanks_at_the_end_of_its_line() -> None:
    rows = [[("m" * 15, False), ("n" * 15, False)], [("m", False), ("", False)]]
    assert not any(line[:-1] != line[:-1].rstrip() for line in table.table(["Un", "Deux"], rows, 24))


def test_titles_alone_make_a_table_without_rows() -> None:
    assert list(table.table(["Un", "Deux"], [], 40)) == ["Un  Deux\n", "──  ────\n"]


@given(st.lists(st.tuples(titles, st.tuples(texts, st.booleans())), min_size=1, max_size=8), st.integers(20, 120))
@example([("Titre", ("x" * 30, False))], 20)
def test_a_record_stays_within_the_width_and_loses_nothing(fields: list[tuple[str, table.Cell]], width: int) -> None:
    named, cells = [title for title, _ in fields], [cell for _, cell in fields]
    lines = [line[:-1] for line in table.facts(named, cells, width)]
    assert all(table.wide(line) <= width for line in lines)
    told = squeezed("".join(lines))
    assert told in {squeezed("".join(f"{title}{mark}{text}" for title, (text, _) in fields)) for mark in ("", " : ")}


@given(st.lists(st.tuples(titles, st.tuples(texts, st.booleans())), min_size=1, max_size=8))
def test_the_values_of_a_record_start_in_one_column(fields: list[tuple[str, table.Cell]]) -> None:
    margin = max(len(title) for title, _ in fields) + 2
    lines = list(table.facts([title for title, _ in fields], [cell for _, cell in fields], None))
    assert lines == [f"{title.ljust(margin)}{text}".rstrip() + "\n" for title, (text, _) in fields]


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("é", 1), ("e\u0301", 1), ("漢字", 4), ("Ａ", 2), ("€", 1), ("🖨", 1), ("💻", 2)],
)
def test_the_columns_of_a_text_are_those_of_a_terminal(text: str, columns: int) -> None:
    assert table.wide(text) == columns


def test_characters_of_two_columns_keep_the_next_column_in_its_place() -> None:
    rows = [[("漢字", False), ("x", False)], [("abcd", False), ("y", False)]]
    *_, first, second = table.table(["Un", "Deux"], rows, None)
    assert table.wide(first[: first.index("x")]) == table.wide(second[: second.index("y")]) == 6


@pytest.mark.parametrize("width", [20, 30])
@pytest.mark.parametrize("laid_out", [table.table, lambda titles, rows, width: table.facts(titles, rows[0], width)])
def test_characters_of_two_columns_stay_within_the_width_too(laid_out: object, width: int) -> None:
    lines = list(laid_out(["a", "b"], [[("漢" * 25, False), ("x", False)]], width))  # type: ignore[operator]
    assert max(table.wide(line[:-1]) for line in lines) <= width


@given(tables(), st.integers(-(10**11), 10**11), st.integers(28, 160))
def test_an_amount_is_never_cut_in_two(made: tuple[list[str], list[list[table.Cell]]], cents: int, width: int) -> None:
    named, rows = made
    amount = french(from_cents(cents))
    lines = list(table.table([*named, "Prix"], [[*row, (amount, True)] for row in rows], width))
    assert sum(amount in line for line in lines) == len(rows)


mixed = st.text(st.sampled_from("abé 漢字仮💻🖨\u0301-\u00a0Ａ") | letters, max_size=50)


@given(mixed, mixed, st.integers(20, 60))
def test_characters_of_every_width_stay_within_the_terminal_and_none_is_lost(one: str, other: str, width: int) -> None:
    for lines in (
        list(table.table(["Un", "Deux"], [[(one, False), (other, False)]], width)),
        list(table.facts(["Un", "Deux"], [(one, False), (other, False)], width)),
    ):
        assert all(table.wide(line[:-1]) <= width for line in lines)
        told = letters_of([line for line in lines if not is_rule(line[:-1])])
        data = letters_of(["Un", "Deux", one, other])
        assert told in (data, data + letters_of(["::"]))  # a field a line: a colon after each title


@pytest.mark.parametrize("more", ["", "é", "日本"])
def test_a_word_with_a_hyphen_is_not_cut_a_command_may_be_copied_from_it(more: str) -> None:
    lines = table.wrapped(f"once signed{more}: comptoir repair set 00000017 --consent circular-parts", 40)
    assert any("circular-parts" in line for line in lines)
    assert any("--consent" in line for line in lines)
