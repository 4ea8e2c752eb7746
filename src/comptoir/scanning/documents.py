"""The sheet of codes that hangs beside a station: orders to scan, and the code that shows how a scanner is set."""

from collections.abc import Sequence
from datetime import datetime

from comptoir.core.i18n import _
from comptoir.desk.paper import Codes, Heading, Paper, Paragraph
from comptoir.returns.reasons import Reason
from comptoir.scanning.commands import CALIBRATION, LABELS, Command, code, lettered

SIDE_BY_SIDE = 2


def sheet(shop: str, reasons: Sequence[Reason], moment: datetime) -> Paper:
    """Make the sheet: a card for each order and each reason, then the calibration code, alone on its line."""
    why = tuple((reason.label, lettered(reason.code), _("why the part goes back")) for reason in reasons)
    orders = tuple((_(LABELS[command]), code(command), _use(command)) for command in Command)
    return Paper(
        _("Codes to scan"),
        shop,
        moment.isoformat(),
        (
            Paragraph(_("Hang this sheet beside the station: the hands stay on the scanner.")),
            Heading(_("Orders")),
            Codes(orders, SIDE_BY_SIDE),
            Heading(_("Reasons for a return")),
            Codes(why, SIDE_BY_SIDE),
            Heading(_("Setting")),
            Paragraph(
                _(
                    "Scan this code once at each new station: comptoir sees how the scanner is set, "
                    "repairs what it types from then on, and says what to change in it."
                )
            ),
            Codes(((_("How is my scanner set?"), CALIBRATION, _("calibration")),)),
        ),
    )


def _use(command: Command) -> str:
    match command:
        case Command.VALIDATE:
            return _("sends the return basket; scan it twice")
        case Command.CANCEL:
            return _("takes what was scanned out of the basket; scan it twice")
        case Command.PLUS:
            return _("adds one to the last thing scanned")
        case Command.MINUS:
            return _("takes one from the last thing scanned")
        case Command.ALL:
            return _("takes all that may go back of it")
        case Command.UNDO:
            return _("takes the last scan back")
        case Command.QUIT:
            return _("ends the station")
