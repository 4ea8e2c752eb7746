"""ecosystem's side: login, catalogue, partners, claims, and the object store that takes the files.

Sources: two working clients and published types with a mock server. Assumed, where none tells:

* A draft holds no serial number, a claim that was sent does until it is refused or cancelled: `new_claim` and
  `confirm-claim` answer `NUMERO_SERIE_DUPLIQUE`. A reference that a live claim was sent under is refused after the
  sending, reason 00; a bonus that is not the catalogue's, reason 06.
* What is no longer a draft answers `DONNEES_INVALIDES` to `upload-file`, `confirm-claim` and `DELETE`.
* The address of a PUT serves once, for five minutes; afterwards, or with an `Authorization` header, it answers as
  an object store does, in XML. An empty PUT is a file that never arrived.
* Errors have the form that a working client reads; the code is in `status`.
"""

import re
import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from comptoir.sandbox import ecosystem_lists as lists
from comptoir.sandbox.ecosystem_checks import (
    CLAIM,
    FILE,
    LOGIN,
    Problem,
    announced,
    check,
    documents,
    euros,
    fate,
    piece_named,
    read,
    serial_is_free,
)
from comptoir.sandbox.lifecycle import Life
from comptoir.sandbox.reference import ECOSYSTEM, PASSWORD, USERNAME, Product, Reference
from comptoir.sandbox.state import FIRST_ORDER, Book, Claim, Piece, Stage, subject
from comptoir.sandbox.wire import Answer, Asked, Visit

UPLOAD_LIFE = 300  # seconds that the address of a PUT serves
_NAMES = UUID("5a4db0e5-7e57-4000-8000-000000000045")  # what the opaque numbers of claims are drawn from
_CLAIMS = "/reimbursement-claims"
_ONE = re.compile(rf"{_CLAIMS}/([^/]+)")
_ACTION = re.compile(rf"{_CLAIMS}/([^/]+)/(upload-file|confirm-claim)")
_STORED = re.compile(r"/([\w-]+)/[^/]*")
Work = Callable[[Asked, str], Answer]


class Ecosystem:
    """The methods, by path; `token_life` is how many seconds a token serves."""

    def __init__(self, book: Book, life: Life, known: Reference, token_life: float) -> None:
        self.book, self.life, self.known, self.token_life = book, life, known, token_life
        self._tokens: dict[str, float] = {}
        self._fixed: dict[str, dict[str, tuple[str, Work]]] = {
            "/login": {"POST": ("login", self._login)},
            "/catalog": {"GET": ("catalog", lambda a, _: Answer(200, lists.catalog(known, a.query)))},
            "/partners": {"GET": ("partners", lambda a, _: Answer(200, lists.partners(known, a.query)))},
            _CLAIMS: {"GET": ("list", self._list)},
            f"{_CLAIMS}/new_claim": {"POST": ("new_claim", self._new)},
        }
        self._one: dict[str, tuple[str, Work]] = {"GET": ("detail", self._detail), "DELETE": ("delete", self._delete)}
        self._actions: dict[str, Work] = {"upload-file": self._upload, "confirm-claim": self._confirm}

    def visit(self, asked: Asked) -> Visit:
        """Recognise a request."""
        methods, number = self._methods(asked.path)
        step, work = methods.get(asked.method, ("unknown", _absent if not methods else _wrong_verb(methods)))
        return Visit(
            step=step,
            subject=self._subject(step, number, asked),
            work=lambda: self._work(step, work, asked, number),
            refused=lambda detail: _error(400, detail or "DONNEES_INVALIDES", "Refusé par le bac à sable"),
            expired=lambda: self._expire(step, work, asked, number),
        )

    def store(self, asked: Asked) -> Visit:
        """Recognise a request to the object store."""
        found = _STORED.fullmatch(asked.path)
        token = found[1] if found else ""
        with self.book.lock:
            claim, _ = self._slot(token)
        return Visit(
            step="put" if asked.method == "PUT" else "unknown",
            subject=claim.subject if claim else "",
            work=lambda: self._put(asked, token),
            refused=lambda detail: _stored(403, detail or "AccessDenied"),
            expired=lambda: _stored(403, "AccessDenied", "Request has expired"),
        )

    def _methods(self, path: str) -> tuple[dict[str, tuple[str, Work]], str]:
        path = path.rstrip("/")
        if path in self._fixed:
            return self._fixed[path], ""
        if action := _ACTION.fullmatch(path):
            return {"POST": (action[2], self._actions[action[2]])}, action[1]
        one = _ONE.fullmatch(path)
        return (self._one, one[1]) if one else ({}, "")

    def _subject(self, step: str, number: str, asked: Asked) -> str:
        if step == "new_claim":
            try:
                reference = asked.json()["PurchaseOrderByCustomer"]
            except (ValueError, TypeError, KeyError):
                return ""
            return subject(ECOSYSTEM, str(reference))
        claim = self.book.find(ECOSYSTEM, number)
        return claim.subject if claim else ""

    def _work(self, step: str, work: Work, asked: Asked, number: str) -> Answer:
        if step != "login" and not self._knows(asked):
            return _error(401, "NON_AUTORISE", "The incoming token has expired")
        try:
            return work(asked, number)
        except Problem as problem:
            return _error(400, problem.code, problem.message)

    def _knows(self, asked: Asked) -> bool:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        kind, _, token = headers.get("authorization", "").partition(" ")
        return kind.lower() == "bearer" and self._tokens.get(token, 0.0) > time.time()

    def _expire(self, step: str, work: Work, asked: Asked, number: str) -> Answer:
        self._tokens.clear()
        if step == "login":
            return _error(401, "NON_AUTORISE", "Incorrect username or password")
        return self._work(step, work, asked, number)

    def _login(self, asked: Asked, _number: str) -> Answer:
        told = read(LOGIN, _body(asked))
        if (told["username"], told["password"]) != (USERNAME, PASSWORD):
            return _error(401, "NON_AUTORISE", "Incorrect username or password")
        token = secrets.token_urlsafe(24)
        self._tokens[token] = time.time() + self.token_life
        repairers = [each["id"] for each in self.known.partners]
        told = {"IdToken": token, "ExpiresIn": int(self.token_life), "AllowedRepairer": repairers}
        return Answer(200, {**told, "isIntermediary": False})

    def _new(self, asked: Asked, _number: str) -> Answer:
        told = dict(read(CLAIM, _body(asked)))
        with self.book.lock:
            check(self.known, self.book, told, self.life.today())
            claim = Claim(
                organism=ECOSYSTEM,
                id=str(uuid5(_NAMES, str(len(self.book.of(ECOSYSTEM)) + 1))),
                reference=told.get("PurchaseOrderByCustomer", "").strip(),
                quote="",
                serial=told["Product"]["ProductIdentificationNumber"].strip(),
                asked=told,
                created=self.life.clock.now().isoformat(),
                amount=f"{euros(told, 'AmountCovered'):.2f}",
            )
            self.book.keep(claim)
            return Answer(200, lists.made(claim))

    def _found(self, number: str) -> Claim | None:
        claim = self.book.find(ECOSYSTEM, number)
        return None if claim is None or claim.stage is Stage.DELETED else claim

    def _draft(self, number: str) -> Claim | None:
        claim = self._found(number)
        if claim is not None and claim.stage is not Stage.DRAFT:
            raise Problem(
                "DONNEES_INVALIDES", f"La demande n'est plus en cours de création : {lists.LABELS[claim.stage]}"
            )
        return claim

    def _upload(self, asked: Asked, number: str) -> Answer:
        told = read(FILE, _body(asked))
        with self.book.lock:
            claim = self._draft(number)
            if claim is None:
                return _absent(asked, number)
            announced(claim, told)
            token = secrets.token_urlsafe(24)
            claim.pieces.append(piece_named(told, token, time.time() + UPLOAD_LIFE))
            self.book.keep(claim)
        signed = f"X-Amz-Expires={UPLOAD_LIFE}&X-Amz-Signature={secrets.token_hex(16)}"
        return Answer(200, {"url": f"{asked.base}/storage/{token}/{quote(told['FileName'])}?{signed}"})

    def _slot(self, token: str) -> tuple[Claim | None, Piece | None]:
        found = ((claim, piece) for claim in self.book.of(ECOSYSTEM) for piece in claim.pieces if piece.token == token)
        return next(found, (None, None)) if token else (None, None)

    def _put(self, asked: Asked, token: str) -> Answer:
        if asked.method != "PUT":
            return _stored(405, "MethodNotAllowed")
        if any(name.lower() == "authorization" for name in asked.headers):
            return _stored(400, "InvalidArgument", "Only one auth mechanism allowed")
        digest = sha256(asked.body).hexdigest()
        with self.book.lock:
            claim, piece = self._slot(token)
            if claim is None or piece is None or piece.expires < time.time() or "X-Amz-Signature" not in asked.query:
                return _stored(403, "AccessDenied", "Request has expired")
            # Once: whatever it brought, this address is spent.
            piece.token, piece.size = "", len(asked.body)
            piece.sha256 = digest if asked.body else ""
            self.book.keep(claim)
        return Answer(200, headers={"ETag": f'"{digest[:32]}"'})

    def _confirm(self, asked: Asked, number: str) -> Answer:
        with self.book.lock:
            claim = self._draft(number)
            if claim is None:
                return _absent(asked, number)
            product = self._product(claim)
            documents(claim, product)
            serial_is_free(self.book, claim.serial, claim)
            claim.order = str(FIRST_ORDER + sum(bool(each.order) for each in self.book.of(ECOSYSTEM)))
            self.life.submit(claim, fate(self.book, claim, product))
            return Answer(200, {"RequestStatus": lists.LABELS[claim.stage], "SapServiceOrder": claim.order})

    def _product(self, claim: Claim) -> Product:
        product = self.known.product(ECOSYSTEM, claim.asked["Product"]["ProductID"])
        if product is None:
            raise Problem("DONNEES_INVALIDES", "ProductID inconnu")
        return product

    def _list(self, _asked: Asked, _number: str) -> Answer:
        with self.book.lock:
            claims = [each for each in self.book.of(ECOSYSTEM) if each.stage is not Stage.DELETED]
            for claim in claims:
                self.life.read(claim)
            moves = [self.life.told(claim) for claim in claims if claim.submitted]
            items = [lists.line(self.known, claim) for claim in claims]

        def then() -> None:
            """Move what was told."""
            for move in moves:
                move()

        return Answer(200, {"Items": items, "Count": len(items)}, then=then)

    def _detail(self, asked: Asked, number: str) -> Answer:
        with self.book.lock:
            claim = self._found(number)
            if claim is None:
                return _absent(asked, number)
            self.life.read(claim)
            return Answer(200, {"Items": [lists.detail(self.known, claim)], "Count": 1}, then=self.life.told(claim))

    def _delete(self, asked: Asked, number: str) -> Answer:
        with self.book.lock:
            claim = self._draft(number)
            if claim is None:
                return _absent(asked, number)
            claim.move(Stage.DELETED)
            self.book.keep(claim)
            return Answer(204)


def _body(asked: Asked) -> Any:  # noqa: ANN401 - whatever was sent
    try:
        return asked.json()
    except ValueError as error:
        raise Problem("ERREUR_DE_PAYLOAD", "Could not parse request body into json") from error


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"error": {"code": status, "status": code, "message": message}})


def _absent(_asked: Asked, _number: str) -> Answer:
    return _error(404, "DEMANDE_INTROUVABLE", "Not Found")


def _wrong_verb(methods: dict[str, tuple[str, Work]]) -> Work:
    refused = _error(405, "METHODE_NON_AUTORISEE", "Method Not Allowed")
    return lambda _asked, _number: Answer(405, refused.content, headers={"Allow": ", ".join(methods)})


def _stored(status: int, code: str, message: str = "Access Denied") -> Answer:
    told = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Answer(status, told.encode(), kind="application/xml")
