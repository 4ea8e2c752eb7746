"""Sending: each e-mail leaves once, whatever the server does, and what could not leave is told."""

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from comptoir.desk.paper import Heading, Paper
from comptoir.desk.pdf import drawn

from .conftest import MOMENT
from .mail_server import ANSWERS, MailServer, answer, answer_and_drop, drop, in_turn

STEPS = ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "end"]

Posts = Callable[..., None]
Kept = Callable[..., list[Any]]


def test_what_is_due_leaves_once(cli: Callable, server: MailServer, posts: Posts, kept: Kept) -> None:
    posts(3)
    done = cli("outbox send --json")
    assert (done.code, [row["outcome"] for row in done.data]) == (0, ["sent"] * 3)
    assert cli("outbox send --json").data == []
    assert server.ids == [f"<mail{place}@exemple.fr>" for place in (1, 2, 3)]
    assert (kept("state"), kept("attempts")) == (["sent"] * 3, [1] * 3)
    assert kept("sent_at") == ["2026-11-20T10:00:00+00:00"] * 3
    assert kept("lease || coalesce(leased_until, '') || error") == [""] * 3


def test_a_letter_leaves_with_its_papers_as_they_were_issued(cli: Callable, server: MailServer, posts: Posts) -> None:
    posts()
    assert cli("outbox send").code == 0
    (letter,) = server.letters
    assert (letter["To"], letter["Subject"]) == ("client1@exemple.fr", "Pré-accord 1")
    assert letter["From"].addresses[0].addr_spec == "comptoir@exemple.fr"
    assert letter.get_body().get_content().replace("\r\n", "\n") == "Bonjour,\n\n.\nÀ bientôt\n"
    (paper,) = letter.iter_attachments()
    expected = drawn(Paper("Pré-accord 1", "Comptoir", MOMENT.isoformat(), (Heading("Retour"),)))
    assert (paper.get_filename(), paper.get_content()) == ("pre-accord-1.pdf", expected)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("text", [b"450 later\r\n", b"421 closing\r\n"])
def test_what_the_server_puts_off_is_tried_again_later_and_leaves_once(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept, step: str, text: bytes
) -> None:
    posts()
    server.faults = {step: answer_and_drop(text)}
    done = cli("outbox send --json")
    assert (done.code, done.data[0]["outcome"]) == (5, "postponed")
    assert done.data[0]["next_try"] == "2026-11-20T10:01:00+00:00"
    assert kept("state") == ["waiting"]
    server.faults = {}
    assert cli("outbox send --json").data == []
    assert cli("outbox send --at 2026-11-20T10:01:00Z").code == 0
    assert (kept("state"), server.ids) == (["sent"], ["<mail1@exemple.fr>"])


@pytest.mark.parametrize("step", [*STEPS[:-1]])
def test_a_server_that_hangs_up_before_the_last_word_is_tried_again(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept, step: str
) -> None:
    posts()
    server.faults = {step: drop}
    assert cli("outbox send").code == 5
    assert (kept("state"), server.mails) == (["waiting"], [])
    server.faults = {}
    assert cli("outbox send --at 2026-11-20T10:01:00Z").code == 0
    assert server.ids == ["<mail1@exemple.fr>"]


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "end"])
def test_what_the_server_refuses_is_refused_and_told(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept, step: str
) -> None:
    posts(2)
    server.faults = {step: in_turn(answer(b"550 no such user\r\n"), answer(ANSWERS[step]))}
    done = cli("outbox send --json")
    assert (done.code, [row["outcome"] for row in done.data]) == (5, ["refused", "sent"])
    assert "no such user" in done.data[0]["error"]
    assert kept("state") == ["refused", "sent"]
    assert cli("outbox send --json --at 2026-12-20T10:00:00Z").data == []


def test_one_refused_recipient_does_not_keep_the_others_and_a_server_that_is_down_ends_the_round(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept
) -> None:
    posts(3)
    server.faults = {"RCPT": answer(b"450 mailbox busy\r\n")}
    assert len(cli("outbox send --json").data) == 3
    server.faults = {"greeting": answer(b"421 too busy\r\n")}
    done = cli("outbox send --json --at 2026-11-20T10:10:00Z")
    assert (done.code, len(done.data)) == (5, 1)
    assert "3" in done.err
    assert kept("attempts") == [2, 1, 1]


def test_what_was_put_off_comes_after_what_waited_longer(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept
) -> None:
    posts(2)
    server.faults = {"greeting": drop}
    assert [row["id"] for row in cli("outbox send --json").data] == [1]
    assert [row["id"] for row in cli("outbox send --json --at 2026-11-20T12:00:00Z").data] == [2]
    server.faults = {}
    assert [row["id"] for row in cli("outbox send --json --at 2026-11-20T13:00:00Z").data] == [1, 2]
    assert [row["id"] for row in cli("outbox list --json").data] == [2, 1]


@pytest.mark.parametrize("taken", [True, False])
def test_what_was_handed_over_without_an_answer_never_leaves_again_by_itself(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept, taken: bool
) -> None:
    posts()
    server.faults, server.takes_before_fault = {"end": drop}, taken
    done = cli("outbox send --json")
    assert (done.code, done.data[0]["outcome"]) == (5, "handed")
    assert "comptoir outbox retry 1" in done.err
    server.faults = {}
    for at in ("2026-11-20T10:00:30Z", "2026-11-20T11:00:00Z", "2027-11-20T11:00:00Z", "2020-01-01T00:00:00Z"):
        again = cli(f"outbox send --at {at}")
        assert (again.code, again.out) == (0, "")
        assert "comptoir outbox retry 1" in again.err
    assert (kept("state"), len(server.mails)) == (["handed"], taken)


def test_a_server_that_hangs_up_after_its_answer_took_it(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept
) -> None:
    posts()
    server.faults, server.takes_before_fault = {"end": answer_and_drop(b"250 taken\r\n")}, True
    assert cli("outbox send").code == 0
    assert (kept("state"), len(server.mails)) == (["sent"], 1)


def test_after_three_days_of_trying_it_is_refused(cli: Callable, server: MailServer, posts: Posts, kept: Kept) -> None:
    posts()
    server.faults = {"RCPT": answer(b"450 greylisted\r\n")}
    for tries in range(1, 13):
        day, hour = divmod(tries * 12, 24)
        done = cli(f"outbox send --json --at 2026-11-{20 + day}T{hour:02}:00:00Z")
        assert done.data[0]["outcome"] == ("refused" if tries == 12 else "postponed")
    assert (kept("state"), kept("attempts")) == (["refused"], [12])
    assert "greylisted" in kept("error")[0]


# Whatever is wrong in one e-mail


@pytest.mark.parametrize(
    "given",
    [
        {"letter": {"papers": [["none", "agreement", "x.pdf"]]}},
        {"letter": {"papers": [["mail1"]]}},
        {"letter": {"papers": "x"}},
        {"letter": {"message_id": "no"}},
        {"letter": {"message_id": "<a@b.fr>\r\nBcc: x@y.fr"}},
        {"letter": {"message_id": None}},
        {"recipient": "nobody"},
        {"recipient": "a@b.fr>\r\nRCPT TO:<x@y.fr"},
        {"recipient": ""},
    ],
    ids=lambda given: str(given)[:40],
)
def test_an_e_mail_that_cannot_leave_is_refused_and_keeps_no_other(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept, given: dict[str, Any]
) -> None:
    posts(1, **given)
    posts(1, name="good")
    done = cli("outbox send --json")
    assert (done.code, [row["outcome"] for row in done.data]) == (5, ["refused", "sent"])
    assert (kept("state"), server.ids) == (["refused", "sent"], ["<good1@exemple.fr>"])
    assert kept("error")[0]
    assert not [order for order in server.said if "x@y.fr" in order]


def test_an_e_mail_without_its_text_is_refused(
    cli: Callable, server: MailServer, posts: Posts, change: Callable, kept: Kept
) -> None:
    posts()
    change("content = '{}'")
    assert cli("outbox send").code == 5
    assert kept("state") == ["refused"]
    assert cli("outbox list").code == 0


# Leases, and the clock


def test_an_e_mail_held_by_a_live_process_is_left_alone(
    cli: Callable, server: MailServer, posts: Posts, change: Callable, kept: Kept
) -> None:
    posts()
    change("lease = 'other', leased_until = '2026-11-20T10:03:00+00:00'")
    assert cli("outbox send --json").data == []
    assert cli("outbox retry 1").code == 4
    assert cli("outbox drop 1 --yes").code == 4
    assert kept("lease") == ["other"]
    assert cli("outbox send --at 2026-11-20T10:03:00Z").code == 0
    assert len(server.mails) == 1


@pytest.mark.parametrize("state", ["waiting", "handed"])
def test_a_lease_longer_than_any_is_of_before_the_clock_went_back(
    cli: Callable, server: MailServer, posts: Posts, change: Callable, state: str
) -> None:
    posts()
    change(f"state = '{state}', lease = 'other', leased_until = '2030-11-20T10:03:00+00:00'")
    done = cli("outbox send --json")
    assert [row["outcome"] for row in done.data] == (["sent"] if state == "waiting" else [])
    assert ("comptoir outbox retry 1" in done.err) == (state == "handed")


def test_what_is_being_handed_over_at_this_moment_is_not_told_as_unanswered(
    cli: Callable, server: MailServer, posts: Posts, change: Callable
) -> None:
    posts()
    change("state = 'handed', lease = 'other', leased_until = '2026-11-20T10:03:00+00:00'")
    assert cli("outbox list").err == ""
    assert "outbox retry 1" in cli("outbox list --at 2026-11-20T10:03:00Z").err


def test_a_clock_that_goes_back_delays_nothing(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept, change: Callable
) -> None:
    posts()
    change("next_try = '2031-01-01T00:00:00+00:00'")
    assert cli("outbox send").code == 0
    assert len(server.mails) == 1
    posts(1, name="soon")
    change("next_try = '2026-11-20T21:59:00+00:00'")
    assert cli("outbox send --json").data == []


@pytest.mark.parametrize("loss", ["lease = 'other'", "state = 'dropped'", "lease = ''", "state = 'handed'"])
def test_an_e_mail_taken_by_another_before_it_is_handed_over_is_let_go(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept, change: Callable, loss: str
) -> None:
    posts()

    def meanwhile(line: Any) -> None:
        """Take the e-mail away while its body comes."""
        change(loss)
        line.say(ANSWERS["DATA"])

    server.faults = {"DATA": meanwhile}
    done = cli("outbox send --json")
    assert (done.code, done.data, server.mails) == (0, [], [])
    assert kept(loss.partition(" ")[0]) == [loss.split("'")[1]]


@pytest.mark.parametrize("verdict", [b"250 taken\r\n", b"450 later\r\n", b"550 no\r\n"])
def test_a_late_answer_changes_nothing_of_what_is_in_other_hands(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept, change: Callable, verdict: bytes
) -> None:
    posts()

    def meanwhile(line: Any) -> None:
        """Give the e-mail to somebody else before the answer comes."""
        change("state = 'waiting', lease = 'other', leased_until = '2026-11-20T10:03:00+00:00'")
        line.say(verdict)

    server.faults = {"end": meanwhile}
    cli("outbox send")
    assert (kept("state"), kept("lease")) == (["waiting"], ["other"])


def test_two_rounds_at_once_send_each_e_mail_once(server: MailServer, posts: Posts, kept: Kept, shop: Path) -> None:
    posts(24)
    server.pause = lambda: 0.004
    command = [sys.executable, "-m", "comptoir", "outbox", "send", "--json"]
    rounds = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
        for _each in range(3)
    ]
    told = [each.communicate(timeout=60) for each in rounds]
    assert [each.returncode for each in rounds] == [0] * 3, told
    assert Counter(server.ids) == {f"<mail{place}@exemple.fr>": 1 for place in range(1, 25)}
    assert kept("state") == ["sent"] * 24
    assert kept("attempts") == [1] * 24
    assert sum(out.count('"outcome"') for out, _err in told) == 24
    assert sum('"outcome"' in out for out, _err in told) >= 2


def test_an_e_mail_that_killed_its_sender_stands_behind_the_others(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    from comptoir.outbox import documents

    def killed(*_args: object) -> None:
        raise sqlite3.OperationalError("as if this process were no more")

    posts(2)
    with monkeypatch.context() as patch:
        patch.setattr(documents, "message", killed)
        assert cli("outbox send").code != 0
    assert [lease != "" for lease in kept("lease")] == [True, False]
    rows = cli("outbox send --json --at 2026-11-20T10:30:00Z").data
    assert [(row["id"], row["outcome"]) for row in rows] == [(2, "sent"), (1, "sent")]
    assert kept("attempts") == [1, 1]


def test_leaving_in_the_middle_lets_the_e_mail_go(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    from comptoir.desk import smtp

    def interrupted(*_args: object) -> None:
        raise KeyboardInterrupt

    posts(2)
    with monkeypatch.context() as patch:
        patch.setattr(smtp.Talk, "pour", interrupted)
        assert cli("outbox send").code == 130
    assert (kept("state"), kept("lease"), kept("attempts")) == (["waiting"] * 2, [""] * 2, [0] * 2)
    with monkeypatch.context() as patch:
        patch.setattr(smtp.Talk, "end", interrupted)
        assert cli("outbox send").code == 130
    assert sorted(kept("state")) == ["handed", "waiting"]
    assert kept("lease") == [""] * 2
    assert cli("outbox send").code == 0
    assert len(server.mails) == 1


def test_where_the_base_fails_at_the_moment_of_handing_over_the_last_word_is_not_said(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept, shop: Path
) -> None:
    posts()
    with closing(sqlite3.connect(shop)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER broken BEFORE UPDATE ON outbox WHEN NEW.state = 'handed' "
            "BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    assert cli("outbox send").code == 1
    assert (kept("state"), server.mails) == (["waiting"], [])


# What it is told


def test_without_a_server_nothing_is_tried(cli: Callable, posts: Posts, shop: Path, kept: Kept) -> None:
    assert cli("outbox send").code == 0
    posts()
    done = cli("outbox send --json")
    assert (done.code, done.failure["errors"][0]["error"]) == (2, "no_mail_server")
    assert cli("outbox send --dry-run").code == 2
    assert kept("attempts") == [0]


def test_nothing_is_due_in_a_base_that_is_not_there(cli: Callable, tmp_path: Path) -> None:
    for command in ("send", "list", "send --dry-run"):
        done = cli(f"outbox {command}")
        assert (done.code, done.out, done.err) == (0, "", "")
    assert not list(tmp_path.glob("shop.db*"))


def test_a_rehearsal_tells_what_would_leave_and_sends_nothing(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept
) -> None:
    posts(2)
    rehearsed = cli("outbox send --dry-run --json")
    assert (rehearsed.code, [row["outcome"] for row in rehearsed.data]) == (0, ["due"] * 2)
    assert (server.said, kept("attempts")) == ([], [0, 0])
    real = cli("outbox send --json")
    assert [row.keys() for row in real.data] == [row.keys() for row in rehearsed.data]
    assert [row["id"] for row in real.data] == [row["id"] for row in rehearsed.data]


def test_two_formats_are_refused_before_anything_leaves(
    cli: Callable, server: MailServer, posts: Posts, kept: Kept
) -> None:
    posts()
    assert cli("outbox send --json --excel").code == 2
    assert (kept("state"), server.said) == (["waiting"], [])


def test_what_was_tried_is_told_even_where_the_round_breaks(
    cli: Callable, server: MailServer, posts: Posts, shop: Path
) -> None:
    posts(2)
    with closing(sqlite3.connect(shop)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER broken BEFORE UPDATE ON outbox WHEN NEW.lease <> '' AND NEW.id = 2 "
            "BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    done = cli("outbox send --format csv")
    assert done.code == 1
    assert "client1@exemple.fr" in done.out
