"""Ecologic's side: the methods of e-reparateur, guide 1.4, and those of its twin platform that list and show claims.

Sources: the guide of e-reparateur 1.4 (sequence, HTTP 206, keys), four working clients (names of members, statuses).
Methods and names in the query are found whatever their capitals. Assumed, where no source tells:

* A claim whose invoice or serial number a live claim holds is NOT saved: HTTP 206, `IsValid` true outside (the call
  was understood), false inside, no `ClaimId`, and `ValidationErrors` that name the field. Other errors are saved with
  the claim, which gets its `ClaimId`, as the guide says of 206. A refused or cancelled claim frees both numbers.
* `updateclaim` replaces the members of the body that it gives, whole; one that would take another claim's number writes
  nothing and answers 206. `updateclaim`, `attachfile` and `submitclaim` answer 400 once the claim is sent.
* `submitclaim` of an incomplete claim answers 200 with `IsValid` false, as a working client handles it.
* `attachfile` adds: a second file of one type stands beside the first. Files above 10 MB are refused.
* Under `/api/v1` statuses are the French labels, under `/api/v2` (the twin) the codes.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from comptoir.sandbox import ecologic_lists as lists
from comptoir.sandbox.ecologic_checks import Error, Given, duplicates, given, problems
from comptoir.sandbox.lifecycle import Life
from comptoir.sandbox.reference import API_KEY, ECOLOGIC, Reference
from comptoir.sandbox.state import FIRST_CLAIM, OPEN, Book, Claim, Piece, Stage, subject
from comptoir.sandbox.wire import Answer, Asked, Visit

KINDS = ("INVOICE", "CONSUMERVALIDATION", "NAMEPLATE", "PRODUCTPICTURE", "OTHER")
EXTENSIONS = ("pdf", "png", "jpg", "jpeg")
LARGEST = 10_000_000  # bytes of a file: assumed, the official limit is not known
_PATH = re.compile(r"/api/(v[12])/(?:ecosupport|(?=repair/getwarrantyclaims))/?([\w/]+?)/?", re.IGNORECASE)


class Problem(Exception):
    """A call that is answered 400 with a `ResponseErrorMessage`."""


@dataclass(frozen=True)
class Call:
    """A call of a method: which version of the platform, the query with names in lower case, the body as JSON."""

    version: str
    query: Mapping[str, str]
    asked: Asked

    def body(self) -> dict[str, Any]:
        """Give the body, an object; raise Problem."""
        try:
            held = self.asked.json()
        except ValueError:
            held = ()
        if held is None or isinstance(held, dict):
            return held or {}
        raise Problem("Le corps de la requête n'est pas un objet JSON")


class Ecologic:
    """The methods, by name in lower case."""

    def __init__(self, book: Book, life: Life, known: Reference) -> None:
        self.book, self.life, self.known = book, life, known
        self.methods: dict[str, tuple[str, Callable[[Call], Answer]]] = {
            "printbrandlist": ("GET", lambda _: done(lists.brands(known))),
            "printproducttypelist": ("GET", lambda _: done(lists.products(known, labels=False))),
            "printproducttypewithlabellist": ("GET", lambda _: done(lists.products(known, labels=True))),
            "getrepairsitesbyats": ("GET", lambda _: done(lists.sites(known))),
            "getdepositsitesbyats": ("GET", lambda _: done(lists.sites(known))),
            "getecoorganization": ("GET", self._organization),
            "calculateecosupport": ("GET", self._calculate),
            "createclaim": ("POST", self._create),
            "updateclaim": ("POST", self._update),
            "attachfile": ("POST", self._attach),
            "submitclaim": ("POST", self._submit),
            "getclaimstatus": ("GET", self._status),
            "ecogetwarrantyclaim": ("GET", self._show),
            "getwarrantyclaims": ("GET", self._list),
        }

    def visit(self, asked: Asked) -> Visit:
        """Recognise a call of a method."""
        found = _PATH.fullmatch(asked.path)
        version, name = (found[1].lower(), found[2].lower().removeprefix("repair/")) if found else ("", "unknown")
        query = {key.lower(): value for key, value in asked.query.items()}
        call = Call(version, query, asked)
        return Visit(
            step=name if name in self.methods else "unknown",
            subject=self._subject(query),
            work=lambda: self._work(name, call),
            refused=lambda detail: self._refused(name, detail),
            expired=_unknown_key,
        )

    def _subject(self, query: Mapping[str, str]) -> str:
        number = query.get("claimid") or query.get("warrantyclaimid", "")
        claim = self.book.find(ECOLOGIC, number)
        invoice = query.get("consumerinvoicenumber", "")
        return claim.subject if claim else subject(ECOLOGIC, invoice) if invoice else ""

    def _work(self, name: str, call: Call) -> Answer:
        headers = {key.lower(): value for key, value in call.asked.headers.items()}
        if headers.get("api_key", "").lower() != API_KEY:
            return _unknown_key()
        verb, method = self.methods.get(name, ("", None))
        if method is None:
            return Answer(404, {"Message": f"No HTTP resource was found that matches {call.asked.path}"})
        if call.asked.method != verb:
            headers = {"Allow": verb}
            return Answer(405, {"Message": "The requested resource does not support this method."}, headers=headers)
        try:
            return method(call)
        except Problem as problem:
            return refusal(str(problem))

    def _refused(self, name: str, detail: str) -> Answer:
        message = detail or "Refusé par le bac à sable"
        if name in {"createclaim", "updateclaim"}:
            return self._answered(None, [{"Field": "Bac à sable", "ErrorMessage": message, "MessageType": "E"}])
        return refusal(message)

    def _found(self, call: Call, name: str = "claimid") -> Claim | Answer:
        number = call.query.get(name, "")
        claim = self.book.find(ECOLOGIC, number)
        return claim or Answer(404, {"Message": f"La demande {number} n'existe pas"})

    def _errors(self, claim: Claim) -> list[Error]:
        return problems(self.book, self.known, claim, self.life.today()) if claim.stage in OPEN else []

    def _answered(self, claim: Claim | None, errors: list[Error]) -> Answer:
        told: dict[str, Any] = {} if claim is None else {"ClaimId": int(claim.id)}
        told |= {"IsValid": not errors, "ValidationErrors": errors}
        return done(told, status=206 if errors else 200)

    def _organization(self, call: Call) -> Answer:
        return done({"EcoOrganizationId": lists.organization(self.known, call.query)})

    def _calculate(self, call: Call) -> Answer:
        amount, problem = lists.support(self.known, call.query, self.life.today())
        return refusal(problem) if problem else done([{"SupportAmount": amount}])

    def _create(self, call: Call) -> Answer:
        told = Given(call.query, call.body())
        with self.book.lock:
            if taken := duplicates(self.book, told):
                return self._answered(None, taken)
            claim = Claim(
                organism=ECOLOGIC,
                id=str(FIRST_CLAIM + len(self.book.of(ECOLOGIC))),
                reference="",
                quote="",
                serial="",
                asked={},
                created=self.life.clock.now().isoformat(),
            )
            _fill(claim, told)
            self.book.keep(claim)
            return self._answered(claim, self._errors(claim))

    def _update(self, call: Call) -> Answer:
        body = call.body()
        with self.book.lock:
            claim = self._found(call)
            if isinstance(claim, Answer):
                return claim
            _editable(claim)
            held = given(claim)
            told = Given({**held.query, **call.query}, {**held.body, **body})
            if taken := duplicates(self.book, told, claim):
                return self._answered(claim, taken)
            _fill(claim, told)
            claim.move(Stage.DRAFT)
            self.book.keep(claim)
            if call.query.get("submit", "").lower() == "true":
                return self._submitted(claim, 206)
            return self._answered(claim, self._errors(claim))

    def _submit(self, call: Call) -> Answer:
        with self.book.lock:
            claim = self._found(call)
            if isinstance(claim, Answer):
                return claim
            _editable(claim)
            return self._submitted(claim, 200)

    def _submitted(self, claim: Claim, incomplete: int) -> Answer:
        errors = self._errors(claim)
        if errors:
            claim.move(Stage.INCOMPLETE)
            self.book.keep(claim)
        else:
            claim.amount = lists.bonus(self.known, given(claim))
            self.life.submit(claim)
        told = {"ClaimId": int(claim.id), "IsValid": not errors, "LastStatus": lists.LABELS[claim.stage]}
        return done(told, status=incomplete if errors else 200)

    def _attach(self, call: Call) -> Answer:
        content = _decoded(call.body())
        piece = _announced(call.query)
        piece.size, piece.sha256 = len(content), sha256(content).hexdigest()
        with self.book.lock:
            claim = self._found(call)
            if isinstance(claim, Answer):
                return claim
            _editable(claim)
            claim.pieces.append(piece)
            self.book.keep(claim)
        return done(None, message=f"Code 200 : le fichier {piece.name} a été joint à la demande {claim.id}")

    def _status(self, call: Call) -> Answer:
        with self.book.lock:
            claim = self._found(call)
            if isinstance(claim, Answer):
                return claim
            self.life.read(claim)
            errors = self._errors(claim)
            told = {
                "ClaimId": int(claim.id),
                "LastStatus": lists.status(claim, call.version),
                "Comment": lists.comment(self.known, claim),
                "CreateDate": claim.created,
                "IsValid": not errors,
                "ValidationErrors": errors,
            }
            return done(told, then=self.life.told(claim))

    def _show(self, call: Call) -> Answer:
        with self.book.lock:
            claim = self._found(call, "warrantyclaimid")
            if isinstance(claim, Answer):
                return claim
            self.life.read(claim)
            return done({"WarrantyClaim": lists.shown(self.known, claim, self._errors(claim))})

    def _list(self, call: Call) -> Answer:
        if call.query.get("manufacturerid") not in {"44", "45"}:
            raise Problem("manufacturerId vaut 44 (Ecologic) ou 45 (Ecosystem)")
        with self.book.lock:
            claims = self.book.of(ECOLOGIC) if call.query["manufacturerid"] == "44" else []
            for claim in claims:
                self.life.read(claim)
            moves = [self.life.told(claim) for claim in claims if claim.submitted]

        def then() -> None:
            """Move what was told."""
            for move in moves:
                move()

        return done([lists.line(self.known, claim) for claim in claims], then=then)


def done(data: object, *, status: int = 200, message: str = "", then: Callable[[], None] = lambda: None) -> Answer:
    """Answer in the envelope: the call was handled."""
    return Answer(status, _envelope(data, valid=True, message=message, error=""), then=then)


def refusal(message: str) -> Answer:
    """Answer 400 in the envelope: the call was not handled."""
    return Answer(400, _envelope(None, valid=False, message="", error=message))


def _envelope(data: object, *, valid: bool, message: str, error: str) -> dict[str, Any]:
    return {
        "ResponseData": data,
        "ResponseStatus": "S" if valid else "E",
        "IsValid": valid,
        "ResponseMessage": message,
        "ResponseErrorMessage": error,
    }


def _unknown_key() -> Answer:
    return Answer(401, {"Message": "Authorization has been denied for this request."})


def _editable(claim: Claim) -> None:
    if claim.stage not in OPEN:
        raise Problem(f"La demande {claim.id} n'est plus modifiable : {lists.LABELS[claim.stage]}")


def _fill(claim: Claim, told: Given) -> None:
    claim.asked = {"query": dict(told.query), "body": dict(told.body)}
    claim.reference = told.query.get("consumerinvoicenumber", "").strip()
    claim.quote = told.query.get("quotenumber", "").strip()
    claim.serial = told.text("Product", "SerialNumber")


def _announced(query: Mapping[str, str]) -> Piece:
    kind, name = query.get("documenttype", "").upper(), query.get("filename", "").strip()
    extension = query.get("fileextension", "").lower()
    if kind not in KINDS:
        raise Problem(f"DocumentType {query.get('documenttype', '')} inconnu")
    if not name:
        raise Problem("FileName est obligatoire")
    if extension not in EXTENSIONS:
        raise Problem(f"FileExtension {extension} non autorisée")
    return Piece(kind, f"{name}.{extension}")


def _decoded(body: Mapping[str, Any]) -> bytes:
    held = body.get("FileContent")
    try:
        content = b64decode(held, validate=True) if isinstance(held, str) else b""
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise Problem("FileContent n'est pas une chaîne base64 valide")
    if len(content) > LARGEST:
        raise Problem("Le fichier dépasse la taille autorisée")
    return content
