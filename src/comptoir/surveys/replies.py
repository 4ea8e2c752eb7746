"""What customers write back, made into codes, scores and comments: a text message as it is, an e-mail's own words."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from unicodedata import normalize

from comptoir.core.refs import typed
from comptoir.core.text import fold, tidy
from comptoir.surveys.refusals import BadScore, MistypedCode, NoCode, NoScore, UnknownCode, told
from comptoir.surveys.rules import HIGHEST, is_code

LINES, SIGNS = 12, 2_000  # of a reply, within which its code is looked for
LONGEST_COMMENT = 1_000  # characters
LONGEST_TEXT = 20_000  # characters of a reply that are looked at
COPIED = 30  # characters that nobody writes twice the same: a line of ours so long comes from our message
MACHINE_LINE = 80  # characters of what a telephone writes below
WRAPPED = 3  # lines that `On Monday … wrote:` may take

# Signs of a code may stand apart; the code may touch its score, and stands by itself on the other side.
_SIGN = "[2-9A-HJKMNP-Z]"
_LIKE_A_CODE = re.compile(rf"(?<![^\W_])(?=((?:{_SIGN}[ \t.\-_]?){{5}}{_SIGN})(?![^\W\d_]))", re.IGNORECASE)
_SCORE = re.compile(
    r"[\s:;,.=>()|*\"'«»/\-–—_]*(?:(?:note|score)[\s:=]*)?"
    r"(?P<whole>[0-9]+)(?P<part>[.,][0-9]+)?(?:\s*(?:/|sur\s)\s*(?P<of>[0-9]+))?",
    re.IGNORECASE,
)
_BELOW_ZERO = re.compile(r"[\s:][-\N{MINUS SIGN}]$")
_AROUND = " \t\r\n,;:.!-–—/()«»*|=\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}"
# Folded: without accents or capitals.
_WROTE = re.compile(r"(?:le|on)\b.{0,300}\b(?:a ecrit|wrote)\s*:|.{0,200}<[^<>\s]{1,254}@[^<>\s]{1,254}>[^<>]{0,20}:")
_HEADED = re.compile(r"\**(?:de|from)\s*:")
_HEADS = re.compile(r"\**(?:envoye|date|sent|objet|subject|a|to)\b[^:]{0,20}:")
_ORIGINAL = re.compile(
    r"[-_*=]{2,}\s*(?:message d.origine|message original|message initial|message transfere|mail original"
    r"|original message|forwarded message)|_{8,}$"
)
_MACHINE = ("envoye de mon ", "envoye depuis ", "envoye a partir de ", "envoye avec ", "sent from ", "get outlook for ",
            "obtenir outlook pour ", "telecharger outlook pour ", "provenance : ")  # fmt: skip


class Reply(NamedTuple):
    """A code found in a text, the score and the words that go with it; `written` is the score as it stands there.

    The score is None where it is missing, in which case nothing is `written`, or is none.
    """

    code: str
    score: int | None
    written: str
    comment: str

    def checked(self) -> int:
        """Give the score; raise NoScore or BadScore."""
        if self.score is not None:
            return self.score
        if self.written:
            raise BadScore(self.written, self.code)
        raise NoScore(self.code)


class _Spot(NamedTuple):
    start: int
    end: int
    code: str


def prepared(text: str) -> str:
    """Give a text in one way of writing it, no longer than is looked at."""
    return normalize("NFKC", text[:LONGEST_TEXT])


def codes(text: str) -> list[str]:
    """List the codes of a prepared text whose check sign is right, wherever they stand."""
    return list(dict.fromkeys(spot.code for spot in _spots(text)))


def read(text: str, known: Callable[[str], bool]) -> list[Reply]:
    """Find the replies in the first lines of a prepared text, one for each known code, in order.

    Raises UnknownCode, MistypedCode or NoCode where no code is known.
    """
    head = _head(text)
    spots = [spot for spot in _spots(head) if known(spot.code)]
    if not spots:
        raise _nothing(head)
    found: dict[str, Reply] = {}
    for place, spot in enumerate(spots):
        stop = spots[place + 1].start if place + 1 < len(spots) else len(text)
        before = text[: spot.start] if place == 0 else ""
        reply = _reply(spot.code, text[spot.end : stop], before)
        kept = found.get(spot.code)
        if kept is None or (kept.score is None and reply.score is not None):
            found[spot.code] = reply
    return list(found.values())


def own_words(text: str) -> str:
    """Give what somebody wrote, without what their mail program quoted or signed."""
    return "\n".join(_own(text[:LONGEST_TEXT].splitlines()))


def without(text: str, sent: str) -> str:
    """Give a text up to the first line that was copied from the message it answers."""
    ours = " ".join(sent.split())
    kept: list[str] = []
    for line in text.splitlines():
        squeezed = " ".join(line.split())
        if len(squeezed) >= COPIED and squeezed in ours:
            break
        kept.append(line)
    return "\n".join(kept)


def _head(text: str) -> str:
    """Give the first lines, blank ones not counted."""
    lines = text[:SIGNS].splitlines(keepends=True)
    written = [place for place, line in enumerate(lines) if line.strip()]
    return "".join(lines[: written[LINES]] if len(written) > LINES else lines)


def _spots(text: str) -> Iterator[_Spot]:
    for found in _LIKE_A_CODE.finditer(text):
        code = typed(found[1])
        if is_code(code):
            yield _Spot(found.start(1), found.end(1), code)


def _nothing(head: str) -> UnknownCode | MistypedCode | NoCode:
    """Say why there is no reply in a text."""
    right = next(_spots(head), None)
    if right:
        return UnknownCode(right.code)
    for found in _LIKE_A_CODE.finditer(head):
        code = typed(found[1])
        if not (code.isalpha() or code.isdigit()) and _SCORE.match(head, found.end(1)):
            return MistypedCode(code)
    return NoCode(told(tidy(head)))


def _reply(code: str, after: str, before: str) -> Reply:
    found = _SCORE.match(after)
    if not found:
        return Reply(code, None, "", _comment(before, after))
    sign = "-" if _BELOW_ZERO.search(after[: found.start("whole")]) else ""
    of = f"/{found['of']}" if found["of"] else ""
    written = told(f"{sign}{found['whole']}{found['part'] or ''}{of}", 20)
    good = not (sign or found["part"]) and found["of"] in {None, str(HIGHEST)} and len(found["whole"]) <= len("10")
    score = int(found["whole"]) if good else HIGHEST + 1
    return Reply(code, score if score <= HIGHEST else None, written, _comment(before, after[found.end() :]))


def _comment(before: str, after: str) -> str:
    said = (before.strip(_AROUND), after.lstrip(_AROUND))
    comment = tidy(" ".join(part for part in said if part))
    return comment if len(comment) <= LONGEST_COMMENT else f"{comment[: LONGEST_COMMENT - 1].rstrip()}…"


def _own(lines: Sequence[str]) -> Iterator[str]:
    place = 0
    while place < len(lines):
        line = lines[place].strip()
        wrote = _attribution(lines, place)
        if wrote and not _next_written(lines, place + wrote).startswith(">"):
            return  # what follows is quoted without a mark
        if not (wrote or line.startswith(">")):
            if _is_end(lines, place):
                return
            yield lines[place]
        place += wrote or 1


def _attribution(lines: Sequence[str], place: int) -> int:
    """Count the lines of `On Monday … wrote:` that begin here, none where there is no such thing."""
    said = ""
    for count, line in enumerate(lines[place : place + WRAPPED], 1):
        said = f"{said} {line.strip()}".strip()
        if _WROTE.fullmatch(fold(said)):
            return count
        if not line.strip():
            return 0
    return 0


def _next_written(lines: Sequence[str], place: int) -> str:
    return next((lines[each].strip() for each in range(place, len(lines)) if lines[each].strip()), "")


def _is_end(lines: Sequence[str], place: int) -> bool:
    """Tell whether a signature or a quoted message begins here."""
    line = fold(lines[place].strip())
    if line == "--" or _ORIGINAL.match(line) or (len(line) <= MACHINE_LINE and line.startswith(_MACHINE)):
        return True
    below = (fold(each.strip()) for each in lines[place + 1 : place + 5])
    return bool(_HEADED.match(line)) and any(map(_HEADS.match, below))
