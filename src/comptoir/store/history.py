"""What happened to which reference, when, by whom, with which data; append-only."""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel

from comptoir.store.types import STRICT, Json, Utc


class History(SQLModel, table=True):
    """One verb done to one reference."""

    __tablename__ = "history"
    __table_args__ = STRICT
    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(index=True)
    moment: datetime = Field(sa_type=Utc)
    operator: str
    verb: str
    data: dict[str, str] = Field(sa_type=Json)


# Through the table and not as an object: every verb writes one of these, and the unit of work triples its cost.
_ADD = SQLModel.metadata.tables["history"].insert()


def record(session: Session, reference: str, verb: str, *, moment: datetime, operator: str, **data: object) -> None:
    """Add what happened to the transaction under way; the data is kept as text."""
    told = {key: str(value) for key, value in data.items()}
    row = {"reference": reference, "moment": moment, "operator": operator, "verb": verb, "data": told}
    session.connection().execute(_ADD, row)
