"""The door of the mail server: who speaks to it, how an e-mail is written, how it is handed over."""

import re
from collections.abc import Callable, Mapping
from contextlib import closing
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from ipaddress import ip_address

from comptoir.core.i18n import _
from comptoir.core.text import tidy
from comptoir.desk.mailing import (
    PATIENCE,
    BadAddress,
    Message,
    NoMailServer,
    NoPassword,
    Patience,
    address,
    domain_name,
)
from comptoir.desk.places import secret
from comptoir.desk.settings import BadSetting, Setting, Settings
from comptoir.desk.smtp import Account, Security, Talk

_MESSAGE_ID = r"<[!-;=?A-~]+@[!-;=?A-~]+>"
PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}  # RFC 8314, 3.3; RFC 5321, 4.5.4.2


def account(settings: Settings, environment: Mapping[str, str]) -> Account:
    """Gather what speaking to the mail server takes; raise NoMailServer, NoPassword and BadSetting."""
    given = settings.resolved
    if not settings["smtp_host"].strip():
        raise NoMailServer
    try:
        security = Security(settings["smtp_security"].strip().lower())
    except ValueError:
        raise BadSetting(given["smtp_security"], _("it is one of starttls, tls and none")) from None
    host, port = _server(given["smtp_host"], PORTS[security])
    user = settings["smtp_user"].strip()
    if user and security is Security.NONE and not _is_here(host):
        raise BadSetting(given["smtp_security"], _("a password does not travel in the clear: take starttls or tls"))
    sender = _sender(given["mail_from"] if settings["mail_from"] else given["shop_email"])
    password = _password(user, environment) if user else ""
    return Account(host, port, security, user, password, sender, tidy(settings["shop_name"]))


def _server(setting: Setting, usual: int) -> tuple[str, int]:
    """Read `host`, `host:port`, `[::1]:port` or an IPv6 address."""
    host, port = setting.value.strip(), None
    if written := re.fullmatch(r"\[([^\]]*)\](?::(.*))?", host) or re.fullmatch(r"([^:]*)(?::([^:]*))?", host):
        host, port = written.groups()
    if not _is_address(host):
        host = domain_name(host)
    if not host:
        raise BadSetting(setting, _("write it like smtp.example.fr or smtp.example.fr:587"))
    if port is None:
        return host, usual
    if not (re.fullmatch(r"\d{1,5}", port, re.ASCII) and 0 < int(port) < 1 << 16):
        raise BadSetting(setting, _("its port goes from 1 to 65535"))
    return host, int(port)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_here(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


def _sender(setting: Setting) -> str:
    if not setting.value:
        raise BadSetting(setting, _("e-mails need an address to come from: set mail_from or shop_email"))
    try:
        return address(setting.value.strip())
    except BadAddress as error:
        raise BadSetting(setting, error.message) from error


def _password(user: str, environment: Mapping[str, str]) -> str:
    password = secret("smtp_password", environment)
    if not password:
        raise NoPassword(user)
    return password


def composed(message: Message, sender: Account) -> bytes:
    """Write an e-mail as it travels, its lines ended by CR LF; raise BadAddress, and ValueError for its Message-ID.

    All of it is ASCII, texts in quoted-printable, unless an address itself is not.
    """
    recipient = address(message.recipient)
    mail = EmailMessage(policy=SMTP if (sender.sender + recipient).isascii() else SMTPUTF8)
    if not re.fullmatch(_MESSAGE_ID, message.message_id):
        raise ValueError(f"Message-ID: {message.message_id}")
    mail["From"] = _address(sender.sender, sender.name)
    mail["To"] = _address(recipient)
    mail["Subject"] = tidy(message.subject)
    mail["Date"] = format_datetime(message.moment)
    mail["Message-ID"] = message.message_id
    mail.set_content(_plain(message.text), cte="quoted-printable")
    for name, content in message.papers:
        mail.add_attachment(content, maintype="application", subtype="pdf", filename=tidy(name))
    return mail.as_bytes()


def _address(text: str, name: str = "") -> Address:
    local, _at, domain = text.rpartition("@")
    return Address(name, local, domain)


def _plain(text: str) -> str:
    """Give a text without what is no letter, blank or end of line, and that UTF-8 can hold."""
    lines = re.sub(r"\r\n?", "\n", text)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", lines).encode("utf-8", "replace").decode()


class Mailer:
    """Hands e-mails to the mail server, each over its own connection."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def deliver(self, message: Message, handing: Callable[[], None], patience: Patience = PATIENCE) -> None:
        """Hand an e-mail over; `handing` is called when all but its last word was said.

        From then on nobody else knows whether it left: it must be written down before this goes on, and what `handing`
        raises stops it there. Raises Postponed (Unreachable for the server itself) and Undeliverable, where it did not
        leave for certain, and Unknown.
        """
        written = composed(message, self.account)
        with closing(Talk(self.account, patience)) as talk:
            with talk.until_handed():
                talk.open()
                talk.offer(address(message.recipient), len(written))
                talk.pour(re.sub(rb"(?m)^\.", b"..", written))
            handing()
            talk.end()
