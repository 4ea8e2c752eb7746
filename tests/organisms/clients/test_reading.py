"""Whatever an organism answers, a client gives a value or a failure that says what is known: it never falls over."""

import asyncio
import json
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.clock import Clock
from comptoir.core.errors import ComptoirError
from comptoir.desk.wire import Asked, Heard, Unheard, Unsent
from comptoir.organisms import reading
from comptoir.organisms.access import EcologicAccess, EcosystemAccess
from comptoir.organisms.ecologic import Ecologic
from comptoir.organisms.ecosystem import Ecosystem
from comptoir.organisms.protocol import NoAnswer, NotDone, NotSearchable, Reference, Standing, TurnedDown
from comptoir.organisms.statuses import Stage

from .conftest import FORM, INVOICE, OTHER

NAMES = (
    "ResponseData", "IsValid", "ResponseMessage", "ResponseErrorMessage", "Message", "ValidationErrors", "Field",
    "ErrorMessage", "MessageType", "ClaimId", "LastStatus", "Comment", "SupportAmount", "Amount", "EcoOrganizationId",
    "ProductId", "ProductName", "RepairCodes", "IRISSymtoms", "Code", "Label", "BrandId", "BrandName", "SiteId",
    "EligibilityStartDate", "IdToken", "ExpiresIn", "total", "results", "Items", "Count", "ProductID", "Brands",
    "BrandID", "isEcosystemBrand", "RepairCode", "Amounts", "Threshold", "MinimumAmount", "AmountValidFrom",
    "ProductSheet", "Type", "RepairerID", "RepairPlaces", "RepairPlaceID", "BusinessSheets", "ReimbursementClaimID",
    "RequestStatus", "SapServiceOrder", "RejectReason", "AttachedFiles", "FileType", "url", "error", "status",
    "message", "SpareParts", "Customer",
)  # fmt: skip
WORDS = (
    "", "S", "E", "true", "12", "25,00", "NaN", "1e999", "2024-01-01", "9999-12-31T00:00:00", "A finaliser", "INVOICE",
    "Rejeté (08 : x)", "Des pièces jointes sont requises", "PIECE_JOINTE_MANQUANTE", "http://127.0.0.1/x", "\ud800",
    "TYPE_DE_FICHIER_EXISTANT", "En cours de création", "<b>", "\x00\x1b", "Code 200", "https://[", "٣",
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=8)
    | st.just(10**400)
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=30,
)
BODIES = VALUES.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=20)
ANSWERS = st.lists(
    st.tuples(st.sampled_from([200, 200, 200, 206, 204, 302, 400, 401, 404, 409, 429, 500, 503]), BODIES)
)
CALLS = ("reference", "eligibility", "create", "attach", "submit", "standing", "filed", "discard")
LOGIN = (200, b'{"IdToken": "t"}')


class Scripted:
    """A wire that gives these answers, then none."""

    def __init__(self, answers: list[tuple[int, bytes]]) -> None:
        self.clock = Clock(datetime(2026, 11, 22, tzinfo=UTC))
        self.asked: list[Asked] = []
        self._answers = iter(answers)

    def hide(self, _secret: str) -> None: ...

    def masked(self, text: str) -> str:
        return text

    async def ask(self, asked: Asked, _log: Any) -> Heard:
        self.asked.append(asked)
        status, body = next(self._answers, (0, b""))
        if not status:
            raise Unsent("x") if asked.reads else Unheard("x")
        return Heard(status, {"retry-after": "x"}, body)


def called(client: Any, call: str) -> Any:
    form = OTHER if isinstance(client, Ecosystem) else FORM
    given = {
        "reference": (), "filed": (), "eligibility": (form,), "create": (form,), "attach": ("c", INVOICE),
    }.get(call, ("c",))  # fmt: skip
    try:
        return asyncio.run(getattr(client, call)(*given, lambda _told: None))
    except (NotDone, NoAnswer, TurnedDown, NotSearchable) as error:
        return error


@given(st.sampled_from(CALLS), ANSWERS, st.booleans())
def test_whatever_is_answered_a_client_does_not_fall_over(
    call: str, answers: list[tuple[int, bytes]], ecologic: bool
) -> None:
    wire: Any = Scripted(answers if ecologic else [LOGIN, *answers])
    where = "http://127.0.0.1:1"
    client: Any = (
        Ecologic(wire, EcologicAccess(where, f"{where}/c", "k"))
        if ecologic
        else Ecosystem(wire, EcosystemAccess(where, "u", "p"))
    )
    given_back = called(client, call)
    if isinstance(given_back, ComptoirError):
        assert given_back.message.isprintable()
        assert type(given_back) is not NoAnswer or call in {"create", "attach", "submit", "discard"}
    for standing in given_back if isinstance(given_back, list) else [given_back]:
        if isinstance(standing, Standing):
            assert standing.claim
            assert isinstance(standing.stage, Stage)
            assert "".join((standing.claim, standing.status, standing.reason, standing.order)).isprintable()
    if isinstance(given_back, Reference):
        assert given_back.products
        assert all(row.code.isprintable() and row.name.isprintable() for row in given_back.products)


class Odd(SimpleNamespace):
    """Whatever stands where JSON could not."""


@given(VALUES | st.builds(Odd))
def test_a_reader_gives_its_kind_of_value_for_any(value: Any) -> None:
    reading.text(value).encode()
    assert list(reading.each(value)) == [one for one in reading.each(value) if isinstance(one, dict)]
    euros = reading.amount(value)
    assert euros is None or euros == round(euros, 2)
    assert reading.holds(value) in {True, False, None}
    assert reading.day(value) == "" or len(reading.day(value)) == 10
    reading.at(value, *NAMES)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 0.1}', {"a": Decimal("0.1")}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b"12.345678901234567890", Decimal("12.345678901234567890")),
    ],
)
def test_numbers_are_read_exactly(body: bytes, value: Any) -> None:
    assert reading.parsed(body) == value


@pytest.mark.parametrize("body", [b"", b"{", b"<", b"\xff", b"[" * 100_000, b"9" * 5000, b"1e" + b"9" * 40])
def test_what_is_no_json_is_told(body: bytes) -> None:
    with pytest.raises(reading.Unreadable):
        reading.parsed(body)


@pytest.mark.parametrize(
    ("value", "euros"),
    [
        (25, "25.00"), (Decimal("25.005"), "25.01"), ("25,5", "25.50"), (" 25 ", "25.00"), ({"amount": "3"}, "3.00"),
        ({"Amount": {"Amount": 3}}, None), (True, None), ("", None), ("NaN", None), ("inf", None), (10**12, None),
        ([25], None), (None, None),
    ],
)  # fmt: skip
def test_an_amount_is_read_in_all_its_shapes(value: Any, euros: str | None) -> None:
    found = reading.amount(value)
    assert (found if found is None else str(found)) == euros


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (" a\n b ", "a b"), ("a\x1b[2J", "a\N{REPLACEMENT CHARACTER}[2J"), ("a\ud800", "a\N{REPLACEMENT CHARACTER}"),
        ("x" * 9000, "x" * 2000), (12, "12"), (Decimal("12.0"), "12"), (Decimal("1.5"), ""), (Decimal("1E+999"), ""),
        (True, ""), (None, ""), ([], ""), (10**400, ""),
    ],
)  # fmt: skip
def test_a_text_is_short_and_may_be_shown_and_stored(value: Any, shown: str) -> None:
    assert reading.text(value) == shown


def test_a_key_is_found_whatever_its_capitals_and_its_first_name_wins() -> None:
    data = {"creationDate": "a", "CREATIONDATE": "b", "Old": None, "old": 1}
    assert reading.at(data, "CreationDate") in {"a", "b"}
    assert reading.at(data, "creationDate", "old") == "a"
    assert reading.at(data, "Old") == 1
    assert reading.at([data], "Old") is None
