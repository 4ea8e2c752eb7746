"""What the machine has and lacks, told and never changed."""

import subprocess
import sys
from pathlib import Path

import pytest

PARTS = {
    *("comptoir", "database", "language", "terminal", "zxing-cpp", "zbar", "camera library", "cameras", "display"),
    *("serial ports", "evdev"),
}


def found(ran) -> dict[str, dict[str, str]]:
    return {row["part"]: row for row in ran.data}


def test_every_part_is_told_and_a_machine_without_a_camera_is_no_failure(cli):
    ran = cli("doctor --json")
    assert ran.code == 0
    assert set(found(ran)) == PARTS
    assert found(ran)["zxing-cpp"]["health"] == "good"
    assert all(row["health"] in {"good", "absent"} for row in ran.data)


def test_looking_at_a_database_that_is_not_there_does_not_make_it(cli, tmp_path: Path):
    assert "shop.db" in found(cli("doctor --json"))["database"]["seen"]
    assert not (tmp_path / "shop.db").exists()


def test_a_file_that_is_no_database_is_bad_and_ends_with_6(cli, tmp_path: Path):
    (tmp_path / "shop.db").write_text("this is no database, and longer than a header of one" * 9, "utf-8")
    ran = cli("doctor --json")
    assert ran.code == 6
    assert found(ran)["database"]["health"] == "bad"
    assert found(ran)["database"]["advice"]


def test_a_terminal_that_is_missing_is_told(cli):
    assert found(cli("doctor --json"))["terminal"]["health"] == "absent"


def test_in_french_no_part_and_no_state_is_left_in_english(cli):
    told = cli("doctor").out
    assert "base de données" in told
    assert "bon" in told
    assert not {"good", "absent ", "serial ports", "database "} & set(told.split("  "))


HIDDEN = """
import ctypes.util, importlib.abc, sys
class Hides(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "cv2":
            raise ImportError("libGL.so.1: cannot open shared object file")
sys.meta_path.insert(0, Hides())
ctypes.util.find_library = lambda name: None
sys.argv = ["comptoir", "doctor", "--json"]
from comptoir.__main__ import main
main()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the advice for zbar is that of Debian here")
def test_a_library_that_is_missing_is_told_with_how_to_install_it(tmp_path: Path):
    import json

    done = subprocess.run([sys.executable, "-c", HIDDEN], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = {row["part"]: row for row in json.loads(done.stdout)}
    assert (rows["zbar"]["health"], rows["camera library"]["health"]) == ("absent", "absent")
    assert "libzbar0" in rows["zbar"]["advice"]
    assert "libgl1" in rows["camera library"]["advice"]
