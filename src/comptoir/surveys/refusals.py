"""What is refused of a questionnaire or of its answer, and the sentence that says so."""

from comptoir.core.errors import ComptoirError, NotFound, Refused, UsageProblem
from comptoir.core.i18n import _, ngettext


class MistypedCode(UsageProblem):
    """A text is no reply code: a sign of it is wrong."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`{text}` is not a reply code: a sign is wrong").format(text=text),
            _("codes have 6 signs, without 0, O, 1, I nor L: `comptoir repair survey list` shows them"),
        )


class UnknownCode(NotFound):
    """No customer was given this code."""

    def __init__(self, code: str) -> None:
        super().__init__(
            _("no customer was given the code `{code}`").format(code=code),
            _("`comptoir repair survey list` shows the codes"),
        )


class NotAsked(NotFound):
    """The customer of a repair was not asked."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("the customer of repair {number} was not asked").format(number=number),
            _("`comptoir repair survey ask {number}` asks them").format(number=number),
        )


class BadScore(Refused):
    """What stands for a score is not a whole number from 0 to 10."""

    def __init__(self, text: str, code: str = "") -> None:
        told = (
            _("`{code}`: the score `{text}` is not a whole number from 0 to 10")
            if code
            else _("the score `{text}` is not a whole number from 0 to 10")
        )
        super().__init__(
            told.format(text=text, code=code),
            _("ask the customer, then `comptoir repair survey answer CODE SCORE`"),
        )


class NoScore(Refused):
    """A reply gives its code alone."""

    def __init__(self, code: str) -> None:
        super().__init__(
            _("no score follows the code `{code}`").format(code=code),
            _("ask the customer, then `comptoir repair survey answer CODE SCORE`"),
        )


class NoCode(Refused):
    """A reply without a code."""

    def __init__(self, text: str) -> None:
        told = _("no code and no score in `{text}`") if text else _("the customer wrote nothing")
        super().__init__(
            told.format(text=text),
            _("where you know who wrote: `comptoir repair survey answer CASE SCORE`"),
        )


class Automatic(Refused):
    """A machine wrote this message."""

    def __init__(self) -> None:
        super().__init__(_("a machine wrote this message: an absence, or an address that does not exist"))


class Unreadable(Refused):
    """An e-mail that is broken, or made to be long to read."""

    def __init__(self) -> None:
        super().__init__(
            _("this e-mail cannot be read: it is broken"),
            _("type the answer: `comptoir repair survey answer CODE SCORE`"),
        )


class NotReplies(Refused):
    """What is read is neither an e-mail nor a sheet of text messages."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            _("this is neither an e-mail nor a sheet of text messages: {reason}").format(reason=reason),
            _("an e-mail begins with its headers; a sheet has the columns number (or from), text, and date if it can"),
        )


class RepliesTooBig(Refused):
    """A file of replies is larger than is read; the limit is in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            _("it has more than {limit} MB").format(limit=limit // 1_000_000),
            _("type the answer: `comptoir repair survey answer CODE SCORE`"),
        )


class AnsweredOtherwise(Refused):
    """The customer answered something else before: the first answer stands."""

    def __init__(self, code: str, before: int, score: int) -> None:
        told = (
            _("`{code}` answered {before} before, and says {score} now: the first answer stands")
            if before != score
            else _("`{code}` answered {before} before, with another comment: the first answer stands")
        )
        super().__init__(
            told.format(code=code, before=before, score=score),
            _("`--again` takes the new answer instead"),
        )


class ReplyRefused(Refused):
    """A reply of a file that is not kept, with where it stands there."""

    def __init__(self, where: str, why: ComptoirError) -> None:
        super().__init__(_("{where}: {why}").format(where=where, why=why.message), why.hint)


class RepliesRefused(Refused):
    """The good replies are kept, others are not."""

    def __init__(self, count: int) -> None:
        super().__init__(
            ngettext(
                "{count} reply was refused; the others are kept",
                "{count} replies were refused; the others are kept",
                count,
            ).format(count=count),
            _("type what you can read: `comptoir repair survey answer CODE SCORE`, `--again` over another answer"),
        )


class AskedAlready(Refused):
    """The customer of a repair was asked before."""

    def __init__(self, number: str, day: str) -> None:
        super().__init__(
            _("the customer of repair {number} was asked on {day} already").format(number=number, day=day),
            _("a customer is asked once for each repair"),
        )


class NotToAsk(Refused):
    """A device that was not repaired, or that is still here: its customer is not asked."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("repair {number} is not one to ask about: the device was not repaired, or not given back").format(
                number=number
            ),
            _("`comptoir repair show {number}` says where it stands").format(number=number),
        )


class NotAnswered(Refused):
    """Something is said to be done about an answer that did not come."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("the customer of repair {number} has not answered yet").format(number=number),
            _("what they say at the counter: `comptoir repair survey answer {number} SCORE`").format(number=number),
        )


class NothingDone(UsageProblem):
    """An action without a word."""

    def __init__(self) -> None:
        super().__init__(_("nothing says what was done"), _("write it after the number of the repair"))


class DayBesideCases(UsageProblem):
    """A day that chooses among all repairs, and repairs that are named."""

    def __init__(self) -> None:
        super().__init__(_("`--since` chooses among all the repairs, and some are named"), _("keep one of them"))


class OpenAndAnswered(UsageProblem):
    """Two options that keep nothing together."""

    def __init__(self) -> None:
        super().__init__(_("`--open` and `--answered` ask for the contrary"), _("keep one of them"))


def told(text: str, most: int = 60) -> str:
    """Give the beginning of what was read, on one line, as a sentence quotes it; `most` is in characters."""
    line = " ".join(text.replace("`", "'").split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
