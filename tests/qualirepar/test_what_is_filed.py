"""What is filed: a phone as it is dialled, an invoice summed up, parts counted; kept and read back as it was."""

import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.organisms.protocol import Billed, Claimant, Form, Repaired, Used
from comptoir.qualirepar import forms

EUROS = st.decimals(0, 99999, places=2)
TEXT = st.text(max_size=20)


@pytest.mark.parametrize(("phone", "dialled"), [
    ("+33612345678", "0612345678"), ("+262692123456", "0692123456"), ("+590690123456", "0690123456"),
    ("+37793101010", "+37793101010"), ("+68720304050", "+68720304050"), ("", ""), ("0612345678", "0612345678"),
    ("+262262123456", "0262123456"),
])  # fmt: skip
def test_a_phone_is_given_as_it_is_dialled(phone: str, dialled: str) -> None:
    assert forms.national(phone) == dialled


def line(kind: str, net: str, origin: str = "", quantity: int = 1) -> dict[str, Any]:
    return {"kind": kind, "net": net, "origin": origin, "quantity": quantity}


BILL: Any = SimpleNamespace(
    number="F2026-00001", total=Decimal("240.00"), vat=Decimal("40.00"), bonus=Decimal("50.00"),
    lines=[
        line("labour", "60.00"), line("labour", "20.00"), line("travel", "30.00"), line("other", "10.00"),
        line("part", "50.00", "new", 2), line("part", "20.00", "used"), line("part", "10.00", "circular", 3),
        line("part", "0.00"),
    ],
)  # fmt: skip


def test_an_invoice_is_summed_up_without_tax_before_the_bonus() -> None:
    told = forms.billed(BILL)
    assert (told.total, told.net, told.bonus) == (Decimal("240.00"), Decimal("200.00"), Decimal("50.00"))
    assert (told.labour, told.travel, told.parts) == (Decimal("80.00"), Decimal("30.00"), Decimal("80.00"))


def test_parts_are_counted_by_origin() -> None:
    assert forms.used(BILL) == Used(new=3, used=1, circular=3)


@given(st.builds(
    Form, reference=TEXT, repaired_on=st.dates(date(2020, 1, 1)), site=TEXT, repairer=TEXT, on_site=st.booleans(),
    consumer=st.builds(Claimant, *[TEXT] * 9), device=st.builds(Repaired, *[TEXT] * 9),
    bill=st.builds(Billed, TEXT, *[EUROS] * 6), parts=st.builds(Used, *[st.integers(0, 99)] * 3),
))  # fmt: skip
def test_what_is_kept_is_read_back(filed: Form) -> None:
    assert forms.read(json.loads(json.dumps(forms.kept(filed)))) == filed
