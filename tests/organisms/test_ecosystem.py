"""ecosystem's client against a server that speaks its protocol."""

from decimal import Decimal
from typing import Any

from comptoir.organisms.statuses import Piece, Stage

from .conftest import OTHER, PAPERS, Counter, ecosystem


def test_a_claim_is_created_gets_its_documents_and_is_confirmed(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        created = await client.create(OTHER, log)
        for paper in PAPERS:
            await client.attach(created.claim, paper, log)
        return (
            created,
            await client.submit(created.claim, log),
            await client.standing(created.claim, log),
            await client.filed(log),
        )

    (created, submitted, standing, filed), exchanges = ecosystem(sandbox.ecosystem, does)
    assert (created.stage, created.problems, created.reference) == (Stage.DRAFT, (), "Q-17")
    assert submitted.stage is Stage.SENT and submitted.order
    assert (standing.claim, standing.stage, standing.order) == (created.claim, Stage.SENT, submitted.order)
    assert standing.pieces == {Piece.INVOICE, Piece.CONSENT, Piece.NAMEPLATE}
    assert [each.claim for each in filed] == [created.claim]
