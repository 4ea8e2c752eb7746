"""The papers of a repair that no money hangs on, and what its letters say: in French, built once, kept as issued."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple

from comptoir.core.money import french
from comptoir.core.paris import in_paris
from comptoir.core.text import tidy
from comptoir.desk.paper import (
    Block,
    Boxes,
    Codes,
    Facts,
    Heading,
    Pair,
    Paper,
    Paragraph,
    Signature,
    Table,
)
from comptoir.fiches.rules import FICHES, Moment, Point, Result
from comptoir.organisms.statuses import ORGANISM_NAMES
from comptoir.repairs.billed import BillRow
from comptoir.repairs.deeds import LATE_QUOTE, HistoryRow
from comptoir.repairs.queries import CaseDetail, CheckRow, unchecked
from comptoir.repairs.rules import FARTHEST, GUARANTEE_MONTHS, after_months
from comptoir.repairs.statuses import Consent, Means, Place, Warranty

TEMPLATES = Path(__file__).with_name("templates")
BONUS = "Bonus Réparation QualiRépar"
MEANS: Mapping[str, str] = {
    Means.CARD: "par carte bancaire",
    Means.CASH: "en espèces",
    Means.CHEQUE: "par chèque",
    Means.TRANSFER: "par virement",
}
WARRANTIES: Mapping[str, str] = {
    Warranty.NONE: "Hors garantie",
    Warranty.LEGAL: "Garantie légale",
    Warranty.MANUFACTURER: "Garantie du constructeur",
    Warranty.INSURANCE: "Assurance ou extension de garantie",
}
CONSENTS: Mapping[str, str] = {
    Consent.DATA: "J'accepte que mes données soient transmises à l'éco-organisme qui finance le bonus (RGPD).",
    Consent.USED: "J'accepte que des pièces d'occasion soient posées.",
    Consent.CIRCULAR: "J'accepte que des pièces issues de l'économie circulaire (PIEC) soient posées.",
}
RESULTS: Mapping[str, str] = {
    Result.OK: "Conforme",
    Result.BAD: "DÉFAUT",
    Result.NOT_APPLICABLE: "Sans objet",
}
DECLARED = (
    "je suis un particulier et cet appareil, acheté en France, sert à mon usage privé",
    "il n'est plus sous garantie légale ou commerciale, ni couvert par une assurance",
    "la réparation ci-dessus a été faite et l'appareil m'a été rendu en état de marche",
)
NOT_CHECKED = "Non contrôlé"
_LONGEST = 300  # characters of a cell: a row taller than a page cannot be drawn
_FRENCH, _PHONE_SIGNS = "+33", 12


class Shop(NamedTuple):
    """Who issues the papers; what the shop has not set is empty."""

    name: str
    email: str
    address: tuple[str, ...] = ()
    siret: str = ""
    vat_number: str = ""
    phone: str = ""


def slip(case: CaseDetail, bonus: Decimal | None, clauses: str, shop: Shop, moment: datetime) -> Paper:
    """Build the intake slip: all that the référentiel Qualirépar (6.2.1) asks, and the shop's own clauses.

    `bonus` is in euros, None where no scale tells it. The first line of `clauses` is their title.
    """
    blocks: list[Block] = [
        parties(case, shop),
        Codes(((f"Dossier {case.number}", case.number, f"Déposé le {moment_told(case.opened_at)}"),)),
        *_comeback(case),
        Facts((*device(case), *_state(case), *_asked(case), *_paid_first(case, bonus))),
        Heading("Accords du client"),
        boxes(case, tuple(Consent)),
        *shop_clauses(clauses),
        Paragraph("Le client confirme ces renseignements et ces accords, et reçoit un exemplaire de ce bon."),
        Signature("Le", "Signature du client"),
    ]
    return paper("Bon de prise en charge", shop, moment, blocks)


def report(
    case: CaseDetail,
    checks: Sequence[CheckRow],
    exceptions: Sequence[HistoryRow],
    shop: Shop,
    moment: datetime,
    points: Sequence[Point] = (),
) -> Paper:
    """Build the control report: every point of the fiche and every one looked at, and what was passed over, with why.

    Each exception tells `points`, keys a comma apart, and `why`.
    """
    facts = (
        ("Dossier", case.number),
        ("Client", case.customer),
        *device(case),
        ("Fiche métier", f"N° {case.fiche} : {FICHES[case.fiche]}" if case.fiche in FICHES else ""),
        ("Technicien", case.technician),
        ("Réparé le", day(case.repaired_at) if case.repaired_at else ""),
    )
    blocks: list[Block] = [Facts(facts)]
    for when, title in ((Moment.BEFORE, "Contrôles d'entrée"), (Moment.AFTER, "Contrôles de sortie")):
        found = _checked(points, checks, when)
        said = Table(("Point de contrôle", "Nature", "Résultat", "Contrôlé", "Remarque"), found, (57, 24, 24, 32, 37))
        blocks += [Heading(title), said if found else Paragraph("Aucun point de contrôle.")]
    names = {LATE_QUOTE: "Devis accepté après sa date de validité"} | {point.key: point.label for point in points}
    names |= {check.point: check.label for check in checks}
    blocks += [Heading("Points passés outre"), *_passed_over(exceptions, names)]
    return paper("Rapport de contrôle", shop, moment, [*blocks, Signature("Le", "Nom et signature du technicien")])


def risks(case: CaseDetail, bill: BillRow, text: str, shop: Shop, moment: datetime) -> Paper:
    """Build what tells a consumer, in writing, what a device is dangerous for once its quote is refused."""
    quote = (
        ("Devis", f"{bill.number} du {day(bill.issued_at)}"),
        ("Montant du devis", f"{french(bill.total)} TTC"),
        ("Dossier", case.number),
    )
    return paper(
        "Information sur les risques",
        shop,
        moment,
        [
            parties(case, shop),
            Facts(quote, "Le devis refusé"),
            Facts((*device(case), ("Panne constatée", case.fault)), "L'appareil"),
            Heading("Les risques d'un appareil non réparé"),
            *paragraphs(text, ""),
            Paragraph("J'ai été informé par écrit de ces risques, et je refuse le devis en connaissance de cause."),
            Signature("Le", "Signature du client"),
        ],
    )


def declaration(case: CaseDetail, bill: BillRow, shop: Shop, moment: datetime) -> Paper:
    """Build what the consumer signs for the eco-organism, from the invoice of the repair."""
    raised = ", majoration pour pièces issues de l'économie circulaire (PIEC) comprise" if bill.circular else ""
    repair = (
        ("Dossier", case.number),
        ("Date de la réparation", day(case.repaired_at or bill.issued_at)),
        ("Facture", f"{bill.number} du {day(bill.issued_at)}"),
        *device(case),
        ("Panne", case.fault),
        *_filled(
            ("Éco-organisme", ORGANISM_NAMES.get(case.organism, case.organism)),
            ("Symptôme", case.symptom),
            ("Réparation", case.repair_code),
        ),
    )
    amounts = (
        ("Total de la facture", f"{french(bill.total)} TTC"),
        ("Bonus déduit", f"{french(bill.bonus)}{raised}"),
        ("Payé par le client", french(bill.total - bill.bonus)),
    )
    consents = (Consent.DATA, Consent.CIRCULAR) if bill.circular else (Consent.DATA,)
    return paper(
        "Déclaration du client",
        shop,
        moment,
        [
            Paragraph(f"À remettre à l'éco-organisme avec la facture, pour le {BONUS}."),
            parties(case, shop),
            Facts(repair, "La réparation"),
            Facts(amounts, "Les montants"),
            Heading("Je déclare que"),
            *(Paragraph(f"•  {each} ;") for each in DECLARED),
            Paragraph(
                f"•  le {BONUS} de {french(bill.bonus)} a été déduit de la facture {bill.number}, que j'ai payée."
            ),
            boxes(case, consents),
            Signature("Le", "Signature du client"),
        ],
    )


def letter_values(case: CaseDetail, bill: BillRow | None, shop: Shop, code: str = "") -> dict[str, object]:
    """Give what the letters of a repair may say: amounts in euros, the appointment as the clocks of Paris show it."""
    return {
        "shop": shop.name,
        "customer": case.customer,
        "number": case.number,
        "device": case.device or case.product_label,
        "product": case.product_label,
        "appointment": in_paris(case.appointment) if case.appointment else None,
        "due": bill.due if bill else None,
        "repaired": case.repaired_at is not None,
        "code": code,
    }


def clause_values(shop: Shop) -> dict[str, object]:
    """Give what the shop's own clauses on papers may say."""
    return {
        "shop": shop.name,
        "email": shop.email,
        "address": ", ".join(shop.address),
        "siret": spaced(shop.siret),
    }


def paper(title: str, shop: Shop, moment: datetime, blocks: Sequence[Block]) -> Paper:
    """Give a paper of the shop, with where questions go at its foot."""
    questions = f"Pour toute question : {shop.email}" if shop.email else ""
    return Paper(title=title, issuer=shop.name, issued_at=moment.isoformat(), blocks=tuple(blocks), note=questions)


def parties(case: CaseDetail, shop: Shop, vat_number: str = "") -> Pair:
    """Give the shop, its VAT number where the paper bears one, and the consumer: each with all that reaches them."""
    registered = (f"SIRET {spaced(shop.siret)}",) if shop.siret else ()
    taxed = (f"TVA {vat_number}",) if vat_number else ()
    country = (case.country,) if case.country not in {"", "France"} else ()
    reached = tuple(each for each in (_phone(case.phone), case.email) if each)
    return Pair(
        "Réparateur",
        (shop.name, *shop.address, *registered, *taxed, *(each for each in (shop.phone, shop.email) if each)),
        "Client (particulier)" if case.bonus else "Client",
        (case.customer, *case.address, *country, *reached),
        arrow=False,
    )


def device(case: CaseDetail) -> tuple[tuple[str, str], ...]:
    """Say which device it is, as parts are ordered by."""
    named = ", ".join(part for part in (case.product_label, case.device) if part)
    return (("Appareil", named), ("N° de série ou IMEI", case.serial))


def place(case: CaseDetail) -> str:
    """Say where the repair is done."""
    places = {
        Place.WORKSHOP: "En atelier",
        Place.ON_SITE: "Sur site" + (f", à {case.distance} km" if case.distance is not None else ""),
        Place.DROP_OFF: "Appareil remis à un point de dépôt",
    }
    return places[Place(case.place)]


def boxes(case: CaseDetail, consents: Iterable[Consent]) -> Boxes:
    """Give the consents asked, a box ticked for each that was given."""
    return Boxes(tuple((consent in case.consents, CONSENTS[consent]) for consent in consents))


def shop_clauses(text: str) -> list[Block]:
    """Give the shop's own clauses: their title, from the first line, and their paragraphs."""
    title, _end, rest = text.strip().partition("\n")
    return [Heading(title.strip()), *paragraphs(rest, "small")] if title else []


def paragraphs(text: str, tone: str) -> list[Paragraph]:
    """Give the paragraphs of a text, which blank lines part."""
    return [Paragraph(each.strip(), tone or "plain") for each in text.split("\n\n") if each.strip()]


def rows(*cells: str) -> list[tuple[str, ...]]:
    """Give a row of a table; what is too long for one goes on in the rows below."""
    parts = [wrap(cell, _LONGEST, replace_whitespace=False) if len(cell) > _LONGEST else [cell] for cell in cells]
    return list(zip_longest(*parts, fillvalue=""))


def day(moment: datetime | date) -> str:
    """Write a day as papers do; that of a moment is the one in Paris."""
    return (in_paris(moment) if isinstance(moment, datetime) else moment).strftime("%d/%m/%Y")


def moment_told(moment: datetime) -> str:
    """Write a moment as papers do, Paris time."""
    return in_paris(moment).strftime("%d/%m/%Y à %H:%M")


def guaranteed(case: CaseDetail, issued: datetime) -> str:
    """Say how long the repair is guaranteed (référentiel Qualirépar, 6.1.5): from its day, or that of its invoice."""
    until = after_months(in_paris(case.repaired_at or issued).date(), GUARANTEE_MONTHS)
    return f"Réparation garantie {GUARANTEE_MONTHS} mois, jusqu'au {day(until)}."


def spaced(siret: str) -> str:
    """Write a SIRET as papers do: `123 456 789 00012`."""
    return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}".strip()


def receipt(means: str, number: str) -> str:
    """Say how something was paid at the till: `par carte bancaire, ticket de caisse n° 42`."""
    return ", ".join(part for part in (MEANS.get(means, ""), f"ticket de caisse n° {number}" if number else "") if part)


def _phone(number: str) -> str:
    if not (number.startswith(_FRENCH) and len(number) == _PHONE_SIGNS):
        return number
    digits = f"0{number[len(_FRENCH) :]}"
    return " ".join(digits[place : place + 2] for place in range(0, len(digits), 2))


def _comeback(case: CaseDetail) -> list[Block]:
    told = (
        f"Cet appareil revient moins de {GUARANTEE_MONTHS} mois après sa réparation (dossier {case.comeback_of}) : "
        "si la panne est la même, elle est réparée sous garantie."
    )
    return [Paragraph(told, "warning")] if case.comeback_of else []


def _state(case: CaseDetail) -> tuple[tuple[str, str], ...]:
    bought = f", acheté le {day(date.fromisoformat(case.bought_on))}" if case.bought_on else ""
    return (("Garantie déclarée", f"{WARRANTIES[case.warranty]}{bought}"), ("État et accessoires", case.condition))


def _asked(case: CaseDetail) -> tuple[tuple[str, str], ...]:
    agreed = (("Rendez-vous", moment_told(case.appointment)),) if case.appointment else ()
    far = ((f"Au-delà de {FARTHEST} km", case.far_why),) if case.far_why else ()
    return (
        ("Prestation demandée", case.service),
        ("Panne déclarée", case.fault),
        ("Lieu de la réparation", place(case)),
        *far,
        *agreed,
    )


def _paid_first(case: CaseDetail, bonus: Decimal | None) -> tuple[tuple[str, str], ...]:
    expected = "Montant donné par l'éco-organisme" if bonus is None else french(bonus)
    told = f"{expected}, à déduire de la facture sous réserve d'éligibilité" if case.bonus else "Non demandé"
    paid = f"{french(case.deposit)}, réglé {receipt(case.deposit_means, case.deposit_receipt)}"
    return (
        (BONUS, told),
        ("Acompte", paid if case.deposit else "Aucun"),
        ("Garantie de la réparation", f"{GUARANTEE_MONTHS} mois à compter de sa date"),
    )


def _checked(points: Sequence[Point], checks: Sequence[CheckRow], when: Moment) -> tuple[tuple[str, ...], ...]:
    """Lay out the points of a moment in the fiche's order, then those that the fiche has no longer."""
    found = {check.point: check for check in checks if check.moment == when}
    laid: list[tuple[str, ...]] = []
    for point in points:
        if point.moment is when:
            laid += _looked_at(found.pop(point.key) if point.key in found else unchecked(point))
    for check in found.values():
        laid += _looked_at(check)
    return tuple(laid)


def _looked_at(check: CheckRow) -> list[tuple[str, ...]]:
    nature = ("Obligatoire" if check.required else "Facultatif") + (", sécurité" if check.safety else "")
    told = (RESULTS.get(check.result, NOT_CHECKED), _who(check.checked_at, check.operator))
    return rows(tidy(check.label), nature, *told, tidy(check.note).replace("Ω", "ohm"))  # our fonts have no such sign


def _passed_over(exceptions: Sequence[HistoryRow], names: Mapping[str, str]) -> list[Block]:
    if not exceptions:
        return [Paragraph("Aucun.")]
    laid: list[tuple[str, ...]] = []
    for each in exceptions:
        keys = [key.strip() for key in each.data.get("points", "").split(",") if key.strip()]
        passed = " ; ".join(names.get(key, key) for key in keys)
        laid += rows(tidy(passed), tidy(each.data.get("why", "")), _who(each.moment, each.operator))
    return [Table(("Point", "Passé outre parce que", "Par"), tuple(laid), (72, 70, 32))]


def _who(moment: datetime | None, operator: str) -> str:
    return "" if moment is None else f"{in_paris(moment).strftime('%d/%m/%Y %H:%M')}\n{tidy(operator)}"


def _filled(*facts: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(fact for fact in facts if fact[1])
