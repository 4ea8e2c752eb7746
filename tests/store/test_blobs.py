"""Kept files: whole or not at all, each content once, whatever is killed, full, damaged or done at once."""

import hashlib
import os
import stat
import threading
from io import BytesIO
from pathlib import Path

import pytest

from comptoir.core.errors import DATABASE
from comptoir.core.i18n import _
from comptoir.store import blobs
from comptoir.store.blobs import ContentTooLong, Damaged, Kept, Lost, digest_of, folder_of, keep, missing, opened
from comptoir.store.sqlite import DatabaseUnusable

LIMIT = 1 << 22
CONTENT = b"nameplate" * 50_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
ABSENT = "0" * 64


def files(folder: Path) -> list[Path]:
    """List every file below a folder, drafts too."""
    return sorted(path for path in folder.rglob("*") if not path.is_dir())


def wrong(folder: Path) -> list[Path]:
    """List the files that are not the content of their name."""
    kept = [path for path in files(folder) if not path.name.startswith(blobs.DRAFT)]
    return [path for path in kept if hashlib.sha256(path.read_bytes()).hexdigest() != path.parent.name + path.name]


def test_what_is_kept_is_given_back(tmp_path: Path) -> None:
    folder = tmp_path / "shop.db.files"
    assert keep(folder, BytesIO(CONTENT), LIMIT) == Kept(DIGEST, len(CONTENT))
    assert files(folder) == [folder / DIGEST[:2] / DIGEST[2:]]
    with opened(folder, DIGEST) as file:
        assert file.read() == CONTENT
    assert missing(folder, [DIGEST, ABSENT, ABSENT]) == [ABSENT]
    assert missing(tmp_path / "nothing", [DIGEST]) == [DIGEST]
    assert digest_of(BytesIO(b"")) == hashlib.sha256().hexdigest()


def test_what_is_kept_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        keep(tmp_path / "files", BytesIO(CONTENT), LIMIT)
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "files").rglob("*")}
    assert modes == {0o600, 0o700}
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    assert keep(tmp_path, BytesIO(CONTENT), LIMIT) == keep(tmp_path, BytesIO(CONTENT), LIMIT)
    assert len(files(tmp_path)) == 1
    keep(tmp_path, BytesIO(b"another"), LIMIT)
    assert len(files(tmp_path)) == 2


def test_the_files_of_a_database_are_beside_it_whichever_link_names_it(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.db").symlink_to(tmp_path / "real" / "shop.db")
    assert folder_of(tmp_path / "link.db") == tmp_path / "real" / "shop.db.files"


def test_what_is_over_the_limit_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ContentTooLong):
        keep(tmp_path, BytesIO(CONTENT), len(CONTENT) - 1)
    assert files(tmp_path) == []
    assert keep(tmp_path, BytesIO(CONTENT), len(CONTENT)).size == len(CONTENT)


class Broken(BytesIO):
    """A source whose disk fails after some bytes."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(5, os.strerror(5))
        return super().read(size)


def test_a_source_that_fails_is_not_told_as_the_folder_s_fault_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Input/output error"):
        keep(tmp_path, Broken(bytes(2 * blobs.CHUNK)), 9 * blobs.CHUNK)
    assert files(tmp_path) == []


def test_a_damaged_file_is_told_and_mended_by_keeping_it_again(tmp_path: Path) -> None:
    keep(tmp_path, BytesIO(CONTENT), LIMIT)
    [file] = files(tmp_path)
    for damage in (CONTENT[:-1], b"N" + CONTENT[1:], b""):
        file.write_bytes(damage)
        with pytest.raises(Damaged) as told, opened(tmp_path, DIGEST):
            pytest.fail("a damaged file was given")
        assert told.value.exit_code == DATABASE
        assert DIGEST in told.value.message
    keep(tmp_path, BytesIO(CONTENT), LIMIT)
    with opened(tmp_path, DIGEST) as kept:
        assert kept.read() == CONTENT


@pytest.mark.parametrize(
    "digest", [ABSENT, "", "../../../etc/passwd", "..", DIGEST.upper(), DIGEST + "\n", "a/" + "b" * 62]
)
def test_what_is_no_digest_leads_nowhere(tmp_path: Path, digest: str) -> None:
    keep(tmp_path, BytesIO(CONTENT), LIMIT)
    with pytest.raises(Lost), opened(tmp_path, digest):
        pytest.fail("something was opened")
    assert missing(tmp_path, [digest]) == [digest]


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(DatabaseUnusable) as told:
        keep(tmp_path / "files", BytesIO(CONTENT), LIMIT)
    assert str(tmp_path / "files") in told.value.message
    (tmp_path / DIGEST[:2]).mkdir()
    (tmp_path / DIGEST[:2] / DIGEST[2:]).mkdir()
    with pytest.raises(DatabaseUnusable):
        keep(tmp_path, BytesIO(CONTENT), LIMIT)
    with pytest.raises(DatabaseUnusable), opened(tmp_path, DIGEST):
        pytest.fail("a folder was given")
    assert [path.name for path in files(tmp_path)] == ["files"]


def test_a_full_disk_keeps_nothing_says_so_and_what_was_there_stays(small_disk) -> None:
    folder = small_disk("size=600k") / "files"
    keep(folder, BytesIO(b"first"), LIMIT)
    before = files(folder)
    with pytest.raises(DatabaseUnusable) as told:
        keep(folder, BytesIO(bytes(1 << 20)), LIMIT)
    assert told.value.exit_code == DATABASE
    assert told.value.hint == _("free some space; nothing was changed")
    assert files(folder) == before
    assert wrong(folder) == []


def test_a_draft_left_by_a_process_that_died_goes_once_it_is_old(tmp_path: Path) -> None:
    old, young = (tmp_path / f"{blobs.DRAFT}{name}" for name in ("old", "young"))
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    keep(tmp_path, BytesIO(b"one"), LIMIT)
    assert old.exists()
    then = young.stat().st_mtime - blobs.ABANDONED - 60
    os.utime(old, (then, then))
    keep(tmp_path, BytesIO(b"two"), LIMIT)
    assert not old.exists()
    assert young.exists()


def test_writers_of_the_same_content_at_once_keep_it_once(tmp_path: Path) -> None:
    contents = [bytes([number]) * 300_000 for number in range(3)]
    failed: list[BaseException] = []

    def write() -> None:
        try:
            for content in contents * 4:
                digest = keep(tmp_path, BytesIO(content), LIMIT).digest
                with opened(tmp_path, digest) as file:
                    assert file.read() == content
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            failed.append(error)

    writers = [threading.Thread(target=write) for _number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []
    assert len(files(tmp_path)) == 3
    assert wrong(tmp_path) == []


# A process that has imported everything makes one child a trial: it keeps files one after the other, says which once
# each is kept, and is killed.
KILLED = """
import os, random, signal, sys, time
from io import BytesIO
from pathlib import Path
import tempfile, hashlib
from comptoir.store import blobs
folder, wanted, chance = Path(sys.argv[1]), int(sys.argv[2]), random.Random(7)
for trial in range(wanted):
    reads, writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        number = 0
        while True:
            number += 1
            content = (b"%d %d " % (trial, number)) * 200_000
            kept = blobs.keep(folder, BytesIO(content), 1 << 24)
            os.write(writes, kept.digest.encode() + b"\\n")
    os.close(writes)
    with os.fdopen(reads) as said:
        sys.stdout.write(said.readline())
        time.sleep(chance.uniform(0, 0.03))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        sys.stdout.write(said.read())
"""


def test_a_process_killed_at_any_moment_leaves_no_half_file_under_a_name(spawn, tmp_path: Path) -> None:
    folder = tmp_path / "shop.db.files"
    child = spawn(KILLED, folder, 20)
    said = child.stdout.read().split()
    assert child.wait() == 0
    drafts = [path for path in files(folder) if path.name.startswith(blobs.DRAFT)]
    assert wrong(folder) == []
    assert missing(folder, said) == []
    assert len(said) >= 20
    assert drafts, "some were killed while they wrote"
