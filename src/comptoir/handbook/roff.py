"""Roff, the language of man pages: escapes, entries, and the light markup of the notes.

A note is made of blocks, a blank line between two: `# SECTION`, `## Sub-section`, `- item`, a term with `: what it is`
on the next line, an example indented by four blanks, a paragraph, or `{part}` for what the commands say of themselves.
A `word` between backquotes is typed as it stands.
"""

import re
from collections.abc import Iterable, Mapping

EXAMPLE = "    "
NO_BREAK = "\\ "
# Signs that roff would print otherwise: a hyphen for a minus, a curly quote for a straight one (groff_char(7)).
_SIGNS = str.maketrans({"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", '"': "\\(dq"})
_FRENCH_BLANK = re.compile(r"[ \u00a0\u202f](?=[:;?!»])|(?<=«)[ \u00a0\u202f]")


def literal(text: str) -> str:
    """Escape what is typed or printed as it stands, ready to copy."""
    return text.translate(_SIGNS)


def bold(text: str) -> str:
    """Write what is typed as it stands in bold."""
    return f"\\fB{literal(text)}\\fR"


def slanted(text: str) -> str:
    """Write what stands for something else in italics."""
    return f"\\fI{literal(text)}\\fR"


def prose(text: str) -> str:
    """Escape a sentence: words between backquotes in bold, French blanks that never break."""
    # A plain apostrophe is left to roff, which prints the curly one of French.
    parts = [
        bold(part) if place % 2 else _FRENCH_BLANK.sub(NO_BREAK, literal(part).replace("\\(aq", "'"))
        for place, part in enumerate(text.split("`"))
    ]
    return guarded("".join(parts))


def guarded(line: str) -> str:
    """Keep a line that begins with a dot or a quote from being a request."""
    return f"\\&{line}" if line.startswith((".", "'")) else line


def entry(tag: str, text: str) -> str:
    """Write a term, already roff, and what it is, already roff."""
    return f".TP\n{guarded(tag)}\n{text}"


def section(title: str) -> str:
    """Open a section."""
    return f".SH {literal(title)}"


def subsection(title: str) -> str:
    """Open a section inside a section."""
    return f".SS {literal(title)}"


def page(blocks: Iterable[str]) -> str:
    """Put blocks of roff together; a paragraph that opens a section needs no request (mandoc warns)."""
    return re.sub(r"(?m)^(\.S[HS] .*\n)\.PP\n", r"\1", "\n".join(blocks)) + "\n"


def rendered(note: str, parts: Mapping[str, str]) -> list[str]:
    """Turn a note into blocks of roff, `{part}` replaced; raise KeyError for a part that does not exist."""
    return [_block(block, parts) for block in re.split(r"\n\s*\n", note.strip("\n"))]


def _block(block: str, parts: Mapping[str, str]) -> str:
    first, *more = block.split("\n")
    match first.split(" ", 1):
        case ["##", title]:
            return subsection(title)
        case ["#", title]:
            return section(title)
        case ["-", _text]:
            items = re.split(r"(?m)^- ", block)[1:]
            return "\n".join(f".IP \\(bu 2\n{prose(_joined(item))}" for item in items)
        case [name] if not more and name.startswith("{"):
            return parts[name.strip("{}")]
    if first.startswith(EXAMPLE):
        lines = [guarded(literal(line.removeprefix(EXAMPLE))) for line in (first, *more)]
        return "\n".join([".PP", ".RS 4", ".nf", *lines, ".fi", ".RE"])
    if more and more[0].startswith(": "):
        return entry(prose(first), prose(_joined(" ".join(more)[2:])))
    return f".PP\n{prose(_joined(block))}"


def _joined(lines: str) -> str:
    return " ".join(lines.split())
