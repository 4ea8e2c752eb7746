"""Every refusal of the repair desk: what, why, and what to do next."""

from collections.abc import Sequence
from decimal import Decimal

from comptoir.core import money
from comptoir.core.errors import NotFound, Refused, UsageProblem
from comptoir.core.flow import IllegalMove
from comptoir.core.i18n import _, ngettext
from comptoir.repairs.statuses import CASE_WORDS, CONSENT_WORDS, WARRANTY_WORDS, CaseStatus, Consent, Warranty


class Professional(Refused):
    """A company's device: the bonus is for private persons."""

    def __init__(self) -> None:
        super().__init__(
            _("the customer is a professional: the repair bonus is for private persons"),
            _("`--no-bonus` takes the device in without the bonus"),
        )


class UnderWarranty(Refused):
    """A device still under a warranty: whoever gave it repairs it."""

    def __init__(self, warranty: Warranty) -> None:
        super().__init__(
            _("the device is under warranty ({warranty}): it gets no repair bonus").format(
                warranty=_(WARRANTY_WORDS[warranty])
            ),
            _("send the customer to whoever owes the warranty, or take it in with `--no-bonus`"),
        )


class StillGuaranteed(Refused):
    """A device bought so lately that the legal guarantee still runs (code de la consommation, L217-3: two years)."""

    def __init__(self, bought: str, until: str) -> None:
        super().__init__(
            _("bought on {bought}, the device is under legal guarantee until {until}").format(
                bought=bought, until=until
            ),
            _("send the customer to the seller, or take it in with `--no-bonus`"),
        )


class UnknownBrand(Refused):
    """A brand that nobody here has met."""

    def __init__(self, brand: str, near: Sequence[str]) -> None:
        super().__init__(
            _("the brand `{brand}` is not known").format(brand=brand),
            _("did you mean {near}? `--new-brand` takes it as it is").format(near=", ".join(f"`{n}`" for n in near))
            if near
            else _("check it on the nameplate: `--new-brand` takes it as it is"),
        )


class SerialInCase(Refused):
    """A device that is at the counter already."""

    def __init__(self, serial: str, number: str, status: CaseStatus) -> None:
        super().__init__(
            _("{serial} is in case {number} already, at `{status}`").format(
                serial=serial, number=number, status=_(CASE_WORDS[status])
            ),
            _("`comptoir repair show {number}` shows it; the nameplate may have been misread").format(number=number),
        )


class BadSerial(UsageProblem):
    """A text that is no serial number, or an IMEI mistyped."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(_("`{text}`: {reason}").format(text=text, reason=reason))
        self.reason = reason


class ConsentMissing(Refused):
    """Something is done that the consumer did not agree to in writing."""

    def __init__(self, consent: Consent, number: str = "") -> None:
        told = _("the consumer has not agreed in writing: {consent}").format(consent=_(CONSENT_WORDS[consent]).lower())
        way = f"comptoir repair set {number} --consent {consent}" if number else f"--consent {consent}"
        super().__init__(told, _("once it is signed: `{way}`").format(way=way))


class DepositIncomplete(UsageProblem):
    """A deposit without its means of payment or the till's receipt."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(
            _("the deposit lacks {missing}").format(missing=", ".join(f"`{each}`" for each in missing)),
            _("cash it at the till first: this is no cash register, it only keeps the receipt's number"),
        )


class TooFar(Refused):
    """A repair on site beyond what the label allows (référentiel Qualirépar, 6.1.1: 100 km)."""

    def __init__(self, distance: int, most: int) -> None:
        super().__init__(
            _("{distance} km: the label allows {most} km on site").format(distance=distance, most=most),
            _("give the reason of this exception with `--far-because`"),
        )


class NoDistance(UsageProblem):
    """The distance of a repair on site is not known."""

    def __init__(self, why: str) -> None:
        super().__init__(_("the distance is not known: {why}").format(why=why), _("give it with `--distance KM`"))


class NotARepair(UsageProblem):
    """A text that is no case number."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`{text}` is not the number of a repair").format(text=text),
            _("8 digits under the barcode of the slip, or the last ones, two at least"),
        )


class MistypedRepair(UsageProblem):
    """Eight digits whose check digit is wrong."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`{text}` has a wrong check digit: a figure was mistyped").format(text=text),
            _("scan it, or type its last figures"),
        )


class UnknownRepair(NotFound):
    """No repair, or several, have this number."""

    def __init__(self, text: str, candidates: Sequence[str] = ()) -> None:
        super().__init__(
            _("several repairs end in `{text}`").format(text=text)
            if candidates
            else _("there is no repair `{text}`").format(text=text),
            _("candidates: {numbers}").format(numbers=", ".join(candidates))
            if candidates
            else _("`comptoir repair list` shows them"),
        )


class RepairNumbersUsedUp(Refused):
    """Every case number was given."""

    def __init__(self) -> None:
        super().__init__(_("all the repair numbers of this base were given"), _("begin another base"))


class CannotGoOn(IllegalMove):
    """A case that is not where this could be done."""

    def __init__(self, number: str, current: CaseStatus, target: CaseStatus) -> None:
        told = _("repair {number} is at `{current}`: it cannot go to `{target}`")
        if current is target:
            told = _("repair {number} is at `{current}` already")
        words = {"number": number, "current": _(CASE_WORDS[current]), "target": _(CASE_WORDS[target])}
        Refused.__init__(self, told.format(**words), next_step(number, current))


class LinesClosed(Refused):
    """The lines of a case do not change any more."""

    def __init__(self, number: str, status: CaseStatus) -> None:
        super().__init__(
            _("repair {number} is at `{status}`: its lines do not change any more").format(
                number=number, status=_(CASE_WORDS[status])
            ),
            next_step(number, status),
        )


def next_step(number: str, current: CaseStatus, *, paid: bool = False) -> str:
    """Say what is done with a case from where it stands; `paid` tells whether its invoice is."""
    if paid:
        return _("`comptoir repair handover {number}` gives the device back").format(number=number)
    steps = {
        CaseStatus.RECEIVED: _("check it in with `comptoir repair check {number}`, then quote it or start"),
        CaseStatus.QUOTED: _(
            "`comptoir repair accept {number}` or `comptoir repair refuse {number}` answers its quote"
        ),
        CaseStatus.AGREED: _("`comptoir repair start {number}` begins the repair"),
        CaseStatus.REFUSED: _("`comptoir repair handover {number}` gives the device back"),
        CaseStatus.REPAIRING: _("`comptoir repair finish {number}` ends the repair"),
        CaseStatus.REPAIRED: _("`comptoir repair invoice {number}` comes next"),
        CaseStatus.INVOICED: _("`comptoir repair pay {number}`, then `comptoir repair handover {number}`"),
        CaseStatus.CANCELLED: _("`comptoir repair handover {number}` gives the device back"),
    }
    return steps.get(current, _("`comptoir repair show {number}` says what was done to it")).format(number=number)


class OpenPoints(Refused):
    """Required control points that nobody looked at, or that failed."""

    def __init__(self, number: str, points: Sequence[str]) -> None:
        super().__init__(
            ngettext(
                "repair {number}: {count} control point stands open: {points}",
                "repair {number}: {count} control points stand open: {points}",
                len(points),
            ).format(number=number, count=len(points), points=", ".join(points)),
            _("look at it with `comptoir repair check {number}`, or say why it goes on with `--despite`").format(
                number=number
            ),
        )


class FailedPoints(Refused):
    """Control points at which the repaired device failed."""

    def __init__(self, number: str, points: Sequence[str]) -> None:
        super().__init__(
            ngettext(
                "repair {number}: {count} control point is bad: {points}",
                "repair {number}: {count} control points are bad: {points}",
                len(points),
            ).format(number=number, count=len(points), points=", ".join(points)),
            _(
                "put right, `comptoir repair check {number} {point}=ok`; else say why it goes on with `--despite`"
            ).format(number=number, point=points[0]),
        )


class UnknownPoint(NotFound):
    """A control point that the case does not have."""

    def __init__(self, point: str, known: Sequence[str]) -> None:
        super().__init__(
            _("there is no control point `{point}` here").format(point=point),
            _("known ones: {names}").format(names=", ".join(known)),
        )


class BadResult(UsageProblem):
    """A control point's result that cannot be read."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`{text}` is not the result of a control point").format(text=text),
            _("write `POINT=ok`, `POINT=bad` or `POINT=na` (not applicable)"),
        )


class NoTechnician(Refused):
    """A repair begins without anybody to do it."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("repair {number} has no technician").format(number=number),
            _("`comptoir repair assign {number} NAME` gives it to one").format(number=number),
        )


class PartsInRepair(Refused):
    """A case is cancelled while parts are counted in it."""

    def __init__(self, number: str, references: Sequence[str]) -> None:
        super().__init__(
            _("repair {number} holds parts: {references}").format(number=number, references=", ".join(references)),
            _("put them back first: `comptoir repair putback {number} REFERENCE`").format(number=number),
        )


class PartsNotTraced(Refused):
    """Parts that are billed, and whose purchase nobody recorded."""

    def __init__(self, number: str, references: Sequence[str]) -> None:
        super().__init__(
            _("repair {number}: where these parts come from is not recorded: {references}").format(
                number=number, references=", ".join(references)
            ),
            _("`comptoir repair use {number} REFERENCE` takes them from stock, or say why with `--despite`").format(
                number=number
            ),
        )


class DeviceClosed(Refused):
    """What was told of a device does not change any more."""

    def __init__(self, number: str, status: CaseStatus) -> None:
        super().__init__(
            _("repair {number} is at `{status}`: what was told of the device stands as it was invoiced").format(
                number=number, status=_(CASE_WORDS[status])
            ),
            _("codes, consents, model and customer may still be told; a credit note reopens the rest"),
        )


class NoPaper(NotFound):
    """No paper of this kind was issued for a case."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("repair {number} has no such paper yet").format(number=number),
            _("`comptoir repair documents {number}` prints those it has").format(number=number),
        )


class NoSiret(UsageProblem):
    """A quote or an invoice without the shop's own number."""

    def __init__(self) -> None:
        super().__init__(
            _("a quote or an invoice bears the SIRET of the shop, and it is not set"),
            _("set `repair_siret` in the settings: `comptoir config path`"),
        )


class RepairChanged(Refused):
    """A case changed between what was shown and what was done."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("repair {number} changed meanwhile").format(number=number),
            _("look at it again: `comptoir repair show {number}`").format(number=number),
        )


class NoReasonGiven(UsageProblem):
    """Something is undone without a word."""

    def __init__(self, flag: str) -> None:
        super().__init__(_("nothing says why"), _("say it with `{flag}`").format(flag=flag))


class DayToCome(UsageProblem):
    """A day that has not come yet is told as over."""

    def __init__(self, flag: str, day: str) -> None:
        super().__init__(_("`{flag}`: {day} is yet to come").format(flag=flag, day=day))


class NegativeAmount(UsageProblem):
    """Less than nothing is asked."""

    def __init__(self, flag: str, amount: Decimal) -> None:
        super().__init__(_("`{flag}`: {amount} is less than nothing").format(flag=flag, amount=money.spoken(amount)))


class NothingGiven(UsageProblem):
    """A correction that corrects nothing."""

    def __init__(self) -> None:
        super().__init__(_("nothing to correct was given"), _("`comptoir repair set --help` lists what may be"))
