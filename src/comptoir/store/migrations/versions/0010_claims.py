"""Claims: what the eco-organisms publish, what is filed with them, what they pay."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

STRICT = {"sqlite_strict": True}
KEYED = {"sqlite_strict": True, "sqlite_with_rowid": False}
CENTS = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OVER = sa.text("status NOT IN ('cancelled', 'refused')")
STATUSES = (
    "'to_create', 'created', 'to_complete', 'confirmed', 'approved', 'reimbursed', 'paid', 'refused', 'cancelled'"
)


def upgrade() -> None:
    """Create the tables of the organisms, of claims and of payments."""
    _catalogues()
    _account()
    _claims()
    _files()
    _payments()


def _catalogues() -> None:
    op.create_table(
        "organism_product",
        *_keys("code"),
        *_texts("name", "plain", "valid_from", "valid_until", "sheet"),
        _of("organism_product_of"),
        **KEYED,
    )
    op.create_table(
        "organism_brand",
        *_keys("product", "code"),
        *_texts("name", "plain"),
        sa.Column("covered", sa.Integer, nullable=False),
        _of("organism_brand_of"),
        **KEYED,
    )
    op.create_table(
        "organism_code",
        *_keys("product", "kind", "code"),
        *_texts("label"),
        _of("organism_code_of"),
        sa.CheckConstraint("kind IN ('symptom', 'repair')", name="organism_code_kind"),
        **KEYED,
    )
    op.create_table(
        "organism_amount",
        *_keys("product", "kind", "valid_from"),
        *_texts("valid_until"),
        sa.Column("amount", CENTS, nullable=False),
        _of("organism_amount_of"),
        sa.CheckConstraint("kind IN ('bonus', 'threshold')", name="organism_amount_kind"),
        **KEYED,
    )


def _account() -> None:
    op.create_table(
        "organism_site",
        *_keys("code"),
        *_texts("name", "postcode", "town", "repairer"),
        _of("organism_site_of"),
        **KEYED,
    )
    op.create_table(
        "organism_sheet",
        *_keys("repairer", "code"),
        *_texts("number", "name", "valid_from", "valid_until"),
        _of("organism_sheet_of"),
        **KEYED,
    )
    op.create_table("organism_sync", *_keys(), *_texts("synced_at", "source"), _of("organism_sync_of"), **STRICT)
    op.create_table(
        "organism_match",
        *_keys("kind", "ours"),
        *_texts("code", "operator", "moment"),
        _of("organism_match_of"),
        sa.CheckConstraint("kind IN ('product', 'brand')", name="organism_match_kind"),
        **KEYED,
    )


def _claims() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_number", sa.Text, sa.ForeignKey("repair_case.number"), nullable=False, index=True),
        *_texts("organism"),
        sa.Column("invoice", sa.Text, sa.ForeignKey("repair_bill.number"), nullable=False, index=True),
        *_texts("reference"),
        *_indexed("status", "remote", "service_order"),
        *_texts("said", "reason"),
        sa.Column("bonus", CENTS, nullable=False),
        sa.Column("total", CENTS, nullable=False),
        *_texts("form", "pending"),
        sa.Column("pending_at", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try", sa.Text),
        sa.Column("stale", sa.Integer, nullable=False),
        *_texts("error", "lease"),
        sa.Column("leased_until", sa.Text),
        *_texts("operator"),
        sa.Column("created_at", sa.Text, nullable=False, index=True),
        *(sa.Column(name, sa.Text) for name in ("confirmed_at", "asked_at", "decided_at")),
        sa.Column("paid", CENTS, nullable=False),
        sa.Column("paid_at", sa.Text),
        _of("claim_organism"),
        sa.CheckConstraint(f"status IN ({STATUSES})", name="claim_status"),
        sa.CheckConstraint("pending IN ('', 'create', 'attach', 'submit', 'discard')", name="claim_pending"),
        sa.CheckConstraint("(pending = '') = (pending_at IS NULL)", name="claim_pending_since"),
        sa.UniqueConstraint("reference", name="claim_reference"),
        sa.Index("claim_alive", "case_number", unique=True, sqlite_where=OVER, postgresql_where=OVER),
        **STRICT,
    )


def _files() -> None:
    op.create_table(
        "claim_file",
        sa.Column("claim_id", sa.Integer, sa.ForeignKey("claim.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        *_texts("piece", "name", "media_type", "digest"),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sent_at", sa.Text),
        sa.CheckConstraint("piece IN ('invoice', 'consent', 'nameplate', 'picture')", name="claim_file_piece"),
        **KEYED,
    )
    op.create_table(
        "claim_exchange",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("claim_id", sa.Integer, sa.ForeignKey("claim.id"), index=True),
        *_texts("organism", "moment", "step", "request"),
        sa.Column("status", sa.Integer, nullable=False),
        *_texts("answer"),
        sa.Column("millis", sa.Integer, nullable=False),
        *_texts("error"),
        _of("claim_exchange_organism"),
        **STRICT,
    )


def _payments() -> None:
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer, primary_key=True),
        *_texts("organism"),
        *_indexed("day"),
        sa.Column("amount", CENTS, nullable=False),
        *_texts("label", "line_key", "source", "operator", "imported_at"),
        sa.Column("reverses", sa.Integer, sa.ForeignKey("payment.id")),
        sa.Column("by_hand", sa.Integer, nullable=False),
        _of("payment_organism"),
        sa.UniqueConstraint("line_key", name="payment_line"),
        sa.UniqueConstraint("reverses", name="payment_reversed_once"),
        **STRICT,
    )
    op.create_table(
        "payment_share",
        sa.Column("payment_id", sa.Integer, sa.ForeignKey("payment.id"), primary_key=True),
        sa.Column("claim_id", sa.Integer, sa.ForeignKey("claim.id"), primary_key=True, index=True),
        sa.Column("amount", CENTS, nullable=False),
        *_texts("matched_by", "operator", "matched_at"),
        sa.CheckConstraint("matched_by IN ('reference', 'amount', 'hand')", name="payment_share_by"),
        **KEYED,
    )


def _keys(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, primary_key=True) for name in ("organism", *names)]


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _indexed(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=False, index=True) for name in names]


def _of(name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint("organism IN ('ecologic', 'ecosystem')", name=name)
