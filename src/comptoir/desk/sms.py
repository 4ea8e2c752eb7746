"""A text message as the SMS gateway takes it: where it goes, with which headers, written by the shop's template."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from json import dumps, loads
from typing import Any
from urllib.parse import parse_qsl, urlencode

from comptoir.core.i18n import _
from comptoir.desk.mailing import BadSecret, NoGateway, NoSecret, TextMessage, Undeliverable, number
from comptoir.desk.places import MASKED, header_safe, secret, web_address
from comptoir.desk.settings import BadSetting, Setting, Settings

USUAL_BODY = "to={to}&message={text}"
BLANKS = ("to", "digits", "text", "reference", "secret")
LONGEST_TEXT = 1530  # characters: ten parts of 153 (3GPP TS 23.038, 6.2.1 and TS 23.040, 9.2.3.24.1)
SECRET = "sms_secret"  # noqa: S105 - its name
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
    url = web_address(given["sms_url"], "https://sms.example.fr/send", "sms_headers")
    body = _template(given["sms_body"])
    headers = _headers(given["sms_headers"])
    wanted = "{secret}"
    known = _secret(environment) if wanted in body + "".join(value for _name, value in headers) else ""
    if not header_safe(known) and any(wanted in value for _name, value in headers):
        raise BadSecret
    filled = tuple((name, value.replace(wanted, known)) for name, value in headers)
    return Access(url, body, filled, known)


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
    found = secret(SECRET, environment).strip()
    if not found:
        raise NoSecret
    return found


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
