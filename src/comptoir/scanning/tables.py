"""The rows of scanning."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from comptoir.scanning.rules import Outcome
from comptoir.store.types import STRICT, Choice, Utc, one_of


class ScanRow(SQLModel, table=True):
    """A scan as it came, and what it was taken for; append-only."""

    __tablename__ = "scan"
    __table_args__ = (CheckConstraint(one_of("outcome", Outcome), name="scan_outcome"), STRICT)
    id: int | None = Field(default=None, primary_key=True)
    moment: datetime = Field(sa_type=Utc)
    operator: str
    source: str
    raw: bytes
    outcome: Outcome = Field(sa_type=Choice(Outcome))
    kind: str
    value: str
    layout: str


class ScannerRow(SQLModel, table=True):
    """How the scanner of a machine is set, as its calibration showed."""

    __tablename__ = "scanner"
    __table_args__ = (UniqueConstraint("host", "source", name="scanner_once"), STRICT)
    id: int | None = Field(default=None, primary_key=True)
    host: str
    source: str
    layout: str
    aim: int
    separator: str
    suffix: str
    saved_at: datetime = Field(sa_type=Utc)
