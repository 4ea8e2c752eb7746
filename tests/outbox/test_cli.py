"""Commands on the outbox: list, show, retry, drop; and what a feature says after its transaction."""

import json
import os
import socket
import time
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest

from comptoir.core.clock import Clock
from comptoir.desk import Desk
from comptoir.desk.output import Output
from comptoir.outbox.prompts import send_at_once

from .conftest import MOMENT
from .mail_server import MailServer, answer, drop, in_turn, silence

Posts = Callable[..., None]
Kept = Callable[..., list[Any]]


def test_the_latest_comes_first_and_a_state_is_chosen(
    cli: Callable, server: MailServer, posts: Posts, change: Callable
) -> None:
    posts(2)
    cli("outbox send")
    posts(1, name="new")
    rows = cli("outbox list --json").data
    assert [(row["id"], row["state"]) for row in rows] == [(3, "waiting"), (2, "sent"), (1, "sent")]
    assert (rows[0]["next_try"], rows[1]["next_try"]) == ("2026-11-20T09:00:00+00:00", None)
    assert rows[0]["key"] == "new-1"
    assert [row["id"] for row in cli("outbox list --state waiting --json").data] == [3]
    assert cli("outbox list --state refused").out == ""
    assert cli("outbox list --state gone").code == 2
    assert cli("outbox list --format csv").out.splitlines()[0].startswith("id,created_at,state,recipient,subject")


def test_an_e_mail_is_shown_whole(cli: Callable, server: MailServer, posts: Posts) -> None:
    posts()
    shown = cli("outbox show 1 --json").data
    assert shown["text"] == "Bonjour,\n\n.\nÀ bientôt\n"
    assert shown["message_id"] == "<mail1@exemple.fr>"
    assert shown["papers"] == [{"reference": "mail1", "kind": "agreement", "file": "pre-accord-1.pdf"}]
    assert shown["sent_at"] is None
    cli("outbox send")
    assert cli("outbox show 1 --json").data["sent_at"] == "2026-11-20T10:00:00+00:00"
    table = cli("outbox show 1").out
    for told in ("client1@exemple.fr", "Bonjour,", "À bientôt", "pre-accord-1.pdf", "<mail1@exemple.fr>"):
        assert told in table
    assert cli("outbox show 1 --format csv").code == 0


def test_what_an_e_mail_holds_does_not_reach_the_terminal(cli: Callable, posts: Posts) -> None:
    posts(1, letter={"text": "Red \x1b[31m\nline\n", "subject": "S\x1b]0;x\x07"})
    done = cli("outbox show 1")
    assert "\x1b" not in done.out + done.err + cli("outbox list").out


@pytest.mark.parametrize("command", ["show", "retry", "drop --yes"])
@pytest.mark.parametrize("number", ["9", "99999999999999999999", "-99999999999999999999"])
def test_an_unknown_number_is_told(cli: Callable, posts: Posts, command: str, number: str) -> None:
    posts()
    assert cli(f"outbox {command} -- {number}").code == 3


@pytest.mark.parametrize("command", ["show x", "show", "retry", "drop", "show -- -1", "retry 1.5"])
def test_what_is_no_number_is_a_usage_error(cli: Callable, posts: Posts, command: str) -> None:
    posts()
    assert cli(f"outbox {command}").code in {2, 3}


def test_a_refused_e_mail_goes_back_to_those_that_wait_with_another_address(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept
) -> None:
    posts()
    server.faults = {"RCPT": answer(b"550 no such user\r\n")}
    assert cli("outbox send").code == 5
    server.faults = {}
    assert cli("outbox retry 1 --email nobody").code == 2
    assert kept("state") == ["refused"]
    done = cli("outbox retry 1 --email new@exemple.fr --json")
    assert (done.code, done.data) == (
        0, [{"id": 1, "state": "waiting", "recipient": "new@exemple.fr", "subject": "Pré-accord 1"}],
    )  # fmt: skip
    assert (kept("attempts"), kept("error")) == ([0], [""])
    assert cli("outbox send").code == 0
    assert server.letters[0]["To"] == "new@exemple.fr"


def test_one_address_is_for_one_e_mail(cli: Callable, posts: Posts, kept: Kept) -> None:
    posts(2)
    assert cli("outbox retry 1 2 --email new@exemple.fr").code == 2
    assert kept("recipient") == ["client1@exemple.fr", "client2@exemple.fr"]
    assert cli("outbox retry 1 1 --email new@exemple.fr").code == 0


def test_what_waits_may_be_made_due_at_once(cli: Callable, server: MailServer, posts: Posts, kept: Kept) -> None:
    posts()
    server.faults = {"greeting": drop}
    cli("outbox send")
    server.faults = {}
    assert cli("outbox send --json").data == []
    assert cli("outbox retry 1").code == 0
    assert [row["outcome"] for row in cli("outbox send --json").data] == ["sent"]


def test_what_was_handed_over_leaves_again_after_a_yes_with_the_same_message_id(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept
) -> None:
    posts()
    server.faults, server.takes_before_fault = {"end": drop}, True
    assert cli("outbox send").code == 5
    server.faults = {}
    assert cli("outbox retry 1").code == 2
    assert kept("state") == ["handed"]
    assert cli("outbox retry 1 --yes").code == 0
    assert cli("outbox send").code == 0
    assert server.ids == ["<mail1@exemple.fr>"] * 2


def test_what_came_all_the_same_is_dropped(cli: Callable, server: MailServer, posts: Posts, kept: Kept) -> None:
    posts(2)
    server.faults = {"end": drop}
    cli("outbox send")
    assert "1" in cli("outbox list").err
    assert cli("outbox drop 1").code == 2
    assert cli("outbox drop 1 2 --yes").code == 0
    assert kept("state") == ["dropped"] * 2
    done = cli("outbox list")
    assert (done.code, done.err) == (0, "")
    assert cli("outbox send --json").data == []
    assert cli("outbox retry 1").code == 4


def test_what_was_sent_is_moved_no_more_and_a_list_is_moved_whole_or_not_at_all(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept
) -> None:
    posts()
    cli("outbox send")
    posts(1, name="new")
    assert cli("outbox drop 2 1 --yes").code == 4
    assert cli("outbox retry 1").code == 4
    done = cli("outbox drop 2 8 9 --yes --json")
    assert (done.code, len(done.failure["errors"])) == (3, 2)
    assert kept("state") == ["sent", "waiting"]


def test_who_moved_an_e_mail_is_kept(cli: Callable, posts: Posts, shop: Any) -> None:
    import sqlite3
    from contextlib import closing

    posts()
    cli("outbox retry 1 --email new@exemple.fr")
    cli("outbox drop 1 --yes")
    with closing(sqlite3.connect(shop)) as connection:
        rows = connection.execute("SELECT reference, operator, verb, data FROM history ORDER BY id").fetchall()
    assert [row[:3] for row in rows] == [("mail-1", "test", "retry"), ("mail-1", "test", "drop")]
    assert json.loads(rows[0][3]) == {"email": "new@exemple.fr"}


def test_a_number_is_completed(posts: Posts, cli: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    posts(11)
    monkeypatch.setenv("_COMPTOIR_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "comptoir outbox show 1")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert cli([]).out.split() == ["11", "10", "1"]


# After a business transaction


@pytest.fixture
def desk() -> Desk:
    """A desk whose talk can be read."""
    return Desk({}, Clock(MOMENT), Output(StringIO(), StringIO(), os.environ), no_input=True)


def told(desk: Desk) -> str:
    text: str = desk.out.talk.getvalue()  # type: ignore[attr-defined]  # a StringIO
    return text


def test_what_is_due_leaves_at_once(desk: Desk, server: MailServer, posts: Posts, kept: Kept) -> None:
    send_at_once(desk)
    assert told(desk) == ""
    posts(2)
    send_at_once(desk)
    assert kept("state") == ["sent", "sent"]
    assert "client1@exemple.fr" in told(desk)


def test_without_a_server_it_is_told_where_it_waits(desk: Desk, posts: Posts, kept: Kept) -> None:
    posts(2)
    send_at_once(desk)
    assert kept("attempts") == [0, 0]
    assert "2" in told(desk)
    assert "comptoir outbox send" in told(desk)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COMPTOIR_SMTP_HOST", "smtp://x"),
        ("COMPTOIR_SMTP_SECURITY", "ssl"),
        ("COMPTOIR_SHOP_EMAIL", ""),
        ("COMPTOIR_SMTP_USER", "shop"),
    ],
)
def test_a_bad_setting_is_told_and_fails_nothing(
    desk: Desk, posts: Posts, kept: Kept, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("COMPTOIR_SMTP_HOST", "127.0.0.1:1")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    posts()
    monkeypatch.setenv(name, value)
    send_at_once(desk)
    assert kept("attempts") == [0]
    assert "comptoir outbox send" in told(desk)


def test_a_server_that_is_down_is_told_and_fails_nothing(
    desk: Desk, posts: Posts, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("COMPTOIR_SMTP_HOST", f"127.0.0.1:{port}")
    posts(3)
    send_at_once(desk)
    assert kept("attempts") == [1, 0, 0]
    assert "3" in told(desk)
    assert "comptoir outbox send" in told(desk)


@pytest.mark.parametrize("step", ["greeting", "RCPT"])
def test_a_server_that_does_not_answer_is_not_waited_for(
    desk: Desk, server: MailServer, posts: Posts, kept: Kept, step: str
) -> None:
    posts(3)
    server.faults = {step: silence}
    began = time.monotonic()
    send_at_once(desk)
    assert time.monotonic() - began < 8
    assert kept("state") == ["waiting"] * 3


def test_what_is_refused_or_unanswered_is_told(desk: Desk, server: MailServer, posts: Posts, kept: Kept) -> None:
    posts(2)
    server.faults = {"end": in_turn(answer(b"550 no room for you\r\n"), drop)}
    send_at_once(desk)
    assert kept("state") == ["refused", "handed"]
    assert "no room for you" in told(desk)
    assert "comptoir outbox retry 2" in told(desk)


def test_a_base_that_cannot_be_used_is_told(desk: Desk, server: MailServer, shop: Any) -> None:
    shop.write_bytes(b"not a database, not at all" * 100)
    send_at_once(desk)
    assert told(desk)
