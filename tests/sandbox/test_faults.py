"""Every misbehaviour, on the wire: what the client meets, and whether the work was done."""

import gzip
import json
import socket
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse, IncompleteRead, RemoteDisconnected
from urllib.parse import urlencode, urlsplit

import pytest

from comptoir.sandbox.faults import ALWAYS, KINDS, BadFault, Fault, Plan, parse, told
from comptoir.sandbox.reference import API_KEY


@contextmanager
def connected(counter, timeout: float = 5) -> Iterator[HTTPConnection]:
    connection = HTTPConnection(urlsplit(counter.served.base).netloc, timeout=timeout)
    try:
        yield connection
    finally:
        connection.close()


def attach(connection: HTTPConnection, number: int) -> HTTPResponse:
    query = urlencode({"ClaimId": number, "FileName": "f", "FileExtension": "pdf", "DocumentType": "INVOICE"})
    body = json.dumps({"FileContent": b64encode(b"%PDF").decode()})
    connection.request("POST", f"/ecologic/api/v1/ecosupport/attachfile?{query}", body, {"api_key": API_KEY})
    return connection.getresponse()


@pytest.fixture
def number(counter) -> int:
    return counter.create().data["ClaimId"]


def files(counter) -> int:
    return len(counter.claims[0]["files"])


def test_reset_cuts_before_any_work(counter, number):
    counter.fault("attachfile", "reset")
    with connected(counter) as connection, pytest.raises(ConnectionResetError) as cut:
        attach(connection, number)
    assert type(cut.value) is ConnectionResetError  # and not the end of the line, which http.client makes a kind of it
    assert files(counter) == 0


def test_lost_does_the_work_and_cuts(counter, number):
    counter.fault("attachfile", "lost")
    with connected(counter) as connection, pytest.raises(RemoteDisconnected):
        attach(connection, number)
    assert files(counter) == 1


@pytest.mark.parametrize(("kind", "held"), [("hang", 1), ("deaf", 0)])
def test_hang_and_deaf_never_answer(counter, number, kind, held):
    counter.fault("attachfile", kind)
    with connected(counter, timeout=0.2) as connection, pytest.raises(TimeoutError):
        attach(connection, number)
    assert files(counter) == held
    assert counter.attach(number, "NAMEPLATE").status == 200
    assert counter.state["in_flight_max"] == 1


def test_half_does_the_work_and_cuts_in_the_middle(counter, number):
    counter.fault("attachfile", "half")
    with connected(counter) as connection, pytest.raises(IncompleteRead):
        attach(connection, number).read()
    assert files(counter) == 1


def test_half_of_an_answer_without_a_body_is_half_a_head(counter):
    url = counter.announce(counter.new()[1]["ReimbursementClaimID"], "invoice")[1]["url"]
    counter.fault("put", "half")
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as line:
        line.sendall(f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx".encode())
        read = b"".join(iter(lambda: line.recv(1000), b""))
    assert read.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\n\r\n" not in read
    assert counter.claims[0]["files"][0]["size"] == 1


def test_drip_gives_a_byte_at_a_time(counter, number):
    counter.fault("attachfile", "drip", detail="0.003")
    with connected(counter) as connection:
        started = time.monotonic()
        body = attach(connection, number).read()
    assert time.monotonic() - started >= 0.003 * (len(body) - 1)
    assert json.loads(body)["IsValid"] is True


def test_503_does_nothing_and_says_when_to_come_back(counter, number):
    counter.fault("attachfile", "503", detail="7")
    answer = counter.attach(number, "INVOICE")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "7")
    assert files(counter) == 0


@pytest.mark.parametrize(("kind", "status"), [("500", 500), ("html", 200)])
def test_html_where_json_is_due(counter, number, kind, status):
    counter.fault("attachfile", kind)
    answer = counter.attach(number, "INVOICE")
    assert (answer.status, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert answer[1].startswith(b"<!DOCTYPE html>")
    assert files(counter) == 1


def test_gzip_is_small_on_the_wire_and_large_once_read(counter, number):
    counter.fault("attachfile", "gzip", detail="3")
    with connected(counter) as connection:
        answer = attach(connection, number)
        packed = answer.read()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(packed) < 40_000
    opened = gzip.decompress(packed)
    assert len(opened) > 2_900_000
    assert json.loads(opened)["IsValid"] is True


def test_huge_is_streamed(counter, number):
    counter.fault("attachfile", "huge", detail="3")
    with connected(counter) as connection:
        answer = attach(connection, number)
        assert answer.headers["Transfer-Encoding"] == "chunked"
        body = answer.read()
    assert len(body) > 2_900_000
    assert json.loads(body)["IsValid"] is True


def test_the_bombs_are_of_two_hundred_megabytes_unless_told_otherwise():
    assert Fault("list", "gzip").number == Fault("list", "huge").number == 200
    assert Fault("list", "drip").number == 1


def test_a_client_may_leave_a_flood(counter, number):
    counter.fault("attachfile", "huge")
    with connected(counter) as connection:
        assert len(attach(connection, number).read(1000)) == 1000
    assert counter.attach(number, "NAMEPLATE").status == 200


def test_slow_takes_its_time(counter, number):
    counter.fault("attachfile", "slow", detail="0.2")
    started = time.monotonic()
    assert counter.attach(number, "INVOICE").status == 200
    assert time.monotonic() - started >= 0.2


def test_an_expired_key_is_refused_as_often_as_asked(counter, number):
    counter.fault("attachfile", "expire", times=2)
    assert [counter.attach(number, "INVOICE").status for _ in range(3)] == [401, 401, 200]
    assert files(counter) == 1


def test_an_expired_token_is_healed_by_a_login(counter):
    number = counter.ready()
    counter.fault("confirm-claim", "expire")
    assert [counter.confirm(number).status, counter.sys("GET", "/catalog").status] == [401, 401]
    counter.login()
    assert counter.confirm(number).status == 200


def test_an_expired_address_is_refused(counter):
    url = counter.announce(counter.new()[1]["ReimbursementClaimID"], "invoice")[1]["url"]
    counter.fault("put", "expire")
    assert [counter.put(url).status, counter.put(url).status] == [403, 200]


def test_each_house_refuses_in_its_own_way(counter, number):
    counter.fault("*", "refuse", times="*")
    refused = counter.create("FA-2", "X")
    assert (refused.status, refused.data["IsValid"]) == (206, False)
    assert "ClaimId" not in refused.data
    assert counter.submit(number).status == 400
    assert counter.login().status == 400
    assert counter.put(f"{counter.served.base}/storage/x/y").status == 403
    counter.admin("DELETE", "/faults")
    counter.fault("confirm-claim", "refuse", detail="PIECE_JOINTE_MANQUANTE")
    assert counter.confirm("x").refusal == "PIECE_JOINTE_MANQUANTE"
    assert len(counter.claims) == 1


def test_a_lost_status_moves_nothing(counter):
    number = counter.complete()
    counter.submit(number)
    counter.fault("getclaimstatus", "lost")
    with pytest.raises(RemoteDisconnected):
        counter.status(number)
    assert counter.status(number)["LastStatus"] == "En attente de validation administrateur"


def test_faults_come_in_order_after_those_they_let_through(sandbox):
    counter = sandbox(faults=["printbrandlist=503:1:1", "printbrandlist=500:1"])
    assert [counter.eco("printbrandlist").status for _ in range(4)] == [200, 503, 500, 200]
    assert counter.state["requests"] == {"admin": 0, "printbrandlist": 4} | {
        "admin": counter.state["requests"]["admin"] - 1
    }


def test_faults_are_forgotten_on_demand(counter):
    counter.fault("*", "503", times="*")
    assert [counter.eco("printbrandlist").status for _ in range(2)] == [503, 503]
    counter.admin("DELETE", "/faults")
    assert counter.eco("printbrandlist").status == 200


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("createclaim=lost", Fault("createclaim", "lost", 1, 0)),
        ("put=reset:2", Fault("put", "reset", 2, 0)),
        ("CONFIRM-CLAIM=slow@0.5:*:3", Fault("confirm-claim", "slow", ALWAYS, 3, "0.5")),
        ("*=503", Fault("*", "503")),
    ],
)
def test_a_fault_is_read(text, fault):
    assert parse(text) == fault


@pytest.mark.parametrize(
    "text",
    ["", "put", "put=", "put=explode", "pull=lost", "put=lost:x", "put=lost:1:x", "put=lost:1:1:1", "put=lost:-2",
     "put=lost:1:-1", "put=slow@soon", "put=slow@-1"],
)  # fmt: skip
def test_what_is_no_fault_is_refused(text):
    with pytest.raises(BadFault) as refused:
        parse(text)
    assert refused.value.exit_code == 2
    assert all(kind in str(refused.value.hint) for kind in KINDS)


@pytest.mark.parametrize("body", [None, [], {"step": "put"}, {"step": "put", "kind": "lost", "seconds": 3}])
def test_what_the_admin_api_cannot_read_is_refused(counter, body):
    with pytest.raises(BadFault):
        told(body)
    assert counter.admin("POST", "/faults", body).status == 400


def test_a_plan_counts_only_what_reaches_each_fault():
    plan = Plan([Fault("put", "reset", 2), Fault("put", "lost", 1, skip=1)])
    kinds = [fault and fault.kind for fault in (plan.next("put") for _ in range(5))]
    assert kinds == ["reset", "reset", None, "lost", None]
    assert plan.next("list") is None
