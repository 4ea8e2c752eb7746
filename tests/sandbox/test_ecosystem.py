"""ecosystem's side: what two working clients and the published types tell, path by path."""

from hashlib import sha256
from typing import Any

import pytest

from comptoir.sandbox.reference import PASSWORD, USERNAME

CLAIMS = "/reimbursement-claims"
WASHER = {"Product__ProductID": "3111", "Product__BrandID": "BOSCH", "Product__RepairTypeCode": "41"}


def test_a_login_gives_a_token_and_the_repairers(counter):
    answer = counter.login()
    assert answer.status == 200
    assert set(answer[1]) == {"IdToken", "ExpiresIn", "AllowedRepairer", "isIntermediary"}
    assert (answer[1]["ExpiresIn"], answer[1]["AllowedRepairer"]) == (3600, ["2000101"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"username": USERNAME, "password": "no"}, 401),
        ({"Username": USERNAME, "Password": PASSWORD}, 400),
        ({"username": USERNAME}, 400),
        ({"username": USERNAME, "password": 3}, 400),
        (b"{", 400),
    ],
)
def test_a_bad_login_is_refused(counter, body, status):
    assert counter.call("POST", f"{counter.served.ecosystem}/login", body).status == status


@pytest.mark.parametrize("authorization", ["", "Bearer no", "Bearer ", "Basic abc"])
def test_a_request_without_a_good_token_is_refused(counter, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    answer = counter.call("GET", f"{counter.served.ecosystem}/catalog", headers=headers)
    assert (answer.status, answer[1]["error"]["code"]) == (401, 401)


def test_a_token_ends(sandbox):
    counter = sandbox(token_life=0)
    assert counter.sys("GET", "/catalog").status == 401


def test_an_unknown_path_a_wrong_verb_and_an_unknown_claim(counter):
    assert counter.sys("GET", "/nowhere").status == 404
    assert counter.sys("POST", "/catalog").status == 405
    assert counter.sys("PATCH", f"{CLAIMS}/x").headers["Allow"] == "GET, DELETE"
    for verb in ("GET", "DELETE"):
        assert counter.sys(verb, f"{CLAIMS}/x").status == 404
    assert counter.confirm("x").status == 404
    assert counter.announce("x", "invoice").status == 404


def test_the_catalogue_holds_the_blocks_that_are_asked_for(counter):
    bare = counter.sys("GET", "/catalog?limit=200")[1]
    assert (bare["total"], len(bare["results"])) == (43, 43)
    assert set(bare["results"][0]) == {"ProductID", "ProductName", "ProductEligibleFrom", "ProductEligibleUntil"}
    assert len(counter.sys("GET", "/catalog?limit=2")[1]["results"]) == 2
    flags = "brands=true&repair-codes=true&reimbursement-amounts=true&product-sheets=true&threshold=true"
    phone = product(counter, flags, "3016")
    assert phone["Amounts"][-1] == {
        "AmountValidFrom": "2024-01-01",
        "AmountValidUntil": "9999-12-31",
        "Amount": "25",
        "Currency": "EUR",
    }
    assert phone["RepairCode"][0] == {"Code": "01", "Description": "Écran"}
    assert phone["ProductSheet"]["Type"] == "TELEPHONIE"
    assert all(each["isEcosystemBrand"] for each in phone["Brands"])
    everyone = {
        each["BrandID"]: each["isEcosystemBrand"]
        for each in product(counter, f"{flags}&ecologic=true", "3016")["Brands"]
    }
    assert (everyone["SAMSUNG"], everyone["APPLE"], everyone["XIAOMI"], everyone["HONOR"]) == (True, False, False, True)
    laptop = next(
        p for p in counter.sys("GET", "/catalog?threshold=true")[1]["results"] if "portable" in p["ProductName"]
    )
    assert laptop["Threshold"][-1]["MinimumAmount"] == "150"


def product(counter, flags: str, number: str) -> dict[str, Any]:
    return next(p for p in counter.sys("GET", f"/catalog?{flags}")[1]["results"] if p["ProductID"] == number)


def test_the_partners_with_their_places_and_sheets(counter):
    (bare,) = counter.sys("GET", "/partners?subcontractor=false")[1]["Items"]
    assert "RepairPlaces" not in bare
    (whole,) = counter.sys("GET", "/partners?repair-places=true&business-sheets=true")[1]["Items"]
    assert [each["RepairPlaceID"] for each in whole["RepairPlaces"]] == ["2000101", "2000102"]
    assert {"Type", "NumberId", "Description", "Institution", "ValidFrom", "ValidTo"} == set(whole["BusinessSheets"][0])


def test_a_new_claim_is_a_draft(counter):
    answer = counter.new()
    assert answer.status == 200
    assert answer[1]["RequestStatus"] == "En cours de création"
    assert (answer[1]["PurchaseOrderByCustomer"], answer[1]["AttachedFiles"]) == ("FA-1", [])


@pytest.mark.parametrize(
    ("changes", "code", "word"),
    [
        ({"SparePartsDescription": "x"}, "ERREUR_DE_PAYLOAD", "SparePartsDescription"),
        ({"Product__Brand": "x"}, "ERREUR_DE_PAYLOAD", "Brand"),
        ({"SpareParts__PiecSparePartsAmount": 1}, "ERREUR_DE_PAYLOAD", "Piec"),
        ({"SpareParts__NewSparePartsAmount": "1"}, "ERREUR_DE_PAYLOAD", "number"),
        ({"Bill__AmountCovered": {"Amount": 25, "Currency": "EUR"}}, "ERREUR_DE_PAYLOAD", "Amount"),
        ({"Bill__AmountCovered": {"amount": True, "currency": "EUR"}}, "ERREUR_DE_PAYLOAD", "True"),
        ({"Bill": 3}, "ERREUR_DE_PAYLOAD", "object"),
        ({"RepairDate": None}, "ERREUR_DE_PAYLOAD", "'RepairDate' is a required property"),
        ({"Customer__Email": None}, "ERREUR_DE_PAYLOAD", "Email"),
        ({"Customer__Email": ""}, "DONNEES_INVALIDES", "Email"),
        ({"Customer__PhoneNumber": "06 00 00 00 00"}, "DONNEES_INVALIDES", "PhoneNumber"),
        ({"Customer__Country": "250"}, "DONNEES_INVALIDES", "Country"),
        ({"Customer__Title": "Monsieur"}, "ERREUR_DE_PAYLOAD", "not one of"),
        ({"RepairDate": "30/06/2026"}, "ERREUR_DE_PAYLOAD", "date"),
        ({"RepairDate": "20260630"}, "ERREUR_DE_PAYLOAD", "date"),
        ({"RepairDate": "2026-07-02"}, "DATE_REPARATION_INVALIDE", "6 mois"),
        ({"RepairDate": "2025-12-28"}, "DATE_REPARATION_INVALIDE", "6 mois"),
        ({"RepairerId": "2000999"}, "DONNEES_INVALIDES", "RepairerId"),
        ({"RepairPlaceID": "2000999"}, "DONNEES_INVALIDES", "RepairPlaceID"),
        ({"Product__ProductID": "1"}, "DONNEES_INVALIDES", "ProductID"),
        ({"Product__BrandID": "BOSCH"}, "DONNEES_INVALIDES", "BrandID"),
        ({"Product__BrandID": "APPLE"}, "DONNEES_INVALIDES", "Ecologic"),
        ({"Product__BrandID": "0000"}, "MARQUE_INCONNUE_INVALIDE", "PartnerProduct"),
        ({"Product__RepairTypeCode": None}, "ERREUR_DE_PAYLOAD", "anyOf"),
        ({"Product__RepairTypeCode": "41"}, "DONNEES_INVALIDES", "41"),
        ({"Product__ProductIdentificationNumber": " "}, "DONNEES_INVALIDES", "vide"),
        ({"Bill__TotalAmountInclVAT": {"amount": 20, "currency": "EUR"}}, "DONNEES_INVALIDES", "inférieur"),
    ],
)
def test_what_a_claim_is_refused_for(counter, changes, code, word):
    answer = counter.new(**changes)
    assert (answer.status, answer.refusal) == (400, code)
    assert word in answer[1]["error"]["message"]
    assert counter.claims == []


@pytest.mark.parametrize(
    "changes",
    [
        {"RepairPlaceID": "2000000"},
        {"RepairPlaceID": "2000102"},
        {"RepairDate": "2026-07-01"},
        {"RepairDate": "2026-01-05"},
        {"PurchaseOrderByCustomer": None},
        {"Product__RepairTypeCode": None, "Product__IrisCode": "Code IRIS"},
        {"Product__BrandID": "0000", "Product__PartnerProduct": "Fairphone"},
        {"SpareParts__NewSparePartsAmount": 1, "SpareParts__CircularEconomyPartsAmount": 0},
        {"Bill__SparePartsCost": {"amount": 40.5, "currency": "EUR"}},
        WASHER,
    ],
)
def test_what_passes(counter, changes):
    assert counter.new(**changes).status == 200


def test_a_product_out_of_the_sheets_of_the_shop_is_refused(counter):
    sport = counter.new(
        Product__ProductID="3106", Product__BrandID="0000", Product__PartnerProduct="x", Product__RepairTypeCode="85"
    )
    assert "SPORT" in sport[1]["error"]["message"]
    bike = counter.new(Product__ProductID="3142", Product__BrandID="MOUSTACHE", Product__RepairTypeCode="91")
    assert "MOBILITE" in bike[1]["error"]["message"]


def test_a_type_of_file_is_announced_once_even_when_nothing_came(counter):
    number = counter.new()[1]["ReimbursementClaimID"]
    assert counter.announce(number, "invoice").status == 200
    assert counter.announce(number, "invoice").refusal == "TYPE_DE_FICHIER_EXISTANT"
    for _ in range(5):
        assert counter.announce(number, "device_picture").status == 200
    assert counter.announce(number, "device_picture").refusal == "TYPE_DE_FICHIER_EXISTANT"


@pytest.mark.parametrize(
    ("kind", "name", "size", "code"),
    [
        ("facture", "f.pdf", 1, "ERREUR_DE_PAYLOAD"),
        ("serial_tag", "f.pdf", 1, "DONNEES_INVALIDES"),
        ("invoice", "facture", 1, "DONNEES_INVALIDES"),
        ("invoice", ".pdf", 1, "DONNEES_INVALIDES"),
        ("invoice", "f.pdf", 11, "DONNEES_INVALIDES"),
        ("invoice", "f.pdf", 0, "DONNEES_INVALIDES"),
        ("invoice", "f.pdf", "1", "ERREUR_DE_PAYLOAD"),
    ],
)
def test_a_file_that_is_not_well_announced_is_refused(counter, kind, name, size, code):
    number = counter.new()[1]["ReimbursementClaimID"]
    assert counter.announce(number, kind, name, size).refusal == code
    assert counter.announce(number, "invoice", "f.pdf", 0.1).status == 200


def test_the_address_of_a_file_serves_once_and_without_a_token(counter):
    number = counter.new()[1]["ReimbursementClaimID"]
    url = counter.announce(number, "invoice")[1]["url"]
    assert not url.startswith(counter.served.ecosystem)
    assert counter.put(url, Authorization=f"Bearer {counter.bearer}").status == 400
    assert counter.put(url.partition("?")[0]).status == 403
    assert counter.call("GET", url).status == 405
    assert counter.put(url, b"the invoice").status == 200
    assert counter.claims[0]["files"] == [
        {
            "type": "invoice",
            "name": "invoice.jpg",
            "size": 11,
            "sha256": sha256(b"the invoice").hexdigest(),
        }
    ]
    assert counter.put(url).status == 403


def test_a_claim_is_confirmed_with_a_service_order_and_paid_in_the_end(counter):
    number = counter.ready()
    answer = counter.confirm(number)
    assert answer[1] == {"RequestStatus": "Envoyé, en cours vérification", "SapServiceOrder": "5000000001"}
    seen = [each["RequestStatus"] for _ in range(2) for each in counter.listed()]
    assert seen == ["Envoyé, en cours vérification", "Approuvé, en cours rembourst"]
    told = counter.detail("5000000001")
    assert (told["ReimbursementClaimID"], told["RequestStatus"]) == (number, "Remboursement effectué")
    assert (told["Product"]["ProductId"], told["Product"]["BrandId"]) == ("3016", "SAMSUNG")
    assert [each["FileType"] for each in told["AttachedFiles"]] == ["invoice", "serial_tag"]
    assert told["Customer"]["LastName"] == "Martin"


def test_a_document_that_lacks_is_told_when_the_claim_is_confirmed(counter):
    number = counter.new(SpareParts__CircularEconomyPartsAmount=1)[1]["ReimbursementClaimID"]
    lacks = []
    for kind in ("invoice", "serial_tag", "claim_request"):
        answer = counter.confirm(number)
        assert (answer.status, answer.refusal) == (400, "PIECE_JOINTE_MANQUANTE")
        lacks.append(answer[1]["error"]["message"].partition(" : ")[2])
        counter.upload(number, kind)
    assert lacks == ["claim_request, invoice, serial_tag", "claim_request, serial_tag", "claim_request"]
    assert counter.confirm(number).status == 200


def test_a_washing_machine_needs_no_nameplate(counter):
    number = counter.new(**WASHER)[1]["ReimbursementClaimID"]
    counter.upload(number, "invoice")
    assert counter.confirm(number).status == 200


@pytest.mark.parametrize("content", [None, b""])
def test_a_file_whose_bytes_never_came_lacks(counter, content):
    number = counter.ready()
    url = counter.announce(number, "device_picture")[1]["url"]
    if content is not None:
        counter.put(url, content)
    assert counter.confirm(number).refusal == "PIECE_JOINTE_MANQUANTE"


def test_a_device_is_claimed_once_whatever_drafts_were_left_behind(counter):
    left, number = counter.ready(), counter.ready()
    assert counter.confirm(number).status == 200
    assert counter.confirm(left).refusal == "NUMERO_SERIE_DUPLIQUE"
    assert counter.new("FA-2", " 35693803 5643809").refusal == "NUMERO_SERIE_DUPLIQUE"
    counter.outcome(number, "refused", reason="07")
    assert counter.confirm(left).status == 200


def test_an_invoice_sent_twice_is_refused_by_the_checks_that_follow(counter):
    counter.confirm(counter.ready("FA-1", "A"))
    second = counter.ready("FA-1", "B")
    assert counter.confirm(second).status == 200
    assert counter.detail(second)["RequestStatus"] == "Envoyé, en cours vérification"
    told = counter.detail(second)
    assert told["RequestStatus"] == f"Rejeté ({told['RejectReason']})"
    assert told["RejectReason"] == "00 : Contrôles automatisés"


@pytest.mark.parametrize(("amount", "parts", "reason"), [(25, 0, ""), (30, 0, "06"), (30, 1, ""), (25, 1, "06")])
def test_a_bonus_that_is_not_the_catalogues_is_refused_later(counter, amount, parts, reason):
    changes = {
        "Bill__AmountCovered": {"amount": amount, "currency": "EUR"},
        "SpareParts__CircularEconomyPartsAmount": parts,
    }
    number = counter.ready(**changes)
    counter.upload(number, "claim_request")
    counter.confirm(number)
    counter.listed()
    assert counter.claims[0]["reason"] == reason


def test_what_was_sent_is_neither_deleted_nor_changed(counter):
    number = counter.ready()
    counter.confirm(number)
    refused = (
        counter.confirm(number),
        counter.announce(number, "claim_request"),
        counter.sys("DELETE", f"{CLAIMS}/{number}"),
    )
    assert [each.refusal for each in refused] == ["DONNEES_INVALIDES"] * 3
    assert sum(each["submitted"] for each in counter.claims) == 1


def test_a_draft_is_deleted(counter):
    number = counter.new()[1]["ReimbursementClaimID"]
    answer = counter.sys("DELETE", f"{CLAIMS}/{number}")
    assert tuple(answer) == (204, b"")
    assert counter.listed() == []
    assert counter.sys("GET", f"{CLAIMS}/{number}").status == 404
    assert counter.new()[1]["ReimbursementClaimID"] != number
