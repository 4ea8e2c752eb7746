"""A slip's number and a phone's IMEI, scanned, find the repairs they stand for."""

import pytest

IMEI = "356938035643809"
INTAKE = (
    "repair intake -p smartphone -b Samsung -m A52 --warranty none --service Batterie --fault Panne --no-bonus "
    "--title M. --last-name Martin --first-name Noé --email noe@exemple.fr --phone 0698765432 "
    "--line '4 place du Marché' --postcode 35000 --town Rennes --serial "
)


@pytest.fixture
def taken_in(cli):
    assert cli(f"{INTAKE} {IMEI}").code == 0


def chosen(cli, text: str):
    (found,) = [reading for reading in cli(["scan", "--json", "--explain", text]).data if reading["chosen"]]
    return found


@pytest.mark.parametrize(("code", "kind"), [("00000017", "repair"), (IMEI, "imei")])
def test_a_slip_and_an_imei_find_the_repair(cli, taken_in, code, kind):
    found = chosen(cli, code)
    (record,) = found["records"]
    assert (found["kind"], found["proof"]) == (kind, "check_digit")
    assert (record["number"], record["type"], record["customer"]) == ("00000017", "repair", "M. Noé Martin")


def test_a_slip_of_another_base_finds_nothing(cli, taken_in):
    readings = cli("scan --json --explain 00000024").data
    assert (readings[0]["kind"], readings[0]["records"]) == ("repair", [])


def test_a_mistyped_slip_is_none(cli, taken_in):
    readings = cli("scan --json --explain 00000018").data
    assert not any(reading["kind"] == "repair" or reading["records"] for reading in readings)


def test_a_serial_number_finds_the_repair_of_its_device(cli):
    laptop = INTAKE.replace("smartphone", "lave-linge")
    assert cli(f"{laptop} 'FD 9901-00123'").code == 0
    found = chosen(cli, "fd9901 00123")
    (record,) = found["records"]
    assert (found["kind"], record["type"], record["reference"]) == ("reference", "repair", "FD 9901-00123")
