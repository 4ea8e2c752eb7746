"""Lines of deliveries: what goes in, as what, and why the others stay out; many at once as each alone."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comptoir.core.refs import check_digit
from comptoir.core.sheet import BadLine, Block
from comptoir.deliveries.lines import COLUMNS, DEPOSIT, REQUIRED, Checker, Lines, NotDeliveries

GOOD = {
    "note_number": "255101988",
    "delivery_date": "2021-12-03",
    "customer": "SARL CADICAL",
    "line": "1",
    "reference": "0 986-424.707",
    "ean": "4047024615823",
    "designation": "PLAQ FREIN BP420",
    "quantity": "2",
    "unit_price": "19.13",
}
KEPT = {
    "note": 255101988,
    "line": 1,
    "delivered_on": "2021-12-03",
    "reference": "0 986-424.707",
    "reference_key": "0986424707",
    "ean": "04047024615823",
    "designation": "PLAQ FREIN BP420",
    "quantity": 2,
    "unit_price": 1913,
    "customer": "SARL CADICAL",
}


def checked(
    lines: Sequence[dict[str, str]], header: Sequence[str] = REQUIRED
) -> tuple[list[dict[str, Any]], list[BadLine]]:
    """Check lines of one block: those kept, by field told, and those refused."""
    refused: list[BadLine] = []
    block = Block(range(2, 2 + len(lines)), [[line[name] for line in lines] for name in header])
    numbers, kept = Checker(header).checked(block, refused.append)
    assert len(numbers) == len(kept.note)
    assert sorted([*numbers, *(bad.line for bad in refused)]) == list(block.lines)
    told = dict(zip(Lines._fields, kept, strict=True))
    if DEPOSIT not in header:
        assert told.pop(DEPOSIT) == ()
    return [dict(zip(told, values, strict=True)) for values in zip(*told.values(), strict=True)], refused


def kept(line: dict[str, str]) -> dict[str, Any]:
    """Give what is kept of a good line."""
    (one,), refused = checked([line])
    assert refused == []
    return one


def test_a_good_line_is_kept_with_its_price_in_cents_its_ean_in_fourteen_digits_and_its_key() -> None:
    assert kept(GOOD) == KEPT


@given(st.permutations(list(COLUMNS)), st.booleans())
def test_columns_may_stand_in_any_order_and_the_deposit_may_be_missing(header: list[str], told: bool) -> None:
    if told:
        assert checked([GOOD | {DEPOSIT: "45.00"}], header) == ([KEPT | {DEPOSIT: 4500}], [])
    else:
        assert checked([GOOD], [name for name in header if name != DEPOSIT]) == ([KEPT], [])


SPELLINGS = {
    "the zeros of the paper": ("note_number", "00255101988"),
    "a number in groups": ("note_number", "255 101 988"),
    "a French day": ("delivery_date", "03/12/2021"),
    "a short French day": ("delivery_date", "3/12/2021"),
    "blanks around": ("customer", "  SARL   CADICAL\t"),
    "a control character": ("customer", "SARL CADICAL\x00"),
    "a quantity with decimals": ("quantity", "2,0"),
    "a quantity with two decimals": ("quantity", "2.00"),
    "a padded quantity": ("quantity", "002"),
    "a decimal comma": ("unit_price", "19,13"),
    "a price in euros": ("unit_price", "19,13 €"),
    "a GTIN-14": ("ean", "04047024615823"),
    "a neutralised formula": ("designation", "'=PLAQ"),
    "a neutralised sign": ("designation", "'-PLAQ"),
    "an apostrophe": ("designation", "BOUGIE D'ALLUMAGE"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_line_is_kept_the_same_whichever_way_it_is_written(spelling: str) -> None:
    column, written = SPELLINGS[spelling]
    wanted: dict[str, Any] = dict(KEPT)
    if "control" in spelling:
        wanted["customer"] = "SARL CADICAL\ufffd"
    if column == "designation":
        wanted["designation"] = written.removeprefix("'") if "neutralised" in spelling else written
    assert kept(GOOD | {column: written}) == wanted


@pytest.mark.parametrize(
    ("written", "cents"), [("0", 0), ("0.00", 0), ("12", 1200), ("4,5", 450), ("1 234,50", 123450)]
)
def test_a_price_is_read_to_the_cent(written: str, cents: int) -> None:
    assert kept(GOOD | {"unit_price": written})["unit_price"] == cents


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        *[("", 0), (" ", 0), ("\u00a0", 0), ("0", 0), ("-0", 0), ("12,50", 1250), ("12.50", 1250), ("45", 4500)],
        ("1 234,5 €", 123450),
    ],
)
def test_a_deposit_is_read_as_a_price_is_and_an_empty_cell_is_none(written: str, cents: int) -> None:
    with_care = GOOD | {DEPOSIT: "1.00", "customer": "SARL  CADICAL"}
    for others in ([], [GOOD | {DEPOSIT: "60.00"}], [with_care]):
        found, refused = checked([*others, GOOD | {DEPOSIT: written}], COLUMNS)
        assert (found[-1], refused) == (KEPT | {DEPOSIT: cents}, [])


@pytest.mark.parametrize("written", ["-45.00", "-0,01", "cher", "1.234", "1e3", "inf", "12.50.00", "٤٥", "--1", "€"])
def test_a_bad_deposit_is_refused_with_its_reason_and_its_neighbours_go_in(written: str) -> None:
    good = GOOD | {DEPOSIT: "45.00"}
    found, refused = checked([good, good | {DEPOSIT: written}, good | {"line": "2"}], COLUMNS)
    assert found == [KEPT | {DEPOSIT: 4500}, KEPT | {DEPOSIT: 4500, "line": 2}]
    assert [bad.line for bad in refused] == [3]
    assert written in refused[0].reason


@pytest.mark.parametrize("written", [["", ""], ["", "45.00"], ["45,00", "60.00"], ["45", ""]])
def test_good_deposits_are_checked_at_once_the_empty_ones_too(monkeypatch, written: list[str]) -> None:
    monkeypatch.setattr(Checker, "_one_by_one", _refuses)
    found, _refused = checked([GOOD | {DEPOSIT: cell} for cell in written], COLUMNS)
    assert len(found) == 2


def test_a_negative_deposit_is_told_from_a_negative_price() -> None:
    bad = [GOOD | {DEPOSIT: "-1", "unit_price": "1"}, GOOD | {DEPOSIT: "1", "unit_price": "-1"}]
    assert len({refusal.reason for refusal in checked(bad, COLUMNS)[1]}) == 2


@pytest.mark.parametrize("written", ["", "0", "0000000000000"])
def test_a_line_without_an_ean_goes_in_without_one(written: str) -> None:
    assert kept(GOOD | {"ean": written})["ean"] == ""


BAD = {
    "no number": ("note_number", ""),
    "a number with letters": ("note_number", "BL255101988"),
    "a number too long": ("note_number", "2551019880"),
    "number zero": ("note_number", "00"),
    "no day": ("delivery_date", ""),
    "a day that does not exist": ("delivery_date", "31/02/2021"),
    "an American day": ("delivery_date", "12/31/2021"),
    "a year of two digits": ("delivery_date", "03/12/21"),
    "no customer": ("customer", " "),
    "no line": ("line", ""),
    "line zero": ("line", "0"),
    "a line in letters": ("line", "one"),
    "a line in python": ("line", "1_0"),
    "no reference": ("reference", ""),
    "a reference of signs": ("reference", "-./+"),
    "a wrong check digit": ("ean", "4047024615824"),
    "an EAN in letters": ("ean", "404702461582X"),
    "an EAN too short": ("ean", "404702461582"),
    "an EAN too long": ("ean", "404702461582300"),
    "an EAN with other digits": ("ean", "٤٠٤٧٠٢٤٦١٥٨٢٣"),
    "no quantity": ("quantity", ""),
    "quantity zero": ("quantity", "0"),
    "quantity zero with decimals": ("quantity", "0,00"),
    "a negative quantity": ("quantity", "-1"),
    "half a piece": ("quantity", "1.5"),
    "a quantity that may be thousands": ("quantity", "2,000"),
    "a quantity with other digits": ("quantity", "٢"),
    "too many": ("quantity", "1000000"),
    "no price": ("unit_price", ""),
    "a price in letters": ("unit_price", "cher"),
    "a negative price": ("unit_price", "-1.00"),
    "a price with three decimals": ("unit_price", "1.234"),
    "a price with two points": ("unit_price", "1.234.50"),
    "a price in powers of ten": ("unit_price", "1e3"),
    "infinity": ("unit_price", "inf"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_line_is_refused_with_its_reason_and_its_neighbours_go_in(kind: str) -> None:
    column, written = BAD[kind]
    found, refused = checked([GOOD, GOOD | {column: written}, GOOD | {"line": "2"}])
    assert found == [KEPT, KEPT | {"line": 2}]
    assert [bad.line for bad in refused] == [3]
    assert refused[0].reason


def test_reasons_are_told_apart() -> None:
    _found, refused = checked(
        [
            GOOD | dict([BAD[kind]])
            for kind in (
                "no day",
                "no customer",
                "line zero",
                "a wrong check digit",
                "half a piece",
                "a negative price",
                "a reference of signs",
                "number zero",
            )
        ]
    )
    assert len({bad.reason for bad in refused}) == 8


digits = st.text("0123456789", min_size=1, max_size=14)
bodies = st.sampled_from([7, 11, 12, 13]).flatmap(lambda size: st.text("0123456789", min_size=size, max_size=size))
cells = st.fixed_dictionaries(
    {
        "note_number": st.integers(1, 999_999_999).map(str) | st.sampled_from([value for _c, value in BAD.values()]),
        "delivery_date": st.sampled_from(["2021-12-03", "03/12/2021", "2021-12-32", " 2021-12-03", ""]),
        "customer": st.sampled_from(["A", " A", "é", "e\u0301", "'=A", "", "A\x1b[31m"]),
        "line": st.sampled_from(["1", "2", "10", " 3", "0", "1.0", "٣"]),
        "reference": st.text(st.sampled_from("aB0 -.+'=é\u00a0\x07"), max_size=4),
        "ean": bodies.map(lambda body: body + check_digit(body)) | digits | st.sampled_from(["", "0", "x"]),
        "designation": st.text(st.sampled_from("aB 0'=-\x1bé\u202e"), max_size=4),
        "quantity": st.sampled_from(["1", "2,0", "0", "-1", "x", " 4", "4\u00a0"]),
        "unit_price": st.decimals(0, 10**6, places=2).map(str) | st.sampled_from(["1,5", "12", "1 234,50 €", "-1", ""]),
        DEPOSIT: st.sampled_from(["", " ", "45.00", "0.00", "45", "12,5", "-1", "x", "\x07", "45.00 "]),
    }
)
headers = st.sampled_from([REQUIRED, COLUMNS])


@given(st.lists(cells, min_size=1, max_size=6), headers)
@example([GOOD, GOOD | {"ean": ""}, GOOD | {"ean": "96385074"}], REQUIRED)
@example([GOOD, GOOD | {"unit_price": "1"}, GOOD | {"unit_price": "2,5"}], REQUIRED)
@example([GOOD | {DEPOSIT: ""}, GOOD | {DEPOSIT: "45.00"}, GOOD | {DEPOSIT: "12,5"}], COLUMNS)
def test_many_lines_together_are_judged_as_each_is_alone(lines: list[dict[str, str]], header: Sequence[str]) -> None:
    together, refused = checked(lines, header)
    alone = [checked([line], header) for line in lines]
    assert together == [one for kept, _refused in alone for one in kept]
    assert [bad.reason for bad in refused] == [bad.reason for _kept, refusals in alone for bad in refusals]


@given(cells, headers)
def test_a_line_is_judged_the_same_at_once_and_with_care(line: dict[str, str], header: Sequence[str]) -> None:
    at_once = checked([line], header)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Checker, "_at_once", _refuses)
        with_care = checked([line], header)
    assert at_once[0] == with_care[0]


def _refuses(*_given: object) -> None:
    raise ValueError


@given(st.lists(cells, min_size=1, max_size=4))
def test_what_goes_in_is_safe_to_show_and_within_bounds(lines: list[dict[str, str]]) -> None:
    for line in checked(lines, COLUMNS)[0]:
        assert all(value.isprintable() and value == value.strip() for value in line.values() if isinstance(value, str))
        assert line["ean"] == "" or len(line["ean"]) == 14
        assert line["quantity"] > 0
        assert line["unit_price"] >= 0
        assert line[DEPOSIT] >= 0
        assert 0 < line["note"] <= 999_999_999


@pytest.mark.parametrize("missing", REQUIRED)
def test_every_column_but_the_deposit_is_needed(missing: str) -> None:
    with pytest.raises(NotDeliveries) as refused:
        Checker([name for name in COLUMNS if name != missing])
    assert f"`{missing}`" in refused.value.message
    assert refused.value.exit_code == 4
