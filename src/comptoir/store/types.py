"""Column types: what Python holds, what the database keeps; exact in STRICT tables and in PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from json import dumps, loads
from typing import Any

from sqlalchemy import BigInteger, Integer, Text, TypeDecorator
from sqlalchemy.engine import Dialect

from comptoir.core.money import from_cents, to_cents

STRICT = {"sqlite_strict": True}


class Cents(TypeDecorator[Decimal]):
    """Euros in Python, whole cents in the database."""

    impl = BigInteger().with_variant(Integer(), "sqlite")
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the cents of an amount."""
        return None if value is None else to_cents(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the amount of these cents."""
        return None if value is None else from_cents(value)


class Utc(TypeDecorator[datetime]):
    """An aware moment in Python, ISO text in UTC in the database; a naive one is refused."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the text of a moment; raise ValueError where it names no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        return value.astimezone(UTC).isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the moment of this text."""
        return None if value is None else datetime.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """Plain values in Python, JSON text in the database, readable without the ORM."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ANN401, ARG002 - any JSON value
        """Give the JSON of a value."""
        return dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - any JSON value
        """Give the value of this JSON."""
        return None if value is None else loads(value)


class Choice(TypeDecorator[StrEnum]):
    """A member of a StrEnum, kept as its value; the table's CHECK (`one_of`) holds the same list."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the value of a member; raise ValueError for anything else."""
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the member of this value."""
        return None if value is None else self.members(value)


def one_of(column: str, members: type[StrEnum]) -> str:
    """Write the CHECK that a column holds a value of the enum."""
    listed = ", ".join(f"'{member.value}'" for member in members)
    return f"{column} IN ({listed})"
