"""What commands on payments gather, ask and tell."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core import money, paris
from comptoir.core.errors import MissingValue
from comptoir.core.i18n import _, ngettext
from comptoir.core.later import later
from comptoir.core.money import ZERO, spoken
from comptoir.core.text import shown
from comptoir.desk import Desk
from comptoir.organisms.statuses import ORGANISM_NAMES, Organism
from comptoir.payments import queries
from comptoir.payments.queries import PaymentRow, ShareRow
from comptoir.payments.rules import LEGAL_DAYS
from comptoir.payments.statuses import WHY_WORDS, Why

if TYPE_CHECKING:
    from sqlmodel import Session

    from comptoir.core import sheet
    from comptoir.outbox import prompts as outbox
    from comptoir.payments import documents, movements, services, statements
    from comptoir.qualirepar import queries as claims
    from comptoir.repairs import queries as repairs
    from comptoir.store.read import Reader
else:
    sheet = later("comptoir.core.sheet")
    claims = later("comptoir.qualirepar.queries")
    outbox, repairs = later("comptoir.outbox.prompts"), later("comptoir.repairs.queries")
    documents, movements = later("comptoir.payments.documents"), later("comptoir.payments.movements")
    services, statements = later("comptoir.payments.services"), later("comptoir.payments.statements")

PATIENCE = timedelta(days=1)  # before an invoice that nobody claims, or a claim that stays half-way, is told
MOST_TOLD = 20  # payments that wait, told one by one


class TallyRow(NamedTuple):
    """What an import did: the movements of the file, and among the payments added those matched whole, and the rest."""

    kind: str
    lines: int
    added: int
    known: int
    left_out: int
    amount: Decimal
    matched: int
    unmatched: int


class DigestRow(NamedTuple):
    """A letter on payments."""

    recipient: str
    subject: str
    paid: Decimal
    unmatched: int
    at_risk: Decimal


def imported(desk: Desk, name: str, account: str, *, dry_run: bool) -> TallyRow:
    """Bring in a statement or the standard input, match it, and tell what waits; nothing is kept of a dry run."""
    with sheet.opened(name) as file:
        statement = statements.read(file)
    moves = statements.of_account(statement.movements, account) if account else statement.movements
    source = shown("-" if name == "-" else Path(name).name)
    with desk.writing() as session:
        done = services.bring(session, moves, _payers(desk), source, desk.by())
        rows = [queries.payment(services.reading(session), number) for number in done.added]
        _tell(desk, session, done.settled, done.added)
        if dry_run:
            session.rollback()
    if dry_run:
        desk.out.say(_("this was a rehearsal: nothing was recorded"))
    amount, left = sum((row.amount for row in rows), ZERO), sum(1 for row in rows if row.left)
    return TallyRow(statement.kind, done.lines, len(rows), done.known, done.left_out, amount, len(rows) - left, left)


def synced(desk: Desk) -> "list[services.MatchRow]":
    """Match what waits, and tell what still does."""
    with desk.writing() as session:
        done = services.settle(session, desk.by())
        _tell(desk, session, done, list(done.why))
    return done.rows


def filters(desk: Desk, since: str, until: str, organism: Organism | None, *, unmatched: bool) -> dict[str, object]:
    """Give what a list keeps; raise BadDay."""
    asked = {"since": since, "until": until}
    kept: dict[str, object] = {
        key: paris.day_asked(f"--{key}", text, desk.today()).isoformat() for key, text in asked.items() if text
    }
    kept |= {"organism": organism.value} if organism else {}
    return kept | ({"unmatched": True} if unmatched else {})


def shown_payment(desk: Desk, number: int) -> tuple[PaymentRow, list[ShareRow]]:
    """Give a payment and what it pays; raise UnknownPayment."""
    with desk.reading() as reader:
        return queries.payment(reader, number), queries.shares(reader, number)


def matched(desk: Desk, number: int, text: str, amount: str, *, yes: bool) -> "list[services.MatchRow]":
    """Match a payment to a repair by hand, after a yes; raise what the service does."""
    asked = money.parse(amount) if amount else None
    with desk.reading() as reader:
        case, payment = repairs.resolved(reader, text), queries.payment(reader, number)
        claim = queries.claim(reader, case, payment.organism)
    question = _("Match {left} of payment {number} to the claim of repair {case} (bonus {bonus}, paid {paid})?")
    told = {
        "left": spoken(payment.left if asked is None else asked),
        "bonus": spoken(claim.bonus),
        "paid": spoken(claim.paid),
    }
    if not desk.agreed(question.format(number=number, case=case, **told), yes=yes):
        return []
    with desk.writing() as session:
        done = services.match(session, number, case, asked, desk.by())
    _tell_over(desk, [done])
    return [done]


def unmatched(desk: Desk, number: int, text: str, *, yes: bool) -> "list[services.MatchRow]":
    """Undo the matches of a payment, after a yes; raise what the service does."""
    with desk.reading() as reader:
        queries.payment(reader, number)
        case = repairs.resolved(reader, text) if text else ""
    if not desk.agreed(_("Undo the match of payment {number}?").format(number=number), yes=yes):
        return []
    with desk.writing() as session:
        done = services.unmatch(session, number, case, desk.by())
    desk.out.say(_("payment {number} is matched by hand only from now on").format(number=number))
    _tell_over(desk, done)
    return done


def digest(desk: Desk, to: str, *, dry_run: bool) -> list[DigestRow]:
    """Put the letter of the day into the outbox, once a day, and try to send it; nothing where there is nothing to say.

    Raises MissingValue and WrongAddress.
    """
    recipient = outbox.recipient(to or desk.settings["shop_email"] or _missing())
    with desk.writing() as session:
        news = _news(desk, services.reading(session))
        if not any(news):
            desk.out.say(_("nothing to say: no letter"))
            return []
        values = documents.letter_values(news, desk.settings["shop_name"], desk.today())
        subject, text = desk.letter(documents.LETTER, documents.TEMPLATES, values)
        told = [list(row.key) for row in news.paid]
        letter = {"subject": subject, "text": text, "papers": [], "told": told}
        if not services.post_digest(session, desk.today().isoformat(), recipient, letter, desk.by()):
            desk.out.say(_("the letter of today is in the outbox already"))
            return []
        if dry_run:
            session.rollback()
    if dry_run:
        desk.out.say(text)
    else:
        outbox.send_at_once(desk)
    return [DigestRow(recipient, subject, news.total, len(news.unmatched), news.at_risk)]


def _missing() -> str:
    raise MissingValue("--to")


def _news(desk: Desk, reader: "Reader") -> "documents.News":
    return documents.News(
        queries.untold(reader, services.DIGESTS),
        list(queries.payments(reader, {"unmatched": True})),
        queries.late(reader, desk.today(), LEGAL_DAYS),
        claims.to_take_up(reader, desk.clock.now() - PATIENCE, queries.last_digest(reader, services.DIGESTS)),
    )


def _payers(desk: Desk) -> "Mapping[Organism, list[movements.Runs]]":
    return {organism: movements.words(desk.settings[f"{organism}_payer"]) for organism in Organism}


def _tell(desk: Desk, session: "Session", done: "services.Settled", waiting: Sequence[int]) -> None:
    """Tell why payments wait, the last ones first, and which claims had more than their bonus."""
    reader = services.reading(session)
    told = sorted(set(waiting) & set(done.why), reverse=True)
    for number in told[:MOST_TOLD]:
        _tell_waiting(desk, queries.payment(reader, number), done.why[number])
    more = len(told) - MOST_TOLD
    if more > 0:
        others = ngettext("and {count} other payment", "and {count} other payments", more)
        desk.out.say(others.format(count=more))
    for taken, origin in done.reversals.items():
        desk.out.say(_("payment {taken} takes payment {origin} back").format(taken=taken, origin=origin))
    _tell_over(desk, done.rows)


def _tell_waiting(desk: Desk, row: PaymentRow, why: Why) -> None:
    told = _("payment {number} ({organism}, {day}), {left} not matched: {reason}")
    desk.out.say(
        told.format(
            number=row.id,
            organism=ORGANISM_NAMES[row.organism],
            day=f"{row.day:%d/%m/%Y}",
            left=spoken(row.left),
            reason=_(WHY_WORDS[why]),
        )
    )


def _tell_over(desk: Desk, rows: "list[services.MatchRow]") -> None:
    for row in rows:
        if row.over > 0:
            told = _("the claim of repair {case} has had {over} more than its bonus")
            desk.out.warn(told.format(case=row.case_number, over=spoken(row.over)))
