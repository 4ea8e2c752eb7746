"""Files that come back from the distributor's system: statuses, what the check found, credit notes.

The lines of a case stand together; what is known already changes nothing, so that a file may come twice, or late.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from difflib import get_close_matches
from itertools import groupby, islice
from typing import IO, TYPE_CHECKING, NamedTuple

from comptoir.core import money
from comptoir.core.acting import By
from comptoir.core.errors import ComptoirError, Refused
from comptoir.core.i18n import _
from comptoir.core.sheet import BadLine, NotASheet, NothingImported, Refuse, Sheet, Tally, check_header, freed
from comptoir.core.text import fold
from comptoir.returns import queries, services
from comptoir.returns.exports import ExportRow
from comptoir.returns.queries import CaseDetail, LineRow
from comptoir.returns.refusals import CannotMove, UnknownCase
from comptoir.returns.rules import NOT_INVOICED, Verdict, credit_note, is_case, path
from comptoir.returns.statuses import CASE_WORDS, STEPS, CaseStatus
from comptoir.store.engine import driver
from comptoir.store.read import Reader

if TYPE_CHECKING:
    from sqlmodel import Session

COLUMNS = ExportRow._fields
REQUIRED = ("case", "status")
TOGETHER = 100  # cases in a transaction: a third of a second, while others wait for their turn
VERDICT = ("accepted", "refused", "damaged", "missing")
# What other systems call our statuses, whatever the language of the screens.
_FRENCH = {
    "demande envoyee": CaseStatus.SENT,
    "prise en charge sur site": CaseStatus.RECEIVED,
    "controle qualite en cours": CaseStatus.CHECKING,
    "dossier cloture": CaseStatus.CLOSED,
    "cloture": CaseStatus.CLOSED,
    "refuse": CaseStatus.REFUSED,
    "annule": CaseStatus.CANCELLED,
}


class NotCases(Refused):
    """A file whose first line does not name the columns of cases."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            _("these are not cases: {reason}").format(reason=reason),
            _("columns: {known}").format(known=", ".join((*REQUIRED, "position", *VERDICT, "why", *COLUMNS[-2:]))),
        )


class LineLocked(Refused):
    """A file judges again a line whose case is closed."""

    def __init__(self, position: int) -> None:
        super().__init__(_("line {position} was judged otherwise, and the case is closed").format(position=position))


class Told(NamedTuple):
    """What the lines of a file say of one case: its status, its verdicts by position, its credit."""

    status: CaseStatus
    verdicts: dict[int, Verdict]
    credited: Decimal | None
    credit_note: str


def import_cases(
    writing: "Callable[[], AbstractContextManager[Session]]", file: IO[bytes], report: Refuse, by: By, *, strict: bool
) -> Tally:
    """Bring what another system says of cases; what cannot be done is reported, line by line, and left out.

    Each case is brought whole, some of them in each transaction that `writing` opens: other counters have their turn
    in between. A strict import is one transaction. Raises NotCases where the file holds none, and, when strict,
    NothingImported where a line was refused.
    """
    sheet = _opened(file)
    apart, last = _apart(sheet)
    cut = last if _is_cut(file) else 0
    file.seek(0)
    sheet = _opened(file)
    tally = Tally()

    def refuse(problem: BadLine) -> None:
        """Count and report a line that cannot go in."""
        tally.refused += 1
        report(problem)

    cases = _by_case(sheet, refuse)
    while together := list(islice(cases, None if strict else TOGETHER)):
        with writing() as session:
            for lines in together:
                if lines[0][1]["case"] in apart:
                    _refuse(lines, [_("its lines do not stand together")], refuse)
                elif lines[-1][0] == cut:
                    _refuse(lines, [_("the file ends in the middle of a line: it may be cut")], refuse)
                else:
                    _bring(session, lines, tally, refuse, by)
            if strict and tally.refused:
                raise NothingImported(tally.refused)
    tally.legacy = sheet.legacy
    if strict and tally.refused:
        raise NothingImported(tally.refused)
    return tally


def _opened(file: IO[bytes]) -> Sheet:
    try:
        sheet = Sheet(file)
        check_header(sheet.header, COLUMNS, REQUIRED)
    except NotASheet as error:
        raise NotCases(str(error)) from error
    return sheet


def _is_cut(file: IO[bytes]) -> bool:
    """Tell whether a file does not end with a line end."""
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _apart(sheet: Sheet) -> tuple[set[str], int]:
    """Give the cases that come back in a file after others, and the number of its last line.

    Closed at its first lines, such a case would miss what follows.
    """
    seen: set[str] = set()
    apart: set[str] = set()
    last = 0
    for lines in _by_case(sheet, lambda _problem: None):
        case = lines[0][1]["case"]
        (apart if case in seen else seen).add(case)
        last = lines[-1][0]
    return apart, last


def _by_case(sheet: Sheet, refuse: Refuse) -> Iterator[list[tuple[int, dict[str, str]]]]:
    """Give the lines of the file, those of one case together."""
    records = (
        (number, dict(zip(sheet.header, map(freed, cells), strict=True)))
        for block in sheet.blocks(refuse)
        for number, cells in block.records()
    )
    for _case, together in groupby(records, key=lambda line: line[1]["case"]):
        yield list(together)


def _bring(session: "Session", lines: list[tuple[int, dict[str, str]]], tally: Tally, refuse: Refuse, by: By) -> None:
    try:
        said = _told([cells for _number, cells in lines])
        with session.begin_nested():
            changed = _brought(session, lines[0][1]["case"], said, by)
        session.expunge_all()  # memory does not grow with the file
    except (ComptoirError, ValueError) as error:
        told = error.problems() if isinstance(error, ComptoirError) else [error]
        _refuse(lines, list(map(str, told)), refuse)
        return
    if changed:
        tally.updated += len(lines)
    else:
        tally.unchanged += len(lines)


def _refuse(lines: list[tuple[int, dict[str, str]]], reasons: Sequence[str], refuse: Refuse) -> None:
    for number, cells in lines:
        refuse(BadLine(number, f"{cells['case']}, {', '.join(reasons)}"))


def _told(lines: Sequence[dict[str, str]]) -> Told:
    """Gather what lines say of one case; raise ValueError where they contradict each other or mean nothing."""
    number = lines[0]["case"]
    if not is_case(number):
        raise UnknownCase(number)
    statuses = {_status(cells["status"]) for cells in lines}
    amounts = {money.parse(cells["credited"]) for cells in lines if cells.get("credited")}
    notes = {credit_note(cells["credit_note"]) for cells in lines if cells.get("credit_note")} or {NOT_INVOICED}
    if len(statuses) > 1 or len(amounts) > 1 or len(notes) > 1:
        raise ValueError(_("its lines contradict each other"))
    verdicts: dict[int, Verdict] = {}
    for cells in lines:
        if any(cells.get(name) for name in VERDICT):
            position = _counted(cells.get("position", ""))
            if position in verdicts:
                raise ValueError(_("its line {position} stands twice").format(position=position))
            accepted, refused, damaged, missing = (_counted(cells.get(name) or "0") for name in VERDICT)
            verdicts[position] = Verdict(accepted, refused, damaged, missing, cells.get("why", ""))
    status, note = statuses.pop(), notes.pop()
    if note != NOT_INVOICED and status is not CaseStatus.CLOSED:
        raise ValueError(_("a credit note is that of a closed case"))
    credited = amounts.pop() if amounts else None
    if credited is not None and credited < 0:
        raise ValueError(_("a credit is not negative: {amount}").format(amount=credited))
    return Told(status, verdicts, credited, note)


def _brought(session: "Session", number: str, told: Told, by: By) -> bool:
    """Bring a case to what was told of it; tell whether anything changed."""
    reader = Reader(driver(session))
    case, lines = queries.case(reader, number), queries.lines(reader, number)
    changed = _judged(session, case, lines, told, by)
    if changed:
        case = queries.case(reader, number)
    changed |= _advanced(session, CaseStatus(case.status), number, told, by)
    if told.status is CaseStatus.CLOSED:
        changed |= _credited(session, queries.case(reader, number), told, by)
    session.flush()
    return changed


def _credited(session: "Session", case: CaseDetail, told: Told, by: By) -> bool:
    """Give a closed case what is told of its credit; a file from before the invoice takes nothing back."""
    if told.credit_note == NOT_INVOICED and (told.credited is None or case.credit_note != NOT_INVOICED):
        return False
    note = case.credit_note if told.credit_note == NOT_INVOICED else told.credit_note
    return services.invoice(session, case.number, note, by, told.credited)


def _judged(session: "Session", case: CaseDetail, lines: Sequence[LineRow], told: Told, by: By) -> bool:
    known = {line.position: _verdict(line) for line in lines}
    news = {position: verdict for position, verdict in told.verdicts.items() if known.get(position) != verdict}
    if not news:
        return False
    status = CaseStatus(case.status)
    if status not in {CaseStatus.SENT, CaseStatus.RECEIVED, CaseStatus.CHECKING}:
        raise LineLocked(min(news))
    if STEPS[told.status] < STEPS[CaseStatus.CHECKING]:
        raise CannotMove(case.number, told.status, CaseStatus.CHECKING)
    if status is CaseStatus.SENT:
        services.receive(session, case.number, by)
    services.judge(session, case.number, news, by)
    session.flush()
    return True


def _verdict(line: LineRow) -> Verdict | None:
    if line.accepted is None:
        return None
    return Verdict(line.accepted, line.refused or 0, line.damaged or 0, line.missing or 0, line.why)


def _advanced(session: "Session", current: CaseStatus, number: str, told: Told, by: By) -> bool:
    """Bring a case to a status by every step on the way; one that it went through already moves nothing."""
    if current is told.status or path(told.status, current):
        return False
    steps = path(current, told.status)
    if not steps:
        raise CannotMove(number, current, told.status)
    if steps == [CaseStatus.REFUSED] and current is CaseStatus.SENT:
        services.refuse(session, number, _("refused by the distributor"), by)
        return True
    for step in steps:
        _step(session, number, step, told, by)
        session.flush()
    return True


def _step(session: "Session", number: str, step: CaseStatus, told: Told, by: By) -> None:
    match step:
        case CaseStatus.RECEIVED:
            services.receive(session, number, by)
        case CaseStatus.CHECKING:
            services.judge(session, number, {}, by)
        case CaseStatus.CANCELLED:
            services.cancel(session, number, by)
        case _:
            _closed(session, number, told, by)


def _closed(session: "Session", number: str, told: Told, by: By) -> None:
    """Close a case; where nobody judged any of its lines, all are accepted, or refused, as the case is.

    A file that judges some lines judges them all: one that was cut must not credit what it did not come to say.
    """
    reader = Reader(driver(session))
    lines = queries.lines(reader, number)
    if all(line.accepted is None for line in lines):
        taken, why = told.status is CaseStatus.CLOSED, _("refused by the distributor")
        judged = {
            line.position: Verdict(line.quantity) if taken else Verdict(0, line.quantity, why=why) for line in lines
        }
        services.judge(session, number, judged, by)
        session.flush()
    services.close(session, number, by, told.credited)
    session.flush()
    reached = CaseStatus(queries.case(reader, number).status)
    if reached is not told.status:
        raise CannotMove(number, reached, told.status)


def _status(text: str) -> CaseStatus:
    folded = fold(text)
    known = {status.value: status for status in CaseStatus} | _FRENCH
    known |= {fold(_(word)): status for status, word in CASE_WORDS.items()}
    if folded in known:
        return known[folded]
    near = get_close_matches(folded, known, 1)
    meant = _(", did you mean `{near}`?").format(near=_(CASE_WORDS[known[near[0]]])) if near else ""
    raise ValueError(_("there is no status `{status}`").format(status=text) + meant)


def _counted(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):  # noqa: PLR2004 - as long as a delivery's quantity
        raise ValueError(_("`{number}` is no whole number").format(number=text))
    return int(text)
