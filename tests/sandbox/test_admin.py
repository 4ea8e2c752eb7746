"""The door behind the counter: outcomes, paces, verdicts, bank statements, starting afresh."""

import time
from xml.etree import ElementTree as Xml

import pytest

from comptoir.sandbox.state import Stage

CAMT = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.02}"


def paid(counter) -> None:
    """Have two claims of Ecologic and one of ecosystem paid."""
    for invoice, serial in (("FA-1", "A"), ("FA-2", "B")):
        number = counter.complete(invoice, serial)
        counter.submit(number)
        counter.outcome(number, "paid")
    number = counter.ready("FA-3", "C")
    counter.confirm(number)
    counter.outcome(number, "paid")


def test_an_outcome_is_decided(sandbox):
    counter = sandbox(pace=None)
    number = counter.complete()
    assert counter.outcome(number, "paid").status == 409
    counter.submit(number)
    assert [counter.status(number)["LastStatus"] for _ in range(3)] == ["En attente de validation administrateur"] * 3
    counter.outcome(number, "approved")
    assert counter.status(number)["LastStatus"] == "Remboursement accepté"
    assert counter.outcome(number, "paid")[1]["stage"] == "paid"
    assert counter.outcome(number, "refused").status == 409
    assert counter.outcome("none", "paid").status == 404
    assert counter.outcome(number, "lovely").status == 400


def test_a_draft_is_cancelled_as_on_the_portal_and_a_payment_is_not(counter):
    number = counter.create().data["ClaimId"]
    assert counter.outcome(number, "cancelled")[1]["status"] == "Annulé"
    assert counter.outcome(number, "cancelled").status == 409
    paid(counter)
    assert counter.outcome(number + 1, "cancelled").status == 409


def test_an_old_claim_has_lost_its_customer(counter):
    number = counter.ready(SpareParts__NewSparePartsAmount=2)
    assert counter.admin("POST", "/age", {"claim": number}).status == 404
    counter.confirm(number)
    assert counter.detail(number)["SpareParts"] == {"NewSparePartsAmount": 2}
    assert counter.admin("POST", "/age", {"claim": number}).status == 200
    told = counter.detail(number)
    assert set(told["Customer"].values()) == {"Anonymize"}
    assert told["SpareParts"] == [{"Status": "NEUF", "IdentificationNumber": "", "Quantity": 2}]


def test_an_outcome_is_found_by_the_service_order(counter):
    number = counter.ready()
    order = counter.confirm(number)[1]["SapServiceOrder"]
    counter.outcome(order, "refused", reason="Il manque une page")
    told = counter.detail(number)
    assert (told["RequestStatus"], told["RejectReason"]) == ("Rejeté (Il manque une page)", "Il manque une page")


def test_a_pace_in_seconds_moves_claims_by_itself(sandbox):
    counter = sandbox(pace=0.15)
    number = counter.complete()
    counter.submit(number)
    assert counter.status(number)["LastStatus"] == "En attente de validation administrateur"
    time.sleep(0.16)
    assert counter.status(number)["LastStatus"] == "Remboursement accepté"
    time.sleep(0.16)
    assert counter.claims[0]["stage"] == "paid"


def test_one_claim_in_so_many_is_refused(sandbox):
    counter = sandbox(verdict=2)
    for index in range(4):
        counter.confirm(counter.ready(f"FA-{index}", f"S-{index}"))
    counter.listed()
    assert [each["RequestStatus"] for each in counter.listed()] == [
        "Approuvé, en cours rembourst", "Rejeté", "Approuvé, en cours rembourst", "Rejeté",
    ]  # fmt: skip
    assert [each["reason"] for each in counter.claims] == ["", "08", "", "07"]


def test_the_state_tells_the_stages_a_claim_went_through(counter):
    number = counter.create().data["ClaimId"]
    counter.submit(number)
    for kind in ("INVOICE", "CONSUMERVALIDATION", "NAMEPLATE"):
        counter.attach(number, kind)
    counter.submit(number)
    (claim,) = counter.claims
    assert claim["stages"] == [Stage.DRAFT, Stage.INCOMPLETE, Stage.SENT]
    assert (claim["quote"], claim["amount"], claim["submitted"]) == ("D-1", "25.00", True)


def test_a_statement_as_banks_export_it(counter):
    paid(counter)
    answer = counter.admin("GET", "/statement?format=csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = answer[1].decode().split("\r\n")
    assert lines[0] == "Date;Date de valeur;Libellé;Débit;Crédit;Devise"
    assert lines[1:4] == [
        f"01/07/2026;01/07/2026;VIR SEPA {payer} BONUS REPARATION {reference};;25,00;EUR"
        for payer, reference in (("ECOSYSTEM", 5000000001), ("ECOLOGIC FRANCE", 700001), ("ECOLOGIC FRANCE", 700002))
    ]


def test_a_transfer_may_pay_several_claims(counter):
    paid(counter)
    lines = counter.admin("GET", "/statement?grouped=true")[1].decode().split("\r\n")
    assert "VIR SEPA ECOLOGIC FRANCE BONUS REPARATION 700001 700002;;50,00;EUR" in lines[2]
    assert len(lines) == 4


def test_a_statement_in_camt(counter):
    paid(counter)
    tree = Xml.fromstring(counter.admin("GET", "/statement?format=camt")[1])  # noqa: S314 - our own answer
    entries = list(tree.iter(f"{CAMT}Ntry"))
    assert [each.findtext(f"{CAMT}Amt") for each in entries] == ["25.00"] * 3
    assert "5000000001" in str(entries[0].findtext(f".//{CAMT}Ustrd"))
    assert tree.findtext(f".//{CAMT}Bal[2]/{CAMT}Amt") == "75.00"


def test_a_statement_in_ofx(counter):
    paid(counter)
    text = counter.admin("GET", "/statement?format=ofx")[1].decode("cp1252")
    assert text.startswith("OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\n")
    assert text.count("<STMTTRN>") == 3
    assert "<TRNAMT>25.00\r\n<FITID>1-700001\r\n<NAME>ECOLOGIC FRANCE\r\n<MEMO>VIR SEPA ECOLOGIC FRANCE" in text


@pytest.mark.parametrize("kind", ["csv", "camt", "ofx"])
def test_a_statement_of_nothing(counter, kind):
    assert counter.admin("GET", f"/statement?format={kind}").status == 200
    assert counter.admin("GET", "/statement?format=pdf").status == 400


def test_everything_starts_afresh(tmp_path, sandbox):
    counter = sandbox(state=tmp_path / "sandbox.db", faults=["list=503:*"])
    counter.create()
    assert counter.admin("POST", "/reset").status == 204
    assert counter.sys("GET", "/reimbursement-claims").status == 200
    assert counter.claims == []
    assert counter.create().data["ClaimId"] == 700001
    assert counter.state["requests"]["createclaim"] == 1


def test_what_the_admin_api_does_not_know(counter):
    assert counter.admin("GET", "/nothing").status == 404
    assert counter.admin("POST", "/outcome", b"{").status == 400
