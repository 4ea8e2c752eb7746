"""The rows of those who sell devices."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from comptoir.store.types import STRICT, Utc


class Reseller(SQLModel, table=True):
    """A company that brings devices."""

    __tablename__ = "reseller"
    __table_args__ = STRICT
    id: int | None = Field(default=None, primary_key=True)
    siret: str = Field(unique=True)
    name: str
    email: str
    phone: str
    created_at: datetime = Field(sa_type=Utc)


class Address(SQLModel, table=True):
    """A place where a reseller's devices are picked up; never edited, requests point at it."""

    __tablename__ = "address"
    __table_args__ = STRICT
    id: int | None = Field(default=None, primary_key=True)
    reseller_id: int = Field(foreign_key="reseller.id", index=True)
    line: str
    complement: str
    postcode: str
    town: str
    country: str


class Consumer(SQLModel, table=True):
    """A private person whose device is repaired, as an eco-organism asks who they are."""

    __tablename__ = "consumer"
    __table_args__ = STRICT
    id: int | None = Field(default=None, primary_key=True)
    title: str
    last_name: str
    first_name: str
    email: str = Field(index=True)
    phone: str
    line: str
    complement: str
    postcode: str
    town: str
    country: str
    created_at: datetime = Field(sa_type=Utc)
