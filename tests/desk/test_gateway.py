"""The door of the SMS gateway: settings, what it is sent, and a gateway that fails in every way."""

import gzip
import json
import socket
import ssl
import struct
import threading
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backends.fail import Keyring as NoKeyring

from comptoir.core.clock import Clock
from comptoir.core.errors import ComptoirError
from comptoir.core.i18n import _
from comptoir.desk import gateway
from comptoir.desk.gateway import Gateway
from comptoir.desk.mailing import (
    BadPhoneNumber,
    BadSecret,
    NoGateway,
    NoSecret,
    OutOfOrder,
    Patience,
    Postponed,
    RefusedByServer,
    TextMessage,
    Undeliverable,
    Unknown,
    Unreachable,
    number,
)
from comptoir.desk.settings import BadSetting, load
from comptoir.desk.sms import Access, access, composed

from ..outbox.gateway_server import (  # noqa: TID252 - one server fails for both
    OK,
    Answer,
    GatewayServer,
    answer,
    drip,
    drop,
    flood,
    raw,
    silence,
)
from .conftest import InMemory, Locked, Ring
from .test_mail import Certificates, Handing, certificates

__all__ = ["certificates"]  # a fixture

MESSAGE = TextMessage("+33612345678", "Votre appareil est prêt & réparé : 100 % + {secret}\n« à bientôt »", "ready-1")
URL = "https://sms.exemple.fr/send"
PLAIN, GIVEN = "ouvre-toi/7+x=", "given"  # secrets
# Seconds: the shortest that a loaded machine keeps.
SHORT = Patience(connect=0.4, answer=0.4, whole=0.8, verdict=0.4)
DROPPED, LATE = _("it dropped the connection"), _("it does not answer in time")
LONG = Patience(connect=5, answer=5, whole=10, verdict=5)
CLOCK = Clock(datetime(2026, 11, 20, 10, tzinfo=UTC))


def resolved(**given: str) -> Access:
    environment = {f"COMPTOIR_{name.upper()}": value for name, value in given.items()}
    return access(load({}, {"COMPTOIR_CONFIG": "/none", **environment}), environment)


def door(**given: str) -> Gateway:
    return Gateway(resolved(**given), CLOCK)


def tried(answers: Answer = OK, patience: Patience = LONG, **given: Any) -> tuple[Any, Handing, GatewayServer]:
    """Try to hand a text message to a gateway that answers so; give what was raised, and what was handed."""
    handing = Handing()
    told = {name: given.pop(name) for name in list(given) if name.startswith("sms_")}
    with GatewayServer(answers, **given) as server:
        try:
            door(**{"sms_url": server.url, **told}).deliver(MESSAGE, handing, patience)
        except ComptoirError as error:
            return error, handing, server
    return None, handing, server


# Settings


def test_without_a_gateway_nothing_is_sent_and_the_setting_is_named() -> None:
    with pytest.raises(NoGateway) as refused:
        resolved()
    assert "sms_url" in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("written", "url"),
    [
        (URL, URL),
        (f"  {URL} ", URL),
        ("https://SMS.Exemple.fr:8443", "https://sms.exemple.fr:8443"),
        ("https://été.fr/à?b=ç", "https://xn--t-9fab.fr/%C3%A0?b=%C3%A7"),
        ("https://a.fr/x%20y?k=v#part", "https://a.fr/x%20y?k=v"),
        ("http://127.0.0.1:8080/send", "http://127.0.0.1:8080/send"),
        ("http://localhost/send", "http://localhost/send"),
        ("http://[::1]:80/send", "http://[::1]:80/send"),
        ("https://[2001:db8::1]/send", "https://[2001:db8::1]/send"),
    ],
)
def test_an_address_is_taken(written: str, url: str) -> None:
    assert resolved(sms_url=written).url == url


@pytest.mark.parametrize(
    "written",
    [
        "sms.exemple.fr", "ftp://a.fr/", "http://sms.exemple.fr/send", "http://192.168.0.2/", "https://", "https:///send",
        "https://a.fr:x/", "https://a.fr:0/", "https://a.fr:65536/", "https://-a.fr/", "https://a b.fr/",
        "https://a.fr/x y", "https://a.fr/\r\nX: y", "https://[::1/", "http://127.0.0.1.nip.io/", "https://a..fr/",
        "https://a.fr/" + "x" * 2000, "file:///etc/passwd", "http://localhost.exemple.fr/",
    ],
)  # fmt: skip
def test_what_is_no_address_or_is_in_the_clear_is_refused(written: str) -> None:
    with pytest.raises(BadSetting, match="sms_url"):
        resolved(sms_url=written)


@pytest.mark.parametrize("written", [f"https://shop:{PLAIN}@a.fr/", f"https://{PLAIN}@a.fr/"])
def test_a_password_in_an_address_is_refused_and_not_shown(written: str) -> None:
    with pytest.raises(BadSetting) as refused:
        resolved(sms_url=written.replace("/7+x=", ""))
    assert "ouvre" not in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [
        "hello", "to={to}", "message={text}", "to={to}&message={text}&x={nobody}", '{"to": "{to}"', '{"to": {to}}',
        '{"to": "{to}", "m": "{text}", "x": "{é}"}', '["{text}"]', '{"m": "{text}{}"}', "[" * 100000,
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_filled_is_refused(body: str) -> None:
    with pytest.raises(BadSetting, match="sms_body"):
        resolved(sms_url=URL, sms_body=body)


@pytest.mark.parametrize(
    "headers",
    [
        PLAIN, f"Authorization {PLAIN}", f": {PLAIN}", f"X Y: {PLAIN}", f"Host: {PLAIN}", f"content-LENGTH: {PLAIN}",
        f"X: {PLAIN}\r\nY: z", f"X: {PLAIN} été", f"X: {PLAIN} {{text}}", f"Idempotency-Key: {PLAIN}",
    ],
)  # fmt: skip
def test_a_header_that_cannot_be_is_refused_and_its_value_is_not_shown(headers: str) -> None:
    with pytest.raises(BadSetting, match="sms_headers") as refused:
        resolved(sms_url=URL, sms_headers=headers)
    assert PLAIN not in str(refused.value)


def test_a_secret_comes_from_the_environment_else_from_the_keyring_where_one_is_wanted(
    ring: Ring,
) -> None:
    bearer = {"sms_url": URL, "sms_headers": "Authorization: Bearer {secret}; X-Foo: bar;"}
    ring(InMemory("sms_secret", PLAIN))
    assert resolved(**bearer).headers == (("Authorization", f"Bearer {PLAIN}"), ("X-Foo", "bar"))
    assert resolved(**bearer, sms_secret=f"{GIVEN}\n").headers[0] == ("Authorization", f"Bearer {GIVEN}")
    assert resolved(sms_url=URL, sms_secret=GIVEN).secret == ""
    for backend in (NoKeyring(), Locked()):
        ring(backend)
        assert resolved(sms_url=URL).headers == ()
        with pytest.raises(NoSecret) as refused:
            resolved(**bearer)
        assert "COMPTOIR_SMS_SECRET" in (refused.value.hint or "")
        with pytest.raises(NoSecret):
            resolved(sms_url=URL, sms_body="to={to}&message={text}&key={secret}")


@pytest.mark.parametrize("secret", ["a\r\nX: y", "clé", "a\x00b", "a\udce9"])
def test_a_secret_that_no_header_can_have_is_told_and_not_shown(secret: str) -> None:
    with pytest.raises(BadSecret) as refused:
        resolved(sms_url=URL, sms_headers="X: {secret}", sms_secret=secret)
    assert secret not in str(refused.value)


def test_a_secret_is_in_no_trace() -> None:
    found = resolved(sms_url=URL, sms_headers="X: {secret}", sms_secret=PLAIN)
    assert PLAIN not in f"{found!r} {found} {Gateway(found, CLOCK)!r}"


# Numbers and bodies


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("+33612345678", "+33612345678"),
        ("0033 6.12.34.56.78", "+33612345678"),
        ("+33 (0)6-12-34-56-78", "+33612345678"),
        ("+262\N{NO-BREAK SPACE}692 12 34 56", "+262692123456"),
    ],
)
def test_a_number_goes_as_gateways_take_it(text: str, made: str) -> None:
    assert number(text) == made


@pytest.mark.parametrize(
    "text",
    ["", "+", "0612345678", "+0612345678", "+33", "612345678", "+3361234567890123", "+33612345678&to=x", "+3361234567x",
     "+336١٢٣٤٥٦٧", "a@b.fr", "+330612345678", "0033 06 12 34 56 78"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadPhoneNumber):
        number(text)
    with pytest.raises(BadPhoneNumber):
        composed(MESSAGE._replace(recipient=text), resolved(sms_url=URL))


def test_the_body_is_a_form_unless_it_is_told_otherwise() -> None:
    error, handing, server = tried(sms_body="to={digits}&m={text}&from=Seconde Vie&r={reference}&n=")
    assert (error, handing.called) == (None, 1)
    (asked,) = server.asked
    assert asked.form == {
        "to": "33612345678", "m": MESSAGE.text, "from": "Seconde Vie", "r": "ready-1", "n": "",
    }  # fmt: skip
    assert asked.line == "POST /send?lang=fr HTTP/1.1"
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert asked.headers["Idempotency-Key"] == "ready-1"
    assert asked.headers["Host"] == f"127.0.0.1:{server.port}"


def test_the_body_may_be_json_with_a_secret_in_it() -> None:
    body = '{"sender": "Comptoir", "to": ["{to}"], "text": "SMS : {text}", "n": [1, null, true], "key": "{secret}"}'
    headers = "authorization: Bearer {secret}; Content-Type: application/vnd.sms+json; accept: text/plain"
    error, _handing, server = tried(sms_body=body, sms_headers=headers, sms_secret=PLAIN)
    assert error is None
    (asked,) = server.asked
    assert asked.json == {
        "sender": "Comptoir", "to": ["+33612345678"], "text": f"SMS : {MESSAGE.text}", "n": [1, None, True],
        "key": PLAIN,
    }  # fmt: skip
    assert asked.headers.get_all("Authorization") == [f"Bearer {PLAIN}"]
    assert asked.headers.get_all("Content-Type") == ["application/vnd.sms+json"]
    assert asked.headers.get_all("Accept") == ["text/plain"]


FORM = resolved(sms_url=URL, sms_body="to={to}&message={text}&fixed=1")
JSON = resolved(sms_url=URL, sms_body='{"to": "{to}", "message": "{text}", "fixed": "1"}')


@given(st.text(max_size=300))
def test_whatever_a_text_holds_it_fills_its_own_place(text: str) -> None:
    message = MESSAGE._replace(text=f"a{text}")
    form = dict(
        pair.split("=") for pair in composed(message, FORM).decode("ascii").replace("+", " ").split("&")
    )  # as a gateway that is not clever reads it
    assert form.keys() == {"to", "message", "fixed"}
    read = json.loads(composed(message, JSON))
    assert read.keys() == {"to", "message", "fixed"}
    assert (read["to"], read["fixed"]) == ("+33612345678", "1")
    kept = "".join(c for c in text if c.isprintable())
    assert "".join(c for c in read["message"][1:] if c.isprintable() or c == "?").startswith(kept[:1])


@pytest.mark.parametrize("text", ["", "  \n", "\x00", "x" * 1531])
def test_a_text_that_cannot_leave_is_refused_before_anything_is_asked(text: str) -> None:
    handing = Handing()
    with GatewayServer() as server, pytest.raises(Undeliverable):
        door(sms_url=server.url).deliver(MESSAGE._replace(text=text), handing, LONG)
    assert (server.connections, handing.called) == (0, 0)


def test_a_reference_that_no_header_can_have_is_written_otherwise() -> None:
    with GatewayServer() as server:
        message = MESSAGE._replace(reference="dossier né\r\nX: y")
        door(sms_url=server.url).deliver(message, Handing(), LONG)
    assert server.references == ["dossier%20n%C3%A9%0D%0AX:%20y"]
    assert server.asked[0].headers["X"] is None


# Answers


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_message_that_is_taken_is_sent(status: int) -> None:
    error, handing, server = tried(answer(status))
    assert (error, handing.called, len(server.asked)) == (None, 1, 1)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RefusedByServer), (404, RefusedByServer), (410, RefusedByServer), (413, RefusedByServer),
        (422, RefusedByServer), (499, RefusedByServer),
        (401, Unreachable), (402, Unreachable), (403, Unreachable), (405, Unreachable), (415, Unreachable),
        (408, Postponed), (425, Postponed), (429, Unreachable), (503, Unreachable),
        (501, Unreachable), (511, Unreachable), (301, Unreachable), (307, Unreachable), (308, Unreachable),
        (300, OutOfOrder), (302, OutOfOrder), (303, OutOfOrder), (304, OutOfOrder), (409, OutOfOrder),
        (500, OutOfOrder), (502, OutOfOrder), (504, OutOfOrder), (599, OutOfOrder), (700, OutOfOrder),
    ],
)  # fmt: skip
def test_each_answer_has_its_meaning(status: int, kind: type[ComptoirError]) -> None:
    error, handing, server = tried(answer(status, '{"error": "num\\u00e9ro  inconnu"}'))
    assert type(error) is kind
    assert str(status) in error.message
    assert status == 304 or "numéro inconnu" in error.message
    assert (handing.called, len(server.asked), server.connections) == (1, 1, 1)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_a_gateway_says_how_long_it_wants_to_be_left_alone(status: int) -> None:
    asked = {
        "90": 90, "0": 0, "Fri, 20 Nov 2026 10:01:00 GMT": 60, "Fri, 20 Nov 2026 09:00:00 GMT": 0, "soon": 0,
        "-5": 0, "9" * 30: 0, "": 0,
    }  # fmt: skip
    for text, after in asked.items():
        error, _handing, _server = tried(answer(status, retry_after=text, date="Fri, 20 Nov 2026 10:00:00 GMT"))
        if status in {500, 502} and not after:
            assert isinstance(error, Unknown)
        else:
            assert isinstance(error, Postponed)
            assert error.after == timedelta(seconds=after)


@pytest.mark.parametrize("date", [None, "", "soon", "Fri, 20 Nov 2026 10:00:00 GMT"])
def test_a_gateway_that_does_not_tell_its_time_is_left_alone_by_ours(date: str | None) -> None:
    told = {} if date is None else {"date": date}
    error, _handing, _server = tried(answer(503, retry_after="Fri, 20 Nov 2026 10:01:00 GMT", **told))
    assert isinstance(error, Unreachable)
    assert error.after == timedelta(seconds=60)


def test_a_redirect_is_not_followed() -> None:
    with GatewayServer() as other:
        error, _handing, server = tried(answer(307, location=other.url))
    assert isinstance(error, Unreachable)
    assert other.url in error.message
    assert (len(server.asked), other.connections) == (1, 0)


PAGE = (
    "<!DOCTYPE html><html><head><style>p{}</style></head><body><h1>Erreur</h1><p>Num&eacute;ro faux</p></body></html>"
)


def test_a_page_is_told_without_its_tags_and_is_no_yes() -> None:
    error, _handing, _server = tried(answer(400, PAGE, content_type="text/html"))
    assert error.message.endswith("400 Erreur Numéro faux")
    error, _handing, _server = tried(answer(200, f"\n {PAGE}"))
    assert isinstance(error, OutOfOrder)
    assert tried(answer(200, "OK", content_type="text/html"))[0] is None


def test_its_words_are_bounded_and_reach_no_terminal() -> None:
    error, _handing, _server = tried(answer(400, "\x1b[31m" + "long \r\n" * 90000))
    assert len(error.message) < 400
    assert not {"\x1b", "\n", "\r"} & set(error.message)
    error, _handing, _server = tried(
        answer(400, "numéro".encode("latin-1"), content_type="text/plain;charset=ISO-8859-1")
    )
    assert "numéro" in error.message
    error, _handing, _server = tried(answer(400, b"\xff\xfe", content_type="text/plain;charset=idna"))
    assert isinstance(error, RefusedByServer)
    for bomb in ("[" * 60000, "<" * 60000, "<script" * 8000, "<head " * 9000):
        began = time.monotonic()
        assert isinstance(tried(answer(400, bomb))[0], RefusedByServer)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "told",
    ["your key is {}", "<html>{}", '{{"key": "{}"}}', "x" * 290 + "{}"],
)
@pytest.mark.parametrize("secret", [PLAIN, 'a"b\\c', "a&b", "x y"])
def test_a_gateway_that_says_our_secret_does_not_make_us_say_it(told: str, secret: str) -> None:
    from urllib.parse import quote, quote_plus

    for face in (secret, quote(secret), quote_plus(secret), quote(secret, safe=""), json.dumps(secret)[1:-1]):
        error, _handing, _server = tried(
            answer(401, told.format(face)), sms_headers="X-Key: {secret}", sms_secret=secret
        )
        assert isinstance(error, Unreachable)
        for part in (secret, face, face[:6]):
            assert part not in error.message
    error, _handing, _server = tried(
        answer(302, location=f"https://a.fr/{secret}"), sms_headers="X-Key: {secret}", sms_secret=secret
    )
    assert secret not in error.message


def test_what_is_compressed_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 1 << 16
    for status in (200, 400):
        tracemalloc.start()
        error, _handing, server = tried(answer(status, bomb, content_encoding="gzip"))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 4_000_000
        assert isinstance(error, RefusedByServer) == (status == 400)
    assert server.asked[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("head", "part"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", bytes(1 << 16)),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"5\r\nhello\r\n"),
    ],
)
def test_an_answer_that_never_ends_is_read_no_further(head: bytes, part: bytes) -> None:
    began = time.monotonic()
    error, _handing, _server = tried(flood(head, part))
    assert error is None
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("head", "part"), [(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"), (b"", b"HTTP/1.1 100 Continue\r\n\r\n"), (b"", b"y" * 99)]
)
def test_headers_that_never_end_make_a_doubt(head: bytes, part: bytes) -> None:
    began = time.monotonic()
    error, _handing, _server = tried(flood(head, part), SHORT)
    assert isinstance(error, Unknown)
    assert time.monotonic() - began < 2


# Failures


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (drop, DROPPED),
        (silence, LATE),
        (drip, LATE),
        (raw(b"HTTP/1.1 20"), DROPPED),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Le"), DROPPED),
        (raw(b"SSH-2.0-x\r\n\r\n"), ""),
    ],
    ids=["drop", "silence", "drip", "cut status", "cut headers", "ssh"],
)
def test_an_answer_that_does_not_come_whole_makes_a_doubt(answers: Answer, reason: str) -> None:
    began = time.monotonic()
    error, handing, server = tried(answers, SHORT)
    assert type(error) is OutOfOrder
    assert reason in error.message
    assert (handing.called, len(server.asked)) == (1, 1)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzz",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nok",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    ],
)
def test_an_answer_cut_after_a_yes_is_a_yes(text: bytes) -> None:
    assert tried(raw(text))[0] is None


def test_a_body_that_does_not_come_after_a_yes_is_not_waited_for_long() -> None:
    def half(asked: Any) -> None:
        """Say yes, and no more."""
        asked.say(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
        silence(asked)

    began = time.monotonic()
    assert tried(half, LONG._replace(answer=0.3))[0] is None
    assert time.monotonic() - began < 2


def test_a_gateway_that_is_not_there_is_told_and_nothing_is_handed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}/", f"https://127.0.0.1:{port}/"):
        handing = Handing()
        with pytest.raises(Unreachable, match=_("Connection refused")):
            door(sms_url=url).deliver(MESSAGE, handing, LONG)
        assert handing.called == 0


def test_a_gateway_whose_first_address_does_not_answer_has_others(monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing listens on 127.0.0.2.
    kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    monkeypatch.setattr(gateway, "looked_up", lambda *_given: [(*kind, ("127.0.0.2", 1)), (*kind, ("127.0.0.1", 1))])
    handing = Handing()
    with GatewayServer() as server:
        door(sms_url=f"http://localhost:{server.port}/").deliver(MESSAGE, handing, LONG)
    assert (handing.called, len(server.asked), server.asked[0].headers["Host"]) == (1, 1, f"localhost:{server.port}")


@pytest.mark.parametrize("failing", ["unknown", "hanging"])
def test_a_resolver_that_fails_is_told_in_time(failing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    freed = threading.Event()

    def asked(*_given: Any, **_named: Any) -> list[Any]:
        if failing == "hanging":
            freed.wait(5)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    handing = Handing()
    began = time.monotonic()
    told = _("it does not answer in time" if failing == "hanging" else "Name or service not known")
    with pytest.raises(Unreachable, match=told):
        door(sms_url=URL).deliver(MESSAGE, handing, SHORT)
    assert time.monotonic() - began < 2
    assert handing.called == 0
    freed.set()


def test_a_gateway_that_hangs_up_at_once_was_handed_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    see = gateway.Watch.see

    def slowly(self: gateway.Watch, event: str, told: Any) -> None:
        """Leave it the time to hang up."""
        see(self, event, told)
        if event == "http11.send_request_headers.complete":
            time.sleep(0.1)

    monkeypatch.setattr(gateway.Watch, "see", slowly)
    for ends in ({"at_connection": lambda _line: None}, {"at_headers": drop}):
        error, handing, _server = tried(**ends)
        assert type(error) is Unreachable
        assert DROPPED in error.message
        assert handing.called == 0


def test_an_answer_that_comes_before_the_question_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    see = gateway.Watch.see

    def slowly(self: gateway.Watch, event: str, told: Any) -> None:
        """Leave it the time to answer."""
        see(self, event, told)
        if event == "connection.connect_tcp.complete":
            time.sleep(0.1)

    def answers(line: socket.socket) -> None:
        """Say yes, and reset the connection."""
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    monkeypatch.setattr(gateway.Watch, "see", slowly)
    error, handing, _server = tried(at_connection=answers)
    assert (type(error), handing.called) == (Unreachable, 0)


def test_the_body_leaves_after_it_was_written_down_and_not_before() -> None:
    seen: list[int] = []
    with GatewayServer() as server:

        def handing() -> None:
            """See whether the gateway has what it needs to send the message."""
            time.sleep(0.1)
            seen.append(len(server.asked))

        door(sms_url=server.url).deliver(MESSAGE, handing, LONG)
    assert (seen, len(server.asked)) == ([0], 1)


def test_where_it_cannot_be_written_down_the_body_does_not_leave() -> None:
    handing = Handing(fails=ZeroDivisionError())
    with GatewayServer() as server:
        with pytest.raises(ZeroDivisionError):
            door(sms_url=server.url).deliver(MESSAGE, handing, LONG)
        time.sleep(0.1)
        assert (handing.called, server.asked) == (1, [])


@pytest.mark.parametrize("seen", ["before", "after"])
def test_time_that_is_over_before_the_body_leaves_hands_nothing(seen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    see = gateway.Watch.see

    def slowly(self: gateway.Watch, event: str, told: Any) -> None:
        """Take longer than there is."""
        if seen == "after":
            see(self, event, told)
        if event == "connection.connect_tcp.complete":
            time.sleep(0.5)
        if seen == "before":
            see(self, event, told)

    monkeypatch.setattr(gateway.Watch, "see", slowly)
    error, handing, server = tried(patience=SHORT._replace(whole=0.3))
    assert type(error) is Unreachable
    assert LATE in error.message
    assert (handing.called, server.asked) == (0, [])


def test_nothing_of_the_environment_stands_between(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    with GatewayServer() as proxy:
        for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login shop password x\n")
        monkeypatch.setenv("NETRC", str(netrc))
        error, _handing, server = tried()
    assert (error, proxy.connections) == (None, 0)
    assert server.asked[0].headers["Authorization"] is None


def test_nothing_is_left_behind() -> None:
    for answers in (OK, drop, answer(400)):
        tried(answers)
    ends = time.monotonic() + 1
    while (left := [each for each in threading.enumerate() if isinstance(each, threading.Timer)]) and (
        time.monotonic() < ends
    ):
        time.sleep(0.01)
    assert left == []


# TLS


def test_a_gateway_whose_certificate_is_trusted_is_sent_to(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    with GatewayServer(secure=certificates.context("good")) as server:
        for host in ("127.0.0.1", "localhost"):
            url = f"https://{host}:{server.port}/"
            door(sms_url=url).deliver(MESSAGE, Handing(), LONG)
    assert len(server.asked) == 2


def test_it_is_the_name_in_the_settings_that_the_certificate_bears(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1))
    monkeypatch.setattr(gateway, "looked_up", lambda *_given: [here])
    for name, taken in (("elsewhere", True), ("good", False)):
        with GatewayServer(secure=certificates.context(name)) as server:
            url = f"https://smtp.exemple.fr:{server.port}/"
            with suppress(Unreachable):
                door(sms_url=url).deliver(MESSAGE, Handing(), LONG)
        assert len(server.asked) == taken


@pytest.mark.parametrize("name", ["self", "elsewhere"])
def test_a_gateway_whose_certificate_is_not_trusted_is_told_nothing(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    error, handing, server = tried(secure=certificates.context(name))
    assert type(error) is Unreachable
    assert error.message.startswith(
        _("SMS gateway `{host}`: {reason}").format(
            host="127.0.0.1", reason=_("its certificate is not trusted: {reason}").format(reason="")
        )
    )
    assert (handing.called, server.asked) == (0, [])


@pytest.mark.parametrize(
    "at_connection",
    [lambda line: line.sendall(b"HTTP/1.1 200 OK\r\n\r\n"), lambda _line: None],
    ids=["in the clear", "gone"],
)
def test_a_gateway_that_speaks_no_tls_is_told_nothing(at_connection: Callable[..., None]) -> None:
    error, handing, _server = tried(secure=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), at_connection=at_connection)
    assert (type(error), handing.called) == (Unreachable, 0)


def test_a_tls_that_drags_on_is_given_up(certificates: Certificates) -> None:
    def drags(line: socket.socket) -> None:
        """Begin a record, and go on a byte at a time."""
        with suppress(OSError):
            line.sendall(b"\x16\x03\x03\x40\x00")
            while True:
                line.sendall(b"\x00")
                time.sleep(0.05)

    began = time.monotonic()
    error, handing, _server = tried(patience=SHORT, secure=certificates.context("good"), at_connection=drags)
    assert (type(error), handing.called) == (Unreachable, 0)
    assert time.monotonic() - began < 2
