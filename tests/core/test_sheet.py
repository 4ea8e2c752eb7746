"""Files of lines as people hand them over: read at once where they are plain, with care where they are not."""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comptoir.core import sheet
from comptoir.core.sheet import (
    BadLine,
    Block,
    NoSuchFile,
    NotASheet,
    NotKept,
    Sheet,
    UnreadableFile,
    check_header,
    opened,
    tidied,
)

HEADER = ("a", "b", "c")
cells = st.text(st.sampled_from("ab1 é'\"\\,;\t\n\r\0\u2028\x1f"), max_size=5)
records = st.lists(st.lists(cells, min_size=3, max_size=3), max_size=12)
Read = tuple[list[tuple[int, tuple[str, ...]]], list[BadLine]]


def read(content: bytes) -> Read:
    """Read a file whole: the records with their lines, and what was refused."""
    refused: list[BadLine] = []
    read_once = Sheet(io.BytesIO(content))
    return [record for block in read_once.blocks(refused.append) for record in as_written(block)], refused


def as_written(block: Block) -> Iterable[tuple[int, tuple[str, ...]]]:
    """Give the records of a block with their lines, their cells as they were."""
    return zip(block.lines, zip(*block.columns, strict=True), strict=True)


def written(rows: Iterable[Sequence[str]], **form: str) -> bytes:
    """Write rows under the header as csv does."""
    made = io.StringIO()
    writer = csv.writer(made, **{"lineterminator": "\n", **form})  # type: ignore[arg-type]
    writer.writerow(HEADER)
    writer.writerows(rows)
    return made.getvalue().encode()


@given(records, st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]))
@example([["a", "", ""], ["", "", ""]], ",", "\n")
def test_what_csv_writes_is_read_back(rows: list[list[str]], delimiter: str, end: str) -> None:
    # Before Python 3.13, csv leaves a lone carriage return unquoted.
    rows = [[cell.replace("\r", "") for cell in row] for row in rows]
    found, refused = read(written(rows, delimiter=delimiter, lineterminator=end))
    assert [list(record) for _line, record in found] == rows
    assert refused == []


raw = st.lists(st.sampled_from([b"a", b"b,", b",", b'"', b"\n", b"\r\n", b"\r", b" ", b"\xe9", "é".encode(), b"\0"]))


@given(raw.map(b"".join))
@example(b'x,y,z\n"1,2,3\n4,5,6\n')
def test_a_block_read_at_once_is_read_as_it_would_be_with_care(body: bytes) -> None:
    content = b"a,b,c\n" + body
    at_once = read(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sheet, "_split", lambda *_given: None)
        with_care = read(content)
    assert at_once[0] == with_care[0]
    assert [(bad.line, bad.reason) for bad in at_once[1]] == [(bad.line, bad.reason) for bad in with_care[1]]


@given(raw.map(b"".join), st.integers(1, 9))
def test_where_blocks_end_changes_nothing(body: bytes, size: int) -> None:
    content = b"a,b,c\n" + body
    whole = read(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet, "SIZE", size)
        assert read(content)[0] == whole[0]


@given(raw.map(b"".join))
def test_every_line_that_is_not_blank_is_read_or_refused_under_its_own_number(body: bytes) -> None:
    found, refused = read(b"a,b,c\n" + body)
    numbers = [line for line, _record in found] + [bad.line for bad in refused]
    assert len(set(numbers)) == len(numbers)
    assert all(2 <= number <= body.count(b"\n") + 2 for number in numbers)


def test_a_line_too_long_is_refused_and_passed_over_without_being_kept() -> None:
    content = b"a,b,c\n1,2,3\n" + b"x" * 3_000_000 + b"\n4,5,6\n" + b"y,y," + b"y" * 1_000_000
    found, refused = read(content)
    assert found == [(2, ("1", "2", "3")), (4, ("4", "5", "6"))]
    assert [bad.line for bad in refused] == [3, 5]


@pytest.mark.parametrize("line", ["", "1", "1,2", "1,2,3,4", "1,2,3,"])
def test_a_line_with_too_few_or_too_many_cells_says_how_many(line: str) -> None:
    _found, refused = read(f"a,b,c\n1,2,3\n{line}\n".encode())
    assert [bad.line for bad in refused] == ([3] if line else [])
    assert all(str(line.count(",") + 1) in bad.reason and "3" in bad.reason for bad in refused)


def test_lines_that_are_not_utf_8_are_read_as_cp1252_and_counted() -> None:
    read_once = Sheet(io.BytesIO("a,b,c\né,é,é\n".encode() + "ê,€,œ\n".encode("cp1252")))
    (block,) = read_once.blocks(lambda _problem: None)
    assert list(block.records()) == [(2, ("é", "é", "é")), (3, ("ê", "€", "œ"))]
    assert read_once.legacy == 1


def test_a_bad_line_is_refused_by_its_number_and_its_reason() -> None:
    bad = BadLine(7, "pas de prix")
    assert (bad.line, bad.reason, bad.exit_code) == (7, "pas de prix", 4)
    assert "7" in bad.message
    assert "pas de prix" in bad.message


@pytest.mark.parametrize("content", [b"", b"\n", b",,\n", b"\xff\xfea\0", b"\xfe\xff\0a", b'"a\n', b"x" * 10**6])
def test_a_first_line_that_names_no_columns_makes_no_sheet(content: bytes) -> None:
    with pytest.raises(NotASheet):
        Sheet(io.BytesIO(content))


@pytest.mark.parametrize(
    ("header", "told"), [(["a", "b", "a"], "`a`"), (["a", "bb"], "`b`"), (["a"], "`b`"), (["a", "zzz"], "`zzz`")]
)
def test_a_header_with_an_unknown_a_double_or_a_missing_column_is_refused_by_its_name(header: list[str], told) -> None:
    with pytest.raises(NotASheet) as refused:
        check_header(header, ("a", "b"), ("a", "b"))
    assert told in str(refused.value)


@given(st.lists(st.text(st.sampled_from("ab \u00a0\te\u0301é\x1b\n"), max_size=4)))
def test_many_cells_are_tidied_as_each_is_alone(texts: list[str]) -> None:
    assert list(tidied(texts)) == [next(iter(tidied([text]))) for text in texts]


def test_a_long_pipe_is_read_to_its_end_before_its_first_line_is_given(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sheet, "IN_MEMORY", 10)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    sender = Thread(target=lambda: pipe.write_bytes(b"a,b\n" + b"1,2\n" * 100_000))
    sender.start()
    with opened(str(pipe)) as file:
        sender.join(10)
        assert not sender.is_alive()
        assert len(file.readlines()) == 100_001


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full, of Linux")
def test_a_pipe_that_cannot_be_kept_is_told_as_such(tmp_path: Path, monkeypatch) -> None:
    full = Path("/dev/full").open("r+b", buffering=0)  # noqa: SIM115 - closed by what it is given to
    monkeypatch.setattr(sheet, "SpooledTemporaryFile", lambda _size: full)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    sender = Thread(target=lambda: pipe.write_bytes(b"a,b\n"))
    sender.start()
    with pytest.raises(NotKept) as refused, opened(str(pipe)):
        pass
    assert refused.value.exit_code == 5
    sender.join()


def test_a_file_that_is_not_there_or_is_a_folder_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile), opened(str(tmp_path / "none")):
        pass
    with pytest.raises(UnreadableFile), opened(str(tmp_path)):
        pass
