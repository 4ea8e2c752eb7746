"""The language: asked for, else of the environment, else French."""

import gettext
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core import i18n

HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n > 1);\n"


def compiled(entries: dict[str, str]) -> bytes:
    """Compile a gettext catalogue (the GNU gettext manual, "MO Files")."""
    keys = sorted(entries)
    ids, texts = [k.encode() for k in keys], [entries[k].encode() for k in keys]
    table, at = b"", 28 + 16 * len(keys)
    for strings in (ids, texts):
        for string in strings:
            table += struct.pack("<II", len(string), at)
            at += len(string) + 1
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0)
    return head + table + b"".join(string + b"\0" for string in ids + texts)


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    entries = {"": HEADER, "yes": "oui", "{count} line\0{count} lines": "{count} ligne\0{count} lignes"}
    (folder / "comptoir.mo").write_bytes(compiled(entries))
    monkeypatch.setattr(i18n, "LOCALES", tmp_path / "locale")
    monkeypatch.setitem(gettext._localedirs, i18n.DOMAIN, str(i18n.LOCALES))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "fr"),
        ([], {"LANG": "C.UTF-8"}, "fr"),
        ([], {"LANG": "POSIX"}, "fr"),
        ([], {"LANG": ""}, "fr"),
        ([], {"LANG": "fr_FR.UTF-8"}, "fr"),
        ([], {"LANG": "fr"}, "fr"),
        ([], {"LANG": "FR_CA"}, "fr"),
        ([], {"LANG": "en_GB.UTF-8"}, "en"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {"LANG": "en_US.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8"}, "fr"),
        ([], {"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8", "LC_ALL": "en_US"}, "en"),
        ([], {"LANG": "en_US.UTF-8", "LC_ALL": ""}, "en"),
        ([], {"LANG": "en_US.UTF-8", "LC_ALL": "C"}, "fr"),
        ([], {"COMPTOIR_LANG": "en", "LC_ALL": "fr_FR"}, "en"),
        ([], {"COMPTOIR_LANG": "", "LC_ALL": "en_US"}, "en"),
        (["--lang", "fr"], {"COMPTOIR_LANG": "en", "LC_ALL": "en_US"}, "fr"),
        (["--lang=en"], {"COMPTOIR_LANG": "fr"}, "en"),
        (["buyback", "list", "--lang", "en"], {}, "en"),
        (["buyback", "list", "--lang"], {"LANG": "en_GB"}, "en"),
        (["--", "--lang", "en"], {}, "fr"),
        (["show", "--", "--lang=en"], {"LANG": "fr_FR"}, "fr"),
        (["--language", "en"], {}, "fr"),
    ],
)
def test_the_language_is_the_flags_then_the_variables_then_the_locales_then_french(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    assert i18n.choose(arguments, environment) == language


@given(
    st.lists(st.sampled_from(["--lang", "--lang=", "--", "en", "fr", "buyback", ""]) | st.text(max_size=5), max_size=6),
    st.dictionaries(st.sampled_from(["COMPTOIR_LANG", "LANG", "LC_ALL", "LC_MESSAGES"]), st.text(max_size=6)),
)
def test_whatever_the_line_and_the_environment_the_language_is_one_that_is_spoken(
    arguments: list[str], environment: dict[str, str]
) -> None:
    assert i18n.choose(arguments, environment) in {"fr", "en"}


@pytest.mark.usefixtures("french")
def test_the_language_in_use_is_the_one_asked_for() -> None:
    i18n.use("fr")
    assert i18n.in_use() == "fr"
    assert i18n._("yes") == "oui"
    i18n.use("en")
    assert i18n.in_use() == "en"
    assert i18n._("yes") == "yes"


@pytest.mark.usefixtures("french")
def test_plurals_follow_french_which_counts_zero_as_one() -> None:
    i18n.use("fr")
    told = [i18n.ngettext("{count} line", "{count} lines", count).format(count=count) for count in (0, 1, 2)]
    assert told == ["0 ligne", "1 ligne", "2 lignes"]
    i18n.use("en")
    told = [i18n.ngettext("{count} line", "{count} lines", count).format(count=count) for count in (0, 1, 2)]
    assert told == ["0 lines", "1 line", "2 lines"]


@pytest.mark.usefixtures("french")
def test_typers_own_words_follow_through_the_default_domain() -> None:
    i18n.use("fr")
    assert gettext.gettext("yes") == "oui"
    i18n.use("en")
    assert gettext.gettext("yes") == "yes"


@pytest.mark.usefixtures("french")
def test_what_is_marked_is_left_as_it_is() -> None:
    i18n.use("fr")
    assert i18n.mark("yes") == "yes"


def test_a_message_without_a_translation_is_said_in_english() -> None:
    assert i18n._("no such sentence at all") == "no such sentence at all"


def test_the_catalogue_says_what_the_standard_one_says():
    with (i18n.LOCALES / "fr" / "LC_MESSAGES" / "comptoir.mo").open("rb") as file:
        standard = gettext.GNUTranslations(file)
        file.seek(0)
        ours = i18n.Catalogue(file)
    for message in standard._catalog:
        if isinstance(message, str):
            assert ours.gettext(message) == standard.gettext(message)
    for count in (0, 1, 2, 7):
        for one, many in (("{count} part", "{count} parts"), ("no such part", "no such parts")):
            assert ours.ngettext(one, many, count) == standard.ngettext(one, many, count)
    assert ours.gettext("nobody says this") == "nobody says this"
    assert ours.gettext("\udcff") == "\udcff"
