"""Messages as a feature hands them over, how long their server is waited for, and what may come of one."""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from comptoir.core.errors import OutsideFailure, UsageProblem
from comptoir.core.i18n import _

LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3
LONGEST_LOCAL = 64  # bytes: RFC 5321, 4.5.3.1.1
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"  # RFC 5322, 3.2.3, letters of any alphabet included (RFC 6532)
_ADDRESS = rf"({_ATOM}(?:\.{_ATOM})*)@([\w.-]+)"
_DOMAIN = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"


class Message(NamedTuple):
    """An e-mail whole: its papers are file names and the PDF files' bytes; its Message-ID is sent as it is."""

    recipient: str
    subject: str
    text: str
    message_id: str
    moment: datetime
    papers: tuple[tuple[str, bytes], ...] = ()


class TextMessage(NamedTuple):
    """A text message whole: its number is in E.164; its reference is the same where it is sent again."""

    recipient: str
    text: str
    reference: str


class Patience(NamedTuple):
    """How many seconds a server is waited for.

    To connect, for each answer, for all that comes before the last word of the message, and for the answer to it: given
    up too early, that last one makes a doubt (RFC 5321, 4.5.3.2.6 asks for ten minutes).
    """

    connect: float = 10
    answer: float = 30
    whole: float = 120
    verdict: float = 120

    @property
    def most(self) -> float:
        """Give the longest that one message can take."""
        return self.whole + self.verdict


PATIENCE = Patience()
HURRY = Patience(connect=3, answer=4, whole=5, verdict=10)  # somebody stands at the counter


class NoMailServer(UsageProblem):
    """No setting names a mail server."""

    def __init__(self) -> None:
        super().__init__(
            _("no mail server is set: nothing is sent"),
            _('name it in the settings file or in COMPTOIR_SMTP_HOST: `smtp_host = "smtp.example.fr"`'),
        )


class NoPassword(UsageProblem):
    """The mail server has a user, and nobody gave the password."""

    def __init__(self, user: str) -> None:
        super().__init__(
            _("the password of `{user}` on the mail server is not known").format(user=user),
            _("give it in COMPTOIR_SMTP_PASSWORD, or keep it with `keyring set comptoir smtp_password`"),
        )


class NoGateway(UsageProblem):
    """No setting names an SMS gateway."""

    def __init__(self) -> None:
        super().__init__(
            _("no SMS gateway is set: no text message leaves"),
            _('name it in the settings file or in COMPTOIR_SMS_URL: `sms_url = "https://sms.example.fr/send"`'),
        )


class NoSecret(UsageProblem):
    """The SMS gateway wants a secret, and nobody gave it."""

    def __init__(self) -> None:
        super().__init__(
            _("the secret of the SMS gateway is not known"),
            _("give it in COMPTOIR_SMS_SECRET, or keep it with `keyring set comptoir sms_secret`"),
        )


class BadSecret(UsageProblem):
    """The secret of the SMS gateway cannot travel."""

    def __init__(self) -> None:
        super().__init__(
            _("the secret of the SMS gateway has characters that a header cannot have"),
            _("give it in COMPTOIR_SMS_SECRET, or keep it with `keyring set comptoir sms_secret`"),
        )


class Postponed(OutsideFailure):
    """It was not taken this time, for certain: it may be tried again later, and no sooner than the server says."""

    def __init__(self, message: str, after: timedelta = timedelta()) -> None:
        super().__init__(message)
        self.after = after


class Unreachable(Postponed):
    """The server takes nothing from anybody: not there, not trusted, or not letting us in."""


class Undeliverable(OutsideFailure):
    """It will not leave as it is: trying again changes nothing."""


class RefusedByServer(Undeliverable):
    """The server said no for good."""


class BadAddress(Undeliverable):
    """An address that no e-mail can go to, or come from."""

    def __init__(self, text: str) -> None:
        super().__init__(_("`{text}` is not an e-mail address").format(text=text))


class BadPhoneNumber(Undeliverable):
    """A telephone number that no text message can go to."""

    def __init__(self, text: str) -> None:
        super().__init__(_("`{text}` is not a telephone number such as +33612345678").format(text=text))


class Unknown(OutsideFailure):
    """It was handed to the server whole, and the answer did not come: nobody knows whether it left."""


class OutOfOrder(Unknown):
    """Nobody knows whether it left, and the server does not work: nothing else is handed to it for now."""


def address(text: str) -> str:
    """Give an address as mail servers take it, its domain in ASCII (IDNA); raise BadAddress."""
    found = re.fullmatch(_ADDRESS, text)
    if found is None or len(found[1].encode()) > LONGEST_LOCAL:
        raise BadAddress(text)
    domain = domain_name(found[2])
    made = f"{found[1]}@{domain}"
    if not domain or len(made.encode()) > LONGEST_ADDRESS:
        raise BadAddress(text)
    return made


def number(text: str) -> str:
    """Give a telephone number in E.164 (ITU-T), written with or without blanks, `00` or `+`; raise BadPhoneNumber.

    The 0 that a French number is dialled with does not follow its prefix, unless between brackets.
    """
    digits = re.sub(r"[\s().\-]", "", text.replace("(0)", ""))
    found = re.fullmatch(r"(?:\+|00)(?!330)([1-9][0-9]{6,14})", digits)
    if found is None:
        raise BadPhoneNumber(text)
    return f"+{found[1]}"


def domain_name(text: str) -> str:
    """Give a domain in ASCII (IDNA) and lower case, empty where it cannot be one."""
    try:
        made = text.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return made if re.fullmatch(_DOMAIN, made) else ""
