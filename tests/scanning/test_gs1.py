"""GS1 labels: what they hold, and why one is refused."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.refs import check_digit
from comptoir.scanning.gs1 import GS, NAMES, is_label, label

EAN, SSCC = "04006381333931", "340123451234567895"


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        (f"01{EAN}", {"gtin": EAN}),
        (f"01{EAN}10AB12", {"gtin": EAN, "batch": "AB12"}),
        (f"{GS}01{EAN}10AB12{GS}21S-1", {"gtin": EAN, "batch": "AB12", "serial": "S-1"}),
        (f"{GS}{GS}00{SSCC}{GS}", {"sscc": SSCC}),
        (f"02{EAN}3712{GS}400ORD-12{GS}241HA-112",
         {"content": EAN, "content_count": "12", "order": "ORD-12", "customer_part": "HA-112"}),
        (f"01{EAN}3007", {"gtin": EAN, "count": "07"}),
        (f"01{EAN}17261100", {"gtin": EAN, "expiry": "261100"}),
        (f"01{EAN}91X/1", {"gtin": EAN, "ai_91": "X/1"}),
        (f"(01){EAN}(10)AB12", {"gtin": EAN, "batch": "AB12"}),
        (f"(01) {EAN} (241) HA112", {"gtin": EAN, "customer_part": "HA112"}),
        ("(10)A(B)C", {"batch": "A(B)C"}),
        (f"[)>\x1e05\x1d01{EAN}\x1d10A\x1e\x04", {"gtin": EAN, "batch": "A"}),
    ],
)  # fmt: skip
def test_the_elements_of_a_label_are_named(text: str, elements: dict[str, str]) -> None:
    found = label(text)
    assert found.problem == ""
    assert found.elements == elements
    assert label(found.written).elements == elements


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0104006381333930", "04006381333930"),
        ("(01)04006381333930(10)A", "04006381333930"),
        ("00340123451234567890", "340123451234567890"),
        ("4103012345000011", "3012345000011"),
        (f"01{EAN}10" + "A" * 21, "A" * 20),
        ("05123", "05123"),
        ("(01)12", "0112"),
        ("01", "01"),
        ("241HA 112", "HA"),  # GS1 has no blank
        ("10é", "10é"),
        ("01٠٤٠٠٦٣٨١٣٣٣٩٣١", "01٠"),  # right, but for its alphabet
        ("17261399", "17261399"),
        ("\x1b[31m", "\N{REPLACEMENT CHARACTER}[31m"),
    ],
)
def test_a_label_with_one_wrong_element_is_refused_whole_and_the_element_told(text: str, said: str) -> None:
    found = label(text)
    assert found.elements == {}
    assert found.written == ""
    assert said in found.problem
    assert found.problem.isprintable()


@pytest.mark.parametrize("text", ["", GS, GS * 3])
def test_an_empty_label_is_refused(text: str) -> None:
    assert label(text).problem


@pytest.mark.parametrize(
    "text", [f"01{EAN}", f"01{EAN}10A", f"02{EAN}3712", f"00{SSCC}10A", "(10)A", "(400)X", f"A{GS}B", GS]
)
def test_a_label_is_known_by_its_separator_its_brackets_or_a_number_that_is_right(text: str) -> None:
    assert is_label(text)


@pytest.mark.parametrize(
    "text",
    ["", "01", "4006381333931", "0104006381333930", f"02{EAN}", f"00{SSCC}", "10ABC", "(AB)12", "(1)2", "(01)",
     "(01", "HA112"],
)  # fmt: skip
def test_other_codes_are_not_taken_for_labels(text: str) -> None:
    assert not is_label(text)


gtins = st.text("0123456789", min_size=13, max_size=13).map(lambda body: body + check_digit(body))
words = st.text("ABCDEFGHIJ0123456789-./_", min_size=1, max_size=20)


@given(gtins.filter(lambda text: text.strip("0")), words, words, st.integers(1, 99_999_999))
def test_every_label_well_made_is_read_back(gtin: str, batch: str, part: str, count: int) -> None:
    found = label(f"01{gtin}10{batch}{GS}241{part}{GS}30{count}")
    assert found.problem == ""
    assert found.elements == {"gtin": gtin, "batch": batch, "customer_part": part, "count": str(count)}


ais = st.sampled_from(
    [*NAMES, "11", "15", "3103", "3109", "3922", "393", "4326", "7003", "7006", "7007", "8008", "8110"]
)
noise = st.text(st.characters(codec="utf-8")) | st.text("0123456789()\x1d\x1e\x04 AB", max_size=60)


@given(noise | st.lists(st.tuples(ais, noise)).map(lambda pairs: GS.join(a + v for a, v in pairs)))
def test_no_text_makes_the_reader_of_labels_fail(text: str) -> None:
    is_label(text)
    found = label(text)
    assert bool(found.problem) != bool(found.elements)
    assert found.written.isascii()


def test_the_library_of_labels_is_loaded_by_the_first_label_alone() -> None:
    code = (
        "import sys; from comptoir.scanning.rules import readings\n"
        "readings(b'4006381333931'), readings(b'HA&&'), readings(b'0986424707')\n"
        "assert 'biip' not in sys.modules\n"
        "readings(b']C10104006381333931')\n"
        "assert 'biip' in sys.modules and not {'sqlite3', 'sqlmodel', 'typer', 'stdnum'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
