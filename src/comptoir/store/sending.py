"""What is to be sent outside: by which channel, and where it stands, known without the database toolkit."""

from enum import StrEnum


class Channel(StrEnum):
    """How something is sent: an e-mail to an address, a text message to a telephone number."""

    EMAIL = "email"
    SMS = "sms"


class Sending(StrEnum):
    """Where something to be sent stands.

    `handed` was given to the server whole, and its answer is not known: it never leaves again by itself.
    """

    WAITING = "waiting"
    HANDED = "handed"
    SENT = "sent"
    REFUSED = "refused"
    DROPPED = "dropped"
