"""A text message as the SMS gateway takes it: where it goes, with which headers, written by the shop's template."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from json import dumps, loads
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.desk.mailing import BadSecret, NoGateway, NoSecret, TextMessage, Undeliverable, domain_name, number
from comptoir.desk.settings import PREFIX, BadSetting, Setting, Settings

keyring = later("keyring")

USUAL_BODY = "to={to}&message={text}"
BLANKS = ("to", "digits", "text", "reference", "secret")
LONGEST_TEXT = 1530  # characters: ten parts of 153 (3GPP TS 23.038, 6.2.1 and TS 23.040, 9.2.3.24.1)
LONGEST_URL = 2000  # characters
MASKED = "…"
AS_WRITTEN = "%/:=&?~+!$,;'@()*"  # of an address
# What HTTP itself says, and not the shop.
OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "idempotency-key",
                  "expect", "te", "trailer", "upgrade"})  # fmt: skip


@dataclass(frozen=True)
class Access:
    """Where text messages go and how they are written; what is secret is in no trace."""

    url: str
    body: str
    headers: tuple[tuple[str, str], ...] = field(repr=False, default=())
    secret: str = field(repr=False, default="")

    @property
    def is_json(self) -> bool:
        """Tell whether the body is JSON, and not a form."""
        return self.body.startswith(("{", "["))


def access(settings: Settings, environment: Mapping[str, str]) -> Access:
    """Gather what speaking to the gateway takes; raise NoGateway, NoSecret, BadSecret and BadSetting."""
    given = settings.resolved
    if not settings["sms_url"].strip():
        raise NoGateway
    url = _url(given["sms_url"])
    body = _template(given["sms_body"])
    headers = _headers(given["sms_headers"])
    wanted = "{secret}"
    secret = _secret(environment) if wanted in body + "".join(value for _name, value in headers) else ""
    if not (secret.isascii() and secret.isprintable()) and any(wanted in value for _name, value in headers):
        raise BadSecret
    filled = tuple((name, value.replace(wanted, secret)) for name, value in headers)
    return Access(url, body, filled, secret)


def _url(setting: Setting) -> str:
    text = setting.value.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadSetting(setting, _("write it like https://sms.example.fr/send")) from None
    host = _host(parts)
    if parts.username is not None or parts.password is not None:
        raise BadSetting(setting._replace(value=MASKED), _("it holds a password: give it in sms_headers"))
    whole = text.isprintable() and " " not in text and len(text) <= LONGEST_URL
    if not (whole and host and port != 0 and parts.scheme in {"https", "http"}):
        raise BadSetting(setting, _("write it like https://sms.example.fr/send"))
    if parts.scheme == "http" and not _is_here(host):
        raise BadSetting(setting, _("messages do not travel in the clear: it begins with https://"))
    written = f"[{host}]" if ":" in host else host
    asked = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{written}{'' if port is None else f':{port}'}{quote(parts.path + asked, safe=AS_WRITTEN)}"


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    try:
        return str(ip_address(host))
    except ValueError:
        return domain_name(host)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _template(setting: Setting) -> str:
    """Give the body as the settings have it, whole; raise BadSetting."""
    text = setting.value.strip() or USUAL_BODY
    shown = setting._replace(value=setting.value.strip())
    try:
        made = loads(text) if Access("", text).is_json else parse_qsl(text, keep_blank_values=True, strict_parsing=True)
    except (ValueError, RecursionError):
        raise BadSetting(shown, _("it is neither JSON nor a form such as `to={to}&message={text}`")) from None
    blanks = {*re.findall(r"\{(\w+)\}", dumps(made, ensure_ascii=False))}
    if unknown := sorted(blanks - {*BLANKS}):
        raise BadSetting(shown, _("it knows no {blank}").format(blank=f"{{{unknown[0]}}}"))
    if "text" not in blanks or not blanks & {"to", "digits"}:
        raise BadSetting(shown, _("it needs {to} and {text}"))
    return text


def _headers(setting: Setting) -> list[tuple[str, str]]:
    """Read `Name: value; Name: value`; raise BadSetting, which never shows a value: it may be a secret."""
    found: list[tuple[str, str]] = []
    for part in filter(None, map(str.strip, setting.value.split(";"))):
        name, colon, value = (each.strip() for each in part.partition(":"))
        if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):  # RFC 9110, 5.6.2
            raise BadSetting(setting._replace(value=MASKED), _("write it like `Authorization: Bearer {secret}`"))
        shown = setting._replace(value=f"{name}: {MASKED}")
        if name.lower() in OURS:
            raise BadSetting(shown, _("this header is not for the settings"))
        if not (value.isascii() and value.isprintable()):
            raise BadSetting(shown, _("it has characters that a header cannot have"))
        if {*re.findall(r"\{(\w+)\}", value)} - {"secret"}:
            raise BadSetting(shown, _("a header knows no other blank than {secret}"))
        found.append((name, value))
    return found


def _secret(environment: Mapping[str, str]) -> str:
    secret = (environment.get(PREFIX + "SMS_SECRET") or _kept_secret()).strip()
    if not secret:
        raise NoSecret
    return secret


def _kept_secret() -> str:
    # A machine without a keyring, or whose keyring is locked, keeps no secret: that is told as one.
    try:
        return keyring.get_password("comptoir", "sms_secret") or ""
    except keyring.errors.KeyringError:
        return ""


def composed(message: TextMessage, access: Access) -> bytes:
    """Write what the gateway is sent, its blanks filled; raise BadPhoneNumber, and Undeliverable for its text."""
    recipient = number(message.recipient)
    text = _plain(message.text)
    if not text.strip():
        raise Undeliverable(_("its text is empty"))
    if len(text) > LONGEST_TEXT:
        raise Undeliverable(
            _("its text has {count} characters, and a text message {most} at most").format(
                count=len(text), most=LONGEST_TEXT
            )
        )
    values = dict(zip(BLANKS, (recipient, recipient[1:], text, message.reference, access.secret), strict=True))
    if access.is_json:
        return dumps(_filled(loads(access.body), values), ensure_ascii=False).encode()
    pairs = parse_qsl(access.body, keep_blank_values=True)
    return urlencode([(_filled(name, values), _filled(value, values)) for name, value in pairs]).encode()


def _filled(template: Any, values: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    """Fill the blanks of every text of a template, once: what fills one is not looked at again."""
    match template:
        case str():
            return re.sub(r"\{(\w+)\}", lambda blank: values[blank[1]], template)
        case list():
            return [_filled(each, values) for each in template]
        case dict():
            return {_filled(key, values): _filled(each, values) for key, each in template.items()}
        case _:
            return template


def _plain(text: str) -> str:
    """Give a text without what is no letter, blank or end of line, and that UTF-8 can hold."""
    lines = re.sub(r"\r\n?", "\n", text)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", lines).encode("utf-8", "replace").decode()
