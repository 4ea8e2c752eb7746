"""What is asked and answered over HTTP, as plain values: the two protocols know nothing of sockets."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Asked:
    """A request that was read whole; `path` is below the base of its organism, `base` is where the server stands."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str

    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        """Read the body as JSON, an empty one as None; raise ValueError."""
        return json.loads(self.body, parse_constant=_no_number) if self.body.strip() else None


def _no_number(text: str) -> None:
    raise ValueError(text)


def nothing() -> None:
    """Do nothing once the answer is known to leave."""


@dataclass(frozen=True)
class Answer:
    """What is answered: a status, JSON or bytes of `kind`, and what the server does as the answer leaves (`then`)."""

    status: int
    content: Any = None
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    then: Callable[[], None] = nothing

    def body(self) -> bytes:
        """Give the bytes of the body: none for an answer without content."""
        if self.content is None:
            return b""
        if isinstance(self.content, bytes):
            return self.content
        return json.dumps(self.content, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Visit:
    """A request that was recognised: its `step`, the claim it is about (`subject`, or ""), and the work it asks for."""

    step: str
    subject: str
    work: Callable[[], Answer]
    refused: Callable[[str], Answer]
    expired: Callable[[], Answer]


class House(Protocol):
    """One side of the server: it recognises what is asked of it."""

    def visit(self, asked: Asked) -> Visit:
        """Recognise a request; one that is not known is a visit whose work answers so."""
