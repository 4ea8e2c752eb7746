"""The server itself: kept connections, delays, requests in flight, files that outlive a kill, ports."""

import os
import signal
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from comptoir.sandbox.ecologic_checks import duplicates
from comptoir.sandbox.reference import API_KEY
from comptoir.sandbox.server import Options, Sandbox, SandboxPortTaken, Served
from comptoir.sandbox.state import StateTrouble

PROGRAM = """
import sys
from pathlib import Path
from comptoir.sandbox.server import Options, serve
serve(Options(state=Path(sys.argv[1]), pace=None), lambda served: print(served.base, flush=True))
print("ended", flush=True)
"""


def started(state: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", PROGRAM, str(state)], stdout=subprocess.PIPE, text=True)


def test_a_kill_loses_nothing_that_was_answered(tmp_path, counter):
    today = time.strftime("%Y-%m-%d", time.localtime(time.time() - 86_400))
    with started(tmp_path / "sandbox.db") as first:
        counter.served = Served(first.stdout.readline().strip())
        number = counter.create(RepairEndDate=today).data["ClaimId"]
        for kind in ("INVOICE", "CONSUMERVALIDATION", "NAMEPLATE"):
            counter.attach(number, kind)
        counter.submit(number)
        draft = counter.new("FA-2", "B", RepairDate=today)[1]["ReimbursementClaimID"]
        url = urlsplit(counter.announce(draft, "invoice")[1]["url"])
        before = counter.claims
        first.kill()
    with started(tmp_path / "sandbox.db") as second:
        counter.served, counter.bearer = Served(second.stdout.readline().strip()), ""
        assert counter.claims == before
        assert counter.put(f"{counter.served.base}{url.path}?{url.query}").status == 200
        assert counter.create("FA-3", "C").data["ClaimId"] == number + 1
        second.send_signal(signal.SIGTERM)
        assert second.stdout.read() == "ended\n"
    assert second.returncode == 0


def test_one_sandbox_holds_a_file(tmp_path, sandbox):
    sandbox(state=tmp_path / "sandbox.db")
    with pytest.raises(StateTrouble) as refused:
        sandbox(state=tmp_path / "sandbox.db")
    assert refused.value.exit_code == 6


def test_the_file_is_for_its_owner_alone(tmp_path, sandbox):
    sandbox(state=tmp_path / "sandbox.db").create()
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("sandbox.db*")} == {0o600}


@pytest.mark.parametrize("content", [b"not a database" * 100, None])
def test_a_file_that_is_none_of_ours_is_refused(tmp_path, sandbox, content):
    path = tmp_path / "nowhere" / "sandbox.db" if content is None else tmp_path / "sandbox.db"
    if content:
        path.write_bytes(content)
    with pytest.raises(StateTrouble):
        sandbox(state=path)
    assert content is None or path.read_bytes() == content


def test_a_port_that_is_taken_is_told(counter, sandbox):
    port = urlsplit(counter.served.base).port
    with pytest.raises(SandboxPortTaken) as refused:
        sandbox(port=port)
    assert refused.value.exit_code == 5
    assert str(port) in refused.value.message


def test_the_server_listens_on_the_loopback_alone_and_stops(counter):
    assert urlsplit(counter.served.base).hostname == "127.0.0.1"
    with Sandbox().running() as served:
        address = urlsplit(served.base)
    with pytest.raises(ConnectionRefusedError):
        HTTPConnection(address.netloc).connect()


def test_a_failure_in_the_block_stops_the_server_too():
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError), Sandbox().running():
        _ = 1 / 0
    assert threading.active_count() == before


def test_connections_are_kept(counter):
    connection = HTTPConnection(urlsplit(counter.served.base).netloc, timeout=5)
    connection.connect()
    line = connection.sock
    for path in ("/ecologic/api/v1/ecosupport/printbrandlist", "/ecosystem/catalog", "/nowhere"):
        connection.request("GET", path, headers={"api_key": API_KEY})
        connection.getresponse().read()
        assert connection.sock is line
    connection.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Transfer-Encoding": "chunked"}, 411), ({"Content-Length": "1000000000"}, 413), ({"Content-Length": "x"}, 400)],
)
def test_a_body_without_a_good_length_is_refused(counter, headers, status):
    connection = HTTPConnection(urlsplit(counter.served.base).netloc, timeout=5)
    connection.putrequest("POST", "/ecosystem/login")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, answer.read()[:9]) == (status, b"<!DOCTYPE")
    connection.close()


def test_a_client_that_leaves_in_its_own_body_does_no_work(counter):
    connection = HTTPConnection(urlsplit(counter.served.base).netloc, timeout=5)
    connection.putrequest("POST", "/ecologic/api/v1/ecosupport/createclaim")
    connection.putheader("api_key", API_KEY)
    connection.putheader("Content-Length", "100")
    connection.endheaders(b"{}")
    connection.close()
    assert counter.claims == []


def test_answers_take_the_delay_and_sixteen_lines_share_it(sandbox):
    counter = sandbox(delay=0.1)

    def ask() -> None:
        for _ in range(5):
            assert counter.eco("printbrandlist").status == 200

    begun = time.monotonic()
    lines = [threading.Thread(target=ask) for _ in range(16)]
    for line in lines:
        line.start()
    for line in lines:
        line.join()
    took = time.monotonic() - begun
    assert 0.5 <= took < 16 * 5 * 0.1 / 4


def test_requests_at_once_for_one_claim_are_seen(sandbox):
    counter = sandbox(delay=0.3)
    number = counter.create().data["ClaimId"]
    other = counter.create("FA-2", "B").data["ClaimId"]
    asked = [threading.Thread(target=counter.status, args=(each,)) for each in (number, number, number, other)]
    for each in asked:
        each.start()
    for each in asked:
        each.join()
    state = counter.state
    assert (state["in_flight_max"], state["in_flight"]) == (3, {"ecologic:fa-1": 3, "ecologic:fa-2": 1})


def test_one_after_the_other_is_one_at_a_time(counter):
    for _ in range(5):
        number = counter.ready(f"FA-{_}", f"S-{_}")
        counter.confirm(number)
        counter.detail(number)
    assert counter.state["in_flight_max"] == 1


def test_creating_at_once_makes_one_claim_of_one_invoice(counter, monkeypatch):
    def slowly(*given):
        found = duplicates(*given)
        time.sleep(0.01)  # long enough for the others to look too
        return found

    monkeypatch.setattr("comptoir.sandbox.ecologic.duplicates", slowly)
    answers = []
    asked = [threading.Thread(target=lambda: answers.append(counter.create())) for _ in range(8)]
    for each in asked:
        each.start()
    for each in asked:
        each.join()
    assert sum("ClaimId" in each.data for each in answers) == 1
    assert len(counter.claims) == 1


def test_each_request_is_told(sandbox):
    said: list[str] = []
    counter = sandbox(told=said.append, faults=["printbrandlist=503:1", "printbrandlist=reset:1"])
    counter.eco("printbrandlist")
    with pytest.raises(ConnectionResetError):
        counter.eco("printbrandlist")
    counter.login()
    path = "/ecologic/api/v1/ecosupport/printbrandlist"
    assert said == [f"GET {path} 503 (503)", f"GET {path} - (reset)", "POST /ecosystem/login 200"]


def test_the_sandbox_loads_nothing_heavy():
    code = "import sys; import comptoir.sandbox.server; print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {
        "sqlmodel",
        "sqlalchemy",
        "typer",
        "click",
        "httpx",
        "pydantic",
        "comptoir.desk",
        "comptoir.store",
    }


def test_options_have_quiet_defaults():
    assert Options() == Options(port=0, state=None, delay=0.0, pace=0.0, verdict=0)
    assert os.environ.get("NO_COLOR")
