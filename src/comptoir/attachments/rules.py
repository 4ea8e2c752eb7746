"""What documents are, what they are called, and what they are about."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core.i18n import mark
from comptoir.core.later import later
from comptoir.core.text import REPLACEMENT, fold, tidy

if TYPE_CHECKING:
    import unicodedata
else:
    unicodedata = later("unicodedata")

MOST_BYTES = 20_000_000  # of a document. Ours: no eco-organism publishes what its portal takes; a photograph has 3 to 8
LONGEST_NAME = 200  # characters kept of a file's name
LONGEST_WRITTEN = 200  # bytes of a name that is written; most file systems take 255, and a number may follow
NAMELESS = "document"


class Kind(StrEnum):
    """What a document shows."""

    NAMEPLATE = "nameplate"
    INVOICE = "invoice"
    SIGNED_QUOTE = "signed-quote"
    SIGNED_SLIP = "signed-slip"
    DECLARATION = "declaration"
    PICTURE = "picture"
    OTHER = "other"


KIND_WORDS: Mapping[str, str] = {
    Kind.NAMEPLATE: mark("nameplate"),
    Kind.INVOICE: mark("purchase invoice"),
    Kind.SIGNED_QUOTE: mark("signed quote"),
    Kind.SIGNED_SLIP: mark("signed intake slip"),
    Kind.DECLARATION: mark("signed declaration"),
    Kind.PICTURE: mark("picture of the device"),
    Kind.OTHER: mark("other document"),
}


class Scope(StrEnum):
    """What a document of the library is about: a product, a family of products, or one brand's model."""

    PRODUCT = "product"
    FAMILY = "family"
    MODEL = "model"


SCOPE_WORDS: Mapping[str, str] = {
    Scope.PRODUCT: mark("product"),
    Scope.FAMILY: mark("family"),
    Scope.MODEL: mark("model"),
}


class Source(StrEnum):
    """Where a document of a case comes from: attached to it, or from the library."""

    CASE = "case"
    PRODUCT = "product"
    FAMILY = "family"
    MODEL = "model"


SOURCE_WORDS: Mapping[str, str] = {Source.CASE: mark("this case"), **SCOPE_WORDS}


class Media(StrEnum):
    """The types that are taken (RFC 6838)."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"


# The first ending is the one that is written; the others name the same type, and are replaced by nothing.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    Media.PDF: (".pdf",),
    Media.JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    Media.PNG: (".png",),
    Media.WEBP: (".webp",),
    Media.HEIC: (".heic", ".heif", ".hif"),
}
_KNOWN = frozenset(ending for endings in ENDINGS.values() for ending in endings)
# Windows, "Naming Files, Paths, and Namespaces"; superscripts count as digits there.
_RESERVED = r"(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[0-9¹²³])"
_FORBIDDEN = r'[<>:"/\\|?*\x00-\x1f\x7f]'


class Document(NamedTuple):
    """A document whose content is kept: sizes in bytes, the digest a SHA-256; `serial` was read off a nameplate."""

    kind: Kind
    name: str
    media_type: str
    size: int
    digest: str
    serial: str = ""


class Device(NamedTuple):
    """What documents of the library may be about: the keys of a product and of its family, a brand, a model."""

    product: str
    family: str
    brand: str
    model: str

    def shelves(self) -> "tuple[Shelf, ...]":
        """Give where the documents of this device are: by model, by product, by family; none for what is not known."""
        model = f"{self.brand} {self.model}" if self.brand.strip() and self.model.strip() else ""
        named = ((Scope.MODEL, model), (Scope.PRODUCT, self.product), (Scope.FAMILY, self.family))
        return tuple(shelf(scope, text) for scope, text in named if text.strip())


class Shelf(NamedTuple):
    """A place of the library: the target is folded, so that accents, capitals and blanks do not count."""

    scope: Scope
    target: str


def shelf(scope: Scope, text: str) -> Shelf:
    """Give the place of the library that a text names: a product, a family, or `brand model`."""
    return Shelf(scope, fold(tidy(text)))


def original(name: str) -> str:
    """Give a file's name as it is kept: its last part, tidy, 200 characters at most, its ending whole."""
    tidied = tidy(name.rpartition("/")[2])
    if len(tidied) <= LONGEST_NAME:
        return tidied or NAMELESS
    stem, ending = _parted(tidied)
    return stem[: LONGEST_NAME - len(ending)] + ending


def safe_name(name: str, media_type: str) -> str:
    """Give the name that a document is written under: in its folder, visible, and with the ending of its true type.

    Nothing in it leads elsewhere or is read by a shell as an option, on POSIX or on Windows; never empty.
    """
    last = re.split(r"[/\\]", tidy(name))[-1]
    stem, ending = _parted(re.sub(_FORBIDDEN, "_", last).replace(REPLACEMENT, "_"))
    own = ENDINGS.get(media_type, (".bin",))
    if ending.lower() not in own:
        stem, ending = (stem if ending.lower() in _KNOWN else stem + ending), own[0]
    stem = _cut(stem.lstrip(" .-~"), LONGEST_WRITTEN - len(ending)).rstrip(" .") or NAMELESS
    if re.fullmatch(_RESERVED, stem.partition(".")[0].rstrip(" "), re.IGNORECASE):
        stem = f"_{stem}"
    return stem + ending


def distinct(name: str, taken: set[str]) -> str:
    """Give the name, numbered where it is taken (`photo (2).jpg`), and take it; capitals make no other name."""
    stem, ending = _parted(name)
    number, found = 1, name
    while _same(found) in taken:
        number += 1
        found = f"{stem} ({number}){ending}"
    taken.add(_same(found))
    return found


def _same(name: str) -> str:
    # Disks of macOS and Windows take two names for one where their letters or the way accents are written differ.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _parted(name: str) -> tuple[str, str]:
    """Give a name without its ending, and the ending with its dot; one of more than ten characters is none."""
    found = re.fullmatch(r"(.*?)(\.[^. ]{1,10})?", name, re.DOTALL)
    return (found[1], found[2] or "") if found else (name, "")


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode("utf-8", "ignore")
