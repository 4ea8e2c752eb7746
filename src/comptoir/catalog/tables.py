"""The catalogue's rows."""

from decimal import Decimal

from sqlmodel import Field, SQLModel

from comptoir.store.types import STRICT, Cents


class Device(SQLModel, table=True):
    """A model that can be bought back, with its price at each grade."""

    __tablename__ = "device"
    __table_args__ = STRICT
    id: int | None = Field(default=None, primary_key=True)
    article_code: str = Field(unique=True)
    category: str
    family: str
    brand: str
    name: str
    disk: str
    ram: str
    cpu: str
    generation: str
    screen: str
    function: str
    colour: str
    paper: str
    age: str
    workshop: str
    price_a: Decimal = Field(sa_type=Cents)
    price_b: Decimal = Field(sa_type=Cents)
    price_c: Decimal = Field(sa_type=Cents)
    price_out_of_order: Decimal = Field(sa_type=Cents)
