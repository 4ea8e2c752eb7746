"""Ecologic's side: what the guide and the working clients tell, method by method."""

from datetime import UTC, datetime

import pytest

from comptoir.core.clock import Clock
from comptoir.sandbox.reference import API_KEY, reference

MISSING = "Des pièces jointes sont requises : Facture, Validation consommateur, Plaque signalétique"
WASHER = {
    "Product__ProductId": "EEE.M4.033",
    "Product__BrandId": "305",
    "Product__IRISSection": "POM",
    "Product__IRISSymptom": "W1",
    "Quote__SupportAmount": {"Amount": 50},
}


@pytest.mark.parametrize("headers", [{}, {"api_key": "no"}, {"Authorization": f"Bearer {API_KEY}"}])
def test_a_key_that_is_missing_or_unknown_is_refused(counter, headers):
    answer = counter.call("GET", f"{counter.served.ecologic}/api/v1/ecosupport/printbrandlist", headers=headers)
    assert answer.status == 401
    assert "Message" in answer[1]


def test_methods_and_names_are_found_whatever_their_capitals(counter):
    url = f"{counter.served.ecologic}/api/v1/ecosupport/PrintBrandList"
    assert counter.call("GET", url, headers={"API_KEY": API_KEY.upper()}).status == 200
    number = counter.create().data["ClaimId"]
    assert counter.eco("GetClaimStatus", claimid=number).data["ClaimId"] == number
    assert counter.eco("GETCLAIMSTATUS", CLAIMID=number).status == 200


def test_an_unknown_method_a_wrong_verb_and_an_unknown_claim(counter):
    assert counter.eco("deleteclaim").status == 404
    assert counter.eco("createclaim", method="GET").status == 405
    assert counter.eco("getclaimstatus", method="POST").headers["Allow"] == "GET"
    for name in ("getclaimstatus", "submitclaim"):
        assert (answer := counter.eco(name, ClaimId=1)).status == 404
        assert "Message" in answer[1]
    assert counter.attach(1, "INVOICE").status == 404


def test_the_referentials(counter):
    brands = counter.eco("printbrandlist").data
    assert {"BrandName": "Apple", "BrandId": "243"} in brands
    assert "Samsung" not in {each["BrandName"] for each in brands}
    products = counter.eco("printproducttypewithlabellist").data
    assert len(products) == 43
    phone = next(each for each in products if each["ProductId"] == "EEE.M6.060")
    assert phone["EligibilityStartDate"] == "2022-01-01T00:00:00"
    assert phone["EligibilityEndDate"] == "9999-12-31T00:00:00"
    assert {each["Code"] for each in phone["RepairCodes"]} == {"CAS", "EHS", "BAI", "ELO", "CON", "MEC"}
    assert {each["Code"] for each in phone["IRISSymtoms"]} == {"E7", "B4", "C5", "C4", "D7", "F4", "G4"}
    assert all(each["Label"] for each in phone["RepairCodes"])
    plain = next(each for each in counter.eco("printproducttypelist").data if each["ProductId"] == "EEE.M6.060")
    assert plain["RepairCodes"] == [each["Code"] for each in phone["RepairCodes"]]
    assert set(counter.eco("getrepairsitesbyats").data[0]) == {"SiteId", "Name", "CommercialName", "Zip", "City"}
    assert counter.eco("getecoorganization", brandId="243", productId="EEE.M6.060").data == {"EcoOrganizationId": 44}


def test_the_codes_of_2023_are_in_no_list():
    old = {"XXX", "PSP", "G02", "G12", "DAE", "EXC"}
    for product in reference().products:
        assert not old & set(product.family.repairs), product.name
        assert not any(code.startswith("XX") for code in product.family.symptoms)


@pytest.mark.parametrize(
    ("changes", "amount"),
    [
        ({}, 25.0),
        ({"repairCode": "CAS"}, 25.0),
        ({"iRISSymptom": "E7"}, 25.0),
        ({"repairDate": "2023-06-01"}, 25.0),
        ({"productId": "EEE.M2.061", "brandId": "302"}, 60.0),
        ({"productId": "EEE.M2.061", "brandId": "302", "repairDate": "2023-06-01"}, 30.0),
        ({"totalAmountInclVAT": 25}, 25.0),
        ({"productId": "EEE.M2.044", "totalAmountInclVAT": 150}, 50.0),
    ],
)
def test_the_amount_of_the_bonus(counter, changes, amount):
    query = {
        "totalAmountInclVAT": 1000,
        "totalAmountInclVATCurrency": "EUR",
        "brandId": "243",
        "productId": "EEE.M6.060",
    }
    assert counter.eco("calculateecosupport", **{**query, **changes}).data == [{"SupportAmount": amount}]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"totalAmountInclVAT": 24.99}, "inférieur au montant"),
        ({"productId": "EEE.M2.044", "totalAmountInclVAT": 149}, "seuil"),
        ({"brandId": "0"}, "marque"),
        ({"brandId": "211"}, "marque"),
        ({"productId": "X"}, "produit"),
        ({"repairCode": "XXX"}, "code panne non valide"),
        ({"iRISSymptom": "W1"}, "code IRIS"),
        ({"repairDate": "2021-12-31"}, "éligibilité"),
        ({"totalAmountInclVAT": "NaN"}, "obligatoire"),
        ({"totalAmountInclVAT": ""}, "obligatoire"),
        ({"totalAmountInclVATCurrency": "USD"}, "obligatoire"),
    ],
)
def test_no_bonus_is_a_bad_request_that_says_why(counter, changes, word):
    query = {
        "totalAmountInclVAT": 1000,
        "totalAmountInclVATCurrency": "EUR",
        "brandId": "243",
        "productId": "EEE.M6.060",
    }
    answer = counter.eco("calculateecosupport", **{**query, **changes})
    assert (answer.status, answer[1]["IsValid"]) == (400, False)
    assert word in answer.refusal


def test_a_claim_without_its_files_is_saved_and_incomplete(counter):
    answer = counter.create()
    assert (answer.status, answer[1]["IsValid"], answer[1]["ResponseStatus"]) == (206, True, "S")
    assert answer.data == {
        "ClaimId": 700001,
        "IsValid": False,
        "ValidationErrors": [{"Field": "Pièces jointes", "ErrorMessage": MISSING, "MessageType": "E"}],
    }
    assert counter.status(700001)["LastStatus"] == "A finaliser"


def test_the_nameplate_is_for_telephony_and_computing_alone(counter):
    answer = counter.create(**WASHER)
    assert answer.data["ValidationErrors"][0]["ErrorMessage"].endswith("Facture, Validation consommateur")


@pytest.mark.parametrize("day", ["2026-06-30", "2026-06-30T14:05:00", "2026-06-30T14:05:00.000+02:00"])
def test_a_day_is_taken_as_the_clients_write_it(counter, day):
    assert counter.create(RepairEndDate=day).fields == ["Pièces jointes"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"RepairEndDate": "2026-07-02"}, "Date de réparation"),
        ({"RepairEndDate": "2021-12-31"}, "Date de réparation"),
        ({"RepairEndDate": "hier"}, "Date de réparation"),
        ({"RepairSiteId": "elsewhere"}, "Site de réparation"),
        ({"ConsumerInvoiceNumber": ""}, "Numéro de facture"),
        ({"Product__SerialNumber": ""}, "Numéro de série"),
        ({"Product__ProductId": "EEE.M9.999"}, "Produit"),
        ({"Product__BrandId": "9999"}, "Marque"),
        ({"Product__BrandId": "211"}, "Marque"),
        ({"Product__IRISSection": "POM"}, "Panne ou code IRIS"),
        ({"Product__IRISSection": "XXX"}, "Panne ou code IRIS"),
        ({"Product__IRISSymptom": "XX1"}, "Panne ou code IRIS"),
        ({"Product__IRISSection": "", "Product__IRISSymptom": ""}, "Panne ou code IRIS"),
        ({"Consumer__City": "Brest"}, "Ville"),
        ({"Consumer__Zip": "3500"}, "Code postal"),
        ({"Consumer__Phone": ""}, "Téléphone"),
        ({"Consumer__Email": "n"}, "Email"),
        ({"Consumer__LastName": ""}, "Nom"),
        ({"Quote__SupportAmount": {"Amount": 40}}, "Montant du soutien"),
        ({"Quote__TotalAmountInclVAT": {}}, "Montant total TTC"),
        ({"Quote__TotalAmountInclVAT": {"Amount": 20}}, "Montant total TTC"),
    ],
)
def test_each_error_is_told_with_the_claim_that_is_saved(counter, changes, field):
    answer = counter.create(**changes)
    assert answer.status == 206
    assert field in answer.fields
    assert answer.data["ClaimId"] == 700001
    assert counter.submit(700001).data["IsValid"] is False


def test_towns_are_spelled_as_the_post_spells_them(counter):
    assert "Ville" not in counter.create("A", "1", Consumer__Zip="93200", Consumer__City="St Denis").fields
    assert "Ville" in counter.create("B", "2", Consumer__Zip="93200", Consumer__City="Saint-Denis").fields
    assert "Ville" in counter.create("C", "3", Consumer__Zip="75011", Consumer__City="Paris 11e").fields
    assert "Ville" not in counter.create("D", "4", Consumer__Zip="29200", Consumer__City="N'importe où").fields


@pytest.mark.parametrize(
    ("invoice", "serial", "fields"),
    [
        ("FA-1", "B", ["Numéro de facture"]),
        ("fa - 1", "B", ["Numéro de facture"]),
        ("FA-2", " 35 6938", ["Numéro de série"]),
        ("FA-1", "356938", ["Numéro de facture", "Numéro de série"]),
    ],
)
def test_a_number_that_a_claim_holds_makes_no_second_claim(counter, invoice, serial, fields):
    counter.create("FA-1", "356938")
    answer = counter.create(invoice, serial)
    assert (answer.status, answer[1]["IsValid"], answer.data["IsValid"]) == (206, True, False)
    assert "ClaimId" not in answer.data
    assert answer.fields == fields
    assert len(counter.claims) == 1


@pytest.mark.parametrize("outcome", ["refused", "cancelled"])
def test_a_claim_that_ended_badly_frees_its_numbers(counter, outcome):
    number = counter.complete()
    counter.submit(number)
    assert "ClaimId" not in counter.create().data
    counter.outcome(number, outcome)
    assert counter.create().data["ClaimId"] == number + 1


def test_an_almost_empty_claim_is_completed_by_updates(counter):
    number = counter.eco("createclaim", {"Product": {"ProductId": "EEE.M6.060"}, "Consumer": {}}).data["ClaimId"]
    good = counter.create("X", "Y")
    assert good.data["ClaimId"] == number + 1
    query = {"ClaimId": number, "RepairEndDate": "2026-06-30", "ConsumerInvoiceNumber": "FA-9"}
    body = counter.claims[1]["asked"]["body"]
    body["Product"]["SerialNumber"] = "Z"
    answer = counter.eco("updateclaim", body, RepairSiteId=counter.claims[1]["asked"]["query"]["repairsiteid"], **query)
    assert (answer.status, answer.data["ClaimId"], answer.fields) == (206, number, ["Pièces jointes"])
    assert counter.claims[0]["reference"] == "FA-9"


def test_an_update_never_takes_the_number_of_another_claim(counter):
    counter.create("FA-1", "A")
    number = counter.create("FA-2", "B").data["ClaimId"]
    answer = counter.eco("updateclaim", {}, ClaimId=number, ConsumerInvoiceNumber="FA-1")
    assert (answer.status, answer.fields, answer.data["ClaimId"]) == (206, ["Numéro de facture"], number)
    assert [each["reference"] for each in counter.claims] == ["FA-1", "FA-2"]


def test_an_update_may_submit(counter):
    number = counter.create().data["ClaimId"]
    assert counter.eco("updateclaim", {}, ClaimId=number, submit="true").data["LastStatus"] == "Dossier incomplet"
    for kind in ("INVOICE", "CONSUMERVALIDATION", "NAMEPLATE"):
        counter.attach(number, kind)
    answer = counter.eco("updateclaim", {}, ClaimId=number, submit="true")
    assert answer.data == {"ClaimId": number, "IsValid": True, "LastStatus": "En attente de validation administrateur"}


@pytest.mark.parametrize(
    "changes",
    [{"DocumentType": "PHOTO"}, {"FileExtension": "exe"}, {"FileName": ""}],
)
def test_a_file_that_is_not_well_announced_is_refused(counter, changes):
    number = counter.create().data["ClaimId"]
    answer = counter.attach(number, "INVOICE", **changes)
    assert (answer.status, answer[1]["IsValid"]) == (400, False)
    assert counter.claims[0]["files"] == []


@pytest.mark.parametrize("content", ["data:application/pdf;base64,AAAA", "AA:AA", "AAA", "é", "", 3, None])
def test_content_that_is_not_plain_base64_is_refused(counter, content):
    number = counter.create().data["ClaimId"]
    query = {"ClaimId": number, "FileName": "f", "FileExtension": "pdf", "DocumentType": "INVOICE"}
    assert counter.eco("attachfile", {"FileContent": content}, **query).status == 400


def test_a_file_is_received_whole(counter):
    number = counter.create().data["ClaimId"]
    answer = counter.attach(number, "Invoice", bytes(range(256)))
    assert "Code 200" in answer[1]["ResponseMessage"]
    assert counter.claims[0]["files"] == [
        {
            "type": "INVOICE",
            "name": "Invoice.pdf",
            "size": 256,
            "sha256": "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880",
        }
    ]


def test_submitting_an_incomplete_claim_tells_its_errors_through_the_status_alone(counter):
    number = counter.create().data["ClaimId"]
    answer = counter.submit(number)
    assert answer.data == {"ClaimId": number, "IsValid": False, "LastStatus": "Dossier incomplet"}
    told = counter.status(number)
    assert (told["LastStatus"], told["IsValid"]) == ("Dossier incomplet", False)
    assert told["ValidationErrors"][0]["ErrorMessage"] == MISSING


def test_a_claim_walks_to_its_payment_a_step_at_each_status(counter):
    number = counter.complete()
    assert counter.status(number)["IsValid"] is True
    assert counter.submit(number).data["LastStatus"] == "En attente de validation administrateur"
    seen = [counter.status(number)["LastStatus"] for _ in range(4)]
    assert seen == ["En attente de validation administrateur", "Remboursement accepté", "Clôturée", "Clôturée"]
    assert counter.claims[0]["paid_on"] == "2026-07-01"


def test_a_claim_that_was_sent_changes_no_more(counter):
    number = counter.complete()
    counter.submit(number)
    for answer in (
        counter.submit(number),
        counter.attach(number, "INVOICE"),
        counter.eco("updateclaim", {}, ClaimId=number),
    ):
        assert answer.status == 400
        assert "plus modifiable" in answer.refusal
    assert len(counter.claims[0]["files"]) == 3


def test_the_twin_lists_and_shows(counter):
    number = counter.complete()
    counter.submit(number)
    seen = [
        [(each["ClaimCodeClient"], each["ClaimId"], each["LastStatus"]) for each in counter.twin().data]
        for _ in range(2)
    ]
    assert seen == [[("D-1", number, "WAITING")], [("D-1", number, "ACCEPTED")]]
    shown = counter.eco("ecogetwarrantyclaim", version="v2", warrantyClaimId=number, language="Français").data[
        "WarrantyClaim"
    ]
    assert (shown["ContractNb"], shown["ClaimCodeClient"], shown["ModelSerial"]) == ("FA-1", "D-1", "356938035643809")
    assert [each["FileTypeCode"] for each in shown["AttachedFiles"]] == ["INVOICE", "CONSUMERVALIDATION", "NAMEPLATE"]
    assert counter.status(number, "v2")["LastStatus"] == "CLOSEDACCEPTED"


def test_a_refusal_is_told_in_the_comment(counter):
    number = counter.complete()
    counter.submit(number)
    counter.outcome(number, "refused", reason="07")
    told = counter.status(number)
    assert (told["LastStatus"], told["Comment"]) == ("Refusé", "Impossible de lire la facture")


@pytest.mark.parametrize("body", [b"{", b"[]", b"3", b'{"a": NaN}', b"\xff"])
def test_a_body_that_is_no_object_is_refused(counter, body):
    assert counter.eco("createclaim", body).status == 400
    assert counter.claims == []


def test_the_bonus_of_a_laptop_follows_the_day_of_the_repair(sandbox):
    then = sandbox(clock=Clock(datetime(2023, 10, 1, tzinfo=UTC)))
    query = {
        "totalAmountInclVAT": 1000,
        "totalAmountInclVATCurrency": "EUR",
        "brandId": "243",
        "productId": "EEE.M2.044",
    }
    assert then.eco("calculateecosupport", **query).data == [{"SupportAmount": 45.0}]
