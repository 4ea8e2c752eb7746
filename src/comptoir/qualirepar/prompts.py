"""What commands on claims gather, ask, do and tell."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core import money
from comptoir.core.errors import REFUSED, ComptoirError, OutsideFailure, UsageProblem, raise_all
from comptoir.core.i18n import _, ngettext
from comptoir.core.later import later
from comptoir.desk import Desk
from comptoir.organisms.protocol import TurnedDown
from comptoir.organisms.statuses import ORGANISM_NAMES, Organism, Piece
from comptoir.qualirepar import checks, queries
from comptoir.qualirepar.queries import ClaimDetail, ClaimRow, RefusedRow
from comptoir.qualirepar.refusals import (
    BeingFiled,
    ClaimNotReady,
    FiledAlready,
    NamedAndAll,
    NothingNamed,
    NothingToClaim,
    SomeNotFiled,
    SomeRefused,
)
from comptoir.qualirepar.statuses import CLAIM_WORDS, UNSENT, ClaimStatus, Step
from comptoir.repairs import queries as repairs

if TYPE_CHECKING:
    from comptoir.organisms import clients
    from comptoir.qualirepar import dossiers, filing, following, forms, reasons, rules, services
    from comptoir.qualirepar.dossiers import Checked
    from comptoir.qualirepar.filing import Filed
    from comptoir.store import blobs
else:
    clients = later("comptoir.organisms.clients")
    dossiers, filing = later("comptoir.qualirepar.dossiers"), later("comptoir.qualirepar.filing")
    following, forms = later("comptoir.qualirepar.following"), later("comptoir.qualirepar.forms")
    reasons, rules = later("comptoir.qualirepar.reasons"), later("comptoir.qualirepar.rules")
    services, blobs = later("comptoir.qualirepar.services"), later("comptoir.store.blobs")


class Picked(NamedTuple):
    """Which repairs are meant: these, or all that are to be filed (with one organism)."""

    named: Sequence[str]
    all: bool
    organism: Organism | None


class PlannedRow(NamedTuple):
    """A claim that is about to be filed."""

    case_number: str
    organism: str
    status: str
    invoice: str
    total: object
    bonus: object
    pieces: tuple[str, ...]


class ExplainedRow(NamedTuple):
    """A refused claim, its reason in plain words and what to do."""

    case_number: str
    decided_at: object
    organism: str
    customer: str
    product_label: str
    invoice: str
    bonus: object
    reason: str
    plain: str
    todo: str


def resolved(desk: Desk, text: str) -> str:
    """Give the number of the repair that a text names; raise UnknownRepair and its kin."""
    with desk.reading() as reader:
        return repairs.resolved(reader, text)


def looked_at(desk: Desk, text: str) -> "Checked":
    """Gather what would make the organism refuse the claim of a repair."""
    return dossiers.checked(desk, [resolved(desk, text)])[0]


def conclude_check(desk: Desk, checked: "Checked") -> int | None:
    """Tell whether a claim may be filed; give the exit code."""
    stopping = len(checks.stopping(checked.troubles))
    if not stopping:
        told = _("nothing stops this claim: `comptoir qualirepar claim {number}` files it")
        desk.out.say(told.format(number=checked.dossier.case.number))
        return None
    told = ngettext("{count} point stops this claim", "{count} points stop this claim", stopping)
    desk.out.say(told.format(count=stopping))
    return REFUSED


class Plan(NamedTuple):
    """The claims to file, and those that something stops."""

    found: "list[Checked]"
    stopped: list[ComptoirError]


class Standing(NamedTuple):
    """Claims as they stand now, and what kept some from being asked about."""

    rows: list[ClaimRow]
    problems: list[ComptoirError]

    def conclude(self) -> None:
        """Raise what went wrong."""
        raise_all(self.problems)


def planned(desk: Desk, picked: Picked) -> Plan:
    """Gather the repairs to file; raise what stops those that are named, give what stops the others.

    Raises NothingNamed, NamedAndAll, FiledAlready and ClaimNotReady.
    """
    if picked.named and picked.all:
        raise NamedAndAll
    if not (picked.named or picked.all):
        raise NothingNamed
    numbers = _named(desk, picked)
    good: list[Checked] = []
    problems: list[ComptoirError] = []
    for each in dossiers.checked(desk, numbers):
        stopping = checks.stopping(each.troubles)
        if stopping:
            problems.append(ClaimNotReady(each.dossier.case.number, [found.message for found in stopping]))
        elif picked.organism in {None, each.dossier.answer.organism}:
            good.append(each)
    if picked.named:
        raise_all(problems)
    return Plan(good, problems)


def tell_doubts(desk: Desk, plan: Plan) -> None:
    """Warn of what may make an organism refuse claims that nothing stops."""
    for dossier, troubles in plan.found:
        for each in troubles:
            told = _("{number}: {message}")
            desk.out.warn(told.format(number=dossier.case.number, message=each.message))


def _named(desk: Desk, picked: Picked) -> list[str]:
    with desk.reading() as reader:
        if picked.all:
            return list(dict.fromkeys(queries.unfinished(reader, picked.organism or "", desk.clock.now())))
        numbers = list(dict.fromkeys(repairs.resolved(reader, text) for text in picked.named))
        found = [queries.last(reader, number) for number in numbers]
    filed = [each for each in found if each and each.status not in {*UNSENT, *_over()}]
    raise_all([FiledAlready(each.case_number, each.organism, _(CLAIM_WORDS[each.status])) for each in filed])
    return numbers


def _over() -> set[ClaimStatus]:
    return {ClaimStatus.REFUSED, ClaimStatus.CANCELLED}


def rows(found: "Sequence[Checked]") -> list[PlannedRow]:
    """Show what would be filed."""
    shown = []
    for dossier, _troubles in found:
        bill, answer = dossier.bill, dossier.answer
        chosen = [piece for piece, _required in answer.pieces if checks.chosen(piece, dossier.files)]
        pieces = (Piece.INVOICE, *chosen)
        if bill and answer.organism:
            status = ClaimStatus.TO_CREATE
            shown.append(
                PlannedRow(
                    dossier.case.number, answer.organism, status, bill.number, bill.total, bill.bonus, tuple(pieces)
                )
            )
    return shown


def _agreed(desk: Desk, found: "Sequence[Checked]", *, yes: bool) -> bool:
    """Ask before claims are filed: what is sent cannot be taken back everywhere."""
    total = sum((each.dossier.bill.bonus for each in found if each.dossier.bill), money.ZERO)
    names = {ORGANISM_NAMES[each.dossier.answer.organism] for each in found if each.dossier.answer.organism}
    told = ngettext(
        "File {count} claim of {total} ({names})?", "File {count} claims, {total} in all ({names})?", len(found)
    )
    question = told.format(count=len(found), total=money.spoken(total), names=", ".join(sorted(names)))
    return desk.agreed(question, yes=yes)


def filed(
    desk: Desk, found: "Sequence[Checked]", told: "Callable[[Filed], object]", *, yes: bool
) -> list[ComptoirError]:
    """File claims after a yes, organism by organism; tell what becomes of each as it ends.

    Gives what keeps an organism from being spoken to: it keeps no other.
    """
    if not found or not _agreed(desk, found, yes=yes):
        desk.out.say(_("nothing was sent") if found else _("there is nothing to claim"))
        return []
    problems: list[ComptoirError] = []
    for organism in Organism:
        here = [each for each in found if each.dossier.answer.organism is organism]
        try:
            if here:
                with desk.progress(ORGANISM_NAMES[organism], len(here)) as advance:
                    asyncio.run(_filed(desk, organism, here, (told, advance)))
        except (UsageProblem, OutsideFailure, TurnedDown) as problem:
            problems.append(problem)
    return problems


async def _filed(
    desk: Desk,
    organism: Organism,
    found: "Sequence[Checked]",
    told: "tuple[Callable[[Filed], object], Callable[[], None]]",
) -> None:
    def tell(done: "Filed") -> None:
        """Tell one claim, and how far they are."""
        told[0](done)
        told[1]()

    async with clients.opened(desk, organism) as client:
        ids = [_prepared(desk, organism, each) for each in found]
        with desk.resident() as store:
            work = filing.Work(store, client, desk.clock, desk.operator, lambda digest: _content(desk, digest))
            await filing.all_filed(work, ids, tell)


def _prepared(desk: Desk, organism: Organism, checked: "Checked") -> int:
    dossier, number = checked.dossier, checked.dossier.case.number
    if dossier.bill is None:
        raise NothingToClaim(number)
    files = dossiers.documents(desk, dossier)
    with desk.reading() as reader:
        attempt = queries.attempts(reader, number) + 1
    case = dossier.case
    told = "|".join((dossier.bill.number, dossier.bill.issued_at.isoformat(), case.serial, case.last_name, case.email))
    reference = rules.reference(number, attempt, told)
    form = forms.form(reference, dossier.case, dossier.bill, dossier.answer, dossier.account)
    try:
        with desk.writing() as session:
            return services.prepare(session, organism, form, files, desk.by(), number)
    except (BeingFiled, FiledAlready):  # by another command, since these were gathered: filing says so of it alone
        with desk.reading() as reader:
            return queries.claim(reader, number).id


def _content(desk: Desk, digest: str) -> bytes:
    with blobs.opened(blobs.folder_of(desk.settings.database), digest) as file:
        return file.read()


def conclude(desk: Desk, done: "Sequence[Filed]", plan: Plan) -> None:
    """Say what comes next; raise SomeRefused and SomeNotFiled, and what stopped the others."""
    confirmed = sum(each.result is filing.Result.CONFIRMED for each in done)
    turned_down = sum(each.result is filing.Result.TURNED_DOWN for each in done)
    if confirmed:
        desk.out.say(_("next: `comptoir qualirepar status` asks where they stand"))
    waiting = len(done) - confirmed - turned_down
    problems = [*plan.stopped]
    if turned_down:
        problems.append(SomeRefused(turned_down))
    if waiting:
        problems.append(SomeNotFiled(waiting))
    raise_all(sorted(problems, key=lambda problem: not isinstance(problem, OutsideFailure)))  # cron tries again on 5


def asked(desk: Desk, named: Sequence[str], organism: Organism | None) -> Standing:
    """Ask the organisms where claims stand, these or all that wait for a word or for money; give them as they are then.

    One organism that does not answer keeps no other.
    """
    with desk.reading() as reader:
        numbers = [repairs.resolved(reader, text) for text in named] or queries.awaited(reader, organism or "")
        found = [queries.claim(reader, number) for number in dict.fromkeys(numbers)]
    problems: list[ComptoirError] = []
    for each in Organism:
        ids = [claim.id for claim in found if claim.organism == each and claim.remote]
        try:
            if ids:
                _follow(desk, each, ids, listed=not named or len(ids) > 1)
        except (UsageProblem, OutsideFailure, TurnedDown) as problem:
            problems.append(problem)
    with desk.reading() as reader:
        rows = [queries.row(reader, claim.case_number) for claim in found]
    return Standing(rows, problems)


def _follow(desk: Desk, organism: Organism, ids: Sequence[int], *, listed: bool) -> None:
    async def follow(advance: Callable[[], None]) -> None:
        """Ask about all of them."""
        async with clients.opened(desk, organism) as client:
            with desk.resident() as store:
                work = following.Work(store, client, desk.clock, desk.operator)
                await following.followed(work, ids, advance, listed=listed)

    with desk.progress(ORGANISM_NAMES[organism], len(ids)) as advance:
        asyncio.run(follow(advance))


def tell_credited(desk: Desk) -> None:
    """Warn of claims whose invoice was credited: they must not be paid as they stand."""
    with desk.reading() as reader:
        found = queries.credited(reader)
    if found:
        told = ngettext(
            "the invoice of {numbers} was credited after it was claimed: cancel the claim with its organism",
            "the invoices of {numbers} were credited after they were claimed: cancel the claims with their organisms",
            len(found),
        )
        desk.out.warn(told.format(numbers=", ".join(found)))
        desk.out.say(
            _("hint: {text}").format(text=_("`comptoir qualirepar cancel {number}` says how").format(number=found[0]))
        )


def tell_next(desk: Desk, claim: ClaimDetail) -> None:
    """Say what to do next about a claim."""
    number = claim.case_number
    match claim.status:
        case _ if claim.pending == Step.CREATE and not dossiers.account(desk, Organism(claim.organism)).searchable:
            step = _("`comptoir qualirepar found {number}` says what is on the portal").format(number=number)
        case _ if claim.status in UNSENT:
            step = _("`comptoir qualirepar claim {number}` goes on").format(number=number)
        case ClaimStatus.REFUSED:
            step = reasons.explained(claim.organism, claim.reason).todo
        case ClaimStatus.CONFIRMED | ClaimStatus.APPROVED:
            step = _("`comptoir qualirepar status {number}` asks where it stands").format(number=number)
        case ClaimStatus.REIMBURSED:
            step = _("`comptoir qualirepar payments import FILE` finds it on the bank statement")
        case ClaimStatus.CANCELLED:
            step = _("`comptoir qualirepar claim {number}` makes another where the repair may have one")
            step = step.format(number=number)
        case _:
            return
    desk.out.say(_("next: {step}").format(step=step))


def explained(found: "Iterator[RefusedRow]") -> Iterator[ExplainedRow]:
    """Add to each refused claim what its reason means and what to do."""
    for row in found:
        yield ExplainedRow(*row, *reasons.explained(row.organism, row.reason))
