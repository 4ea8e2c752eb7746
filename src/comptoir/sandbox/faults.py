"""The misbehaviours that are asked of the server: which step, which kind, how often, and how many are let through."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from comptoir.core.errors import UsageProblem
from comptoir.core.i18n import _

ALWAYS = -1
STEPS = (
    "printbrandlist",
    "printproducttypelist",
    "printproducttypewithlabellist",
    "getrepairsitesbyats",
    "getdepositsitesbyats",
    "getecoorganization",
    "calculateecosupport",
    "createclaim",
    "attachfile",
    "updateclaim",
    "submitclaim",
    "getclaimstatus",
    "ecogetwarrantyclaim",
    "getwarrantyclaims",
    "login",
    "catalog",
    "partners",
    "new_claim",
    "upload-file",
    "put",
    "confirm-claim",
    "list",
    "detail",
    "delete",
)
ANY = "*"
# What each kind takes after `@`: a number and its default, or a text ("").
KINDS: Mapping[str, float | str] = {
    "refuse": "",  # a refusal by rule; @ gives its code or its text
    "reset": "",  # cuts the connection before doing anything
    "lost": "",  # does the work, then cuts
    "hang": "",  # does the work, never answers
    "deaf": "",  # does nothing, never answers
    "half": "",  # does the work, sends half of the body, cuts
    "drip": 1.0,  # does the work, a byte every so many seconds
    "503": 1.0,  # does nothing; Retry-After in seconds
    "500": "",  # does the work, answers 500 in HTML
    "html": "",  # does the work, answers 200 in HTML
    "gzip": 200.0,  # does the work, a body that expands to so many megabytes
    "huge": 200.0,  # does the work, a body of so many megabytes
    "expire": "",  # the key or the token is no longer good
    "slow": 3.0,  # does the work, answers after so many seconds
}


class BadFault(UsageProblem):
    """A fault that the sandbox does not know."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("`{text}` is not a fault of the sandbox").format(text=text),
            _("write it like createclaim=lost:1, step=kind[@detail][:times[:skip]]; kinds: {kinds}").format(
                kinds=", ".join(KINDS)
            ),
        )


@dataclass
class Fault:
    """A misbehaviour of one step: `times` it happens (ALWAYS: for ever) after `skip` requests went through."""

    step: str
    kind: str
    times: int = 1
    skip: int = 0
    detail: str = ""

    @property
    def number(self) -> float:
        """Give the number that the kind takes, its default where none was given."""
        return float(self.detail or KINDS[self.kind])


def parse(text: str) -> Fault:
    """Read `step=kind[@detail][:times[:skip]]`, times `*` for ever; raise BadFault."""
    step, _equal, rest = text.partition("=")
    kind, *counts = rest.split(":")
    kind, _at, detail = kind.partition("@")
    if len(counts) > 2:  # noqa: PLR2004 - times, and skip
        raise BadFault(text)
    times, skip = (*counts, *("1", "0")[len(counts) :])
    return _checked(text, {"step": step, "kind": kind, "times": times, "skip": skip, "detail": detail})


def told(body: object) -> Fault:
    """Read a fault as the admin API is given it; raise BadFault."""
    if not isinstance(body, dict) or set(body) - {"step", "kind", "times", "skip", "detail"}:
        raise BadFault(str(body))
    return _checked(str(body), {"times": 1, "skip": 0, "detail": "", **body})


def _checked(text: str, given: Mapping[str, Any]) -> Fault:
    try:
        times = ALWAYS if given["times"] == ANY else int(given["times"])
        fault = Fault(str(given["step"]).lower(), str(given["kind"]), times, int(given["skip"]), str(given["detail"]))
        known = fault.step in {*STEPS, ANY} and fault.kind in KINDS and fault.times >= ALWAYS and fault.skip >= 0
        if known and not isinstance(KINDS[fault.kind], str):
            known = fault.number >= 0
    except (KeyError, TypeError, ValueError) as error:
        raise BadFault(text) from error
    if not known:
        raise BadFault(text)
    return fault


class Plan:
    """The faults to come, in the order they were given; each counts the requests of its step that reach it."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._faults = list(faults)
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        """Have one more fault come, after the others."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Behave from now on."""
        with self._lock:
            self._faults.clear()

    def next(self, step: str) -> Fault | None:
        """Give the fault that a request of this step meets, and count it."""
        with self._lock:
            for fault in self._faults:
                if fault.step not in {step, ANY} or fault.times == 0:
                    continue
                if fault.skip:
                    fault.skip -= 1
                    return None
                if fault.times != ALWAYS:
                    fault.times -= 1
                return fault
        return None
