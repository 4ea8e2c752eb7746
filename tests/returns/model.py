"""The model of returns, in plain dicts, and what the steps of its test stand on."""

import csv
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from hypothesis.stateful import RuleBasedStateMachine

from comptoir.app import run
from comptoir.core.acting import By
from comptoir.core.errors import DONE, REFUSED, ComptoirError
from comptoir.core.paris import in_paris
from comptoir.returns import basket, reasons, services
from comptoir.returns.statuses import Place
from comptoir.store.engine import engine, transaction
from comptoir.store.write import writing

from .conftest import DELIVERED, NEW, dump, whole

TERM = '[{0}]\nlabel = "{0}"\nfamily = "new"\ncredits = "price"\ndays = {1}\nfee = "{2}"\n'
TERM += 'at_once = true\nunopened = true\ncode = "{3}"\n'
TERMS = TERM.format("ordered_by_mistake", 30, "12,5 %", "ERCD") + TERM.format("late_delivery", 9, "1,50", "RTRD")
BEGINS = datetime(2021, 12, 10, 9, tzinfo=UTC)
LINES = {Place(int(row["note_number"]), int(row["line"])): row for row in csv.DictReader(StringIO(DELIVERED))}
OPEN = ("sent", "received", "checking")
CENT, SKEW = Decimal("0.01"), timedelta(hours=1)


class Model:
    """What a base must hold, in plain dicts, and what it allows; every cent is computed here again."""

    def __init__(self, known: dict[str, reasons.Reason]) -> None:
        self.known = known
        self.delivered = {place: int(row["quantity"]) for place, row in LINES.items()}
        self.price = {place: Decimal(row["unit_price"]) for place, row in LINES.items()}
        self.baskets: dict[str, dict[tuple[Place, str], int]] = {"ann": {}, "bob": {}}  # by operator, or by name
        self.cases: dict[str, dict[str, Any]] = {}

    def back(self, place: Place, *among: str) -> int:
        """Count the parts of a line in cases: those accepted where they are closed, all of them before."""
        found = [(case["status"], line) for case in self.cases.values() for line in case["lines"] if line[0] == place]
        return sum(line[3][0] if status == "closed" else line[2] for status, line in found if status in among)

    def left(self, place: Place) -> int:
        """Count what may still go back."""
        return self.delivered[place] - self.back(place, *OPEN, "closed")

    def fits(self, place: Place, key: str, today: date) -> bool:
        """Tell whether a line may go back for a reason, whatever remains of it."""
        days = (today - date.fromisoformat(LINES[place]["delivery_date"])).days
        charged = key != "core_deposit" or self.unit(place, key) > 0
        return charged and key in self.known and 0 <= days <= self.known[key].days

    def unit(self, place: Place, key: str) -> Decimal:
        """Give what a part is credited before its fee."""
        return Decimal(LINES[place]["core_deposit"] or "0.00") if key == "core_deposit" else self.price[place]

    def credit(self, unit: Decimal, key: str, count: int) -> Decimal:
        """Give what parts are credited, to the cent."""
        fee, amount = self.known[key].fee, unit * count
        kept = (amount * fee.percent / 100 + fee.each * count).quantize(CENT, ROUND_HALF_UP)
        return max(amount - kept, Decimal("0.00"))

    def sendable(self, items: dict[tuple[Place, str], int], today: date) -> bool:
        """Tell whether a basket may be sent."""
        asked = {place: sum(n for (at, _key), n in items.items() if at == place) for place, _key in items}
        fit = all(self.fits(place, key, today) for place, key in items)
        return bool(items) and fit and all(count <= self.left(place) for place, count in asked.items())


class Steps(RuleBasedStateMachine):
    """What the steps of the test stand on: a base, its model, a clock, and what each counter was shown."""

    created: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="comptoir-model-"))
        self.base = self.folder / "shop.db"
        shutil.copy(self.created, self.base)
        (self.folder / "terms.toml").write_text(TERMS, "utf-8")
        self.known = reasons.load(str(self.folder / "terms.toml"))
        self.model = Model(self.known)
        self.now, self.letters = BEGINS, 0
        self.last: dict[str, list[basket.Change]] = {"ann": [], "bob": []}
        self.shown: dict[str, services.Draft] = {}
        self.told: object = None

    def teardown(self) -> None:
        engine.cache_clear()
        try:
            whole(self.base)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)  # a connection that is dropped meanwhile takes its WAL

    # --- what the steps stand on

    @property
    def today(self) -> date:
        return in_paris(self.now).date()

    def by(self, operator: str = "erp") -> By:
        return By(operator, self.now)

    def tried(self, allowed: bool, act: Callable[..., Any], *given: Any, **options: Any) -> Any:
        """Do what the model allows, or see it refused and the base as it was."""
        before = None if allowed else dump(self.base)
        opened = writing if act.__module__ == basket.__name__ else transaction
        try:
            with opened(self.base) as connection:
                found = act(connection, *given, **options)
        except ComptoirError as refused:
            if allowed:
                raise AssertionError(refused) from refused
            assert dump(self.base) == before
            return None
        assert allowed, "this was to be refused"
        return found

    def command(self, *words: str, content: bytes = b"") -> tuple[int, str]:
        """Run a command as the shop does; give its exit code and its data."""
        out, err = BytesIO(), BytesIO()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COMPTOIR_DATABASE", str(self.base))
            patch.setenv("COMPTOIR_AT", self.now.isoformat())
            patch.setenv("COMPTOIR_RETURNS_REASONS", str(self.folder / "terms.toml"))
            for name, stream in (("stdin", BytesIO(content)), ("stdout", out), ("stderr", err)):
                patch.setattr(sys, name, TextIOWrapper(stream, "utf-8"))
            code = run(words)
            sys.stdout.flush()
            sys.stderr.flush()
            assert code in {DONE, REFUSED}, err.getvalue().decode()
            return code, out.getvalue().decode()

    def kept(self, operator: str, changes: list[basket.Change] | None) -> None:
        """Do to the model's basket what was done to the operator's."""
        if changes:
            self.last[operator] = changes
        if changes and basket._is_renamed(changes):
            (left, came), mine = changes, self.model.baskets[operator]
            renamed = [((*at[:1], came.reason) if at == (left.place, left.reason) else at, n) for at, n in mine.items()]
            self.model.baskets[operator] = dict(renamed)
            return
        if changes and len(changes) == 2 and changes[0].after == changes[1].before == 0:
            left, came = changes  # all of a line under another reason: it keeps its place
            named = {(left.place, left.reason): (came.place, came.reason)}
            mine = self.model.baskets[operator]
            self.model.baskets[operator] = {named.get(item, item): count for item, count in mine.items()}
            return
        for place, key, _before, after in changes or []:
            if after:
                self.model.baskets[operator][place, key] = after
            else:
                del self.model.baskets[operator][place, key]

    def inside(self, operator: str, place: Place) -> int:
        return sum(count for (at, _key), count in self.model.baskets[operator].items() if at == place)

    def item(self, operator: str, number: int) -> tuple[Place, str]:
        """Give a line of a basket, or one that is not there."""
        items = [*self.model.baskets[operator], (Place(NEW, 1), "elsewhere")]
        return items[number % len(items)]

    def case(self, number: int) -> tuple[str, dict[str, Any]]:
        cases = list(self.model.cases.items())
        return cases[-1 - number % len(cases)]

    def is_timely(self, case: dict[str, Any]) -> bool:
        return case["moved"] - self.now <= SKEW

    def step(self, case: dict[str, Any], **changed: Any) -> None:
        """Change a case of the model; its moment never goes back."""
        case |= changed
        case["moved"] = max(case["moved"], self.now)
