"""Words offered when TAB is pressed, read from the database; silent whatever happens."""

import os
from collections.abc import Callable, Mapping, Sequence

from comptoir.core.errors import ComptoirError
from comptoir.desk.options import Completer, Verb
from comptoir.desk.settings import load
from comptoir.store.read import Reader, reading

ASKED = "_COMPTOIR_COMPLETE"
MOST = 50
_QUOTING = frozenset("'\"\\$`")


def from_database(query: Callable[[Reader, str, int], list[str]]) -> Completer:
    """Make a completer of a query that lists, for what was typed, the first values."""

    def complete(incomplete: str) -> list[str]:
        try:
            with reading(load({}, os.environ).database) as reader:
                return [word for word in query(reader, incomplete, MOST) if _safe(word)]
        except (ComptoirError, OSError):
            return []

    return complete


def typed(environment: Mapping[str, str]) -> tuple[list[str], str] | None:
    """Give the words typed before the cursor, then the one under it, as bash tells them; None for Typer to judge."""
    line = environment.get("COMP_WORDS", "")
    place = environment.get("COMP_CWORD", "")
    if environment.get(ASKED) != "complete_bash" or not place.isdigit() or _QUOTING & set(line):
        return None
    words = line.split()
    return words[1 : int(place)], words[int(place)] if int(place) < len(words) else ""


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
