"""Words offered when TAB is pressed, read from the database; silent whatever happens."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from comptoir.core.errors import ComptoirError
from comptoir.core.later import later
from comptoir.desk.options import Completer, Verb

if TYPE_CHECKING:
    from comptoir.desk import settings
    from comptoir.store import read
    from comptoir.store.read import Reader
else:
    read, settings = later("comptoir.store.read"), later("comptoir.desk.settings")

ASKED = "_COMPTOIR_COMPLETE"
MOST = 50
_QUOTING = frozenset("'\"\\$`")


def from_database(query: "Callable[[Reader, str, int], list[str]]") -> Completer:
    """Make a completer of a query that lists, for what was typed, the first values."""

    def complete(incomplete: str) -> list[str]:
        """List the words that what was typed may become."""
        try:
            with read.reading(settings.load({}, os.environ).database) as reader:
                return [word for word in query(reader, incomplete, MOST) if _safe(word)]
        except (ComptoirError, OSError):
            return []

    return complete


def typed(environment: Mapping[str, str]) -> tuple[list[str], str] | None:
    """Give the words before the cursor, then the one under it, as the shell tells them; None for Typer to judge."""
    match environment.get(ASKED):
        case "complete_bash":
            line, place = environment.get("COMP_WORDS", ""), environment.get("COMP_CWORD", "")
            words = line.split()
            split = int(place) if place.isdigit() else 0
        case "complete_fish":
            line = environment.get("_TYPER_COMPLETE_ARGS", "")
            words = line.split()
            split = len(words) - (not line.endswith(" "))
        case _:
            return None
    if _QUOTING & set(line) or split < 1:
        return None
    return words[1:split], words[split] if split < len(words) else ""


def offered(verb: Verb, words: Sequence[str], incomplete: str) -> list[str] | None:
    """Give the words offered for an argument of a command; None where options are at stake, for Typer to judge."""
    arguments = [parameter for parameter in verb.parameters() if not parameter.names]
    if any(word.startswith("-") for word in (*words, incomplete)) or len(words) >= len(arguments):
        return None
    complete = arguments[len(words)].opt.complete
    return None if complete is None else complete(incomplete)


def _safe(word: str) -> bool:
    # Bash puts the word on the line as it is: letters, digits and dashes run nothing.
    return word.replace("-", "").isalnum()
