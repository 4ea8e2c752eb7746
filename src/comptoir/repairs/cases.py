"""What commands do with cases once they are taken in: find them, check them, move them on."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from comptoir.core import money, paris
from comptoir.core.acting import By
from comptoir.core.errors import ComptoirError, MissingValue, Refused, raise_all
from comptoir.core.i18n import _
from comptoir.core.later import later
from comptoir.core.refs import typed
from comptoir.core.text import tidy
from comptoir.desk import Desk
from comptoir.fiches.rules import RESULT_WORDS, Moment, Point, Product, Result
from comptoir.fiches.rules import points as points_of
from comptoir.parties.rules import checked as checked_fields
from comptoir.repairs import brands, prompts, queries, rules
from comptoir.repairs.intake_refusals import DepositMissing
from comptoir.repairs.queries import CaseDetail, CaseRow, CheckRow
from comptoir.repairs.refusals import BadResult, NoReasonGiven, NothingGiven, UnknownPoint, next_step
from comptoir.repairs.statuses import CHANGEABLE, HERE, CaseStatus, Consent

if TYPE_CHECKING:
    from sqlmodel import Session

    from comptoir.attachments import prompts as attaching
    from comptoir.attachments.queries import AttachmentRow
    from comptoir.attachments.rules import Kind
    from comptoir.parties import fields
    from comptoir.repairs import repairing, services
    from comptoir.repairs.forms import Correction
    from comptoir.technicians import queries as technicians
else:
    attaching, fields = later("comptoir.attachments.prompts"), later("comptoir.parties.fields")
    repairing, services = later("comptoir.repairs.repairing"), later("comptoir.repairs.services")
    technicians = later("comptoir.technicians.queries")

T = TypeVar("T")


def resolved(desk: Desk, text: str) -> CaseDetail:
    """Give the case that a text names; raise UnknownRepair and its kin."""
    with desk.reading() as reader:
        return queries.case(reader, queries.resolved(reader, text))


def done(desk: Desk, text: str, act: Callable[["Session", str, By], T]) -> T:
    """Do something to the case that a text names; give what comes of it."""
    number = resolved(desk, text).number
    with desk.writing() as session:
        return act(session, number, desk.by())


def moved(desk: Desk, text: str, act: Callable[["Session", str, By], object]) -> list[CaseRow]:
    """Move the case that a text names, and say what comes next; give it as it is then."""
    number = resolved(desk, text).number
    done(desk, number, act)
    return going_on(desk, number)


def going_on(desk: Desk, number: str, *, paid: bool = False) -> list[CaseRow]:
    """Say what comes next of a case; give it as it is now."""
    rows = _listed(desk, number)
    row, status = rows[0], CaseStatus(rows[0].status)
    if status is CaseStatus.AGREED and not row.technician:
        step = _("`comptoir repair assign {number} NAME` gives it to one").format(number=row.number)
        desk.out.say(_("next: {step}").format(step=step))
    elif status in HERE:
        desk.out.say(_("next: {step}").format(step=next_step(row.number, status, paid=paid)))
    return rows


def _listed(desk: Desk, number: str) -> list[CaseRow]:
    with desk.reading() as reader:
        return [queries.row(reader, number)]


def papers(desk: Desk) -> "repairing.Papers":
    """Gather what papers need beside a case."""
    return repairing.Papers(prompts.points(desk), prompts.shop(desk))


def assigned(desk: Desk, text: str, name: str, despite: str) -> list[CaseRow]:
    """Give a case to a technician."""
    with desk.reading() as reader:
        who = technicians.single(reader, name)
    return moved(desk, text, lambda session, number, by: repairing.assign(session, number, who, by, tidy(despite)))


def started(desk: Desk, text: str, despite: str) -> list[CaseRow]:
    """Begin the repair of a case."""
    kept = papers(desk)
    return moved(desk, text, lambda session, number, by: repairing.start(session, number, kept, by, tidy(despite)))


def finished(desk: Desk, text: str, despite: str) -> list[CaseRow]:
    """End the repair of a case."""
    kept = papers(desk)
    return moved(desk, text, lambda session, number, by: repairing.finish(session, number, kept, by, tidy(despite)))


def handed_over(desk: Desk, text: str, despite: str) -> list[CaseRow]:
    """Give the device of a case back; the deposit of one that no invoice will take off is told."""
    case = resolved(desk, text)
    rows = moved(desk, case.number, lambda session, number, by: services.hand_over(session, number, by, tidy(despite)))
    free = case.status == CaseStatus.REPAIRED and not rows[0].amount
    if case.deposit and (free or case.status in {CaseStatus.REFUSED, CaseStatus.CANCELLED}):
        told = _("the deposit of {amount}, receipt {receipt}, is to be given back at the till")
        desk.out.warn(told.format(amount=money.spoken(case.deposit), receipt=case.deposit_receipt))
    return rows


def cancelled(desk: Desk, text: str, why: str, *, yes: bool) -> list[CaseRow]:
    """Cancel a case, after a yes; give it, nothing where the person says no. Raises NoReasonGiven."""
    case = resolved(desk, text)
    reason = reason_asked(desk, why, _("Why is it cancelled?"))
    if not desk.agreed(_("Cancel repair {number} ({device})?").format(number=case.number, device=case.device), yes=yes):
        return []
    return moved(desk, case.number, lambda session, number, by: services.cancel(session, number, reason, by))


def reason_asked(desk: Desk, why: str, question: str) -> str:
    """Give why something is undone, asked for where a person is there; raise NoReasonGiven."""

    def check(text: str) -> None:
        """Refuse an empty answer."""
        if not tidy(text):
            raise NoReasonGiven("--why")

    reason = desk.value("--why", why or None, question, check)
    check(reason)
    return tidy(reason)


def changed(desk: Desk, text: str, told: "Correction") -> list[CaseRow]:
    """Correct what was told of a device or of its owner; raise NothingGiven, and what is wrong in it."""
    case = resolved(desk, text)
    device, person = _device(desk, case, told), _person(told)
    if not device and not person:
        raise NothingGiven

    def act(session: "Session", number: str, by: By) -> None:
        """Correct both in one transaction."""
        services.change(session, number, device, by)
        services.change_person(session, number, person, by)

    done(desk, case.number, act)
    return _listed(desk, case.number)


def _device(desk: Desk, case: CaseDetail, told: "Correction") -> dict[str, object]:
    """Give what is corrected of a device, checked."""
    texts = ("model", "condition", "symptom", "repair_code")
    given: dict[str, object] = {key: tidy(getattr(told, key)) for key in texts if getattr(told, key) is not None}
    given |= {
        key: _filled(f"--{key}", value) for key in ("service", "fault") if (value := getattr(told, key)) is not None
    }
    given |= {key: value for key in ("organism", "warranty") if (value := getattr(told, key)) is not None}
    given |= _identity(desk, case, told) | _deposit(case, told)
    if told.consent:
        agreed = {*case.consents, *map(str, told.consent)}
        given["consents"] = [str(each) for each in Consent if each in agreed]
    return given | ({"bonus": 0} if told.no_bonus else {})


def _deposit(case: CaseDetail, told: "Correction") -> dict[str, object]:
    """Give what is corrected of a deposit, another one being told whole; raise DepositMissing where there is none."""
    till = (("--means", "deposit_means", told.means), ("--receipt", "deposit_receipt", told.receipt))
    given: dict[str, object] = {key: tidy(str(value)) for _flag, key, value in till if value is not None}
    amount = case.deposit
    if told.deposit is not None:
        amount = money.parse(told.deposit)
        rules.check_amount("--deposit", amount)
        given = {"deposit": amount, "deposit_means": "", "deposit_receipt": ""} | given
    if not amount and (flags := [flag for flag, key, _value in till if given.get(key)]):
        raise DepositMissing(flags)
    return given


def _identity(desk: Desk, case: CaseDetail, told: "Correction") -> dict[str, object]:
    """Give what is corrected of a device's brand, number and purchase, checked."""
    given: dict[str, object] = {}
    if told.brand is not None:
        with desk.reading() as reader:
            known = [*queries.brands(reader), *brands.shipped()]
        given["brand"] = rules.brand(_filled("--brand", told.brand), known, new=told.new_brand)
    if told.serial is not None:
        product = prompts.points(desk).products.get(case.product)
        given["serial"] = rules.serial_number(told.serial, imei=bool(product and product.imei))
    if told.bought is not None:
        day = paris.day_asked("--bought", told.bought, desk.today())
        rules.check_past("--bought", day, desk.today())
        given["bought_on"] = day.isoformat()
    return given


def _person(told: "Correction") -> dict[str, str]:
    """Give what is corrected of a person, checked; raise every problem at once."""
    keys = ("title", "last_name", "first_name", "email", "phone", "line", "complement", "postcode", "town")
    given = {key: getattr(told, key) for key in keys if getattr(told, key) is not None}
    checks = {**fields.CONSUMER, **fields.PLACE}
    return checked_fields(given, {key: checks[key] for key in given})


def _filled(flag: str, text: str) -> str:
    if not tidy(text):
        raise MissingValue(flag)
    return tidy(text)


def checklist(desk: Desk, text: str, moment: Moment | None) -> list[CheckRow]:
    """List the control points of a case beside what was found at them."""
    case = resolved(desk, text)
    with desk.reading() as reader:
        found = {(each.moment, each.point): each for each in queries.checks(reader, case.number)}
    rows = [_row(point, found.pop((point.moment, point.key), None)) for point in of(desk, case, moment)]
    if CaseStatus(case.status) in {CaseStatus.INVOICED, CaseStatus.HANDED_OVER, CaseStatus.CANCELLED}:
        rows = [row for row in rows if row.result]  # what the shop asks for since is not asked of this one
    # A point that the shop took out of its list since keeps what was found at it.
    return rows + [each for each in found.values() if moment in {None, each.moment}]


def _row(point: Point, found: CheckRow | None) -> CheckRow:
    """Give what was found at a point, as the fiche tells of it now."""
    asked = queries.unchecked(point)
    return found._replace(label=asked.label, required=asked.required, safety=asked.safety) if found else asked


def of(desk: Desk, case: CaseDetail, moment: Moment | None) -> Sequence[Point]:
    """List the control points of a case: those of its fiche, for its product."""
    known = prompts.points(desk)
    product: Product | None = known.products.get(case.product)
    return points_of(known.fiches[case.fiche], product, moment)


def checked(desk: Desk, text: str, given: Sequence[str], note: str) -> list[CheckRow]:
    """Record what was found at control points, asked for one by one where none is typed; raise every problem."""
    case = resolved(desk, text)
    moment = due(case)
    points = list(of(desk, case, None if given else moment))
    looked = {str(moment)}
    if given:
        found = _typed(points, given, tidy(note))
        looked = {str(each.point.moment) for each in found}
        _kept(desk, case, found)
    else:
        for each in _asked(desk, case, points):  # each is kept as it is answered: nothing said is lost
            _kept(desk, case, [each])
    rows = [row for row in checklist(desk, case.number, None) if row.moment in looked]
    left = sum(1 for row in rows if row.required and not row.result and row.moment == moment)
    if left:
        desk.out.say(_("required points still open: {count}").format(count=left))
    return rows


def _kept(desk: Desk, case: CaseDetail, found: "Sequence[repairing.Found]") -> None:
    with desk.writing() as session:
        repairing.check(session, case.number, found, desk.by())


def due(case: CaseDetail) -> Moment:
    """Tell which points are looked at now: as the device comes in, or once its repair has begun."""
    begun = {CaseStatus.REPAIRING, CaseStatus.REPAIRED, CaseStatus.INVOICED, CaseStatus.HANDED_OVER}
    return Moment.AFTER if CaseStatus(case.status) in begun else Moment.BEFORE


def attached(desk: Desk, text: str, paths: Sequence[str], kind: "Kind | None") -> "list[AttachmentRow]":
    """Attach files to a case, all or none; a nameplate's barcode gives the serial number that the case lacks."""
    case = resolved(desk, text)
    rows = attaching.attached(desk, case.number, paths, kind)
    read = next((row.serial for row in rows if row.serial), "")
    if not read or typed(read) == typed(case.serial) or CaseStatus(case.status) not in CHANGEABLE:
        return rows
    if case.serial:
        told = _(
            "the nameplate says {read}, the case says {serial}: `comptoir repair set {number} --serial` corrects it"
        )
        desk.out.warn(told.format(read=read, serial=case.serial, number=case.number))
        return rows
    try:
        done(desk, case.number, lambda session, number, by: services.change(session, number, {"serial": read}, by))
    except Refused as problem:  # the files are attached, whatever the number is worth
        desk.out.warn(problem.message)
    return rows


def _typed(points: Sequence[Point], given: Sequence[str], note: str) -> "list[repairing.Found]":
    known = {point.key: point for point in points}
    problems: list[ComptoirError] = []
    found: list[repairing.Found] = []
    for text in given:
        key, equals, result = text.casefold().partition("=")
        if not equals or result not in set(Result):
            problems.append(BadResult(text))
        elif key not in known:
            problems.append(UnknownPoint(key, list(known)))
        else:
            found.append(repairing.Found(known[key], Result(result), note))
    raise_all(problems)
    return found


def _asked(desk: Desk, case: CaseDetail, points: Sequence[Point]) -> "Iterator[repairing.Found]":
    """Ask for the points that nobody looked at, or that were bad, one by one."""
    if not desk.can_ask:
        raise MissingValue(_("POINT=RESULT"))
    with desk.reading() as reader:
        good = {(each.moment, each.point) for each in queries.checks(reader, case.number) if each.result != Result.BAD}
    left = [point for point in points if (point.moment, point.key) not in good]
    offered = [(str(each), _(RESULT_WORDS[each]), "") for each in Result]
    for place, point in enumerate(left, 1):
        sign = _("required") if point.required else _("optional")
        result = Result(desk.ask.choose(f"{place}/{len(left)} {point.label} ({sign})", offered))
        note = desk.ask.text(_("What is wrong?"), tidy) if result is Result.BAD else ""
        yield repairing.Found(point, result, tidy(note))


def summed(rows: Sequence[queries.LineRow]) -> str:
    """Say what the lines of a case cost."""
    total = sum((row.total for row in rows), money.ZERO)
    return _("total incl. tax: {amount}").format(amount=money.spoken(total))
