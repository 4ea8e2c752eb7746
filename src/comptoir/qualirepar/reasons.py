"""Why organisms refuse, in plain words, and what to do then.

The numbered reasons of ecosystem are those of a third party's types, whose form (`Rejeté (08 : …)`) a working client
confirms; those of Ecologic are words that working clients look for in its answers. What is not known is told as it is.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from comptoir.core.i18n import _, mark
from comptoir.core.text import fold
from comptoir.organisms.statuses import Organism


class Explained(NamedTuple):
    """A reason in plain words, and what to do; both are to be translated."""

    plain: str
    todo: str


_INVOICE_AGAIN = mark(
    "credit the invoice (`comptoir repair credit`), issue it again as it should be (`comptoir repair invoice`), "
    "record its payment (`comptoir repair pay`), then `comptoir qualirepar claim`"
)
_SEND_AGAIN = mark("attach the right document with `comptoir repair attach`, then claim again")
_CONTEST = mark("keep the signed documents, and write to the organism under the number of the claim")
NUMBERED = {
    "00": Explained(
        mark("an automatic control: an invoice with this number may have been reimbursed already"),
        mark("look for the number in `comptoir qualirepar list`; if it is another repair, credit and invoice again"),
    ),
    "01": Explained(mark("the invoice bears neither SIRET nor RCS"), _INVOICE_AGAIN),
    "02": Explained(
        mark("this failure gets no bonus"),
        mark("look at the codes with `comptoir qualirepar codes`, correct them, then claim again"),
    ),
    "03": Explained(
        mark("the customer is a professional"), mark("no bonus: invoice the customer for what was taken off")
    ),
    "05": Explained(mark("the same request was dealt with already"), mark("look for it on the organism's portal")),
    "06": Explained(mark("the bonus is not the right one"), _INVOICE_AGAIN),
    "07": Explained(mark("the invoice cannot be read"), _INVOICE_AGAIN),
    "08": Explained(mark("the bonus does not stand on the invoice"), _INVOICE_AGAIN),
    "09": Explained(mark("the bonus is not taken off the total of the invoice"), _INVOICE_AGAIN),
    "10": Explained(mark("the organism suspects a fraud"), _CONTEST),
    "11": Explained(mark("the consumer was called and says that there was no repair"), _CONTEST),
    "12": Explained(
        mark("the consumer could not be reached"),
        mark("correct their phone and e-mail with `comptoir repair set`, then claim again"),
    ),
    "13": Explained(mark("the document that was sent is not an invoice"), _SEND_AGAIN),
    "14": Explained(
        mark("the consumer's agreement to parts of the circular economy is missing"),
        mark("have the declaration signed, attach it, then claim again"),
    ),
    "15": Explained(mark("the photograph of the phone's nameplate or IMEI is missing"), _SEND_AGAIN),
}
# Words looked for in what Ecologic says, folded; the first that is found tells.
WORDED: Sequence[tuple[str, Explained]] = (
    (r"deja (?:ete )?utilise", NUMBERED["00"]),
    (
        r"deja (?:fait|aide|saisi)|deja une demande",
        Explained(
            mark("this device had a request already"),
            mark("cancel the earlier one on the organism's portal if it is wrong, then claim again"),
        ),
    ),
    (r"code panne|code iris|panne non valide|symptome", NUMBERED["02"]),
    (
        r"garantie",
        Explained(mark("the device is under a warranty"), mark("no bonus: the seller or the maker repairs it")),
    ),
    (r"plaque|signaletique", NUMBERED["15"]),
    (
        r"numero de serie|imei",
        Explained(mark("the serial number or IMEI is not right"), _INVOICE_AGAIN),
    ),
    (r"professionnel", NUMBERED["03"]),
    (r"siret|rcs\b", NUMBERED["01"]),
    (
        r"date de reparation|periode",
        Explained(mark("the day of repair is not right"), _INVOICE_AGAIN),
    ),
    (r"bonus|soutien|seuil", NUMBERED["06"]),
    (
        r"signature|validation|consommateur",
        Explained(mark("the signed document of the consumer is wrong"), _SEND_AGAIN),
    ),
    (r"illisible", NUMBERED["07"]),
    (r"facture", NUMBERED["13"]),
    (r"ville|commune|code postal", Explained(mark("the town or postcode is not known"), NUMBERED["12"].todo)),
)


# A code stands first, or in brackets: other figures are of a day, an invoice, an amount.
_CODE = r"(?:^|[(;]\s*)(\d{2})(?:\s*[:)]|\s+[–-]\s|\s*$)"


def explained(organism: str, reason: str) -> Explained:
    """Say what a reason means, translated; what is not known is told as the organism says it."""
    found = _numbered(reason) if organism == Organism.ECOSYSTEM else _worded(reason)
    if found is None:
        return Explained(reason, _("look at it on the organism's portal, mend it, then claim again"))
    return Explained(_(found.plain), _(found.todo))


def _numbered(reason: str) -> Explained | None:
    code = re.search(_CODE, reason.strip())
    return NUMBERED.get(code[1]) if code else _worded(reason)


def _worded(reason: str) -> Explained | None:
    text = fold(reason)
    return next((told for words, told in WORDED if re.search(words, text)), None)
