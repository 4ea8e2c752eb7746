"""Commands on scans."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from comptoir.core.i18n import _, mark
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.desk.options import Feature, argument, option
from comptoir.desk.output import Column, View
from comptoir.scanning.prompts import Source

if TYPE_CHECKING:
    from comptoir.scanning import prompts, queries
else:
    prompts, queries = later("comptoir.scanning.prompts"), later("comptoir.scanning.queries")

app = Feature()

OUTCOME_WORDS = {
    "found": mark("found"),
    "not_found": mark("unknown"),
    "ambiguous": mark("ambiguous"),
    "unreadable": mark("unreadable"),
    "command": mark("order"),
    "calibration": mark("setting"),
    "echo": mark("already read"),
}
KIND_WORDS = {
    "gtin": mark("article number (EAN, UPC)"),
    "sscc": mark("container number (SSCC)"),
    "imei": mark("phone number (IMEI)"),
    "delivery_note": mark("delivery note number"),
    "buyback": mark("buyback number"),
    "return": mark("return case number"),
    "repair": mark("repair case number"),
    "article_code": mark("article code"),
    "reference": mark("reference"),
    "command": mark("order"),
    "calibration": mark("setting"),
    "noise": mark("nothing readable"),
}
DONE_WORDS = {
    "added": mark("added"),
    "changed": mark("changed"),
    "reason": mark("reason given"),
    "note": mark("note chosen"),
    "undone": mark("undone"),
    "asked": mark("to confirm"),
    "sent": mark("sent"),
    "cleared": mark("taken out"),
    "refused": mark("not done"),
    "nothing": mark("nothing done"),
}
PROOF_WORDS = {"check_digit": mark("check digit"), "aim": "AIM", "code": mark("our own code")}
KIND = Column("kind", _("Kind"), KIND_WORDS)
OUTCOME = Column("outcome", _("Outcome"), OUTCOME_WORDS)
MEANING = (KIND, Column("value", _("Value")), Column("layout", _("Keyboard")))
WHEN = (Column("moment", _("Date")), Column("source", _("Source")))
SCANNED = (
    *WHEN,
    Column("code", _("Read")),
    OUTCOME,
    *MEANING,
    Column("records", _("Records")),
    Column("why", _("Why")),
)
EXPLAINED = (
    Column("text", _("Read as")),
    KIND,
    Column("value", _("Value")),
    Column("layout", _("Keyboard")),
    Column("proof", _("Proof"), PROOF_WORDS),
    Column("records", _("Records")),
    Column("chosen", _("Followed")),
    Column("why", _("Why")),
)
JOURNAL = (*WHEN, Column("operator", _("By")), Column("raw", _("Bytes")), OUTCOME, *MEANING)
REPLAYED = (
    *WHEN,
    Column("raw", _("Bytes")),
    OUTCOME,
    Column("value", _("Value")),
    Column("outcome_now", _("Outcome now"), OUTCOME_WORDS),
    Column("value_now", _("Value now")),
    Column("same", _("Same")),
)
SCANNERS = (
    Column("host", _("Machine")),
    Column("source", _("Source")),
    Column("layout", _("Keyboard")),
    Column("aim", _("AIM identifiers")),
    Column("separator", _("Separator"), {"\x1d": "GS", "": mark("lost")}),
    Column("suffix", _("Line end"), {"\r": "CR", "\n": "LF", "\r\n": "CR LF", "\t": "Tab"}),
    Column("saved_at", _("Date")),
)
Since = Annotated[str, option(metavar=_("DAY"), help=_("From this day: 2026-11-22, 22/11/2026 or 7d."))]


RETURNED = (
    *WHEN,
    Column("code", _("Read")),
    OUTCOME,
    KIND,
    Column("value", _("Value")),
    Column("done", _("Done"), DONE_WORDS),
    Column("note", _("Delivery note")),
    Column("reference", _("Reference")),
    Column("quantity", _("Quantity")),
    Column("reason", _("Reason")),
    Column("credit", _("Credit excl. tax")),
    Column("told", _("Told")),
)


class Into(StrEnum):
    """What scans may build."""

    RETURNS = "returns"


@app.verb("scan", help=_("Scan a part, a box or a delivery note, and see what it is."))
def scan(
    desk: Desk,
    source: Source,
    view: View,
    explain: Annotated[
        str | None, option("--explain", metavar=_("TEXT"), help=_("Say how this would be understood, and why."))
    ] = None,
    into: Annotated[Into | None, option("--into", help=_("Put what is scanned into the return basket."))] = None,
) -> None:
    """Take scans until the scanner ends, or say how one would be understood."""
    if explain is not None:
        desk.out.rows(EXPLAINED, prompts.explained(desk, explain), view)
    elif into:
        prompts.station(desk, source, prompts.worded(desk, RETURNED), view, prompts.returned(desk))
    else:
        prompts.station(desk, source, SCANNED, view)


@app.verb("journal", help=_("List every scan as it came, and what it was taken for."))
def journal(desk: Desk, view: View, since: Since = "") -> None:
    """List the journal of scans."""
    first = queries.since(since, desk.clock.now())
    with desk.reading() as reader:
        desk.out.rows(JOURNAL, queries.journal(reader, first), view)


@app.verb("replay", help=_("Play a journal again: what each scan would be taken for now."))
def replay(
    desk: Desk,
    view: View,
    file: Annotated[
        str, argument(metavar=_("[FILE]"), help=_("A journal in JSON lines; `-` is the standard input, none ours."))
    ] = "",
    since: Since = "",
) -> None:
    """Decide every scan of a journal again; nothing is recorded."""
    desk.out.rows(REPLAYED, prompts.replayed(desk, file, since), view)


@app.verb("sheet", help=_("Print the codes to scan: orders, and the one that shows how a scanner is set."))
def sheet(
    desk: Desk,
    output: Annotated[
        str, option("--output", "-o", metavar=_("FILE"), help=_("PDF to write; `-` is the standard output."))
    ] = "comptoir-codes.pdf",
) -> None:
    """Print the sheet of codes."""
    prompts.printed(desk, output)


@app.verb("scanners", help=_("List how each scanner is set, as its calibration code showed."))
def scanners(desk: Desk, view: View) -> None:
    """List the scanners known."""
    with desk.reading() as reader:
        desk.out.rows(SCANNERS, queries.scanners(reader), view)
