"""Text messages: each leaves once, whatever the gateway does; the two channels do not keep each other."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.clock import Clock
from comptoir.desk import Desk
from comptoir.desk.output import Output
from comptoir.outbox import prompts
from comptoir.outbox.prompts import send_at_once
from comptoir.store import migrations
from comptoir.store.engine import engine

from . import mail_server
from .conftest import MOMENT
from .gateway_server import OK, Asked, GatewayServer, answer, drop, in_turn, raw, silence
from .mail_server import MailServer

Posts = Callable[..., None]
Kept = Callable[..., list[Any]]

SECRET = "ouvre-toi/7+x="  # noqa: S105 - of a gateway of this test
LATER = ("2026-11-20T10:00:30Z", "2026-11-20T11:00:00Z", "2027-11-20T11:00:00Z", "2020-01-01T00:00:00Z")
SEND = [sys.executable, "-m", "comptoir", "outbox", "send", "--json"]


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@pytest.fixture
def one(texts: Posts) -> None:
    """A text message to be sent."""
    texts()


@pytest.fixture
def two_of_each(posts: Posts, texts: Posts) -> None:
    """Two e-mails to be sent, then two text messages."""
    posts(2)
    texts(2)


# Sending


def test_what_is_due_leaves_once(cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept) -> None:
    texts(3)
    done = cli("outbox send --json")
    assert (done.code, [(row["channel"], row["outcome"]) for row in done.data]) == (0, [("sms", "sent")] * 3)
    assert cli("outbox send --json").data == []
    assert gateway.numbers == ["+33600000001", "+33600000002", "+33600000003"]
    assert gateway.asked[0].form["message"] == "Votre appareil est prêt."
    assert (kept("state"), kept("attempts")) == (["sent"] * 3, [1] * 3)
    assert kept("lease || coalesce(leased_until, '') || error") == [""] * 3


def test_each_message_has_a_reference_of_its_own_whatever_its_key(
    cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept
) -> None:
    texts(2)
    cli("outbox send")
    assert gateway.references == kept("json_extract(content, '$.message_id')")
    assert all(reference.startswith(f"sms-{place}-") for place, reference in enumerate(gateway.references, 1))
    assert len({reference[6:] for reference in gateway.references}) == 2


@pytest.mark.parametrize(
    ("answers", "outcome", "state"),
    [
        (answer(400, '{"error": "num\\u00e9ro inconnu"}'), "refused", "refused"),
        (answer(429), "postponed", "waiting"),
        (answer(503), "postponed", "waiting"),
        (answer(401), "postponed", "waiting"),
        (answer(308, location="https://a.fr/"), "postponed", "waiting"),
        (answer(200, "<!doctype html><p>Bienvenue"), "handed", "handed"),
        (answer(500), "handed", "handed"),
        (drop, "handed", "handed"),
        (raw(b"HTTP/1.1 200 O"), "handed", "handed"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"), "sent", "sent"),
        (answer(422, "<html><title>Erreur</title><b>non</b>"), "refused", "refused"),
    ],
    ids=["400", "429", "503", "401", "308", "page", "500", "drop", "cut", "half a body", "422"],
)
@pytest.mark.usefixtures("one")
def test_each_answer_leaves_it_in_its_state_and_nothing_leaves_twice_by_itself(
    cli: Callable, gateway: GatewayServer, kept: Kept, answers: Any, outcome: str, state: str
) -> None:
    gateway.answers = answers
    done = cli("outbox send --json")
    assert (done.code, done.data[0]["outcome"]) == (0 if state == "sent" else 5, outcome)
    assert kept("state") == [state]
    gateway.answers = OK
    for at in LATER:
        cli(f"outbox send --at {at}")
    assert (kept("state"), len(gateway.asked)) == (["sent"], 2) if state == "waiting" else ([state], 1)


def test_a_refusal_is_told_in_the_words_of_the_gateway_and_keeps_no_other(
    cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept
) -> None:
    texts(2)
    gateway.answers = in_turn(answer(400, '{"error": "num\\u00e9ro\\u001b[31m inconnu"}'), OK)
    done = cli("outbox send --json")
    assert (done.code, [row["outcome"] for row in done.data]) == (5, ["refused", "sent"])
    assert "numéro" in done.data[0]["error"]
    assert "\x1b" not in kept("error")[0]


@pytest.mark.parametrize(
    ("asked", "next_try"),
    [
        ("5", "2026-11-20T10:01:00+00:00"),
        ("600", "2026-11-20T10:10:00+00:00"),
        ("999999999", "2026-11-20T22:00:00+00:00"),
        ("Fri, 20 Nov 2026 10:10:00 GMT", "2026-11-20T10:10:00+00:00"),
    ],
)
def test_a_gateway_that_asks_for_time_is_left_alone(
    cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept, asked: str, next_try: str
) -> None:
    texts(2)
    gateway.answers = answer(429, retry_after=asked)
    done = cli("outbox send --json")
    assert [(row["outcome"], row["next_try"]) for row in done.data] == [("postponed", next_try)]
    assert kept("attempts") == [1, 0]  # the other lost no try
    gateway.answers = OK
    cli("outbox send --at 2026-11-20T10:00:59Z")
    assert gateway.numbers[1:] == ["+33600000002"]
    assert cli(f"outbox send --at {next_try[:19]}Z --json").data[0]["outcome"] == "sent"


def test_after_three_days_of_trying_it_is_refused(cli: Callable, gateway: GatewayServer, texts: Posts) -> None:
    texts()
    gateway.answers = answer(503, retry_after="86400")
    for tries in range(1, 13):
        day, hour = divmod(tries * 12, 24)
        done = cli(f"outbox send --json --at 2026-11-{20 + day}T{hour:02}:00:00Z")
        assert done.data[0]["outcome"] == ("refused" if tries == 12 else "postponed")


def test_a_gateway_that_is_not_there_keeps_all(
    cli: Callable, texts: Posts, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts(3)
    monkeypatch.setenv("COMPTOIR_SMS_URL", f"http://127.0.0.1:{free_port()}/")
    done = cli("outbox send --json")
    assert (done.code, len(done.data)) == (5, 1)
    assert (kept("state"), kept("attempts")) == (["waiting"] * 3, [1, 0, 0])
    assert "3" in done.err


def test_a_gateway_that_takes_and_does_not_answer_is_handed_nothing_more(
    cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept
) -> None:
    texts(3)
    gateway.answers = drop
    done = cli("outbox send --json")
    assert (done.code, len(done.data)) == (5, 1)
    assert "comptoir outbox retry 1" in done.err
    assert (kept("state"), len(gateway.asked)) == (["handed", "waiting", "waiting"], 1)


@pytest.mark.parametrize(
    "given",
    [{"number": "0612345678"}, {"number": ""}, {"number": "+336\r\nX: y"}, {"text": ""}, {"text": "x" * 2000}],
    ids=lambda given: str(given)[:30],
)
def test_a_message_that_cannot_leave_is_refused_and_keeps_no_other(
    cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept, change: Callable, given: dict[str, str]
) -> None:
    texts(1, **given)
    if given == {"number": ""}:
        change("recipient = ''")
    texts(1, name="good")
    done = cli("outbox send --json")
    assert (done.code, [row["outcome"] for row in done.data]) == (5, ["refused", "sent"])
    assert (gateway.numbers, len(kept("error")[0]) > 0) == (["+33600000001"], True)


def test_a_message_without_its_content_is_refused(
    cli: Callable, gateway: GatewayServer, texts: Posts, change: Callable, kept: Kept
) -> None:
    texts()
    change("content = '{}'")
    assert cli("outbox send").code == 5
    assert (kept("state"), gateway.asked) == (["refused"], [])


# Crashes, and several at once


def test_killed_between_handing_and_answer_it_is_handed_and_never_leaves_again(
    cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept
) -> None:
    texts()
    came = threading.Event()

    def waits(_asked: Asked) -> None:
        """Tell that the message came whole, and say nothing."""
        came.set()
        time.sleep(10)

    gateway.answers = waits
    child = subprocess.Popen(SEND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ)
    assert came.wait(20)
    assert kept("state") == ["handed"]
    child.send_signal(signal.SIGKILL)
    child.communicate()
    gateway.answers = OK
    for at in LATER:
        assert cli(f"outbox send --at {at} --json").data == []
    assert (kept("state"), len(gateway.asked)) == (["handed"], 1)
    assert "comptoir outbox retry 1" in cli("outbox list --at 2026-11-20T11:00:00Z").err


def test_killed_before_the_body_left_it_leaves_later(
    cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept
) -> None:
    texts()
    stuck = threading.Event()

    def holds(_line: Any) -> None:
        """Take the connection and read nothing: TLS does not begin."""
        stuck.set()
        time.sleep(10)

    gateway.at_connection = holds
    url = gateway.url.replace("http:", "https:")
    child = subprocess.Popen(
        SEND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "COMPTOIR_SMS_URL": url}
    )
    assert stuck.wait(20)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert kept("state") == ["waiting"]
    gateway.at_connection = None
    assert cli("outbox send --json").data == []  # held by the dead
    assert cli("outbox send --at 2026-11-20T10:06:00Z").code == 0
    assert (kept("state"), gateway.numbers) == (["sent"], ["+33600000001"])


def test_two_rounds_at_once_send_each_message_once(gateway: GatewayServer, texts: Posts, kept: Kept) -> None:
    texts(16)
    slowly = OK

    def waits(asked: Asked) -> None:
        """Answer after a while, that the other round has its turn."""
        time.sleep(0.01)
        slowly(asked)

    gateway.answers = waits
    rounds = [
        subprocess.Popen(SEND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
        for _each in range(2)
    ]
    told = [each.communicate(timeout=60) for each in rounds]
    assert [each.returncode for each in rounds] == [0, 0], told
    assert Counter(gateway.numbers) == {f"+336{place:08}": 1 for place in range(1, 17)}
    assert len(set(gateway.references)) == 16
    assert (kept("state"), kept("attempts")) == (["sent"] * 16, [1] * 16)


@pytest.mark.parametrize("loss", ["lease = 'other'", "state = 'dropped'", "state = 'handed'"])
@pytest.mark.usefixtures("one")
def test_a_message_taken_by_another_before_it_is_handed_over_is_let_go(
    cli: Callable, gateway: GatewayServer, kept: Kept, change: Callable, loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from comptoir.desk.gateway import Watch

    see = Watch.see

    def meanwhile(self: Watch, event: str, told: Any) -> None:
        """Take the message away as soon as the connection stands."""
        see(self, event, told)
        if event == "connection.connect_tcp.complete":
            change(loss)

    monkeypatch.setattr(Watch, "see", meanwhile)
    done = cli("outbox send --json")
    assert (done.code, done.data, gateway.asked) == (0, [], [])
    assert kept(loss.partition(" ")[0]) == [loss.split("'")[1]]


def test_where_the_base_fails_at_the_moment_of_handing_over_the_body_does_not_leave(
    cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept, shop: Path
) -> None:
    texts()
    with closing(sqlite3.connect(shop)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER broken BEFORE UPDATE ON outbox WHEN NEW.state = 'handed' "
            "BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    assert cli("outbox send").code == 1
    assert (kept("state"), gateway.asked) == (["waiting"], [])


def test_leaving_in_the_middle_lets_the_message_go(
    cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    from comptoir.desk.gateway import Watch

    see = Watch.see

    def interrupted(at: str) -> Callable[..., None]:
        def sees(self: Watch, event: str, told: Any) -> None:
            see(self, event, told)
            if event == at:
                raise KeyboardInterrupt

        return sees

    texts(2)
    with monkeypatch.context() as patch:
        patch.setattr(Watch, "see", interrupted("http11.send_request_headers.complete"))
        assert cli("outbox send").code == 130
    assert (kept("state"), kept("lease"), kept("attempts")) == (["waiting"] * 2, [""] * 2, [0] * 2)
    with monkeypatch.context() as patch:
        patch.setattr(Watch, "see", interrupted("http11.receive_response_headers.started"))
        assert cli("outbox send").code == 130
    assert (sorted(kept("state")), kept("lease")) == (["handed", "waiting"], [""] * 2)


# What a person does


def test_a_wrong_number_is_corrected_and_leaves_under_another_reference(
    cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept, shop: Path
) -> None:
    texts()
    gateway.answers = in_turn(answer(400, "inconnu"), OK)
    cli("outbox send")
    for wrong in ("061234567", "+330612345678", "0033 06 12 34 56 78", "0000000000", "0", "a@b.fr", ""):
        assert cli(["outbox", "retry", "1", "--to", wrong]).code == 2
    assert kept("state") == ["refused"]
    done = cli(["outbox", "retry", "1", "--to", "+33 6 12 34 56 78", "--json"])
    assert (done.code, done.data[0]["recipient"]) == (0, "+33612345678")
    assert cli("outbox send").code == 0
    assert gateway.numbers == ["+33600000001", "+33612345678"]
    assert len(set(gateway.references)) == 2
    with closing(sqlite3.connect(shop)) as connection:
        rows = connection.execute("SELECT reference, verb, data FROM history").fetchall()
    assert [(*row[:2], json.loads(row[2])) for row in rows] == [("sms-1", "retry", {"sms": "+33612345678"})]


@pytest.mark.parametrize(
    ("typed", "made"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("0692.12.34.56", "+262692123456"),
        ("0044 7400 123456", "+447400123456"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
    ],
)
def test_a_number_is_given_as_it_is_dialled(
    cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept, typed: str, made: str
) -> None:
    texts()
    gateway.answers = answer(400, "inconnu")
    cli("outbox send")
    assert cli(["outbox", "retry", "1", "--to", typed]).code == 0
    assert (kept("recipient"), kept("state")) == ([made], ["waiting"])


def test_an_address_is_not_put_in_place_of_a_number_nor_a_number_in_place_of_an_address(
    cli: Callable, posts: Posts, texts: Posts, kept: Kept
) -> None:
    posts()
    texts()
    assert cli("outbox retry 1 --to +33612345678").code == 2
    assert cli("outbox retry 2 --email a@b.fr").code == 2
    assert cli("outbox retry 1 2 --to a@b.fr").code == 2
    assert kept("recipient") == ["client1@exemple.fr", "+33600000001"]


def test_what_is_sent_again_after_a_doubt_keeps_its_reference(
    cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept
) -> None:
    texts()
    gateway.answers = in_turn(drop, OK)
    cli("outbox send")
    assert cli("outbox retry 1").code == 2
    assert kept("state") == ["handed"]
    assert cli("outbox retry 1 --yes").code == 0
    assert cli("outbox send").code == 0
    assert len(gateway.references) == 2
    assert len(set(gateway.references)) == 1


def test_what_was_refused_may_be_sent_again_under_another_reference(
    cli: Callable, gateway: GatewayServer, texts: Posts
) -> None:
    texts()
    gateway.answers = in_turn(answer(404), OK)
    cli("outbox send")
    cli("outbox retry 1")
    cli("outbox send")
    assert gateway.numbers == ["+33600000001"] * 2
    assert len(set(gateway.references)) == 2


def test_it_is_given_up_like_an_e_mail(cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept) -> None:
    texts(2)
    gateway.answers = drop
    cli("outbox send")
    assert cli("outbox drop 1 2 --yes").code == 0
    assert cli("outbox send --json").data == []
    assert (kept("state"), len(gateway.asked)) == (["dropped"] * 2, 1)


def test_lists_tell_the_channel_and_choose_it(cli: Callable, posts: Posts, texts: Posts) -> None:
    posts()
    texts(1, text="Bonjour,\nvotre appareil est prêt. " + "À bientôt ! " * 9)
    rows = cli("outbox list --json").data
    assert [(row["id"], row["channel"]) for row in rows] == [(2, "sms"), (1, "email")]
    assert rows[0]["subject"].startswith("Bonjour, votre appareil est prêt. À bientôt !")
    assert (len(rows[0]["subject"]), rows[0]["subject"][-1]) == (60, "…")
    assert [row["id"] for row in cli("outbox list --channel sms --json").data] == [2]
    assert [row["id"] for row in cli("outbox list --channel email --state waiting --json").data] == [1]
    assert cli("outbox list --channel fax").code == 2
    shown = cli("outbox show 2 --json").data
    assert (shown["channel"], shown["recipient"], shown["papers"]) == ("sms", "+33600000001", [])
    assert shown["text"].startswith("Bonjour,\nvotre")
    assert cli("outbox show 1 --json").data["channel"] == "email"
    assert "SMS" in cli("outbox show 2").out
    assert "+33600000001" in cli("outbox list").out


# Two channels


def test_both_channels_leave(
    cli: Callable, server: MailServer, gateway: GatewayServer, posts: Posts, texts: Posts, kept: Kept
) -> None:
    texts(2)
    posts(2)
    rehearsed = cli("outbox send --dry-run --json")
    assert [(row["channel"], row["outcome"]) for row in rehearsed.data] == [("email", "due")] * 2 + [("sms", "due")] * 2
    assert (server.said, gateway.connections, kept("attempts")) == ([], 0, [0] * 4)
    done = cli("outbox send --json")
    assert (done.code, [row["id"] for row in done.data]) == (0, [row["id"] for row in rehearsed.data])
    assert (len(server.mails), len(gateway.asked)) == (2, 2)


@pytest.mark.parametrize(
    ("set_up", "options"),
    [("email", ""), ("sms", ""), ("", ""), ("email", " --dry-run"), ("sms", " --dry-run"), ("", " --dry-run")],
)
@pytest.mark.usefixtures("server", "gateway", "two_of_each")
def test_a_channel_that_is_not_set_up_waits_and_is_told_once(
    cli: Callable, kept: Kept, set_up: str, options: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = {"email": ("COMPTOIR_SMTP_HOST", "no_mail_server"), "sms": ("COMPTOIR_SMS_URL", "no_gateway")}
    missing = [kinds[channel] for channel in kinds if channel != set_up]
    for variable, _kind in missing:
        monkeypatch.delenv(variable)
    done = cli(f"outbox send --json{options}")
    assert (done.code, [error["error"] for error in done.failure["errors"]]) == (2, [kind for _name, kind in missing])
    rows = json.loads(done.out) if done.out else []
    assert [row["channel"] for row in rows] == [set_up] * 2 if set_up else rows == []
    sent = not options and set_up
    assert kept("state") == ["sent" if sent == channel else "waiting" for channel in ("email", "email", "sms", "sms")]


def test_a_channel_with_nothing_to_send_needs_no_setting(
    cli: Callable, gateway: GatewayServer, server: MailServer, posts: Posts, texts: Posts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    texts()
    with monkeypatch.context() as patch:
        patch.delenv("COMPTOIR_SMTP_HOST")
        assert cli("outbox send").code == 0
    posts()
    monkeypatch.delenv("COMPTOIR_SMS_URL")
    assert cli("outbox send").code == 0


@pytest.mark.parametrize("down", ["email", "sms"])
@pytest.mark.usefixtures("two_of_each")
def test_a_channel_that_is_down_does_not_keep_the_other(
    cli: Callable, server: MailServer, gateway: GatewayServer, kept: Kept, down: str
) -> None:
    if down == "email":
        server.faults = {"greeting": mail_server.drop}
    else:
        gateway.answers = answer(503)
    done = cli("outbox send --json")
    assert done.code == 5
    assert Counter((row["channel"], row["outcome"]) for row in done.data) == {
        (down, "postponed"): 1, ("sms" if down == "email" else "email", "sent"): 2,
    }  # fmt: skip
    assert sorted(kept("state")) == ["sent", "sent", "waiting", "waiting"]


# After a business transaction


@pytest.fixture
def desk() -> Desk:
    """A desk whose talk can be read."""
    return Desk({}, Clock(MOMENT), Output(StringIO(), StringIO(), os.environ), no_input=True)


def told(desk: Desk) -> str:
    text: str = desk.out.talk.getvalue()  # type: ignore[attr-defined]  # a StringIO
    return text


def test_both_leave_at_once(
    desk: Desk, server: MailServer, gateway: GatewayServer, posts: Posts, texts: Posts, kept: Kept
) -> None:
    posts()
    texts()
    send_at_once(desk)
    assert kept("state") == ["sent", "sent"]
    assert "client1@exemple.fr" in told(desk)
    assert "+33600000001" in told(desk)


def test_at_once_a_channel_that_is_not_set_up_is_told_and_the_other_leaves(
    desk: Desk, server: MailServer, posts: Posts, texts: Posts, kept: Kept
) -> None:
    posts()
    texts()
    send_at_once(desk)
    assert kept("state") == ["sent", "waiting"]
    assert told(desk).count("COMPTOIR_SMS_URL") == 1
    assert "comptoir outbox send" in told(desk)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COMPTOIR_SMS_URL", "http://sms.exemple.fr"),
        ("COMPTOIR_SMS_BODY", "x"),
        ("COMPTOIR_SMS_HEADERS", "X: {secret}"),
    ],
)
@pytest.mark.usefixtures("server", "two_of_each")
def test_at_once_a_bad_setting_is_told_and_fails_nothing(
    desk: Desk, gateway: GatewayServer, kept: Kept, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv(name, value)
    send_at_once(desk)
    assert (kept("state"), gateway.connections) == (["sent", "sent", "waiting", "waiting"], 0)
    assert "comptoir outbox send" in told(desk)


@pytest.mark.usefixtures("gateway", "two_of_each")
def test_at_once_a_mail_server_that_does_not_answer_leaves_some_time_to_text_messages(
    desk: Desk, server: MailServer, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "HURRY", prompts.HURRY._replace(answer=1.2, whole=3, verdict=4))
    server.faults = {"greeting": mail_server.silence}
    send_at_once(desk)
    assert kept("state") == ["waiting", "waiting", "sent", "sent"]


def test_at_once_what_is_refused_or_unanswered_is_told(
    desk: Desk, gateway: GatewayServer, texts: Posts, kept: Kept
) -> None:
    texts(2)
    gateway.answers = in_turn(answer(400, "inconnu"), drop)
    send_at_once(desk)
    assert kept("state") == ["refused", "handed"]
    assert "inconnu" in told(desk)
    assert "comptoir outbox retry 2" in told(desk)


# The secret, and the databases of before


def test_the_secret_is_in_no_output_and_in_no_database(
    cli: Callable, gateway: GatewayServer, texts: Posts, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPTOIR_SMS_SECRET", SECRET)
    monkeypatch.setenv("COMPTOIR_SMS_HEADERS", "Authorization: Bearer {secret}")
    monkeypatch.setenv("COMPTOIR_SMS_BODY", '{"to": "{to}", "text": "{text}", "key": "{secret}"}')
    texts(6, text="{secret} {text} {to}")

    def echoes(status: int) -> Any:
        return lambda asked: answer(status, f"{asked.headers['Authorization']} {asked.body.decode()}")(asked)

    said = ""
    gateway.answers = in_turn(*map(echoes, (200, 400, 401, 500, 302)), drop, OK, OK, OK)
    for place in range(5):
        done = cli(f"outbox send --at 2026-11-20T1{place}:30:00Z --json")
        said += done.out + done.err
    for command in ("list --json", "show 2 --json", "show 3", "send --dry-run", "list"):
        done = cli(f"outbox {command}")
        said += done.out + done.err
    said += cli("config show --origin").out
    assert all(SECRET in str(asked.headers["Authorization"]) for asked in gateway.asked)
    assert {asked.json["text"] for asked in gateway.asked} == {"{secret} {text} {to}"}
    assert all(f"{status} " in said for status in (400, 401, 500, 302))
    assert SECRET not in said
    engine.cache_clear()
    for file in shop.parent.glob("shop.db*"):
        assert SECRET.encode() not in file.read_bytes()


def test_what_was_in_the_outbox_before_is_e_mail(tmp_path: Path) -> None:
    from alembic import command

    path = tmp_path / "old.db"
    with engine(path).begin() as connection:
        command.upgrade(migrations.config(connection), "0006")
        connection.exec_driver_sql(
            "INSERT INTO outbox "
            "(key, recipient, subject, content, state, attempts, created_at, next_try, lease, error) "
            "VALUES ('k', 'a@b.fr', 's', '{}', 'waiting', 0, '2026-11-20', '2026-11-20', '', '')"
        )
    with engine(path).begin() as connection:
        command.upgrade(migrations.config(connection), "head")
        assert connection.exec_driver_sql("SELECT channel FROM outbox").fetchall() == [("email",)]
    engine(path).dispose()
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match="outbox_channel"):
        connection.execute("UPDATE outbox SET channel = 'fax'")


def test_a_gateway_that_hangs_is_given_up_in_haste_and_never_sent_to_again_by_itself(
    desk: Desk, cli: Callable, gateway: GatewayServer, texts: Posts, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "HURRY", prompts.HURRY._replace(answer=0.3, verdict=0.5))
    texts(2)
    gateway.answers = silence
    send_at_once(desk)
    assert kept("state") == ["handed", "waiting"]
    assert "comptoir outbox retry 1" in told(desk)
    gateway.answers = OK
    assert [row["id"] for row in cli("outbox send --json --at 2027-01-01T00:00:00Z").data] == [2]
