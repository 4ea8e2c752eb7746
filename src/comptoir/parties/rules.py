"""Forms and references of resellers: every problem of a form at once, one reseller or none."""

from collections.abc import Callable, Mapping, Sequence

from comptoir.core.errors import ComptoirError, MissingValue, NotFound, UsageProblem, noted, raise_all
from comptoir.core.i18n import _

Check = Callable[[str], str]
MOST_NAMED = 6  # candidates that a hint tells


class BadField(UsageProblem):
    """A field of a form that cannot be taken, with the reason."""

    def __init__(self, flag: str, reason: str) -> None:
        super().__init__(f"`{flag}`: {reason}")
        self.flag = flag
        self.reason = reason


class UnknownReseller(NotFound):
    """No reseller, or several, answer to this name."""

    def __init__(self, key: str, near: list[str]) -> None:
        super().__init__(
            _("no single reseller answers to `{key}`").format(key=key),
            _("candidates: {several}").format(several=_named(near))
            if near
            else _("list them with `comptoir reseller list`, or give --name --siret --email --phone"),
        )


class UnknownConsumer(NotFound):
    """No consumer, or several, answer to this name, e-mail or phone."""

    def __init__(self, key: str, near: list[str]) -> None:
        super().__init__(
            _("no single customer answers to `{key}`").format(key=key),
            _("candidates: {several}").format(several=_named(near))
            if near
            else _("describe a new one: --title --last-name --first-name --email --phone --line --postcode --town"),
        )


class UnknownAddress(NotFound):
    """The reseller has no such address."""

    def __init__(self, address: int, name: str) -> None:
        super().__init__(
            _("{name} has no address number {address}").format(name=name, address=address),
            _("`comptoir reseller show` lists its addresses; --line --postcode --town give a new one"),
        )


def _named(near: Sequence[str]) -> str:
    return ", ".join(near[:MOST_NAMED]) + (", …" if len(near) > MOST_NAMED else "")


def enveloped(place: Mapping[str, str]) -> tuple[str, ...]:
    """Give an address in lines, as an envelope writes it."""
    lines = (place["line"], place["complement"], f"{place['postcode']} {place['town']}", place["country"])
    return tuple(line for line in lines if line)


def checked(form: Mapping[str, str | None], checks: Mapping[str, Check]) -> dict[str, str]:
    """Check every field of a form; raise all of its problems at once, missing fields (None) included."""
    values: dict[str, str] = {}
    found: list[ComptoirError] = []
    for key, check in checks.items():
        text = form[key]
        with noted(found):
            if text is None:
                raise MissingValue(f"--{key.replace('_', '-')}")
            values[key] = check(text)
    raise_all(found)
    return values
