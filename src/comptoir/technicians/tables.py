"""The rows of technicians, of their fiches and trainings, and of the legal watch. Days are ISO text."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from comptoir.store.types import STRICT, Utc


class Technician(SQLModel, table=True):
    """Somebody who repairs; who left stays, no longer active. `key` is the name without accents or capitals."""

    __tablename__ = "technician"
    __table_args__ = (CheckConstraint("active IN (0, 1)", name="technician_active"), STRICT)
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str
    email: str
    active: int
    created_at: datetime = Field(sa_type=Utc)


class TechnicianFiche(SQLModel, table=True):
    """A qualification for a fiche, its last day included; `until` and `withdrawn_on` are empty without one.

    Never deleted: what is withdrawn on a day counts until the day before.
    """

    __tablename__ = "technician_fiche"
    __table_args__ = (
        CheckConstraint("fiche BETWEEN 1 AND 10", name="technician_fiche_known"),
        CheckConstraint("until = '' OR until >= since", name="technician_fiche_lasts"),
        STRICT,
    )
    id: int | None = Field(default=None, primary_key=True)
    technician_id: int = Field(foreign_key="technician.id", index=True)
    fiche: int
    since: str
    until: str
    withdrawn_on: str
    certificate: str


class Training(SQLModel, table=True):
    """A training of a technician, planned or done; its fiches are numbers parted by commas."""

    __tablename__ = "training"
    __table_args__ = STRICT
    id: int | None = Field(default=None, primary_key=True)
    technician_id: int = Field(foreign_key="technician.id", index=True)
    title: str
    provider: str
    fiches: str
    planned_on: str
    done_on: str | None = None
    note: str = ""


class LegalWatch(SQLModel, table=True):
    """An action of legal watch, planned or done: what is to be read, where, and who read it."""

    __tablename__ = "legal_watch"
    __table_args__ = STRICT
    id: int | None = Field(default=None, primary_key=True)
    title: str
    source: str
    planned_on: str
    done_on: str | None = None
    by_whom: str = ""
    note: str = ""
