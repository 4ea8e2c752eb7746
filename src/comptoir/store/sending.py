"""Where something to be sent stands, known without the database toolkit."""

from enum import StrEnum


class Sending(StrEnum):
    """Where something to be sent stands.

    `handed` was given to the server whole, and its answer is not known: it never leaves again by itself.
    """

    WAITING = "waiting"
    HANDED = "handed"
    SENT = "sent"
    REFUSED = "refused"
    DROPPED = "dropped"
