"""The rows of what the eco-organisms publish, as it was last fetched, and of what the shop matched to it."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from comptoir.organisms.statuses import AmountKind, CodeKind, Matched, Organism
from comptoir.store.types import STRICT, Cents, Choice, Utc, one_of

_KEYED = STRICT | {"sqlite_with_rowid": False}


class OrganismProduct(SQLModel, table=True):
    """A kind of device that an organism supports; days are ISO texts, empty for no end; `plain` is its name folded."""

    __tablename__ = "organism_product"
    __table_args__ = (CheckConstraint(one_of("organism", Organism), name="organism_product_of"), _KEYED)
    organism: Organism = Field(sa_type=Choice(Organism), primary_key=True)
    code: str = Field(primary_key=True)
    name: str
    plain: str
    valid_from: str
    valid_until: str
    sheet: str


class OrganismBrand(SQLModel, table=True):
    """A brand, of one product or, without one, of all; `covered` is 0 where the other organism has it."""

    __tablename__ = "organism_brand"
    __table_args__ = (CheckConstraint(one_of("organism", Organism), name="organism_brand_of"), _KEYED)
    organism: Organism = Field(sa_type=Choice(Organism), primary_key=True)
    product: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    name: str
    plain: str
    covered: int


class OrganismCode(SQLModel, table=True):
    """A symptom or repair code of a product."""

    __tablename__ = "organism_code"
    __table_args__ = (
        CheckConstraint(one_of("organism", Organism), name="organism_code_of"),
        CheckConstraint(one_of("kind", CodeKind), name="organism_code_kind"),
        _KEYED,
    )
    organism: Organism = Field(sa_type=Choice(Organism), primary_key=True)
    product: str = Field(primary_key=True)
    kind: CodeKind = Field(sa_type=Choice(CodeKind), primary_key=True)
    code: str = Field(primary_key=True)
    label: str


class OrganismAmount(SQLModel, table=True):
    """A bonus or a threshold of a product between two days."""

    __tablename__ = "organism_amount"
    __table_args__ = (
        CheckConstraint(one_of("organism", Organism), name="organism_amount_of"),
        CheckConstraint(one_of("kind", AmountKind), name="organism_amount_kind"),
        _KEYED,
    )
    organism: Organism = Field(sa_type=Choice(Organism), primary_key=True)
    product: str = Field(primary_key=True)
    kind: AmountKind = Field(sa_type=Choice(AmountKind), primary_key=True)
    valid_from: str = Field(primary_key=True)
    valid_until: str
    amount: Decimal = Field(sa_type=Cents)


class OrganismSite(SQLModel, table=True):
    """A place of repair that the shop's account may claim for."""

    __tablename__ = "organism_site"
    __table_args__ = (CheckConstraint(one_of("organism", Organism), name="organism_site_of"), _KEYED)
    organism: Organism = Field(sa_type=Choice(Organism), primary_key=True)
    code: str = Field(primary_key=True)
    name: str
    postcode: str
    town: str
    repairer: str


class OrganismSheet(SQLModel, table=True):
    """A fiche métier that the shop holds with an organism."""

    __tablename__ = "organism_sheet"
    __table_args__ = (CheckConstraint(one_of("organism", Organism), name="organism_sheet_of"), _KEYED)
    organism: Organism = Field(sa_type=Choice(Organism), primary_key=True)
    repairer: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    number: str
    name: str
    valid_from: str
    valid_until: str


class OrganismSync(SQLModel, table=True):
    """When an organism's data were last fetched whole, from where."""

    __tablename__ = "organism_sync"
    __table_args__ = (CheckConstraint(one_of("organism", Organism), name="organism_sync_of"), STRICT)
    organism: Organism = Field(sa_type=Choice(Organism), primary_key=True)
    synced_at: datetime = Field(sa_type=Utc)
    source: str


class OrganismMatch(SQLModel, table=True):
    """What the shop says that an organism calls a product or a brand of ours; `ours` is a key, or a folded brand."""

    __tablename__ = "organism_match"
    __table_args__ = (
        CheckConstraint(one_of("organism", Organism), name="organism_match_of"),
        CheckConstraint(one_of("kind", Matched), name="organism_match_kind"),
        _KEYED,
    )
    organism: Organism = Field(sa_type=Choice(Organism), primary_key=True)
    kind: Matched = Field(sa_type=Choice(Matched), primary_key=True)
    ours: str = Field(primary_key=True)
    code: str
    operator: str
    moment: datetime = Field(sa_type=Utc)
