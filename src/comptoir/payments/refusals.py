"""What is refused of a statement or of a match, and the sentence that says so."""

from decimal import Decimal

from comptoir.core.errors import NotFound, Refused
from comptoir.core.i18n import _
from comptoir.core.money import spoken


class NotAStatement(Refused):
    """A file that is no bank statement, or a damaged one."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            _("this is not a bank statement that can be read: {reason}").format(reason=reason),
            _("download it again from the bank, as CSV, OFX or CAMT.053 (XML); nothing was changed"),
        )


class StatementTooBig(Refused):
    """A statement larger than is read; the limit is in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            _("this file has more than {limit} MB: a statement is smaller").format(limit=limit // 1_000_000),
            _("ask the bank for a shorter period; nothing was changed"),
        )


class BadMovement(Refused):
    """A movement of a statement that cannot be read: its line, or its rank where lines mean nothing."""

    def __init__(self, reason: str, *, line: int = 0, rank: int = 0) -> None:
        told = _("line {line}: {reason}") if line else _("movement {rank}: {reason}")
        super().__init__(
            told.format(line=line, rank=rank, reason=reason),
            _("nothing was changed: download the statement again, or mend these lines"),
        )


class NoSuchAccount(Refused):
    """No account of the statement is the one that was asked for."""

    def __init__(self, text: str, known: list[str]) -> None:
        super().__init__(
            _("the statement does not tell of the account `{text}`").format(text=text),
            _("its accounts: {known}").format(known=", ".join(known)) if known else _("leave `--account` out"),
        )


class UnknownPayment(NotFound):
    """No payment has this number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("there is no payment {number}").format(number=number),
            _("`comptoir qualirepar payments list` shows them"),
        )


class NoClaimToPay(NotFound):
    """A repair has no claim that the organism of a payment could pay."""

    def __init__(self, number: str) -> None:
        super().__init__(_("repair {number} has no claim with this eco-organism").format(number=number))


class NotAwaited(Refused):
    """The claim awaits no money."""

    def __init__(self, number: str, status: str) -> None:
        super().__init__(
            _("the claim of repair {number} awaits no money: {status}").format(number=number, status=status),
            _("ask the eco-organism again where its claim stands, then match"),
        )


class ClaimPaidAlready(Refused):
    """The claim is paid in full."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("the claim of repair {number} is paid in full").format(number=number),
            _("`--amount` matches more to it than its bonus, if that is what was paid"),
        )


class PaymentSpent(Refused):
    """All of a payment is matched, or it was taken back."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("nothing is left of payment {number} to match").format(number=number),
            _("`comptoir qualirepar payments unmatch {number}` undoes its matches").format(number=number),
        )


class MoreThanPayment(Refused):
    """More than what is left of a payment, or nothing at all."""

    def __init__(self, number: int, asked: Decimal, left: Decimal) -> None:
        super().__init__(
            _("{asked} cannot be matched: {left} is left of payment {number}").format(
                asked=spoken(asked), left=spoken(left), number=number
            ),
            _("give `--amount` above zero and at most what is left"),
        )


class NotPaidByIt(Refused):
    """More is taken back of a claim than was paid."""

    def __init__(self, number: str, paid: Decimal) -> None:
        super().__init__(
            _("{paid} only was paid for the claim of repair {number}: no more can be taken back").format(
                paid=spoken(paid), number=number
            ),
            _("give `--amount` at most what was paid"),
        )


class NotMatched(Refused):
    """A payment pays nothing, or nothing of this repair."""

    def __init__(self, number: int, case: str = "") -> None:
        told = (
            _("payment {number} pays nothing of repair {case}") if case else _("payment {number} is matched to nothing")
        )
        super().__init__(told.format(number=number, case=case))


class TakenBack(Refused):
    """A payment that another one took back stays as it is."""

    def __init__(self, number: int, by: int) -> None:
        super().__init__(
            _("payment {number} was taken back by payment {by}").format(number=number, by=by),
            _("`comptoir qualirepar payments unmatch {by}` undoes that first").format(by=by),
        )


class TakenAfter(Refused):
    """Money of a claim was taken back since: this payment cannot be undone before that."""

    def __init__(self, case: str) -> None:
        super().__init__(
            _("money was taken back since from the claim of repair {case}").format(case=case),
            _("undo the match of the money taken back first"),
        )


class WholeReversal(Refused):
    """A payment that takes another one back is undone whole."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("payment {number} takes another one back: it is undone whole").format(number=number),
            _("leave the case out"),
        )
