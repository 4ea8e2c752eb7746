"""The row of a questionnaire."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from comptoir.store.sending import Channel
from comptoir.store.types import STRICT, Choice, Utc, one_of
from comptoir.surveys.statuses import Source


class Survey(SQLModel, table=True):
    """What the customer of a repair was asked and answered, and what the shop did about it; once for each repair.

    The score goes from 0 to 10, None as long as there is none. `acted_at` is the first action since the answer.
    """

    __tablename__ = "survey"
    __table_args__ = (
        CheckConstraint(one_of("channel", Channel), name="survey_channel"),
        CheckConstraint("score BETWEEN 0 AND 10", name="survey_score"),
        CheckConstraint(f"answered_by = '' OR {one_of('answered_by', Source)}", name="survey_answered_by"),
        CheckConstraint(
            "(score IS NULL) = (answered_at IS NULL) AND (score IS NULL) = (answered_by = '')", name="survey_answered"
        ),
        CheckConstraint("(action = '') = (acted_at IS NULL)", name="survey_acted"),
        STRICT,
    )
    case_number: str = Field(primary_key=True, foreign_key="repair_case.number")
    code: str = Field(unique=True)
    channel: Channel = Field(sa_type=Choice(Channel))
    recipient: str
    asked_at: datetime = Field(sa_type=Utc, index=True)
    score: int | None = None
    comment: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=Utc)
    answered_by: str = ""
    action: str = ""
    acted_at: datetime | None = Field(default=None, sa_type=Utc)
