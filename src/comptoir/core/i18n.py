"""The language people are spoken to in: English in the code, gettext catalogues beside it."""

import gettext
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

DOMAIN = "comptoir"
LOCALES = Path(__file__).parent.parent / "locale"
HOME_LANGUAGE = "fr"

_catalogue = gettext.NullTranslations()


def _(message: str) -> str:
    """Translate a message into the language in use."""
    return _catalogue.gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate a message that depends on a count."""
    return _catalogue.ngettext(singular, plural, count)


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
    _catalogue = gettext.translation(DOMAIN, str(LOCALES), languages=[language], fallback=True)


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
