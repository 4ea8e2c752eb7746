"""The commands on scans, by a pipe and without a terminal: what each writes, and with which code it ends."""

import csv
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO, StringIO
from pathlib import Path

import pypdf
import pytest

from comptoir.scanning.commands import CALIBRATION, Command, code
from comptoir.scanning.layouts import garble, layout

EXAMPLES = Path(__file__).parents[2] / "examples"
EAN = "4006381333931"
HEADER = "note_number,delivery_date,customer,line,reference,ean,designation,quantity,unit_price"
NOTES = f"""{HEADER}
200000001,2026-11-10,Atelier du Réemploi,1,12342XV+S2,{EAN},Disque de frein,2,45.90
200000002,2026-11-12,Garage Nord,1,AB-12.34/56,,Plaquettes,1,12.50
"""
EVIL = "\x1b]0;owned\x07\x1b[2JDisque\x9b31m\u202e"
SPOKEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")  # what a terminal would obey
FIELDS = ["moment", "source", "code", "outcome", "kind", "value", "layout", "records", "why"]
SCANS = [EAN, "AB123456", "NOWHERE-1"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture
def notes(cli, path: Path) -> Path:
    assert cli("delivery import -", input=NOTES.encode()).code == 0
    return path


def environment(**more: str) -> dict[str, str]:
    """Give what a child needs: the fixtures of `conftest` have set the shop's variables in this process."""
    return os.environ | {"COMPTOIR_LANG": "fr"} | more


@pytest.fixture
def spawn() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Give what starts a station on a pipe."""
    started = []

    def start(*words: str, **more: object) -> subprocess.Popen[bytes]:
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
        started.append(subprocess.Popen([sys.executable, "-m", "comptoir", *words], env=environment(), **streams))
        return started[-1]

    yield start
    for each in started:
        if each.poll() is None:
            each.kill()
        for stream in (each.stdin, each.stdout, each.stderr):
            if stream:
                stream.close()
        each.wait()


def piped(*words: str, scans: bytes) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "comptoir", *words], env=environment(), input=scans, capture_output=True, check=False
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def journal(path: Path) -> list[bytes]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [raw for (raw,) in connection.execute("SELECT raw FROM scan ORDER BY id")]


def lines_of(scans: list[str]) -> bytes:
    return "".join(f"{scan}\n" for scan in scans).encode()


# --- a pipe


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "tsv", "table", None])
def test_a_pipe_gives_a_row_a_scan_in_every_format(notes: Path, form: str | None) -> None:
    ran, out, err = piped("scan", *(("--format", form) if form else ()), scans=lines_of(SCANS))
    assert (ran, err) == (0, "")
    match form:
        case "json" | "jsonl":
            rows = json.loads(out) if form == "json" else [json.loads(line) for line in out.splitlines()]
            assert [list(row) for row in rows] == [FIELDS] * 3
            assert [row["outcome"] for row in rows] == ["found", "found", "not_found"]
            assert rows[0]["records"][0]["number"] == "200000001"
            assert rows[0]["records"][0]["amount"] == "45.90"
        case "csv" | "tsv":
            header, *rows = csv.reader(StringIO(out), delimiter="," if form == "csv" else "\t")
            assert header == FIELDS
            assert [row[3] for row in rows] == ["found", "found", "not_found"]
        case _:
            assert out.splitlines()[0].startswith("Date")
            assert len(out.splitlines()) == 5
    assert journal(notes) == [scan.encode() for scan in SCANS]


def test_excel_and_a_file_are_written_too(notes: Path, tmp_path: Path) -> None:
    ran, out, err = piped("scan", "--excel", "-o", str(tmp_path / "out.csv"), scans=lines_of(SCANS))
    assert (ran, out, err) == (0, "", "")
    assert (tmp_path / "out.csv").read_bytes().startswith("\ufeffmoment;source".encode())


@pytest.mark.parametrize("form", ["jsonl", "csv", "tsv"])
def test_a_line_leaves_as_soon_as_its_scan_came(notes: Path, spawn, form: str) -> None:
    asking, end = os.pipe()
    station = spawn("scan", "--format", form, stdin=asking)
    os.close(asking)
    told = []
    for scan in SCANS:
        os.write(end, f"{scan}\n".encode())
        while not (told and scan in told[-1]):
            told.append(station.stdout.readline().decode())
            assert told[-1], station.stderr.read()
        assert journal(notes)[-1] == scan.encode()
    os.close(end)
    assert station.wait(20) == 0


@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n", ""])
def test_the_last_line_counts_with_or_without_its_end(notes: Path, line_end: str) -> None:
    ran, out, _err = piped("scan", "--format", "jsonl", scans=f"{EAN}{line_end}".encode())
    assert (ran, json.loads(out)["outcome"]) == (0, "found")


def test_no_scan_is_no_row_and_no_failure(notes: Path) -> None:
    assert piped("scan", "--format", "jsonl", scans=b"\n\r\n\n") == (0, "", "")
    assert piped("scan", "--json", scans=b"") == (0, "[]\n", "")


def test_the_same_line_twice_is_two_scans_and_the_code_to_quit_ends_no_pipe(notes: Path) -> None:
    given = [EAN, EAN, code(Command.QUIT), garble(code(Command.QUIT), layout("fr")), "QUITTER", EAN]
    _code, out, _err = piped("scan", "--format", "jsonl", scans=lines_of(given))
    assert [json.loads(line)["outcome"] for line in out.splitlines()] == ["found", "found", *["command"] * 3, "found"]
    assert journal(notes) == [each.encode() for each in given]


def test_a_pipe_makes_the_database_it_is_first_to_use(path: Path) -> None:
    ran, out, _err = piped("scan", "--format", "jsonl", scans=lines_of([EAN]))
    assert (ran, json.loads(out)["outcome"]) == (0, "not_found")
    assert journal(path) == [EAN.encode()]


def test_one_mebibyte_without_a_line_end_is_one_unreadable_scan(notes: Path) -> None:
    ran, out, _err = piped("scan", "--format", "jsonl", scans=b"\xff\x00A" * (1 << 18) + lines_of(["", EAN]))
    outcomes = [json.loads(line)["outcome"] for line in out.splitlines()]
    assert (ran, outcomes) == (0, ["unreadable", "found"])


def test_a_closed_pipe_ends_the_station_without_a_word(notes: Path, spawn) -> None:
    station = spawn("scan", "--format", "jsonl")
    os.write(station.stdin.fileno(), lines_of([EAN]))
    assert station.stdout.readline()
    station.stdout.close()
    os.write(station.stdin.fileno(), lines_of(SCANS * 50))
    assert station.wait(20) == 141
    assert station.stderr.read() == b""


def test_a_closed_standard_input_is_told_and_is_no_bug(notes: Path) -> None:
    words = f"exec {sys.executable} -m comptoir scan <&-"
    done = subprocess.run(["sh", "-c", words], env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr


# --- kill -9


def test_kill_9_at_any_moment_leaves_every_line_that_was_told_in_the_journal(notes: Path, spawn) -> None:
    chance, told = random.Random(20261122), []
    for trial in range(14):
        before = len(journal(notes))
        station = spawn("scan", "--format", "jsonl")
        feeder = threading.Thread(target=feed, args=(station, trial), daemon=True)
        feeder.start()
        lines = [station.stdout.readline()] if trial % 4 else []
        time.sleep(chance.uniform(0, 0.15) if lines else chance.uniform(0.1, 0.6))
        station.send_signal(signal.SIGKILL)
        lines += station.stdout.readlines()
        assert station.wait() == -signal.SIGKILL
        feeder.join()
        codes = [json.loads(line)["code"] for line in lines if line.endswith(b"\n")]
        kept = [raw.decode() for raw in journal(notes)[before:]]
        assert kept[: len(codes)] == codes
        assert len(kept) - len(codes) <= 1, "a scan is told before the next one is taken"
        assert kept == [f"T{trial}-{number}" for number in range(len(kept))]
        told += codes
    assert len(told) > 100, "too few scans to prove anything"


def feed(station: subprocess.Popen[bytes], trial: int) -> None:
    try:
        for number in range(20_000):
            os.write(station.stdin.fileno(), f"T{trial}-{number}\n".encode())
    except OSError:
        return


# --- which scanner


@pytest.mark.parametrize("line", ["--camera 0 --serial /dev/x", "--serial /dev/x --device Y", "--camera 0 --device Y"])
def test_two_scanners_are_one_too_many(cli, line: str) -> None:
    ran = cli(f"scan {line}")
    assert (ran.code, ran.out) == (2, "")
    assert "--camera" in ran.err


def test_a_serial_port_that_is_not_there_is_told(cli, path: Path) -> None:
    ran = cli("scan --serial /dev/no-such-port --format jsonl")
    assert (ran.code, ran.out) == (3, "")
    assert "/dev/no-such-port" in ran.err


# --- --explain


def test_explain_tells_every_way_to_understand_a_text_and_the_one_that_is_followed(cli, notes: Path) -> None:
    first, *others = cli(["scan", "--explain", EAN, "--json"]).data
    assert (first["kind"], first["value"], first["chosen"], first["proof"]) == ("gtin", f"0{EAN}", True, "check_digit")
    assert [record["number"] for record in first["records"]] == ["200000001"]
    assert not any(each["chosen"] for each in others)


def test_explain_proves_a_repair(cli, notes: Path) -> None:
    first, *_others = cli(["scan", "--explain", garble(EAN, layout("fr")), "--json"]).data
    assert (first["text"], first["layout"], first["chosen"]) == (EAN, "fr", True)
    assert len(first["why"]) == 3


@pytest.mark.parametrize("noise", ["", "\udcff\udcfe\x00\x1b[31m", "A" * 600, "\x1b]0;x\x07"])
def test_explain_says_why_noise_is_noise(notes: Path, noise: str) -> None:
    given = noise.replace("\x00", "\x01")  # no argument holds a NUL
    done = subprocess.run(
        [sys.executable, "-m", "comptoir", "scan", "--explain", given],
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert not SPOKEN.search(done.stdout.decode() + done.stderr.decode())
    assert journal(notes) == []


def test_explain_records_nothing_and_makes_no_database(cli, path: Path) -> None:
    for text in (EAN, "x", CALIBRATION):
        assert cli(["scan", "--explain", text]).code == 0
    assert not path.exists()


def test_explain_takes_an_option_of_any_look_for_a_text(cli, notes: Path) -> None:
    assert cli(["scan", "--explain=--help", "--json"]).data[0]["text"] == "--help"


# --- the journal and its replay


def exported(cli) -> bytes:
    return cli("scan journal --format jsonl").raw


def test_the_journal_gives_the_bytes_and_what_they_were_taken_for(cli, notes: Path) -> None:
    piped("scan", "--operator", "camille", scans=b"\xff\x00\x1d1\n" + lines_of([EAN]))
    first, second = cli("scan journal --json").data
    assert (first["raw"], first["outcome"], first["operator"]) == ("ff001d31", "unreadable", "camille")
    assert (bytes.fromhex(second["raw"]), second["kind"], second["source"]) == (EAN.encode(), "gtin", "stdin")
    assert len(cli("scan journal").out.splitlines()) == 4


def test_the_journal_is_listed_from_a_day_on(cli, path: Path) -> None:
    for moment in ("2026-11-20T23:59:59", "2026-11-21T00:00:00", "2026-11-22T10:00"):
        assert piped("scan", "--at", moment, scans=lines_of([moment]))[0] == 0
    days = {
        "2026-11-20": 3, "2026-11-21": 2, "21/11/2026": 2, "2026-11-22": 1, "2026-11-23": 0, "1d": 2, "1j": 2,
    }  # fmt: skip
    for since, count in days.items():
        assert len(cli(f"scan journal --json --at 2026-11-22T12:00 --since {since}").data) == count, since
    assert cli("scan journal --since yesterday").code == 2


def test_a_replay_of_the_same_shop_is_the_same(cli, notes: Path, tmp_path: Path) -> None:
    scans = [*SCANS, EAN, garble(EAN, layout("fr")), "\xff", code(Command.UNDO), "!!"]
    piped("scan", scans=lines_of(scans))
    (tmp_path / "kept.jsonl").write_bytes(exported(cli))
    before = journal(notes)
    for line in ("scan replay --json", f"scan replay {tmp_path / 'kept.jsonl'} --json"):
        rows = cli(line).data
        assert len(rows) == len(scans)
        assert all(row["same"] for row in rows), rows
    assert cli("scan replay - --json", input=exported(cli)).data == rows
    assert journal(notes) == before


def test_a_replay_shows_what_a_record_brought_in_since_changes(cli, notes: Path) -> None:
    piped("scan", scans=lines_of([*SCANS, "200000009"]))
    later = f"{HEADER}\n200000009,2026-11-13,Garage Nord,1,NOWHERE 1,,Trouvée,1,1.00\n"
    assert cli("delivery import -", input=later.encode()).code == 0
    rows = cli("scan replay --json").data
    assert [row["same"] for row in rows] == [True, True, False, False]
    assert [(row["outcome"], row["outcome_now"]) for row in rows[2:]] == [("not_found", "found")] * 2


def test_an_echo_stays_one_in_a_replay(cli, notes: Path) -> None:
    piped("scan", scans=lines_of([EAN]))
    kept = exported(cli).replace(
        b'"outcome": "found", "kind": "gtin", "value": "0%b"' % EAN.encode(),
        b'"outcome": "echo", "kind": "", "value": ""',
    )
    (row,) = cli("scan replay - --json", input=kept).data
    assert (row["outcome"], row["outcome_now"], row["same"]) == ("echo", "echo", True)


def test_a_replay_of_a_file_is_from_a_day_on_too(cli, notes: Path) -> None:
    piped("scan", "--at", "2026-11-20T10:00", scans=lines_of([EAN]))
    assert cli("scan replay - --since 2026-11-21 --json", input=exported(cli)).data == []


GOOD = (
    b'{"moment": "2026-11-22T05:27:49+00:00", "operator": "a", "source": "stdin", "raw": "3132", '
    b'"outcome": "not_found", "kind": "reference", "value": "12", "layout": ""}\n'
)


BAD = {
    "a csv": b"moment,operator\n",
    "an empty object": b"{}\n",
    "a list": b"[1, 2]\n",
    "a number": b"12\n",
    "null": b"null\n",
    "no UTF-8": b"\xff\xfe\n",
    "NUL": b"\x00\n",
    "half a byte": GOOD.replace(b"3132", b"313"),
    "no hexadecimal": GOOD.replace(b"3132", b"zz"),
    "no moment": GOOD.replace(b"2026-11-22T05:27:49+00:00", b"yesterday"),
    "a moment that is a number": GOOD.replace(b'"2026-11-22T05:27:49+00:00"', b"12"),
    "half a line": GOOD[:-20] + b"\n",
    "nested too deep": b"[" * 200_000 + b"\n",
    "after the last day": GOOD.replace(b"2026-11-22T05", b"9999-12-31T23"),
}


@pytest.mark.parametrize(
    "bad",
    [pytest.param(bad, id=name) for name, bad in BAD.items()],
)
def test_what_is_no_journal_is_refused_with_the_number_of_its_line(cli, notes: Path, bad: bytes) -> None:
    ran = cli("scan replay -", input=GOOD * 2 + bad)
    assert (ran.code, ran.out) == (4, "")
    assert " 3 " in ran.err


def test_a_journal_that_is_not_there_is_told(cli, notes: Path, tmp_path: Path) -> None:
    for name in (tmp_path / "none.jsonl", tmp_path):
        ran = cli(["scan", "replay", str(name)])
        assert (ran.code, ran.out) == (3, "")
        assert str(name) in ran.err


@pytest.mark.parametrize("line", ["scan journal", "scan replay", "scan scanners"])
def test_a_read_of_a_shop_that_is_not_there_gives_nothing_and_makes_nothing(cli, path: Path, line: str) -> None:
    assert (cli(line).code, cli(f"{line} --json").data) == (0, [])
    assert not path.exists()


# --- the sheet, help


def test_the_sheet_is_a_pdf_on_the_standard_output_or_in_a_file(cli, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = subprocess.run(
        [sys.executable, "-m", "comptoir", "scan", "sheet", "-o", "-"],
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr, ran.stdout[:5]) == (0, b"", b"%PDF-")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(ran.stdout)).pages)
    assert all(words in text for words in ("Codes à scanner", "Valider", "Défaire", "Quitter", "réglage"))
    assert cli("scan sheet").code == 0
    assert (tmp_path / "comptoir-codes.pdf").read_bytes()[:5] == b"%PDF-"


def test_help_shows_the_options_and_the_commands(cli) -> None:
    ran = cli("scan --help")
    assert ran.code == 0
    for word in ("--camera", "--serial", "--device", "--explain", "--format", "journal", "replay", "sheet", "scanners"):
        assert word in ran.out


def test_a_command_spelled_wrong_is_told_the_right_one(cli) -> None:
    ran = cli("scan jurnal")
    assert (ran.code, ran.out) == (2, "")
    assert "`journal`" in ran.err


# --- escapes


@pytest.mark.parametrize("form", ["table", "jsonl", "csv", "tsv"])
def test_an_escape_in_a_designation_is_shown_to_no_terminal(cli, notes: Path, form: str) -> None:
    evil = f'{HEADER}\n200000009,2026-11-13,"{EVIL}",1,EVIL-1,,"{EVIL}",1,1.00\n'
    cli("delivery import -", input=evil.encode())
    _code, out, err = piped("scan", "--format", form, scans=lines_of(["EVIL-1"]))
    assert "200000009" in out
    assert not SPOKEN.search(out + err)


ESCAPES = {
    "unreadable": b"\x1b]0;x\x07\x1b[31mABC1\x9b",
    "noise": b"\xff\x1b[2J\x00",
    "unknown": b"\x1b]0;x\x07\x1b[31mABC1",
    "bidi": "\u202eABC\x9b1".encode(),
}


@pytest.mark.parametrize(
    ("form", "scan"),
    [
        pytest.param(
            form,
            scan,
            id=f"{name}-{form}",
        )
        for name, scan in ESCAPES.items()
        for form in ("table", "jsonl", "csv", "tsv")
    ],
)
def test_an_escape_in_a_scan_is_in_the_journal_and_nowhere_else(cli, notes: Path, form: str, scan: bytes) -> None:
    _code, out, err = piped("scan", "--format", form, scans=scan + b"\n")
    for told in (out + err, cli(f"scan journal --format {form}").out, cli(f"scan replay --format {form}").out):
        assert not SPOKEN.search(told)
    assert journal(notes) == [scan]


def test_what_a_spreadsheet_would_run_is_neutralised(notes: Path) -> None:
    _code, out, _err = piped("scan", "--format", "csv", scans=b"=1+CMD\n-A12\n")
    _header, *rows = csv.reader(StringIO(out))
    assert [row[2] for row in rows] == ["'=1+CMD", "'-A12"]


def test_the_reads_of_scans_load_no_heavy_library(notes: Path) -> None:
    program = (
        "import sys\nfrom comptoir.__main__ import main\ntry:\n main()\n"
        "finally:\n sys.stderr.write('LOADED ' + ' '.join(sorted(sys.modules)))\n"
    )
    for words in ([], ["--format", "jsonl"], ["--explain", EAN], ["journal"], ["replay"], ["scanners"]):
        done = subprocess.run(
            [sys.executable, "-c", program, "scan", *words], env=environment(), input=lines_of(SCANS),
            capture_output=True, check=False,
        )  # fmt: skip
        loaded = {module.partition(".")[0] for module in done.stderr.decode().rpartition("LOADED ")[2].split()}
        heavy = {"sqlmodel", "sqlalchemy", "typer", "fpdf", "cv2", "numpy", "zxingcpp", "biip", "serial", "questionary"}
        assert loaded & heavy == set(), words


def test_an_image_without_a_code_ends_with_3_and_says_what_to_do(cli, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("L", (640, 480), 180).save(tmp_path / "blank.png")
    ran = cli(["scan", "--camera", str(tmp_path / "blank.png"), "--json"])
    assert (ran.code, ran.data) == (3, [])
    assert ran.failure["errors"][0]["error"] == "nothing_seen"


def test_the_label_that_was_printed_is_the_buyback_that_it_names(cli, tmp_path: Path) -> None:
    import pypdfium2

    seller = "--name Micro --siret 00011122900001 --email a@b.fr --phone 0600000000"
    place = "--line '1 rue A' --postcode 77090 --town Collégien"
    assert cli(f"catalog import {EXAMPLES / 'catalogue.csv'}").code == 0
    assert cli("buyback add 9KZCT73K -a works=yes -a screen=very_good -a shell=very_good").code == 0
    number = cli(f"buyback validate {seller} {place} --yes --json").data[0]["number"]
    assert cli(f"buyback documents {number} --kind label -o {tmp_path}").code == 0
    page = pypdfium2.PdfDocument(tmp_path / f"etiquette-{number}.pdf")[0]
    page.render(scale=2.2).to_pil().rotate(7, expand=True, fillcolor="grey").save(tmp_path / "photo.jpg", quality=70)
    (seen,) = cli(["scan", "--camera", str(tmp_path / "photo.jpg"), "--json"]).data
    assert (seen["outcome"], seen["kind"], seen["value"]) == ("found", "buyback", number)
    assert seen["records"][0]["designation"] == "LENOVO ThinkPad"


def test_the_pictures_of_the_examples_are_read(cli) -> None:
    assert cli(f"delivery import {EXAMPLES / 'deliveries.csv'}").code == 0
    (part,) = cli(f"scan --camera {EXAMPLES / 'piece.jpg'} --json").data
    assert {record["number"] for record in part["records"]} >= {"255101988", "255064442"}
