"""Ecologic's client: what it sends, how it reads what comes, and what each failure means."""

import base64
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from comptoir.core.i18n import _
from comptoir.organisms import ecologic_form
from comptoir.organisms.ecologic import stage
from comptoir.organisms.protocol import (
    CodeRow,
    File,
    NoAnswer,
    NotDone,
    NotLetIn,
    NotSearchable,
    Problem,
    ProductRow,
    Reference,
    TurnedDown,
)
from comptoir.organisms.statuses import CodeKind, Piece, Stage
from comptoir.sandbox.reference import API_KEY

from ...desk.web_server import said  # noqa: TID252 - one server for the door and for who uses it
from .conftest import BILL, FORM, INVOICE, PAPERS, PHONE, Counter, Told, ecologic, scripted

MISSING = {"Field": "Pièces jointes", "ErrorMessage": "Des pièces jointes sont requises : Facture", "MessageType": "E"}
USED = {"Field": "Numéro de facture", "ErrorMessage": "numéro facture déjà utilisé", "MessageType": "E"}


def envelope(data: Any, **more: Any) -> dict[str, Any]:
    return {"ResponseData": data, "ResponseStatus": "S", "IsValid": True, **more}


async def creates(client: Any, log: Any) -> Any:
    return await client.create(FORM, log)


async def asks(client: Any, log: Any) -> Any:
    return await client.standing("700001", log)


async def submits(client: Any, log: Any) -> Any:
    return await client.submit("700001", log)


async def attaches(client: Any, log: Any) -> Any:
    return await client.attach("700001", INVOICE, log)


async def prices(client: Any, log: Any) -> Any:
    return await client.eligibility(FORM, log)


async def refers(client: Any, log: Any) -> Any:
    return await client.reference(log)


def told(answer: Any, does: Any, **more: Any) -> Told:
    """Give what comes of a call to a server that gives this answer."""
    with scripted(answer) as server:
        return ecologic(server.url, does, **more)


# From end to end


def test_a_claim_is_created_gets_its_documents_and_is_submitted(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        created = await client.create(FORM, log)
        for paper in PAPERS:
            await client.attach(created.claim, paper, log)
        return created, await client.submit(created.claim, log), await client.standing(created.claim, log)

    (created, submitted, standing), exchanges = ecologic(sandbox.ecologic, does)
    assert (created.stage, created.problems, created.reference) == (Stage.DRAFT, (), "Q-17")
    assert (submitted.stage, submitted.problems) == (Stage.SENT, ())
    assert (standing.claim, standing.stage) == (created.claim, Stage.SENT)
    (claim,) = sandbox.claimed
    assert claim["submitted"]
    assert [file["type"] for file in claim["files"]] == ["INVOICE", "CONSUMERVALIDATION", "NAMEPLATE"]
    assert [exchange.step for exchange in exchanges] == [
        "createclaim", "attachfile", "attachfile", "attachfile", "submitclaim", "getclaimstatus",
    ]  # fmt: skip
    assert all(API_KEY not in exchange.request + exchange.answer for exchange in exchanges)
    assert all("JVBERi" not in exchange.request for exchange in exchanges)


def test_a_claim_walks_on_to_its_end_or_is_refused_with_words(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        created = await client.create(FORM, log)
        for paper in PAPERS:
            await client.attach(created.claim, paper, log)
        await client.submit(created.claim, log)
        return created.claim

    claim = ecologic(sandbox.ecologic, does).given

    async def asks_again(client: Any, log: Any) -> Any:
        return await client.standing(claim, log)

    for outcome, expected in (("approved", Stage.APPROVED), ("paid", Stage.REIMBURSED)):
        sandbox.admin("POST", "outcome", claim=claim, outcome=outcome)
        assert ecologic(sandbox.ecologic, asks_again).given.stage is expected
    sandbox.admin("POST", "reset")
    claim = ecologic(sandbox.ecologic, does).given
    sandbox.admin("POST", "outcome", claim=claim, outcome="refused", reason="08")
    standing = ecologic(sandbox.ecologic, asks_again).given
    assert standing.stage is Stage.REFUSED
    assert standing.reason


def test_a_form_travels_in_the_organisms_own_codes() -> None:
    with scripted(said(206, envelope({"ClaimId": 1, "IsValid": False}))) as server:
        ecologic(server.url, creates)
    (came,) = server.came
    assert (came.method, came.path, came.headers["api_key"]) == ("POST", "/createclaim", API_KEY)
    assert came.query == {
        "RepairEndDate": FORM.repaired_on.isoformat(), "RepairSiteId": FORM.site,
        "ConsumerInvoiceNumber": "F-2026-17", "quoteNumber": "Q-17",
    }  # fmt: skip
    assert came.json["Consumer"] == {
        "Title": 1, "LastName": "Noël", "FirstName": "Zoé", "StreetNumber": "", "Address1": "3 rue de l'Orme",
        "Address2": "Bât. B", "Address3": "", "Zip": "42000", "City": "St Etienne", "Country": 250,
        "Phone": "0612345678", "Email": "zoe@exemple.fr", "AutoValidation": True,
    }  # fmt: skip
    product = came.json["Product"]
    assert (product["ProductId"], product["BrandId"], product["SerialNumber"]) == ("EEE.M6.060", "243", PHONE.serial)
    assert (product["IRISSymptom"], product["IRISSection"], product["IRISRepair"]) == ("E7", "EHS", "EHS")
    assert b'"TotalAmountInclVAT": {"Amount": 120.00, "Currency": "EUR"}' in came.body
    assert b'"TotalAmountExclVAT": {"Amount": 100.00, "Currency": "EUR"}' in came.body
    assert b'"SupportAmount": {"Amount": 25.00, "Currency": "EUR"}' in came.body


def test_a_brand_that_is_not_known_and_a_man_have_their_codes() -> None:
    form = FORM._replace(device=PHONE._replace(brand=""), consumer=FORM.consumer._replace(title="M."))
    body = ecologic_form.body(form)
    assert (body["Product"]["BrandId"], body["Consumer"]["Title"]) == ("0", 3)


@pytest.mark.parametrize(
    ("town", "spelt"),
    [
        ("Saint-Étienne", "St Etienne"),
        ("SAINT-DENIS", "ST DENIS"),
        ("Sainte-Foy-lès-Lyon", "Ste Foy les Lyon"),
        ("Paris 12e Arrondissement", "Paris"),
        ("Lyon 3ème arrondissement", "Lyon"),
        ("Marseille 1er", "Marseille"),
        ("LYON 03", "LYON"),
        ("L'Haÿ-les-Roses", "L Hay les Roses"),
        ("Villeneuve-d’Ascq", "Villeneuve d Ascq"),
        ("Œuilly", "OEuilly"),
        ("Toussaint", "Toussaint"),
        ("Le Mans", "Le Mans"),
        ("75", "75"),
    ],
)
def test_a_town_is_spelt_as_the_postal_list_does(town: str, spelt: str) -> None:
    assert ecologic_form.town(town) == spelt


def test_a_document_travels_under_a_name_of_its_own() -> None:
    with scripted(said(200, envelope(None, ResponseMessage="Code 200"))) as server:
        ecologic(server.url, attaches)
        ecologic(server.url, attaches)
    first, second = server.came
    assert first.json == {"FileContent": base64.b64encode(INVOICE.content).decode()}
    assert {name: first.query[name] for name in ("ClaimId", "FileExtension", "DocumentType")} == {
        "ClaimId": "700001", "FileExtension": "pdf", "DocumentType": "INVOICE",
    }  # fmt: skip
    assert first.query["FileName"].startswith("facture-F-2026-17-")
    assert first.query["FileName"] != second.query["FileName"]


@pytest.mark.parametrize(
    ("name", "kind", "made"),
    [("é.JPEG", "image/jpeg", "jpg"), ("é", "application/pdf", "pdf"), ("x.TIFF", "image/tiff", "tiff"),
     ("../..", "image/png", "png")],
)  # fmt: skip
def test_a_document_has_a_name_and_an_extension_whatever_its_file_is_called(name: str, kind: str, made: str) -> None:
    query = dict(ecologic_form.upload(File(Piece.PICTURE, name, kind, b""))[0])
    assert query["FileExtension"] == made
    assert query["FileName"].replace("-", "").isalnum()
    assert query["FileName"].isascii()


# The bonus


def test_the_bonus_is_asked_by_device_and_codes(sandbox: Counter) -> None:
    assert ecologic(sandbox.ecologic, prices).given == Decimal("25.00")


def test_a_repair_that_costs_too_little_is_refused_in_its_words(sandbox: Counter) -> None:
    async def cheap(client: Any, log: Any) -> Any:
        return await client.eligibility(FORM._replace(bill=BILL._replace(total=Decimal("1.00"))), log)

    refusal = ecologic(sandbox.ecologic, cheap).given
    assert type(refusal) is TurnedDown
    assert refusal.reasons[0].message


@pytest.mark.parametrize(
    "answer",
    [
        [{"SupportAmount": 25}],
        {"SupportAmount": 25.0},
        envelope([{"SupportAmount": "25.00"}]),
        envelope({"EcoOrganizationId": 44, "SupportAmount": {"Amount": 25, "Currency": "EUR"}}),
        envelope([{"supportamount": {"amount": "25,00"}}, {"SupportAmount": 3}]),
        envelope(25),
    ],
)
def test_the_bonus_is_read_in_all_the_shapes_that_were_seen(answer: Any) -> None:
    given = told(said(200, answer), prices).given
    assert (given, str(given)) == (Decimal("25.00"), "25.00")


@pytest.mark.parametrize("answer", [[], {}, None, envelope([]), envelope(None), [{"SupportAmount": None}], True])
def test_an_answer_without_a_bonus_decides_nothing(answer: Any) -> None:
    ran = told(said(200, answer), prices)
    assert (ran.given, len(ran.exchanges)) == (None, 1)


def test_an_answer_that_is_no_json_is_no_answer() -> None:
    assert type(told(said(200, "25€"), prices).given) is NotDone


def test_a_device_of_the_other_organism_is_refused() -> None:
    refusal = told(said(200, envelope({"EcoOrganizationId": 45, "SupportAmount": 25})), prices).given
    assert type(refusal) is TurnedDown


# The reference


def test_all_that_is_published_is_read(sandbox: Counter) -> None:
    reference: Reference = ecologic(sandbox.ecologic, refers).given
    assert len(reference.products) == 43
    phone = next(row for row in reference.products if row.code == "EEE.M6.060")
    assert phone == ProductRow("EEE.M6.060", "Téléphone portable", "2022-01-01", "")
    assert ("243", "Apple", "") in {(row.code, row.name, row.product) for row in reference.brands}
    codes = {(row.kind, row.code) for row in reference.codes if row.product == "EEE.M6.060"}
    assert {(CodeKind.SYMPTOM, "E7"), (CodeKind.REPAIR, "EHS")} <= codes
    assert {row.code for row in reference.sites} >= {FORM.site}


def test_lists_are_read_bare_or_in_their_envelope_and_nothing_comes_twice() -> None:
    product = {"ProductId": "P", "ProductName": "Four", "RepairCodes": ["A", "A", None, 3], "IRISSymtoms": None,
               "EligibilityStartDate": "2023-01-01T00:00:00", "EligibilityEndDate": "2025-12-31T00:00:00"}  # fmt: skip
    answers = {
        "printbrandlist": said(200, [*({"BrandId": code, "BrandName": "Bosch"} for code in (7, "7")), None]),
        "printproducttypewithlabellist": said(200, envelope([product, product, {"ProductName": "sans code"}])),
        "getrepairsitesbyats": said(200, envelope([])),
    }
    reference = told(answers, refers).given
    assert reference.products == (ProductRow("P", "Four", "2023-01-01", "2025-12-31"),)
    assert [(row.code, row.name) for row in reference.brands] == [("7", "Bosch")]
    assert reference.codes == tuple(CodeRow("P", CodeKind.REPAIR, code, "") for code in ("A", "3"))


@pytest.mark.parametrize("empty", [said(200, []), said(200, envelope(None)), said(200, {}), said(200, "")])
def test_a_list_without_anything_does_not_replace_what_is_known(empty: bytes) -> None:
    assert type(told(empty, refers).given) is NotDone


# Creation


def test_a_claim_with_problems_exists_and_tells_them(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        strange = FORM._replace(consumer=FORM.consumer._replace(town="Nulle-Part"), device=PHONE._replace(symptom="Q"))
        return await client.create(strange, log)

    created = ecologic(sandbox.ecologic, does).given
    assert created.claim
    assert {problem.field for problem in created.problems} == {"Ville", "Panne ou code IRIS"}
    assert created.pieces == frozenset()


@pytest.mark.parametrize(
    "answer",
    [
        said(206, envelope({"ClaimId": 12, "IsValid": False, "ValidationErrors": [MISSING]})),
        said(200, envelope({"ClaimId": "12", "IsValid": True, "ValidationErrors": None})),
        said(206, envelope({"claimId": 12.0, "ValidationErrors": []}, IsValid=False)),
    ],
)
def test_documents_to_come_are_no_problem_of_a_creation(answer: bytes) -> None:
    created = told(answer, creates).given
    assert (created.claim, created.stage, created.problems) == ("12", Stage.DRAFT, ())


def test_what_does_not_block_is_no_problem() -> None:
    warning = {**USED, "MessageType": "W"}
    created = told(said(206, envelope({"ClaimId": 12, "ValidationErrors": [MISSING, warning, USED]})), creates).given
    assert created.problems == (Problem("Numéro de facture", "numéro facture déjà utilisé"),)
    assert created.pieces == {Piece.CONSENT}


@pytest.mark.parametrize(
    "answer",
    [
        said(206, envelope({"IsValid": False, "ValidationErrors": [USED]})),
        said(200, envelope({"ClaimId": 0, "ValidationErrors": [USED, None, 3]}, IsValid=False)),
        said(
            200, envelope({"ValidationErrors": {"Numéro de facture": {"Message": USED["ErrorMessage"], "Severity": 0}}})
        ),
        said(400, envelope({"ValidationErrors": [{"Field": USED["Field"], "Message": USED["ErrorMessage"]}]})),
    ],
)
def test_a_creation_without_a_number_is_refused_in_its_words(answer: bytes) -> None:
    refusal = told(answer, creates).given
    assert type(refusal) is TurnedDown
    assert refusal.reasons == (Problem("Numéro de facture", "numéro facture déjà utilisé"),)


@pytest.mark.parametrize(
    "answer",
    [
        said(400, {"Message": "Pas comme cela"}),
        said(400, envelope(None, IsValid=False, ResponseErrorMessage="Pas comme cela")),
        said(400, envelope(None, IsValid=False, ResponseMessage="Pas comme cela")),
        said(200, envelope(None, IsValid="false", ResponseErrorMessage="Pas comme cela")),
        said(404, {"Message": "Pas comme cela"}),
    ],
)
def test_a_call_that_is_not_accepted_is_refused_in_its_words(answer: bytes) -> None:
    refusal = told(answer, creates).given
    assert type(refusal) is TurnedDown
    assert refusal.reasons == (Problem("", "Pas comme cela"),)


def test_a_duplicate_is_refused(sandbox: Counter) -> None:
    ecologic(sandbox.ecologic, creates)
    again = ecologic(sandbox.ecologic, creates).given
    assert type(again) is TurnedDown
    assert {problem.field for problem in again.reasons} == {"Numéro de facture", "Numéro de série"}


# Documents


@pytest.mark.parametrize(
    "answer",
    [
        said(200, envelope(None)), said(200, "Code 200"), said(200, '"Code 200 : OK"'), said(200, ""), said(204),
        said(201, envelope({"x": 1}, ResponseMessage="Code 200")), said(200, {}), said(200, "null"),
    ],
)  # fmt: skip
def test_a_document_is_taken_in_all_the_ways_that_it_may_be_said(answer: bytes) -> None:
    assert told(answer, attaches).given is None


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (said(200, envelope(None, IsValid=False, ResponseErrorMessage="Base64 invalide")), TurnedDown),
        (said(200, envelope(None, ResponseMessage="Code 415 : format")), TurnedDown),
        (said(400, {"Message": "DocumentType"}), TurnedDown),
        (said(413, "<html>too large</html>"), TurnedDown),
        (said(200, "<html>Code 200</html>"), NoAnswer),
        (said(200, "Bienvenue"), NoAnswer),
        (said(500, "Code 200"), NoAnswer),
    ],
)
def test_a_document_that_is_not_taken_is_told(answer: bytes, failure: type[Exception]) -> None:
    assert type(told(answer, attaches).given) is failure


# Submission and follow-up


def test_a_claim_without_its_documents_is_not_submitted_and_says_which_are_missing(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        created = await client.create(FORM, log)
        await client.attach(created.claim, INVOICE, log)
        standing = await client.standing(created.claim, log)
        try:
            await client.submit(created.claim, log)
        except TurnedDown as refusal:
            return standing, refusal
        return None

    standing, refusal = ecologic(sandbox.ecologic, does).given
    assert (standing.stage, standing.pieces) == (Stage.DRAFT, {Piece.INVOICE})
    assert "consommateur" in refusal.reasons[0].message


def test_why_a_claim_is_not_submitted_is_asked_once_and_told_even_so_where_nothing_is_answered() -> None:
    submitted = said(200, envelope({"ClaimId": 12, "IsValid": False}))
    answers = {"submitclaim": submitted, "getclaimstatus": said(503)}
    refusal, exchanges = told(answers, submits)
    assert type(refusal) is TurnedDown
    assert [each.step for each in exchanges] == ["submitclaim", "getclaimstatus"]
    status = {"LastStatus": "En attente de validation administrateur", "ClaimId": 700001}
    assert told({**answers, "getclaimstatus": said(200, envelope(status))}, submits).given.stage is Stage.SENT


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"IsValid": True, "LastStatus": "WAITING"}, Stage.SENT),
        ({"IsValid": True}, Stage.SENT),
        ({"LastStatus": "Tout nouveau"}, Stage.OTHER),
    ],
)
def test_a_submission_is_read_with_patience(data: Any, expected: Stage) -> None:
    standing = told(said(200, envelope(data)), submits).given
    assert (standing.claim, standing.stage, standing.status) == ("700001", expected, data.get("LastStatus", ""))


@pytest.mark.parametrize("answer", [envelope(None), envelope({}), [], "", 3, envelope({"ClaimId": 700001})])
def test_a_submission_that_says_nothing_leaves_a_doubt(answer: Any) -> None:
    assert type(told(said(200, answer), submits).given) is NoAnswer


def test_a_claim_that_is_not_there_is_told(sandbox: Counter) -> None:
    assert ecologic(sandbox.ecologic, asks).given is None
    assert told(said(404, {"Message": "?"}), asks).given is None


@pytest.mark.parametrize("answer", [said(404, "<html>404</html>"), said(404), said(200, envelope(None)), said(200, {})])
def test_a_wrong_address_is_not_a_claim_that_is_not_there(answer: bytes) -> None:
    assert type(told(answer, asks).given) is NotDone


def test_where_a_claim_stands_is_read_with_its_reason() -> None:
    data = {"LastStatus": "REFUSED", "Comment": "Facture illisible", "ClaimId": 700001, "IsValid": False}
    standing = told(said(200, envelope(data, IsValid=False)), asks).given
    assert (standing.stage, standing.status, standing.reason) == (Stage.REFUSED, "REFUSED", "Facture illisible")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("A finaliser", Stage.DRAFT), ("À FINALISER", Stage.DRAFT), ("Dossier incomplet", Stage.DRAFT),
        ("En attente de validation administrateur", Stage.SENT), ("Remboursement accepté", Stage.APPROVED),
        ("Clôturée", Stage.REIMBURSED), ("Clôturée (refusée)", Stage.REFUSED), ("VALID", Stage.DRAFT),
        ("NOTVALID", Stage.DRAFT), ("Non valide", Stage.DRAFT), ("NOTCONFORM", Stage.DRAFT),
        ("ARBITRATION", Stage.SENT), ("WAITING", Stage.SENT), ("ACCEPTED", Stage.APPROVED),
        ("Accepté", Stage.APPROVED), ("REFUSED", Stage.REFUSED), ("Refusé", Stage.REFUSED),
        ("CANCELLED", Stage.CANCELLED), ("Annulé", Stage.CANCELLED), ("CLOSEDACCEPTED", Stage.REIMBURSED),
        ("Clos", Stage.REIMBURSED), ("Validé par le consommateur", Stage.OTHER), ("", Stage.OTHER),
    ],
)  # fmt: skip
def test_statuses_are_told_by_how_they_begin(word: str, expected: Stage) -> None:
    assert stage(word) is expected


def test_claims_are_listed_where_the_other_interface_is_known(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        created = await client.create(FORM, log)
        return created.claim, await client.filed(log)

    claim, listed = ecologic(sandbox.ecologic, does, claims=sandbox.claims).given
    assert [(each.claim, each.reference, each.stage) for each in listed] == [(claim, "Q-17", Stage.DRAFT)]


def test_the_list_is_asked_of_this_organism_alone() -> None:
    with scripted(said(200, envelope([]))) as server:

        async def does(client: Any, log: Any) -> Any:
            return await client.filed(log)

        for address in ("claims?x=1", "claims?ManufacturerId=44", "claims"):
            assert ecologic(server.url, does, claims=f"{server.url}/{address}").given == []
    assert [came.target for came in server.came] == [
        "/claims?x=1&manufacturerId=44", "/claims?ManufacturerId=44", "/claims?manufacturerId=44",
    ]  # fmt: skip


def test_what_cannot_be_asked_is_told_without_asking() -> None:
    async def lists(client: Any, log: Any) -> Any:
        return await client.filed(log)

    async def discards(client: Any, log: Any) -> Any:
        return await client.discard("1", log)

    for does in (lists, discards):
        failure, exchanges = told(said(200), does)
        assert type(failure) is NotSearchable
        assert exchanges == []


# What failures mean


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("does", [creates, asks, refers])
def test_a_key_that_is_refused_is_told_with_where_it_is_given(status: int, does: Any) -> None:
    failure = told(said(status, {"Message": f"key {API_KEY} refused"}), does).given
    assert type(failure) is NotLetIn
    assert "COMPTOIR_ECOLOGIC_KEY" in failure.hint
    assert API_KEY not in failure.message


def test_a_wrong_key_is_not_let_in(sandbox: Counter) -> None:
    assert type(ecologic(sandbox.ecologic, refers, key="nobody").given) is NotLetIn


@pytest.mark.parametrize("status", [429, 503, 408])
@pytest.mark.parametrize("does", [creates, asks])
def test_who_is_too_busy_has_done_nothing_and_says_when_to_come_back(status: int, does: Any) -> None:
    failure = told(said(status, "busy", Retry_After="90"), does).given
    assert (type(failure), failure.after) == (NotDone, timedelta(seconds=90))


DEEP = "[" * 100_000
UNREADABLE = {
    "a page": said(200, "<!DOCTYPE html><html>Bienvenue</html>"),
    "no JSON": said(200, "{"),
    "nothing": said(200, ""),
    "deep": said(200, DEEP),
    "a long number": said(200, "9" * 5000),
    "an error": said(500, {"ResponseErrorMessage": "Boum"}),
    "an error page": said(502, "<html>Bad gateway</html>"),
    "compressed": said(200, b"\x1f\x8b", Content_Encoding="gzip"),
    "half": b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 99\r\n\r\n{",
    "elsewhere": said(302, "", Location="/login"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_leaves_a_doubt_after_a_change_and_none_after_a_question(name: str) -> None:
    assert type(told(UNREADABLE[name], creates).given) is NoAnswer
    assert type(told(UNREADABLE[name], submits).given) is NoAnswer
    assert type(told(UNREADABLE[name], asks).given) is NotDone
    assert type(told(UNREADABLE[name], refers).given) is NotDone


@pytest.mark.parametrize("kind", ["reset", "lost", "half", "500", "html", "gzip"])
def test_what_goes_wrong_on_the_way_leaves_a_doubt_after_a_change(kind: str, sandbox: Counter) -> None:
    sandbox.fault("createclaim", kind, detail="3" if kind == "gzip" else "")
    assert type(ecologic(sandbox.ecologic, creates).given) is NoAnswer
    sandbox.fault("getclaimstatus", kind, detail="3" if kind == "gzip" else "")
    assert type(ecologic(sandbox.ecologic, asks).given) is NotDone


@pytest.mark.parametrize("answer", [said(404, "<html>"), said(405), said(307, "", Location="https://x.fr/")])
def test_an_address_that_has_moved_is_told_with_its_setting(answer: bytes) -> None:
    failure = told(answer, creates).given
    assert type(failure) is NotDone
    assert "ecologic_url" in failure.hint


def test_words_are_told_and_bounded() -> None:
    failure = told(said(500, json.dumps({"ResponseErrorMessage": "é" * 9000 + "\x1b"})), creates).given
    assert _("it answers {status}: {words}").format(status="500 Internal Server Error", words="")[:9] in failure.message
    assert len(failure.message) < 600
    assert failure.message.isprintable()
