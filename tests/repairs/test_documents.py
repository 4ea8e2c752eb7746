"""The papers and letters of a repair: they say all that the label asks, to the cent, whatever they are given."""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.core.money import french, parse
from comptoir.core.text import REPLACEMENT
from comptoir.desk.letters import written
from comptoir.desk.paper import Boxes, Facts, Paper, Table, Total, from_content, to_content
from comptoir.desk.pdf import drawn
from comptoir.desk.settings import Setting
from comptoir.fiches.rules import Moment, Point
from comptoir.repairs import billing, documents
from comptoir.repairs.amounts import RATES, nets, sums
from comptoir.repairs.billed import BillRow
from comptoir.repairs.billing import Item
from comptoir.repairs.deeds import HistoryRow
from comptoir.repairs.documents import Shop
from comptoir.repairs.queries import CaseDetail, CheckRow
from comptoir.repairs.rules import is_repair
from comptoir.repairs.statuses import LineKind

NOW = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)  # 10:05 in Paris
SHOP = Shop(
    name="Comptoir Seconde Vie",
    email="contact@exemple.fr",
    address=("12 rue des Ormes", "77090 Collégien"),
    siret="00011122900001",
    vat_number="FR12000111229",
)
CASE = CaseDetail(
    number="00000017",
    opened_at=NOW - timedelta(days=6),
    status="repaired",
    place="workshop",
    title="Mme",
    last_name="Lefèvre",
    first_name="Zoé",
    email="zoe.lefevre@exemple.fr",
    phone="+33612345678",
    line="8 allée du Château",
    complement="Bât. B",
    postcode="77600",
    town="Bussy-Saint-Georges",
    country="France",
    product="washing_machine",
    product_label="Lave-linge",
    fiche=1,
    brand="Bosch",
    model="WAN28208FF",
    serial="FD9801200123",
    bought_on="2021-03-14",
    warranty="none",
    bonus=1,
    service="Remise en état",
    fault="Ne vidange plus",
    condition="Rayure sur le capot, tuyau fourni",
    deposit=Decimal("20.00"),
    deposit_means="card",
    deposit_receipt="T-004512",
    consents=["data", "circular-parts"],
    distance=None,
    far_why="",
    technician_id=1,
    technician="Paul Martin",
    comeback_of="",
    organism="ecologic",
    symptom="E7",
    repair_code="CAS",
    appointment=None,
    operator="test",
    moved_at=NOW,
    repaired_at=NOW - timedelta(hours=2),
    closed_at=None,
    consumer_id=1,
)
POMPE = ("part", "Pompe de vidange", "BSH-145212", "circular", 1, "34.90", 200)
LINES = [
    ("labour", "Remplacement de la pompe", "", "", 1, "79.00", 200),
    POMPE,
    ("part", "Joint de hublot", "BSH-772658", "new", 1, "28.50", 200),
    ("travel", "Livraison", "", "", 1, "15.00", 100),
]
POINTS = (
    Point("cord", "Examiner le cordon", Moment.BEFORE, required=True, safety=True),
    Point("site", "Examiner l'arrivée d'eau", Moment.BEFORE, required=False),
    Point("earth", "Mesurer la terre", Moment.AFTER, required=True, safety=True),
    Point("insulation", "Mesurer l'isolement", Moment.AFTER, required=True, safety=True),
)
BLANKS = str.maketrans("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\n", "   ")
GSM = frozenset("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿")
GSM_LETTERS = GSM | frozenset("abcdefghijklmnopqrstuvwxyzäöñüà")  # 3GPP TS 23.038, 6.2.1: one septet each
OWN = Setting("letters", "", "default")


def bill(kind: str, lines: list[tuple[Any, ...]] = LINES, bonus: str = "50.00", deposit: str = "20.00", **other: Any):
    """Make a bill as it is issued: its lines kept with their net, its amounts from them."""
    items = [Item(*line[:5], Decimal(line[5]), line[6], Decimal(0)) for line in lines]
    summed = sums(items)
    kept = [
        {**item._asdict(), "price": str(item.price), "net": str(net)}
        for item, net in zip(items, nets(items), strict=True)
    ]
    made: dict[str, Any] = {
        "number": {"quote": "D", "invoice": "F", "credit_note": "A"}[kind] + "2026-00008",
        "kind": kind,
        "case_number": CASE.number,
        "issued_at": NOW,
        "total": summed.total,
        "vat": summed.vat,
        "bonus": Decimal(bonus),
        "circular": 0,
        "deposit": Decimal(deposit),
        "due": summed.total - Decimal(bonus) - Decimal(deposit),
        "answer": "",
        "answered_at": None,
        "paid_at": None,
        "means": "",
        "receipt": "",
        "cancels": "",
        "why": "",
        "lines": kept,
    }
    return BillRow(**made | other)


def check(point: Point, result: str, note: str = "") -> CheckRow:
    """Make what was found at a point."""
    return CheckRow(
        str(point.moment), point.key, point.label, int(point.required), int(point.safety), result, note, NOW, "Paul"
    )


def clauses(name: str, letters: Setting = OWN, shop: Shop = SHOP) -> str:
    """Write the shop's clauses as a command does."""
    return "\n\n".join(written(name, documents.TEMPLATES, letters, documents.clause_values(shop)))


def letter(name: str, case: CaseDetail = CASE, owed: BillRow | None = None, code: str = "") -> tuple[str, str]:
    """Write a letter as a command does."""
    return written(name, documents.TEMPLATES, OWN, documents.letter_values(case, owed, SHOP, code))


def every_paper(case: CaseDetail = CASE, quoted: BillRow | None = None, said: str = "") -> dict[str, Paper]:
    """Build each kind of paper once."""
    quoted = quoted or bill("quote")
    invoiced = quoted._replace(kind="invoice", number="F2026-00008")
    paid = invoiced._replace(paid_at=NOW, means="cash", receipt="T-004603")
    checks = [check(point, "ok", said) for point in POINTS[:3]]
    passed = [HistoryRow(NOW, "Paul", "despite", {"points": "insulation, cord", "why": said or "étalonnage"})]
    own = said or clauses("repair-slip")
    return {
        "slip": documents.slip(case, Decimal("50.00"), own, SHOP, NOW),
        "report": documents.report(case, checks, passed, SHOP, NOW, POINTS),
        "risks": documents.risks(case, quoted, said or "Choc électrique.", SHOP, NOW),
        "declaration": documents.declaration(case, invoiced, SHOP, NOW),
        "quote": billing.quote(case, quoted, SHOP, NOW, own),
        "invoice": billing.invoice(case, invoiced, SHOP, NOW, own, quoted.number),
        "paid": billing.paid(case, paid, SHOP, NOW, own, quoted.number),
        "credit": billing.credit_note(case, invoiced._replace(number="A2026-00001", why=said), paid, SHOP, NOW, own),
    }


def pages(paper: Paper) -> list[str]:
    """Read the words of each page that is drawn."""
    return [
        " ".join(page.extract_text().translate(BLANKS).split()) for page in pypdf.PdfReader(BytesIO(drawn(paper))).pages
    ]


def told(paper: Paper) -> str:
    """Read the words of a paper as drawn."""
    return " ".join(pages(paper))


def squeezed(text: str) -> str:
    """Give a text without blanks: a cell breaks its words where it must."""
    return re.sub(r"\s", "", text.translate(BLANKS))


def holds(paper: Paper, *texts: str) -> None:
    """Check that a paper, as drawn, holds texts."""
    words = squeezed(told(paper))
    assert [text for text in texts if squeezed(text) not in words] == []


def lacks(paper: Paper, *texts: str) -> None:
    """Check that a paper, as drawn, holds none of some texts."""
    words = squeezed(told(paper))
    assert [text for text in texts if squeezed(text) in words] == []


def of_kind(paper: Paper, kind: type) -> list[Any]:
    """Give the blocks of a kind."""
    return [block for block in paper.blocks if isinstance(block, kind)]


def facts(paper: Paper) -> dict[str, str]:
    """Give every fact of a paper by its label."""
    return {label: value for block in of_kind(paper, Facts) for label, value in block.rows}


def amount(text: str) -> Decimal:
    """Read an amount back from paper."""
    return parse(text)


def test_a_slip_says_all_that_the_label_asks() -> None:
    paper = documents.slip(CASE, Decimal("50.00"), clauses("repair-slip"), SHOP, NOW)
    holds(paper, "Bon de prise en charge", "Comptoir Seconde Vie", "12 rue des Ormes", "77090 Collégien")
    holds(paper, "SIRET 000 111 229 00001", "contact@exemple.fr", "Mme Zoé Lefèvre", "8 allée du Château", "Bât. B")
    holds(paper, "77600 Bussy-Saint-Georges", "06 12 34 56 78", "zoe.lefevre@exemple.fr", "16/11/2026 à 10:05")
    assert facts(paper) == {
        "Appareil": "Lave-linge, Bosch WAN28208FF",
        "N° de série ou IMEI": "FD9801200123",
        "Garantie déclarée": "Hors garantie, acheté le 14/03/2021",
        "État et accessoires": "Rayure sur le capot, tuyau fourni",
        "Prestation demandée": "Remise en état",
        "Panne déclarée": "Ne vidange plus",
        "Lieu de la réparation": "En atelier",
        "Bonus Réparation QualiRépar": f"{french(Decimal(50))}, à déduire de la facture sous réserve d'éligibilité",
        "Acompte": f"{french(Decimal(20))}, réglé par carte bancaire, ticket de caisse n° T-004512",
        "Garantie de la réparation": "3 mois à compter de sa date",
    }
    holds(paper, "RGPD", "Conditions de la prise en charge", "150 € TTC ou plus", "Signature du client")
    assert len(pages(paper)) == 1


def test_the_number_of_a_slip_is_read_by_any_scanner() -> None:
    assert is_repair(CASE.number)
    with pypdfium2.PdfDocument(drawn(every_paper()["slip"])) as document:
        (read,) = zxingcpp.read_barcodes(document[0].render(scale=200 / 72).to_pil())
    assert (read.format.name, read.text) == ("Code128", CASE.number)


@pytest.mark.parametrize("given_", [[], ["data"], ["used-parts"], ["data", "used-parts", "circular-parts"]])
def test_a_box_is_ticked_for_each_consent_and_for_no_other(given_: list[str]) -> None:
    paper = documents.slip(CASE._replace(consents=given_), None, "", SHOP, NOW)
    (boxes,) = of_kind(paper, Boxes)
    assert [ticked for ticked, _text in boxes.items] == [
        each in given_ for each in ("data", "used-parts", "circular-parts")
    ]
    assert ["RGPD" in text for _ticked, text in boxes.items] == [True, False, False]
    assert re.findall(r"\bX\b", told(paper)) == ["X"] * len(given_)


def test_what_nobody_knows_is_left_out_of_a_slip() -> None:
    bare = CASE._replace(
        **dict.fromkeys(("title", "first_name", "complement", "phone", "bought_on", "deposit_means"), ""),
        deposit=Decimal("0.00"),
        bonus=0,
    )
    shown = facts(documents.slip(bare, None, "", Shop("Boutique", ""), NOW))
    assert (shown["Acompte"], shown["Bonus Réparation QualiRépar"]) == ("Aucun", "Non demandé")
    assert shown["Garantie déclarée"] == "Hors garantie"
    paper = documents.slip(bare, None, "", Shop("Boutique", ""), NOW)
    lacks(paper, "SIRET", "TVA", "Pour toute question", "None", "Conditions")
    unknown = facts(documents.slip(CASE, None, "", SHOP, NOW))["Bonus Réparation QualiRépar"]
    assert unknown.startswith("Montant donné par l'éco-organisme")


def test_a_slip_says_where_and_why_so_far_and_of_which_repair_it_comes_back() -> None:
    far = CASE._replace(
        place="on-site",
        distance=130,
        far_why="Seul labellisé",
        comeback_of="00000024",
        country="Monaco",
        appointment=NOW,
    )
    paper = documents.slip(far, None, "", SHOP, NOW)
    shown = facts(paper)
    assert shown["Lieu de la réparation"] == "Sur site, à 130 km"
    assert shown["Au-delà de 100 km"] == "Seul labellisé"
    assert shown["Rendez-vous"] == "22/11/2026 à 10:05"
    holds(paper, "Monaco", "dossier 00000024", "réparée sous garantie")
    lacks(every_paper()["slip"], "Au-delà", "Rendez-vous", "sous garantie :", "revient")
    dropped = documents.slip(CASE._replace(place="drop-off"), None, "", SHOP, NOW)
    assert facts(dropped)["Lieu de la réparation"] == "Appareil remis à un point de dépôt"


def test_the_shop_writes_its_own_clauses(tmp_path: Path) -> None:
    (tmp_path / "repair-slip.txt").write_text("Chez {{ shop }}\n\nPremier.\n\nSecond, {{ email }}.\n", "utf-8")
    own = clauses("repair-slip", Setting("letters", str(tmp_path), "default"))
    paper = documents.slip(CASE, None, own, SHOP, NOW)
    holds(paper, "Chez Comptoir Seconde Vie", "Premier.", "Second, contact@exemple.fr.")
    lacks(paper, "Conditions de la prise en charge")
    for name in ("repair-slip", "repair-quote", "repair-invoice"):
        assert "{" not in clauses(name, shop=Shop("Boutique", ""))
        assert "None" not in clauses(name, shop=Shop("Boutique", ""))


def test_a_report_has_every_point_who_checked_it_and_what_was_passed_over() -> None:
    cord, site, earth, insulation = POINTS
    gone = check(cord, "na")._replace(point="gone", label="Point retiré")
    checks = [check(cord, "ok", "gaine\ncoupée"), check(earth, "bad", "12 Ω"), gone]
    passed = [HistoryRow(NOW, "Léa", "despite", {"points": "insulation, unheard_of", "why": "appareil en étalonnage"})]
    paper = documents.report(CASE, checks, passed, SHOP, NOW, POINTS)
    before, after, over = of_kind(paper, Table)
    who = "22/11/2026 10:05\nPaul"
    assert before.rows == (
        (cord.label, "Obligatoire, sécurité", "Conforme", who, "gaine coupée"),
        (site.label, "Facultatif", "Non contrôlé", "", ""),
        ("Point retiré", "Obligatoire, sécurité", "Sans objet", who, ""),
    )
    assert after.rows == (
        (earth.label, "Obligatoire, sécurité", "DÉFAUT", who, "12 ohm"),
        (insulation.label, "Obligatoire, sécurité", "Non contrôlé", "", ""),
    )
    assert over.rows == ((f"{insulation.label} ; unheard_of", "appareil en étalonnage", "22/11/2026 10:05\nLéa"),)
    holds(
        paper, "N° 1 : GEM - Sans fluides", "Paul Martin", "FD9801200123", "Contrôles d'entrée", "Contrôles de sortie"
    )
    assert REPLACEMENT not in told(paper)
    quiet = documents.report(CASE, [], [], SHOP, NOW)
    holds(quiet, "Aucun point de contrôle.", "Points passés outre Aucun.")


def test_a_quote_is_detailed_and_says_until_when_it_holds() -> None:
    paper = billing.quote(CASE, bill("quote", circular=1), SHOP, NOW, clauses("repair-quote"))
    assert paper.title == "Devis D2026-00008 du 22/11/2026"
    assert facts(paper)["Valable jusqu'au"] == "22/01/2027 (2 mois)"
    assert facts(paper)["Lieu de la réparation"] == "En atelier"
    lines, taxes, left = of_kind(paper, Table)
    assert [row[0] for row in lines.rows] == [
        "Remplacement de la pompe\nMain-d'œuvre",
        "Pompe de vidange\nPièce PIEC (économie circulaire), réf. BSH-145212",
        "Joint de hublot\nPièce neuve, réf. BSH-772658",
        "Livraison\nDéplacement",
    ]
    assert [squeezed(cell) for cell in lines.rows[0][1:]] == ["1", "79,00€", "20%", "65,84€", "79,00€"]
    assert [[squeezed(cell) for cell in row] for row in taxes.rows] == [
        ["20%", "118,67€", "23,73€", "142,40€"],
        ["10%", "13,64€", "1,36€", "15,00€"],
        ["Total", "132,31€", "25,09€", "157,40€"],
    ]
    assert [squeezed(row[1]) for row in left.rows] == ["-50,00€", "-20,00€"]
    assert "Bonus Réparation QualiRépar" in left.rows[0][0]
    assert "sous réserve d'éligibilité" in left.rows[0][0]
    holds(paper, "Net après bonus 87,40 €", "gratuit", "SIRET 000 111 229 00001", "TVA FR12000111229")
    holds(paper, "Devis reçu avant l'exécution des travaux", "Signature du client", "J'accepte le devis D2026-00008")
    assert [ticked for ticked, _text in of_kind(paper, Boxes)[0].items] == [False, False]
    signed = pages(paper)[-1]
    assert "D2026-00008" in signed
    assert "157,40 €" in signed


def test_a_refused_quote_tells_the_risks() -> None:
    paper = documents.risks(CASE, bill("quote"), "Ne le rebranchez pas.\n\nRisque d'incendie.", SHOP, NOW)
    holds(paper, "D2026-00008 du 22/11/2026", "157,40 € TTC", "Ne le rebranchez pas.", "Risque d'incendie.")
    holds(paper, "je refuse le devis", "Signature du client", "Lave-linge, Bosch WAN28208FF")


def test_an_invoice_names_the_bonus_and_takes_it_off_the_total_with_tax() -> None:
    paper = billing.invoice(CASE, bill("invoice", circular=1), SHOP, NOW, clauses("repair-invoice"), "D2026-00004")
    assert paper.title == "Facture F2026-00008 du 22/11/2026"
    left = of_kind(paper, Table)[-1]
    assert [squeezed(cell) for cell in left.titles] == ["TotalTTC", "157,40€"]
    bonus, deposit = left.rows
    assert bonus[0].startswith("Bonus Réparation QualiRépar, majoré pour pièces issues de l'économie circulaire (PIEC)")
    assert squeezed(bonus[1]) == "-50,00€"
    assert deposit[0] == "Acompte réglé par carte bancaire, ticket de caisse n° T-004512"
    holds(paper, "Net à payer 87,40 €", "000 111 229 00001", "TVA FR12000111229", "Client (particulier)", "D2026-00004")
    holds(paper, "FD9801200123", "Date de la réparation 22/11/2026", "accord écrit", "médiateur")
    holds(paper, "Réparation garantie 3 mois, jusqu'au 22/02/2027.")
    lacks(paper, "acquittée", "293 B", "sous réserve")
    plain = billing.invoice(CASE, bill("invoice", LINES[:1]), SHOP, NOW)
    lacks(plain, "PIEC", "accord écrit", "devis accepté")


def test_a_shop_without_vat_says_so_and_bears_no_vat_number() -> None:
    untaxed = [(*line[:6], 0) for line in LINES]
    for paper in (
        billing.invoice(CASE, bill("invoice", untaxed), SHOP, NOW),
        billing.quote(CASE, bill("quote", untaxed), SHOP, NOW),
    ):
        holds(paper, "TVA non applicable, art. 293 B du CGI")
        lacks(paper, "FR12000111229", "TTC", "HT")
        holds(paper, "157,40 €", "87,40 €")
    mixed = billing.invoice(CASE, bill("invoice", [*untaxed[:1], *LINES[1:2]]), SHOP, NOW)
    lacks(mixed, "293 B")
    holds(mixed, "FR12000111229", "0 %")


def test_money_to_give_back_is_not_money_to_pay() -> None:
    paper = billing.invoice(CASE, bill("invoice", [POMPE], deposit="70.00", bonus="10.00"), SHOP, NOW)
    (end,) = of_kind(paper, Total)
    assert (end.label, squeezed(end.amount)) == ("À vous rendre", "45,10€")
    nothing = billing.invoice(CASE, bill("invoice", [POMPE], deposit="24.90", bonus="10.00"), SHOP, NOW)
    assert [(each.label, squeezed(each.amount)) for each in of_kind(nothing, Total)] == [("Net à payer", "0,00€")]
    full = billing.invoice(CASE, bill("invoice", [POMPE], deposit="0", bonus="0"), SHOP, NOW)
    assert len(of_kind(full, Table)) == 2
    lacks(full, "Bonus", "Acompte")


@pytest.mark.parametrize(
    ("means", "how"),
    [
        ("card", "par carte bancaire"),
        ("cash", "en espèces"),
        ("cheque", "par chèque"),
        ("transfer", "par virement"),
    ],
)
def test_a_paid_invoice_is_the_invoice_and_says_how_it_was_paid(means: str, how: str) -> None:
    issued = bill("invoice")
    paid = issued._replace(paid_at=NOW + timedelta(days=1), means=means, receipt="T-004603")
    before = billing.invoice(CASE, issued, SHOP, NOW, "", "D2026-00004")
    after = billing.paid(CASE, paid, SHOP, NOW + timedelta(days=1), "", "D2026-00004")
    holds(after, f"Facture acquittée le 23/11/2026 {how}, ticket de caisse n° T-004603.")
    assert after.title == before.title
    assert after.blocks[1:] == before.blocks


@given(st.data())
@settings(max_examples=20)
def test_a_credit_note_gives_back_what_the_invoice_took(data) -> None:
    invoiced = data.draw(bills("invoice"))
    credited = invoiced._replace(number="A2026-00001", kind="credit_note", cancels=invoiced.number, why="Erreur")
    paper = billing.credit_note(CASE, credited, invoiced, SHOP, NOW)
    undone = billing.invoice(CASE, invoiced, SHOP, NOW)
    assert [table.rows for table in of_kind(paper, Table)][:1] == [t.rows for t in of_kind(undone, Table)][:1]
    amounts_of = [
        [amount(row[-1]) for table in of_kind(each, Table)[1:] for row in table.rows] for each in (paper, undone)
    ]
    assert amounts_of[0] == amounts_of[1]
    ((end,), (due,)) = of_kind(paper, Total), of_kind(undone, Total)
    assert end.amount == due.amount
    assert (end.label == "Net de l'avoir") == (due.label == "Net à payer") == (invoiced.due >= 0)
    assert facts(paper)["Annule la facture"] == f"{invoiced.number} du 22/11/2026"
    assert facts(paper)["Motif"] == "Erreur"


def test_a_credit_note_says_what_becomes_of_what_was_paid() -> None:
    credited, invoiced = bill("credit_note", why="Erreur"), bill("invoice")
    paid = invoiced._replace(paid_at=NOW, means="cash", receipt="12")
    holds(billing.credit_note(CASE, credited, invoiced, SHOP, NOW), "rien n'est à payer ni à rendre")
    holds(
        billing.credit_note(CASE, credited, paid, SHOP, NOW),
        "Facture acquittée le 22/11/2026 en espèces, ticket de caisse n° 12 : le montant",
        "de cet avoir est à vous rendre.",
    )
    nothing = invoiced._replace(due=Decimal("0.00"))
    holds(billing.credit_note(CASE, credited, nothing, SHOP, NOW), "ne laissait rien à payer")


def test_a_declaration_has_what_the_eco_organism_asks_for() -> None:
    case = CASE._replace(consents=["data"])
    paper = documents.declaration(case, bill("invoice", circular=1), SHOP, NOW)
    holds(paper, "Mme Zoé Lefèvre", "06 12 34 56 78", "zoe.lefevre@exemple.fr", "8 allée du Château")
    shown = facts(paper)
    assert shown["Facture"] == "F2026-00008 du 22/11/2026"
    assert (shown["Date de la réparation"], shown["N° de série ou IMEI"]) == ("22/11/2026", "FD9801200123")
    assert (shown["Panne"], shown["Éco-organisme"]) == ("Ne vidange plus", "Ecologic")
    assert (shown["Symptôme"], shown["Réparation"]) == ("E7", "CAS")
    assert [squeezed(shown[each])[:7] for each in ("Total de la facture", "Bonus déduit", "Payé par le client")] == [
        "157,40€",
        "50,00€,",
        "107,40€",
    ]
    assert "PIEC" in shown["Bonus déduit"]
    assert [ticked for ticked, _text in of_kind(paper, Boxes)[0].items] == [True, False]
    plain = documents.declaration(CASE._replace(organism="", symptom="", repair_code=""), bill("invoice"), SHOP, NOW)
    lacks(plain, "PIEC", "Éco-organisme", "Symptôme")
    assert len(of_kind(plain, Boxes)[0].items) == 1
    assert len(pages(paper)) == 1


def test_a_day_is_the_one_in_paris() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert billing.quote(CASE, bill("quote", issued_at=late), SHOP, late).title == "Devis D2026-00008 du 01/01/2027"
    paper = billing.invoice(CASE._replace(repaired_at=late), bill("invoice"), SHOP, late)
    holds(paper, "Date de la réparation 01/01/2027", "jusqu'au 01/04/2027")


def test_what_is_kept_comes_back_the_same_and_draws_the_same_bytes() -> None:
    for name, paper in every_paper().items():
        kept = json.loads(json.dumps(to_content(paper)))
        assert repr(from_content(kept)) == repr(paper), name
        assert drawn(from_content(kept)) == drawn(paper), name


texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.sampled_from(["W" * 900, "mot " * 300, "É\n" * 90, "ПК-77 滤清器 🔧", "<b>**%s {0} $", ""]),
)
TEXTS = ("last_name", "line", "complement", "model", "serial", "service", "fault", "condition", "far_why", "technician")
prices = st.integers(0, 9_999_999).map(lambda cents: str(Decimal(cents).scaleb(-2)))


def rows(words: st.SearchStrategy[str], most: int) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    """Give lines of bills, as tuples."""
    count, rates = st.integers(1, 500), st.sampled_from(RATES)
    parts = st.tuples(st.just("part"), words, words, st.sampled_from(["new", "used", "circular"]), count, prices, rates)
    kinds = st.sampled_from([str(kind) for kind in LineKind if kind is not LineKind.PART])
    others = st.tuples(kinds, words, st.just(""), st.just(""), count, prices, rates)
    return st.lists(parts | others, min_size=1, max_size=most)


def bills(kind: str, words: st.SearchStrategy[str] = texts, most: int = 8) -> st.SearchStrategy[BillRow]:
    """Give bills of any amounts."""
    return st.builds(bill, st.just(kind), rows(words, most), bonus=prices, deposit=prices, circular=st.integers(0, 1))


@given(st.fixed_dictionaries(dict.fromkeys(TEXTS, texts)), bills("quote"), texts)
@settings(max_examples=3)
def test_whatever_it_is_given_a_paper_is_drawn(words: dict[str, str], quoted: BillRow, said: str) -> None:
    for paper in every_paper(CASE._replace(**words), quoted, said).values():
        assert drawn(paper).startswith(b"%PDF-")


def test_sixty_lines_go_over_several_pages_and_none_is_lost() -> None:
    many = [
        ("part", f"Pièce {place:02} " + "longue " * 12, f"REF-{place:02}", "used", 2, "10.00", 200)
        for place in range(60)
    ]
    for name in ("quote", "invoice"):
        paper = every_paper(quoted=bill("quote", many))[name]
        read = pages(paper)
        assert len(read) > 3
        assert all(squeezed("".join(read)).count(f"réf.REF-{place:02}") == 1 for place in range(60))
        assert all("Total HT" in page for page in read[:-1])
        assert "1 130,00 €" in " ".join(read)


def test_what_is_too_long_for_a_row_goes_on_in_the_next_and_none_of_it_is_lost() -> None:
    long = " ".join(f"mot{place}" for place in range(400))
    paper = billing.quote(CASE, bill("quote", [("other", long, "", "", 1, "10.00", 200)]), SHOP, NOW)
    table = of_kind(paper, Table)[0]
    assert " ".join(row[0] for row in table.rows) == long
    assert len([row for row in table.rows if row[1]]) == 1
    assert all(len(row[0]) <= 300 for row in table.rows)


def test_a_character_that_no_font_has_shows_as_a_box_and_the_rest_stands() -> None:
    case = CASE._replace(last_name="Müller 中文 🔧", model="Écran ½ «é» œ")
    holds(documents.slip(case, None, "", SHOP, NOW), "Müller", "Écran ½ «é» œ")
    lacks(documents.slip(case, None, "", SHOP, NOW), "中", "🔧")


@given(bills("quote", most=12), st.sampled_from(["quote", "invoice", "paid", "credit"]))
def test_every_amount_on_paper_is_the_one_of_the_bill(quoted: BillRow, name: str) -> None:
    paper = every_paper(quoted=quoted)[name]
    lines, *tables = of_kind(paper, Table)
    assert sum(amount(row[-1]) for row in lines.rows if row[-1]) == quoted.total
    prices_told = [(row[1], amount(row[2])) for row in lines.rows if row[1]]
    assert prices_told == [(str(line["quantity"]), Decimal(line["price"])) for line in quoted.lines]
    if any(line["vat"] for line in quoted.lines):
        assert sum(amount(row[-2]) for row in lines.rows if row[-2]) == quoted.total - quoted.vat
        taxes = tables.pop(0)
        rated = [row for row in taxes.rows if row[0] != "Total"]
        whole = [tuple(map(amount, row[1:])) for row in taxes.rows][-1]
        assert whole == (quoted.total - quoted.vat, quoted.vat, quoted.total)
        assert tuple(sum(amount(row[column]) for row in rated) for column in (1, 2, 3)) == whole
    taken = [amount(row[1]) for table in tables for row in table.rows]
    assert taken == [-each for each in (quoted.bonus, quoted.deposit) if each]
    assert [amount(table.titles[1]) for table in tables] == [quoted.total] * bool(taken)
    (end,) = of_kind(paper, Total)
    assert amount(end.amount) * (1 if end.label.startswith(("Net à p", "Net ap", "Net de")) else -1) == quoted.due


def septets(text: str) -> int:
    """Count the septets of a text message; raise KeyError for a character that GSM-7 has not (3GPP TS 23.038)."""
    cost = dict.fromkeys(GSM_LETTERS, 1) | dict.fromkeys("^{}\\[~]|€", 2)
    return sum(cost[c] for c in text)


@pytest.mark.parametrize("name", ["sms-ready", "sms-appointment", "sms-parts", "sms-survey"])
@pytest.mark.parametrize("due", [None, "1287.40", "-1287.40", "0.00"])
@pytest.mark.parametrize("repaired", [NOW, None])
def test_a_text_message_is_one_message(name: str, due: str | None, repaired: datetime | None) -> None:
    case = CASE._replace(brand="Electrolux", model="EW7F3816DB EcoLine", appointment=NOW, repaired_at=repaired)
    owed = bill("invoice")._replace(due=Decimal(due)) if due else None
    _subject, text = letter(name, case, owed, "K7M2")
    assert septets(text.strip()) <= 160, text
    assert "\n" not in text.strip()
    for told_ in ("Comptoir Seconde Vie", "Electrolux EW7F3816DB EcoLine"):
        assert told_ in text
    assert ("00000017" if name != "sms-survey" else "K7M2 9") in text
    assert ("1287,40 EUR" in text) == (name == "sms-ready" and due in {"1287.40", "-1287.40"})


def test_a_letter_says_what_is_left_to_pay_and_when_to_come() -> None:
    subject, text = letter("repair-ready", owed=bill("invoice"))
    assert CASE.number in subject
    assert "Bonjour Mme Zoé Lefèvre" in text
    assert "La réparation est terminée" in text
    assert "87,40 €" in text.translate(BLANKS)
    assert "À vous rendre : 12,60 €" in letter("repair-ready", owed=bill("invoice", deposit="120.00"))[1].translate(
        BLANKS
    )
    without = letter("repair-ready", CASE._replace(repaired_at=None))[1]
    assert "€" not in without
    assert "vous est rendu non réparé" in without
    on_day = CASE._replace(appointment=NOW)
    assert "22/11/2026 à 10:05" in letter("repair-appointment", on_day)[1]
    assert "22/11/2026 à 10:05" in letter("repair-parts", on_day)[1]
    assert "disponibilités" in letter("repair-parts")[1]
    assert "\nK7M2 9\n" in letter("repair-survey", code="K7M2")[1]
    for name in ("repair-ready", "repair-parts", "repair-survey"):
        text = letter(name)[1]
        assert "\n\n\n" not in text
        assert "http" not in text
        assert "None" not in text


def test_a_device_without_a_brand_or_a_model_is_named_by_what_it_is() -> None:
    bare = CASE._replace(brand="", model="")
    assert documents.letter_values(bare, None, SHOP)["device"] == "Lave-linge"
    assert facts(every_paper(bare)["invoice"])["Appareil"] == "Lave-linge"
