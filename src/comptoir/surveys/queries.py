"""Reads of questionnaires and of what customers answered."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from comptoir.core import paris
from comptoir.core.text import fold
from comptoir.surveys import rules
from comptoir.surveys.refusals import NotAsked, UnknownCode
from comptoir.surveys.rules import LATEST, SOONEST
from comptoir.surveys.statuses import Cut, Standing

if TYPE_CHECKING:
    from comptoir.store.read import Reader


class SurveyRow(NamedTuple):
    """A questionnaire and where it stands on a day; `due_on` is the last day to answer a complaint."""

    number: str
    asked_at: datetime
    code: str
    channel: str
    recipient: str
    customer: str
    product: str
    device: str
    technician: str
    standing: Standing
    score: int | None
    comment: str
    answered_at: datetime | None
    answered_by: str
    due_on: date | None
    action: str
    acted_at: datetime | None


class Device(NamedTuple):
    """A device given back whose customer may be asked."""

    number: str
    closed_at: datetime
    customer: str
    product: str
    device: str
    email: str
    phone: str


class Opinion(NamedTuple):
    """What one customer was asked and answered, and what a report is cut by."""

    number: str
    asked_at: datetime
    score: int | None
    answered_at: datetime | None
    acted_at: datetime | None
    fiche: int
    technician: str
    product: str


class ReportRow(NamedTuple):
    """What customers think of a month, a fiche, a technician, a product, or of all of it.

    The rate of answer is in percent; the rate and the mean score have one decimal, and no value without an answer.
    """

    group: str
    asked: int
    answered: int
    rate: str | None
    mean: str | None
    promoters: int
    passives: int
    detractors: int
    nps: int | None
    complaints: int
    late: int


class Complaints(NamedTuple):
    """How many complaints nothing was done about, and how many of them are late."""

    open: int
    late: int


class _Kept(NamedTuple):
    number: str
    asked_at: datetime
    code: str
    channel: str
    recipient: str
    customer: str
    product: str
    device: str
    technician: str
    score: int | None
    comment: str
    answered_at: datetime | None
    answered_by: str
    action: str
    acted_at: datetime | None


class _Sent(NamedTuple):
    content: dict[str, Any]


_NAME = "trim(o.title || ' ' || o.first_name || ' ' || o.last_name)"
_DEVICE = "trim(c.brand || ' ' || c.model)"
_FROM = (
    "FROM survey s JOIN repair_case c ON c.number = s.case_number JOIN consumer o ON o.id = c.consumer_id "
    "LEFT JOIN technician t ON t.id = c.technician_id"
)
_LISTED = (
    f"SELECT s.case_number, s.asked_at, s.code, s.channel, s.recipient, {_NAME}, c.product_label, {_DEVICE}, "
    f"coalesce(t.name, ''), s.score, s.comment, s.answered_at, s.answered_by, s.action, s.acted_at {_FROM}"
)
_OPINION = (
    "SELECT s.case_number, s.asked_at, s.score, s.answered_at, s.acted_at, c.fiche, coalesce(t.name, ''), "
    f"c.product_label {_FROM}"
)
# What was given back without being repaired (a quote refused, a case cancelled) was never repaired.
_REPAIRED = (
    f"SELECT c.number, c.closed_at, {_NAME}, c.product_label, {_DEVICE}, o.email, o.phone "
    "FROM repair_case c JOIN consumer o ON o.id = c.consumer_id "
    "WHERE c.status = 'handed_over' AND c.repaired_at IS NOT NULL AND c.closed_at IS NOT NULL"
)
_CONDITIONS = {
    "open": "s.score IS NULL",
    "answered": "s.score IS NOT NULL",
    "below": "s.score < :below",
    "since": "s.asked_at >= :since",
    "until": "s.asked_at < :until",
}
_VALUED = ("below", "since", "until")


def bounds(since: str, until: str, now: datetime) -> dict[str, str]:
    """Give the moments at which a `--since` day begins and an `--until` day ends, as kept; raise BadDay."""
    asked = {"since": since, "until": until}
    return {key: paris.bound(key, text, now).isoformat() for key, text in asked.items() if text}


def surveys(reader: "Reader", filters: Mapping[str, Any], today: date) -> Iterator[SurveyRow]:
    """Stream the questionnaires that every filter keeps, the latest first; without a filter, all of them."""
    where, values = _where(filters)
    for row in reader.rows(f"{_LISTED}{where} ORDER BY s.asked_at DESC, s.case_number DESC", _Kept, **values):
        yield _standing(row, today)


def survey(reader: "Reader", number: str, today: date) -> SurveyRow:
    """Give the questionnaire of a repair; raise NotAsked."""
    found = reader.one(f"{_LISTED} WHERE s.case_number = :number", _Kept, number=number)
    if found is None:
        raise NotAsked(number)
    return _standing(found, today)


def of_code(reader: "Reader", code: str) -> str:
    """Give the number of the repair that a code stands for; raise UnknownCode."""
    found = given(reader, code)
    if found is None:
        raise UnknownCode(code)
    return found


def given(reader: "Reader", code: str) -> str | None:
    """Give the number of the repair whose customer was given this code, None where nobody was."""
    found = reader.values("SELECT case_number FROM survey WHERE code = :code", code=code)
    return str(found[0]) if found else None


def asked_at(reader: "Reader", number: str) -> datetime | None:
    """Give when the customer of a repair was asked, None where they were not."""
    found = reader.values("SELECT asked_at FROM survey WHERE case_number = :number", number=number)
    return datetime.fromisoformat(found[0]) if found else None


def to_ask(reader: "Reader", since: str, now: datetime) -> list[Device]:
    """List the devices given back since a day, yesterday at the latest, whose customers were never asked.

    Without a day, since 30 days. Raises BadDay.
    """
    first = paris.bound("since", since, now) if since else now - LATEST
    sql = (
        f"{_REPAIRED} AND c.closed_at >= :first AND c.closed_at <= :last "
        "AND NOT EXISTS (SELECT 1 FROM survey s WHERE s.case_number = c.number) ORDER BY c.closed_at, c.number"
    )
    moments = {"first": first.isoformat(), "last": (now - SOONEST).isoformat()}
    return list(reader.rows(sql, Device, **moments))


def device(reader: "Reader", number: str) -> Device | None:
    """Give a device that was repaired and given back, None where it was not."""
    return reader.one(f"{_REPAIRED} AND c.number = :number", Device, number=number)


def sent(reader: "Reader", key: str) -> str:
    """Give the text of a message as it was sent, empty where there is none."""
    found = reader.one("SELECT content FROM outbox WHERE key = :key", _Sent, key=key)
    return str(found.content.get("text", "")) if found else ""


def report(reader: "Reader", moments: Mapping[str, str], cut: Cut | None, today: date) -> list[ReportRow]:
    """Sum up what customers who were asked between two moments answered, in one line or cut by something."""
    where, values = _where(moments)
    groups: dict[str, list[Opinion]] = {} if cut else {"": []}
    for row in reader.rows(f"{_OPINION}{where} ORDER BY s.asked_at", Opinion, **values):
        groups.setdefault(_key(row, cut), []).append(row)
    return [_summed(key, groups[key], today) for key in sorted(groups, key=_place)]


def complaints(reader: "Reader", today: date) -> Complaints:
    """Count the complaints that nothing was done about."""
    stands = [row.standing for row in surveys(reader, {"below": rules.PASSIVE}, today)]
    late = stands.count(Standing.LATE)
    return Complaints(stands.count(Standing.COMPLAINT) + late, late)


def codes(reader: "Reader", start: str, limit: int) -> list[str]:
    """List the codes that begin so, of those who have not answered, for completion."""
    sql = "SELECT code FROM survey WHERE score IS NULL AND substr(code, 1, length(:start)) = upper(:start) LIMIT :limit"
    return [str(each) for each in reader.values(sql, start=start, limit=limit)]


def numbers(reader: "Reader", start: str, limit: int) -> list[str]:
    """List the repairs whose number begins so and whose customer answered, for completion."""
    sql = (
        "SELECT case_number FROM survey WHERE score IS NOT NULL AND substr(case_number, 1, length(:start)) = :start "
        "ORDER BY case_number DESC LIMIT :limit"
    )
    return [str(each) for each in reader.values(sql, start=start, limit=limit)]


def _where(filters: Mapping[str, Any]) -> tuple[str, dict[str, str | int | None]]:
    kept = " AND ".join(_CONDITIONS[key] for key in filters)
    return f" WHERE {kept}" if kept else "", {key: filters[key] for key in _VALUED if key in filters}


def _standing(row: _Kept, today: date) -> SurveyRow:
    stands = _stands(row, today)
    answered = _day(row.answered_at)
    due = rules.due(answered) if answered and stands in {Standing.COMPLAINT, Standing.LATE} else None
    asked, told = row[:9], row[9:]
    return SurveyRow(*asked, stands, *told[:4], due, *told[4:])


def _stands(row: _Kept | Opinion, today: date) -> Standing:
    # What was done before an answer was taken back is not done about the new one.
    since = row.acted_at if row.acted_at and row.answered_at and row.acted_at >= row.answered_at else None
    return rules.standing(row.score, _day(row.answered_at), _day(since), today)


def _day(moment: datetime | None) -> date | None:
    return paris.in_paris(moment).date() if moment else None


def _key(row: Opinion, cut: Cut | None) -> str:
    match cut:
        case None:
            return ""
        case Cut.MONTH:
            return f"{paris.in_paris(row.asked_at):%Y-%m}"
        case Cut.FICHE:
            return str(row.fiche)
        case Cut.TECHNICIAN:
            return row.technician
        case Cut.PRODUCT:
            return row.product


def _place(key: str) -> tuple[bool, int, str]:
    """Order figures by their value, words without accents or capitals, and nobody last."""
    return not key, int(key) if key.isdigit() else 0, fold(key)


def _summed(group: str, rows: list[Opinion], today: date) -> ReportRow:
    found = rules.scores(row.score for row in rows)
    stands = [_stands(row, today) for row in rows]
    late = stands.count(Standing.LATE)
    return ReportRow(
        group,
        found.asked,
        found.answered,
        found.rate,
        found.mean,
        found.promoters,
        found.passives,
        found.detractors,
        found.nps,
        stands.count(Standing.COMPLAINT) + late,
        late,
    )
