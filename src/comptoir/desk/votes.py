"""When a text that was read is believed: two decoders agree on it, or one of them keeps to it, and nothing rivals it.

One decoder repeats its own mistakes from one frame to the next: its second look at the same bars proves little. Two
decoders of different makes seldom make the same mistake. A photograph is voted on as a video is, each way of looking
at it being a frame.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from comptoir.desk.decoders import ZBAR, Quad, Read

WINDOW = 0.5  # seconds in which votes add up
AWAY = 0.8  # seconds out of sight after which the same code is a new scan
AGREEING = 2  # votes of two decoders that say the same
ALONE = 4  # frames in which one decoder, alone, has to see the same
CORRECTED = 2  # votes for a code that corrects its own errors
MARGIN = 3  # times as many votes as any other text read at the same place


class Vote(NamedTuple):
    """What one decoder saw in one frame."""

    moment: float
    frame: int
    read: Read


@dataclass
class Ballot:
    """The votes of a video, a frame after the other; and how many suffice, as named above."""

    agreeing: int = AGREEING
    alone: int = ALONE
    corrected: int = CORRECTED
    _votes: list[Vote] = field(default_factory=list, init=False)
    _given: dict[str, float] = field(default_factory=dict, init=False)  # when a text that was given was last seen
    _frame: int = field(default=0, init=False)

    def count(self, moment: float, reads: Iterable[Read]) -> list[Read]:
        """Add the reads of one frame, taken at a moment in seconds; give each text that is believed from now on."""
        self._frame += 1
        self._votes = [vote for vote in self._votes if moment - vote.moment <= WINDOW]
        new = list({(read.key, read.decoder): read for read in reads}.values())
        self._votes += [Vote(moment, self._frame, read) for read in new]
        self._given = {key: last for key, last in self._given.items() if moment - last <= AWAY}
        believed = {read.key: read for read in new if self._is_believed(read.key)}
        given = [self._best(key) for key in believed if key not in self._given]
        self._given |= dict.fromkeys(believed, moment)
        self._given |= {read.key: moment for read in new if read.key in self._given}
        return given

    def in_view(self, key: str) -> bool:
        """Tell whether a text has been given and has not left."""
        return key in self._given

    def settled(self) -> bool:
        """Tell whether a text was given, and every other one that was read is a rival of it at its place."""
        given = [vote.read.quad for vote in self._votes if vote.read.key in self._given]
        return bool(given) and all(any(_meet(vote.read.quad, quad) for quad in given) for vote in self._votes)

    def _is_believed(self, key: str) -> bool:
        votes = [vote for vote in self._votes if vote.read.key == key]
        decoders = {vote.read.decoder for vote in votes}
        read = votes[-1].read
        needed = self.agreeing if len(decoders) > 1 else self.alone
        enough = len(votes) >= needed and (len(decoders) > 1 or _stands_alone(read))
        enough = enough or (read.corrected and len(votes) >= self.corrected)
        return enough and len(votes) >= MARGIN * self._rival(key, read.quad)

    def _rival(self, key: str, quad: Quad) -> int:
        """Count the votes of the strongest other text at the same place."""
        others: dict[str, int] = {}
        for vote in self._votes:
            if vote.read.key != key and _meet(vote.read.quad, quad):
                others[vote.read.key] = others.get(vote.read.key, 0) + 1
        return max(others.values(), default=0)

    def _best(self, key: str) -> Read:
        """Give the read that says most: an AIM identifier other than the plainest tells of GS1, or of an alphabet."""
        return max((vote.read for vote in self._votes if vote.read.key == key), key=lambda read: read.symbology)


def _stands_alone(read: Read) -> bool:
    # In too much light, where bars look thin, zbar takes the same 7 for a 1 and 8 for a 2 in every frame.
    return not (read.retail and (read.short or read.decoder == ZBAR))


def _meet(one: Quad, other: Quad) -> bool:
    """Tell whether the boxes around two places overlap."""
    return all(
        min(point[axis] for point in one) <= max(point[axis] for point in other)
        and min(point[axis] for point in other) <= max(point[axis] for point in one)
        for axis in (0, 1)
    )
