"""The small vocabulary of documents: frozen values that a feature builds and `pdf` draws."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Heading:
    """A line that opens a part."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """Running text; `tone` is plain, small or warning."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True)
class Facts:
    """Labels and their values, a line each, under an optional title."""

    rows: tuple[tuple[str, str], ...]
    title: str = ""


@dataclass(frozen=True)
class Pair:
    """Two framed blocks side by side: from whom, to whom, and an arrow between where something goes."""

    left_title: str
    left: tuple[str, ...]
    right_title: str
    right: tuple[str, ...]
    arrow: bool = True


@dataclass(frozen=True)
class Table:
    """Rows under titles; `widths` share the page, `figures` are the columns aligned right."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    figures: tuple[int, ...] = ()


@dataclass(frozen=True)
class Total:
    """An amount that closes a part."""

    label: str
    amount: str


@dataclass(frozen=True)
class Barcode:
    """An EAN-13 that any scanner reads, its digits below."""

    number: str
    caption: str = ""


@dataclass(frozen=True)
class Codes:
    """Cards to scan: what each does, the text of its Code 128, a word below; `columns` stand side by side."""

    cards: tuple[tuple[str, str, str], ...]
    columns: int = 1


@dataclass(frozen=True)
class Steps:
    """Numbered steps, each with its details."""

    steps: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Boxes:
    """Boxes, each ticked or not, with what it says beside it."""

    items: tuple[tuple[bool, str], ...]


@dataclass(frozen=True)
class CutLine:
    """A dashed line to cut along."""

    caption: str


@dataclass(frozen=True)
class Blank:
    """Ruled lines to write on by hand."""

    label: str
    lines: int = 3


@dataclass(frozen=True)
class Signature:
    """A place for the date and the hand."""

    date_label: str
    label: str


Block = (
    Heading | Paragraph | Facts | Pair | Table | Total | Barcode | Codes | Steps | Boxes | CutLine | Blank | Signature
)
KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in Block.__args__}


@dataclass(frozen=True)
class Paper:
    """One document: its title, who issues it, when (ISO), and its blocks."""

    title: str
    issuer: str
    issued_at: str
    blocks: tuple[Block, ...]
    note: str = ""


def to_content(paper: Paper) -> dict[str, Any]:
    """Give a paper as plain values, to be kept as issued."""
    blocks = [{"block": type(b).__name__, **{f.name: getattr(b, f.name) for f in fields(b)}} for b in paper.blocks]
    return {
        "title": paper.title,
        "issuer": paper.issuer,
        "issued_at": paper.issued_at,
        "note": paper.note,
        "blocks": blocks,
    }


def from_content(content: dict[str, Any]) -> Paper:
    """Give back the paper that was kept."""
    blocks = tuple(
        KINDS[kept["block"]](**{key: _frozen(value) for key, value in kept.items() if key != "block"})
        for kept in content["blocks"]
    )
    return Paper(content["title"], content["issuer"], content["issued_at"], blocks, content["note"])


def _frozen(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value
