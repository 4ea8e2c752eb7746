"""The papers and the letter of a return, in French as the trade hands them over: built once, kept as issued."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from comptoir.core.money import NO_BREAK, ZERO, french
from comptoir.core.paris import in_paris
from comptoir.desk.paper import (
    Block,
    Codes,
    Facts,
    Heading,
    Paper,
    Paragraph,
    Signature,
    Steps,
    Table,
    Total,
)
from comptoir.returns.queries import CaseDetail, LineRow

Case = tuple[CaseDetail, list[LineRow]]
SUBJECT_TO_CHECK = "Montants estimés hors taxes, sous réserve de la validation de notre contrôle qualité."


class Shop(NamedTuple):
    """Who issues the papers."""

    name: str
    email: str


def request_reference(number: str) -> str:
    """Give the reference of what a request issues once, from the number of its first case."""
    return f"return-{number}"


def pre_agreement(case: CaseDetail, lines: Sequence[LineRow], shop: Shop, moment: datetime) -> Paper:
    """Build the pre-agreement of a case: what goes back, why, and what credit to expect."""
    later = sum((line.estimated for line in lines if not line.at_once), ZERO)
    said = [f"Dont {french(later)} après expertise."] if later else []
    return _paper(
        "Pré-accord de retour",
        shop,
        moment,
        [
            _code(case),
            Facts(
                (
                    ("Dossier", case.number),
                    ("Bon de livraison", f"{case.note} du {_day(case.delivered_on)}"),
                    ("Client", case.customer),
                    ("Date de la demande", _day(in_paris(moment).date())),
                )
            ),
            Heading("Articles à retourner"),
            Table(
                ("Référence", "Désignation", "Motif", "Qté", "Avoir estimé HT"),
                tuple(
                    (line.reference, line.designation, line.label, str(line.quantity), french(line.estimated))
                    for line in lines
                ),
                (24, 44, 26, 8, 22),
                (3, 4),
            ),
            Total("Avoir estimé HT", french(case.estimated)),
            Paragraph(" ".join([SUBJECT_TO_CHECK, *said]), "small"),
            Heading("Préparez vos produits à retourner"),
            Steps(tuple((step, details) for step, details in _steps(lines))),
            Paragraph(
                "Ce pré-accord ne vaut pas avoir : chaque pièce est contrôlée à réception. Acceptée, elle est "
                "créditée sur votre compte ; refusée, elle vous est retournée avec le motif du refus.",
                "small",
            ),
        ],
    )


def pick_list(cases: Sequence[Case], shop: Shop, moment: datetime) -> Paper:
    """Build the pick list of a request: every part to gather, case by case, and the driver's signature."""
    parts = sum(case.parts for case, _lines in cases)
    blocks: list[Block] = [
        Facts(
            (
                ("Client", cases[0][0].customer),
                ("Date de la demande", _day(in_paris(moment).date())),
                ("Dossier" if len(cases) == 1 else "Dossiers", ", ".join(case.number for case, _lines in cases)),
                ("Pièces", str(parts)),
            )
        ),
        Paragraph("Cochez chaque ligne en préparant le colis, puis joignez cette liste aux pièces."),
    ]
    for case, lines in cases:
        rows = tuple(
            (f"[{NO_BREAK * 3}]", line.reference, line.designation, line.label, str(line.quantity)) for line in lines
        )
        blocks += [
            _code(case),
            Table(("", "Référence", "Désignation", "Motif", "Qté"), rows, (8, 26, 48, 29, 9), (4,)),
        ]
    return _paper("Liste de ramassage", shop, moment, [*blocks, Signature("Remis le", "Nom et signature du livreur")])


def letter(cases: Sequence[Case], shop: Shop, moment: datetime) -> dict[str, Any]:
    """Give what the letter of a request says: the values of its template, and the papers that go with it."""
    total = sum((case.estimated for case, _lines in cases), ZERO)
    return {
        "shop": shop.name,
        "customer": cases[0][0].customer,
        "day": in_paris(moment).date(),
        "cases": [
            {
                "number": case.number,
                "note": case.note,
                "estimated": case.estimated,
                "lines": [line._asdict() for line in lines],
            }
            for case, lines in cases
        ],
        "total": total,
    }


def attached(cases: Sequence[Case]) -> list[list[str]]:
    """List the papers that a letter carries: reference, kind and name of the file of each."""
    agreements = [[case.number, "pre_agreement", f"pre-accord-{case.number}.pdf"] for case, _lines in cases]
    first = cases[0][0].number
    return [*agreements, [request_reference(first), "pick_list", f"ramassage-{first}.pdf"]]


def _code(case: CaseDetail) -> Codes:
    return Codes(((f"Dossier {case.number}", case.number, f"BL {case.note}"),))


def _steps(lines: Sequence[LineRow]) -> list[tuple[str, tuple[str, ...]]]:
    sealed = tuple(dict.fromkeys(line.reference for line in lines if line.unopened))
    packed = (f"Non ouvert, complet et revendable en l'état : {', '.join(sealed)}.",) if sealed else ()
    cores = tuple(dict.fromkeys(line.reference for line in lines if line.reason == "core_deposit"))
    drained = (
        (f"Consigne vidangée et complète, dans la boîte de la pièce neuve : {', '.join(cores)}.",) if cores else ()
    )
    return [
        ("Placez-les dans leur emballage d'origine", (*packed, *drained)),
        ("Regroupez-les avec la liste de ramassage associée", ()),
        ("Confiez-les à notre livreur", ()),
    ]


def _paper(title: str, shop: Shop, moment: datetime, blocks: Sequence[Block]) -> Paper:
    questions = f"Pour toute question : {shop.email}" if shop.email else ""
    return Paper(title=title, issuer=shop.name, issued_at=moment.isoformat(), blocks=tuple(blocks), note=questions)


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
