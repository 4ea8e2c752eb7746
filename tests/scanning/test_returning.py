"""Scans into the return basket: what each does, what is refused, and what undo brings back."""

import platform
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import combinations, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.errors import REFUSED
from comptoir.deliveries.services import import_deliveries
from comptoir.desk import Desk
from comptoir.desk.framing import ECHO
from comptoir.desk.output import Output
from comptoir.desk.scanner import Scan
from comptoir.returns import reasons as terms
from comptoir.returns.hours import Closed
from comptoir.scanning import prompts
from comptoir.scanning.commands import SAFE, Command, code, lettered, letters_of
from comptoir.scanning.layouts import ALL, garble, layout
from comptoir.scanning.lookup import Lookup
from comptoir.scanning.returning import Returned
from comptoir.scanning.rules import Outcome
from comptoir.scanning.station import Station
from comptoir.store.engine import engine
from comptoir.store.migrations import upgrade
from comptoir.store.write import Store, writing

ORMES, LELONG = "GARAGE DES ORMES", "CARROSSERIE LELONG"
OLDEST, OLD, NEW, OTHER = 255000050, 255000100, 255000200, 255000300
FILTER, RADIATOR, CORE, VALVE = "4009026010631", "4082858376007", "3333933452200", "3221080966049"
WIPER, CABIN = "3165143706831", "4009026022108"
NOTES = f"""\
note_number,delivery_date,customer,line,reference,ean,designation,quantity,unit_price,core_deposit
{OLDEST},2021-09-20,{ORMES},1,OC 1063,{FILTER},FILTRE A HUILE,4,7.48,
{OLDEST},2021-09-20,{ORMES},2,KC 221,{CABIN},FILTRE A GASOIL,1,22.88,
{OLD},2021-11-10,{ORMES},1,8MK376,{RADIATOR},RADIATEUR MOTEUR,2,93.54,
{NEW},2021-12-03,{ORMES},1,OC 1063,{FILTER},FILTRE A HUILE,3,7.48,
{NEW},2021-12-03,{ORMES},2,RTE4522-C,{CORE},CARDAN AV DROIT ECHANGE STANDARD,2,64.90,45.00
{NEW},2021-12-03,{ORMES},3,096 604 3,{VALVE},VALVE CAOUTCHOUC TR413,5,0.54,
{NEW},2021-12-03,{ORMES},4,OC 1063,{FILTER},FILTRE A HUILE,1,7.48,
{OTHER},2021-12-06,{LELONG},1,OC 1063,{FILTER},FILTRE A HUILE,3,7.48,
{OTHER},2021-12-06,{LELONG},2,3397006838,{WIPER},BEG AEROTWIN AP26U,2,16.71,
"""
OPENS = datetime(2021, 12, 10, 9, tzinfo=UTC)  # a Friday; the last day of a return by mistake of the OLD note
VALIDATE, CANCEL, PLUS, MINUS, REST, UNDO, QUIT = (
    code(Command(name)) for name in ("validate", "cancel", "plus", "minus", "all", "undo", "quit")
)
MISTAKE, DEFECT, DEPOSIT, LATE = (lettered(letters) for letters in ("ERCD", "DFCT", "CORE", "RTRD"))
Item = tuple[int, int, str, int]


class Watch:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.at = OPENS

    def now(self) -> datetime:
        return self.at


class Given:
    """A scanner that gives the scan it was handed."""

    warning = ""

    def __init__(self) -> None:
        self.handed: list[Scan] = []

    def scans(self) -> Iterator[Scan]:
        while self.handed:
            yield self.handed.pop(0)


class Post:
    """A station that builds a return basket; each scan is taken at once."""

    def __init__(self, path: Path, watch: Watch, opened: ExitStack) -> None:
        self.path = path
        self.watch = watch
        self.desk = Desk({"database": str(path)}, watch, Output(StringIO(), StringIO(), {}), no_input=True)
        self.store = opened.enter_context(Store.open(path))
        self._given = Given()
        self.begin()

    def begin(self) -> None:
        """Begin the station anew, on the same base."""
        lookup = Lookup(self.store, self.watch, self.desk.operator, platform.node())
        self.station = Station(lookup, None, prompts.returned(self.desk))
        self._taken = self.station.taken(self._given)

    def scan(self, data: str, source: str = "stdin", moment: float = 0.0) -> Returned:
        """Take one scan."""
        self._given.handed.append(Scan(data.encode(), moment, source))
        return next(self._taken)

    def scans(self, *given: str) -> list[Returned]:
        return [self.scan(each) for each in given]

    def done(self, *given: str) -> list[str]:
        """Take scans; tell what each did."""
        return [each.done for each in self.scans(*given)]

    def rows(self, sql: str) -> list[Any]:
        """Read by a connection of its own: what is there is committed."""
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(sql).fetchall()

    @property
    def basket(self) -> list[Item]:
        """Give note, line, reason and quantity of each line of the basket."""
        sql = "SELECT note, line, reason, quantity FROM return_item WHERE operator = 'test' AND basket = '' ORDER BY id"
        return self.rows(sql)

    @property
    def journal(self) -> list[tuple[str, str]]:
        return [(raw.decode(), outcome) for raw, outcome in self.rows("SELECT raw, outcome FROM scan ORDER BY id")]

    def dump(self) -> dict[str, list[Any]]:
        """Give all that is kept, the journal of scans aside."""
        with closing(sqlite3.connect(self.path)) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            kept = [name for name in names if name not in {"scan", "sqlite_sequence"}]
            return {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in kept}

    def refuses(self, *given: str) -> list[Returned]:
        """See each scan refused, with a word why, changing nothing; it is in the journal all the same."""
        before, journaled = self.dump(), self.journal
        found = self.scans(*given)
        assert [each.done for each in found] == ["refused"] * len(given), found
        assert all(each.told for each in found)
        assert self.dump() == before
        assert [raw for raw, _outcome in self.journal[len(journaled) :]] == list(given)
        return found


def ignored(*_told: object) -> None:
    """Take what an import tells."""


@pytest.fixture(scope="session")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base with the delivery notes, never written again."""
    path = tmp_path_factory.mktemp("returning") / "shop.db"
    upgrade(path)
    file = path.with_suffix(".csv")
    file.write_text(NOTES, "utf-8")
    with file.open("rb") as content, writing(path) as connection:
        import_deliveries(connection, content, ignored, ignored, strict=True)
    return path


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    engine.cache_clear()


@pytest.fixture
def path(delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The base that the commands of the test use too, on the same morning."""
    monkeypatch.setenv("COMPTOIR_AT", "2021-12-10T10:00")
    return Path(shutil.copy(delivered, tmp_path / "shop.db"))


@pytest.fixture
def post(path: Path) -> Iterator[Post]:
    with ExitStack() as opened:
        yield Post(path, Watch(), opened)


# --- a part


@pytest.mark.parametrize("text", [RADIATOR, "8MK376", "8mk 376", f"0{RADIATOR}", f"]E0{RADIATOR}"])
def test_a_part_adds_one_of_it(post: Post, text: str) -> None:
    told = post.scan(text)
    assert (told.done, told.note, told.reference, told.quantity) == ("added", str(OLD), "8MK376", 1)
    assert (told.reason, told.credit) == ("", None)
    assert post.scan(text).quantity == 2
    assert post.basket == [(OLD, 1, "", 2)]


@pytest.mark.parametrize("name", ["fr", "be", "mac", "afnor"])
def test_a_part_that_a_wrong_keyboard_garbles_is_added(post: Post, name: str) -> None:
    assert post.scan(garble(RADIATOR, layout(name))).done == "added"
    assert post.basket == [(OLD, 1, "", 1)]


def test_the_newest_line_that_has_some_left_takes_the_part(post: Post) -> None:
    post.scan(VALVE)
    found = [post.scan(FILTER) for _part in range(8)]
    assert [(told.done, told.note) for told in found] == [("added", str(NEW))] * 4 + [("added", str(OLDEST))] * 4
    assert post.basket[1:] == [(NEW, 4, "", 1), (NEW, 1, "", 3), (OLDEST, 1, "", 4)]
    post.refuses(FILTER)


def test_a_part_goes_to_the_customer_whose_basket_it_is(post: Post) -> None:
    post.scan(VALVE)
    assert post.scan(FILTER).note == str(NEW)
    assert post.scan(code(Command.CANCEL)).done == "asked"
    post.scan(code(Command.CANCEL))
    post.scan(WIPER)
    assert post.scan(FILTER).note == str(OTHER)


def test_a_part_of_several_customers_waits_for_its_note(post: Post) -> None:
    post.refuses(FILTER)
    assert post.done(str(OTHER), FILTER) == ["note", "added"]
    assert post.basket == [(OTHER, 1, "", 1)]


def test_a_part_of_another_customer_is_refused_and_names_ours(post: Post) -> None:
    post.scan(VALVE)
    (told,) = post.refuses(WIPER)
    assert ORMES in told.told


def test_a_line_that_nothing_is_left_of_is_refused_until_one_is_taken_back(post: Post) -> None:
    post.scans(CABIN)
    (told,) = post.refuses(CABIN)
    assert CABIN in told.told
    assert post.done(UNDO, CABIN) == ["undone", "added"]


def test_what_is_under_way_in_a_case_is_not_left(post: Post, cli) -> None:
    assert cli(f"returns add {OLD} 1 -q 1 -r defective").code == 0
    assert cli("returns send --yes").code == 0
    assert post.done(RADIATOR) == ["added"]
    post.refuses(RADIATOR)


def test_a_line_of_which_the_fifty_newest_hold_none_is_found_by_its_note(post: Post, cli) -> None:
    header, *_lines = NOTES.splitlines()
    others = [f"{256000000 + n},2021-12-07,CLIENT {n},1,OC 1063,{FILTER},FILTRE A HUILE,1,7.48," for n in range(60)]
    assert cli("delivery import -", input="\n".join([header, *others]).encode()).code == 0
    assert post.done(str(NEW), FILTER) == ["note", "added"]
    assert post.basket == [(NEW, 4, "", 1)]


def test_a_line_of_which_the_fifty_newest_hold_none_is_found_by_the_customer_of_the_basket(post: Post, cli) -> None:
    header, *_lines = NOTES.splitlines()
    others = [f"{256000000 + n},2021-12-07,CLIENT {n},1,OC 1063,{FILTER},FILTRE A HUILE,1,7.48," for n in range(60)]
    assert cli("delivery import -", input="\n".join([header, *others]).encode()).code == 0
    assert post.done(VALVE, FILTER) == ["added", "added"]
    assert post.basket[1] == (NEW, 4, "", 1)


@pytest.mark.parametrize(
    "text",
    ["NOWHERE-1", "3017620422003", "20000011", "\xff\xfe", "!!!", "A" * 600, "0123456789AQMWZaqmwz-_/.\x1d]`FIN"],
)
def test_what_is_nothing_of_ours_does_nothing(post: Post, text: str) -> None:
    post.scan(VALVE)
    before = post.dump()
    told = post.scan(text)
    assert told.done == "nothing"
    assert told.outcome not in {Outcome.FOUND, Outcome.COMMAND}
    after = post.dump()
    assert {name for name in before if before[name] != after[name]} <= {"scanner"}
    assert post.journal[-1] == (text, told.outcome)


def test_what_is_found_and_is_no_part_is_refused(post: Post, cli) -> None:
    assert cli(f"returns add {OLD} 1 -q 1 -r defective").code == 0
    assert cli("returns send --yes").code == 0
    post.scan(VALVE)
    (told,) = post.refuses("20000011")
    assert (told.outcome, told.kind) == (Outcome.FOUND, "return")


def test_a_part_of_which_the_fifty_newest_are_of_one_customer_may_still_be_of_another(post: Post, cli) -> None:
    header, *_lines = NOTES.splitlines()
    more = [f"{256000000 + n},2021-12-07,{LELONG},1,OC 1063,{FILTER},FILTRE A HUILE,1,7.48," for n in range(60)]
    assert cli("delivery import -", input="\n".join([header, *more]).encode()).code == 0
    post.refuses(FILTER)
    assert post.done(str(NEW), FILTER) == ["note", "added"]


# --- a delivery note


def test_a_note_that_was_scanned_gives_its_parts_first(post: Post) -> None:
    post.scans(str(OLDEST))
    assert [post.scan(FILTER).note for _part in range(4)] == [str(OLDEST)] * 4
    assert post.basket == [(OLDEST, 1, "", 4)]


def test_a_note_whose_part_is_used_up_leaves_the_place_to_the_newest(post: Post) -> None:
    post.scans(str(OLDEST), FILTER, REST)
    assert post.scan(FILTER).note == str(NEW)


def test_a_part_that_the_note_does_not_hold_is_of_another_note(post: Post) -> None:
    assert post.done(str(NEW), RADIATOR) == ["note", "added"]
    assert post.basket == [(OLD, 1, "", 1)]


@pytest.mark.parametrize("text", [f"00{OLDEST}", f"]C000{OLDEST}", garble(f"00{OLDEST}", layout("fr"))])
def test_a_note_is_scanned_as_it_is_printed(post: Post, text: str) -> None:
    told = post.scan(text)
    assert (told.done, told.note) == ("note", str(OLDEST))
    assert post.scan(FILTER).note == str(OLDEST)


def test_a_note_changes_no_basket(post: Post) -> None:
    post.scans(VALVE)
    before = post.dump()
    post.scans(str(OLDEST), str(NEW))
    assert post.dump() == before


def test_a_part_that_is_refused_leaves_the_note(post: Post) -> None:
    post.scans(str(OLDEST), DEPOSIT)
    post.refuses(VALVE)  # of the NEW note, and no deposit was charged for it
    post.scan(DEFECT)
    assert post.scan(FILTER).note == str(OLDEST)


def test_a_note_that_nobody_knows_does_nothing(post: Post) -> None:
    assert post.done("255999999") == ["nothing"]


def test_a_note_of_another_customer_is_refused_where_the_basket_has_one(post: Post) -> None:
    post.scan(VALVE)
    (told,) = post.refuses(str(OTHER))
    assert ORMES in told.told
    assert LELONG in told.told


# --- quantities


def test_orders_change_the_quantity_of_what_was_scanned_last(post: Post) -> None:
    quantities = [told.quantity for told in post.scans(VALVE, PLUS, PLUS, MINUS, REST, MINUS)]
    assert quantities == [1, 2, 3, 2, 5, 4]
    assert post.basket == [(NEW, 3, "", 4)]


def test_one_less_of_one_takes_the_line_out(post: Post) -> None:
    post.scans(RADIATOR, VALVE)
    told = post.scan(MINUS)
    assert (told.done, told.quantity) == ("changed", 0)
    assert post.basket == [(OLD, 1, "", 1)]
    post.refuses(MINUS, PLUS, REST)


@pytest.mark.parametrize("order", [PLUS, MINUS, REST])
def test_an_order_on_a_quantity_waits_for_a_part(post: Post, order: str) -> None:
    post.refuses(order)


def test_no_order_asks_for_more_than_what_remains(post: Post) -> None:
    post.scans(RADIATOR, PLUS)
    (told,) = post.refuses(PLUS)
    assert "8MK376" in told.told
    assert post.scan(REST).quantity == 2
    assert post.basket == [(OLD, 1, "", 2)]


def test_all_counts_what_another_reason_holds_of_the_line(post: Post) -> None:
    post.scans(VALVE, MISTAKE, RADIATOR, DEFECT, VALVE)
    assert post.basket[-1] == (NEW, 3, "defective", 1)
    assert post.scan(REST).quantity == 4
    assert sorted(post.basket) == [
        (OLD, 1, "defective", 1),
        (NEW, 3, "defective", 4),
        (NEW, 3, "ordered_by_mistake", 1),
    ]


def test_all_where_all_is_there_already_is_nothing_to_undo(post: Post) -> None:
    post.scans(VALVE, REST, REST)
    assert post.scan(UNDO).quantity == 1


@pytest.mark.parametrize("word", ["PLUS", "MOINS", "TOUT", "DEFAIRE", "VALIDER", "ANNULER"])
def test_the_orders_are_known_by_their_words_too(post: Post, word: str) -> None:
    post.scans(VALVE, PLUS)
    assert post.scan(word).outcome is Outcome.COMMAND


# --- reasons


def test_a_reason_is_given_to_the_last_line_and_to_those_that_follow(post: Post) -> None:
    found = post.scans(VALVE, MISTAKE, RADIATOR)
    assert [told.reason for told in found] == ["", "ordered_by_mistake", "ordered_by_mistake"]
    assert [str(told.credit) for told in found[1:]] == ["0.54", "93.54"]
    assert post.basket == [(NEW, 3, "ordered_by_mistake", 1), (OLD, 1, "ordered_by_mistake", 1)]


def test_a_reason_before_any_part_is_for_the_parts_that_follow(post: Post) -> None:
    found = post.scans(DEPOSIT, CORE, CORE)
    assert [told.done for told in found] == ["reason", "added", "added"]
    assert post.basket == [(NEW, 2, "core_deposit", 2)]
    assert str(found[-1].credit) == "90.00"


def test_another_reason_takes_the_whole_line_along(post: Post) -> None:
    post.scans(VALVE, PLUS, MISTAKE, DEFECT)
    assert post.basket == [(NEW, 3, "defective", 2)]


def test_a_reason_joins_the_line_to_what_stands_for_it_already(post: Post, cli) -> None:
    assert cli(f"returns add {NEW} 3 -q 2 -r defective").code == 0
    assert post.scan(VALVE).quantity == 1
    assert post.scan(DEFECT).quantity == 3
    assert post.basket == [(NEW, 3, "defective", 3)]
    assert post.scan(UNDO).done == "undone"
    assert sorted(post.basket) == [(NEW, 3, "", 1), (NEW, 3, "defective", 2)]


def test_the_reason_that_a_line_has_already_changes_nothing(post: Post) -> None:
    post.scans(VALVE, MISTAKE)
    before = post.dump()
    assert post.scan(MISTAKE).quantity == 1
    assert post.dump() == before
    assert post.scan(UNDO).reason == ""


def test_a_wrong_reason_that_is_undone_leaves_the_place_to_the_right_one(post: Post) -> None:
    assert post.done(VALVE, LATE, UNDO, DEFECT, PLUS, MINUS) == [
        "added", "reason", "undone", "reason", "changed", "changed",
    ]  # fmt: skip
    assert post.basket == [(NEW, 3, "defective", 1)]


def test_a_reason_whose_window_is_closed_is_refused_and_said(post: Post) -> None:
    post.scan(CABIN)
    (told,) = post.refuses(MISTAKE)
    assert "20/10/2021" in told.told
    assert post.done(DEFECT) == ["reason"]


def test_a_part_is_refused_where_the_window_of_the_reason_in_use_is_closed(post: Post) -> None:
    post.scans(VALVE, MISTAKE)
    (told,) = post.refuses(CABIN)
    assert "KC 221" in told.told
    assert "20/10/2021" in told.told


def test_a_core_without_a_deposit_is_refused(post: Post) -> None:
    post.scans(DEPOSIT)
    post.refuses(VALVE)


def test_the_last_day_of_a_window_is_open_and_the_next_one_is_not(post: Post) -> None:
    assert post.done(MISTAKE, RADIATOR) == ["reason", "added"]
    post.watch.at += timedelta(days=1)
    post.refuses(RADIATOR)


def test_a_reason_that_was_refused_is_not_in_use(post: Post) -> None:
    post.scan(CABIN)
    post.refuses(MISTAKE)
    assert post.scan(VALVE).reason == ""


def test_the_reason_after_a_note_is_for_the_parts_of_the_note(post: Post) -> None:
    post.scans(str(NEW), MISTAKE, VALVE, str(OLD), DEFECT, RADIATOR)
    assert post.basket == [(NEW, 3, "ordered_by_mistake", 1), (OLD, 1, "defective", 1)]


def test_the_reason_after_a_part_that_was_refused_is_not_given_to_the_part_before(post: Post) -> None:
    post.scans(VALVE, MISTAKE)
    post.refuses(CABIN)
    post.scan(DEFECT)
    assert post.basket == [(NEW, 3, "ordered_by_mistake", 1)]
    assert post.scan(CABIN).reason == "defective"


@pytest.mark.parametrize("letters", ["XXXX", "BBBB", "VRNG"])
def test_a_code_of_a_shop_that_no_reason_has_is_refused(post: Post, letters: str) -> None:
    post.scan(VALVE)
    post.refuses(lettered(letters))


OWN = """
[wrong_part_delivered]
label = "Mauvaise pièce livrée"
family = "new"
credits = "price"
days = 10
fee = "10 %"
at_once = true
unopened = true
code = "VRNG"
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of reasons of the shop."""
    file = tmp_path / "own.toml"
    file.write_text(OWN, "utf-8")
    monkeypatch.setenv("COMPTOIR_RETURNS_REASONS", str(file))
    return file


def test_a_reason_of_the_shop_is_scanned_like_the_others(own: Path, post: Post) -> None:
    told = post.scans(VALVE, PLUS, lettered("VRNG"))[-1]
    assert (told.reason, str(told.credit)) == ("wrong_part_delivered", "0.97")


def test_a_reason_that_left_the_file_keeps_the_basket_and_sends_nothing(own: Path, post: Post) -> None:
    post.scans(VALVE, lettered("VRNG"))
    own.write_text("", "utf-8")
    post.begin()
    post.refuses(lettered("VRNG"), VALIDATE)
    assert post.scan(VALVE).done == "added"
    assert sorted(post.basket) == [(NEW, 3, "", 1), (NEW, 3, "wrong_part_delivered", 1)]


# --- undo


def test_undo_takes_each_act_back_until_the_basket_is_empty(post: Post) -> None:
    given = [VALVE, PLUS, REST, MINUS, MISTAKE, RADIATOR, str(OLDEST), FILTER, DEFECT, MINUS, VALVE]
    past = []
    for each in given:
        before = sorted(post.basket)
        if post.scan(each).done in {"added", "changed", "reason"}:
            past.append(before)
    for before in reversed(past):
        assert post.scan(UNDO).done == "undone"
        assert sorted(post.basket) == before
    assert post.basket == []
    post.refuses(UNDO, UNDO)


def test_undo_takes_nothing_back_that_this_station_did_not_do(post: Post, cli) -> None:
    assert cli(f"returns add {OLD} 1 -q 1 -r defective").code == 0
    post.refuses(UNDO, CANCEL)
    post.scans(VALVE, UNDO)
    assert post.basket == [(OLD, 1, "defective", 1)]


def test_the_order_after_undo_is_for_the_line_that_it_shows(post: Post) -> None:
    shown = post.scans(VALVE, RADIATOR, MINUS, UNDO)[-1]
    assert (shown.reference, shown.quantity) == ("8MK376", 1)
    assert post.scan(PLUS).quantity == 2
    assert sorted(post.basket) == [(OLD, 1, "", 2), (NEW, 3, "", 1)]


def test_undo_is_refused_where_another_counter_changed_the_line(post: Post, cli) -> None:
    post.scans(RADIATOR, VALVE, MISTAKE)
    assert cli("returns set 2 --quantity 4").code == 0
    post.refuses(UNDO)
    assert (NEW, 3, "ordered_by_mistake", 4) in post.basket
    assert cli("returns set 2 --quantity 1").code == 0
    assert post.done(UNDO, UNDO, UNDO) == ["undone"] * 3
    assert post.basket == []


def test_a_line_that_another_counter_took_out_is_not_changed_nor_brought_back(post: Post, cli) -> None:
    post.scans(RADIATOR, VALVE, PLUS)
    assert cli("returns remove 2 --yes").code == 0
    post.refuses(PLUS, MINUS, REST, MISTAKE, UNDO)
    assert post.done(VALVE) == ["added"]
    assert post.basket == [(OLD, 1, "", 1), (NEW, 3, "", 1)]


def test_cancel_is_refused_whole_where_another_counter_changed_a_line(post: Post, cli) -> None:
    post.scans(RADIATOR, VALVE)
    assert cli("returns set 1 --quantity 2").code == 0
    assert post.scan(CANCEL).done == "asked"
    post.refuses(CANCEL)
    assert post.basket == [(OLD, 1, "", 2), (NEW, 3, "", 1)]


def test_the_basket_that_another_counter_sent_is_gone_and_nothing_is_undone(post: Post, cli) -> None:
    post.scans(RADIATOR, DEFECT)
    assert cli("returns send --yes").code == 0
    post.refuses(UNDO, PLUS, VALIDATE)
    assert post.basket == []
    assert post.done(RADIATOR) == ["added"]


def test_undo_brings_the_reason_in_use_back_too(post: Post) -> None:
    post.scans(VALVE, MISTAKE, DEFECT, UNDO)
    assert post.scan(RADIATOR).reason == "ordered_by_mistake"


# --- cancel


def test_cancel_twice_takes_out_what_was_scanned_here_and_no_more(post: Post, cli) -> None:
    assert cli(f"returns add {OLD} 1 -q 1 -r defective").code == 0
    assert post.done(VALVE, PLUS, RADIATOR, MISTAKE, CANCEL) == [
        "added", "changed", "added", "reason", "asked",
    ]  # fmt: skip
    assert len(post.basket) == 3
    assert post.done(CANCEL) == ["cleared"]
    assert post.basket == [(OLD, 1, "defective", 1)]
    post.refuses(CANCEL, UNDO, PLUS)


def test_cancel_and_then_anything_else_takes_nothing_out(post: Post) -> None:
    assert post.done(VALVE, CANCEL, "NOWHERE-1", CANCEL, VALIDATE, CANCEL) == [
        "added", "asked", "nothing", "asked", "refused", "asked",
    ]  # fmt: skip
    assert post.basket == [(NEW, 3, "", 1)]


# --- validate


def test_validate_twice_sends_one_case_for_each_note(post: Post) -> None:
    post.scans(RADIATOR, MISTAKE, VALVE, REST)
    asked, sent = post.scans(VALIDATE, VALIDATE)
    assert (asked.done, sent.done) == ("asked", "sent")
    assert "6" in asked.told
    assert all(number in sent.told for number in ("20000011", "20000028"))
    assert post.basket == []
    assert post.rows("SELECT number, note, estimated, operator FROM return_case ORDER BY number") == [
        ("20000011", OLD, 9354, "test"),
        ("20000028", NEW, 270, "test"),
    ]
    assert post.station.sent
    assert len(post.rows("SELECT 1 FROM document")) == 3
    post.refuses(UNDO, CANCEL, PLUS, VALIDATE)


@pytest.mark.parametrize("between", [VALVE, UNDO, CANCEL, str(NEW), DEFECT, PLUS, "NOWHERE-1", "!!!", QUIT])
def test_validate_and_then_anything_else_sends_nothing(post: Post, between: str) -> None:
    post.scans(RADIATOR, MISTAKE, PLUS)
    assert post.done(VALIDATE) == ["asked"]
    post.scan(between)
    assert post.done(VALIDATE) == ["asked"]
    assert post.rows("SELECT count(*) FROM return_case") == [(0,)]


def test_an_empty_basket_and_a_line_without_its_reason_are_not_sent(post: Post) -> None:
    post.refuses(VALIDATE, VALIDATE)
    post.scans(VALVE)
    (told, _again) = post.refuses(VALIDATE, VALIDATE)
    assert "096 604 3" in told.told
    assert post.done(MISTAKE, VALIDATE, VALIDATE) == ["reason", "asked", "sent"]


def test_a_line_that_went_back_meanwhile_is_told_and_not_sent(post: Post, cli) -> None:
    post.scans(RADIATOR, PLUS, MISTAKE)
    assert post.done(VALIDATE) == ["asked"]
    assert cli(f"returns add {OLD} 1 -q 1 -r defective --operator other").code == 0
    assert cli("returns send --yes --operator other").code == 0
    (told, _again) = post.refuses(VALIDATE, VALIDATE)
    assert "8MK376" in told.told
    assert post.scan(REST).quantity == 1
    assert post.done(VALIDATE, VALIDATE) == ["asked", "sent"]


@pytest.mark.parametrize("orders", [[MINUS, MINUS], [REST], [UNDO, UNDO, UNDO], [CANCEL, CANCEL]])
def test_a_line_of_which_nothing_remains_any_more_can_leave_the_basket(post: Post, cli, orders: list[str]) -> None:
    post.scans(RADIATOR, PLUS, MISTAKE)
    assert cli(f"returns add {OLD} 1 -q 2 -r defective --operator other").code == 0
    assert cli("returns send --yes --operator other").code == 0
    post.refuses(PLUS, VALIDATE)
    assert "refused" not in post.done(*orders)
    assert post.basket == []


def test_all_is_told_in_words_where_less_remains_than_another_reason_holds(post: Post, cli) -> None:
    post.scans(RADIATOR, MISTAKE, VALVE, DEFECT, RADIATOR)
    assert cli(f"returns add {OLD} 1 -q 2 -r defective --operator other").code == 0
    assert cli("returns send --yes --operator other").code == 0
    before = post.basket
    (told,) = post.scans(REST)
    assert "-1" not in told.told
    assert told.done == "refused" or (told.quantity == 0 and len(post.basket) == len(before) - 1)


def test_what_another_counter_adds_between_the_two_scans_is_not_sent_unseen(post: Post, cli) -> None:
    post.scans(VALVE, MISTAKE)
    assert post.done(VALIDATE) == ["asked"]
    assert cli(f"returns add {OLD} 1 -q 2 -r defective").code == 0
    told = post.scan(VALIDATE)
    assert told.done in {"asked", "refused"}
    assert post.rows("SELECT count(*) FROM return_case") == [(0,)]


def test_a_request_that_cannot_be_written_is_refused_and_the_basket_stays(
    post: Post, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COMPTOIR_RETURNS_EMAIL", "no address")
    post.desk = Desk({"database": str(post.path)}, post.watch, post.desk.out, no_input=True)
    post.begin()
    post.scans(VALVE, MISTAKE, VALIDATE)
    post.refuses(VALIDATE)
    assert post.basket == [(NEW, 3, "ordered_by_mistake", 1)]


def test_the_next_basket_begins_with_its_own_customer_and_note(post: Post) -> None:
    post.scans(str(OLDEST), FILTER, DEFECT, VALIDATE, VALIDATE)
    assert post.rows("SELECT customer FROM return_case") == [(ORMES,)]
    post.refuses(FILTER)  # of two customers again
    assert post.scan(WIPER).note == str(OTHER)


# --- closed


def test_no_station_begins_where_returns_are_closed(post: Post) -> None:
    post.watch.at = datetime(2021, 12, 12, 9, tzinfo=UTC)  # a Sunday
    with pytest.raises(Closed) as closed:
        post.begin()
    assert closed.value.exit_code == REFUSED


def test_what_declares_is_refused_once_returns_are_closed_and_what_takes_back_is_not(post: Post) -> None:
    post.scans(VALVE, PLUS, PLUS, MISTAKE)
    post.watch.at = datetime(2021, 12, 10, 21, tzinfo=UTC)  # ten in the evening in Paris
    post.refuses(VALVE, PLUS, REST, VALIDATE)
    assert post.done(MINUS, UNDO, str(NEW)) == ["changed", "undone", "note"]
    assert post.basket == [(NEW, 3, "ordered_by_mistake", 3)]


def test_a_request_that_was_asked_before_the_doors_closed_is_not_sent_after(post: Post) -> None:
    post.scans(VALVE, MISTAKE, VALIDATE)
    post.watch.at = datetime(2021, 12, 10, 21, tzinfo=UTC)
    post.refuses(VALIDATE)


# --- quit, echoes, the journal


def test_quit_ends_a_live_station_and_no_list_and_the_basket_stays(post: Post) -> None:
    assert post.done(VALVE, QUIT, VALVE) == ["added", "nothing", "added"]
    post.scan(QUIT, "keyboard", 5.0)
    with pytest.raises(StopIteration):
        post.scan(VALVE)
    assert post.basket == [(NEW, 3, "", 2)]
    post.begin()
    assert post.scan(VALVE).quantity == 3


@pytest.mark.parametrize("source", ["keyboard", "serial:/dev/ttyACM0", "evdev:Scanner", "camera:0"])
def test_the_same_code_at_once_from_a_live_scanner_adds_nothing(post: Post, source: str) -> None:
    found = [post.scan(VALVE, source, moment) for moment in (1.0, 1.0 + ECHO / 2, 1.0 + ECHO, 5.0)]
    assert [told.done for told in found] == ["added", "nothing", "nothing", "added"]
    assert [outcome for _raw, outcome in post.journal] == ["found", "echo", "echo", "found"]
    assert post.basket == [(NEW, 3, "", 2)]


@pytest.mark.parametrize("source", ["stdin", "file:codes.txt"])
def test_the_same_code_at_once_from_a_list_adds_each_time(post: Post, source: str) -> None:
    assert [post.scan(VALVE, source, 1.0).quantity for _turn in range(3)] == [1, 2, 3]


def test_a_code_that_stays_before_the_scanner_sends_nothing(post: Post) -> None:
    post.scans(VALVE, MISTAKE)
    found = [post.scan(VALIDATE, "keyboard", 1.0 + ECHO * turn / 2) for turn in range(10)]
    assert [told.done for told in found] == ["asked"] + ["nothing"] * 9
    assert post.scan(VALIDATE, "keyboard", 20.0).done == "sent"


def test_each_scan_is_in_the_journal_whatever_became_of_it(post: Post, cli) -> None:
    given = [UNDO, VALVE, "NOWHERE-1", FILTER, WIPER, lettered("XXXX"), "!!!", VALIDATE, MISTAKE, MISTAKE, CANCEL]
    given += [VALIDATE, VALIDATE, PLUS, QUIT, "A\x07B", str(NEW), VALVE]
    post.scans(*given)
    assert [raw for raw, _outcome in post.journal] == given
    assert all(row["same"] for row in cli("scan replay --json").data if row["outcome"] != "echo")


def test_an_act_that_breaks_leaves_neither_the_act_nor_its_scan(post: Post, path: Path) -> None:
    post.scan(VALVE)
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON return_item BEGIN SELECT raise(ABORT, 'full'); END")
    with pytest.raises(Exception, match="full"):
        post.scan(RADIATOR)
    assert post.basket == [(NEW, 3, "", 1)]
    assert len(post.journal) == 1


# --- the codes of reasons


def orders() -> dict[str, str]:
    shipped = {reason.key: lettered(reason.code) for reason in terms.load("").values()}
    return shipped | {command.value: code(command) for command in Command}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("text", [MISTAKE, DEFECT, DEPOSIT, LATE, lettered("CLTX"), PLUS, MINUS, REST, UNDO])
def test_reasons_and_orders_are_known_whatever_the_keyboard(post: Post, name: str, text: str) -> None:
    post.scans(CORE, PLUS)
    plain, garbled = post.scans(text)[0], None
    post.scans(UNDO)
    post.begin()
    garbled = post.scans(CORE, garble(text, layout(name)))[-1]
    assert (garbled.outcome, garbled.value) == (Outcome.COMMAND, plain.value)


def test_reasons_take_the_letters_of_the_scanner_and_leave_it_its_orders() -> None:
    assert terms.LETTERS == SAFE
    assert sorted(terms.TAKEN) == sorted(letters_of(code(command)) for command in Command)


def test_no_two_shipped_codes_are_near() -> None:
    assert len(orders()) == len(Command) + 5
    for one, other in combinations(orders().values(), 2):
        assert sum(a != b for a, b in zip(one, other, strict=True)) >= 3, (one, other)


def test_one_wrong_letter_makes_no_order() -> None:
    known = set(orders().values())
    for text, place, letter in product(known, range(9), SAFE):
        wrong = text[:place] + letter + text[place + 1 :]
        assert (letters_of(wrong) != "") == (wrong == text), (text, wrong)


@given(st.text(SAFE, min_size=4, max_size=4), st.integers(0, 3), st.sampled_from(SAFE))
def test_two_codes_of_a_shop_differ_in_two_letters_at_least(letters: str, place: int, letter: str) -> None:
    other = letters[:place] + letter + letters[place + 1 :]
    apart = sum(a != b for a, b in zip(lettered(letters), lettered(other), strict=True))
    assert apart == (2 if other != letters else 0)


def test_a_scan_with_one_wrong_letter_does_nothing_to_the_basket(post: Post) -> None:
    post.scans(VALVE)
    before = post.dump()
    assert post.scan(MISTAKE.replace("D", "F")).done == "nothing"
    assert post.dump() == before


# --- the number of a case


@pytest.fixture
def case(post: Post) -> str:
    post.scans(VALVE, MISTAKE, VALIDATE, VALIDATE)
    return "20000011"


@pytest.mark.parametrize("name", ["us", "fr", "be", "mac", "afnor", "fr+caps", "fr+lock"])
@pytest.mark.parametrize("aim", ["", "]C0"])
def test_the_number_of_a_case_is_explained_whatever_the_keyboard(case: str, cli, name: str, aim: str) -> None:
    if aim and name not in {"us", "mac", "be"}:
        aim = ""  # `]` is a dead key, or none, there
    found = cli(["scan", "--json", f"--explain={garble(aim + case, layout(name))}"]).data
    (chosen,) = [reading for reading in found if reading["chosen"]]
    assert (chosen["kind"], chosen["value"], chosen["proof"]) == ("return", case, "check_digit")
    (record,) = chosen["records"]
    assert (record["number"], record["type"], record["customer"]) == (case, "return", ORMES)


@pytest.mark.parametrize("wrong", ["20000012", "20000021", "20000101"])
def test_a_case_number_with_a_wrong_figure_is_no_case(case: str, cli, wrong: str) -> None:
    found = cli(["scan", "--json", "--explain", wrong]).data
    assert not any(reading["kind"] == "return" or reading["records"] for reading in found)


def test_a_case_number_that_was_not_given_yet_finds_nothing(case: str, cli) -> None:
    first, *_others = cli("scan --json --explain 20000028").data
    assert (first["kind"], first["records"]) == ("return", [])


# --- any scans, against a model

Place = tuple[int, int]
Basket = dict[tuple[Place, str], int]
ROWS = [line.split(",") for line in NOTES.splitlines()[1:]]
DAY = {(int(row[0]), int(row[3])): datetime.fromisoformat(f"{row[1]}T00:00+00:00") for row in ROWS}
CUSTOMER = {(int(row[0]), int(row[3])): row[2] for row in ROWS}
ARTICLE = {(int(row[0]), int(row[3])): row[5] for row in ROWS}
DELIVERED = {(int(row[0]), int(row[3])): int(row[7]) for row in ROWS}
CHARGED = {(int(row[0]), int(row[3])) for row in ROWS if row[9]}
NEWEST = sorted(DAY, key=lambda place: (DAY[place], place), reverse=True)
KEYS = {MISTAKE: "ordered_by_mistake", DEFECT: "defective", DEPOSIT: "core_deposit"}
DAYS = {"ordered_by_mistake": 30, "defective": 730, "core_deposit": 90}
PARTS = (FILTER, RADIATOR, CORE, VALVE, WIPER, CABIN)
KEPT = frozenset({"refused", "nothing", "note", "asked"})
USELESS = ("NOWHERE-1", lettered("XXXX"), "20000011")


class Mind(NamedTuple):
    """What a person keeps in mind of a basket: what is in it, and the note, the reason and the line in hand."""

    basket: Basket
    note: int = 0
    reason: str = ""
    line: tuple[Place, str] | None = None

    def inside(self, place: Place) -> int:
        return sum(count for (at, _key), count in self.basket.items() if at == place)

    def put(self, line: tuple[Place, str], count: int, **more: Any) -> "Mind":
        """Give a line another quantity, and hold it."""
        basket = {each: held for each, held in self.basket.items() if each != line} | ({line: count} if count else {})
        return self._replace(basket=basket, line=line if count else None, **more)

    def either(self, done: str) -> list[tuple[str, "Mind"]]:
        """Give what is done without a change of the basket; the line in hand may be put down."""
        return [(done, self), (done, self._replace(line=None))]


def fits(place: Place, key: str) -> bool:
    """Tell whether a line may go back for a reason; a line that has none yet may."""
    return not key or ((OPENS - DAY[place]).days <= DAYS[key] and (key != "core_deposit" or place in CHARGED))


def after(mind: Mind, text: str, left: dict[Place, int]) -> list[tuple[str, Mind]]:
    """Give what a scan may do, and what is in mind then."""
    if text in PARTS:
        return part(mind, text, left)
    if text in KEYS:
        return reason(mind, KEYS[text])
    if text in {PLUS, MINUS, REST}:
        return counted(mind, text, left)
    noted = mind._replace(note=int(text))
    owners = {CUSTOMER[place] for place, _key in mind.basket} - {CUSTOMER[noted.note, 1]}
    return noted.either("note") + (mind.either("refused") if owners else [])


def part(mind: Mind, ean: str, left: dict[Place, int]) -> list[tuple[str, Mind]]:
    """Take the line of the note scanned, else the newest of the basket's customer."""
    owners = {CUSTOMER[place] for place, _key in mind.basket} or {ORMES, LELONG}
    free = [p for p in NEWEST if ARTICLE[p] == ean and CUSTOMER[p] in owners and mind.inside(p) < left[p]]
    first = [place for place in free if place[0] == mind.note]
    places = first or free
    several = not first and len({CUSTOMER[place] for place in free}) > 1
    if several or not places or not fits(places[0], mind.reason):
        return mind.either("refused")
    line, note = (places[0], mind.reason), mind.note if first else 0
    return [("added", mind.put(line, mind.basket.get(line, 0) + 1, note=note))]


def reason(mind: Mind, key: str) -> list[tuple[str, Mind]]:
    """Give the line in hand a reason, and the parts that follow."""
    if mind.line is None:
        return [("reason", mind._replace(reason=key))]
    place, count = mind.line[0], mind.basket[mind.line]
    if not fits(place, key):
        return [("refused", mind)]
    if mind.line[1] == key:
        return [("reason", mind._replace(reason=key))]
    joined = mind.basket.get((place, key), 0) + count
    return [("reason", mind.put(mind.line, 0).put((place, key), joined, reason=key))]


def counted(mind: Mind, order: str, left: dict[Place, int]) -> list[tuple[str, Mind]]:
    """Change the quantity of the line in hand."""
    if mind.line is None:
        return [("refused", mind)]
    now, rest = mind.basket[mind.line], left[mind.line[0]] - mind.inside(mind.line[0])
    wanted = {PLUS: now + 1, MINUS: now - 1, REST: now + rest}[order]
    if wanted > now + rest:
        return [("refused", mind)]
    return [("changed", mind.put(mind.line, wanted))]


class Morning:
    """Scans one after the other; each is done to the model, and undo brings the basket before it back."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.minds = [Mind({})]  # more than one where a person could take it either way
        self.left = dict(DELIVERED)
        self.past: list[tuple[Basket, set[str]]] = []  # the basket and the reason in use before each act
        self.asked = ""
        self.journal: list[str] = []

    def scan(self, text: str) -> Returned:
        """Take a scan; see it in the journal, and nothing changed where nothing was done."""
        before = self.post.dump()
        told = self.post.scan(text)
        self.journal.append(text)
        self.asked = text if told.done == "asked" else ""
        assert [raw for raw, _outcome in self.post.journal] == self.journal
        if told.done in KEPT:
            assert self.post.dump() == before
        return told

    @property
    def basket(self) -> Basket:
        return {((note, line), key): count for note, line, key, count in self.post.basket}

    def came(self, told: Returned, expected: list[tuple[str, Mind]]) -> None:
        """Keep what is in mind of those who foresaw this."""
        fit = [mind for done, mind in expected if (done, mind.basket) == (told.done, self.basket)]
        assert fit, (told, self.basket, expected)
        self.minds = [mind for number, mind in enumerate(fit) if mind not in fit[:number]]

    def takes(self, text: str) -> None:
        """Take a scan, and see that it does what it should."""
        {UNDO: self.undoes, CANCEL: self.cancels, VALIDATE: self.validates}.get(text, lambda: self.acts(text))()
        self.check()

    def acts(self, text: str) -> None:
        before, used = self.basket, {mind.reason for mind in self.minds}
        told = self.scan(text)
        if text in USELESS:
            expected = [each for mind in self.minds for done in ("refused", "nothing") for each in mind.either(done)]
        else:
            expected = [each for mind in self.minds for each in after(mind, text, self.left)]
        self.came(told, expected)
        if self.basket != before or (told.done == "reason" and not told.reference):
            self.past.append((before, used))

    def undoes(self) -> None:
        told = self.scan(UNDO)
        if not self.past:
            assert told.done == "refused"
            return
        basket, used = self.past.pop()
        assert (told.done, self.basket) == ("undone", basket)
        notes = {mind.note for mind in self.minds}
        self.minds = [
            Mind(basket, note, key, line) for note in notes for key in sorted(used) for line in [None, *basket]
        ]

    def cancels(self) -> None:
        again = self.asked == CANCEL
        told = self.scan(CANCEL)
        assert told.done == (("cleared" if again else "asked") if self.past else "refused")
        if again and self.past:
            assert self.basket == self.past[0][0]
            self.begins_anew()

    def validates(self) -> None:
        basket, again = self.basket, self.asked == VALIDATE
        ready = bool(basket) and all(key for _place, key in basket)
        told = self.scan(VALIDATE)
        assert told.done == (("sent" if again else "asked") if ready else "refused")
        if told.done == "sent":
            assert self.basket == {}
            for (place, _key), count in basket.items():
                self.left[place] -= count
            self.begins_anew()

    def begins_anew(self) -> None:
        """Leave nothing to undo; the reason in use may be kept."""
        reasons, notes = {mind.reason for mind in self.minds} | {""}, {mind.note for mind in self.minds} | {0}
        self.past, self.minds = [], [Mind(self.basket, note, key) for note in notes for key in sorted(reasons)]

    def check(self) -> None:
        """See that the basket is one that may be."""
        basket = self.basket
        assert len({CUSTOMER[place] for place, _key in basket}) <= 1
        assert all(count > 0 for count in basket.values())
        for place in {place for place, _key in basket}:
            assert sum(count for (at, _key), count in basket.items() if at == place) <= self.left[place]


scanned = st.sampled_from(
    (
        *(*PARTS, PLUS, MINUS, REST) * 3,
        *(FILTER, *KEYS, UNDO, UNDO) * 2,
        *(str(OLDEST), str(NEW), str(OTHER), UNDO, *USELESS),
        *(VALIDATE, CANCEL, f"{VALIDATE} {VALIDATE}", f"{CANCEL} {CANCEL}"),
    )
)


@given(given=st.lists(scanned, min_size=5, max_size=40))
def test_any_scans_do_what_a_person_has_in_mind_and_undo_takes_all_of_it_back(
    delivered: Path, given: list[str]
) -> None:
    with ExitStack() as opened:
        folder = opened.enter_context(TemporaryDirectory())
        opened.callback(engine.cache_clear)
        morning = Morning(Post(Path(shutil.copy(delivered, folder)), Watch(), opened))
        for text in " ".join(given).split(" "):
            morning.takes(text)
        for _act in range(len(morning.past) + 1):
            morning.takes(UNDO)
        assert morning.basket == {}
