"""The door of JSON over HTTP: what leaves, what is kept of it, and services that fail in every way."""

import asyncio
import gzip
import json
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.clock import Clock
from comptoir.core.i18n import _
from comptoir.desk.http import Wire
from comptoir.desk.wire import Asked, Exchange, Heard, Unheard, Unsent, asked_pause, written

from .web_server import WebServer, said

NOW = datetime(2026, 11, 22, 10, 5, tzinfo=UTC)
DROPPED, LATE = _("it dropped the connection"), _("it does not answer in time")
JSON = {"a": 1}
SECRET = 's3cr"et é'  # noqa: S105 - of nobody


def asked(url: str, **more: Any) -> Asked:
    return Asked("step", more.pop("method", "POST"), url, **more)


def tried(question: Asked, *, hidden: str = "") -> tuple[Any, list[Exchange]]:
    """Ask once; give the answer or the failure, and what was told of it."""
    told: list[Exchange] = []

    async def ask() -> Heard:
        async with Wire(Clock(NOW), question.url) as wire:
            wire.hide(hidden)
            return await wire.ask(question, told.append)

    try:
        return asyncio.run(ask()), told
    except (Unsent, Unheard) as error:
        return error, told


def many(url: str, count: int, **more: Any) -> list[Heard]:
    async def ask() -> list[Heard]:
        async with Wire(Clock(NOW), url) as wire:
            return await asyncio.gather(*(wire.ask(asked(url, **more), lambda _told: None) for _ in range(count)))

    return asyncio.run(ask())


# What leaves


def test_a_question_leaves_as_it_is_and_its_answer_comes_whatever_its_status() -> None:
    with WebServer(lambda _came: said(418, "théière", X_Name="y")) as server:
        body = {"amount": Decimal("12.50"), "text": "é\n", "none": None, "list": [True, 2]}
        heard, _told = tried(
            asked(f"{server.url}/a", parameters=(("n", "é&="),), headers=(("api_key", "k"),), json=body)
        )
    assert (heard.status, heard.body.decode(), heard.headers["x-name"]) == (418, "théière", "y")
    (came,) = server.came
    assert (came.method, came.path, came.query) == ("POST", "/a", {"n": "é&="})
    assert came.body == '{"amount": 12.50, "text": "é\\n", "none": null, "list": [true, 2]}'.encode()
    assert [came.headers[name] for name in ("content-type", "accept", "api_key", "accept-encoding")] == [
        "application/json", "application/json", "k", "identity",
    ]  # fmt: skip


def test_raw_content_leaves_byte_for_byte_to_an_address_that_was_given() -> None:
    with WebServer() as server:
        tried(asked(f"{server.url}/p?X-Sig=a%2Fb%3D&y=%20", method="PUT", content=b"\x00\xff", media_type="image/png"))
    (came,) = server.came
    assert (came.method, came.body, came.headers["content-type"]) == ("PUT", b"\x00\xff", "image/png")
    assert came.target == "/p?X-Sig=a%2Fb%3D&y=%20"


def test_a_question_without_a_body_says_that_it_has_none() -> None:
    with WebServer() as server:
        tried(asked(server.url))
    assert (server.came[0].headers["content-length"], server.came[0].body) == ("0", b"")


def test_what_no_text_can_hold_leaves_all_the_same() -> None:
    with WebServer() as server:
        heard, _told = tried(asked(server.url, json={"name": "a\udce9"}))
    assert (heard.status, server.came[0].json) == (200, {"name": "a?"})


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_what_is_written_reads_back_to_the_cent(value: Any) -> None:
    assert json.loads(written(value), parse_float=Decimal) == value


def test_connections_are_kept_and_not_more_than_a_few_are_opened() -> None:
    with WebServer() as server:
        heard = many(server.url, 60, json=JSON)
    assert [each.status for each in heard] == [200] * 60
    assert len(server.came) == 60
    assert server.connections <= 16


def test_the_time_of_a_question_begins_with_its_turn() -> None:
    def slow(_came: Any) -> bytes:
        time.sleep(0.1)
        return said(200, {})

    with WebServer(slow) as server:
        assert [each.status for each in many(server.url, 100, json=JSON, whole=0.5)] == [200] * 100


def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    with WebServer(lambda _came: said(200, {}, Connection="close")) as server:

        async def ask() -> list[int]:
            async with Wire(Clock(NOW), server.url) as wire:
                return [(await wire.ask(asked(server.url, json=JSON), lambda _told: None)).status for _ in range(3)]

        assert asyncio.run(ask()) == [200] * 3
    assert server.connections == 3


def test_no_redirect_is_followed() -> None:
    with WebServer(lambda came: said(307, "", Location="/b") if came.path == "/a" else said(200)) as server:
        heard, _told = tried(asked(f"{server.url}/a", json=JSON))
    assert (heard.status, len(server.came)) == (307, 1)


# What fails


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.mark.parametrize("reads", [False, True])
def test_where_nobody_listens_nothing_was_sent(reads: bool) -> None:
    error, told = tried(asked(f"http://127.0.0.1:{closed_port()}/", json=JSON, reads=reads))
    assert isinstance(error, Unsent)
    assert [(each.status, each.error) for each in told] == [(0, error.message)]


def test_a_connection_that_is_refused_before_the_question_leaves_sends_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        error, _told = tried(asked(f"https://127.0.0.1:{port}/", json=JSON, whole=0.4))
    assert isinstance(error, Unsent)
    assert error.message == f"127.0.0.1 : {LATE}"


BIG = said(200, b"x" * 5000)
FAILURES: dict[str, tuple[Callable[[Any], bytes | None], str]] = {
    "no answer": (lambda _came: None, DROPPED),
    "half a head": (lambda _came: b"HTTP/1.1 200 OK\r\ncontent-le\r\nconnection: close\r\n", ""),
    "half a body": (lambda _came: b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\n{", DROPPED),
    "too long": (lambda _came: BIG, _("its answer has no end: more than {most} bytes").format(most=1000)),
    "compressed": (
        lambda _came: said(200, gzip.compress(b"{}"), Content_Encoding="gzip"),
        _("its answer is compressed, and nobody asked for that"),
    ),
    "not HTTP": (lambda _came: b"220 smtp ready\r\nconnection: close\r\n\r\n", _("it does not speak HTTP")),
}


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.parametrize("reads", [False, True])
def test_an_answer_that_does_not_come_whole_leaves_a_doubt_unless_nothing_was_changed(name: str, reads: bool) -> None:
    answers, reason = FAILURES[name]
    with WebServer(answers) as server:
        error, told = tried(asked(server.url, json=JSON, reads=reads, most=1000))
    assert type(error) is (Unsent if reads else Unheard)
    assert reason in error.message
    assert [each.error for each in told] == [error.message]


def test_an_answer_as_long_as_it_may_be_is_read() -> None:
    with WebServer(lambda _came: BIG) as server:
        heard, _told = tried(asked(server.url, most=5000))
    assert len(heard.body) == 5000


@pytest.mark.parametrize("drip", [False, True])
def test_an_answer_is_waited_for_no_longer_than_was_said(drip: bool) -> None:
    stop = threading.Event()

    def waits(_came: Any) -> bytes:
        return said(200, b"x" * 200) if drip or stop.wait(5) else b""

    begun = time.monotonic()
    with WebServer(waits, drip=drip) as server:
        error, told = tried(asked(server.url, json=JSON, whole=0.5))
        spent = time.monotonic() - begun
        stop.set()
    assert isinstance(error, Unheard)
    assert error.message == f"127.0.0.1 : {LATE}"
    assert 0.4 < spent < 3
    assert told[0].millis >= 400


def test_a_body_that_never_leaves_whole_is_a_doubt() -> None:
    """A service that reads no more: how much it has is not known."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        error, _told = tried(asked(f"http://127.0.0.1:{port}/", content=b"x" * 30_000_000, whole=0.5))
    assert isinstance(error, Unheard)


def test_who_is_interrupted_has_told_of_the_question() -> None:
    told: list[Exchange] = []

    async def ask() -> None:
        async with Wire(Clock(NOW), server.url) as wire:
            async with asyncio.timeout(0.3):
                await wire.ask(asked(server.url, json=JSON), told.append)

    stop = threading.Event()
    with WebServer(lambda _came: None if stop.wait(3) else b"") as server:
        with pytest.raises(TimeoutError):
            asyncio.run(ask())
        stop.set()
    assert [(each.status, each.error) for each in told] == [(0, _("interrupted"))]


# What is kept


def test_an_exchange_is_told_once_with_what_was_said() -> None:
    with WebServer(lambda _came: said(201, {"b": "é"})) as server:
        _heard, told = tried(asked(f"{server.url}/a", parameters=(("n", "1"),), json={"a": Decimal("2.50")}))
    (kept,) = told
    assert (kept.moment, kept.step, kept.status, kept.error) == (NOW, "step", 201, "")
    assert kept.request == f'POST {server.url}/a\nn=1\n{{"a": 2.50}}'
    assert json.loads(kept.answer) == {"b": "é"}


def test_no_secret_is_kept() -> None:
    echoed = {"IdToken": SECRET, "again": f"({SECRET})", "url": 'x"y', "n": 1}
    question = {"password": SECRET, "other": SECRET, "file": "A" * 300}
    with WebServer(lambda _came: said(200, echoed)) as server:
        heard, told = tried(
            asked(server.url, json=question, headers=(("X", "hush"),), hide=("password", "idtoken", "url")),
            hidden=SECRET,
        )
    assert json.loads(heard.body) == echoed
    assert server.came[0].json == question
    text = told[0].request + told[0].answer
    assert all(word not in text for word in ("s3cr", "hush", 'x\\"y', "AAAA"))
    assert "300" in told[0].request


def test_an_address_that_opens_something_is_not_kept() -> None:
    where = "/bucket/tok3n-of-once?X-Signature=abcdef123456"
    with WebServer(lambda came: said(403, f"<Error>{came.target} abcdef123456</Error>")) as server:
        url = f"{server.url}{where}"
        hushed = (url, "/bucket/tok3n-of-once", "X-Signature=abcdef123456", "abcdef123456")
        _heard, told = tried(asked(url, method="PUT", content=b"secret file", secrets=hushed))
    text = told[0].request + told[0].answer
    assert all(word not in text for word in ("tok3n", "abcdef", "secret file"))
    assert "<11 " in told[0].request


def test_a_failure_does_not_tell_the_address() -> None:
    error, told = tried(asked(f"http://127.0.0.1:{closed_port()}/tok3n?s=abcdef", secrets=("/tok3n",)))
    assert all("tok3n" not in text and "abcdef" not in text for text in (error.message, told[0].request, told[0].error))


def test_what_is_kept_of_a_long_answer_is_short_and_shown_safely() -> None:
    with WebServer(lambda _came: said(200, b"\x1b[2J\xff" + b"x" * 100_000)) as server:
        _heard, told = tried(asked(server.url))
    assert len(told[0].answer) <= 20_000
    assert told[0].answer.isprintable()


# How long to wait


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "120"}, 120),
        ({"retry-after": " 7 "}, 7),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "9999999999999"}, 0),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "Sun, 22 Nov 2026 10:07:00 GMT"}, 120),
        ({"retry-after": "Sun, 22 Nov 2026 10:07:00 GMT", "date": "Sun, 22 Nov 2026 10:06:30 GMT"}, 30),
        ({"retry-after": "Sun, 22 Nov 2026 10:07:00 GMT", "date": "yesterday"}, 120),
        ({"retry-after": "Sun, 22 Nov 2026 10:07:00 GMT", "date": "Sun, 22 Nov 2026 11:06:30 GMT"}, 0),
        ({"retry-after": "Sun, 22 Nov 2026 10:07:00 -0000"}, 0),
    ],
)
def test_a_service_says_how_long_it_is_to_be_left_alone(headers: dict[str, str], seconds: int) -> None:
    assert asked_pause(headers, NOW) == timedelta(seconds=seconds)
