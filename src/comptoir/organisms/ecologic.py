"""Ecologic: the e-reparateur interface, a key on every call, one envelope for all answers."""

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from comptoir.core.i18n import _
from comptoir.core.text import fold
from comptoir.desk.wire import Asked, Log
from comptoir.organisms.access import EcologicAccess, secret_hint
from comptoir.organisms.ecologic_form import UNKNOWN_BRAND, asked_for, body, upload
from comptoir.organisms.line import DONE, MISSING, Line
from comptoir.organisms.protocol import (
    BrandRow,
    CodeRow,
    File,
    Form,
    NotDone,
    NotSearchable,
    Problem,
    ProductRow,
    Reference,
    SiteRow,
    Standing,
)
from comptoir.organisms.reading import amount, at, day, each, holds, text
from comptoir.organisms.statuses import CodeKind, Organism, Piece, Stage

if TYPE_CHECKING:
    from comptoir.desk.http import Wire

ITSELF, THE_OTHER = "44", "45"  # what the organisms are called on the platform
BLOCKING = "E"
T = TypeVar("T")
LISTS = 64 << 20  # bytes of an answer that lists a catalogue
CLAIMS = 16 << 20  # bytes of an answer that lists claims, some tens of thousands
UPLOAD = 180.0  # seconds
# Statuses, folded: French labels and the platform's codes, and how the ones that nobody lists begin.
EXACTLY = {"valid": Stage.DRAFT, "valide": Stage.DRAFT, "clos": Stage.REIMBURSED}
BEGINNINGS = (
    ("a finaliser", Stage.DRAFT),
    ("dossier incomplet", Stage.DRAFT),
    ("non valide", Stage.DRAFT),
    ("notvalid", Stage.DRAFT),
    ("non conforme", Stage.DRAFT),
    ("notconform", Stage.DRAFT),
    ("en attente", Stage.SENT),
    ("waiting", Stage.SENT),
    ("arbitra", Stage.SENT),
    ("remboursement accept", Stage.APPROVED),
    ("accept", Stage.APPROVED),
    ("remboursement effectue", Stage.REIMBURSED),
    ("cloture", Stage.REIMBURSED),
    ("closedaccept", Stage.REIMBURSED),
    ("refus", Stage.REFUSED),
    ("remboursement refus", Stage.REFUSED),
    ("closedrefus", Stage.REFUSED),
    ("rejet", Stage.REFUSED),
    ("annul", Stage.CANCELLED),
    ("cancel", Stage.CANCELLED),
)
# How the problems of a claim without documents name them.
ABOUT_DOCUMENTS = (
    r"pieces? jointes?|plaque|nameplate|productpicture|consumervalidation|validation (manuscrite|(du )?conso)"
)
NAMED = {
    Piece.INVOICE: r"\bfacture\b|\binvoice\b",
    Piece.CONSENT: r"validation|signature|consentement",
    Piece.NAMEPLATE: r"plaque|nameplate",
}
ALWAYS = frozenset({Piece.INVOICE, Piece.CONSENT})  # what every claim carries


class Ecologic:
    """Ecologic over a wire."""

    organism = Organism.ECOLOGIC

    def __init__(self, wire: "Wire", access: EcologicAccess) -> None:
        self._access = access
        self._line = Line(wire, self.organism, "ecologic_url", secret_hint(self.organism), problems)
        wire.hide(access.key)

    async def reference(self, log: Log) -> Reference:
        """Give all that Ecologic publishes for this account: its brands are of all products."""
        listed = await self._list("printproducttypewithlabellist", log)
        products = self._some("printproducttypewithlabellist", _products(listed))
        brands = self._some("printbrandlist", _brands(await self._list("printbrandlist", log)))
        return Reference(products, brands, _codes(listed), sites=_sites(await self._list("getrepairsitesbyats", log)))

    async def eligibility(self, form: Form, log: Log) -> Decimal | None:
        """Ask for the bonus of a repair, by its amount, its device and its codes; the day is not asked for."""
        query = (
            ("totalAmountInclVAT", f"{form.bill.total:.2f}"),
            ("totalAmountInclVATCurrency", "EUR"),
            ("brandId", form.device.brand or UNKNOWN_BRAND),
            ("productId", form.device.product),
            ("iRISSymptom", form.device.symptom),
            ("repairCode", form.device.repair_code),
        )
        asked = self._asked("calculateecosupport", tuple(pair for pair in query if pair[1]))
        data = await self._data(asked, log)
        found = next(each(data), None)
        if text(at(found, "EcoOrganizationId")) == THE_OTHER:
            raise self._line.turned_down(Problem("", _("ecosystem has this device")))
        # An answer that nobody can read decides nothing: the claim itself is judged.
        return amount(at(found, "SupportAmount")) if found else amount(data)

    async def create(self, form: Form, log: Log) -> Standing:
        """Create the claim: where it has a number it exists, whatever it lacks."""
        asked = self._asked("createclaim", asked_for(form), body(form))
        said = await self._line.ask(asked, log)
        data = at(said.data, "ResponseData")
        claim = _number(at(data, "ClaimId"))
        found = self._line.problems(said.data)
        if not claim:
            if found or holds(at(said.data, "IsValid")) is False:
                raise self._line.turned_down(*(found or (_unexplained(),)))
            raise self._line.unknown(asked, _("it gives the claim no number"))
        return _made(claim, form, data, found)

    async def amend(self, claim: str, form: Form, log: Log) -> Standing:
        """Correct a claim, without submitting it."""
        query = (("ClaimId", claim), *asked_for(form), ("submit", "false"))
        said = await self._line.ask(self._asked("updateclaim", query, body(form)), log)
        found = problems(said.data)
        if holds(at(said.data, "IsValid")) is False:
            raise self._line.turned_down(*(found or (_unexplained(),)))
        return _made(claim, form, at(said.data, "ResponseData"), found)

    async def attach(self, claim: str, file: File, log: Log) -> None:
        """Add a document."""
        query, content = upload(file)
        asked = self._asked("attachfile", (("ClaimId", claim), *query), content)._replace(whole=UPLOAD)
        said = await self._line.ask(asked, log, loose=True)
        if isinstance(said.data, dict):
            code = re.search(r"\bcode (\d{3})\b", text(at(said.data, "ResponseMessage")), re.IGNORECASE)
            if holds(at(said.data, "IsValid")) is False or (code and code[1][:1] != str(DONE)):
                raise self._line.turned_down(*(self._line.problems(said.data) or (_unexplained(),)))
        elif text(said.data) and not re.search(r"\bcode 2\d\d\b", text(said.data), re.IGNORECASE):
            raise self._line.unknown(asked, text(said.data))

    async def submit(self, claim: str, log: Log) -> Standing:
        """Submit a claim; why it is not taken is only told by where it stands."""
        asked = self._asked("submitclaim", (("ClaimId", claim),), {})
        said = await self._line.ask(asked, log)
        data = at(said.data, "ResponseData")
        found = self._line.problems(said.data)
        if holds(at(said.data, "IsValid")) is False:
            raise self._line.turned_down(*(found or (_unexplained(),)))
        valid = holds(at(data, "IsValid"))
        standing = _standing(claim, data, found)
        if valid is False:
            return await self._not_submitted(claim, found, log)
        if valid is None and not standing.status:
            raise self._line.unknown(asked, _("it does not say where the claim stands"))
        return standing if standing.status else standing._replace(stage=Stage.SENT)

    async def _not_submitted(self, claim: str, found: tuple[Problem, ...], log: Log) -> Standing:
        try:
            standing = await self.standing(claim, log)
        except NotDone:  # that the claim is not submitted is known all the same
            standing = None
        if standing and standing.stage not in {Stage.DRAFT, Stage.OTHER}:
            return standing
        reasons = (standing.problems if standing else ()) or found
        raise self._line.turned_down(*(reasons or (_unexplained(),)))

    async def standing(self, claim: str, log: Log) -> Standing | None:
        """Say where a claim stands."""
        asked = self._asked("getclaimstatus", (("ClaimId", claim),))
        said = await self._line.ask(asked, log, missing=True)
        if said.status == MISSING:
            return None
        data = next(each(at(said.data, "ResponseData") or said.data), None)
        if not text(at(data, "LastStatus")):
            self._accepted(said.data)
            raise self._line.unknown(asked, _("it does not say where the claim stands"))
        return _standing(claim, data, self._line.problems(said.data))

    async def filed(self, log: Log) -> list[Standing]:
        """List the claims of the account, by the platform's other interface where the settings have its address."""
        url = self._access.claims_url
        if not url:
            raise NotSearchable(
                _("Ecologic does not list the claims of an account"),
                _("look on its portal; where its other interface is open to you, set ecologic_claims_url"),
            )
        if "manufacturerid=" not in url.lower():
            url += f"{'&' if '?' in url else '?'}manufacturerId={ITSELF}"
        data = await self._data(self._asked("getwarrantyclaims")._replace(url=url, most=CLAIMS), log)
        numbered = ((_number(at(one, "ClaimId")), one) for one in each(data))
        return [_standing(claim, one, ()) for claim, one in numbered if claim]

    async def discard(self, claim: str, log: Log) -> None:  # noqa: ARG002 - what every client takes
        """Refuse: nothing is known that cancels a claim here."""
        raise NotSearchable(_("Ecologic cancels a claim on its portal only"), _("cancel it there, then say so here"))

    async def _list(self, method: str, log: Log) -> list[Any]:
        return list(each(await self._data(self._asked(method)._replace(most=LISTS), log)))

    def _some(self, method: str, rows: T) -> T:
        """Give rows as they are; without any, what is known already is not to be replaced."""
        if not rows:
            raise self._line.unknown(self._asked(method), _("{method} gives an empty list").format(method=method))
        return rows

    async def _data(self, asked: Asked, log: Log) -> Any:  # noqa: ANN401 - any JSON value
        """Give what is asked for, in its envelope or bare."""
        said = await self._line.ask(asked, log)
        self._accepted(said.data)
        inside = at(said.data, "ResponseData")
        return said.data if inside is None and at(said.data, "IsValid", "ResponseStatus") is None else inside

    def _accepted(self, data: Any) -> None:  # noqa: ANN401 - any JSON value
        """Raise the refusal of a call that was not accepted."""
        if holds(at(data, "IsValid")) is False:
            raise self._line.turned_down(*(self._line.problems(data) or (_unexplained(),)))

    def _asked(self, method: str, query: tuple[tuple[str, str], ...] = (), json: Any = None) -> Asked:  # noqa: ANN401
        headers = (("api_key", self._access.key),)
        reads = json is None
        return Asked(
            method, "GET" if reads else "POST", f"{self._access.url}/{method}", query, headers, json,
            hide=("FileContent",), reads=reads,
        )  # fmt: skip


def problems(data: Any) -> tuple[Problem, ...]:  # noqa: ANN401 - any JSON value
    """List what blocks a claim, or else why a call failed."""
    inside = at(data, "ResponseData")
    listed = at(inside, "ValidationErrors") or at(data, "ValidationErrors")
    if isinstance(listed, dict) and at(listed, "ErrorMessage", "Message") is None:  # the richer map: one by field
        listed = [{"Field": key, **one} for key, one in listed.items() if isinstance(one, dict)]
    elif isinstance(listed, list):
        listed = [{"ErrorMessage": one} if isinstance(one, str) else one for one in listed]
    found = [_problem(one) for one in each(listed) if (text(at(one, "MessageType")) or BLOCKING).upper() == BLOCKING]
    said = at(data, "ResponseErrorMessage") or (
        None if holds(at(data, "IsValid")) else at(data, "ResponseMessage", "Message")
    )
    return tuple(filter(any, found)) or tuple(Problem("", told) for told in [text(said)] if told)


def stage(status: str) -> Stage:
    """Say what a status means, however it goes on."""
    word = " ".join(fold(status).split())
    if "refus" in word or "rejet" in word:
        return Stage.REFUSED
    if word in EXACTLY:
        return EXACTLY[word]
    return next((meant for beginning, meant in BEGINNINGS if word.startswith(beginning)), Stage.OTHER)


def _made(claim: str, form: Form, data: Any, found: tuple[Problem, ...]) -> Standing:  # noqa: ANN401 - any JSON value
    """Give a claim that was created or corrected: that it lacks its documents is no mistake."""
    standing = _standing(claim, data, found)
    kept = tuple(problem for problem in found if not _of_documents(problem))
    stage = standing.stage if standing.status else Stage.DRAFT
    return standing._replace(stage=stage, reference=form.reference, problems=kept)


def _standing(claim: str, data: Any, found: tuple[Problem, ...]) -> Standing:  # noqa: ANN401 - any JSON value
    status = text(at(data, "LastStatus"))
    return Standing(
        claim,
        status,
        stage(status),
        reason=text(at(data, "Comment", "ManufacturerComment")),
        reference=text(at(data, "ClaimCodeClient", "QuoteNumber")),
        problems=found,
        pieces=_held(found),
    )


def _held(found: tuple[Problem, ...]) -> frozenset[Piece] | None:
    """Give the documents of every claim that are not among those said to be missing; None where none is named."""
    words = fold(" ".join(f"{problem.field} {problem.message}" for problem in found if _of_documents(problem)))
    missing = {piece for piece, name in NAMED.items() if re.search(name, words)}
    return ALWAYS - missing if missing else None


def _of_documents(problem: Problem) -> bool:
    """Tell whether a problem is about a document that is to come."""
    field = fold(problem.field)
    if field in {"facture", "signature", "invoice"} or re.search(ABOUT_DOCUMENTS, field):
        return True
    return re.search(r"pieces? jointes?", fold(problem.message)) is not None


def _problem(one: dict[str, Any]) -> Problem:
    return Problem(text(at(one, "Field")), text(at(one, "ErrorMessage", "Message")))


def _unexplained() -> Problem:
    return Problem("", _("it does not say why"))


def _number(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Give the number of a claim, empty for none."""
    found = text(value)
    return "" if not found.strip("0") else found


def _products(listed: list[Any]) -> tuple[ProductRow, ...]:
    found = {}
    for one in listed:
        if code := text(at(one, "ProductId")):
            since, until = day(at(one, "EligibilityStartDate")), day(at(one, "EligibilityEndDate"))
            found[code] = ProductRow(code, text(at(one, "ProductName")) or code, since, until)
    return tuple(found.values())


def _brands(listed: list[Any]) -> tuple[BrandRow, ...]:
    rows = (BrandRow("", text(at(one, "BrandId")), text(at(one, "BrandName"))) for one in listed)
    return tuple({row.code: row for row in rows if row.code and row.name}.values())


def _codes(listed: list[Any]) -> tuple[CodeRow, ...]:
    found = {}
    for one in listed:
        product = text(at(one, "ProductId"))
        lists = ((CodeKind.REPAIR, at(one, "RepairCodes")), (CodeKind.SYMPTOM, at(one, "IRISSymtoms", "IRISSymptoms")))
        for kind, codes in lists:
            for code, label in map(_labelled, codes if isinstance(codes, list) else ()):
                if product and code:
                    found[product, kind, code] = CodeRow(product, kind, code, label)
    return tuple(found.values())


def _labelled(value: Any) -> tuple[str, str]:  # noqa: ANN401 - any JSON value
    """Give a code and its label, from an object or from a bare code."""
    return (text(at(value, "Code")), text(at(value, "Label"))) if isinstance(value, dict) else (text(value), "")


def _sites(listed: list[Any]) -> tuple[SiteRow, ...]:
    rows = (
        SiteRow(
            text(at(one, "SiteId")),
            text(at(one, "CommercialName", "Name")),
            text(at(one, "Zip")),
            text(at(one, "City")),
        )
        for one in listed
    )
    return tuple({row.code: row for row in rows if row.code}.values())
