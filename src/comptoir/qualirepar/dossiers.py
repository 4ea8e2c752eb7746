"""All that is known of repairs to be claimed, gathered to be checked and filed."""

import re
from collections.abc import Sequence
from io import BytesIO
from json import dumps
from typing import TYPE_CHECKING, NamedTuple

from comptoir.attachments import queries as attachments
from comptoir.core.later import later
from comptoir.core.paris import in_paris
from comptoir.desk import Desk
from comptoir.fiches.rules import Product, labelled
from comptoir.organisms import queries as organisms
from comptoir.organisms import rules as eligibility
from comptoir.organisms.statuses import Organism, Piece
from comptoir.qualirepar import bill_checks, checks, queries
from comptoir.qualirepar.refusals import NothingToClaim
from comptoir.qualirepar.rules import Account, Document
from comptoir.qualirepar.troubles import Dossier, Shop, Trouble
from comptoir.repairs import billed
from comptoir.repairs import prompts as repairing
from comptoir.repairs import queries as repairs

if TYPE_CHECKING:
    from comptoir.desk import paper
    from comptoir.fiches.rules import Book
    from comptoir.repairs.billed import BillRow
    from comptoir.repairs.queries import CaseDetail
    from comptoir.store import blobs
    from comptoir.store.read import Reader
else:
    paper, blobs = later("comptoir.desk.paper"), later("comptoir.store.blobs")


class Checked(NamedTuple):
    """A repair that is to be claimed, and what would make its organism refuse."""

    dossier: Dossier
    troubles: list[Trouble]


def account(desk: Desk, organism: Organism | None) -> Account:
    """Give what the shop is with an organism, as far as the settings tell."""
    settings = desk.settings
    if organism is Organism.ECOSYSTEM:
        repairer = settings["ecosystem_repairer"].strip()
        return Account(settings["ecosystem_site"].strip() or repairer, repairer)
    return Account(settings["ecologic_site"].strip(), searchable=bool(settings["ecologic_claims_url"].strip()))


def shop(desk: Desk) -> Shop:
    """Give what the shop says of itself; raise BadFiches."""
    settings = desk.settings
    return Shop(settings["shop_email"], settings["repair_phone"], labelled(settings["repair_fiches"]))


def checked(desk: Desk, numbers: Sequence[str]) -> list[Checked]:
    """Gather repairs, each with what would make its organism refuse."""
    points, ours = repairing.points(desk), shop(desk)
    with desk.reading() as reader:
        found = [_gathered(desk, reader, number, (points, ours)) for number in numbers]
    return [Checked(each, checks.troubles(each)) for each in found]


def _gathered(desk: Desk, reader: "Reader", number: str, known: "tuple[Book, Shop]") -> Dossier:
    case = repairs.case(reader, number)
    bill = billed.standing(reader, number)
    product = _product(case, known[0])
    snapshot = organisms.snapshot(reader, product, case.brand)
    day = in_paris(bill.issued_at).date() if bill else desk.today()
    total = bill.total if bill else None
    named = Organism(case.organism) if case.organism else None
    answer = eligibility.answer(snapshot, day, total, circular=bool(bill and bill.circular), organism=named)
    covering, routed = eligibility.route(snapshot)
    issued = queries.invoice_paper(reader, bill.number) if bill else None
    return Dossier(
        case=case,
        product=product,
        bill=bill,
        files=tuple(attachments.of_case(reader, number)),
        answer=answer,
        covering=covering if routed in eligibility.CERTAIN else None,
        account=account(desk, answer.organism),
        shop=known[1],
        claim=queries.last(reader, number),
        doubles=tuple(queries.alike(reader, number, queries.serial_key(reader, number))),
        siret=bool(issued and re.search(r"SIRET\s*\d", dumps(issued, ensure_ascii=False))),
        now=desk.clock.now(),
    )


def _product(case: "CaseDetail", known: "Book") -> Product:
    """Give the product of a case: one that the shop has taken out of its own since is known by its name alone."""
    return known.products.get(case.product) or Product(case.product, case.product_label, "", case.fiche)


def documents(desk: Desk, dossier: Dossier) -> list[Document]:
    """Keep the documents that go with a claim, the invoice drawn as it was issued; raise NothingToClaim."""
    from_case = [(piece, bill_checks.chosen(piece, dossier.files)) for piece, _required in dossier.answer.pieces]
    found = [(piece, file) for piece, file in from_case if file is not None]
    return [
        _invoice(desk, dossier.bill, dossier.case.number),
        *(Document(piece, file.name, file.media_type, file.digest, file.size) for piece, file in found),
    ]


def _invoice(desk: Desk, bill: "BillRow | None", number: str) -> Document:
    with desk.reading() as reader:
        content = queries.invoice_paper(reader, bill.number) if bill else None
    if bill is None or content is None:
        raise NothingToClaim(number)
    drawn = desk.pdf(paper.from_content(content))
    kept = blobs.keep(blobs.folder_of(desk.settings.database), BytesIO(drawn), bill_checks.LONGEST)
    return Document(Piece.INVOICE, f"facture-{bill.number}.pdf", "application/pdf", kept.digest, kept.size)
