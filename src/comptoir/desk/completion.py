"""Words offered when TAB is pressed, read from the database; silent whatever happens."""

import os
from collections.abc import Callable

from comptoir.core.errors import ComptoirError
from comptoir.desk.settings import load
from comptoir.store.read import Reader, reading

MOST = 50


def from_database(query: Callable[[Reader, str, int], list[str]]) -> Callable[[str], list[str]]:
    """Make a completer of a query that lists, for what was typed, the first values."""

    def complete(incomplete: str) -> list[str]:
        try:
            with reading(load({}, os.environ).database) as reader:
                return [word for word in query(reader, incomplete, MOST) if _safe(word)]
        except (ComptoirError, OSError):
            return []

    return complete


def _safe(word: str) -> bool:
    # Bash puts the word on the line as it is: letters, digits and dashes run nothing.
    return word.replace("-", "").isalnum()
