"""The language people are spoken to in: English in the code, gettext catalogues beside it."""

import gettext
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from struct import unpack_from
from typing import Any

DOMAIN = "comptoir"
LOCALES = Path(__file__).parent.parent / "locale"
HOME_LANGUAGE = "fr"


class Catalogue(gettext.NullTranslations):
    """A compiled catalogue whose messages are decoded as they are asked for.

    The standard class decodes every message at each start, and a command says a few dozens of some two thousand.
    """

    def _parse(self, fp: Any) -> None:  # noqa: ANN401 - a private type of gettext
        held: bytes = fp.read()
        _magic, _revision, count, keys, values = unpack_from("<5I", held)
        asked, given = (unpack_from(f"<{2 * count}I", held, place) for place in (keys, values))
        self._held = held
        self._given = dict(
            zip(
                (held[at : at + length] for length, at in zip(asked[::2], asked[1::2], strict=True)),
                zip(given[::2], given[1::2], strict=True),
                strict=True,
            )
        )

    def gettext(self, message: str) -> str:
        """Translate a message; one that is not known stays as it is."""
        return self._told(message) or message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Translate a message that depends on a count, as the rule of the catalogue says."""
        forms = self._told(f"{msgid1}\0{msgid2}").split("\0")
        return forms[self._rule(n)] if any(forms) else msgid1 if n == 1 else msgid2

    @cached_property
    def _rule(self) -> Callable[[int], int]:
        rule = self._told("").partition("plural=")[2].partition(";")[0]
        return gettext.c2py(rule)

    def _told(self, message: str) -> str:
        length, at = self._given.get(message.encode("utf-8", "replace"), (0, 0))
        return self._held[at : at + length].decode()


_catalogue = gettext.NullTranslations()


def _(message: str) -> str:
    """Translate a message into the language in use."""
    return _catalogue.gettext(message)


def ngettext(msgid1: str, msgid2: str, n: int) -> str:
    """Translate a message, singular `msgid1` or plural `msgid2`, that depends on the count `n`."""
    return _catalogue.ngettext(msgid1, msgid2, n)


def mark(message: str) -> str:
    """Give the message back unchanged: it is named here to be translated where it is shown."""
    return message


def in_use() -> str:
    """Give the language in use, `fr` or `en`."""
    return "en" if type(_catalogue) is gettext.NullTranslations else "fr"


def use(language: str) -> None:
    """Speak this language from now on; Typer's own words follow through the default text domain."""
    global _catalogue  # noqa: PLW0603 - the language is one for the whole process
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(DOMAIN, str(LOCALES))
    gettext.textdomain(DOMAIN)
    # Typer takes these by name as it is imported, later: through them it reads this catalogue, and not the whole anew.
    gettext.gettext, gettext.ngettext = _, ngettext
    _catalogue = gettext.translation(DOMAIN, str(LOCALES), [language], Catalogue, fallback=True)


def choose(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Pick the language: `--lang`, else `COMPTOIR_LANG`, else the locale; French where it names none."""
    asked = _flag(arguments) or environment.get("COMPTOIR_LANG")
    return _known(asked) if asked else _from_locale(environment)


def _flag(arguments: Sequence[str]) -> str | None:
    for position, argument in enumerate(arguments):
        if argument == "--":
            return None
        if argument == "--lang" and position + 1 < len(arguments):
            return arguments[position + 1]
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    return None


def _from_locale(environment: Mapping[str, str]) -> str:
    # The order of POSIX; C and POSIX name no language, and a cron job has nothing at all.
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        name = environment.get(variable, "").partition(".")[0]
        if name:
            return HOME_LANGUAGE if name in {"C", "POSIX"} else _known(name)
    return HOME_LANGUAGE


def _known(name: str) -> str:
    return "fr" if name.lower().startswith("fr") else "en"
