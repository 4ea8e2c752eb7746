"""A shop whose repairs are paid, played once by commands: an iPhone of Ecologic's, a Bosch of ecosystem's."""

import json
import shlex
import shutil
import sqlite3
import struct
import sys
import zlib
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.clock import Clock
from comptoir.core.errors import DONE
from comptoir.fiches import book
from comptoir.sandbox import reference
from comptoir.sandbox.server import Options, Sandbox, Served
from comptoir.store.engine import engine

AT = "2026-03-10T10:00"  # Paris
CLOCK = Clock(datetime(2026, 3, 10, 9, tzinfo=UTC))
SETTINGS = {
    "COMPTOIR_AT": AT,
    "COMPTOIR_OPERATOR": "marie",
    "COMPTOIR_REPAIR_FICHES": "1,3,7",
    "COMPTOIR_REPAIR_SIRET": "73282932000074",
    "COMPTOIR_REPAIR_ADDRESS": "3 quai du Canal; 35000 Rennes",
    "COMPTOIR_REPAIR_VAT_NUMBER": "FR40303265045",
    "COMPTOIR_SHOP_NAME": "Atelier du Canal",
    "COMPTOIR_SHOP_EMAIL": "contact@atelier.example",
    "COMPTOIR_REPAIR_PHONE": "02 99 00 00 00",
}
PHONE, WASHER = "00000017", "00000024"
IMEI, OTHER_IMEI = "490154203237518", "356938035643809"
SECRETS = (reference.API_KEY, reference.PASSWORD)
FORM = (
    "--warranty none --service Réparation --title Mme --last-name Durand --first-name Léa --email lea@example.fr "
    "--phone '06 12 34 56 78' --line '1 rue Haute' --postcode 35000 --town Rennes --consent data"
)
# What each repair lives: taken in, repaired, invoiced, paid for, its documents attached.
INTAKES = {
    PHONE: f"-p smartphone -b Apple -m 'iPhone 12' -s {IMEI} --fault 'Ne charge plus'",
    WASHER: "-p lave-linge -b Bosch -m WAN28 -s FD9901 --fault 'Ne vidange plus'",
}
CODES = {PHONE: "--symptom F4 --repair-code CON", WASHER: "--repair-code 41"}
BEFORE = {
    PHONE: "diagnosis=ok nameplate=ok condition=ok imei=ok data_consent=ok lock=ok battery_in=ok",
    WASHER: "diagnosis=ok nameplate=ok condition=ok cord=ok",
}
REPAIRED = (
    "repair assign {case} karim",
    "repair check {case} {before}",
    "repair line {case} labour Dépose --price 120",
    "repair start {case}",
    "repair check {case} {after}",
    "repair finish {case}",
)
INVOICED = ("repair set {case} {codes}", "repair invoice {case} --yes")
PAID = (
    "repair pay {case} --means card --receipt T-{case}",
    "repair attach {case} {folder}/declaration.png --kind declaration",
    "repair attach {case} {folder}/nameplate.png --kind nameplate",
)
_LOADED = cache(book.load)  # the same fiches every time, and a third of the time of a command


def pointed(served: Served) -> dict[str, str]:
    """Give the settings and secrets that point a shop at a sandbox."""
    return {
        "COMPTOIR_ECOLOGIC_URL": f"{served.ecologic}/api/v1/ecosupport",
        "COMPTOIR_ECOLOGIC_CLAIMS_URL": f"{served.ecologic}/api/v2/repair/getwarrantyclaims",
        "COMPTOIR_ECOLOGIC_KEY": reference.API_KEY,
        "COMPTOIR_ECOLOGIC_SITE": reference.reference().sites[0]["id"],
        "COMPTOIR_ECOSYSTEM_URL": served.ecosystem,
        "COMPTOIR_ECOSYSTEM_USER": reference.USERNAME,
        "COMPTOIR_ECOSYSTEM_PASSWORD": reference.PASSWORD,
        "COMPTOIR_ECOSYSTEM_REPAIRER": reference.reference().partners[0]["id"],
    }


def open_shop(folder: Path) -> Path:
    """Play the shop in a folder, each of its states kept beside it; give the folder.

    `repaired.db` has nothing invoiced; `paid.db` may be claimed as it is.
    """
    for shade, name in enumerate(("declaration", "nameplate")):
        (folder / f"{name}.png").write_bytes(png(shade))
    environment = {**SETTINGS, "COMPTOIR_DATABASE": str(folder / "shop.db"), "COMPTOIR_CONFIG": str(folder / "none")}
    with pytest.MonkeyPatch.context() as patch, Sandbox(Options(clock=CLOCK)).running() as served:
        settle(patch)
        for name, value in {**environment, **pointed(served)}.items():
            patch.setenv(name, value)
        done("repair technician add 'Karim Benali' --fiche 1 --fiche 7 --since 2024-01-01")
        done("qualirepar sync")
        for case, device in INTAKES.items():
            done(f"repair intake {device} {FORM}")
            play(case, REPAIRED, folder)
        _keep(folder, "repaired")
        for case in INTAKES:
            play(case, (*INVOICED, *PAID), folder)
        _keep(folder, "paid")
    return folder


def play(case: str, lines: Sequence[str], folder: Path) -> None:
    """Run commands about a repair that must succeed."""
    listed = done(f"repair checklist {case} --when after --format jsonl")
    after = " ".join(f"{json.loads(line)['point']}=ok" for line in listed.splitlines())
    words = {"case": case, "before": BEFORE[case], "after": after, "codes": CODES[case], "folder": folder}
    for line in lines:
        done(line.format(**words))


def settle(patch: pytest.MonkeyPatch) -> None:
    """Put the settings of the shop where commands look."""
    for name, value in SETTINGS.items():
        patch.setenv(name, value)
    patch.setattr(book, "load", _LOADED)


def run(line: str | Sequence[str]) -> tuple[int, str, str]:
    """Run a command line; give its exit code and what it wrote on each stream."""
    from comptoir.app import run as ran

    out, err = BytesIO(), BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(), "utf-8"))
        patch.setattr(sys, "stdout", TextIOWrapper(out, "utf-8"))
        patch.setattr(sys, "stderr", TextIOWrapper(err, "utf-8"))
        code = ran(shlex.split(line) if isinstance(line, str) else list(line))
        sys.stdout.flush()
        sys.stderr.flush()
        return code, out.getvalue().decode(), err.getvalue().decode()


def done(line: str | Sequence[str]) -> str:
    """Run a command line that must succeed; give what it wrote."""
    code, out, err = run(line)
    assert code == DONE, (line, err)
    return out


def rows(line: str) -> list[dict[str, Any]]:
    """Run a command that must succeed; give its rows."""
    told = json.loads(done(f"{line} --json"))
    return told if isinstance(told, list) else [told]


def put(folder: Path, state: str, where: Path) -> Path:
    """Put a state of the shop where the commands of a test look."""
    engine.cache_clear()
    for suffix in ("", "-wal", "-shm"):
        where.with_name(where.name + suffix).unlink(missing_ok=True)
    shutil.copytree(folder / f"{state}.db.files", where.with_name(f"{where.name}.files"), dirs_exist_ok=True)
    return Path(shutil.copy(folder / f"{state}.db", where))


def change(path: Path, sql: str, *values: object) -> None:
    """Change the base behind the program's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql, values)


def column(path: Path, sql: str, *values: object) -> list[Any]:
    """Give the first column of a query."""
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute(sql, values)]


def dump(path: Path) -> dict[str, list[Any]]:
    """Give every row of every table."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in sorted(names)}


def png(shade: int) -> bytes:
    """Give a small picture of one shade."""

    def chunk(name: bytes, data: bytes) -> bytes:
        """Give a part of the file."""
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes([shade]) * 8) * 8)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _keep(folder: Path, state: str) -> None:
    engine.cache_clear()
    column(folder / "shop.db", "PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(folder / "shop.db", folder / f"{state}.db")
    files = folder / "shop.db.files"
    files.mkdir(exist_ok=True)
    shutil.copytree(files, folder / f"{state}.db.files")
