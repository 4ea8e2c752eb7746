"""Files that a person names, from the disk to the case and out again: real pictures, real bars, real traps."""

import os
import socket
import stat
import subprocess
import sys
import threading
from io import BytesIO
from pathlib import Path

import pytest

from comptoir.attachments import files, formats, prompts, queries, services
from comptoir.attachments.queries import AttachmentRow
from comptoir.attachments.refusals import (
    BrokenDocument,
    FileChanged,
    NeedsPicture,
    NoAttachment,
    NoLibraryDocument,
    TooManyPixels,
    WrongType,
)
from comptoir.attachments.rules import MOST_BYTES, Device, Kind, Scope
from comptoir.core.errors import MISSING, OUTSIDE, REFUSED, USAGE, ComptoirError, MissingValue, Several
from comptoir.desk import Desk, NeedsYes
from comptoir.desk.camera import NoCameraLibrary
from comptoir.desk.files import EmptyFile, FileMissing, FileUnreadable, LeadsOut, NotAFile, TooBig, content
from comptoir.store import blobs
from comptoir.store.blobs import Damaged, Lost
from comptoir.store.write import writing

from .conftest import BY, CASE, MOMENT, executable, heic, photo, plate, vast_png

IMEI = "490154203237518"
DEVICE = Device("washing_machine", "Gros électroménager", "Bosch", "WAT28400FF")


def attached(desk: Desk, *paths: Path, kind: Kind = Kind.PICTURE) -> list[AttachmentRow]:
    return prompts.attached(desk, CASE, [str(path) for path in paths], kind)


def said(desk: Desk) -> str:
    return desk.out.talk.getvalue()


def kept(desk: Desk) -> list[Path]:
    folder = blobs.folder_of(desk.settings.database)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def history(desk: Desk) -> list[tuple[str, str]]:
    with writing(desk.settings.database) as connection:
        return connection.execute("SELECT reference, verb FROM history ORDER BY id").fetchall()


# --- what is read


def test_a_pipe_is_refused_at_once_though_nobody_writes_to_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "scan.pdf")
    found: list[ComptoirError] = []

    def read() -> None:
        try:
            content(tmp_path / "scan.pdf", MOST_BYTES)
        except ComptoirError as problem:
            found.append(problem)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(5)
    assert [type(problem) for problem in found] == [NotAFile]


def test_what_is_no_plain_file_is_refused_for_what_it_is(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        for path, what in ((tmp_path, "folder"), (tmp_path / "socket", "socket"), (Path("/dev/zero"), "device")):
            with pytest.raises(NotAFile) as told:
                content(path, MOST_BYTES)
            assert told.value.exit_code == REFUSED
            assert what in told.value.message or "{" not in told.value.message


def test_a_link_is_followed_in_its_folder_and_no_further(write, tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    here = write("drop/photo.jpg", photo())
    for name, target in {"inside": "photo.jpg", "again": "inside"}.items():
        (tmp_path / "drop" / name).symlink_to(target)
        assert content(tmp_path / "drop" / name, MOST_BYTES) == here.read_bytes()
    secret = write("secret.jpg", photo())
    for name, target in {"out": secret, "climbs": "../secret.jpg", "through": "out"}.items():
        (tmp_path / "drop" / name).symlink_to(target)
        with pytest.raises(LeadsOut) as told:
            content(tmp_path / "drop" / name, MOST_BYTES)
        assert str(secret) in told.value.message
    (tmp_path / "way").symlink_to(tmp_path / "drop")  # the folder is the person's to name
    assert content(tmp_path / "way" / "photo.jpg", MOST_BYTES)


def test_what_becomes_something_else_while_it_is_opened_is_refused(write, tmp_path: Path, monkeypatch) -> None:
    path, opened = write("a.jpg", photo()), os.open

    def swapped(name: Path, how: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return opened(name, how)

    monkeypatch.setattr(os, "open", swapped)
    with pytest.raises(NotAFile):
        content(path, MOST_BYTES)


def test_links_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "gone").symlink_to("nothing")
    for name, kind, code in (("a", FileUnreadable, USAGE), ("gone", FileMissing, MISSING), ("x", FileMissing, MISSING)):
        with pytest.raises(kind) as told:
            content(tmp_path / name, MOST_BYTES)
        assert told.value.exit_code == code


def test_what_cannot_be_read_is_told(write, tmp_path: Path) -> None:
    for name in ("a\0b", "n" * 300, str(write("file", b"x") / "inside")):
        with pytest.raises((FileUnreadable, FileMissing)) as told:
            content(tmp_path / name, MOST_BYTES)
        assert "\0" not in told.value.message


OTHERS = """
import os, sys
from pathlib import Path
from comptoir.desk.files import FileUnreadable, content
os.setgid(65534); os.setuid(65534)
try:
    content(Path(sys.argv[1]), 1000)
except FileUnreadable as told:
    print(told.kind)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else, and root reads everything")
def test_a_file_of_somebody_else_is_told() -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        path = Path(name) / "invoice.pdf"
        path.write_bytes(b"x")
        path.chmod(0o600)
        done = subprocess.run([sys.executable, "-c", OTHERS, path], capture_output=True, text=True, check=False)
    assert done.stdout == "file_unreadable\n", done.stderr


def test_an_empty_file_and_one_too_big_are_refused_unread(write, tmp_path: Path) -> None:
    with pytest.raises(EmptyFile):
        content(write("empty.pdf", b""), MOST_BYTES)
    with (tmp_path / "vast.pdf").open("wb") as file:
        file.truncate(321_000_000)
    with pytest.raises(TooBig) as told:
        content(tmp_path / "vast.pdf", MOST_BYTES)
    assert "321" in told.value.message
    assert "20" in told.value.message
    assert len(content(write("right", bytes(1_000)), 1_000)) == 1_000
    with pytest.raises(TooBig):
        content(write("over", bytes(1_001)), 1_000)


def test_a_file_of_the_system_whose_size_is_not_told_is_refused() -> None:
    with pytest.raises(EmptyFile):
        content(Path("/proc/self/maps"), MOST_BYTES)


# --- what is attached


def test_a_document_is_attached_by_its_true_type_under_its_own_name(desk, write, paper) -> None:
    [row] = attached(desk, write("Facture n° 12.jpg", paper), kind=Kind.INVOICE)
    assert row.name == "Facture n° 12.jpg"
    assert (row.kind, row.media_type, row.size, row.source) == ("invoice", "application/pdf", len(paper), "case")
    assert (row.operator, row.added_at, row.serial) == (desk.operator, desk.clock.now(), "")
    with blobs.opened(blobs.folder_of(desk.settings.database), row.digest) as file:
        assert file.read() == paper
    assert history(desk) == [(CASE, "attach")]


def test_every_problem_is_told_at_once_and_nothing_is_kept(desk, write, tmp_path: Path, paper) -> None:
    good = write("good.pdf", paper)
    bad = {
        write("tool.pdf", executable()): WrongType,
        write("vast.png", vast_png()): TooManyPixels,
        write("cut.jpg", photo()[:-50]): BrokenDocument,
        write("empty.pdf", b""): EmptyFile,
        tmp_path / "absent.pdf": FileMissing,
        tmp_path: NotAFile,
    }
    with pytest.raises(Several) as told:
        attached(desk, good, *bad)
    assert [type(problem) for problem in told.value.found] == list(bad.values())
    assert prompts.listed(desk, CASE) == []
    assert kept(desk) == []
    assert history(desk) == []


def test_the_same_content_is_attached_once_under_each_kind(desk, write) -> None:
    one, two = write("a.jpg", photo()), write("b.jpg", photo())
    assert len(prompts.received(desk, [str(one), str(two), str(one)], Kind.PICTURE)) == 2
    first = attached(desk, one, two, one)
    assert len(first) == 1
    assert attached(desk, two) == first
    attached(desk, two, kind=Kind.OTHER)
    assert [row.kind for row in prompts.listed(desk, CASE)] == ["picture", "other"]
    assert len(kept(desk)) == 1
    assert len(history(desk)) == 2


def test_a_path_may_climb_and_its_name_is_its_last_part(desk, write, tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    write("photo.jpg", photo())
    [row] = attached(desk, tmp_path / "deep" / "er" / ".." / ".." / "photo.jpg")
    assert row.name == "photo.jpg"


def test_a_file_that_changes_after_its_check_attaches_nothing(desk, write) -> None:
    path = write("photo.jpg", photo())
    for later in (photo(seed=1), photo()[:-1], b"", bytes(MOST_BYTES + 1)):
        path.write_bytes(photo())
        found = files.checked(desk, [path], Kind.PICTURE)
        path.write_bytes(later)
        with pytest.raises(FileChanged) as told:
            files.kept(desk, found)
        assert told.value.exit_code == OUTSIDE


def test_a_missing_kind_is_a_usage_error_where_nobody_can_be_asked(desk, write) -> None:
    with pytest.raises(MissingValue):
        prompts.attached(desk, CASE, [str(write("a.jpg", photo()))], None)


def test_a_document_taken_out_stays_in_the_base_and_may_come_back(desk, write) -> None:
    path = write("a.jpg", photo())
    [row] = attached(desk, path)
    with pytest.raises(NeedsYes):
        prompts.detached(desk, CASE, row.id, yes=False)
    with desk.writing() as session, pytest.raises(NoAttachment):
        services.detach(session, "00000024", row.id, BY)
    assert prompts.detached(desk, CASE, row.id, yes=True) == [row]
    assert prompts.listed(desk, CASE) == []
    for case, number in ((CASE, row.id), ("00000024", row.id), (CASE, 99)):
        with pytest.raises(NoAttachment):
            prompts.detached(desk, case, number, yes=True)
        with desk.writing() as session, pytest.raises(NoAttachment):
            services.detach(session, case, number, BY)
    [again] = attached(desk, path)
    assert again.id > row.id
    assert [verb for _case, verb in history(desk)] == ["attach", "detach", "attach"]
    with desk.reading() as reader:
        assert queries.digests(reader) == [row.digest]


def test_a_list_warns_of_files_that_are_gone(desk, write) -> None:
    [row] = attached(desk, write("a.jpg", photo()))
    for path in kept(desk):
        path.unlink()
    assert prompts.listed(desk, CASE) == [row]
    assert "a.jpg" in said(desk)


# --- nameplates


def test_a_nameplate_s_serial_number_is_read_off_its_bars(desk, write) -> None:
    codes = ("4006381333931", "EAN13"), ("S/N: FD9912345", "Code128"), ("WAT28400FF", "DataMatrix")
    path = write("0.jpg", plate(*codes))
    [row] = attached(desk, path, kind=Kind.NAMEPLATE)
    assert row.serial == "FD9912345"
    assert "FD9912345, WAT28400FF" in said(desk)
    assert files.serials(path) == ["FD9912345", "WAT28400FF"]
    [row] = attached(desk, path, kind=Kind.PICTURE)
    assert row.serial == ""


def test_an_imei_comes_before_any_other_number(desk, write) -> None:
    path = write("plate.jpg", plate(("SN: R58N12ABCDE", "QRCode"), (IMEI, "Code128")))
    assert files.serials(path) == [IMEI, "R58N12ABCDE"]
    [found] = files.checked(desk, [path], Kind.NAMEPLATE)
    assert found.document.serial == IMEI


def test_a_nameplate_named_like_a_camera_is_a_file(desk, write, monkeypatch, tmp_path: Path) -> None:
    write("0", plate((IMEI, "Code128")))
    monkeypatch.chdir(tmp_path)
    [row] = attached(desk, Path("0"), kind=Kind.NAMEPLATE)
    assert row.serial == IMEI


def test_a_nameplate_without_bars_is_attached_and_told(desk, write) -> None:
    [row] = attached(desk, write("plate.jpg", photo()), kind=Kind.NAMEPLATE)
    assert row.serial == ""
    assert "plate.jpg" in said(desk)


@pytest.mark.parametrize("size", [(1, 1), (5000, 1), (1, 700)])
def test_a_nameplate_that_is_a_line_is_attached_and_told(desk, write, size: tuple[int, int]) -> None:
    picture = write("line.png", photo("PNG", size))
    assert files.checked(desk, [picture], Kind.NAMEPLATE)[0].serials == ()


def test_a_nameplate_is_a_picture(desk, write, paper) -> None:
    with pytest.raises(NeedsPicture):
        attached(desk, write("plate.pdf", paper), kind=Kind.NAMEPLATE)
    [row] = attached(desk, write("plate.heic", heic()), kind=Kind.NAMEPLATE)
    assert (row.media_type, row.serial) == ("image/heic", "")
    assert "HEIC" in said(desk)


def test_a_nameplate_is_attached_by_a_machine_that_cannot_read_bars(desk, write, monkeypatch) -> None:
    def fails() -> str:
        raise ImportError("libGL.so.1")

    monkeypatch.setattr("comptoir.desk.camera.library", fails)
    path = write("plate.jpg", plate((IMEI, "Code128")))
    with pytest.raises(NoCameraLibrary):
        files.serials(path)
    [row] = attached(desk, path, kind=Kind.NAMEPLATE)
    assert row.serial == ""
    assert "libGL" in said(desk)


def test_a_vast_nameplate_is_never_decoded(desk, write, monkeypatch) -> None:
    monkeypatch.setattr("comptoir.desk.camera.picture", lambda _path: pytest.fail("it was decoded"))
    with pytest.raises(TooManyPixels):
        attached(desk, write("plate.png", vast_png()), kind=Kind.NAMEPLATE)
    assert formats.MOST_PIXELS == 50_000_000


# --- the library


def test_documents_of_a_model_a_product_and_a_family_come_onto_a_case_once(desk, write, paper) -> None:
    notice = write("notice.pdf", paper)
    shelves = [
        ((Scope.MODEL, "BOSCH  wat28400ff"), photo(seed=1)),
        ((Scope.PRODUCT, "lave-linge"), photo(seed=2)),
        ((Scope.FAMILY, "GROS ELECTROMENAGER"), photo(seed=3)),
        ((Scope.PRODUCT, "lave-vaisselle"), photo(seed=4)),
    ]
    for place, picture in shelves:
        prompts.shelved(desk, place, str(write("sheet.jpg", picture)), None, "Fiche")
    prompts.shelved(desk, (Scope.MODEL, "Bosch WAT28400FF"), str(notice), Kind.OTHER, None)

    def copied(case: str = CASE, device: Device = DEVICE) -> list[str]:
        with desk.writing() as session:
            return [row.source for row in services.attach_library(session, case, device, BY)]

    assert copied() == ["model", "model", "product", "family"]
    assert copied() == []
    assert copied("00000024", Device("dishwasher", "", "", "")) == ["product"]
    rows = prompts.listed(desk, CASE)
    assert [row.source for row in rows] == ["model", "model", "product", "family"]
    assert "notice.pdf" in [row.name for row in rows]
    prompts.detached(desk, CASE, rows[0].id, yes=True)
    assert copied() == [], "what a person took out does not come back by itself"


def test_the_library_keeps_a_content_once_a_place_under_its_last_title(desk, write) -> None:
    path, place = str(write("sheet.jpg", photo())), (Scope.PRODUCT, "Lave-linge")
    [row] = prompts.shelved(desk, place, path, None, None)
    assert (row.title, row.kind, row.target, row.scope) == ("sheet.jpg", "other", "washing_machine", "product")
    [again] = prompts.shelved(desk, place, path, Kind.PICTURE, "Vue éclatée")
    assert (again.id, again.title, again.kind) == (row.id, "Vue éclatée", "picture")
    assert prompts.shelved(desk, place, path, Kind.PICTURE, "Vue éclatée") == [again]
    assert [verb for _reference, verb in history(desk)] == ["shelve", "shelve"]
    prompts.shelved(desk, (Scope.FAMILY, "Gros électroménager"), path, None, None)
    assert [row.scope for row in prompts.library(desk, None, None)] == ["family", "product"]
    assert prompts.library(desk, Scope.PRODUCT, "LAVE-linge") == [again]
    assert prompts.library(desk, Scope.MODEL, None) == []
    assert len(kept(desk)) == 1


def test_a_document_dropped_from_the_library_stays_on_the_cases_that_have_it(desk, write) -> None:
    [row] = prompts.shelved(desk, (Scope.PRODUCT, "lave-linge"), str(write("sheet.jpg", photo())), None, "Fiche")
    with desk.writing() as session:
        services.attach_library(session, CASE, DEVICE, BY)
    with pytest.raises(NeedsYes):
        prompts.dropped(desk, row.id, yes=False)
    assert prompts.dropped(desk, row.id, yes=True) == [row]
    assert prompts.library(desk, None, None) == []
    assert [row.name for row in prompts.listed(desk, CASE)] == ["sheet.jpg"]
    for wrong in (row.id, 99):
        with pytest.raises(NoLibraryDocument):
            prompts.dropped(desk, wrong, yes=True)
        with desk.writing() as session, pytest.raises(NoLibraryDocument):
            services.drop_library(session, wrong, BY)
    assert [verb for _reference, verb in history(desk)] == ["shelve", "attach", "drop"]


# --- what is written out


def hostile(desk: Desk, *names: str) -> list[AttachmentRow]:
    """Put rows into the base whose names a person could not have given."""
    rows = []
    for seed, name in enumerate(names):
        made = blobs.keep(blobs.folder_of(desk.settings.database), BytesIO(photo(seed=seed)), MOST_BYTES)
        rows.append((name, made.size, made.digest))
    with desk.bulk() as connection:
        connection.executemany(
            "INSERT INTO attachment (name, size, digest, case_number, kind, media_type, source, serial, operator, "
            f"added_at) VALUES (?, ?, ?, '{CASE}', 'picture', 'image/jpeg', 'case', '', 'x', '{MOMENT.isoformat()}')",
            rows,
        )
    return prompts.listed(desk, CASE)


def test_documents_are_written_into_the_folder_and_nowhere_else(desk, tmp_path: Path) -> None:
    names = ["../../climbs.jpg", "/etc/passwd", "..", ".bashrc", "a/b\\c.jpg", "CON", "x.exe", "photo.jpg", "PHOTO.jpg"]
    rows = hostile(desk, *names)
    before = {path for path in tmp_path.rglob("*") if "out" not in path.parts}
    made = prompts.extracted(desk, CASE, str(tmp_path / "out"), yes=False)
    assert {path for path in tmp_path.rglob("*") if "out" not in path.parts} == before
    assert {row.state for row in made} == {"written"}
    assert [Path(row.file).name for row in made] == [
        "climbs.jpg",
        "passwd.jpg",
        "document.jpg",
        "bashrc.jpg",
        "c.jpg",
        "_CON.jpg",
        "x.exe.jpg",
        "photo.jpg",
        "PHOTO (2).jpg",
    ]
    for place, (row, out) in enumerate(zip(rows, made, strict=True)):
        assert Path(out.file).parent == tmp_path / "out"
        assert Path(out.file).read_bytes() == photo(seed=place), row.name
    assert not any(stat.S_IMODE(Path(row.file).stat().st_mode) & 0o111 for row in made)


def test_what_differs_is_written_over_after_a_yes_alone(desk, write, tmp_path: Path, monkeypatch) -> None:
    attached(desk, write("a.jpg", photo(seed=1)), write("b.jpg", photo(seed=2)))
    out = tmp_path / "out"

    def states(*, yes: bool) -> list[str]:
        return [row.state for row in prompts.extracted(desk, CASE, str(out), yes=yes)]

    assert states(yes=False) == ["written", "written"]
    assert states(yes=False) == ["unchanged", "unchanged"]
    (out / "a.jpg").write_text("mine")
    (out / "b.jpg").unlink()
    with pytest.raises(NeedsYes):
        states(yes=False)
    assert not (out / "b.jpg").exists(), "nothing is half done"
    monkeypatch.setattr(Desk, "agreed", lambda _desk, question, **_yes: "a.jpg" not in question)
    assert states(yes=False) == ["left", "written"]
    assert (out / "a.jpg").read_text() == "mine"
    monkeypatch.undo()
    monkeypatch.setenv("COMPTOIR_DATABASE", str(tmp_path / "shop.db"))
    assert states(yes=True) == ["written", "unchanged"]
    assert (out / "a.jpg").read_bytes() == photo(seed=1)


def test_nothing_is_written_through_a_link_into_a_pipe_or_over_a_folder(desk, write, tmp_path: Path) -> None:
    attached(desk, *(write(f"{name}.jpg", photo(seed=seed)) for seed, name in enumerate("abc")))
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "mine").write_text("mine")
    (out / "a.jpg").symlink_to(tmp_path / "mine")
    (out / "a (2).jpg").symlink_to(tmp_path / "nothing")
    os.mkfifo(out / "b.jpg")
    (out / "c.jpg").mkdir()
    made = prompts.extracted(desk, CASE, str(out), yes=True)
    assert [Path(row.file).name for row in made] == ["a (3).jpg", "b (2).jpg", "c (2).jpg"]
    assert (tmp_path / "mine").read_text() == "mine"
    assert not (tmp_path / "nothing").exists()


def test_a_damaged_and_a_lost_file_are_told_before_anything_is_written(desk, write, tmp_path: Path) -> None:
    rows = attached(desk, *(write(f"{name}.jpg", photo(seed=seed)) for seed, name in enumerate("abc")))
    folder = blobs.folder_of(desk.settings.database)
    paths = [folder / row.digest[:2] / row.digest[2:] for row in rows]
    paths[1].write_bytes(b"damage")
    paths[2].unlink()
    with pytest.raises(Several) as told:
        prompts.extracted(desk, CASE, str(tmp_path / "out"), yes=True)
    assert [type(problem) for problem in told.value.found] == [Damaged, Lost]
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_a_file_is_told(desk, write) -> None:
    path = write("a.jpg", photo())
    attached(desk, path)
    with pytest.raises(ComptoirError) as told:
        prompts.extracted(desk, CASE, str(path), yes=True)
    assert told.value.kind == "unwritable"


# --- what reading loads


LOADED = """
import sys
from comptoir.attachments import columns, files, prompts, queries, rules
from comptoir.desk import files as door
from comptoir.store import blobs
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_documents_are_listed_without_what_writes_or_decodes() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert not {"sqlmodel", "sqlalchemy", "PIL", "cv2", "numpy", "biip", "zxingcpp", "typer"} & set(done.stdout.split())
