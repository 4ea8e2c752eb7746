"""What commands on cases do once these are sent: move them, judge their lines, compare estimates with credits."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core import money
from comptoir.core.acting import By
from comptoir.core.errors import ComptoirError, MissingValue, noted, raise_all
from comptoir.core.i18n import _, ngettext
from comptoir.core.later import later
from comptoir.core.text import tidy
from comptoir.desk import Desk
from comptoir.returns import exports, queries
from comptoir.returns.queries import CaseDetail, CaseRow, LineRow
from comptoir.returns.refusals import AllAccepted, BadCount, NoWhy
from comptoir.returns.remaining import Reasons
from comptoir.returns.rules import NOT_INVOICED, Verdict, credit_note
from comptoir.returns.statuses import CASE_WORDS, CaseStatus

if TYPE_CHECKING:
    from sqlmodel import Session

    from comptoir.core import sheet
    from comptoir.returns import erp, reconcile, services
    from comptoir.returns.reconcile import Credit
    from comptoir.store.read import Reader
else:
    sheet, erp = later("comptoir.core.sheet"), later("comptoir.returns.erp")
    reconcile, services = later("comptoir.returns.reconcile"), later("comptoir.returns.services")

PARTS = ("accepted", "refused", "damaged", "missing")
Found = tuple[int | None, int | None, int | None, int | None, str]  # counts of the parts, in this order, and why


class TermsRow(NamedTuple):
    """A reason for a return and its terms."""

    key: str
    label: str
    family: str
    credits: str
    days: int
    fee: str
    at_once: bool
    unopened: bool
    code: str


class Comparison:
    """Cases beside their credits, summed up as they stream by."""

    def __init__(self, compared: "Iterator[Credit]", *, due: bool) -> None:
        self._compared = compared
        self._due = due
        self._count, self._oldest = 0, 0
        self._amount = money.ZERO

    def rows(self) -> "Iterator[Credit]":
        """Give the cases, the oldest first."""
        for case in self._compared:
            if case.is_due:
                self._count += 1
                self._oldest = max(self._oldest, case.age)
                self._amount += case.estimated if case.credited is None else case.credited
            if case.is_due or not self._due:
                yield case

    def told(self) -> str:
        """Say what is still to be credited, once all rows were given."""
        if not self._count:
            return _("nothing waits for a credit")
        told = ngettext(
            "{count} case waits for its credit: {amount} excl. tax, {days} days at most",
            "{count} cases wait for their credit: {amount} excl. tax, {days} days at most",
            self._count,
        )
        return told.format(count=self._count, amount=money.spoken(self._amount), days=self._oldest)


def terms(reasons: Reasons) -> list[TermsRow]:
    """List the reasons with their terms, fees as they are recorded."""
    return [TermsRow(**{**reason._asdict(), "fee": reason.fee.written()}) for reason in reasons.values()]


def cancelled(desk: Desk, text: str, *, yes: bool) -> list[CaseRow]:
    """Cancel the case that a text names, after a yes; give it, nothing where the person says no."""
    number = _resolved(desk, text)
    if not desk.agreed(_("Cancel case {number}?").format(number=number), yes=yes):
        return []
    return _done(desk, [number], services.cancel)


def received(desk: Desk, texts: Sequence[str]) -> list[CaseRow]:
    """Record that the parts of cases arrived, all or none; raise every problem at once."""
    return _done(desk, list(dict.fromkeys(_resolved(desk, text) for text in texts)), services.receive)


def refused(desk: Desk, text: str, why: str, *, yes: bool) -> list[CaseRow]:
    """Refuse the case that a text names, after a yes; give it, nothing where the person says no."""
    number = _resolved(desk, text)
    reason = tidy(desk.value("--why", why or None, _("Why is it refused?"), _check_why))
    _check_why(reason)
    if not desk.agreed(_("Refuse case {number}?").format(number=number), yes=yes):
        return []
    return _done(desk, [number], lambda session, number, by: services.refuse(session, number, reason, by))


def judged(desk: Desk, text: str, position: int | None, found: Found, *, every: bool) -> str:
    """Record what the check found of a line, or of each one not judged yet; give the case's number.

    What is neither refused, damaged nor missing is accepted.
    """
    number = _resolved(desk, text)
    with desk.reading() as reader:
        lines = {line.position: line for line in queries.lines(reader, number)}
    *counts, why = found
    given = {key: int(count) for key, count in zip(PARTS, counts, strict=True) if count is not None}
    waiting = [line for line in lines.values() if line.accepted is None]
    if position is not None:
        declared = lines[position].quantity if position in lines else 0
        verdicts = {position: _verdict(declared, given, tidy(why))}
    elif every and (given or why):
        raise AllAccepted
    elif every:
        verdicts = {line.position: _verdict(line.quantity, {}, "") for line in waiting}
    elif len(lines) == 1 and given:
        verdicts = {line.position: _verdict(line.quantity, given, tidy(why)) for line in lines.values()}
    else:
        verdicts = {line.position: _asked(desk, line) for line in waiting}
    with desk.writing() as session:
        services.judge(session, number, verdicts, desk.by())
    return number


def closed(desk: Desk, text: str, credit: tuple[str, str | None], *, yes: bool) -> list[CaseRow]:
    """Close the case that a text names, with its credit note where it is invoiced already; give it.

    More than was estimated is asked about; nothing where the person says no.
    """
    note, credited = credit_note(credit[0]), _amount(credit[1])
    number = _resolved(desk, text)
    if not _is_meant(desk, number, credited, yes=yes):
        return []

    def close(session: "Session", number: str, by: By) -> None:
        """Close, then invoice."""
        services.close(session, number, by, credited)
        if note != NOT_INVOICED:
            services.invoice(session, number, note, by)

    return _done(desk, [number], close)


def invoiced(desk: Desk, text: str, credit: tuple[str, str | None], *, yes: bool) -> list[CaseRow]:
    """Give the case that a text names the number of its credit note; give the case.

    More than was estimated is asked about; nothing where the person says no.
    """
    note, credited = credit_note(credit[0]), _amount(credit[1])
    number = _resolved(desk, text)
    if not _is_meant(desk, number, credited, yes=yes):
        return []
    return _done(desk, [number], lambda session, number, by: services.invoice(session, number, note, by, credited))


def warn_gone(desk: Desk, case: CaseDetail) -> None:
    """Warn where the papers of a case are printed though it will not go back."""
    if case.status in {CaseStatus.CANCELLED, CaseStatus.REFUSED}:
        desk.out.warn(
            _("case {number} is at `{status}`: its papers no longer hold").format(
                number=case.number, status=_(CASE_WORDS[CaseStatus(case.status)])
            )
        )


def imported(desk: Desk, name: str, *, strict: bool) -> "sheet.Tally":
    """Import a file of the distributor's, or the standard input, each refused line told as it comes."""
    with sheet.opened(name) as file:
        return erp.import_cases(
            desk.writing, file, lambda problem: desk.out.say(problem.message), desk.by(), strict=strict
        )


def compared(desk: Desk, reader: "Reader", *, due: bool) -> Comparison:
    """Compare what was estimated and credited; `due` keeps what waits for its credit."""
    return Comparison(reconcile.compared(exports.exported(reader, ""), desk.today()), due=due)


def _resolved(desk: Desk, text: str) -> str:
    with desk.reading() as reader:
        return queries.resolved(reader, text)


def _done(desk: Desk, numbers: Sequence[str], verb: "Callable[[Session, str, By], object]") -> list[CaseRow]:
    """Do a verb to cases in one transaction, all or none; give them as they are then."""
    problems: list[ComptoirError] = []
    with desk.writing() as session:
        for number in numbers:
            with noted(problems):
                verb(session, number, desk.by())
        raise_all(problems)
    with desk.reading() as reader:
        return [row for number in numbers for row in queries.cases(reader, {"number": number})]


def _is_meant(desk: Desk, number: str, credited: Decimal | None, *, yes: bool) -> bool:
    """Ask about a credit that is more than what was estimated: a slip of the finger is for good once invoiced."""
    with desk.reading() as reader:
        estimated = queries.case(reader, number).estimated
    if credited is None or credited <= estimated:
        return True
    question = _("The credit {credited} is over the estimate {estimated}: record it?")
    return desk.agreed(question.format(credited=money.spoken(credited), estimated=money.spoken(estimated)), yes=yes)


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    amount = money.parse(text)
    if amount < 0:
        raise money.BadAmount(text)
    return amount


def _verdict(declared: int, given: Mapping[str, int], why: str) -> Verdict:
    others = sum(given.get(key, 0) for key in ("refused", "damaged", "missing"))
    accepted = given.get("accepted", max(declared - others, 0))
    return Verdict(accepted, given.get("refused", 0), given.get("damaged", 0), given.get("missing", 0), why)


def _asked(desk: Desk, line: LineRow) -> Verdict:
    """Ask what the check found of a line, until all its parts are judged; raise MissingValue."""
    if not desk.can_ask:
        raise MissingValue("--line, --all")
    desk.out.say(f"{line.position}. {line.reference} {line.designation} ({line.label})")
    counts: list[int] = []
    for question in (_("Accepted"), _("Refused"), _("Damaged")):
        left = line.quantity - sum(counts)
        counts.append(_asked_count(desk, question, left, left if not counts else 0) if left else 0)
    missing = line.quantity - sum(counts)
    why = desk.ask.text(_("Why are parts refused?"), _check_why) if counts[1] else ""
    accepted, refused, damaged = counts
    return Verdict(accepted, refused, damaged, missing, tidy(why))


def _asked_count(desk: Desk, question: str, left: int, default: int) -> int:
    def check(text: str) -> None:
        """Raise BadCount for what is no count of what is left."""
        if text and not (text.isascii() and text.isdigit() and int(text) <= left):
            raise BadCount(0, left)

    asked = _("{question} (0 to {left}, Enter for {default})").format(question=question, left=left, default=default)
    return int(desk.ask.text(asked, check) or default)


def _check_why(text: str) -> None:
    if not text.strip():
        raise NoWhy
