"""Text as people type it and as it may be shown."""

from typing import TYPE_CHECKING

from comptoir.core.later import later

if TYPE_CHECKING:
    import unicodedata
else:
    unicodedata = later("unicodedata")

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# What unicodedata does not take apart, though people type it both ways.
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})


def fold(text: str) -> str:
    """Give the text without accents or capitals, to compare what people type."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    combining = unicodedata.combining  # looked up once: a late module is found anew each time
    return "".join(c for c in decomposed if c.isascii() or not combining(c)).translate(_LIGATURES)


def tidy(text: str) -> str:
    """Give the text in NFC with runs of blanks made one space; control characters become U+FFFD."""
    return shown(" ".join(unicodedata.normalize("NFC", text).split()))


def shown(text: str) -> str:
    """Give the text safe for a terminal: control, format and private characters become U+FFFD."""
    if text.isprintable():
        return text
    return "".join(REPLACEMENT if unicodedata.category(c) in _UNSAFE else c for c in text)
