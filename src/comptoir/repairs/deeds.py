"""Reads of what was done to a repair, and the words for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from comptoir.attachments.rules import KIND_WORDS
from comptoir.core.i18n import _, mark
from comptoir.fiches.rules import MOMENT_WORDS, RESULT_WORDS
from comptoir.parts.rules import ORIGIN_WORDS
from comptoir.repairs.statuses import MEANS_WORDS, NOTICE_WORDS

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
}


# Values that are keys of the program, in words.
SAID: Mapping[str, str] = {**MOMENT_WORDS, **RESULT_WORDS, **MEANS_WORDS, **NOTICE_WORDS, **ORIGIN_WORDS, **KIND_WORDS}
LATE_QUOTE = "quote"  # what is passed over where a quote is accepted after its last day
UNSAID = frozenset({"missing"})  # figures that a rule reads again


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
            f"{_(TOLD.get(key, key))} {_(SAID.get(value, value))}"
            for key, value in self.data.items()
            if value and key not in UNSAID
        )
        done = _(DONE.get(self.verb, self.verb))
        return f"{done}: {said}" if said else done


def history(reader: "Reader", number: str) -> list[HistoryRow]:
    """List what was done to a repair, in order."""
    sql = "SELECT moment, operator, verb, data FROM history WHERE reference = :number ORDER BY id"
    return list(reader.rows(sql, HistoryRow, number=number))
