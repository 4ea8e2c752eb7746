"""Files attached to a repair, from the shell: what is kept, what is refused, and what a nameplate says."""

import struct
import sys
import zlib
from pathlib import Path

import pytest

from .conftest import CASE, intake

EXAMPLES = Path(__file__).parents[2] / "examples"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def png(width: int, height: int) -> bytes:
    """Give a picture of so many pixels by its header, and of none by its data."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def kinds(ran) -> set[str]:
    return {each["error"] for each in ran.failure["errors"]}


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("huge.png", png(20_000, 10_000), "too_many_pixels"),
        ("facture.pdf", Path(sys.executable).resolve().read_bytes()[:4096], "wrong_type"),
        ("page.pdf", b"<html><script>alert(1)</script></html>", "wrong_type"),
        ("vide.jpg", b"", "empty_file"),
    ],
)
def test_what_is_no_picture_and_no_pdf_is_refused_and_nothing_is_kept(step, cli, tmp_path, name, content, kind):
    step("received")
    (tmp_path / name).write_bytes(content)
    ran = cli(["repair", "attach", CASE, str(tmp_path / name), "--kind", "picture", "--json"])
    assert (ran.code, kinds(ran)) == (4, {kind})
    assert cli(f"repair files {CASE} --json").data == []
    assert not [file for file in tmp_path.glob("shop.db.files/**/*") if file.is_file()]


def test_a_path_that_climbs_out_of_its_folder_is_refused(step, cli, tmp_path):
    step("received")
    (tmp_path / "photos").mkdir()
    (tmp_path / "secret.pdf").write_bytes(PDF)
    (tmp_path / "photos" / "plaque.pdf").symlink_to("../secret.pdf")
    ran = cli(["repair", "attach", CASE, str(tmp_path / "photos" / "plaque.pdf"), "--kind", "other", "--json"])
    assert (ran.code, kinds(ran)) == (4, {"leads_out"})


def test_every_problem_of_several_files_is_told_and_none_is_kept(step, cli, tmp_path):
    step("received")
    (tmp_path / "good.pdf").write_bytes(PDF)
    (tmp_path / "empty.pdf").touch()
    files = [str(tmp_path / name) for name in ("good.pdf", "empty.pdf", "none.pdf")]
    ran = cli(["repair", "attach", CASE, *files, "--kind", "other", "--json"])
    assert kinds(ran) == {"empty_file", "file_missing"}
    assert cli(f"repair files {CASE} --json").data == []


def test_a_file_comes_out_as_it_went_in_under_a_name_that_stays_inside(step, cli, tmp_path):
    step("received")
    written = tmp_path / "..% devis;signé .pdf"
    written.write_bytes(PDF)
    assert cli(["repair", "attach", CASE, str(written), "--kind", "signed-quote"]).code == 0
    assert cli(["repair", "attach", CASE, str(written), "--kind", "signed-quote"]).code == 0  # twice is once
    (kept,) = cli(f"repair files {CASE} --json").data
    assert (kept["kind"], kept["name"], kept["size"]) == ("signed-quote", written.name, len(PDF))
    out = tmp_path / "out"
    assert cli(["repair", "extract", CASE, "--into", str(out), "--yes"]).code == 0
    (file,) = out.iterdir()
    assert file.read_bytes() == PDF
    assert not file.name.startswith(".")


def test_a_nameplate_gives_the_serial_number_that_the_case_lacks(step, cli):
    step("received")
    case = cli(f"repair show {CASE} --json").data
    ran = cli(["repair", "attach", CASE, str(EXAMPLES / "plaque.jpg"), "--kind", "nameplate", "--json"])
    assert ran.code == 0
    assert ran.data[0]["serial"] == "990100123"
    assert cli(f"repair show {CASE} --json").data["serial"] == case["serial"]  # a person typed it: it stays
    assert "990100123" in ran.err
    assert case["serial"] in ran.err


def test_documents_of_the_library_attach_themselves_to_the_next_repairs(step, cli, tmp_path):
    step("open")
    (tmp_path / "notice.pdf").write_bytes(PDF)
    (tmp_path / "rappel.pdf").write_bytes(PDF + b"\n%%EOF\n")
    for scope, target, file in (("product", "Lave linge", "notice"), ("model", "bosch wan28", "rappel")):
        assert cli(["repair", "library", "add", scope, target, str(tmp_path / f"{file}.pdf")]).code == 0
    assert cli(["repair", *intake()]).code == 0
    found = cli(f"repair files {CASE} --json").data
    assert {(each["name"], each["source"]) for each in found} == {("notice.pdf", "product"), ("rappel.pdf", "model")}
    assert cli(["repair", "library", "drop", "1", "--yes"]).code == 0
    assert len(cli(f"repair files {CASE} --json").data) == 2


@pytest.mark.parametrize(
    ("target", "about"),
    [
        ("Lave-linge", {"product"}),
        ("lave linge", {"product"}),
        ("washing_machine", {"product"}),
        ("BOSCH Wan28", {"model"}),
        ("Gros électroménager", {"family"}),
        ("rien", set()),
        ("", {"product", "family", "model"}),
    ],
)
def test_the_library_is_listed_by_what_its_documents_are_about(step, cli, tmp_path, target, about):
    step("open")
    (tmp_path / "notice.pdf").write_bytes(PDF)
    for scope, named in (("product", "lave-linge"), ("model", "bosch wan28"), ("family", "gros electromenager")):
        assert cli(["repair", "library", "add", scope, named, str(tmp_path / "notice.pdf")]).code == 0
    ran = cli(["repair", "library", "list", "--target", target, "--json"])
    assert ran.code == 0, ran.err
    assert {row["scope"] for row in ran.data} == about


def test_the_doctor_misses_the_files_of_a_base_that_was_moved_without_them(step, cli, tmp_path):
    step("received")
    (tmp_path / "notice.pdf").write_bytes(PDF)
    assert cli(["repair", "attach", CASE, str(tmp_path / "notice.pdf"), "--kind", "other"]).code == 0
    sound = {row["part"]: row["health"] for row in cli("doctor --json").data}
    assert sound["files"] == "good"
    (tmp_path / "shop.db.files").rename(tmp_path / "elsewhere")
    ran = cli("doctor --json")
    assert ran.code == 6
    assert {row["part"] for row in ran.data if row["health"] == "bad"} == {"files"}


def test_a_file_that_is_gone_is_told_by_the_doctor_and_the_base_is_no_less_usable(step, cli, tmp_path):
    step("received")
    for name in ("one", "two"):
        (tmp_path / f"{name}.pdf").write_bytes(PDF + name.encode())
        assert cli(["repair", "attach", CASE, str(tmp_path / f"{name}.pdf"), "--kind", "other"]).code == 0
    next(path for path in (tmp_path / "shop.db.files").rglob("*") if path.is_file()).unlink()
    ran = cli("doctor --json")
    assert ran.code == 3
    [row] = [row for row in ran.data if row["health"] not in {"good", "absent"}]
    assert (row["part"], row["health"], row["seen"][0], bool(row["advice"])) == ("files", "incomplete", "1", True)
    assert "incomplet" in cli("doctor").out


@pytest.mark.parametrize(
    ("place", "kind", "code"),
    [("product lave", "unknown_product", 3), ("family gros", "no_shelf", 2), ("model bosch", "no_shelf", 2)],
)
def test_a_document_of_the_library_is_about_something_that_cases_have(step, cli, tmp_path, place, kind, code):
    step("open")
    (tmp_path / "notice.pdf").write_bytes(PDF)
    ran = cli(["repair", "library", "add", *place.split(), str(tmp_path / "notice.pdf"), "--json"])
    assert (ran.code, kinds(ran)) == (code, {kind})
    assert cli("repair library list --json").data == []
