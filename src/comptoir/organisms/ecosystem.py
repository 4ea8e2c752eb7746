"""ecosystem: a login, a draft, documents sent where it says, a confirmation that gives a service order."""

import asyncio
from decimal import Decimal
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

from comptoir.core.i18n import _
from comptoir.desk.places import header_safe, is_here
from comptoir.desk.wire import Asked, Log, Unheard, Unsent
from comptoir.organisms import ecosystem_reading as reading
from comptoir.organisms.access import EcosystemAccess, secret_hint
from comptoir.organisms.ecosystem_form import body, upload
from comptoir.organisms.line import DONE, MISSING, Line, Said
from comptoir.organisms.protocol import Broken, File, Form, NotLetIn, Problem, Reference, Standing, TurnedDown
from comptoir.organisms.reading import amount, at, each, text
from comptoir.organisms.statuses import Organism, Piece

if TYPE_CHECKING:
    from comptoir.desk.http import Wire

CLAIMS = "reimbursement-claims"
PAGE = 200  # products
CATALOGUE = ("brands", "repair-codes", "reimbursement-amounts", "product-sheets", "threshold", "ecologic")
PARTNERS = (("subcontractor", "false"), ("repair-places", "true"), ("business-sheets", "true"))
SLOT_TAKEN, DOCUMENT_MISSING = "TYPE_DE_FICHIER_EXISTANT", "PIECE_JOINTE_MANQUANTE"
LISTS = 64 << 20  # bytes of an answer that lists a catalogue
FILED = 16 << 20  # bytes of an answer that lists claims, some tens of thousands
UPLOAD = 180.0  # seconds
LASTS = 3600  # seconds of a login that does not say
EARLY = 60  # seconds before its end at which a login is renewed
SHORTEST_SECRET = 8  # characters of a part of an address: what is shorter opens nothing


class Ecosystem:
    """ecosystem over a wire; it logs in when it is first asked."""

    organism = Organism.ECOSYSTEM

    def __init__(self, wire: "Wire", access: EcosystemAccess) -> None:
        self._wire = wire
        self._access = access
        self._line = Line(wire, self.organism, "ecosystem_url", secret_hint(self.organism), reading.problems)
        self._login = _Login(self._line, access)
        self._empty: set[str] = set()  # drafts with a document that was announced and never came
        wire.hide(access.password)

    async def reference(self, log: Log) -> Reference:
        """Give all that ecosystem publishes for this account."""
        flags = tuple((flag, "true") for flag in CATALOGUE)
        listed = await self._pages("catalog", flags, ("results", "total", "ProductID"), log, limit=PAGE)
        if not listed:
            raise self._line.unknown(
                self._asked("GET", "catalog"), _("{method} gives an empty list").format(method="catalog")
            )
        partners = await self._pages("partners", PARTNERS, ("Items", "Count", "RepairerID"), log)
        return Reference(
            reading.products(listed),
            reading.brands(listed),
            reading.codes(listed),
            reading.amounts(listed),
            reading.sites(partners),
            reading.sheets(partners),
        )

    async def eligibility(self, form: Form, log: Log) -> Decimal | None:  # noqa: ARG002 - what every client takes
        """Give None: ecosystem is not asked before the claim."""
        return None

    async def create(self, form: Form, log: Log) -> Standing:
        """Create a draft, which has no document yet."""
        asked = self._asked("POST", f"{CLAIMS}/new_claim", json=body(form))
        said = await self._ask(asked, log)
        found = reading.standing(_inside(said.data))
        if not found.claim:
            raise self._line.unknown(asked, _("it gives the claim no number"))
        return found._replace(reference=found.reference or form.reference, pieces=found.pieces or frozenset())

    async def attach(self, claim: str, file: File, log: Log) -> None:
        """Announce a document, then send its content where it is told to: announced twice, a draft is lost."""
        asked = self._asked("POST", f"{CLAIMS}/{_quoted(claim)}/upload-file", json=upload(file))._replace(hide=("url",))
        try:
            said = await self._ask(asked, log)
        except TurnedDown as error:
            if reading.says(error.reasons, SLOT_TAKEN) and file.piece is not Piece.PICTURE:
                raise Broken(self.organism, error.reasons) from error
            raise
        where = at(_inside(said.data), "url", "uploadUrl")
        if not isinstance(where, str) or not self._usable(where):
            raise self._line.unknown(asked, _("it does not say where the document goes"))
        self._empty.add(claim)
        put = Asked(
            "put", "PUT", where, content=file.content, media_type=file.media_type or "application/octet-stream",
            secrets=_parts(where), whole=UPLOAD,
        )  # fmt: skip
        await self._put(put, log)
        self._empty.discard(claim)

    async def _put(self, put: Asked, log: Log) -> None:
        """Send a content, once more where it does not go through: the same bytes at the same place do no harm."""
        told = ""
        for _time in range(2):
            try:
                heard = await self._wire.ask(put, log)
            except (Unsent, Unheard) as error:
                told = error.message
                continue
            if heard.status // 100 == DONE:
                return
            told = self._line.words(heard)
        raise Broken(self.organism, (Problem("", _("the document did not go through: {reason}").format(reason=told)),))

    async def amend(self, claim: str, form: Form, log: Log) -> Standing:  # noqa: ARG002 - what every client takes
        """Refuse: nothing is known that corrects a draft here."""
        raise Broken(self.organism, (Problem("", _("a draft of ecosystem cannot be corrected")),))

    async def submit(self, claim: str, log: Log) -> Standing:
        """Confirm a claim: it is done where a service order is given."""
        asked = self._asked("POST", f"{CLAIMS}/{_quoted(claim)}/confirm-claim")
        try:
            said = await self._ask(asked, log)
        except TurnedDown as error:
            if claim in self._empty and reading.says(error.reasons, DOCUMENT_MISSING):
                raise Broken(self.organism, error.reasons) from error
            raise
        found = reading.standing(_inside(said.data), claim)
        if not found.order:
            raise self._line.unknown(asked, _("it gives no service order"))
        return found._replace(claim=claim)

    async def standing(self, claim: str, log: Log) -> Standing | None:
        """Say where a claim stands, by its number or its service order."""
        asked = self._asked("GET", f"{CLAIMS}/{_quoted(claim)}")
        said = await self._ask(asked, log, missing=True)
        if said.status == MISSING or at(said.data, "Items") == []:
            return None
        found = reading.standing(_inside(said.data), claim)
        if not found.status:
            raise self._line.unknown(asked, _("it does not say where the claim stands"))
        return found

    async def filed(self, log: Log) -> list[Standing]:
        """List the claims of the account."""
        listed = await self._pages(CLAIMS, (), ("Items", "Count", "ReimbursementClaimID"), log)
        return [reading.standing(one) for one in listed]

    async def discard(self, claim: str, log: Log) -> None:
        """Delete a draft."""
        asked = self._asked("DELETE", f"{CLAIMS}/{_quoted(claim)}")
        said = await self._ask(asked, log, missing=True, loose=True)
        if isinstance(said.data, str) and said.data.strip():
            raise self._line.unknown(asked, text(said.data))
        self._empty.discard(claim)

    async def _pages(
        self, path: str, query: tuple[tuple[str, str], ...], keys: tuple[str, str, str], log: Log, *, limit: int = 0
    ) -> list[Any]:
        """List what has a number, page after page as far as its total says; raise NotDone where some lack."""
        items, count, number = keys
        found: dict[str, Any] = {}
        while True:
            paging = (("limit", str(limit)),) if limit else ()
            since = (("offset", str(len(found))),) if found else ()
            most = FILED if path == CLAIMS else LISTS
            asked = self._asked("GET", path, (*query, *paging, *since))._replace(most=most, whole=UPLOAD)
            said = await self._ask(asked, log)
            listed = said.data if isinstance(said.data, list) else at(said.data, items)
            if not isinstance(listed, list):
                raise self._line.unknown(asked, _("it gives no list"))
            before = len(found)
            found |= {text(at(one, number)): one for one in each(listed)}
            found.pop("", None)
            total = amount(at(said.data, count)) or Decimal()
            if len(found) >= total or len(listed) >= total:
                return list(found.values())
            if len(found) == before:
                told = _("it gives {count} of the {total} that it has").format(count=len(found), total=f"{total:.0f}")
                raise self._line.unknown(asked, told)

    async def _ask(self, asked: Asked, log: Log, *, missing: bool = False, loose: bool = False) -> Said:
        """Ask as who is logged in; a login that is over is renewed once."""
        token = await self._login.token(log)
        try:
            return await self._line.ask(_as(asked, token), log, missing=missing, loose=loose)
        except NotLetIn:
            token = await self._login.token(log, stale=token)
            return await self._line.ask(_as(asked, token), log, missing=missing, loose=loose)

    def _asked(self, method: str, path: str, query: tuple[tuple[str, str], ...] = (), json: Any = None) -> Asked:  # noqa: ANN401
        step = path.rpartition("/")[2] if method == "POST" else f"{method} {path.partition('/')[0]}"
        return Asked(step, method, f"{self._access.url}/{path}", query, json=json, reads=method == "GET")

    def _usable(self, where: str) -> bool:
        """Tell whether a content may go there: encrypted, unless ecosystem itself is on this machine."""
        try:
            parts = urlsplit(where)
            host = parts.hostname or ""
        except ValueError:
            return False
        here = urlsplit(self._access.url).scheme == "http" and is_here(host)
        return bool(host) and where.isprintable() and (parts.scheme == "https" or (parts.scheme == "http" and here))


class _Login:
    """The login in use: one at a time, renewed shortly before it ends; a refused one is not tried again."""

    def __init__(self, line: Line, access: EcosystemAccess) -> None:
        self._line = line
        self._access = access
        self._lock = asyncio.Lock()
        self._token = ""
        self._until = 0.0
        self._refusal: NotLetIn | None = None

    async def token(self, log: Log, *, stale: str = "") -> str:
        """Give a token, another one than the one that is stale; raise NotLetIn."""
        async with self._lock:
            if self._refusal:
                raise self._refusal
            if not self._token or self._token == stale or monotonic() >= self._until:
                await self._renew(log)
            return self._token

    async def _renew(self, log: Log) -> None:
        asked = Asked(
            "login", "POST", f"{self._access.url}/login",
            json={"username": self._access.user, "password": self._access.password},
            hide=("password", "IdToken", "AccessToken", "RefreshToken"), reads=True,
        )  # fmt: skip
        begun = monotonic()
        try:
            said = await self._line.ask(asked, log)
        except TurnedDown as error:  # a wrong password may be a bad request
            self._refusal = self._line.not_let_in("; ".join(problem.message for problem in error.reasons))
            raise self._refusal from error
        except NotLetIn as error:
            self._refusal = error
            raise
        token = at(said.data, "IdToken", "AccessToken")
        if not isinstance(token, str) or not token or not header_safe(token):
            raise self._line.unknown(asked, _("it gives no token"))
        self._line.wire.hide(token)
        lasts = amount(at(said.data, "ExpiresIn"))
        seconds = float(lasts) if lasts and lasts > 0 else LASTS
        self._token, self._until = token, begun + seconds - min(EARLY, seconds / 10)


def _as(asked: Asked, token: str) -> Asked:
    return asked._replace(headers=(*asked.headers, ("Authorization", f"Bearer {token}")))


def _inside(data: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Give the one claim of an answer, in a list of one or bare."""
    items = at(data, "Items")
    return data if items is None else next(each(items), None)


def _quoted(claim: str) -> str:
    return quote(claim, safe="").replace(".", "%2E")


def _parts(where: str) -> tuple[str, ...]:
    """List what a given address must not be known by: the whole of it, its path, what it is asked with."""
    parts = urlsplit(where)
    values = (value for _name, value in parse_qsl(parts.query))
    found = (where, parts.path, parts.query, *values)
    return tuple(part for part in found if len(part) >= SHORTEST_SECRET)
