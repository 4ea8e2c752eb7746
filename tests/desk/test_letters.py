"""Letters: the shop's own or the shipped ones, and what is wrong in a template."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.money import NARROW, NO_BREAK
from comptoir.desk.letters import BadLetter, written
from comptoir.desk.settings import BadSetting, Setting

VALUES = {
    "case": "RET-12",
    "total": Decimal("1234.5"),
    "sent_on": date(2026, 11, 2),
    "lines": ({"reference": "0986", "quantity": 2}, {"reference": "0987", "quantity": 1}),
}
GOOD = "Retour {{ case }}\n\nBonjour,\n"


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    folder = tmp_path / "shipped"
    folder.mkdir()
    return folder


def own(path: Path | str = "") -> Setting:
    return Setting("letters", str(path), "default")


def wrote(folder: Path, template: str, **values: object) -> tuple[str, str]:
    (folder / "sent.txt").write_text(template, "utf-8")
    return written("sent", folder, own(), VALUES | values)


def test_a_letter_has_a_subject_and_a_text(shipped: Path) -> None:
    template = (
        "Retour {{ case }} : {{ total|euros }}\n"
        "\n"
        "Envoyé le {{ sent_on|day }} : {{ total|euros }}.\n"
        "\n"
        "{% for line in lines %}\n"
        "  - {{ line.reference }} x {{ line.quantity }}\n"
        "{% endfor %}\n"
        "{# remark #}\n"
        "Merci.\n\n\n"
    )
    subject, text = wrote(shipped, template)
    assert subject == "Retour RET-12 : 1 234,50 €"
    assert text == f"Envoyé le 02/11/2026 : 1{NARROW}234,50{NO_BREAK}€.\n\n  - 0986 x 2\n  - 0987 x 1\nMerci.\n"


def test_a_moment_is_of_the_day_it_is_in_paris(shipped: Path) -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert wrote(shipped, "S\n\n{{ at|day }}\n", at=late)[1] == "21/11/2026\n"


def test_the_shop_writes_its_own_letters_and_the_others_are_the_shipped_ones(shipped: Path, tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    (shipped / "sent.txt").write_text("Shipped\n\nText\n", "utf-8")
    assert written("sent", shipped, own(ours), VALUES)[0] == "Shipped"
    (ours / "sent.txt").write_bytes(b"\xef\xbb\xbfOurs \xc3\xa9\r\n\r\nText {{ case }}\r\nend\r\n")
    assert written("sent", shipped, own(ours), VALUES) == ("Ours é", "Text RET-12\nend\n")


def test_a_home_folder_is_understood(shipped: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "somebody"
    (home / "letters").mkdir(parents=True)
    (home / "letters" / "sent.txt").write_text("Home\n\nText\n", "utf-8")
    monkeypatch.setenv("HOME", str(home))
    assert written("sent", shipped, own("~/letters"), VALUES)[0] == "Home"


@pytest.mark.parametrize("folder", ["/no/such/folder", "/etc/passwd", "~no-such-user-here/x", "x" * 5000, "a\x00b"])
def test_a_folder_that_is_none_is_told(shipped: Path, folder: str) -> None:
    (shipped / "sent.txt").write_text(GOOD, "utf-8")
    with pytest.raises(BadSetting, match="letters"):
        written("sent", shipped, own(folder), VALUES)


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("", ""),
        ("\n\nText\n", ""),
        ("   \n\nText\n", ""),
        ("{{ '' }}\n\nText\n", ""),
        ("S\nText\n", ""),
        ("S\n", ""),
        ("S\n\n   \n", ""),
        ("S\n\nText\n{% if %}\n", "4"),
        ("S\n\n{% for line in lines %}\n", "3"),
        ("S\n\nText {{ \n", ""),
        ("S\n\nText\n{{ total|eurs }}\n", "eurs"),
        ("S {{ case|euros }}\n\nText\n", "RET-12"),
        ("S\n\n{{ case|day }}\n", "RET-12"),
        ("S\n\n{{ lines[0].price }}\n", "price"),
        ("S\n\n{{ 1 / 0 }}\n", "ZeroDivisionError"),
        ("S\n\n{{ case + 1 }}\n", "TypeError"),
        ("S\n\n{% include 'other.txt' %}\n", ""),
        ("S\n\n{% extends '/etc/passwd' %}\n", ""),
        ("S\n\n{{ ''.__class__.__mro__[1].__subclasses__() }}\n", "__class__"),
        ("S\n\n{{ case.format.__globals__ }}\n", "__globals__"),
        ("S\n\n{{ '{0.__class__}'.format(case) }}\n", "__class__"),
        ("S\n\n{% for i in range(100001) %}{% endfor %}\n", "OverflowError"),
        ("S\n\n{{ lipsum() }}\n", "lipsum"),
    ],
)
def test_a_bad_template_is_told_with_its_file(shipped: Path, template: str, told: str) -> None:
    with pytest.raises(BadLetter) as refused:
        wrote(shipped, template)
    assert "sent.txt" in refused.value.message
    assert told in refused.value.message
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("S {{ cas }}\n\nText\n", 1),
        ("S\n\nText\n{{ cas }}\n", 4),
        ("S\n\n{% if false %}\n\n{{ cas }}{% endif %}\n", 5),
        ("S\n\n{% for x in cas %}{% endfor %}\n", 3),
    ],
)
def test_an_unknown_name_is_told_with_its_line_and_the_known_ones(shipped: Path, template: str, line: int) -> None:
    with pytest.raises(BadLetter) as refused:
        wrote(shipped, template)
    assert "`cas`" in refused.value.message
    assert str(line) in refused.value.message.replace("sent.txt", "")
    assert "case, lines, sent_on, total" in (refused.value.hint or "")


def test_a_letter_that_cannot_be_read_is_told(shipped: Path) -> None:
    with pytest.raises(BadLetter, match=r"missing\.txt"):
        written("missing", shipped, own(), VALUES)
    (shipped / "sent.txt").mkdir()
    with pytest.raises(BadLetter, match=r"sent\.txt"):
        written("sent", shipped, own(), VALUES)
    (shipped / "latin.txt").write_bytes(b"S\n\n\xe9t\xe9\n")
    with pytest.raises(BadLetter, match="UTF-8"):
        written("latin", shipped, own(), VALUES)


def test_a_link_to_nowhere_is_not_taken_for_the_shipped_letter(shipped: Path, tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / "sent.txt").symlink_to(tmp_path / "nowhere")
    (shipped / "sent.txt").write_text(GOOD, "utf-8")
    with pytest.raises(BadLetter, match="ours"):
        written("sent", shipped, own(ours), VALUES)


@given(st.text(min_size=1, max_size=80))
def test_a_value_is_no_template_and_no_second_line(value: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "sent.txt").write_text("S {{ value }}\n\nText {{ value }} end\n", "utf-8")
        subject, text = written("sent", path, own(), {"value": value})
        assert "\n" not in subject
        assert subject.startswith("S")
        assert text.startswith("Text ")
        assert text.endswith(" end\n")
        marked = written("sent", path, own(), {"value": "{{ 7 * 7 }}<b>&{% x %}"})
        assert marked == ("S {{ 7 * 7 }}<b>&{% x %}", "Text {{ 7 * 7 }}<b>&{% x %} end\n")
