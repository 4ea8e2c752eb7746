"""ecosystem's client: what it sends, how it reads what comes, and what each failure means."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from comptoir.organisms import ecosystem as client_module
from comptoir.organisms import ecosystem_form, ecosystem_reading
from comptoir.organisms.protocol import (
    AmountRow,
    Broken,
    File,
    NoAnswer,
    NotDone,
    NotLetIn,
    Problem,
    ProductRow,
    Reference,
    SheetRow,
    SiteRow,
    TurnedDown,
    Used,
)
from comptoir.organisms.statuses import AmountKind, CodeKind, Piece, Stage
from comptoir.sandbox.reference import PASSWORD

from ...desk.web_server import Came, said  # noqa: TID252 - one server for the door and for who uses it
from .conftest import CONSENT, INVOICE, NAMEPLATE, OTHER, PAPERS, PHONE, Counter, Told, ecosystem, scripted

LOGIN = said(200, {"IdToken": "tok3n-of-one", "ExpiresIn": 3600, "AllowedRepairer": ["2000101"]})
MISSING = {"error": {"code": 400, "status": "BAD_REQUEST", "message": "PIECE_JOINTE_MANQUANTE"}}
TAKEN = {"error": "400 : TYPE_DE_FICHIER_EXISTANT", "message": "Un fichier de ce type existe"}


async def creates(client: Any, log: Any) -> Any:
    return await client.create(OTHER, log)


async def asks(client: Any, log: Any) -> Any:
    return await client.standing("abc", log)


async def submits(client: Any, log: Any) -> Any:
    return await client.submit("abc", log)


async def attaches(client: Any, log: Any) -> Any:
    return await client.attach("abc", INVOICE, log)


async def refers(client: Any, log: Any) -> Any:
    return await client.reference(log)


async def lists(client: Any, log: Any) -> Any:
    return await client.filed(log)


async def discards(client: Any, log: Any) -> Any:
    return await client.discard("abc", log)


async def files(client: Any, log: Any) -> Any:
    """File a claim from end to end."""
    created = await client.create(OTHER, log)
    for paper in PAPERS:
        await client.attach(created.claim, paper, log)
    return created, await client.submit(created.claim, log)


def told(answer: Any, does: Any, *, login: Any = LOGIN) -> Told:
    """Give what comes of a call to a server that lets us in, then gives this answer, or one by the path's end."""
    answers = answer if isinstance(answer, dict) else {}

    def by_path(came: Came) -> Any:
        end = came.path.rpartition("/")[2]
        found = login if end == "login" else answers.get(end, answer)
        return found(came) if callable(found) else found

    with scripted(by_path) as server:
        return ecosystem(server.url, does)


# From end to end


def test_a_claim_is_created_gets_its_documents_and_is_confirmed(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        created, submitted = await files(client, log)
        return created, submitted, await client.standing(created.claim, log), await client.filed(log)

    (created, submitted, standing, filed), exchanges = ecosystem(sandbox.ecosystem, does)
    assert (created.stage, created.problems, created.reference) == (Stage.DRAFT, (), "Q-17")
    assert created.pieces == frozenset()
    assert submitted.stage is Stage.SENT
    assert submitted.order
    assert (standing.claim, standing.stage, standing.order) == (created.claim, Stage.SENT, submitted.order)
    assert standing.pieces == {Piece.INVOICE, Piece.CONSENT, Piece.NAMEPLATE}
    assert [(each.claim, each.reference, each.stage) for each in filed] == [(created.claim, "Q-17", Stage.SENT)]
    assert [each.step for each in exchanges].count("login") == 1
    (claim,) = sandbox.claimed
    assert [file["size"] for file in claim["files"]] == [len(paper.content) for paper in PAPERS]


def test_no_exchange_keeps_the_password_a_token_or_where_a_document_went(sandbox: Counter) -> None:
    _given, exchanges = ecosystem(sandbox.ecosystem, files)
    kept = json.dumps(exchanges, default=str)
    assert all(word not in kept for word in (PASSWORD, "Bearer", "X-Amz", "/storage/"))
    assert [each.status for each in exchanges if each.step == "put"] == [200, 200, 200]


def test_a_claim_walks_on_to_its_end_or_is_rejected_with_words(sandbox: Counter) -> None:
    (created, submitted), _told = ecosystem(sandbox.ecosystem, files)

    async def by_order(client: Any, log: Any) -> Any:
        return await client.standing(submitted.order, log)

    for outcome, expected in (("approved", Stage.APPROVED), ("paid", Stage.REIMBURSED)):
        sandbox.admin("POST", "outcome", claim=created.claim, outcome=outcome)
        standing = ecosystem(sandbox.ecosystem, by_order).given
        assert (standing.claim, standing.stage, standing.reason) == (created.claim, expected, "")
    sandbox.admin("POST", "reset")
    (created, submitted), _told = ecosystem(sandbox.ecosystem, files)
    sandbox.admin("POST", "outcome", claim=created.claim, outcome="refused", reason="08")
    standing = ecosystem(sandbox.ecosystem, by_order).given
    assert standing.stage is Stage.REFUSED
    assert standing.reason.startswith("08 : Le bonus")


def test_a_draft_is_deleted_once_and_again(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        created = await client.create(OTHER, log)
        await client.discard(created.claim, log)
        await client.discard(created.claim, log)
        return await client.standing(created.claim, log)

    assert ecosystem(sandbox.ecosystem, does).given is None


def test_the_bonus_is_not_asked_for() -> None:
    async def does(client: Any, log: Any) -> Any:
        return await client.eligibility(OTHER, log)

    assert told(said(200), does) == (None, [])


# What is sent


def sent(form: Any) -> Any:
    return json.loads(json.dumps(ecosystem_form.body(form), default=str))


def test_a_form_travels_with_the_known_properties_and_no_other() -> None:
    body = sent(OTHER._replace(device=OTHER.device._replace(symptom="IR-1")))
    assert body == {
        "RepairDate": OTHER.repaired_on.isoformat(),
        "PurchaseOrderByCustomer": "Q-17 F-2026-17",
        "RepairerId": "2000101",
        "RepairPlaceID": "2000101",
        "Product": {
            "ProductID": "3016", "BrandID": "SAMSUNG", "ProductIdentificationNumber": PHONE.serial,
            "RepairTypeCode": "01", "IrisCode": "IR-1", "CommercialReference": "iPhone 12",
        },
        "SpareParts": {"NewSparePartsAmount": 1, "SecondHandSparePartsAmount": 0, "CircularEconomyPartsAmount": 0},
        "Customer": {
            "Title": "Mme", "LastName": "Noël", "FirstName": "Zoé", "Email": "zoe@exemple.fr",
            "PhoneNumber": "0612345678", "StreetLine1": "3 rue de l'Orme, Bât. B", "PostalCode": "42000",
            "City": "Saint-Étienne", "Country": "FR",
        },
        "Bill": {
            "TotalAmountInclVAT": {"amount": "120.00", "currency": "EUR"},
            "AmountCovered": {"amount": "25.00", "currency": "EUR"},
            "SparePartsCost": {"amount": "40.00", "currency": "EUR"},
        },
    }  # fmt: skip


def test_amounts_travel_as_numbers_with_two_decimals() -> None:
    with scripted({"login": LOGIN, "new_claim": said(200, {"ReimbursementClaimID": "abc"})}) as server:
        ecosystem(server.url, creates)
    assert b'"TotalAmountInclVAT": {"amount": 120.00, "currency": "EUR"}' in server.came[1].body
    assert server.came[1].headers["Authorization"] == "Bearer tok3n-of-one"
    assert server.came[0].json == {"username": "2000101", "password": PASSWORD}
    assert "Authorization" not in server.came[0].headers


def test_what_is_not_known_is_left_out_or_has_its_code() -> None:
    form = OTHER._replace(
        on_site=True, parts=Used(), device=OTHER.device._replace(brand="", brand_name="Zanussi", model=""),
        consumer=OTHER.consumer._replace(first_name="", complement="", phone="+33 6 12 34 56 78"),
    )  # fmt: skip
    body = sent(form)
    assert "SpareParts" not in body
    assert body["RepairPlaceID"] == "2000000"
    assert (body["Product"]["BrandID"], body["Product"]["PartnerProduct"]) == ("0000", "Zanussi")
    assert {"IrisCode", "CommercialReference"}.isdisjoint(body["Product"])
    customer = body["Customer"]
    assert (customer["FirstName"], customer["StreetLine1"], customer["PhoneNumber"]) == (
        "-", "3 rue de l'Orme", "0612345678",
    )  # fmt: skip
    assert sent(OTHER._replace(site=""))["RepairPlaceID"] == "2000101"
    assert sent(OTHER._replace(parts=Used(1, 2, 3)))["SpareParts"] == {
        "NewSparePartsAmount": 1, "SecondHandSparePartsAmount": 2, "CircularEconomyPartsAmount": 3,
    }  # fmt: skip


def test_a_brand_that_is_not_known_is_taken(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        device = OTHER.device._replace(brand="", brand_name="Zanussi")
        return await client.create(OTHER._replace(on_site=True, device=device, parts=Used()), log)

    assert ecosystem(sandbox.ecosystem, does).given.claim


@pytest.mark.parametrize(
    ("name", "kind", "size", "made"),
    [
        ("a.b.PDF", "application/pdf", 0, ("a-b.pdf", 1)),
        ("x/y\\z.jpeg", "image/jpeg", 1 << 20, ("x-y-z.jpg", 1)),
        ("é", "image/png", (1 << 20) + 1, ("é.png", 2)),
        ("..", "image/png", 5 << 20, ("device_picture.png", 5)),
    ],
)
def test_a_document_is_announced(name: str, kind: str, size: int, made: tuple[str, int]) -> None:
    body = ecosystem_form.upload(File(Piece.PICTURE, name, kind, b"x" * size))
    assert (body["FileName"], body["FileSizeInMB"]) == made
    assert body["FileType"] == "device_picture"


# The reference


def test_all_that_is_published_is_read(sandbox: Counter) -> None:
    reference: Reference = ecosystem(sandbox.ecosystem, refers).given
    phone = next(row for row in reference.products if row.code == "3016")
    assert (phone.name, phone.sheet) == ("Téléphone portable", "TELEPHONIE")
    covered = {row.code: row.covered for row in reference.brands if row.product == "3016"}
    assert (covered["SAMSUNG"], covered["APPLE"]) == (1, 0)
    assert ("3016", CodeKind.REPAIR, "01") in {row[:3] for row in reference.codes}
    assert AmountRow("3016", AmountKind.BONUS, "2024-01-01", "", Decimal("25.00")) in reference.amounts
    assert {row.code for row in reference.sites} >= {"2000101", "2000102"}
    assert ("2000101", "TELEPHONIE") in {(row.repairer, row.code) for row in reference.sheets}


PRODUCT = {
    "ProductID": 3016, "ProductName": "Téléphone", "ProductEligibleFrom": "2022-01-01",
    "ProductEligibleUntil": "9999-12-31",
    "Brands": [{"BrandID": "S", "isEcosystemBrand": "false"}, {"BrandID": "T"}, "U"],
    "RepairCode": [{"Code": "01", "Description": "Écran"}, {"Code": "01"}, {}], "ProductSheet": [{"Type": "TEL"}],
    "Amounts": [{"AmountValidFrom": "2024-01-01T00:00", "AmountValidUntil": None, "Amount": "25,00"}, {"Amount": "?"}],
    "Threshold": {"AmountValidFrom": "2024-01-01", "AmountValidTo": "2025-12-31", "MinimumAmount": 60.5},
}  # fmt: skip
PARTNER = {
    "RepairerID": "2000101", "CorporateName": "Atelier", "AlternativeName": "", "PostalCode": 35000, "City": "Rennes",
    "RepairPlaces": [{"RepairPlaceID": "2000101", "CorporateName": "Atelier"}, {"RepairPlaceID": "2000102"}, None],
    "BusinessSheets": [
        {"Type": "TEL", "NumberId": "2", "ValidFrom": "2024-01-01", "ValidTo": "2027-01-01"},
        {"Type": "TEL", "NumberId": "1", "ValidFrom": "2021-01-01", "ValidTo": "2023-12-31"}, {"Type": ""},
        {"Type": "TV", "NumberId": "4", "ValidFrom": "2020-01-01"},
        {"Type": "TV", "NumberId": "3", "ValidFrom": "2024-01-01", "ValidTo": "2025-01-01"},
    ],
}  # fmt: skip


def test_the_reference_is_read_with_patience() -> None:
    answers = {"catalog": said(200, {"total": "1", "results": [PRODUCT, None]}),
               "partners": said(200, {"Items": [PARTNER], "Count": 1})}  # fmt: skip
    reference = told(answers, refers).given
    assert reference.products == (ProductRow("3016", "Téléphone", "2022-01-01", "", "TEL"),)
    assert [(row.product, row.code, row.name, row.covered) for row in reference.brands] == [
        ("3016", "S", "S", 0), ("3016", "T", "T", 1),
    ]  # fmt: skip
    assert reference.codes[0][:3] == ("3016", CodeKind.REPAIR, "01")
    assert len(reference.codes) == 1
    assert reference.amounts == (
        AmountRow("3016", AmountKind.BONUS, "2024-01-01", "", Decimal("25.00")),
        AmountRow("3016", AmountKind.THRESHOLD, "2024-01-01", "2025-12-31", Decimal("60.50")),
    )
    assert [row.code for row in reference.sites] == ["2000101", "2000102"]
    assert reference.sites[1] == SiteRow("2000102", "", "", "", "2000101")
    assert reference.sheets == (
        SheetRow("2000101", "TEL", "2", "", "2024-01-01", "2027-01-01"),
        SheetRow("2000101", "TV", "4", "", "2020-01-01"),
    )


def paged(count: int, most: int, *, obeys: bool) -> Callable[[Came], bytes]:
    def answer(came: Came) -> bytes:
        since = int(came.query.get("offset", "0")) if obeys else 0
        numbers = range(since, min(since + most, count))
        return said(200, {"total": count, "results": [{**PRODUCT, "ProductID": str(each)} for each in numbers]})

    return answer


def test_a_catalogue_in_several_pages_is_read_whole() -> None:
    answers = {"catalog": paged(450, 200, obeys=True), "partners": said(200, {"Items": [], "Count": 0})}
    given, exchanges = told(answers, refers)
    assert len(given.products) == 450
    asked = [each.request for each in exchanges if each.step == "GET catalog"]
    assert len(asked) == 3
    assert all("limit=200" in request for request in asked)
    assert "offset=400" in asked[2]


def test_half_a_catalogue_does_not_replace_what_is_known() -> None:
    failure = told({"catalog": paged(450, 200, obeys=False)}, refers).given
    assert type(failure) is NotDone
    assert "450" in failure.message


@pytest.mark.parametrize("answer", [{"total": 0, "results": []}, {"total": 2}, {"results": {}}, [], 7])
def test_a_catalogue_without_anything_does_not_replace_what_is_known(answer: Any) -> None:
    answers = {"catalog": said(200, answer), "partners": said(200, {"Items": [PARTNER]})}
    assert type(told(answers, refers).given) is NotDone


# Logging in


def test_many_calls_share_one_login(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        return await asyncio.gather(*(client.filed(log) for _ in range(20)))

    assert ecosystem(sandbox.ecosystem, does).given == [[]] * 20
    assert sandbox.requests()["login"] == 1


def test_a_login_that_is_over_is_renewed_once_for_all(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        await client.filed(log)
        sandbox.fault("list", "expire")
        await asyncio.gather(*(client.filed(log) for _ in range(5)))
        return True

    given, exchanges = ecosystem(sandbox.ecosystem, does)
    assert given is True
    assert sandbox.requests()["login"] == 2
    assert 401 in {each.status for each in exchanges}


def test_a_login_is_renewed_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(client_module, "monotonic", lambda: now)
    answers = {"login": said(200, {"AccessToken": "a", "ExpiresIn": "3600"}), "abc": said(404, {"m": 1})}
    with scripted(answers) as server:

        async def does(client: Any, log: Any) -> Any:
            nonlocal now
            for moment in (1000.0, 4530.0, 4550.0, 4560.0):
                now = moment
                await client.standing("abc", log)

        assert ecosystem(server.url, does).given is None
    assert [came.path for came in server.came].count("/login") == 2


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_wrong_password_is_tried_once_and_told_with_where_it_is_given(status: int) -> None:
    async def does(client: Any, log: Any) -> Any:
        return await asyncio.gather(*(client.filed(log) for _ in range(5)), return_exceptions=True)

    refusal = said(status, {"error": {"code": status, "status": "X", "message": f"{PASSWORD} is wrong"}})
    given, exchanges = told(said(200), does, login=refusal)
    assert {type(each) for each in given} == {NotLetIn}
    assert "COMPTOIR_ECOSYSTEM_PASSWORD" in given[0].hint
    assert PASSWORD not in given[0].message
    assert len(exchanges) == 1


@pytest.mark.parametrize("does", [creates, asks, lists, submits, attaches, discards])
def test_who_is_not_let_in_after_a_new_login_is_told(does: Any) -> None:
    failure, exchanges = told(said(403, {"message": "Forbidden"}), does)
    assert type(failure) is NotLetIn
    assert [each.step for each in exchanges].count("login") == 2
    assert len(exchanges) == 4


@pytest.mark.parametrize(
    "answer",
    [
        said(200, {}),
        said(200, {"IdToken": 3}),
        said(200, {"IdToken": "a\nb"}),
        said(200, "<html>"),
        said(503),
        said(500),
    ],
)
def test_a_login_that_says_nothing_has_done_nothing(answer: bytes) -> None:
    assert type(told(said(200), creates, login=answer).given) is NotDone


@pytest.mark.parametrize("lasts", [None, "soon", -5, 0, 1e300, True, []])
def test_how_long_a_login_lasts_may_be_anything(lasts: Any) -> None:
    login = said(200, {"IdToken": "t", "ExpiresIn": lasts})
    assert told(said(404, {"m": 1}), asks, login=login).given is None


# Creation


@pytest.mark.parametrize("answer", [said(200, {}), said(201, {"RequestStatus": "En cours"}), said(200, []), said(204)])
def test_a_creation_without_a_number_leaves_a_doubt(answer: bytes) -> None:
    assert type(told(answer, creates).given) is NoAnswer


def test_a_creation_is_read_with_patience() -> None:
    created = told(said(200, {"reimbursementClaimId": 12, "requestStatus": "EN COURS DE CREATION"}), creates).given
    assert (created.claim, created.stage, created.reference, created.pieces) == ("12", Stage.DRAFT, "Q-17", frozenset())


def test_a_refusal_is_told_in_its_words(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        return await client.create(OTHER._replace(repaired_on=OTHER.repaired_on + timedelta(days=30)), log)

    refusal = ecosystem(sandbox.ecosystem, does).given
    assert type(refusal) is TurnedDown
    assert refusal.reasons[0].field == "DATE_REPARATION_INVALIDE"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (MISSING, Problem("", "PIECE_JOINTE_MANQUANTE")),
        (TAKEN, Problem("TYPE_DE_FICHIER_EXISTANT", "Un fichier de ce type existe")),
        ({"error": "400 : DONNEES_INVALIDES"}, Problem("", "DONNEES_INVALIDES")),
        ({"error": {"message": "DONNEES_INVALIDES : la date"}}, Problem("DONNEES_INVALIDES", "la date")),
        ({"error": {"code": 400, "status": "NUMERO_SERIE_DUPLIQUE", "message": "déjà"}},
         Problem("NUMERO_SERIE_DUPLIQUE", "déjà")),
        ({"message": "Invalid request body"}, Problem("", "Invalid request body")),
        ({"error": {"status": "Bad Request"}}, Problem("", "Bad Request")),
        ({"error": {"message": "\"x\" is not one of ['device_picture']"}},
         Problem("", "\"x\" is not one of ['device_picture']")),
    ],
)  # fmt: skip
def test_errors_are_read_in_both_of_their_forms(body: Any, problem: Problem) -> None:
    assert ecosystem_reading.problems(body) == (problem,)
    refusal = told(said(400, body), creates).given
    assert type(refusal) is TurnedDown
    assert refusal.reasons == (problem,)


# Documents


class Bucket:
    """A store that answers what it is told to, in turn."""

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.came: list[Came] = []

    def attach(self, does: Any = attaches, **more: Any) -> Told:
        """Attach a document whose address is in this store."""

        def answer(came: Came) -> bytes | None:
            if came.path == "/login":
                return LOGIN
            if came.path.startswith("/bucket"):
                self.came.append(came)
                return self.answers.pop(0)
            if came.path.endswith("upload-file"):
                return said(200, {"url": f"{server.url}/bucket/tok3n-of-once/a.pdf?X-Amz-Signature=s1gn%2Fature"})
            return more["then"]

        with scripted(answer) as server:
            return ecosystem(server.url, does)


def test_a_document_goes_where_it_is_told_to_without_our_token() -> None:
    bucket = Bucket(said(200))
    given, exchanges = bucket.attach()
    assert given is None
    (came,) = bucket.came
    assert (came.method, came.body, came.headers["Content-Type"]) == ("PUT", INVOICE.content, "application/pdf")
    assert came.target == "/bucket/tok3n-of-once/a.pdf?X-Amz-Signature=s1gn%2Fature"
    assert "Authorization" not in came.headers
    kept = json.dumps(exchanges, default=str)
    assert all(word not in kept for word in ("tok3n", "s1gn"))


@pytest.mark.parametrize("first", [None, said(500), said(403, "<Error><Code>AccessDenied</Code></Error>"), said(503)])
def test_a_content_that_does_not_go_through_is_sent_once_more(first: bytes | None) -> None:
    bucket = Bucket(first, said(200))
    assert bucket.attach().given is None
    assert [came.body for came in bucket.came] == [INVOICE.content] * 2


@pytest.mark.parametrize("last", [None, said(500), said(403, "<Error><Code>AccessDenied</Code></Error>")])
def test_a_content_that_never_goes_through_breaks_the_draft(last: bytes | None) -> None:
    bucket = Bucket(said(500), last)
    failure = bucket.attach().given
    assert type(failure) is Broken
    assert len(bucket.came) == 2
    assert "tok3n" not in failure.message


def test_a_document_that_was_announced_already_breaks_the_draft(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        created = await client.create(OTHER, log)
        await client.attach(created.claim, INVOICE, log)
        await client.attach(created.claim, INVOICE._replace(content=b"%PDF other"), log)

    failure = ecosystem(sandbox.ecosystem, does).given
    assert type(failure) is Broken
    assert failure.reasons[0].field == "TYPE_DE_FICHIER_EXISTANT"


@pytest.mark.parametrize("body", [TAKEN, {"error": {"code": 400, "message": "TYPE_DE_FICHIER_EXISTANT"}}])
def test_one_picture_too_many_breaks_nothing(body: Any) -> None:
    async def pictures(client: Any, log: Any) -> Any:
        await client.attach("abc", NAMEPLATE._replace(piece=Piece.PICTURE), log)

    assert type(told(said(400, body), pictures).given) is TurnedDown
    assert type(told(said(400, body), attaches).given) is Broken


@pytest.mark.parametrize(
    "where", [None, "", 3, "ftp://a.fr/", "http://a.fr/x", "/x", "https://", "https://[::1", "https://a.fr/\n", {}]
)
def test_a_document_goes_nowhere_that_is_not_safe(where: Any) -> None:
    failure, exchanges = told(said(200, {"url": where}), attaches)
    assert type(failure) is NoAnswer
    assert [each.step for each in exchanges] == ["login", "upload-file"]


def test_a_store_that_cuts_once_breaks_nothing_unless_its_addresses_are_of_once(sandbox: Counter) -> None:
    sandbox.fault("put", "reset")
    assert ecosystem(sandbox.ecosystem, files).given[1].stage is Stage.SENT
    sandbox.admin("POST", "reset")
    sandbox.fault("put", "lost")
    assert type(ecosystem(sandbox.ecosystem, files).given) is Broken


# Confirmation


def test_a_claim_without_its_documents_is_not_confirmed(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        created = await client.create(OTHER, log)
        await client.attach(created.claim, CONSENT, log)
        await client.submit(created.claim, log)

    failure = ecosystem(sandbox.ecosystem, does).given
    assert type(failure) is TurnedDown
    assert failure.reasons[0].field == "PIECE_JOINTE_MANQUANTE"


def test_a_draft_whose_document_never_came_cannot_be_confirmed() -> None:
    async def does(client: Any, log: Any) -> Any:
        with pytest.raises(Broken):
            await client.attach("abc", INVOICE, log)
        await client.submit("abc", log)

    assert type(Bucket(said(500), said(500)).attach(does, then=said(400, MISSING)).given) is Broken
    assert type(told(said(400, MISSING), submits).given) is TurnedDown


@pytest.mark.parametrize("answer", [said(200, {"RequestStatus": "Envoyé"}), said(200, {}), said(200, ""), said(204)])
def test_a_confirmation_without_a_service_order_leaves_a_doubt(answer: bytes) -> None:
    assert type(told(answer, submits).given) is NoAnswer


def test_a_confirmation_is_read() -> None:
    answer = {"RequestStatus": "Envoyé, en cours vérification", "SapServiceOrder": 5000000001}
    standing = told(said(200, answer), submits).given
    assert (standing.claim, standing.order, standing.stage) == ("abc", "5000000001", Stage.SENT)


# Follow-up


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("En cours de création", Stage.DRAFT), ("Annulé", Stage.CANCELLED),
        ("Envoyé, en cours de confirmation", Stage.SENT), ("ENVOYE, en cours vérification", Stage.SENT),
        ("Approuvé, en cours rembourst", Stage.APPROVED), ("Remboursement effectué", Stage.REIMBURSED),
        ("Rejeté", Stage.REFUSED), ("rejeté (08 : x)", Stage.REFUSED), ("Tout nouveau", Stage.OTHER), ("", Stage.OTHER),
    ],
)  # fmt: skip
def test_statuses_are_told_by_how_they_begin(word: str, expected: Stage) -> None:
    assert ecosystem_reading.stage(word) is expected


@pytest.mark.parametrize(
    ("status", "reject", "reason"),
    [
        ("Rejeté (08 : Le bonus est absent)", None, "08 : Le bonus est absent"),
        ("Rejeté", "08", "08 : Le bonus est absent de la facture"),
        ("Rejeté", 8, "08 : Le bonus est absent de la facture"),
        ("Rejeté", "14 - PIEC", "14 : PIEC"),
        ("Rejeté", {"Code": "99"}, "99"),
        ("Rejeté", {"Code": "03", "Label": "Pro"}, "03 : Pro"),
        ("Rejeté", ["01", {"Code": 7}], "01 : SIRET ou RCS non présent; 07 : Impossible de lire la facture"),
        ("Rejeté", "Facture illisible", "Facture illisible"),
        ("Rejeté (08 : a)", "", "08 : a"),
        ("Rejeté", None, ""),
        ("Envoyé", "08", ""),
    ],
)
def test_a_reason_is_told_as_a_code_and_its_words(status: str, reject: Any, reason: str) -> None:
    one = {"ReimbursementClaimID": "abc", "RequestStatus": status, "RejectReason": reject}
    assert told(said(200, {"Items": [one], "Count": 1}), asks).given.reason == reason


@pytest.mark.parametrize("parts", [[{"Status": "NEW", "Quantity": 1}], {"NewSparePartsAmount": 1}, None, "x"])
def test_an_old_claim_is_read_whose_customer_was_wiped_out(parts: Any) -> None:
    one = {
        "ReimbursementClaimID": "abc",
        "RequestStatus": "Remboursement effectué",
        "SapServiceOrder": "5",
        "Customer": "Anonymize",
        "SpareParts": parts,
        "AttachedFiles": [{"FileType": "INVOICE"}, {"FileType": "?"}],
    }
    standing = told(said(200, {"Items": one}), asks).given
    assert (standing.stage, standing.order, standing.pieces) == (Stage.REIMBURSED, "5", {Piece.INVOICE})
    assert told(said(200, {**one, "AttachedFiles": None}), asks).given.pieces is None


@pytest.mark.parametrize("answer", [said(404, {"error": {"code": 404}}), said(200, {"Items": [], "Count": 0})])
def test_a_claim_that_is_not_there_is_told(answer: bytes) -> None:
    assert told(answer, asks).given is None


@pytest.mark.parametrize("answer", [said(404, "<html>"), said(404), said(200, {}), said(200, {"Items": [{}]})])
def test_a_wrong_address_is_not_a_claim_that_is_not_there(answer: bytes) -> None:
    assert type(told(answer, asks).given) is NotDone


def test_a_number_of_a_claim_stays_in_its_place() -> None:
    with scripted(lambda came: LOGIN if came.path == "/login" else said(404, {"m": 1})) as server:

        async def does(client: Any, log: Any) -> Any:
            for claim in ("../login", "..", "a b?c#d"):
                await client.standing(claim, log)

        ecosystem(server.url, does)
    assert [came.target for came in server.came[1:]] == [
        f"/reimbursement-claims/{claim}" for claim in ("%2E%2E%2Flogin", "%2E%2E", "a%20b%3Fc%23d")
    ]


def test_a_list_is_read_and_one_that_lacks_claims_is_no_list() -> None:
    claims = [{"ReimbursementClaimID": str(each), "RequestStatus": "Rejeté", "PurchaseOrderByCustomer": f"Q-{each}"}
              for each in range(3)]  # fmt: skip
    listed = told(said(200, {"Items": claims, "Count": 3}), lists).given
    assert [(each.claim, each.reference) for each in listed] == [("0", "Q-0"), ("1", "Q-1"), ("2", "Q-2")]
    assert type(told(said(200, {"Items": claims, "Count": 9}), lists).given) is NotDone


# Deletion


@pytest.mark.parametrize("answer", [said(200, ""), said(204), said(200, {}), said(404, {"error": {"code": 404}})])
def test_a_draft_that_is_gone_is_deleted(answer: bytes) -> None:
    assert told(answer, discards).given is None


@pytest.mark.parametrize(
    ("answer", "failure"),
    [(said(400, {"message": "Envoyé"}), TurnedDown), (said(200, "<html>"), NoAnswer), (said(200, "Bonjour"), NoAnswer),
     (said(404, "<html>"), NotDone)],
)  # fmt: skip
def test_a_draft_that_is_not_deleted_is_told(answer: bytes, failure: type[Exception]) -> None:
    assert type(told(answer, discards).given) is failure


# What failures mean


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("does", [creates, asks, submits, lists, discards, attaches])
def test_who_is_too_busy_has_done_nothing_and_says_when_to_come_back(status: int, does: Any) -> None:
    failure = told(said(status, "busy", Retry_After="90"), does).given
    assert (type(failure), failure.after) == (NotDone, timedelta(seconds=90))


@pytest.mark.parametrize("kind", ["reset", "lost", "half", "500", "html", "gzip"])
def test_what_goes_wrong_on_the_way_leaves_a_doubt_after_a_change(kind: str, sandbox: Counter) -> None:
    for step, does, failure in (("new_claim", creates, NoAnswer), ("list", lists, NotDone), ("login", lists, NotDone)):
        sandbox.fault(step, kind, detail="3" if kind == "gzip" else "")
        assert type(ecosystem(sandbox.ecosystem, does).given) is failure, step
