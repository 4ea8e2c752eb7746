"""The rows of baskets and buybacks."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import CheckConstraint, Field, SQLModel

from comptoir.buyback.rules import BuybackStatus, DeviceStatus
from comptoir.store.types import STRICT, Cents, Choice, Json, Utc, one_of


class BasketItem(SQLModel, table=True):
    """A device quoted and not yet validated, in the basket of an operator."""

    __tablename__ = "basket_item"
    # A number is never given twice: what was shown and then taken out must not stand for another device.
    __table_args__ = {**STRICT, "sqlite_autoincrement": True}
    id: int | None = Field(default=None, primary_key=True)
    operator: str = Field(index=True)
    article_code: str
    category: str
    brand: str
    name: str
    answers: list[dict[str, Any]] = Field(sa_type=Json)
    grade: str
    price: Decimal = Field(sa_type=Cents)
    transport: str
    payment: str
    added_at: datetime = Field(sa_type=Utc)


class BuybackRequest(SQLModel, table=True):
    """A validated basket: one reseller, one pickup address, one to ten buybacks."""

    __tablename__ = "buyback_request"
    __table_args__ = STRICT
    id: int | None = Field(default=None, primary_key=True)
    reseller_id: int = Field(foreign_key="reseller.id")
    address_id: int = Field(foreign_key="address.id")
    operator: str
    validated_at: datetime = Field(sa_type=Utc)


class Buyback(SQLModel, table=True):
    """One device bought back, under its number."""

    __tablename__ = "buyback"
    __table_args__ = (
        CheckConstraint(one_of("status", BuybackStatus), name="buyback_status"),
        CheckConstraint(one_of("device_status", DeviceStatus), name="buyback_device_status"),
        STRICT,
    )
    number: str = Field(primary_key=True)
    request_id: int = Field(foreign_key="buyback_request.id", index=True)
    article_code: str
    category: str
    family: str
    brand: str
    name: str
    characteristics: dict[str, Any] = Field(sa_type=Json)
    workshop: str
    answers: list[dict[str, Any]] = Field(sa_type=Json)
    grade: str
    transport: str
    payment: str
    declared: Decimal = Field(sa_type=Cents)
    controlled: Decimal | None = Field(default=None, sa_type=Cents)
    validated: Decimal | None = Field(default=None, sa_type=Cents)
    paid: Decimal | None = Field(default=None, sa_type=Cents)
    status: BuybackStatus = Field(sa_type=Choice(BuybackStatus), index=True)
    device_status: DeviceStatus = Field(sa_type=Choice(DeviceStatus))
    created_at: datetime = Field(sa_type=Utc, index=True)
