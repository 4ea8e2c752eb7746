"""The look-up of scans: what each is taken for, what answers it, and what its journal keeps."""

import platform
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.clock import Clock
from comptoir.desk.framing import ECHO
from comptoir.desk.scanner import LONGEST, Scan
from comptoir.scanning import queries
from comptoir.scanning.commands import CALIBRATION, Command, code
from comptoir.scanning.gs1 import GS
from comptoir.scanning.layouts import garble, layout
from comptoir.scanning.lookup import Lookup, Scanned
from comptoir.scanning.rules import Outcome, readings
from comptoir.store.migrations import upgrade
from comptoir.store.write import Store

CATALOGUE = Path(__file__).parent.parent.parent / "examples" / "catalogue.csv"
NOW = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
EAN, UPC, EAN_8, BOX = "4006381333931", "036000291452", "40170725", "14006381333938"
NOTES = f"""\
note_number,delivery_date,customer,line,reference,ean,designation,quantity,unit_price
200000001,2026-11-10,Atelier du Réemploi,1,12342XV+S2,{EAN},Disque de frein,2,45.90
200000001,2026-11-10,Atelier du Réemploi,2,AB-12.34/56,,Plaquettes,1,12.50
200000002,2026-11-12,Garage Nord,1,12342XV+S2,{EAN},Disque de frein,1,45.90
200000002,2026-11-12,Garage Nord,2,U-PC,{UPC},Ampoule,1,1.00
200000002,2026-11-12,Garage Nord,3,E-8,{EAN_8},Fusible,1,1.00
200000003,2026-11-13,Garage Nord,1,B-OX,{BOX},Carton,1,1.00
200000004,2026-11-14,Garage Nord,1,PIÈCE-É9,,Pièce accentuée,1,1.00
200000005,2026-11-14,Garage Nord,1,9KZCT73K,,Un portable reçu,1,1.00
200000006,2026-11-14,Garage Nord,1,200000003,,Une pièce nommée comme un bon,1,1.00
200000007,2026-11-14,Garage Nord,1,U-PC-E,042100005264,Petit paquet,1,1.00
42,2026-11-14,Garage Nord,1,Q-42,,Un vieux bon,1,1.00
"""
GOOD = "-a works=yes -a screen=very_good -a shell=very_good"
SELLER = (
    "--name Micro --siret 00011122900001 --email a@b.fr --phone 0600000000 "
    "--line '1 rue A' --postcode 77090 --town Collégien --yes"
)
BUYBACK = "2000000000015"


class Post(NamedTuple):
    """A machine where scans are taken, and the database it keeps."""

    lookup: Lookup
    connection: sqlite3.Connection

    def take(self, data: str | bytes, source: str = "stdin", moment: float = 0.0, suffix: bytes = b"\r") -> Scanned:
        raw = data.encode() if isinstance(data, str) else data
        return self.lookup.take(Scan(raw, moment, source, suffix))

    def journal(self) -> list[tuple[object, ...]]:
        """Read the journal by another connection: what is there is committed."""
        sql = "SELECT raw, outcome, kind, value, layout FROM scan ORDER BY id"
        return self.connection.execute(sql).fetchall()


@contextmanager
def opened(path: Path, host: str = "till-1") -> Iterator[Post]:
    with Store.open(path) as store, closing(sqlite3.connect(path)) as other:
        yield Post(Lookup(store, Clock(NOW), "camille", host), other)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The database that the commands of the test use too."""
    return tmp_path / "shop.db"


@pytest.fixture
def shop(cli, path: Path) -> Path:
    """Delivery notes, a catalogue and a buyback."""
    assert cli("delivery import -", input=NOTES.encode()).code == 0
    assert cli(["catalog", "import", str(CATALOGUE)]).code == 0
    assert cli(f"buyback add 9KZCT73K {GOOD}").code == 0
    assert cli(f"buyback validate {SELLER}").code == 0
    return path


@pytest.fixture
def post(shop: Path) -> Iterator[Post]:
    with opened(shop) as made:
        yield made


@pytest.fixture
def empty(path: Path) -> Iterator[Post]:
    upgrade(path)
    with opened(path) as made:
        yield made


def numbers(done: Scanned) -> list[str]:
    return [record.number for record in done.records]


# --- what answers


@pytest.mark.parametrize(
    ("scan", "kind", "found"),
    [
        (EAN, "gtin", ["200000002", "200000001"]),
        (f"0{EAN}", "gtin", ["200000002", "200000001"]),
        (f"]E0{EAN}", "gtin", ["200000002", "200000001"]),
        (UPC, "gtin", ["200000002"]),
        (f"0{UPC}", "gtin", ["200000002"]),
        (EAN_8, "gtin", ["200000002"]),
        (f"]E4{EAN_8}", "gtin", ["200000002"]),
        (BOX, "gtin", ["200000003"]),
        ("04252614", "gtin", ["200000007"]),  # UPC-E of 042100005264
        ("12342XV+S2", "reference", ["200000002", "200000001"]),
        ("12342xv s2", "reference", ["200000002", "200000001"]),
        ("12342-XV.S2", "reference", ["200000002", "200000001"]),
        ("ab123456", "reference", ["200000001"]),
        ("]C0AB-12.34/56", "reference", ["200000001"]),
        ("200000001", "delivery_note", ["200000001", "200000001"]),
        ("00200000001", "delivery_note", ["200000001", "200000001"]),
        ("]C000200000001", "delivery_note", ["200000001", "200000001"]),
        ("00000000042", "delivery_note", ["42"]),
        (BUYBACK, "buyback", [BUYBACK]),
        (f"]E0{BUYBACK}", "buyback", [BUYBACK]),
        ("DSYN5CVS", "article_code", ["DSYN5CVS"]),
        ("dsyn5cvs", "article_code", ["DSYN5CVS"]),
        (f"]C101{EAN.zfill(14)}10LOT42", "gtin", ["200000002", "200000001"]),
        (f"]d201{EAN.zfill(14)}10LOT42{GS}21S1", "gtin", ["200000002", "200000001"]),
        (f"01{EAN.zfill(14)}10LOT42", "gtin", ["200000002", "200000001"]),
        (f"(01){EAN.zfill(14)}(10)LOT42", "gtin", ["200000002", "200000001"]),
        (f"]C110LOT42{GS}241AB-12.34/56", "reference", ["200000001"]),
    ],
)
def test_what_a_counter_scans_is_found(post: Post, scan: str, kind: str, found: list[str]) -> None:
    done = post.take(scan)
    assert (done.outcome, done.kind, numbers(done)) == (Outcome.FOUND, kind, found), done.why
    assert done.why


def test_a_record_tells_what_may_go_back(post: Post) -> None:
    (record,) = post.take("AB-12.34/56").records
    assert (record.type, record.reference, record.designation) == ("delivery", "AB-12.34/56", "Plaquettes")
    assert (record.eligible, record.returned, str(record.amount), str(record.day)) == (1, 0, "12.50", "2026-11-10")


@pytest.mark.parametrize("scan", ["PIÈCE-É9", "PIECE E9", "pièce-é9"])
def test_a_reference_with_accents_is_found_in_any_spelling(post: Post, scan: str) -> None:
    done = post.take(f"]C0{scan}")
    assert (done.outcome, numbers(done)) == (Outcome.FOUND, ["200000004"]), done.why


@pytest.mark.parametrize("name", ["fr", "be", "mac", "afnor"])
@pytest.mark.parametrize("code_", [EAN, BUYBACK, UPC, "00200000001", "AB-12.34/56", "9KZ-AB12", f"]E0{EAN}"])
def test_a_garbled_scan_is_repaired_and_proved_or_not_followed(post: Post, code_: str, name: str) -> None:
    garbled = garble(code_, layout(name))
    done = post.take(garbled)
    if code_ == "9KZ-AB12":
        assert done.outcome in {Outcome.NOT_FOUND, Outcome.AMBIGUOUS}
        return
    assert done.outcome is Outcome.FOUND, (garbled, done)
    assert numbers(done) == numbers(post.take(code_))
    assert done.layout


def test_an_unknown_number_that_proves_itself_is_unknown_and_nothing_else(post: Post) -> None:
    done = post.take("3017620422003")
    assert (done.outcome, done.kind, done.value, done.records) == (Outcome.NOT_FOUND, "gtin", "03017620422003", ())


@pytest.mark.parametrize("wrong", ["4006381333932", "2000000000016", "4006381333913"])
def test_a_number_whose_check_digit_is_wrong_finds_nothing(post: Post, wrong: str) -> None:
    done = post.take(wrong)
    assert (done.outcome, done.kind, done.records) == (Outcome.NOT_FOUND, "reference", ())


@pytest.mark.parametrize(
    ("scan", "candidates"),
    [
        ("200000003", {("200000003", "delivery"), ("200000006", "delivery")}),  # a note, and a part named so
        ("9KZCT73K", {("9KZCT73K", "device"), ("200000005", "delivery")}),  # an article code, and a part named so
    ],
)
def test_an_ambiguous_code_shows_its_candidates_and_follows_none(
    post: Post, scan: str, candidates: set[tuple[str, str]]
) -> None:
    done = post.take(scan)
    assert done.outcome is Outcome.AMBIGUOUS
    assert {(record.number, record.type) for record in done.records} == candidates
    assert (done.kind, done.value, done.layout) == ("", "", "")
    assert done.why
    assert post.journal()[-1] == (scan.encode(), "ambiguous", "", "", "")


def test_repairs_that_are_equally_good_are_all_shown(empty: Post) -> None:
    done = empty.take("ààààààààéééàà")
    assert done.outcome is Outcome.AMBIGUOUS
    assert all(text in " ".join(map(str, done)) for text in ("0000000022200", "1111111122211"))


@pytest.mark.parametrize(
    "noise", [b"\x00\xff\x81\x8d", b"\x01\x02\x7f", b"\x1b\x1b", "A" * 600, b" \x00 ", b"\xff" * LONGEST]
)
def test_noise_is_told_unreadable_and_journaled_as_it_came(empty: Post, noise: str | bytes) -> None:
    done = empty.take(noise)
    raw = noise.encode() if isinstance(noise, str) else noise
    assert (done.outcome, done.records) == (Outcome.UNREADABLE, ())
    assert empty.journal() == [(raw, "unreadable", "", "", "")]


def test_an_order_is_an_order_from_any_keyboard_and_touches_no_record(post: Post) -> None:
    for command in Command:
        done = post.take(garble(code(command), layout("fr+caps")))
        assert (done.outcome, done.value, done.records) == (Outcome.COMMAND, command.value, ())


# --- echoes


@pytest.mark.parametrize("source", ["keyboard", "serial:/dev/ttyACM0", "evdev:Scanner", "camera:0"])
def test_the_same_code_at_once_from_a_live_scanner_is_an_echo_and_is_journaled(empty: Post, source: str) -> None:
    outcomes = [
        empty.take(data, source, moment).outcome
        for data, moment in ((EAN, 1.0), (EAN, 1.0 + ECHO - 0.01), (UPC, 1.9), (EAN, 2.0), (EAN, 2.9))
    ]
    new = Outcome.NOT_FOUND
    assert outcomes == [new, Outcome.ECHO, new, new, new]
    assert [row[1] for row in empty.journal()] == outcomes
    assert empty.journal()[1] == (EAN.encode(), "echo", "", "", "")


@pytest.mark.parametrize("source", ["stdin", "file:codes.txt"])
def test_a_list_has_no_echo(empty: Post, source: str) -> None:
    assert {empty.take(EAN, source, 1.0).outcome for _turn in range(3)} == {Outcome.NOT_FOUND}


def test_two_scanners_that_read_one_code_are_two_scans(empty: Post) -> None:
    assert empty.take(EAN, "serial:A", 1.0).outcome is Outcome.NOT_FOUND
    assert empty.take(EAN, "serial:B", 1.0).outcome is Outcome.NOT_FOUND


# --- calibration


def seen(text: str, name: str) -> bytes:
    return garble(text, layout(name)).encode()


@pytest.mark.parametrize("name", ["fr", "be", "mac", "afnor", "us+caps", "fr+lock", "reverse"])
def test_a_calibration_is_kept_for_its_machine_and_its_source(path: Path, name: str) -> None:
    upgrade(path)
    with opened(path) as post:
        done = post.take(seen(CALIBRATION, name), "keyboard")
        assert (done.outcome, done.kind, done.value) == (Outcome.CALIBRATION, "calibration", name)
        kept = queries.profiles(post.lookup._store.reader, "till-1")
        assert (kept["keyboard"].layout, kept["keyboard"].suffix, list(kept)) == (name, "\r", ["keyboard"])
        assert queries.profiles(post.lookup._store.reader, "till-2") == {}


def test_a_scanner_once_set_is_repaired_from_then_on_by_its_machine_alone(path: Path) -> None:
    upgrade(path)
    # Caps Lock alone is undone for a scanner that is known to have it, and for no other.
    with opened(path) as post:
        assert post.take("ab-12", "keyboard", 1.0).layout == ""
        assert post.take(seen(CALIBRATION, "us+caps"), "keyboard", 3.0).outcome is Outcome.CALIBRATION
        done = post.take("ab-12", "keyboard", 5.0)
        assert (done.layout, done.code) == ("us+caps", "AB-12")
        assert post.take("ab-12", "serial:A", 5.0).layout == ""
    with opened(path) as post:
        assert post.take("ab-12", "keyboard").layout == "us+caps"
    with opened(path, "till-2") as post:
        assert post.take("ab-12", "keyboard").layout == ""


def test_the_latest_calibration_replaces_the_one_before(path: Path) -> None:
    upgrade(path)
    with opened(path) as post:
        post.take(seen(CALIBRATION, "be"), "keyboard", 1.0, b"\t")
        post.take(seen(CALIBRATION, "us"), "keyboard", 5.0, b"\r\n")
        (row,) = queries.scanners(post.lookup._store.reader)
        assert (row.host, row.source, row.layout, row.suffix) == ("till-1", "keyboard", "us", "\r\n")
        assert row.saved_at == NOW


def test_the_separator_that_a_scanner_types_is_put_back(shop: Path) -> None:
    with opened(shop) as post:
        post.take(CALIBRATION.replace(GS, "029"), "keyboard", 1.0)
        done = post.take("]C110LOT42029241AB-12.34/56", "keyboard", 5.0)
        assert (done.outcome, numbers(done)) == (Outcome.FOUND, ["200000001"])


def test_scan_scanners_lists_what_a_calibration_showed(cli, path: Path) -> None:
    upgrade(path)
    with opened(path, platform.node()) as post:
        post.take(seen(CALIBRATION, "be"), "keyboard")
    (row,) = cli("scan scanners --json").data
    assert (row["host"], row["source"], row["layout"], row["suffix"]) == (platform.node(), "keyboard", "be", "\r")
    assert "\r" not in cli("scan scanners").out


# --- the journal


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00",
        b"4006381333931\x00",
        f"]d201{EAN.zfill(14)}10A{GS}21B".encode(),
        b"\xff\xfeAB12",
        b"\xc3(",
        b"AB\x00\x1b[31m12\x07",
        "é€\U0001f527".encode(),
        "PI\u0301E\u202e12".encode(),
        b"'; DROP TABLE scan; --",
        bytes(range(256)) * 32,
    ],
    ids=lambda raw: raw[:12].hex(),
)
def test_a_scan_is_journaled_byte_for_byte(empty: Post, raw: bytes) -> None:
    done = empty.take(raw)
    ((kept, outcome, kind, value, layout_),) = empty.journal()
    assert (kept, outcome, kind, value, layout_) == (raw, done.outcome, done.kind, done.value, done.layout)


@pytest.fixture(scope="module")
def resident(tmp_path_factory) -> Iterator[Post]:
    path = tmp_path_factory.mktemp("resident") / "shop.db"
    upgrade(path)
    with opened(path) as made:
        yield made


garbled_codes = st.sampled_from([EAN, CALIBRATION, BUYBACK, code(Command.UNDO), f"]C101{EAN.zfill(14)}10A{GS}21B"])
anything = st.one_of(
    st.binary(max_size=80),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.builds(seen, garbled_codes, st.sampled_from(["fr", "be", "reverse", "fr+caps", "us"])),
)


@given(anything, st.sampled_from(["keyboard", "stdin", "serial:A"]))
def test_whatever_comes_has_an_outcome_and_is_on_the_disk_when_it_is_told(resident, raw: bytes, source: str) -> None:
    done = resident.take(raw, source)
    assert resident.journal()[-1] == (raw, done.outcome, done.kind, done.value, done.layout)
    assert done.records == () or done.outcome in {Outcome.FOUND, Outcome.AMBIGUOUS}


def test_a_scan_that_cannot_be_journaled_is_not_told(empty: Post) -> None:
    empty.connection.execute("CREATE TRIGGER full BEFORE INSERT ON scan BEGIN SELECT raise(ABORT, 'full'); END")
    empty.connection.commit()
    with pytest.raises(Exception, match="full"):
        empty.take(EAN)
    assert empty.journal() == []


def test_a_calibration_that_cannot_be_kept_is_not_journaled_either(empty: Post) -> None:
    empty.connection.execute("CREATE TRIGGER full BEFORE INSERT ON scanner BEGIN SELECT raise(ABORT, 'full'); END")
    empty.connection.commit()
    with pytest.raises(Exception, match="full"):
        empty.take(seen(CALIBRATION, "be"), "keyboard")
    assert empty.journal() == []
    assert empty.take(EAN, "keyboard").layout == ""


def test_the_station_sees_what_another_counter_brings_in_meanwhile(cli, path: Path) -> None:
    upgrade(path)
    with opened(path) as post:
        assert post.take(EAN).outcome is Outcome.NOT_FOUND
        assert cli("delivery import -", input=NOTES.encode()).code == 0
        assert post.take(EAN).outcome is Outcome.FOUND


def test_every_key_that_finds_nothing_is_still_read_the_way_the_rules_say(empty: Post) -> None:
    for raw in (EAN, "AB12", "00200000001"):
        done, first = empty.take(raw), readings(raw.encode())[0]
        assert (done.kind, done.value) == (first.kind, first.value)
