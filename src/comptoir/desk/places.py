"""Where services are and what opens them: addresses of the web from the settings, secrets from elsewhere."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from json import dumps
from urllib.parse import SplitResult, quote, quote_plus, urlsplit

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.text import tidy
from comptoir.desk.mailing import domain_name
from comptoir.desk.settings import PREFIX, BadSetting, Setting

keyring = later("keyring")

LONGEST_URL = 2000  # characters
MASKED = "…"
AS_WRITTEN = "%/:=&?~+!$,;'@()*"  # of an address


def web_address(setting: Setting, example: str, secrets: str) -> str:
    """Give the address that a setting has, as it is asked; raise BadSetting, which shows no password.

    `secrets` is where a password goes instead. Only this machine is spoken to in the clear.
    """
    text = setting.value.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadSetting(setting, _("write it like {example}").format(example=example)) from None
    host = _host(parts)
    if parts.username is not None or parts.password is not None:
        told = _("it holds a password: give it in {place}").format(place=secrets)
        raise BadSetting(setting._replace(value=MASKED), told)
    whole = text.isprintable() and " " not in text and len(text) <= LONGEST_URL
    if not (whole and host and port != 0 and parts.scheme in {"https", "http"}):
        raise BadSetting(setting, _("write it like {example}").format(example=example))
    if parts.scheme == "http" and not is_here(host):
        raise BadSetting(setting, _("nothing travels in the clear: it begins with https://"))
    written = f"[{host}]" if ":" in host else host
    asked = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{written}{'' if port is None else f':{port}'}{quote(parts.path + asked, safe=AS_WRITTEN)}"


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    try:
        return str(ip_address(host))
    except ValueError:
        return domain_name(host)


def is_here(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def secret(name: str, environment: Mapping[str, str]) -> str:
    """Give a secret from the environment, else from the keyring of the system; empty where neither has it."""
    return environment.get(PREFIX + name.upper()) or _kept(name)


def _kept(name: str) -> str:
    # A machine without a keyring, or whose keyring is locked, keeps no secret: that is told as one.
    try:
        return keyring.get_password("comptoir", name) or ""
    except keyring.errors.KeyringError:
        return ""


def header_safe(text: str) -> bool:
    """Tell whether a text can be in a header of HTTP."""
    return text.isascii() and text.isprintable()


def masked(text: str, secrets: Iterable[str]) -> str:
    """Give a text without these secrets, however an address, a form or JSON may write them."""
    for face in sorted({face for secret in secrets for face in _faces(secret)}, key=len, reverse=True):
        text = text.replace(face, MASKED)
    return text


def _faces(secret: str) -> set[str]:
    in_addresses = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    in_json = {dumps(secret)[1:-1], dumps(secret, ensure_ascii=False)[1:-1]}
    return ({secret, tidy(secret)} | in_addresses | in_json) - {""}
