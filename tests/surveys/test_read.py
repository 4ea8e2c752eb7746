"""Replies that come back: e-mails through a mail filter, text messages in a sheet."""

import json
from email.message import EmailMessage
from pathlib import Path

import pytest

from comptoir.core.errors import DONE, MISSING, REFUSED, USAGE

from .conftest import column, iso, verbs

READ = "repair survey read - --json"


def mail(text: str, **headers: str) -> bytes:
    """Make the e-mail of a customer."""
    message = EmailMessage()
    named = {"from": "jeanne@exemple.fr", "subject": "Re: Votre avis", "date": "Fri, 20 Nov 2026 09:59:00 +0100"}
    for name, value in (named | headers).items():
        message[name.replace("_", "-")] = value
    message.set_content(text, cte="quoted-printable")
    return message.as_bytes()


def test_an_e_mail_is_read_from_a_pipe(cli, asked, shop):
    number, code = asked()
    ran = cli(READ, input=mail(f"{code} : 9/10 Délai tenu\n"))
    assert (ran.code, ran.err) == (DONE, "")
    assert ran.data == [{"file": "-", "line": None, "number": number, "code": code, "score": 9,
                         "comment": "Délai tenu", "outcome": "recorded"}]  # fmt: skip
    assert column(shop, "answered_by") == ["email"]
    assert column(shop, "answered_at") == [iso()]  # before it was asked, says the message: now, then
    assert verbs(shop, number)[1:] == [("survey_answer", {"score": "9", "comment": "Délai tenu"})]


def test_the_same_reply_twice_changes_nothing(cli, asked, shop):
    number, code = asked()
    cli(READ, input=mail(f"{code} 9 bien"))
    ran = cli(READ, input=mail(f"{code} 9 bien"))
    assert (ran.code, ran.data[0]["outcome"]) == (DONE, "unchanged")
    assert len(verbs(shop, number)) == 2


def test_another_score_is_told_and_the_first_stands(cli, asked, shop):
    _number, code = asked()
    cli(READ, input=mail(f"{code} 9"))
    ran = cli(READ, input=mail(f"{code} 3"))
    assert (ran.code, ran.data) == (REFUSED, [])
    assert code in ran.err
    assert column(shop, "score") == [9]
    again = cli(f"{READ} --again", input=mail(f"{code} 3"))
    assert (again.code, again.data[0]["outcome"]) == (DONE, "changed")
    assert column(shop, "score") == [3]


def test_the_moment_of_a_message_counts_between_the_question_and_now(cli, asked, shop, monkeypatch):
    _number, code = asked()
    monkeypatch.setenv("COMPTOIR_AT", "2026-11-23T10:00")
    cli(READ, input=mail(f"{code} 3", date="Sat, 21 Nov 2026 08:00:00 +0100"))
    assert column(shop, "answered_at") == ["2026-11-21T07:00:00+00:00"]


def test_our_own_message_sent_back_is_no_answer(cli, asked, shop):
    _number, code = asked()
    content = column(shop, "content", table="outbox")[0]
    ours = json.loads(content)["text"]
    assert f"{code} 9" in ours
    for text in (ours, f"Merci !\n\n{ours}", "\n".join(f"> {line}" for line in ours.splitlines())):
        ran = cli(READ, input=mail(text))
        assert (ran.code, ran.data) == (REFUSED, [])
    assert column(shop, "score") == [None]
    cli(READ, input=mail(f"{code} 2\n\n{ours}"))
    assert column(shop, "score") == [2]


@pytest.mark.parametrize(
    "data",
    [mail("Merci"), mail(""), mail("K7Q4XF 9"), mail("P3M8RW 9"), mail("P3M8RW 9", auto_submitted="auto-replied"),
     b"", b"\n", b"bonjour", b"\xff\xfe\x00", b"number;date\n1;2\n", b"Subject: a\n" + b"a:\n" * 30_000,
     b"Subject: a\n\n" + b"x" * 100_000],
    ids=range(12),
)  # fmt: skip
def test_what_is_no_reply_is_told_and_refused(cli, asked, shop, data):
    asked()
    before = column(shop, "score")
    ran = cli(READ, input=data)
    assert (ran.code, ran.data) == (REFUSED, [])
    assert [each["error"] for each in ran.failure["errors"]] == ["replies_refused"]
    hints = [line for line in ran.err.splitlines() if line.startswith("conseil : ")]
    assert len(ran.err.splitlines()) - len(hints) == 2
    assert len(hints) == (0 if data == mail("P3M8RW 9", auto_submitted="auto-replied") else 1)
    assert ran.err.startswith("`-`")
    assert column(shop, "score") == before


def test_a_file_has_a_size(cli, asked):
    _number, code = asked()
    data = mail(f"{code} 9") + b"\n" * 5_000_000
    ran = cli(READ, input=data)
    assert (ran.code, ran.data) == (REFUSED, [])
    assert cli(READ, input=data[:5_000_000]).code == DONE


def test_a_bad_score_is_told(cli, asked):
    _number, code = asked()
    ran = cli(READ, input=mail(f"{code} 11"))
    assert ran.code == REFUSED
    assert ["`11`" in ran.err, code in ran.err, "jeanne@exemple.fr" in ran.err] == [True] * 3


def test_a_sheet_of_text_messages_is_read_line_by_line(cli, asked, shop, tmp_path, monkeypatch):
    codes = [asked() for _each in range(4)]
    (one, first), (_two, second), (_three, third), (_four, fourth) = codes
    monkeypatch.setenv("COMPTOIR_AT", "2026-11-23T10:00")
    sheet = tmp_path / "sms.csv"
    sheet.write_text(
        "Date;From;Text;Status\n"
        f"2026-11-21 08:15;+33612345678;{first.lower()} 9;ok\n"
        f'21/11/2026 09:30;+33612345679;"{second} : 4/10 ; trop\ncher";ok\n'
        "21/11/2026 09:31;+33612345670;STOP;ok\n"
        f"hier;+33612345671;{third} 12;ok\n"
        f"2026-11-22T08:00:00+01:00;+33612345672;{fourth}10;ok\n",
        "cp1252",
    )
    ran = cli(f"repair survey read {sheet} --json")
    assert ran.code == REFUSED
    assert [(row["line"], row["score"], row["comment"]) for row in ran.data] == [
        (2, 9, ""),
        (3, 4, "trop cher"),
        (7, 10, ""),
    ]
    told = ran.err.splitlines()
    assert ["5" in told[0], "STOP" in told[0], "+33612345670" in told[0]] == [True] * 3
    assert ["6" in told[1], "`12`" in told[1], third in told[1]] == [True] * 3
    assert column(shop, "answered_by") == ["sms", "sms", "", "sms"]
    assert column(shop, "answered_at") == [
        "2026-11-21T07:15:00+00:00", "2026-11-21T08:30:00+00:00", None, "2026-11-22T07:00:00+00:00",
    ]  # fmt: skip
    again = cli(f"repair survey read {sheet} --json")
    assert [row["outcome"] for row in again.data] == ["unchanged"] * 3
    assert len(verbs(shop, one)) == 2


@pytest.mark.parametrize("header", ["number,text", "numéro,message", "from,texte,id", "\ufeffExpediteur,TEXT"])
def test_gateways_name_their_columns_as_they_like(cli, asked, header):
    _number, code = asked()
    more = ",1" if header.count(",") == 2 else ""
    ran = cli(READ, input=f"{header}\r\n'+33612345678,'@{code} 9{more}\r\n".encode())
    assert ran.code == DONE, ran.err
    assert (ran.data[0]["score"], ran.data[0]["comment"]) == (9, "@")


def test_lines_that_are_none_are_told(cli, asked):
    _number, code = asked()
    ran = cli(READ, input=f'number,text\n1,2,3\n1,{code} 9\n1,"{code} 8\n'.encode())
    assert ran.code == REFUSED
    assert [row["line"] for row in ran.data] == [3]
    assert len(ran.err.splitlines()) == 3


def test_what_to_do_about_a_reply_is_told_once(cli, asked):
    _number, code = asked()
    ran = cli(READ, input=f"number,text\n1,merci\n2,bonjour\n3,{code}\n".encode())
    assert ran.err.count("conseil : si vous savez qui a écrit : `comptoir repair survey answer DOSSIER NOTE`") == 1
    assert ran.err.count("conseil : demander au client, puis") == 1


def test_several_files_are_read_and_the_good_replies_kept(cli, asked, tmp_path):
    files = []
    for place, (_number, code) in enumerate([asked(), asked()]):
        files.append(tmp_path / f"{place}.eml")
        files[-1].write_bytes(mail(f"{code} {place}"))
    (tmp_path / "bad.eml").write_bytes(mail("Merci"))
    ran = cli(["repair", "survey", "read", str(files[0]), str(tmp_path / "bad.eml"), str(files[1]), "--json"])
    assert ran.code == REFUSED
    assert [(Path(row["file"]).name, row["score"]) for row in ran.data] == [("0.eml", 0), ("1.eml", 1)]
    assert "bad.eml" in ran.err


def test_a_file_that_is_not_there_reads_nothing(asked, tmp_path, refuses):
    _number, code = asked()
    good = tmp_path / "good.eml"
    good.write_bytes(mail(f"{code} 9"))
    refuses(["read", str(good), str(tmp_path / "none.eml")], MISSING, "no_such_file")
    refuses(["read", str(tmp_path)], USAGE, "unreadable_file")
    refuses(["read", str(good), "--excel"], USAGE, "two_formats")


def test_the_others_are_kept_on_a_terminal_too(cli, asked, shop):
    _number, code = asked()
    ran = cli("repair survey read -", input=f"number;text\n1;{code} 7\n2;bonjour\n".encode())
    assert ran.code == REFUSED
    assert code in ran.out
    assert column(shop, "score") == [7]
