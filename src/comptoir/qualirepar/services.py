"""Writes of claims before and beside the wire: made ready, cancelled, recognised by a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select, update

from comptoir.core.acting import By
from comptoir.organisms.protocol import Form
from comptoir.organisms.statuses import Organism
from comptoir.qualirepar import forms
from comptoir.qualirepar.refusals import BeingFiled, FiledAlready, NoClaim, NotAdoptable, NumberTaken, Over
from comptoir.qualirepar.rules import Document, is_held
from comptoir.qualirepar.statuses import CLAIM_WORDS, FLOWS, OVER, UNSENT, ClaimStatus, Step
from comptoir.qualirepar.tables import Claim, ClaimFile
from comptoir.store.history import record


def prepare(session: Session, organism: Organism, form: Form, files: Sequence[Document], by: By, case: str) -> int:
    """Make the claim of a repair ready to be filed, or what is not filed yet of it as it is now; give its id.

    Raises FiledAlready and BeingFiled.
    """
    row = _alive(session, case)
    if row is None:
        row = Claim(
            case_number=case,
            organism=organism,
            invoice=form.bill.invoice,
            reference=form.reference,
            status=ClaimStatus.TO_CREATE,
            bonus=form.bill.bonus,
            total=form.bill.total,
            form=forms.kept(form),
            operator=by.operator,
            created_at=by.moment,
        )
        session.add(row)
        session.flush()
        _tell(session, row, "claim", by, organism=organism, invoice=form.bill.invoice)
    else:
        _renew(session, row, form, by.moment)
    _keep_files(session, row, files)
    return row.id or 0


def cancel(session: Session, case: str, by: By, *, where: str) -> None:
    """Record that a claim is no longer wanted, once its organism has nothing of it any more.

    Raises NoClaim, BeingFiled and IllegalMove.
    """
    row = kept(session, case)
    _free(row, by.moment)
    row.status = FLOWS[Organism(row.organism)].move(ClaimStatus(row.status), ClaimStatus.CANCELLED)
    row.decided_at, row.pending, row.pending_at = by.moment, Step.NONE, None
    row.error, row.next_try = "", None
    session.add(row)
    _tell(session, row, "claim_cancelled", by, where=where)


def adopt(session: Session, case: str, remote: str, by: By) -> None:
    """Record what a person found on the organism's portal: the number of a claim, or nothing where it is empty.

    A number may be told, and told again, of any claim that is not submitted; that there is nothing, of one that has a
    number, or whose creation was left without an answer. Raises NoClaim, Over, BeingFiled, NotAdoptable and
    NumberTaken.
    """
    row = kept(session, case)
    _free(row, by.moment)
    unanswered = row.pending == Step.CREATE
    if row.status not in UNSENT or not (remote or unanswered or row.remote):
        raise NotAdoptable(case)
    if remote:
        _only_one(session, row, remote)
    if remote != row.remote:  # another number has none of the documents, and whatever was asked of it
        session.exec(update(ClaimFile).where(col(ClaimFile.claim_id) == row.id).values(sent_at=None))
        row.stale = row.stale if unanswered else 1
    row.remote, row.pending, row.pending_at = remote, Step.NONE, None
    row.error, row.next_try = "", None
    if remote:
        row.status = ClaimStatus.TO_COMPLETE if row.organism == Organism.ECOLOGIC else ClaimStatus.CREATED
    elif not unanswered:
        row.status, row.stale = ClaimStatus.TO_CREATE, 0
    session.add(row)
    _tell(session, row, "claim_found", by, remote=remote)


def kept(session: Session, case: str) -> Claim:
    """Give the last claim of a repair to change it; raise NoClaim, and Over where its end is known."""
    rows = session.exec(select(Claim).where(Claim.case_number == case).order_by(col(Claim.id).desc()).limit(1))
    row = rows.first()
    if row is None:
        raise NoClaim(case)
    if row.status in OVER:
        raise Over(case, CLAIM_WORDS[row.status])
    return row


def _only_one(session: Session, row: Claim, remote: str) -> None:
    """Raise NumberTaken where another claim has this number with the same organism."""
    same = (Claim.organism == row.organism, Claim.remote == remote, col(Claim.id) != row.id)
    if other := session.exec(select(Claim.case_number).where(*same)).first():
        raise NumberTaken(remote, other)


def _alive(session: Session, case: str) -> Claim | None:
    alive = (Claim.case_number == case, col(Claim.status).not_in(sorted(OVER)))
    return session.exec(select(Claim).where(*alive)).first()


def _renew(session: Session, row: Claim, form: Form, now: datetime) -> None:
    """Take what is to be filed as it is now: what the organism has of an earlier one is stale."""
    if row.status not in UNSENT:
        raise FiledAlready(row.case_number, row.organism, CLAIM_WORDS[row.status])
    _free(row, now)
    given: dict[str, Any] = forms.kept(form._replace(reference=row.reference))
    if given != row.form:
        row.stale = int(bool(row.remote) or row.pending == Step.CREATE)  # what may be there is as it was
        row.form, row.invoice, row.bonus, row.total = given, form.bill.invoice, form.bill.bonus, form.bill.total
    session.add(row)


def _keep_files(session: Session, row: Claim, files: Sequence[Document]) -> None:
    """Keep which documents are to be sent, and with Ecologic those that it has and that others took the place of."""
    known = session.exec(select(ClaimFile).where(ClaimFile.claim_id == row.id).order_by(col(ClaimFile.position))).all()
    sent = {(each.piece, each.digest): each.sent_at for each in known}
    wanted = {(each.piece, each.digest) for each in files}
    replaced = [each for each in known if each.sent_at and (each.piece, each.digest) not in wanted]
    if row.organism == Organism.ECOLOGIC:
        of_before = (Document(each.piece, each.name, each.media_type, each.digest, each.size) for each in replaced)
        files = (*files, *of_before)
    if list(sent) == [(each.piece, each.digest) for each in files]:
        return
    if row.organism == Organism.ECOSYSTEM and any(sent.values()):
        row.stale = 1  # a draft there takes no document twice
        session.add(row)
    session.exec(delete(ClaimFile).where(col(ClaimFile.claim_id) == row.id))
    for position, file in enumerate(files, 1):
        moment = sent.get((file.piece, file.digest))
        session.add(ClaimFile(claim_id=row.id or 0, position=position, sent_at=moment, **file._asdict()))


def _free(row: Claim, now: datetime) -> None:
    if row.leased_until is not None and is_held(row.lease, row.leased_until, now):
        raise BeingFiled(row.case_number, row.leased_until)


def _tell(session: Session, row: Claim, verb: str, by: By, **data: object) -> None:
    told = {name: value for name, value in data.items() if value != ""}
    record(session, row.case_number, verb, moment=by.moment, operator=by.operator, **told)
