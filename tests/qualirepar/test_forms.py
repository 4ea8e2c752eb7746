"""What is filed is kept and read back as it was, and numbers are given as they are dialled in the country."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.organisms.protocol import Billed, Claimant, Form, Repaired, Used
from comptoir.qualirepar import forms

TEXT = st.text(max_size=30)
EUROS = st.decimals(Decimal(0), Decimal("999999.99"), places=2)
COUNT = st.integers(0, 50)
FORMS = st.builds(
    Form,
    reference=TEXT,
    repaired_on=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    site=TEXT,
    repairer=TEXT,
    on_site=st.booleans(),
    consumer=st.builds(Claimant, *[TEXT] * 9),
    device=st.builds(Repaired, *[TEXT] * 9),
    bill=st.builds(Billed, TEXT, *[EUROS] * 6),
    parts=st.builds(Used, COUNT, COUNT, COUNT),
)


@given(FORMS)
def test_a_form_comes_back_as_it_was_kept(form):
    back = forms.read(json.loads(json.dumps(forms.kept(form))))
    assert back == form
    assert [type(each) for each in back] == [type(each) for each in form]
    assert [str(each) for each in back.bill] == [str(each) for each in form.bill]
    assert forms.kept(back) == forms.kept(form)


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [
        ("+33612345678", "0612345678"),
        ("+33299010203", "0299010203"),
        ("+262692123456", "0692123456"),  # Réunion: its own code is that of the mobile
        ("+590690123456", "0690123456"),
        ("+594694123456", "0694123456"),
        ("+596696123456", "0696123456"),
        ("+32470123456", "+32470123456"),
        ("0612345678", "0612345678"),
        ("", ""),
    ],
)
def test_a_number_is_given_as_it_is_dialled(phone, dialled):
    assert forms.national(phone) == dialled


@given(st.from_regex(r"\+33[1-9]\d{8}", fullmatch=True))
def test_every_french_number_has_ten_digits(phone):
    assert forms.national(phone) == f"0{phone[3:]}"
