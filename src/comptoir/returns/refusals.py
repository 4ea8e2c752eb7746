"""Every refusal of a return: what, why, and what to do next."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from comptoir.core import money
from comptoir.core.errors import NotFound, Refused, UsageProblem
from comptoir.core.flow import IllegalMove
from comptoir.core.i18n import _, ngettext
from comptoir.returns.statuses import CASE_WORDS, CaseStatus, Place

LONGEST_NAME = 60  # characters of a saved basket's name


class BadQuantity(UsageProblem):
    """A quantity that is no number of parts."""

    def __init__(self, quantity: int) -> None:
        super().__init__(
            _("`{quantity}` is no quantity to return").format(quantity=quantity),
            _("give a whole number, 1 or more; `comptoir returns remove` takes a line out of the basket"),
        )


class BadCount(UsageProblem):
    """An answer that is no count on offer."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__(_("a whole number, {least} to {most}").format(least=least, most=most))


class AllAccepted(UsageProblem):
    """`--all` accepts, and something else is said of the parts."""

    def __init__(self) -> None:
        super().__init__(
            _("`--all` accepts every line that was not judged: leave the counts and `--why` out"),
            _("judge one line with `--line`, then the others with `--all`"),
        )


class BothTabs(UsageProblem):
    """Cases under way alone, and closed ones alone."""

    def __init__(self) -> None:
        super().__init__(_("`--open` and `--closed` leave nothing"), _("keep one of them, or neither"))


class OverRemaining(Refused):
    """More is asked back than what remains of a line."""

    def __init__(self, reference: str, place: Place, asked: int, remaining: int) -> None:
        super().__init__(
            ngettext(
                "{reference}, note {note}: {asked} asked, {remaining} may still go back",
                "{reference}, note {note}: {asked} asked, {remaining} may still go back",
                remaining,
            ).format(reference=reference, note=place.note, asked=asked, remaining=remaining),
            _("`comptoir returns eligible {note} --explain` says where the others are").format(note=place.note),
        )


class OtherCustomer(Refused):
    """A line of another customer than the basket's."""

    def __init__(self, note: int, customer: str, own: str) -> None:
        super().__init__(
            _("note {note} is of {customer}, this basket is of {own}").format(note=note, customer=customer, own=own),
            _("send this basket, or put it aside with `comptoir returns save NAME`, then begin another"),
        )


class OutOfWindow(Refused):
    """A reason that is no longer open for a line."""

    def __init__(self, reference: str, place: Place, why: str) -> None:
        super().__init__(
            _("{reference}, note {note}: {why}").format(reference=reference, note=place.note, why=why),
            _("`comptoir returns eligible {note} --explain` lists the reasons still open").format(note=place.note),
        )


class AlreadyInBasket(Refused):
    """A line stands in the basket already, for the same reason."""

    def __init__(self, reference: str, place: Place, position: int, quantity: int) -> None:
        super().__init__(
            _("{reference}, note {note}: already in the basket, number {position}, quantity {quantity}").format(
                reference=reference, note=place.note, position=position, quantity=quantity
            ),
            _("change it with `comptoir returns set {position} --quantity N`").format(position=position),
        )


class NamedTwice(UsageProblem):
    """One line is given twice on the command line."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`{text}` names a line that is named already").format(text=text), _("give its number with `--quantity`")
        )


class NoSuchLine(NotFound):
    """A note does not hold what is asked back."""

    def __init__(self, note: int, text: str) -> None:
        super().__init__(
            _("note {note} holds no `{text}`").format(note=note, text=text),
            _("`comptoir delivery show {note}` lists its lines").format(note=note),
        )


class SeveralLines(Refused):
    """Several lines of a note bear one reference."""

    def __init__(self, note: int, text: str, lines: Sequence[int]) -> None:
        super().__init__(
            _("note {note} holds `{text}` on several lines").format(note=note, text=text),
            _("give the number of the line: {lines}").format(lines=", ".join(map(str, lines))),
        )


class NothingLeft(Refused):
    """Nothing of a note may go back any more."""

    def __init__(self, note: int) -> None:
        super().__init__(
            _("nothing of note {note} may still go back").format(note=note),
            _("`comptoir returns eligible {note} --explain` says why").format(note=note),
        )


class UnknownReason(UsageProblem):
    """A reason that does not exist; those known are told by label and key."""

    def __init__(self, text: str, known: Mapping[str, str]) -> None:
        names = ", ".join(f"{label} (`{key}`)" for key, label in known.items())
        super().__init__(
            _("there is no reason `{text}`").format(text=text), _("known ones: {names}").format(names=names)
        )


class NoReason(Refused):
    """A line of the basket without its reason."""

    def __init__(self, position: int, reference: str) -> None:
        super().__init__(
            _("line {position} of the basket, {reference}: it has no reason").format(
                position=position, reference=reference
            ),
            _("give it with `comptoir returns set {position} --reason REASON`").format(position=position),
        )


class EmptyReturnBasket(Refused):
    """Nothing to send or to save."""

    def __init__(self) -> None:
        super().__init__(_("the return basket is empty"), _("add a part with `comptoir returns add NOTE REFERENCE`"))


class NotInReturnBasket(NotFound):
    """No line stands at this position of the basket."""

    def __init__(self, position: int, size: int) -> None:
        super().__init__(
            _("the return basket has no line number {position}").format(position=position),
            _("it holds {size}: `comptoir returns basket`").format(size=size),
        )


class ReturnBasketChanged(Refused):
    """The basket changed while it was read."""

    def __init__(self) -> None:
        super().__init__(_("the basket changed meanwhile"), _("look at it again: `comptoir returns basket`"))


class BasketInUse(Refused):
    """A saved basket is opened onto another one."""

    def __init__(self) -> None:
        super().__init__(
            _("the basket under way is not empty"),
            _("send it, or put it aside with `comptoir returns save NAME`, then open the other"),
        )


class NameTaken(Refused):
    """A saved basket has this name already."""

    def __init__(self, name: str) -> None:
        super().__init__(_("a saved basket is called `{name}` already").format(name=name), _("give another name"))


class BadName(UsageProblem):
    """A text that cannot name a basket."""

    def __init__(self) -> None:
        super().__init__(
            _("a basket's name takes 1 to {most} characters").format(most=LONGEST_NAME), _("such as `lundi matin`")
        )


class NoSuchBasket(NotFound):
    """No saved basket has this name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        told = _("saved ones: {names}").format(names=", ".join(known)) if known else _("no basket is saved")
        super().__init__(_("no saved basket is called `{name}`").format(name=name), told)


class NotACase(UsageProblem):
    """A text that is no case number."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`{text}` is not a case number").format(text=text),
            _("8 digits under the barcode, or the last ones, two at least"),
        )


class MistypedCase(UsageProblem):
    """Eight digits whose check digit is wrong."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`{text}` has a wrong check digit: a figure was mistyped").format(text=text),
            _("scan it, or type its last figures"),
        )


class UnknownCase(NotFound):
    """No case, or several, have this number."""

    def __init__(self, text: str, candidates: Sequence[str] = ()) -> None:
        super().__init__(
            _("several cases end in `{text}`").format(text=text)
            if candidates
            else _("there is no case `{text}`").format(text=text),
            _("candidates: {numbers}").format(numbers=", ".join(candidates))
            if candidates
            else _("`comptoir returns list` shows them"),
        )


class CaseNumbersUsedUp(Refused):
    """Every case number was given."""

    def __init__(self) -> None:
        super().__init__(_("all the case numbers of this base were given"), _("begin another base"))


class CannotMove(IllegalMove):
    """A case that is not where this could be done."""

    def __init__(self, number: str, current: CaseStatus, target: CaseStatus) -> None:
        told = _("case {number} is at `{current}`: it cannot go to `{target}`")
        if current is target:
            told = _("case {number} is at `{current}` already")
        words = {"number": number, "current": _(CASE_WORDS[current]), "target": _(CASE_WORDS[target])}
        Refused.__init__(self, told.format(**words), _next_step(current, target).format(number=number))


def _next_step(current: CaseStatus, target: CaseStatus) -> str:
    """Say what to do where a case cannot go."""
    if current is CaseStatus.SENT and target in {CaseStatus.CHECKING, CaseStatus.CLOSED}:
        return _("its parts arrive first: `comptoir returns receive {number}`")
    if current in {CaseStatus.RECEIVED, CaseStatus.CHECKING} and target is CaseStatus.REFUSED:
        return _("its parts are there: `comptoir returns check {number}` says which are refused, then close it")
    return _("`comptoir returns show {number}` says what was done to it")


class NotChecked(Refused):
    """A case is closed before each of its lines was checked."""

    def __init__(self, number: str, lines: Sequence[int]) -> None:
        super().__init__(
            _("case {number}: these lines were not checked: {lines}").format(
                number=number, lines=", ".join(map(str, lines))
            ),
            _("`comptoir returns check {number} --all` accepts them").format(number=number),
        )


class NoLineOfCase(NotFound):
    """A case has no line at this position."""

    def __init__(self, number: str, position: int) -> None:
        super().__init__(
            _("case {number} has no line {position}").format(number=number, position=position),
            _("`comptoir returns show {number}` lists them").format(number=number),
        )


class MiscountedVerdict(Refused):
    """The parts judged are not the parts declared."""

    def __init__(self, position: int, declared: int, counted: int) -> None:
        super().__init__(
            _("line {position}: {declared} declared, {counted} judged").format(
                position=position, declared=declared, counted=counted
            ),
            _("accepted, refused, damaged and missing parts add up to what was declared"),
        )


class WhyRefused(Refused):
    """Parts are refused without a word."""

    def __init__(self, position: int) -> None:
        super().__init__(
            _("line {position}: parts are refused, and nothing says why").format(position=position),
            _("say it with `--why`: the customer reads it"),
        )


class NoWhy(UsageProblem):
    """A refusal without a word."""

    def __init__(self) -> None:
        super().__init__(_("nothing says why"), _("say it with `--why`: the customer reads it"))


class NotCredited(Refused):
    """A credit note for a case that gave none."""

    def __init__(self, number: str, status: CaseStatus) -> None:
        super().__init__(
            _("case {number} is at `{status}`: it has no credit note").format(
                number=number, status=_(CASE_WORDS[status])
            ),
            _("nothing of it was accepted")
            if status in {CaseStatus.REFUSED, CaseStatus.CANCELLED}
            else _("a case is closed first: `comptoir returns close {number}`").format(number=number),
        )


class CreditNoteKnown(Refused):
    """Another credit note, or another amount of it, is known for a case."""

    def __init__(self, number: str, known: str, amount: Decimal | None) -> None:
        super().__init__(
            _("case {number} has the credit note {known} already, of {amount} excl. tax").format(
                number=number, known=known, amount=money.spoken(amount or money.ZERO)
            ),
            _("a credit note is never replaced: ask the distributor which one is right"),
        )


class BadCreditNote(UsageProblem):
    """A text that is no number of a credit note."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`{text}` is no number of a credit note").format(text=text),
            _("1 to 30 letters, digits and dashes; 0 until it is invoiced"),
        )
