"""E-mails as a mail filter hands them over (RFC 5322, RFC 2045): their text, whatever their form."""

import re
from codecs import lookup
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from html import unescape
from typing import NamedTuple

from comptoir.core.text import tidy
from comptoir.surveys.replies import LONGEST_TEXT, own_words

LONGEST_PAGE = 200_000  # characters of HTML that are looked at: what people write stands at its beginning
# More than any mail program writes, and few enough for the standard library, which takes the square of their time.
MOST_PARTS, MOST_HEADERS, LONGEST_FIELD = 1_000, 20_000, 4_000
# What French mailboxes write in. Others are guessed: the code and the score are ASCII in all of them.
_CHARSETS = {"ascii": "cp1252", "iso8859-1": "cp1252", "cp1252": "cp1252", "iso8859-15": "iso8859-15", "utf-8": "utf-8"}
_HEADER = re.compile(rb"(?:From |[!-9;-~]+[ \t]*:)")
_HEADERS = re.compile(rb"[\r\n][!-9;-~]+:")
_FIELDS = re.compile(rb"[\r\n]content-[a-z-]+[ \t]*:[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*", re.IGNORECASE)
_ENVELOPE = rb"From \S+ +[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]\d [0-9:]{5,8} (?:[+-]?\w{3,5} )?\d{4}[^\n]*\n"
_SEVERAL = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\r\n\r\n))" + _ENVELOPE + rb"(?=[!-9;-~]+[ \t]*:)")
_ROBOT = ("x-autoreply", "x-autorespond", "x-autoresponse")
_HIDDEN = frozenset({"head", "style", "script", "title", "blockquote", "template"})
_QUOTING = re.compile(r"gmail_quote|gmail_attr|yahoo_quoted|moz-cite-prefix|protonmail_quote|tutanota_quote")
_FOLLOWING = re.compile(r"divrplyfwdmsg|appendonsend|mail-editor-reference-message-container")
_LINES = frozenset({"br", "p", "div", "tr", "li", "hr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "pre", "body"})
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "wbr"})
_TAG = re.compile(r"(/?)([a-z][a-z0-9:-]*)")
# What the standard library raises on messages that nobody should send.
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, MessageError, OSError)


class Letter(NamedTuple):
    """An e-mail that came: the address it says it is from, what its author wrote, and when; or a machine."""

    sender: str
    text: str
    moment: datetime | None
    automatic: bool


def is_mail(data: bytes) -> bool:
    """Tell whether bytes begin as an e-mail does, with a header."""
    return bool(_HEADER.match(data.lstrip()))


def messages(data: bytes) -> list[bytes]:
    """Give each message of a mailbox (RFC 4155), or the one message that this is."""
    data = data.lstrip()
    return [each for each in _SEVERAL.split(data) if each.strip()] or [data]


def letter(data: bytes) -> Letter | None:
    """Read one message, whatever its bytes are; None where it cannot be."""
    if _is_monstrous(data):
        return None
    try:
        message = message_from_bytes(data)
        automatic = _is_automatic(message)
        return Letter(_sender(message), "" if automatic else _text(message), _moment(message), automatic)
    except _BROKEN:
        return None


def from_page(page: str) -> str:
    """Give the text of an HTML page, a line for each block, without what it quotes."""
    found = _Page()
    first, *rest = page[:LONGEST_PAGE].split("<")
    found.say(first)
    for piece in rest:
        found.take(piece)
    return "\n".join(" ".join(line.split()) for line in "".join(found.said).split("\n"))


def _is_monstrous(data: bytes) -> bool:
    """Tell whether a message was made to be long to read."""
    fields = max((len(found[0]) for found in _FIELDS.finditer(b"\n" + data)), default=0)
    headers = sum(1 for _each in _HEADERS.finditer(data))
    return data.count(b"\n--") > MOST_PARTS or headers > MOST_HEADERS or fields > LONGEST_FIELD


def _text(message: Message) -> str:
    """Give what the author wrote: the plain parts where they say something, else the HTML ones."""
    parts = list(_parts(message, whole=True))
    for kind in ("text/plain", "text/html"):
        texts = [_decoded(part) for part in parts if _kind(part) == kind]
        said = "\n".join(from_page(text) if kind == "text/html" else text[:LONGEST_TEXT] for text in texts)
        words = own_words(said)
        if words.strip():
            return words
    return ""


def _parts(message: Message, *, whole: bool = False) -> Iterator[Message]:
    """Give the texts of a message; what is attached, another message included, is not its author's word."""
    if not whole and (message.get_content_disposition() == "attachment" or message.get_content_maintype() == "message"):
        return
    if not message.is_multipart():
        yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from _parts(part)


def _kind(part: Message) -> str:
    # A message cut before its first part is a text.
    return "text/plain" if part.get_content_maintype() == "multipart" else part.get_content_type()


def _decoded(part: Message) -> str:
    charset = _charset(part.get_content_charset() or "")
    del part["content-type"]  # by which some releases of Python decode the text, whatever charset stands there
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    if charset:
        return content.decode(charset, "replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _charset(name: str) -> str:
    try:
        return _CHARSETS.get(lookup(name).name, "")
    except (LookupError, ValueError):
        return ""


def _sender(message: Message) -> str:
    return tidy(parseaddr(str(message.get("from", ""))[:LONGEST_FIELD])[1])


def _moment(message: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(message.get("date", "")))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_automatic(message: Message) -> bool:
    """Tell whether a machine wrote a message (RFC 3834, section 5, and what came before it)."""
    sent_by = tidy(str(message.get("auto-submitted", "no"))).lower()
    if not sent_by.startswith("no") or any(message.get(name) is not None for name in _ROBOT):
        return True
    precedence = tidy(str(message.get("precedence", ""))).lower()
    returned = tidy(str(message.get("return-path", "")))
    return (
        precedence in {"auto_reply", "bulk", "junk"}
        or returned == "<>"
        or message.get_content_type() == "multipart/report"
    )


class _Page:
    """The words of a page, as its pieces come: each begins after a `<`.

    The parser of the standard library takes the square of the time for pages made for that.
    """

    def __init__(self) -> None:
        self.said: list[str] = []
        self._hidden = ""  # the element that is passed over
        self._depth = 0  # of elements of that name, one in the other
        self._over = False
        self._in_comment = False

    def take(self, piece: str) -> None:
        """Take a piece: a tag and the words after it, or words."""
        if self._in_comment or piece.startswith("!--"):
            _inside, end, after = piece.partition("-->")
            self._in_comment = not end
            self.say(after)
            return
        tag, end, after = piece.partition(">")
        found = _TAG.match(tag.lower())
        if found:
            self._meet(found[2], tag.lower(), ends=bool(found[1]))
            self.say(after)
        elif piece.startswith(("!", "?", "/")):
            self.say(after)
        else:
            self.say(f"<{piece}")  # smaller than

    def say(self, words: str) -> None:
        """Keep words: ends of lines are nothing in HTML."""
        if words and not (self._hidden or self._over):
            self.said.append(re.sub(r"\s+", " ", _plain(words)))

    def _meet(self, name: str, tag: str, *, ends: bool) -> None:
        """Begin or end a line, or something that is quoted."""
        self._over = self._over or bool(_FOLLOWING.search(tag))
        if name == self._hidden:
            self._depth += -1 if ends else 1
            self._hidden = self._hidden if self._depth else ""
        elif not (self._hidden or ends or name in _VOID) and (name in _HIDDEN or _QUOTING.search(tag)):
            self._hidden, self._depth = name, 1
        if name in _LINES and not (self._hidden or self._over):
            self.said.append("\n")


def _plain(words: str) -> str:
    try:
        return unescape(words)
    except ValueError:  # the number of a character, thousands of digits long
        return words
