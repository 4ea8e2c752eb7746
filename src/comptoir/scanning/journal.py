"""What the journal keeps of each scan."""

from datetime import datetime
from typing import NamedTuple

from comptoir.scanning.rules import Outcome


class Entry(NamedTuple):
    """A scan as it came, and what it was taken for."""

    moment: datetime
    operator: str
    source: str
    raw: bytes
    outcome: Outcome
    kind: str
    value: str
    layout: str
