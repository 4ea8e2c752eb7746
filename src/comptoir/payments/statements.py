"""A bank statement, whatever it is written in: known by its content, never by its name."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import IO, TYPE_CHECKING, NamedTuple

from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.payments.movements import Movement, runs
from comptoir.payments.refusals import NoSuchAccount, NotAStatement, StatementTooBig
from comptoir.payments.statuses import Kind

if TYPE_CHECKING:
    from comptoir.payments import camt, ofx, sheets
else:
    camt, ofx, sheets = map(later, ("comptoir.payments.camt", "comptoir.payments.ofx", "comptoir.payments.sheets"))

LARGEST = 32_000_000  # bytes: years of a busy account
_UTF_16 = (BOM_UTF16_LE, BOM_UTF16_BE)
_BEGINNING = 4_000  # characters in which what a file is stands
_OFX = re.compile(r"\s*OFXHEADER\s*:|\s*(<\?[^>]*>\s*)*<OFX>", re.IGNORECASE)
_PAGE = re.compile(r"\s*(<\?xml[^>]*>\s*)?(<!--.{0,500}?-->\s*)?<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_ACCOUNT_LENGTH = 40  # letters and figures: what is longer is a preamble, in which the account stands


class Statement(NamedTuple):
    """What a file is written in, and the movements it tells."""

    kind: Kind
    movements: list[Movement]


def read(file: IO[bytes]) -> Statement:
    """Read a statement; raise StatementTooBig, NotAStatement, and BadMovement for each line that is wrong."""
    data = file.read(LARGEST + 1)
    _check_text(data)
    text = _decoded(data)
    beginning = text[:_BEGINNING]
    if _PAGE.match(beginning):
        raise NotAStatement(_("it is a web page: the bank may have asked to log in again"))
    if _OFX.match(beginning):
        return Statement(Kind.OFX, ofx.read(text))
    if beginning.lstrip().startswith("<"):
        return Statement(Kind.CAMT, camt.read(data.lstrip() if not data.startswith(_UTF_16) else data))
    return Statement(Kind.CSV, sheets.read(text))


def of_account(movements: list[Movement], wanted: str) -> list[Movement]:
    """Keep the movements of an account, named by its IBAN or by part of it; raise NoSuchAccount."""
    key = "".join(runs(wanted)).upper()
    kept = [each for each in movements if key and key in each.account]
    if not kept:
        known = {each.account for each in movements if 0 < len(each.account) <= _ACCOUNT_LENGTH}
        raise NoSuchAccount(wanted, sorted(known))
    return kept


def _decoded(data: bytes) -> str:
    try:
        if data.startswith(_UTF_16):
            return data.decode("utf-16")
        return data.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise NotAStatement(_("its characters are neither UTF-8 nor Windows-1252")) from error


def _check_text(data: bytes) -> None:
    """Raise what tells that bytes are no text of a sensible size."""
    if len(data) > LARGEST:
        raise StatementTooBig(LARGEST)
    if not data.strip():
        raise NotAStatement(_("the file is empty"))
    if data.startswith(b"%PDF"):
        raise NotAStatement(_("it is a PDF"))
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise NotAStatement(_("it is a spreadsheet or an archive: save it as CSV"))
    if not data.startswith(_UTF_16) and b"\x00" in data:
        raise NotAStatement(_("it is not a text"))
