"""The papers of a buyback, in French as the trade hands them over: built once, kept as issued."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from comptoir.buyback.queries import BuybackDetail, Draft
from comptoir.buyback.rules import PaperKind
from comptoir.catalog.diagnosis import Pickup, find_category
from comptoir.core.money import ZERO, french
from comptoir.core.paris import in_paris
from comptoir.desk.paper import (
    Barcode,
    Blank,
    Block,
    CutLine,
    Facts,
    Heading,
    Pair,
    Paper,
    Paragraph,
    Signature,
    Steps,
    Table,
    Total,
)


def papers(made: Sequence[BuybackDetail], draft: Draft, moment: datetime) -> Iterator[tuple[str, str, Paper]]:
    """Build every paper of a request: reference, kind and content of each.

    A label and a deed for each device; a shipping list and instructions for each workshop, since a parcel goes to one.
    """
    day = in_paris(moment).strftime("%d/%m/%Y")
    stamp = moment.isoformat()
    for buyback in made:
        yield buyback.number, PaperKind.LABEL, _label(buyback, draft, stamp)
        yield buyback.number, PaperKind.DEED, _deed(buyback, draft, day, stamp)
    for workshop in dict.fromkeys(buyback.workshop for buyback in made):
        parcel = [buyback for buyback in made if buyback.workshop == workshop]
        yield parcel[0].parcel, PaperKind.LIST, _shipping_list(parcel, draft, day, stamp)
        yield parcel[0].parcel, PaperKind.INSTRUCTIONS, _instructions(parcel, draft, stamp)


def _paper(title: str, draft: Draft, stamp: str, blocks: Sequence[Block]) -> Paper:
    questions = f"Pour toute question : {draft.shop.email}" if draft.shop.email else ""
    return Paper(title=title, issuer=draft.shop.name, issued_at=stamp, blocks=tuple(blocks), note=questions)


def _sender(draft: Draft) -> tuple[str, ...]:
    place = draft.place
    lines = (draft.identity["name"], place["line"], place["complement"], f"{place['postcode']} {place['town']}")
    return tuple(line for line in lines if line)


def _label(buyback: BuybackDetail, draft: Draft, stamp: str) -> Paper:
    return _paper(
        "Étiquette de traçabilité",
        draft,
        stamp,
        [
            Paragraph("Découpez et joignez l'étiquette ci-dessous au produit."),
            Paragraph("Un produit envoyé sans son étiquette de traçabilité ne pourra pas être validé.", "warning"),
            Pair("Expéditeur", _sender(draft), "Atelier destinataire", (buyback.workshop,)),
            CutLine("Découpez ici : partie à joindre au produit"),
            Barcode(buyback.number, f"N° de reprise {buyback.number}"),
            Heading(f"{buyback.brand} {buyback.name}", 1),
            Facts(
                (
                    ("Catégorie", " · ".join(part for part in (buyback.category, buyback.family) if part)),
                    ("Marque", buyback.brand),
                    ("Nom", buyback.name),
                    ("Modèle", buyback.description),
                    ("Code article", buyback.article_code),
                    ("Expéditeur", ", ".join(_sender(draft))),
                    ("Atelier", buyback.workshop),
                )
            ),
            Blank("Notes", 3),
        ],
    )


def _deed(buyback: BuybackDetail, draft: Draft, day: str, stamp: str) -> Paper:
    return _paper(
        "Bon de cession de propriété",
        draft,
        stamp,
        [
            Barcode(buyback.number, "Exemplaire magasin"),
            *_deal(buyback, draft, day),
            Total("Valeur totale de la reprise", french(buyback.declared)),
            Paragraph("Sous réserve que l'état du produit réceptionné soit conforme à l'état déclaré.", "small"),
            Heading("Conditions générales du service"),
            Paragraph(
                "Je déclare être propriétaire du produit décrit ci-dessus, en céder la propriété, et avoir lu et "
                "accepté les conditions générales du service de rachat d'équipements."
            ),
            Paragraph(
                "Après réception et inspection des équipements, un montant définitif de rachat sera confirmé ; vous "
                "adresserez alors une facture correspondante. Le paiement s'opère par une compensation partielle ou "
                "totale entre ce montant définitif et les dettes inscrites au compte du client dans la comptabilité "
                "client."
            ),
            Signature("Le", "Signature et cachet"),
        ],
    )


def _deal(buyback: BuybackDetail, draft: Draft, day: str) -> Iterator[Facts]:
    """Say who sells what, when and how."""
    identity = draft.identity
    seller = (
        ("Raison sociale", identity["name"]),
        ("SIRET", _spaced(identity["siret"])),
        ("Téléphone", identity["phone"]),
        ("E-mail", identity["email"]),
        ("Adresse d'enlèvement", ", ".join(_sender(draft)[1:])),
    )
    terms = (
        ("Date de la reprise", day),
        ("Numéro de la reprise", buyback.number),
        ("Mode de paiement", buyback.payment),
        ("Mode de transport", buyback.transport),
    )
    device = (("Modèle", buyback.description), ("Code article", buyback.article_code))
    answers = tuple((answer["text"], answer["label"]) for answer in buyback.answers)
    yield Facts(seller, "Vos coordonnées")
    yield Facts(terms, "La reprise")
    yield Facts((*device, *answers), f"Le produit objet de la reprise : {buyback.brand} {buyback.name}")


def _shipping_list(made: Sequence[BuybackDetail], draft: Draft, day: str, stamp: str) -> Paper:
    rows = tuple(
        (str(place), each.number, f"{each.brand} {each.name}", each.article_code, each.category, french(each.declared))
        for place, each in enumerate(made, 1)
    )
    return _paper(
        "Liste d'expédition",
        draft,
        stamp,
        [
            Paragraph("À glisser dans le colis ou sous le film de la palette."),
            Pair("Expéditeur", _sender(draft), "Destinataire", (made[0].workshop,)),
            Facts((("Date de la reprise", day), ("Nombre de produits", str(len(made))))),
            Table(
                ("", "N° de reprise", "Produit", "Code article", "Catégorie", "Valeur estimée"),
                rows,
                (5, 26, 36, 20, 22, 22),
                (5,),
            ),
            Total("Total de l'envoi", french(sum((each.declared for each in made), ZERO))),
            Blank("Nombre de colis ou de palettes, remarques", 2),
            Signature("Remis au transporteur le", "Signature du transporteur"),
        ],
    )


def _instructions(made: Sequence[BuybackDetail], draft: Draft, stamp: str) -> Paper:
    blocks: list[Block] = [
        Paragraph("À transmettre à la personne qui prépare l'envoi."),
        Pair("Produits à", _sender(draft), "Destinataire", (made[0].workshop,)),
    ]
    counts = Counter(each.category for each in made)
    for label, count in counts.items():
        category = find_category(label, draft.categories)
        blocks.append(Heading(f"{label} : {count} dans cette reprise"))
        blocks += [_pickup(pickup, label, made) for pickup in category.pickups]
        if not category.pickups:
            blocks.append(Paragraph("Enlèvement programmé sans quantité minimale."))
        blocks.append(Steps(tuple((step.title, step.details) for step in category.steps)))
    blocks.append(
        Paragraph(
            "Notre transporteur prendra contact avec vous et viendra à la date convenue. Après vérification des "
            "équipements, vous recevrez un appel à facturation au montant définitif."
        )
    )
    return _paper("Consignes logistiques", draft, stamp, blocks)


def _pickup(pickup: Pickup, label: str, made: Sequence[BuybackDetail]) -> Paragraph:
    count = sum(1 for each in made if each.category == label and pickup.takes(each.characteristics))
    text = f"Enlèvement programmé {pickup.text}"
    if count == 0:
        return Paragraph(f"{text}.")
    if count >= pickup.quantity:
        return Paragraph(f"{text} : cette reprise y suffit.")
    return Paragraph(
        f"{text} : cette reprise en compte {count}, gardez-les jusqu'à en réunir {pickup.quantity}.", "warning"
    )


def _spaced(siret: str) -> str:
    return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"
