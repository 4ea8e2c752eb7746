"""A sandbox of its own for each test, and a counter that speaks to it with the standard library alone."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from comptoir.core.clock import Clock
from comptoir.sandbox.reference import API_KEY, PASSWORD, USERNAME
from comptoir.sandbox.server import Options, Sandbox, Served

NOON = Clock(datetime(2026, 7, 1, 10, tzinfo=UTC))
SITE = "5b1f3c7e-0000-4000-8000-000000000001"
PHONE_FILES = ("INVOICE", "CONSUMERVALIDATION", "NAMEPLATE")


class Answered(tuple[int, Any]):
    """A status and what was read: JSON where it is, bytes where it is not."""

    headers: dict[str, str]

    @property
    def status(self) -> int:
        return self[0]

    @property
    def data(self) -> Any:
        return self[1]["ResponseData"]

    @property
    def refusal(self) -> str:
        return self[1]["ResponseErrorMessage"] if "ResponseErrorMessage" in self[1] else self[1]["error"]["status"]

    @property
    def fields(self) -> list[str]:
        return [each["Field"] for each in self.data["ValidationErrors"]]


class Counter:
    """Calls each method; the names follow the protocols."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.bearer = ""

    def call(self, method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Answered:
        parts = urlsplit(url)
        connection = HTTPConnection(parts.netloc, timeout=10)
        try:
            sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, f"{parts.path}?{parts.query}".rstrip("?"), sent, headers or {})
            answer = connection.getresponse()
            read = answer.read()
        finally:
            connection.close()
        found = Answered((answer.status, json.loads(read) if "json" in answer.headers.get_content_type() else read))
        found.headers = dict(answer.headers.items())
        return found

    # Ecologic

    def eco(self, name: str, body: Any = None, method: str = "", version: str = "v1", **query: Any) -> Answered:
        url = f"{self.served.ecologic}/api/{version}/ecosupport/{name}?{urlencode(query)}"
        verb = method or (
            "POST" if name.lower() in {"createclaim", "updateclaim", "attachfile", "submitclaim"} else "GET"
        )
        return self.call(verb, url, body, {"api_key": API_KEY, "Content-Type": "application/json"})

    def twin(self) -> Answered:
        url = f"{self.served.ecologic}/api/v2/repair/getwarrantyclaims?manufacturerId=44"
        return self.call("GET", url, headers={"api_key": API_KEY})

    def create(self, invoice: str = "FA-1", serial: str = "356938035643809", **changes: Any) -> Answered:
        """Create a claim; `part__Name=value` changes a value of the body, others change the query."""
        query = {
            "RepairEndDate": "2026-06-30",
            "RepairSiteId": SITE,
            "ConsumerInvoiceNumber": invoice,
            "quoteNumber": "D-1",
        }
        body = claim(serial)
        for name, value in changes.items():
            part, inner, member = name.partition("__")
            if inner:
                body[part][member] = value
            else:
                query[name] = value
        return self.eco("createclaim", body, **query)

    def attach(self, number: int, kind: str, content: bytes = b"%PDF-1.4", **changes: Any) -> Answered:
        query = {"ClaimId": number, "FileName": kind, "FileExtension": "pdf", "DocumentType": kind, **changes}
        return self.eco("attachfile", {"FileContent": b64encode(content).decode()}, **query)

    def complete(self, invoice: str = "FA-1", serial: str = "356938035643809") -> int:
        number = self.create(invoice, serial).data["ClaimId"]
        for kind in PHONE_FILES:
            assert self.attach(number, kind).status == 200
        return number

    def submit(self, number: int) -> Answered:
        return self.eco("submitclaim", ClaimId=number)

    def status(self, number: int, version: str = "v1") -> Any:
        return self.eco("getclaimstatus", ClaimId=number, version=version).data

    # ecosystem

    def login(self) -> Answered:
        answer = self.call("POST", f"{self.served.ecosystem}/login", {"username": USERNAME, "password": PASSWORD})
        if answer.status == 200:
            self.bearer = answer[1]["IdToken"]
        return answer

    def sys(self, method: str, path: str, body: Any = None) -> Answered:
        if not self.bearer:
            self.login()
        return self.call(method, f"{self.served.ecosystem}{path}", body, {"Authorization": f"Bearer {self.bearer}"})

    def new(self, invoice: str = "FA-1", serial: str = "356938035643809", **changes: Any) -> Answered:
        body = reimbursement(invoice, serial)
        for name, value in changes.items():
            part, inner, member = name.partition("__")
            target = body.setdefault(part, {}) if inner else body
            if value is None:
                del target[member or part]
            else:
                target[member or part] = value
        return self.sys("POST", "/reimbursement-claims/new_claim", body)

    def announce(self, number: str, kind: str, name: str = "", size: float = 1) -> Answered:
        body = {"FileName": name or f"{kind}.jpg", "FileType": kind, "FileSizeInMB": size}
        return self.sys("POST", f"/reimbursement-claims/{number}/upload-file", body)

    def put(self, url: str, content: bytes = b"photo", **headers: str) -> Answered:
        return self.call("PUT", url, content, {"Content-Type": "application/octet-stream", **headers})

    def upload(self, number: str, kind: str) -> None:
        assert self.put(self.announce(number, kind)[1]["url"]).status == 200

    def ready(self, invoice: str = "FA-1", serial: str = "356938035643809", **changes: Any) -> str:
        number = self.new(invoice, serial, **changes)[1]["ReimbursementClaimID"]
        for kind in ("invoice", "serial_tag"):
            self.upload(number, kind)
        return number

    def confirm(self, number: str) -> Answered:
        return self.sys("POST", f"/reimbursement-claims/{number}/confirm-claim")

    def detail(self, number: str) -> Any:
        return self.sys("GET", f"/reimbursement-claims/{number}")[1]["Items"][0]

    def listed(self) -> Any:
        return self.sys("GET", "/reimbursement-claims")[1]["Items"]

    # admin

    def admin(self, method: str, path: str, body: Any = None) -> Answered:
        return self.call(method, f"{self.served.admin}{path}", body)

    def fault(self, step: str, kind: str, **more: Any) -> None:
        assert self.admin("POST", "/faults", {"step": step, "kind": kind, **more}).status == 204

    def outcome(self, number: int | str, outcome: str, **more: Any) -> Answered:
        return self.admin("POST", "/outcome", {"claim": str(number), "outcome": outcome, **more})

    @property
    def state(self) -> Any:
        return self.admin("GET", "/state")[1]

    @property
    def claims(self) -> Any:
        return self.state["claims"]


def claim(serial: str) -> dict[str, Any]:
    """Give the body of a good claim for a phone of Apple's."""
    return {
        "Consumer": {
            "Title": 3,
            "LastName": "Martin",
            "FirstName": "Noé",
            "StreetNumber": "",
            "Address1": "1 rue des Lices",
            "Zip": "35000",
            "City": "Rennes",
            "Country": 250,
            "Phone": "0600000000",
            "Email": "n@b.fr",
        },
        "Product": {
            "ProductId": "EEE.M6.060",
            "BrandId": "243",
            "CommercialRef": "iPhone 12",
            "SerialNumber": serial,
            "IRISSymptom": "E7",
            "IRISSection": "CAS",
        },
        "Quote": {
            "TotalAmountInclVAT": {"Amount": 120.0, "Currency": "EUR"},
            "SupportAmount": {"Amount": 25, "Currency": "EUR"},
        },
        "SpareParts": [],
    }


def reimbursement(invoice: str, serial: str) -> dict[str, Any]:
    """Give the body of a good claim for a phone of Samsung's."""
    return {
        "RepairDate": "2026-06-30",
        "PurchaseOrderByCustomer": invoice,
        "RepairerId": "2000101",
        "RepairPlaceID": "2000101",
        "Product": {
            "ProductID": "3016",
            "BrandID": "SAMSUNG",
            "ProductIdentificationNumber": serial,
            "RepairTypeCode": "01",
        },
        "Customer": {
            "Title": "M.",
            "LastName": "Martin",
            "FirstName": "Noé",
            "Email": "n@b.fr",
            "PhoneNumber": "0600000000",
            "StreetLine1": "1 rue des Lices",
            "PostalCode": "35000",
            "City": "Rennes",
            "Country": "FR",
        },
        "Bill": {
            "TotalAmountInclVAT": {"amount": 120.0, "currency": "EUR"},
            "AmountCovered": {"amount": 25, "currency": "EUR"},
        },
    }


@pytest.fixture
def sandbox() -> Iterator[Callable[..., Counter]]:
    """Start a sandbox with options, on the first of July 2026 unless told otherwise, and give a counter before it."""
    with ExitStack() as stack:

        def start(**options: Any) -> Counter:
            return Counter(stack.enter_context(Sandbox(Options(**{"clock": NOON, **options})).running()))

        yield start


@pytest.fixture
def counter(sandbox: Callable[..., Counter]) -> Counter:
    """Give a counter before a sandbox that behaves."""
    return sandbox()
