"""Ecologic's client against a server that speaks its protocol."""

from datetime import date
from decimal import Decimal
from typing import Any

from comptoir.organisms.statuses import CodeKind, Organism, Piece, Stage

from .conftest import BILL, FORM, PAPERS, Counter, ecologic


def test_a_claim_is_created_gets_its_documents_and_is_submitted(sandbox: Counter) -> None:
    async def does(client: Any, log: Any) -> Any:
        created = await client.create(FORM, log)
        for paper in PAPERS:
            await client.attach(created.claim, paper, log)
        return created, await client.submit(created.claim, log), await client.standing(created.claim, log)

    (created, submitted, standing), exchanges = ecologic(sandbox.ecologic, does)
    assert (created.stage, created.problems, created.reference) == (Stage.DRAFT, (), "Q-17")
    assert (submitted.stage, submitted.problems) == (Stage.SENT, ())
    assert (standing.claim, standing.stage) == (created.claim, Stage.SENT)
    (claim,) = sandbox.claimed
    assert claim["submitted"]
    assert [file["type"] for file in claim["files"]] == ["INVOICE", "CONSUMERVALIDATION", "NAMEPLATE"]
    assert [exchange.step for exchange in exchanges] == [
        "createclaim", "attachfile", "attachfile", "attachfile", "submitclaim", "getclaimstatus",
    ]  # fmt: skip
