"""The door of the mail server: settings, how an e-mail is written, and a server that fails at every step."""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from comptoir.core.errors import ComptoirError
from comptoir.core.text import tidy
from comptoir.desk.mail import Mailer, account, composed
from comptoir.desk.mailing import (
    BadAddress,
    Message,
    NoMailServer,
    NoPassword,
    Patience,
    Postponed,
    RefusedByServer,
    Undeliverable,
    Unknown,
    Unreachable,
    address,
)
from comptoir.desk.settings import BadSetting, load
from comptoir.desk.smtp import Account, Security

from ..outbox import mail_server  # noqa: TID252 - one server fails for both
from ..outbox.mail_server import Fault, MailServer, answer, answer_and_drop, drip, drop, flood, silence  # noqa: TID252
from .conftest import InMemory, Locked, Ring

MOMENT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PDF = b"%PDF-1.4\r\n.\r\n\x00\xff.\n..\r"
MESSAGE = Message("client@exemple.fr", "Pré-accord", "Bonjour,\n\n.\n..\nÀ bientôt\n", "<1@exemple.fr>", MOMENT)
# More than the system takes at once: the server speaks, or leaves, while it is still being sent.
LARGE = MESSAGE._replace(papers=(("large.pdf", bytes(6_000_000)),))
WITH_PAPER = MESSAGE._replace(papers=(("pré-accord.pdf", PDF),))
# Seconds: the shortest that a loaded machine keeps.
SHORT = Patience(connect=0.4, answer=0.4, whole=1.2, verdict=0.4)
LONG = Patience(connect=5, answer=5, whole=10, verdict=5)


def sender(port: int, **given: Any) -> Account:
    told = {"host": "127.0.0.1", "security": Security.NONE, "user": "", "password": "", "sender": "shop@exemple.fr"}
    return Account(**{**told, "port": port, **given})


@dataclass
class Handing:
    """What is called when only the last word is left; it may fail."""

    called: int = 0
    fails: Exception | None = None

    def __call__(self) -> None:
        self.called += 1
        if self.fails:
            raise self.fails


def tried(faults: dict[str, Fault], patience: Patience = LONG, **given: Any) -> tuple[Any, Handing, MailServer]:
    """Try to deliver an e-mail to a server that fails so; give what was raised, and what was handed."""
    handing = Handing()
    with MailServer(faults, **given) as server:
        try:
            Mailer(sender(server.port)).deliver(LARGE if "body" in faults else MESSAGE, handing, patience)
        except ComptoirError as error:
            return error, handing, server
    return None, handing, server


# Settings


def resolved(**given: str) -> Account:
    environment = {f"COMPTOIR_{name.upper()}": value for name, value in given.items()}
    return account(load({}, {"COMPTOIR_CONFIG": "/none", **environment}), environment)


KEPT, GIVEN, SECRET = "kept", "given", "sésame, ouvre-toi"  # passwords
SERVER = {"smtp_host": "smtp.exemple.fr", "mail_from": "shop@exemple.fr"}


@pytest.mark.parametrize(
    ("security", "port"), [("", 587), ("starttls", 587), ("tls", 465), ("none", 25), (" TLS ", 465)]
)
def test_a_server_is_spoken_to_on_its_usual_port(security: str, port: int) -> None:
    found = resolved(**SERVER, smtp_security=security)
    assert (found.host, found.port) == ("smtp.exemple.fr", port)


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [
        ("smtp.exemple.fr:2525", "smtp.exemple.fr", 2525),
        ("127.0.0.1:25", "127.0.0.1", 25),
        ("[::1]:2525", "::1", 2525),
        ("[::1]", "::1", 587),
        ("fe80::1", "fe80::1", 587),
        ("  SMTP.Exemple.fr ", "smtp.exemple.fr", 587),
        ("messagerie-été.fr", "xn--messagerie-t-lebb.fr", 587),
    ],
)
def test_a_server_is_written_in_several_ways(written: str, host: str, port: int) -> None:
    found = resolved(**SERVER | {"smtp_host": written})
    assert (found.host, found.port) == (host, port)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("smtp_host", "smtp://exemple.fr"),
        ("smtp_host", "exemple.fr:smtp"),
        ("smtp_host", "exemple.fr:0"),
        ("smtp_host", "exemple.fr:65536"),
        ("smtp_host", "exemple.fr:"),
        ("smtp_host", "ex emple.fr"),
        ("smtp_host", "exemple.fr\r\nMAIL"),
        ("smtp_host", ":25"),
        ("smtp_host", "[::1"),
        ("smtp_host", "[exemple]:x"),
        ("smtp_host", "-x.fr"),
        ("smtp_security", "ssl"),
        ("mail_from", "shop"),
        ("mail_from", "shop@exemple.fr\r\nBcc: a@b.fr"),
        ("mail_from", "Shop <shop@exemple.fr>"),
        ("shop_email", "shop@"),
    ],
)
def test_a_bad_setting_is_told_by_its_name(name: str, value: str) -> None:
    given = {**SERVER, name: value}
    if name == "shop_email":
        given.pop("mail_from")
    with pytest.raises(BadSetting, match=name):
        resolved(**given)


def test_without_a_server_nothing_is_sent_and_the_setting_is_named() -> None:
    with pytest.raises(NoMailServer) as refused:
        resolved(mail_from="shop@exemple.fr")
    assert "smtp_host" in (refused.value.hint or "")


def test_e_mails_come_from_the_shop_unless_told_otherwise() -> None:
    assert resolved(smtp_host="h", shop_email="a@b.fr").sender == "a@b.fr"
    assert resolved(smtp_host="h", shop_email="a@b.fr", mail_from="c@été.fr").sender == "c@xn--t-9fab.fr"
    with pytest.raises(BadSetting, match="shop_email"):
        resolved(smtp_host="h")


def test_a_password_comes_from_the_environment_else_from_the_keyring(ring: Ring) -> None:
    ring(InMemory("smtp_password", KEPT))
    assert resolved(**SERVER, smtp_user="shop").password == KEPT
    assert resolved(**SERVER, smtp_user="shop", smtp_password=GIVEN).password == GIVEN
    assert resolved(**SERVER, smtp_password=GIVEN).password == ""


@pytest.mark.parametrize("backend", [NoKeyring(), Locked()])
def test_a_user_without_a_password_is_told(ring: Ring, backend: KeyringBackend) -> None:
    ring(backend)
    with pytest.raises(NoPassword) as refused:
        resolved(**SERVER, smtp_user="shop")
    assert "COMPTOIR_SMTP_PASSWORD" in (refused.value.hint or "")


def test_a_password_is_in_no_trace() -> None:
    found = resolved(**SERVER, smtp_user="shop", smtp_password=GIVEN)
    assert GIVEN not in f"{found!r} {found} {Mailer(found)!r}"


def test_a_password_does_not_leave_this_machine_in_the_clear() -> None:
    secret = {"smtp_user": "shop", "smtp_password": GIVEN, "smtp_security": "none"}
    with pytest.raises(BadSetting, match="smtp_security"):
        resolved(**SERVER, **secret)
    for here in ("localhost", "127.0.0.1:25", "[::1]"):
        assert resolved(**SERVER | {"smtp_host": here}, **secret).password == GIVEN


# Addresses


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("a@b.fr", "a@b.fr"),
        ("prénom.nom+x@b.fr", "prénom.nom+x@b.fr"),
        ("a@Été.FR", "a@xn--t-9fab.fr"),
        ("o'neil@localhost", "o'neil@localhost"),
    ],
)
def test_an_address_goes_as_servers_take_it(text: str, made: str) -> None:
    assert address(text) == made


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "@b.fr", "a@", "a@b@c.fr", "a b@c.fr", "a@b.fr\n", "a@b.fr\r\nRCPT TO:<x@y.fr>", "a@b..fr", "a@-b.fr",
        "a.@b.fr", ".a@b.fr", "<a@b.fr>", "a@b.fr, c@d.fr", "a\x00@b.fr", "a\udce9@b.fr", "x" * 65 + "@b.fr",
        "é" * 33 + "@b.fr", "a@" + "b" * 64 + ".fr", "a@" + ".".join(["b" * 60] * 5), '"a b"@c.fr', "a@[127.0.0.1]",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        address(text)


# Writing


def text_of(mail: EmailMessage) -> str:
    return mail.get_body().get_content().replace("\r\n", "\n")


def read(written: bytes) -> EmailMessage:
    return message_from_bytes(written, policy=default)  # type: ignore[return-value]


def test_an_e_mail_is_written_whole() -> None:
    mail = read(composed(WITH_PAPER, sender(25, name="Pièces, Retours & Cie")))
    assert mail["From"].addresses[0].display_name == "Pièces, Retours & Cie"
    assert [each.addr_spec for each in mail["From"].addresses] == ["shop@exemple.fr"]
    assert [each.addr_spec for each in mail["To"].addresses] == ["client@exemple.fr"]
    assert mail["Subject"] == "Pré-accord"
    assert mail["Message-ID"] == "<1@exemple.fr>"
    assert mail["Date"].datetime == MOMENT
    assert text_of(mail) == MESSAGE.text
    (paper,) = mail.iter_attachments()
    assert (paper.get_filename(), paper.get_content_type(), paper.get_content()) == (
        "pré-accord.pdf", "application/pdf", PDF,
    )  # fmt: skip


@given(
    subject=st.text(max_size=200),
    name=st.text(max_size=120),
    text=st.text(max_size=300),
    file=st.text(max_size=80),
)
def test_nothing_written_in_an_e_mail_becomes_a_header_or_a_recipient(
    subject: str, name: str, text: str, file: str
) -> None:
    message = MESSAGE._replace(subject=subject, text=text, papers=((file, PDF),))
    written = composed(message, sender(25, name=tidy(name)))
    assert written.isascii()
    assert all(len(line) <= 998 for line in written.split(b"\r\n"))
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert b"\r" not in written.replace(b"\r\n", b"")
    mail = read(written)
    assert set(mail.keys()) == {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"}
    assert [each.addr_spec for each in mail["To"].addresses] == ["client@exemple.fr"]
    assert [each.addr_spec for each in mail["From"].addresses] == ["shop@exemple.fr"]
    (paper,) = mail.iter_attachments()
    assert paper.get_content() == PDF


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=500))
def test_a_text_arrives_as_it_was_written(text: str) -> None:
    got = text_of(read(composed(MESSAGE._replace(text=text), sender(25))))
    assert got.rstrip("\n") == text.rstrip("\n")


def test_a_long_message_id_is_used_as_it_is() -> None:
    long = f"<{'a' * 150}@{'b' * 80}.fr>"
    assert f"Message-ID: {long}\r\n".encode() in composed(MESSAGE._replace(message_id=long), sender(25))


@pytest.mark.parametrize("wrong", ["", "a@b.fr", "<a b@c.fr>", "<a@b.fr>\r\nBcc: x@y.fr", "<é@b.fr>", "<a@b@c>x"])
def test_what_is_no_message_id_is_not_sent(wrong: str) -> None:
    with pytest.raises(ValueError):
        composed(MESSAGE._replace(message_id=wrong), sender(25))


# A server on loopback, speaking TLS, asking for a password


@dataclass
class Certificates:
    """A certificate authority of this test, and server certificates: its own, one that it signed."""

    folder: Path

    @property
    def authority(self) -> Path:
        return self.folder / "authority.pem"

    def context(self, name: str) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.folder / f"{name}.pem")
        return made


def _certificate(name: str, hosts: list[str], signer: tuple[Any, Any] | None) -> tuple[Any, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    alternatives = [
        x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host) for host in hosts
    ]
    issuer, signing = (signer[0].subject, signer[1]) if signer else (subject, key)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if hosts:
        made = made.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return made.sign(signing, hashes.SHA256()), key


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder = tmp_path_factory.mktemp("certificates")
    authority = _certificate("Test authority", [], None)
    made = {
        "authority": authority,
        "good": _certificate("good", ["127.0.0.1", "localhost"], authority),
        "self": _certificate("self", ["127.0.0.1", "localhost"], None),
        "elsewhere": _certificate("elsewhere", ["smtp.exemple.fr"], authority),
    }
    encoding = serialization.Encoding.PEM
    for name, (certificate, key) in made.items():
        secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        text = certificate.public_bytes(encoding)
        (folder / f"{name}.pem").write_bytes(text if name == "authority" else secret + text)
    return Certificates(folder)


class Kept:
    """Keeps what a server takes."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        self.envelopes.append(envelope)
        return "250 taken"


@contextmanager
def receiving(implicit: ssl.SSLContext | None = None, **options: Any) -> Iterator[tuple[int, Kept]]:
    """Run aiosmtpd; give its port and what it takes."""
    handler = Kept()

    class Listening(Controller):
        """A controller that sees that it listens without waiting for a greeting: over TLS there is none."""

        def _trigger_server(self) -> None:
            """Connect, and hang up."""
            socket.create_connection((self.hostname, self.port)).close()

    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    controller = Listening(handler, hostname="127.0.0.1", port=port, ssl_context=implicit, **options)
    controller.start()
    try:
        yield port, handler
    finally:
        controller.stop()


def test_an_e_mail_arrives_as_it_was_written() -> None:
    handing = Handing()
    with receiving() as (port, kept):
        Mailer(sender(port, name="Comptoir")).deliver(WITH_PAPER, handing)
    (envelope,) = kept.envelopes
    assert handing.called == 1
    assert (envelope.mail_from, envelope.rcpt_tos) == ("shop@exemple.fr", ["client@exemple.fr"])
    mail = read(envelope.content)
    assert text_of(mail) == MESSAGE.text
    assert next(mail.iter_attachments()).get_content() == PDF


def test_an_address_with_accents_arrives_where_the_server_knows_them() -> None:
    message = MESSAGE._replace(recipient="prénom@été.fr")
    with receiving(enable_SMTPUTF8=True) as (port, kept):
        Mailer(sender(port)).deliver(message, Handing())
    (envelope,) = kept.envelopes
    assert envelope.rcpt_tos == ["prénom@xn--t-9fab.fr"]
    assert read(envelope.content)["To"] == "prénom@xn--t-9fab.fr"
    handing = Handing()
    with receiving(enable_SMTPUTF8=False) as (port, kept), pytest.raises(Undeliverable, match="prénom"):
        Mailer(sender(port)).deliver(message, handing)
    assert (kept.envelopes, handing.called) == ([], 0)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize(
    ("name", "host", "taken"),
    [
        ("good", "127.0.0.1", True),
        ("good", "localhost", True),
        ("self", "127.0.0.1", False),
        ("elsewhere", "localhost", False),
        ("authority unknown", "localhost", False),
    ],
)
def test_a_certificate_is_verified(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch, security: Security, name: str, host: str, taken: bool
) -> None:
    if name != "authority unknown":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    context = certificates.context(name if taken or name != "authority unknown" else "good")
    handing = Handing()
    options: dict[str, Any] = {"implicit": context} if security is Security.TLS else {"tls_context": context}
    with receiving(**options) as (port, kept):
        mailer = Mailer(sender(port, host=host, security=security))
        if taken:
            mailer.deliver(MESSAGE, handing, LONG)
        else:
            with pytest.raises(Unreachable, match="certificat"):
                mailer.deliver(MESSAGE, handing, LONG)
    assert len(kept.envelopes) == handing.called == taken


def test_a_server_without_tls_gets_nothing_where_tls_is_asked_for() -> None:
    handing = Handing()
    with receiving() as (port, kept), pytest.raises(Unreachable, match="TLS"):
        Mailer(sender(port, security=Security.STARTTLS)).deliver(MESSAGE, handing)
    assert (kept.envelopes, handing.called) == ([], 0)


def test_what_is_said_in_the_clear_after_starttls_is_not_believed() -> None:
    faults = {"EHLO": answer(b"250-x\r\n250 STARTTLS\r\n"), "greeting": answer(b"220 x\r\n")}
    with MailServer(faults) as server:
        server_answers = {"STARTTLS": b"220 go\r\n250-x\r\n250 AUTH PLAIN\r\n"}
        with _also(server_answers), pytest.raises(Unreachable):
            Mailer(sender(server.port, security=Security.STARTTLS)).deliver(MESSAGE, Handing(), LONG)
    assert [word for word in server.said if not word.startswith(("ehlo", "STARTTLS"))] == []


@contextmanager
def _also(answers: dict[str, bytes]) -> Iterator[None]:
    mail_server.ANSWERS.update(answers)
    yield
    for word in answers:
        del mail_server.ANSWERS[word]


@pytest.mark.parametrize(
    "fault", [drop, silence, drip, flood(b"\x16\x03\x03\x40\x00"), answer(b"220 in the clear\r\n")]
)
def test_a_server_that_starts_no_tls_is_not_waited_for(fault: Fault) -> None:
    handing = Handing()
    began = time.monotonic()
    with MailServer({"greeting": fault}) as server, pytest.raises(Unreachable):
        Mailer(sender(server.port, security=Security.TLS)).deliver(MESSAGE, handing, SHORT)
    assert time.monotonic() - began < SHORT.whole + 1
    assert handing.called == 0


@pytest.mark.parametrize("hidden", [["LOGIN"], ["PLAIN"], []])
@pytest.mark.parametrize("password", [SECRET, "wrong"])
def test_a_user_gets_in_with_the_password_alone(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch, hidden: list[str], password: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))

    def check(_server: object, _session: object, _envelope: object, _way: str, given: LoginPassword) -> AuthResult:
        good = (given.login, given.password.decode()) == (b"shop", SECRET)
        return AuthResult(success=good, handled=False)

    handing = Handing()
    options = {"auth_required": True, "authenticator": check, "auth_exclude_mechanism": hidden}
    with ExitStack() as opened:
        port, kept = opened.enter_context(receiving(tls_context=certificates.context("good"), **options))
        mailer = Mailer(sender(port, security=Security.STARTTLS, user="shop", password=password))
        if password == SECRET:
            mailer.deliver(MESSAGE, handing, LONG)
        else:
            with pytest.raises(Unreachable, match="535"):
                mailer.deliver(MESSAGE, handing, LONG)
    assert len(kept.envelopes) == handing.called == (password == SECRET)


def test_a_server_that_takes_no_password_is_told() -> None:
    with receiving() as (port, kept), pytest.raises(Unreachable, match="smtp_user"):
        Mailer(sender(port, user="shop", password=GIVEN)).deliver(MESSAGE, Handing())
    assert kept.envelopes == []


# A server that fails at every step

STEPS = ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "end"]


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_says_not_now_is_tried_again_later(step: str) -> None:
    error, handing, server = tried({step: answer(b"450 4.2.1 not\x1b[31m now\r\n")})
    assert isinstance(error, Postponed)
    assert isinstance(error, Unreachable) == (step in {"greeting", "EHLO"})
    assert "450 4.2.1 not" in error.message
    assert "\x1b" not in error.message
    assert (handing.called, server.mails) == (int(step == "end"), [])


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_says_no_is_believed(step: str) -> None:
    error, handing, server = tried({step: answer(b"550-5.1.1 no\r\n550 such user\r\n")})
    assert isinstance(error, Unreachable if step in {"greeting", "EHLO"} else RefusedByServer)
    assert step == "EHLO" or "no such user" in error.message
    assert (handing.called, server.mails) == (int(step == "end"), [])


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("text", [b"421 closing\r\n", b"530 log in first\r\n"])
def test_a_server_that_closes_or_does_not_know_us_is_no_refusal_of_the_e_mail(step: str, text: bytes) -> None:
    error, _handing, server = tried({step: answer_and_drop(text)})
    assert isinstance(error, Unreachable)
    assert server.mails == []


@pytest.mark.parametrize("step", [*STEPS[:-1], "body"])
@pytest.mark.parametrize(
    ("fault", "patience"),
    [
        (drop, LONG),
        (silence, SHORT),
        (drip, SHORT),
        (flood(b"220-endless\r\n"), SHORT),
        (flood(b"x" * 4096), SHORT),
        (answer(b"HTTP/1.1 400 Bad Request\r\n\r\n"), LONG),
        (answer(b"25 ok\r\n"), LONG),
        (answer(b"+50 ok\r\n"), LONG),
        (answer(b"\r\n"), LONG),
        (answer(b"\xff\xfe\x00\r\n"), LONG),
        (answer(b"299 what\r\n"), LONG),
        (answer_and_drop(b"250-cut"), LONG),
    ],
    ids=["drop", "silence", "drip", "flood", "line", "http", "short", "sign", "empty", "bytes", "code", "cut"],
)
def test_a_server_that_breaks_before_the_last_word_took_nothing(step: str, fault: Fault, patience: Patience) -> None:
    began = time.monotonic()
    error, handing, server = tried({step: fault}, patience)
    assert time.monotonic() - began < patience.whole + 1
    assert isinstance(error, Unreachable)
    assert (handing.called, server.mails) == (0, [])


@pytest.mark.parametrize(
    "fault",
    [drop, silence, drip, flood(b"250-endless\r\n"), flood(b"x" * 4096), answer(b"Ok\r\n"), answer(b"354 what\r\n")],
    ids=["drop", "silence", "drip", "flood", "line", "garbage", "code"],
)
@pytest.mark.parametrize("taken", [True, False])
def test_a_server_that_breaks_after_the_last_word_may_have_taken_it(fault: Fault, taken: bool) -> None:
    began = time.monotonic()
    error, handing, server = tried({"end": fault}, SHORT, takes_before_fault=taken)
    assert time.monotonic() - began < SHORT.most + 1
    assert isinstance(error, Unknown)
    assert (handing.called, len(server.mails)) == (1, taken)


def test_a_server_that_hangs_up_after_its_answer_took_it() -> None:
    error, handing, server = tried({"end": answer_and_drop(b"250 taken\r\n")}, takes_before_fault=True)
    assert (error, handing.called, server.ids) == (None, 1, ["<1@exemple.fr>"])


def test_an_answer_that_came_before_the_last_word_is_no_answer_to_it() -> None:
    error, handing, server = tried({"body": answer(b"250 taken\r\n")})
    assert isinstance(error, Unreachable)
    assert (handing.called, server.mails) == (0, [])


def test_a_recipient_forwarded_elsewhere_is_taken() -> None:
    assert tried({"RCPT": answer(b"251 will forward\r\n")})[0] is None


def test_where_handing_over_fails_the_last_word_is_not_said() -> None:
    handing = Handing(fails=RuntimeError("the base is gone"))
    with MailServer() as server:
        with pytest.raises(RuntimeError, match="the base is gone"):
            Mailer(sender(server.port)).deliver(MESSAGE, handing)
        time.sleep(0.05)
    assert (server.bodies, server.mails) == (1, [])


def test_handing_over_may_take_its_time() -> None:
    with MailServer() as server:
        Mailer(sender(server.port)).deliver(MESSAGE, lambda: time.sleep(SHORT.whole), SHORT)
    assert len(server.mails) == 1


def test_the_answer_to_the_last_word_is_waited_for_longer() -> None:
    def late(line: mail_server.Line) -> None:
        """Answer after longer than any other answer may take."""
        time.sleep(0.6)
        line.say(b"250 taken\r\n")

    patience = Patience(connect=0.4, answer=0.4, whole=0.5, verdict=5)
    assert tried({"end": late}, patience)[0] is None


def test_nobody_listens() -> None:
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    for host in ("127.0.0.1", "localhost", "no-such-host.invalid"):
        with pytest.raises(Unreachable, match=host):
            Mailer(sender(port, host=host)).deliver(MESSAGE, Handing(), LONG)


def test_a_resolver_that_hangs_does_not_hang_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kept: time.sleep(2) or [])
    began = time.monotonic()
    with pytest.raises(Unreachable):
        Mailer(sender(25, host="exemple.fr")).deliver(MESSAGE, Handing(), SHORT)
    assert time.monotonic() - began < SHORT.connect + 1


def test_a_large_e_mail_goes_through() -> None:
    large = MESSAGE._replace(papers=(("large.pdf", PDF * 150_000),))
    with MailServer() as server:
        Mailer(sender(server.port)).deliver(large, Handing())
    assert next(server.letters[0].iter_attachments()).get_content() == PDF * 150_000
