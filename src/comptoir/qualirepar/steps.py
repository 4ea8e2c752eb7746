"""Each step of a claim: what is asked of its organism, and what the answer makes of the claim."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from comptoir.core import money, paris
from comptoir.core.clock import Clock
from comptoir.core.i18n import _
from comptoir.desk.wire import Log
from comptoir.organisms.protocol import (
    Broken,
    Client,
    File,
    NotDone,
    NotSearchable,
    Problem,
    Standing,
    TurnedDown,
)
from comptoir.organisms.statuses import ORGANISM_NAMES, Organism, Piece, Stage
from comptoir.qualirepar import forms, rules
from comptoir.qualirepar.progress import State
from comptoir.qualirepar.rules import Action
from comptoir.qualirepar.statuses import UNSENT, ClaimStatus, Step

_ENDED = frozenset({Stage.REFUSED, Stage.CANCELLED})


class Unsettled(Exception):
    """Nobody can know yet, or at all, whether a claim was created; the reason is told."""


class ByHand(Unsettled):
    """Only a person can find out whether a claim was created, on the organism's portal."""


class Created(Exception):
    """A claim was created, and its organism says what is wrong with it already."""

    def __init__(self, state: State, reasons: tuple[Problem, ...]) -> None:
        super().__init__()
        self.state = state
        self.reasons = reasons


class Tools(NamedTuple):
    """What a step needs: `content` gives the bytes of a document by its digest."""

    client: Client
    clock: Clock
    content: Callable[[str], bytes]
    log: Log


async def ask(tools: Tools, state: State) -> State:
    """Ask for the bonus, where the organism answers that; raise TurnedDown where it is not that of the invoice."""
    form = forms.read(state.row.form)
    amount = await tools.client.eligibility(form, tools.log)
    if amount is not None and amount != form.bill.bonus:
        told = _("the invoice takes {ours} off, and the bonus is {theirs}")
        said = told.format(ours=money.spoken(form.bill.bonus), theirs=money.spoken(amount))
        raise TurnedDown(tools.client.organism, (Problem("SupportAmount", said),))
    return state.with_row(status=ClaimStatus.CREATED, error="")


async def create(tools: Tools, state: State) -> State:
    """Create the claim; raise Created where it stands there with mistakes."""
    standing = await tools.client.create(forms.read(state.row.form), tools.log)
    return _checked(_adopted(tools, state.with_row(stale=0), standing), standing)


async def amend(tools: Tools, state: State) -> State:
    """Correct what was created."""
    standing = await tools.client.amend(state.row.remote, forms.read(state.row.form), tools.log)
    return _checked(state.with_row(stale=0, said=standing.status, error=""), standing)


async def attach(tools: Tools, state: State) -> State:
    """Send the next document."""
    file = next(each for each in state.files if each.sent_at is None)
    content = tools.content(file.digest)
    await tools.client.attach(state.row.remote, File(Piece(file.piece), file.name, file.media_type, content), tools.log)
    return _sent(state, {file.position}, tools.clock.now())


async def submit(tools: Tools, state: State) -> State:
    """Submit the claim; raise TurnedDown where its organism does not take it."""
    standing = await tools.client.submit(state.row.remote, tools.log)
    confirmed = _confirmed(tools, state, standing)
    if confirmed.row.status in UNSENT:  # it says that it took it, and that it did not
        problems = standing.problems or (Problem("", standing.reason or standing.status),)
        raise TurnedDown(tools.client.organism, problems)
    return confirmed


async def find(tools: Tools, state: State) -> State:
    """Look for a claim whose creation got no answer; raise Unsettled where nobody can know yet, or at all."""
    try:
        filed = await tools.client.filed(tools.log)
    except NotSearchable:
        raise ByHand(_by_hand(state)) from None
    ours = [each for each in filed if each.reference == state.row.reference and each.stage not in _ENDED]
    if ours:
        return _adopted(tools, state, ours[-1])
    until = (state.row.pending_at or tools.clock.now()) + rules.SETTLE
    if tools.clock.now() < until:
        told = _(
            "no answer came to its creation, and {organism} does not have it yet: it is looked for again at {moment}"
        )
        moment = paris.in_paris(until).strftime("%H:%M:%S")
        raise Unsettled(told.format(organism=ORGANISM_NAMES[state.row.organism], moment=moment))
    return _settled(state)


async def find_files(tools: Tools, state: State) -> State:
    """Look whether the organism has the document in doubt; where it does not say of this one, it goes again."""
    standing = await tools.client.standing(state.row.remote, tools.log)
    if standing is None:
        return await _gone(tools, state)
    doubt = next((each for each in state.files if each.sent_at is None), None)
    if doubt is None or doubt.piece not in (standing.pieces or ()):
        return _settled(state)
    if any(each.piece == doubt.piece and each.sent_at for each in state.files):  # it may mean the one sent before
        return _settled(state)
    return _sent(state, {doubt.position}, tools.clock.now())


async def find_verdict(tools: Tools, state: State) -> State:
    """Look whether a claim was submitted."""
    standing = await tools.client.standing(state.row.remote, tools.log)
    if standing is None:
        return await _gone(tools, state)
    if standing.stage in {Stage.DRAFT, Stage.OTHER}:
        return _settled(state)
    return _confirmed(tools, state, standing)


async def _gone(tools: Tools, state: State) -> State:
    """Take a claim that its organism says it does not have: one word is not enough to forget its number.

    Raises Unsettled where it may be there all the same, ByHand where only a person can look.
    """
    try:
        filed = await tools.client.filed(tools.log)
    except NotSearchable:
        raise ByHand(_by_hand(state)) from None
    row = state.row
    there = [each for each in filed if each.claim == row.remote or each.reference == row.reference]
    alive = [each for each in there if each.stage not in _ENDED]
    if alive:
        return _adopted(tools, state, alive[-1])
    until = (row.pending_at or tools.clock.now()) + rules.SETTLE
    if tools.clock.now() < until:
        told = _("{organism} says that it has no claim {remote}: it is looked for again")
        raise Unsettled(told.format(organism=ORGANISM_NAMES[row.organism], remote=row.remote))
    return _anew(state)


async def discard(tools: Tools, state: State) -> State:
    """Delete a draft that cannot be mended."""
    await tools.client.discard(state.row.remote, tools.log)
    return _anew(state)


_STEPS: Mapping[Action, Callable[[Tools, State], Awaitable[State]]] = {
    Action.ASK: ask,
    Action.CREATE: create,
    Action.AMEND: amend,
    Action.ATTACH: attach,
    Action.SUBMIT: submit,
    Action.FIND: find,
    Action.FIND_FILES: find_files,
    Action.FIND_VERDICT: find_verdict,
    Action.DISCARD: discard,
}
_OF_A_DRAFT = frozenset({Action.AMEND, Action.ATTACH, Action.SUBMIT, Action.DISCARD})


async def done(action: Action, tools: Tools, state: State) -> State:
    """Do a step; what is turned down because the claim is submitted already, by whomever, is taken as it stands.

    Raises Unsettled, Created, and what clients raise.
    """
    try:
        return await _STEPS[action](tools, state)
    except Broken:
        raise
    except TurnedDown as refusal:
        if action not in _OF_A_DRAFT:
            raise
        try:
            found = await tools.client.standing(state.row.remote, tools.log)
        except NotDone:
            raise refusal from None
        if found is None and tools.client.organism is Organism.ECOSYSTEM:
            return _anew(state)  # a draft that somebody deleted: it was never submitted
        if found is None or found.stage in {Stage.DRAFT, Stage.OTHER}:
            raise
        return _confirmed(tools, state, found)


def stood(state: State, standing: Standing, now: datetime) -> State:
    """Take what its organism says of a claim."""
    organism, row = Organism(state.row.organism), state.row
    status = rules.judged(organism, ClaimStatus(row.status), standing.stage)
    refused = status is ClaimStatus.REFUSED and standing.stage is Stage.REFUSED
    sent_back = row.status == ClaimStatus.CONFIRMED and status is ClaimStatus.TO_COMPLETE
    if row.status in UNSENT and status not in UNSENT:  # submitted, by whomever: nothing is asked any more
        state = _settled(state).with_row(confirmed_at=row.confirmed_at or now)
    decided = now if status != row.status and status not in {*UNSENT, ClaimStatus.CONFIRMED} else row.decided_at
    problems = " · ".join(
        f"{each.field} : {each.message}" if each.field else each.message for each in standing.problems
    )
    why = problems or (standing.reason or standing.status if sent_back else "")
    error = why or (row.error if status in UNSENT else "")
    return state.with_row(
        status=status,
        said=standing.status,
        service_order=standing.order or row.service_order,
        reason=(standing.reason or problems or standing.status) if refused else row.reason,
        error=error,
        next_try=now + rules.LONGEST_PAUSE if sent_back else row.next_try,
        asked_at=now,
        decided_at=decided,
    )


def _adopted(tools: Tools, state: State, standing: Standing) -> State:
    organism = Organism(state.row.organism)
    made = _settled(state).with_row(remote=standing.claim, said=standing.status, status=rules.created(organism))
    if standing.stage in {Stage.DRAFT, Stage.OTHER}:
        return made
    return _confirmed(tools, made, standing)


def _checked(state: State, standing: Standing) -> State:
    if standing.problems:
        raise Created(state, standing.problems)
    return state


def _confirmed(tools: Tools, state: State, standing: Standing) -> State:
    now = tools.clock.now()
    sent = _settled(_sent(state, {each.position for each in state.files}, now))
    confirmed = sent.with_row(status=ClaimStatus.CONFIRMED, confirmed_at=state.row.confirmed_at or now, decided_at=None)
    return stood(confirmed, standing, now)


def _sent(state: State, positions: set[int], now: datetime) -> State:
    files = tuple(
        each._replace(sent_at=each.sent_at or now) if each.position in positions else each for each in state.files
    )
    whole = all(each.sent_at for each in files)
    status = ClaimStatus.TO_COMPLETE if whole and state.row.status == ClaimStatus.CREATED else state.row.status
    return _settled(State(state.row._replace(status=status), files))


def _settled(state: State) -> State:
    return state.with_row(pending=Step.NONE, pending_at=None, error="")


def _anew(state: State) -> State:
    """Give a claim of which the organism has nothing any more."""
    files = tuple(each._replace(sent_at=None) for each in state.files)
    row = state.row._replace(remote="", service_order="", said="", status=ClaimStatus.TO_CREATE, stale=0)
    return _settled(State(row, files))


def _by_hand(state: State) -> str:
    told = _(
        "no answer came to its creation, and {organism} has no list to look in: look for the invoice {invoice} on its "
        "portal, then `comptoir qualirepar found {case} --number NUMBER`, or `--nothing` where it is not there"
    )
    row = state.row
    return told.format(organism=ORGANISM_NAMES[row.organism], invoice=row.invoice, case=row.case_number)
