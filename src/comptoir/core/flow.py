"""State machines: which status may follow which."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from comptoir.core.errors import Refused
from comptoir.core.i18n import _

Status = TypeVar("Status", bound=StrEnum)


class IllegalMove(Refused):
    """A status cannot follow another."""

    def __init__(self, current: StrEnum, target: StrEnum, hint: str | None = None) -> None:
        super().__init__(_("what is `{current}` cannot become `{target}`").format(current=current, target=target), hint)


class Flow(Generic[Status]):
    """The moves that one lifecycle knows; every member of the enum must be decided."""

    def __init__(self, moves: Mapping[Status, frozenset[Status]]) -> None:
        undecided = set(type(next(iter(moves)))) - set(moves)
        if undecided:
            raise ValueError(", ".join(sorted(undecided)))
        self.moves = moves

    def allows(self, current: Status, target: Status) -> bool:
        """Tell whether the move exists."""
        return target in self.moves[current]

    def move(self, current: Status, target: Status) -> Status:
        """Give the target status, or raise IllegalMove."""
        if not self.allows(current, target):
            raise IllegalMove(current, target)
        return target
