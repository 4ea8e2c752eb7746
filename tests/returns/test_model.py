"""Returns against a model: random counters, clocks and files; whatever is refused changes nothing."""

import csv
import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from comptoir.core.errors import DONE, REFUSED
from comptoir.deliveries.lines import COLUMNS
from comptoir.returns import basket, queries, remaining, services
from comptoir.returns.documents import Shop
from comptoir.returns.rules import Verdict, path
from comptoir.returns.statuses import CaseStatus, Place
from comptoir.store.read import reading

from .conftest import NEW, column, dump
from .model import LINES, OPEN, SKEW, Steps

places = st.sampled_from([place for place in LINES if place.note == NEW] * 3 + [*LINES, Place(NEW, 9)])
operators = st.sampled_from(["ann", "bob"])
names = st.sampled_from(["lundi", "mardi"])
keys = st.sampled_from(["ordered_by_mistake", "ordered_by_mistake", "late_delivery", "core_deposit", "defective"])
some = st.sampled_from([1, 1, 1, 2, 2, 3, 4, 9, 0, -1])
whys = st.sampled_from(["casse", "", "=1+1", "- carton ouvert", "'"])
which = st.integers(0, 5)
statuses = st.sampled_from(["closed", "Clôturé", "refused", "checking", "received", *CaseStatus, "en route", ""])
amounts = st.sampled_from([None, None, Decimal("3.21"), Decimal("9.99")])
VERBS = ("cancel", "receive", "refuse", "close", "invoice")
SPOILT = ("position", "accepted", "refused", "credited", "credit_note")
spoilt = st.sampled_from(["", "0", "1", "2", "-1", "x", "AV-9", "1,5"])


class Returns(Steps):
    """Two counters and the distributor on one base; each step is done to the model too."""

    # --- the clock

    @rule(minutes=st.sampled_from([1, 1, 60, 24 * 60, 6 * 24 * 60, 40 * 24 * 60, -10, -50, -24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    # --- baskets

    @rule(operator=operators, place=places, count=some, key=keys | st.none(), more=st.booleans())
    def add(self, operator: str, place: Place, count: int, key: str | None, more: bool) -> None:
        mine = self.model.baskets[operator]
        allowed = place in LINES and count > 0 and (more or (place, key or "") not in mine)
        allowed = allowed and {LINES[at]["customer"] for at, _key in mine} <= {LINES[place]["customer"]}
        allowed = allowed and self.inside(operator, place) + count <= self.model.left(place)
        allowed = allowed and (key is None or self.model.fits(place, key, self.today))
        reason = self.known[key] if key else None
        self.kept(operator, self.tried(allowed, basket.add, place, count, reason, self.by(operator), more=more))

    @rule(operator=operators, number=which, what=some | keys)
    def change_item(self, operator: str, number: int, what: int | str) -> None:
        if isinstance(what, int):
            self.set_quantity(operator, number, what)
        else:
            self.set_reason(operator, number, what)

    def set_quantity(self, operator: str, number: int, count: int) -> None:
        place, key = self.item(operator, number)
        now = self.model.baskets[operator].get((place, key))
        allowed = now is not None and count >= 0
        if allowed and count > now:  # fewer is always a step the right way
            allowed = self.inside(operator, place) - now + count <= self.model.left(place)
        self.kept(operator, self.tried(allowed, basket.change, place, key, count, self.by(operator)))

    def set_reason(self, operator: str, number: int, key: str) -> None:
        place, before = self.item(operator, number)
        fits = self.model.fits(place, key, self.today) or not self.model.left(place)
        allowed = (place, before) in self.model.baskets[operator] and fits
        self.kept(operator, self.tried(allowed, basket.give_reason, place, before, self.known[key], self.by(operator)))

    @rule(operator=operators, verb=st.sampled_from(["undo", "save", "open", "show", "clear"]), name=names)
    def put_aside(self, operator: str, verb: str, name: str) -> None:
        getattr(self, verb)(operator, *([] if verb in {"undo", "clear"} else [name]))

    def undo(self, operator: str) -> None:
        changes, mine = self.last[operator], self.model.baskets[operator]
        back = {LINES[change.place]["customer"] for change in changes if change.before}
        if (
            back | {LINES[at]["customer"] for at, _key in mine} <= {LINES[at]["customer"] for at, _key in mine}
            or not mine
        ):
            allowed = all(mine.get((change.place, change.reason), 0) == change.after for change in changes)
            self.kept(operator, self.tried(allowed, basket.undo, changes, self.by(operator)))

    def clear(self, operator: str) -> None:
        assert self.tried(True, basket.clear, self.by(operator)) == len(self.model.baskets[operator])
        self.model.baskets[operator] = {}

    def save(self, operator: str, name: str) -> None:
        allowed = bool(self.model.baskets[operator]) and name not in self.model.baskets
        if self.tried(allowed, basket.save, name, self.by(operator)):
            self.model.baskets[name], self.model.baskets[operator] = self.model.baskets[operator], {}

    def open(self, operator: str, name: str) -> None:
        allowed = not self.model.baskets[operator] and name in self.model.baskets
        if self.tried(allowed, basket.reopen, name, self.by(operator)):
            self.model.baskets[operator] = self.model.baskets.pop(name)

    # --- sending

    def draft(self, operator: str, email: str) -> services.Draft:
        with reading(self.base) as reader:
            items = tuple(queries.basket(reader, operator, self.known))
        return services.Draft(
            items, self.known, Shop("Comptoir", "a@b.fr"), email, lambda _values: ("Retour", "Bonjour")
        )

    def show(self, operator: str, name: str) -> None:
        self.shown[operator] = self.draft(operator, f"{name}@exemple.fr")

    @initialize(lines=st.lists(st.tuples(places, keys, some), min_size=1, max_size=4))
    def begin(self, lines: list[tuple[Place, str, int]]) -> None:
        self.ask_back("ann", lines)

    @rule(operator=operators, lines=st.lists(st.tuples(places, keys, some), min_size=1, max_size=4))
    def ask_back(self, operator: str, lines: list[tuple[Place, str, int]]) -> None:
        """Send lines at once, those that may go."""
        for place, key, count in lines:
            self.add(operator, place, count, key, more=True)
        self.send(operator, late=False)

    @rule(operator=operators, late=st.booleans())
    def send(self, operator: str, late: bool) -> None:
        """Send what is shown now, or what was shown before."""
        fresh, items = self.draft(operator, ""), self.model.baskets[operator]
        draft = self.shown.get(operator, fresh) if late else fresh
        allowed = self.model.sendable(items, self.today)
        if [item._replace(eligible=0) for item in draft.items] != [
            item._replace(eligible=0) for item in fresh.items
        ] or (allowed and self.model.cases and max(c["sent"] for c in self.model.cases.values()) - self.now > SKEW):
            allowed = False
        numbers = self.tried(allowed, services.send, draft, self.by(operator))
        if numbers:
            self.taken(items, numbers)
            self.model.baskets[operator] = {}
            self.letters += bool(draft.email)

    def taken(self, items: dict[tuple[Place, str], int], numbers: list[str]) -> None:
        notes = sorted({place.note for place, _key in items})
        sent = max([self.now, *(case["sent"] for case in self.model.cases.values())])
        for number, note in zip(numbers, notes, strict=True):
            of_note = [(place, key, count) for (place, key), count in items.items() if place.note == note]
            units = [self.model.unit(place, key) for place, key, _count in of_note]
            lines = [[*each, None, unit] for each, unit in zip(of_note, units, strict=True)]
            case = {"status": "sent", "lines": lines, "moved": sent, "sent": sent, "credited": None, "credit_note": "0"}
            self.model.cases[number] = case

    # --- the distributor

    @precondition(lambda self: self.model.cases)
    @rule(number=which, verb=st.sampled_from(VERBS), note=st.sampled_from(["AV-1", "AV-2", "0"]), amount=amounts)
    def act(self, number: int, verb: str, note: str, amount: Decimal | None) -> None:
        if verb == "invoice":
            self.invoice(number, note, amount)
        elif verb == "close":
            self.close(number, amount)
        else:
            self.move(number, verb)

    def move(self, number: int, verb: str) -> None:
        name, case = self.case(number)
        given = (name, "complet", self.by()) if verb == "refuse" else (name, self.by())
        allowed = case["status"] == "sent" and self.is_timely(case)
        self.tried(allowed, getattr(services, verb), *given)
        if allowed:
            self.step(case, status={"cancel": "cancelled", "receive": "received", "refuse": "refused"}[verb])
            if verb == "refuse":
                case["credited"] = Decimal("0.00")
                for line in case["lines"]:
                    line[3] = Verdict(0, line[2], why="complet")

    @precondition(lambda self: self.model.cases)
    @rule(number=which, steps=st.integers(1, 4), parts=st.lists(st.integers(0, 3), min_size=1, max_size=4), why=whys)
    def proceed(self, number: int, steps: int, parts: list[int], why: str) -> None:
        """Bring a case some steps further, as it should go; `parts` say what the check finds of each line."""
        _name, case = self.case(number)
        while steps and case["credit_note"] == "0":
            self.go_on(number, parts, why)
            steps -= 1

    def go_on(self, number: int, parts: list[int], why: str) -> None:
        _name, case = self.case(number)
        waiting = [place for place, line in enumerate(case["lines"]) if line[3] is None]
        if case["status"] == "sent":
            self.move(number, "receive")
        elif waiting:
            shares = [9 if part == at else 1 for part in (parts * 4)[: len(case["lines"])] for at in range(4)]
            self.check(number, shares, why, exact=True)
        elif case["status"] == "checking":
            self.close(number, None)
        else:
            self.invoice(number, "AV-1", None)

    @precondition(lambda self: self.model.cases)
    @rule(number=which, shares=st.lists(st.integers(-1, 9), min_size=4, max_size=16), why=whys, exact=st.booleans())
    def check(self, number: int, shares: list[int], why: str, exact: bool) -> None:
        """Judge some lines; `exact` makes the counts add up."""
        name, case = self.case(number)
        verdicts: dict[int, Verdict] = {}
        for place in range(len(shares) // 4):
            counts = shares[place * 4 : place * 4 + 4]
            position = place + 1 if exact else (shares[0] + place) % 4
            if exact and position <= len(case["lines"]):
                left = case["lines"][position - 1][2]
                for at in range(4):
                    counts[at] = left if at == 3 else min(max(counts[at], 0), left)
                    left -= counts[at]
            verdicts[position] = Verdict(*counts, why)
        stands = [
            position in range(1, len(case["lines"]) + 1)
            and min(verdict[:4]) >= 0
            and sum(verdict[:4]) == case["lines"][position - 1][2]
            and bool(why or not verdict.refused)
            for position, verdict in verdicts.items()
        ]
        allowed = case["status"] in {"received", "checking"} and self.is_timely(case) and all(stands)
        self.tried(allowed, services.judge, name, verdicts, self.by())
        if allowed:
            self.step(case, status="checking")
            for position, verdict in verdicts.items():
                case["lines"][position - 1][3] = verdict

    def close(self, number: int, amount: Decimal | None) -> None:
        name, case = self.case(number)
        allowed = case["status"] == "checking" and all(line[3] for line in case["lines"]) and self.is_timely(case)
        self.tried(allowed, services.close, name, self.by(), amount)
        if allowed:
            accepted = sum(line[3].accepted for line in case["lines"])
            terms = sum((self.model.credit(u, key, v.accepted) for _p, key, _n, v, u in case["lines"]), Decimal("0.00"))
            credited = terms if amount is None or not accepted else amount
            self.step(case, status="closed" if accepted else "refused", credited=credited)

    def invoice(self, number: int, note: str, amount: Decimal | None) -> None:
        name, case = self.case(number)
        asked = note, case["credited"] if amount is None else amount
        same = asked == (case["credit_note"], case["credited"])
        allowed = case["status"] == "closed" and (same or (case["credit_note"] == "0" and self.is_timely(case)))
        told = self.tried(allowed, services.invoice, name, note, self.by(), amount)
        if told:
            self.step(case, credit_note=asked[0], credited=asked[1])
        assert told == (None if not allowed else not same)

    # --- files

    def exported(self) -> list[dict[str, str]]:
        return list(csv.DictReader(StringIO(self.command("returns", "export")[1])))

    @rule(excel=st.booleans())
    def own_export(self, excel: bool) -> None:
        """What the base says of itself changes nothing."""
        code, text = self.command("returns", "export", *(["--excel"] if excel else []))
        before = dump(self.base)
        code, out = self.command("returns", "import", "-", "--json", content=text.encode())
        assert (code, json.loads(out)) == (DONE, [{"updated": 0, "unchanged": len(self.exported()), "refused": 0}])
        assert dump(self.base) == before

    @precondition(lambda self: self.model.cases)
    @rule(data=st.data(), number=which, status=st.none() | statuses, strict=st.booleans(), others=st.booleans())
    def file(self, data: st.DataObject, number: int, status: str | None, strict: bool, others: bool) -> None:
        """Bring a file that says something else of a case; the program decides, and the model follows."""
        name, _case = self.case(number)
        rows = [row for row in self.exported() if row["case"] == name or others]
        for row in (row for row in rows if row["case"] == name):
            row["status"] = row["status"] if status is None else status
            for cell in data.draw(st.lists(st.sampled_from(SPOILT), max_size=1)):
                row[cell] = data.draw(spoilt)
        text = StringIO()
        writer = csv.DictWriter(text, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
        before = dump(self.base)
        words = ["returns", "import", "-", "--json", *(["--strict"] if strict else [])]
        code, out = self.command(*words, content=text.getvalue().encode())
        tally = json.loads(out or '[{"updated": 0}]')[0]
        assert tally["updated"] or dump(self.base) == before
        assert code == (DONE if tally.get("refused") == 0 else REFUSED)
        if tally["updated"]:
            self.followed(rows, name, code)

    def followed(self, rows: list[dict[str, str]], name: str, code: int) -> None:
        """Take over what the file changed of the one case; it went forward only, and where it was told to go."""
        case, told = self.model.cases[name], next(row["status"] for row in rows if row["case"] == name)
        with reading(self.base) as reader:
            found, lines = queries.case(reader, name), queries.lines(reader, name)
        was, now = CaseStatus(case["status"]), CaseStatus(found.status)
        assert was is now or now in path(was, now)
        if code == DONE and told in set(CaseStatus):
            assert now == told or path(CaseStatus(told), was)
        assert found.moved_at == max(case["moved"], self.now)
        case |= {"status": str(now), "credited": found.credited, "credit_note": found.credit_note}
        case["moved"] = found.moved_at
        for kept, line in zip(case["lines"], lines, strict=True):
            counts = (line.accepted, line.refused, line.damaged, line.missing)
            kept[3] = None if line.accepted is None else Verdict(*map(int, counts), line.why)

    @rule(place=st.sampled_from(list(LINES)), count=st.integers(1, 13), cents=st.none() | st.integers(0, 9999))
    def deliver_again(self, place: Place, count: int, cents: int | None) -> None:
        """Import a delivery line again with another quantity, and perhaps another price."""
        back = self.model.delivered[place] - self.model.left(place)
        price = self.model.price[place] if cents is None else Decimal(cents) / 100
        row = LINES[place] | {"quantity": str(count), "unit_price": f"{price:.2f}"}
        before = dump(self.base)
        text = ",".join(COLUMNS) + "\n" + ",".join(row[name] for name in COLUMNS) + "\n"
        code, out = self.command("delivery", "import", "-", "--json", content=text.encode())
        assert code == (DONE if count >= back else REFUSED)
        assert json.loads(out)[0]["refused"] == (count < back)
        if code == DONE:
            self.model.delivered[place], self.model.price[place] = count, price
        else:
            assert dump(self.base) == before

    # --- what is always so

    @invariant()
    def quantities_add_up(self) -> None:
        with reading(self.base) as reader:
            for place, delivered in self.model.delivered.items():
                held = remaining.held(reader, place)
                assert held is not None
                ledger = sum(
                    reader.values(
                        "SELECT quantity FROM delivery_return WHERE note = :n AND line = :l", n=place.note, l=place.line
                    )
                )
                assert held.delivered == delivered
                assert held.taken == ledger == self.model.back(place, *OPEN, "closed")
                assert held.pending == self.model.back(place, *OPEN)
                assert held.remaining == delivered - ledger == self.model.left(place)
                assert 0 <= ledger <= delivered

    @invariant()
    def eligible_says_so(self) -> None:
        now = (self.today, [(self.model.left(place), self.model.back(place, *OPEN)) for place in LINES])
        if now == self.told:
            return
        self.told = now
        _code, out = self.command("returns", "eligible", str(NEW), "--explain", "--json")
        for row in json.loads(out):
            place = Place(int(row["note"]), row["line"])
            assert row["delivered"] - row["returned"] - row["pending"] == row["remaining"] == self.model.left(place)
            assert row["open"] == bool(row["remaining"] and self.model.fits(place, row["reason"], self.today))

    @invariant()
    def baskets_are_the_model_s(self) -> None:
        with reading(self.base) as reader:
            assert {row.name for row in queries.saved(reader)} == set(self.model.baskets) - {"ann", "bob"}
            for name, kept in self.model.baskets.items():
                own = name in {"ann", "bob"}
                rows = queries.basket(reader, name if own else "", self.known, "" if own else name)
                assert [((Place(int(r.note), r.line), r.reason), r.quantity) for r in rows] == list(kept.items())
                sums = [self.model.credit(self.model.unit(p, k), k, n) if k else None for (p, k), n in kept.items()]
                assert [row.credit for row in rows] == sums

    @invariant()
    def cases_are_the_model_s(self) -> None:
        with reading(self.base) as reader:
            rows = {row.number: row for row in queries.cases(reader, {})}
            assert list(rows) == sorted(self.model.cases, reverse=True)
            assert [int(number[:-1]) for number in self.model.cases] == [*range(2_000_001, 2_000_001 + len(rows))]
            for number, case in self.model.cases.items():
                found, lines = queries.case(reader, number), queries.lines(reader, number)
                assert (found.sent_at, found.moved_at) == (case["sent"], case["moved"])
                told = (found.status, found.credited, found.credit_note)
                assert told == (case["status"], case["credited"], case["credit_note"])
                assert [line.accepted for line in lines] == [kept[3] and kept[3][0] for kept in case["lines"]]
                sums = [self.model.credit(unit, key, count) for _place, key, count, _verdict, unit in case["lines"]]
                assert [line.estimated for line in lines] == sums
                assert found.estimated == rows[number].estimated == sum(sums)
        assert column(self.base, "SELECT count(*) FROM outbox") == [self.letters]


@pytest.mark.timeout(3600)  # the search profile goes on for long, and so does making a failure small
def test_whatever_is_done_the_base_holds_what_the_model_holds(delivered: Path) -> None:
    Returns.created = delivered
    run_state_machine_as_test(Returns)
