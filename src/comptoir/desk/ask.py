"""Questions to the person at the terminal, asked on stderr; the only importer of questionary."""

import os
import sys
from collections.abc import Callable, Sequence

import questionary
from prompt_toolkit.output import Output as Terminal
from prompt_toolkit.output import create_output

from comptoir.core.errors import ComptoirError
from comptoir.core.i18n import _
from comptoir.core.text import fold, shown
from comptoir.desk.table import wide, wrapped

YES = frozenset({"o", "oui", "y", "yes"})
NO = frozenset({"n", "non", "no"})
MOST_SHORTCUTS = 36  # as many as questionary has keys for
SIGN = "?  "  # what questionary writes before a question
INDENT = "  "
TYPED = 8  # columns that a typed answer gets at least
MARGIN = " " * 6  # under the number and the sign of a choice


class Ask:
    """Asks; Ctrl-C at any question leaves through KeyboardInterrupt."""

    def __init__(self) -> None:
        # Nothing here needs the terminal to tell where its cursor is, and asking it may end in a warning in English.
        os.environ.setdefault("PROMPT_TOOLKIT_NO_CPR", "1")
        self._terminal: Terminal = create_output(stdout=sys.stderr)

    def text(self, question: str, check: Callable[[str], object], default: str = "") -> str:
        """Ask for a text until `check` does not raise."""
        return str(
            questionary.text(
                self._fitted(_("{question}:").format(question=shown(question)), TYPED),
                default=default,
                validate=lambda text: _verdict(text, check),
                validate_while_typing=False,
                output=self._terminal,
            ).unsafe_ask()
        )

    def choose(self, question: str, choices: Sequence[tuple[str, str, str]]) -> str:
        """Ask to pick one of (value, label, explanation), by its number or with the arrows; give the value."""
        instruction = _("(number or arrows, then Enter)")
        columns = self._terminal.get_size().columns
        options = [
            questionary.Choice(title=_titled(label, explanation, columns - len(MARGIN)), value=value)
            for value, label, explanation in choices
        ]
        # What follows the question on its line: the instruction, then the label that was picked.
        follows = max(wide(text) for text in (instruction, *(label for _value, label, _explanation in choices)))
        return str(
            questionary.select(
                self._fitted(shown(question), follows),
                choices=options,
                instruction=instruction,
                use_shortcuts=len(options) <= MOST_SHORTCUTS,
                output=self._terminal,
            ).unsafe_ask()
        )

    def confirm(self, question: str) -> bool:
        """Ask yes or no; `o`, `oui`, `y` and `yes` say yes, and nothing is assumed."""
        answer = questionary.text(
            self._fitted(_("{question} (yes/no)").format(question=shown(question)), TYPED),
            validate=lambda text: fold(text.strip()) in YES | NO or _("answer yes or no"),
            validate_while_typing=False,
            output=self._terminal,
        ).unsafe_ask()
        return fold(str(answer).strip()) in YES

    def _fitted(self, question: str, follows: int) -> str:
        """Cut a question where the terminal ends; what follows it has a line of its own where it has no room."""
        columns = self._terminal.get_size().columns
        *lines, last = wrapped(question, columns - len(SIGN))
        if wide(SIGN) + wide(last) + 1 + follows >= columns:
            return f"\n{INDENT}".join([*lines, last, ""]).rstrip(" ") + INDENT[:-1]
        return f"\n{INDENT}".join([*lines, last])


def _titled(label: str, explanation: str, width: int) -> str:
    lines = wrapped(shown(explanation), width) if explanation else []
    return "\n".join([shown(label), *(MARGIN + line for line in lines)])


def _verdict(text: str, check: Callable[[str], object]) -> bool | str:
    try:
        check(text)
    except ComptoirError as problem:
        # At a prompt the field is known: its reason is enough.
        return str(getattr(problem, "reason", problem.message))
    return True
