"""Reads of what was done to a repair, and the words for it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from comptoir.attachments.rules import KIND_WORDS, SOURCE_WORDS
from comptoir.core.i18n import _, mark
from comptoir.fiches.rules import MOMENT_WORDS, RESULT_WORDS
from comptoir.outbox.rules import CHANNEL_WORDS
from comptoir.parts.rules import ORIGIN_WORDS
from comptoir.repairs.statuses import CONSENT_WORDS, MEANS_WORDS, NOTICE_WORDS, WARRANTY_WORDS

if TYPE_CHECKING:
    from comptoir.store.read import Reader

# What was done to a repair, and what was said of it, in words.
DONE = {
    "intake": mark("taken in"),
    "set": mark("corrected"),
    "assign": mark("given to a technician"),
    "check": mark("checked"),
    "despite": mark("gone on despite"),
    "line": mark("line added"),
    "drop": mark("line taken out"),
    "use": mark("part used"),
    "put_back": mark("part put back"),
    "quoted": mark("quoted"),
    "agreed": mark("quote accepted"),
    "refused": mark("quote refused"),
    "repairing": mark("repair begun"),
    "repaired": mark("repaired"),
    "invoiced": mark("invoiced"),
    "pay": mark("paid at the till"),
    "credit": mark("credit note issued"),
    "handed_over": mark("given back"),
    "cancelled": mark("cancelled"),
    "attach": mark("document attached"),
    "detach": mark("document taken out"),
    "notify": mark("customer told"),
    "survey_ask": mark("customer asked what they think"),
    "survey_answer": mark("customer's answer"),
    "survey_act": mark("action taken on the answer"),
    "claim": mark("claim made ready"),
    "claim_to_create": mark("claim to be made anew"),
    "claim_created": mark("claim begun with the eco-organism"),
    "claim_to_complete": mark("claim to be completed"),
    "claim_confirmed": mark("claim confirmed"),
    "claim_approved": mark("claim approved"),
    "claim_reimbursed": mark("claim reimbursed, says the eco-organism"),
    "claim_refused": mark("claim refused"),
    "claim_cancelled": mark("claim cancelled"),
    "claim_found": mark("claim looked for on the portal"),
    "payment": mark("paid by the eco-organism"),
    "payment_undone": mark("payment of the eco-organism taken away"),
}
TOLD = {
    "comeback_of": mark("comes back from"),
    "technician": mark("technician"),
    "when": mark("when"),
    "point": mark("point"),
    "points": mark("points"),
    "result": mark("result"),
    "note": mark("note"),
    "why": mark("why"),
    "despite": mark("despite"),
    "designation": mark("designation"),
    "quantity": mark("quantity"),
    "price": mark("price"),
    "part": mark("part"),
    "origin": mark("origin"),
    "bill": mark("number"),
    "total": mark("total"),
    "bonus": mark("bonus"),
    "means": mark("paid by"),
    "receipt": mark("till receipt"),
    "cancels": mark("cancels"),
    "document": mark("no."),
    "kind": mark("kind"),
    "name": mark("name"),
    "source": mark("of"),
    "serial": mark("serial number"),
    "untraced": mark("untraced parts"),
    "way": mark("by"),
    "to": mark("to"),
    "score": mark("score"),
    "comment": mark("comment"),
    "action": mark("action"),
    "before": mark("before, score"),
    "brand": mark("brand"),
    "model": mark("model"),
    "fault": mark("fault"),
    "service": mark("service"),
    "organism": mark("eco-organism"),
    "symptom": mark("symptom code"),
    "repair_code": mark("repair code"),
    "consents": mark("consents"),
    "condition": mark("state of the device"),
    "warranty": mark("warranty"),
    "bought_on": mark("bought on"),
    "deposit": mark("deposit"),
    "deposit_means": mark("deposit paid by"),
    "deposit_receipt": mark("receipt of the deposit"),
    "appointment": mark("appointment"),
    "email": mark("e-mail"),
    "phone": mark("phone"),
    "line": mark("address"),
    "complement": mark("complement of the address"),
    "postcode": mark("postcode"),
    "town": mark("town"),
    "invoice": mark("invoice"),
    "remote": mark("claim number"),
    "where": mark("where"),
    "service_order": mark("service order"),
    "reason": mark("reason"),
    "payment": mark("payment"),
    "amount": mark("amount"),
    "title": mark("civility"),
    "last_name": mark("last name"),
    "first_name": mark("first name"),
}
LATE_QUOTE = "quote"  # what is passed over where a quote is accepted after its last day
# The values of these are keys of the program; all others are what people typed, and stay as they are.
SAID: Mapping[str, Mapping[str, str]] = {
    "when": MOMENT_WORDS,
    "result": RESULT_WORDS,
    "points": {LATE_QUOTE: mark("quote too old")},
    "kind": {**NOTICE_WORDS, **KIND_WORDS},
    "source": SOURCE_WORDS,
    "where": {"portal": mark("on the portal of the eco-organism")},
    "origin": ORIGIN_WORDS,
    "way": CHANNEL_WORDS,
    "means": MEANS_WORDS,
    "deposit_means": MEANS_WORDS,
    "warranty": WARRANTY_WORDS,
    "consents": CONSENT_WORDS,
    "bonus": {"0": mark("no"), "1": mark("yes")},  # of a correction: amounts have two decimals
}
UNSAID = frozenset({"missing", "claim", "was"})  # figures that a rule reads again


class HistoryRow(NamedTuple):
    """Something that was done to a repair."""

    moment: datetime
    operator: str
    verb: str
    data: dict[str, str]

    @property
    def told(self) -> str:
        """Give what was done and said, in words."""
        said = ", ".join(
            f"{_(TOLD.get(key, key))} {_worded(key, value)}"
            for key, value in self.data.items()
            if value and key not in UNSAID
        )
        done = _(DONE.get(self.verb, self.verb))
        return _("{done}: {said}").format(done=done, said=said) if said else done


def _worded(key: str, value: str) -> str:
    """Put the keys of the program that a value is made of into words: one, a list, or both sides of a correction."""
    words = SAID.get(key, {})
    return re.sub(r"[^\s,>]+", lambda found: _(words[found[0]]) if found[0] in words else found[0], value)


def history(reader: "Reader", number: str) -> list[HistoryRow]:
    """List what was done to a repair, in order."""
    sql = "SELECT moment, operator, verb, data FROM history WHERE reference = :number ORDER BY id"
    return list(reader.rows(sql, HistoryRow, number=number))
