"""Questions to the person at the terminal, asked on stderr; the only importer of questionary."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import questionary
from prompt_toolkit.output import Output as Terminal
from prompt_toolkit.output import create_output

from comptoir.core.errors import ComptoirError
from comptoir.core.i18n import _
from comptoir.core.text import fold

YES = frozenset({"o", "oui", "y", "yes"})
NO = frozenset({"n", "non", "no"})


class Ask:
    """Asks; Ctrl-C at any question leaves through KeyboardInterrupt."""

    def __init__(self) -> None:
        self._terminal: Terminal = create_output(stdout=sys.stderr)

    def text(self, question: str, check: Callable[[str], object], default: str = "") -> str:
        """Ask for a text until `check` does not raise."""
        return str(
            questionary.text(
                question, default=default, validate=lambda text: _verdict(text, check), output=self._terminal
            ).unsafe_ask()
        )

    def choose(self, question: str, choices: Sequence[tuple[str, str, str]]) -> str:
        """Ask to pick one of (value, label, explanation) with the arrows or its number; give the value."""
        options: list[Any] = [
            questionary.Choice(title=label, value=value, description=explanation or None, shortcut_key=None)
            for value, label, explanation in choices
        ]
        return str(
            questionary.select(
                question,
                choices=options,
                instruction=_("(arrows, then Enter)"),
                show_description=True,
                output=self._terminal,
            ).unsafe_ask()
        )

    def confirm(self, question: str) -> bool:
        """Ask yes or no; `o`, `oui`, `y` and `yes` say yes, and nothing is assumed."""
        answer = questionary.text(
            _("{question} (yes/no)").format(question=question),
            validate=lambda text: fold(text.strip()) in YES | NO or _("answer yes or no"),
            output=self._terminal,
        ).unsafe_ask()
        return fold(str(answer).strip()) in YES


def _verdict(text: str, check: Callable[[str], object]) -> bool | str:
    try:
        check(text)
    except ComptoirError as problem:
        return problem.message
    return True
