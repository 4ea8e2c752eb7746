"""The door behind the counter: what was received, what is to go wrong, how a claim ends, what the bank says."""

import time
from collections.abc import Callable
from typing import Any

from comptoir.core.errors import ComptoirError
from comptoir.sandbox import ecologic_lists, ecosystem_lists, faults
from comptoir.sandbox.lifecycle import Life
from comptoir.sandbox.reference import ECOLOGIC, ECOSYSTEM, Reference
from comptoir.sandbox.state import MOVING, OPEN, Claim, Stage
from comptoir.sandbox.statement import FORMATS, payments
from comptoir.sandbox.traffic import Traffic
from comptoir.sandbox.wire import Answer, Asked, Visit

OUTCOMES = {
    "refused": Stage.REFUSED,
    "approved": Stage.APPROVED,
    "paid": Stage.PAID,
    "cancelled": Stage.CANCELLED,  # what a shop does on the organism's portal: no call does it
}


class Admin:
    """The methods of the admin API."""

    def __init__(self, life: Life, known: Reference, plan: faults.Plan, traffic: Traffic) -> None:
        self.book, self.life, self.known, self.plan, self.traffic = life.book, life, known, plan, traffic
        self._methods: dict[tuple[str, str], Callable[[Asked], Answer]] = {
            ("POST", "/faults"): self._fault,
            ("DELETE", "/faults"): self._behave,
            ("GET", "/state"): self._state,
            ("POST", "/outcome"): self._outcome,
            ("POST", "/age"): self._age,
            ("GET", "/statement"): self._statement,
            ("POST", "/reset"): self._reset,
        }

    def visit(self, asked: Asked) -> Visit:
        """Recognise a request."""
        method = self._methods.get((asked.method, asked.path.rstrip("/")))
        return Visit("", "", lambda: self._work(method, asked), _refused, lambda: _refused("401"))

    def _work(self, method: Callable[[Asked], Answer] | None, asked: Asked) -> Answer:
        if method is None:
            return Answer(404, {"error": f"{asked.method} {asked.path}"})
        try:
            return method(asked)
        except ComptoirError as problem:
            return _refused(problem.message)
        except ValueError as problem:
            return _refused(str(problem))

    def _fault(self, asked: Asked) -> Answer:
        self.plan.add(faults.told(asked.json()))
        return Answer(204)

    def _behave(self, _asked: Asked) -> Answer:
        self.plan.clear()
        return Answer(204)

    def _reset(self, _asked: Asked) -> Answer:
        with self.book.lock:
            self.book.clear()
        self.plan.clear()
        self.traffic.clear()
        return Answer(204)

    def _state(self, _asked: Asked) -> Answer:
        with self.book.lock:
            for claim in self.book:
                self.life.read(claim)
            return Answer(200, {"claims": [told(claim) for claim in self.book], **self.traffic.told()})

    def _outcome(self, asked: Asked) -> Answer:
        body = asked.json()
        if not isinstance(body, dict) or body.get("outcome") not in OUTCOMES:
            return _refused(f"outcome: {', '.join(OUTCOMES)}")
        with self.book.lock:
            claim = self._named(str(body.get("claim", "")))
            if claim is None:
                return Answer(404, {"error": f"claim {body.get('claim')}"})
            stage = OUTCOMES[body["outcome"]]
            if claim.stage not in ({*OPEN, *MOVING} if stage is Stage.CANCELLED else MOVING):
                return Answer(409, {"error": f"claim {claim.id} is {claim.stage}"})
            reason = str(body.get("reason", "08")) if stage is Stage.REFUSED else ""
            self.life.settle(claim, stage, reason, time.time())
            return Answer(200, told(claim))

    def _age(self, asked: Asked) -> Answer:
        body = asked.json()
        with self.book.lock:
            claim = self.book.find(ECOSYSTEM, str(body.get("claim", ""))) if isinstance(body, dict) else None
            if claim is None or not claim.submitted:
                return Answer(404, {"error": "no claim of ecosystem that was sent"})
            ecosystem_lists.age(claim)
            self.book.keep(claim)
            return Answer(200, told(claim))

    def _named(self, number: str) -> Claim | None:
        return self.book.find(ECOLOGIC, number) or self.book.find(ECOSYSTEM, number)

    def _statement(self, asked: Asked) -> Answer:
        write, kind = FORMATS.get(asked.query.get("format", "csv"), (None, ""))
        if write is None:
            return _refused(f"format: {', '.join(FORMATS)}")
        with self.book.lock:
            for claim in self.book:
                self.life.read(claim)
            found = payments(self.book, grouped=asked.query.get("grouped", "").lower() in {"1", "true"})
        return Answer(200, write(found, self.life.today()), kind=kind)


def told(claim: Claim) -> dict[str, Any]:
    """Give a claim as it was received and as it stands."""
    labels = ecologic_lists.LABELS if claim.organism == ECOLOGIC else ecosystem_lists.LABELS
    return {
        "organism": claim.organism,
        "id": claim.id,
        "reference": claim.reference,
        "quote": claim.quote,
        "serial": claim.serial,
        "service_order": claim.order,
        "amount": claim.amount,
        "stage": str(claim.stage),
        "status": labels.get(claim.stage, ""),
        "stages": claim.stages,
        "submitted": claim.submitted,
        "reason": claim.reason,
        "paid_on": claim.paid_on,
        "files": [{"type": p.kind, "name": p.name, "size": p.size, "sha256": p.sha256} for p in claim.pieces],
        "asked": claim.asked,
    }


def _refused(message: str) -> Answer:
    return Answer(400, {"error": message})
