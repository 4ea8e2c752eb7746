"""Purchases that come in from a file."""

import json
from pathlib import Path

import pytest

from comptoir.core.errors import DONE, MISSING, REFUSED
from comptoir.parts import services
from comptoir.store.engine import transaction

from .conftest import BY, CASE, dump

HEADER = "reference;designation;origin;supplier;invoice;bought_on;quantity;unit_cost;donor;note"
GOOD = (
    "PV-100;Pompe de vidange;new;ASWO;F-1;05/01/2026;3;24,90;;",
    "PV-100;Pompe de vidange;occasion;ASWO;F-1;2026-01-05;1;9,00 €;SN 12;reprise",
    "PV-100;Pompe de vidange;PIEC;;;2026-02-01;1;;00000017;",
    "JOINT/7;Joint de hublot;New;Électro Pièces;F-1;2026-02-01;10;1 234,56;;",
)
BAD = (
    "PV-100;;new;ASWO;F-2;2026-01-05;1;1;;",
    "---;Pompe;new;ASWO;F-2;2026-01-05;1;1;;",
    "PV-100;Pompe;neu;ASWO;F-2;2026-01-05;1;1;;",
    "PV-100;Pompe;new;ASWO;;2026-01-05;1;1;;",
    "PV-100;Pompe;used;ASWO;;2026-01-05;1;1;;",
    "PV-100;Pompe;new;ASWO;F-2;2026-03-11;1;1;;",
    "PV-100;Pompe;new;ASWO;F-2;05/01;1;1;;",
    "PV-100;Pompe;new;ASWO;F-2;31/02/2026;1;1;;",
    "PV-100;Pompe;new;ASWO;F-2;7d;0;1;;",
    "PV-100;Pompe;new;ASWO;F-2;2026-01-05;-1;1;;",
    "PV-100;Pompe;new;ASWO;F-2;2026-01-05;1;-1;;",
    "PV-100;Pompe;new;ASWO;F-2;2026-01-05;1;un;;",
    "PV-100;Pompe\x1b[31m;new;ASWO;F-2;2026-01-05;1;1;;",
    "PV-100;Pompe;new;ASWO;F-2;2026-01-05;1;1;",
    "PV-100;Pompe;new;ASWO;F-3;2026-01-05;1;;SN 12;",
    "PV-100;Pompe;new;ASWO;F-1;2026-01-06;1;1;;",
)


def file(*lines: str, header: str = HEADER) -> bytes:
    """Give a file of these lines."""
    return "\n".join([header, *lines, ""]).encode()


def told(cli, content: bytes, *options: str) -> tuple[int, list[int], list[str]]:
    """Import a file; give the code, the counts, and what was said."""
    ran = cli(["repair", "parts", "import", "-", "--json", *options], input=content)
    counts = list(ran.data[0].values()) if ran.out else []
    return ran.code, counts, ran.err.splitlines()


def test_a_file_is_read_as_the_french_write_it(shop: Path, cli, done) -> None:
    assert told(cli, b"\xef\xbb\xbf" + file(*GOOD)) == (DONE, [4, 0, 0, 0], [])
    rows = done("purchases --json")
    assert [(r["reference"], r["origin"], r["quantity"], r["unit_cost"], r["donor"]) for r in rows] == [
        ("JOINT/7", "new", 10, "1234.56", ""),
        ("PV-100", "circular", 1, "0.00", "00000017"),
        ("PV-100", "used", 1, "9.00", "SN 12"),
        ("PV-100", "new", 3, "24.90", ""),
    ]
    assert [r["left"] for r in done("stock pv-100 --json")] == [1, 3, 1]


def test_commas_and_fewer_columns_do_as_well(shop: Path, cli) -> None:
    header = "invoice,supplier,origin,designation,reference,unit_cost,quantity,bought_on"
    content = file('F-1,ASWO,new,"Pompe, de vidange",PV-100,"24,90",1,2026-01-05', header=header)
    assert told(cli, content) == (DONE, [1, 0, 0, 0], [])
    assert dump(shop)["part_purchase"][0][3] == "Pompe, de vidange"


def test_the_same_file_again_changes_nothing(shop: Path, cli) -> None:
    told(cli, file(*GOOD))
    before = dump(shop)
    assert told(cli, file(*reversed(GOOD))) == (DONE, [0, 0, 4, 0], [])
    respelled = GOOD[0].replace("F-1", "f 1").replace("PV-100", "PV 100").replace("ASWO", "aswo")
    assert told(cli, file(respelled))[:2] == (DONE, [0, 1, 0, 0])
    assert len(dump(shop)["part_purchase"]) == len(before["part_purchase"])


def test_a_purchase_told_otherwise_is_corrected_and_the_history_keeps_what_it_was(shop: Path, cli, done) -> None:
    told(cli, file(*GOOD))
    assert told(cli, file(GOOD[0].replace(";3;24,90", ";2;22,00"))) == (DONE, [0, 1, 0, 0], [])
    assert done("purchases f-1 --json")[-1]["unit_cost"] == "22.00"
    ((_id, reference, _moment, operator, verb, data),) = dump(shop)["history"]
    assert (reference, operator, verb) == ("part-1", "test", "correct")
    assert json.loads(data) == {"old_quantity": "3", "old_unit_cost": "24.90"}


@pytest.mark.parametrize("left_out", ["note", "donor", "donor note"])
def test_what_a_file_has_no_column_for_stays_as_it_is(shop: Path, cli, done, left_out: str) -> None:
    told(cli, file(GOOD[0] + "à surveiller"))
    names = [name for name in HEADER.split(";") if name not in left_out.split()]

    def shorter(line: str) -> bytes:
        """Give a file without these columns."""
        cells = dict(zip(HEADER.split(";"), line.split(";"), strict=True))
        return file(";".join(cells[name] for name in names), header=";".join(names))

    note = "à surveiller" if "note" in left_out else ""
    assert told(cli, shorter(GOOD[0] + "à surveiller"))[:2] == (DONE, [0, 0, 1, 0])
    assert told(cli, shorter(GOOD[0].replace("24,90", "22,00")))[:2] == (DONE, [0, 1, 0, 0])
    assert [(r["unit_cost"], r["note"]) for r in done("purchases --json")] == [("22.00", note)]
    assert told(cli, file(GOOD[0].replace("24,90", "22,00")))[:2] == (DONE, [0, int(bool(note)), int(not note), 0])
    assert done("purchases --json")[0]["note"] == "", "an empty cell is told"


def test_a_correction_under_what_was_used_is_refused(shop: Path, cli) -> None:
    told(cli, file(*GOOD))
    with transaction(shop) as session:
        services.use(session, CASE, "PV-100", None, 3, BY)
    code, counts, said = told(cli, file(GOOD[0].replace(";3;", ";2;"), GOOD[0].replace(";3;", ";4;")))
    assert (code, counts) == (REFUSED, [0, 1, 0, 1])
    assert "2" in said[0]


def test_every_bad_line_is_told_with_its_number_and_the_good_ones_go_in(shop: Path, cli) -> None:
    code, counts, said = told(cli, file(GOOD[0], *BAD, GOOD[3]))
    assert (code, counts) == (REFUSED, [2, 0, 0, len(BAD)])
    assert [line.split(" ")[1] for line in said[: len(BAD)]] == [str(number) for number in range(3, 3 + len(BAD))]
    assert not any("\x1b" in line or "{" in line for line in said[: len(BAD)])
    assert len(dump(shop)["part_purchase"]) == 2


def test_a_strict_import_takes_all_or_nothing(shop: Path, cli) -> None:
    for bad in (BAD[0], BAD[-1], BAD[-2]):
        code, counts, _said = told(cli, file(*GOOD, bad), "--strict")
        assert (code, counts) == (REFUSED, [])
    assert dump(shop)["part_purchase"] == []
    assert told(cli, file(*GOOD), "--strict")[:2] == (DONE, [4, 0, 0, 0])


def test_every_reason_of_a_line_is_told(shop: Path, cli) -> None:
    code, _counts, said = told(cli, file("PV-100;;neu;ASWO;F-2;demain;0;x;;"))
    assert code == REFUSED
    assert all(sign in said[0] for sign in ("demain", "`designation`", "`origin`", "`quantity`", "`unit_cost`"))


def test_one_part_stands_once_for_an_invoice(shop: Path, cli) -> None:
    for _again in range(2):
        code, counts, said = told(cli, file(GOOD[0], GOOD[3], GOOD[0]))
        assert (code, counts[3]) == (REFUSED, 1)
        assert "4" in said[0]
    assert len(dump(shop)["part_purchase"]) == 2
    code, counts, _said = told(cli, file(GOOD[1], GOOD[1].replace("SN 12", "SN 13")))
    assert (code, counts) == (DONE, [2, 0, 0, 0]), "two donors are two parts"


def test_a_purchase_recorded_twice_on_purpose_is_known_as_such(shop: Path, cli, done) -> None:
    words = "buy PV-100 --designation 'Pompe de vidange' --origin new --supplier ASWO --invoice F-1 --on 2026-01-05 "
    for _again in range(2):
        done(words + "-q 3 --cost 24,90 --again")
    assert told(cli, file(GOOD[0], GOOD[0]))[:2] == (DONE, [0, 0, 2, 0])
    code, counts, _said = told(cli, file(GOOD[0].replace(";3;", ";5;")))
    assert (code, counts) == (REFUSED, [0, 0, 0, 1])


@pytest.mark.parametrize(
    "content",
    [b"", b"reference;designation\n", file(header=HEADER + ";price"), file(header=HEADER + ";note"), b"\xff\xfea\x00"],
)
def test_a_file_of_something_else_is_refused(shop: Path, refuses, cli, content: bytes) -> None:
    ran = cli("repair parts import - --json", input=content)
    assert (ran.code, ran.out, ran.failure["errors"][0]["error"]) == (REFUSED, "", "not_purchases")


def test_a_file_in_cp1252_is_read_and_told(shop: Path, cli) -> None:
    content = file(GOOD[3]).decode().encode("cp1252")
    code, counts, said = told(cli, content)
    assert (code, counts, len(said)) == (DONE, [1, 0, 0, 0], 1)
    assert dump(shop)["part_purchase"][0][5] == "Électro Pièces"


def test_what_an_export_neutralised_is_freed(shop: Path, cli) -> None:
    assert told(cli, file(GOOD[0].replace("Pompe", "'=Pompe")))[0] == DONE
    assert dump(shop)["part_purchase"][0][3] == "=Pompe de vidange"


def test_no_file_is_told(shop: Path, cli) -> None:
    assert cli("repair parts import nowhere.csv").code == MISSING
