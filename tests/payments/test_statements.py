"""Statements as banks write them, and files that are none."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.errors import ComptoirError, Several
from comptoir.payments import camt, ofx, sheets, statements
from comptoir.payments.movements import Movement
from comptoir.payments.refusals import BadMovement, NoSuchAccount, NotAStatement, StatementTooBig
from comptoir.payments.statuses import Kind

from .conftest import FILES, sheet

DAY = date(2026, 11, 20)
IBAN = "FR7630004001230001234567843"


def read(data: bytes) -> statements.Statement:
    return statements.read(BytesIO(data))


def told(name: str) -> tuple[Kind, list[tuple[str, str, str]]]:
    kind, movements = read((FILES / name).read_bytes())
    return kind, [(f"{each.day}", f"{each.amount}", each.label) for each in movements]


def test_a_csv_with_a_preamble_one_signed_column_and_windows_letters() -> None:
    assert told("signed.csv") == (
        Kind.CSV,
        [
            ("2026-11-20", "75.00", "VIR SEPA RECU /DE ECOSYSTEM /MOTIF REGLT BONUS 4500000001 4500000002"),
            ("2026-11-19", "-4.80", "CB BOULANGERIE DU CENTRE"),
            ("2026-11-18", "49.00", "VIR INST RE CLIENT F2026-00001 MERCI"),
            ("2026-11-17", "1230.50", "VIREMENT ECOLOGIC FRANCE REMBOURSEMENT RC-900003 ÉTÉ"),
        ],
    )


def test_a_csv_with_a_column_for_debits_and_one_for_credits() -> None:
    kind, movements = read((FILES / "debit-credit.csv").read_bytes())
    assert kind is Kind.CSV
    assert [each.amount for each in movements] == [Decimal("25.00"), Decimal("-50.00"), Decimal("-120.35")]
    assert movements[0] == Movement(
        DAY,
        Decimal("25.00"),
        "ECOSYSTEM VIR SEPA ECOSYSTEM 0AB1234 4500000001-BONUS REPARATION Virement recu",
        "0AB1234",
    )


def test_a_csv_in_english_keeps_euros_alone() -> None:
    assert told("signed-comma.csv") == (
        Kind.CSV,
        [("2026-11-20", "25.00", "Transfer ECOLOGIC RC-900001"), ("2026-11-18", "1234.50", 'ECOLOGIC "bonus"')],
    )


def test_ofx_1_in_windows_letters_with_a_decimal_comma() -> None:
    kind, (first, second) = read((FILES / "statement.ofx").read_bytes())
    assert kind is Kind.OFX
    label = "VIR ECO-SYSTÈMES 4500000001 & 4500000002"
    assert first == Movement(DAY, Decimal("75.00"), label, "AB-0001", "00012345678")
    assert second == Movement(date(2026, 11, 19), Decimal("-4.80"), "CB BOULANGERIE", "AB-0002", "00012345678")


def test_ofx_2_keeps_euros_and_its_own_account() -> None:
    kind, movements = read((FILES / "statement-2.ofx").read_bytes())
    assert (kind, movements) == (
        Kind.OFX,
        [Movement(DAY, Decimal("25.00"), "Écologic RC-900001", "X1", "00012345678")],
    )


@pytest.mark.parametrize("version", ["02", "08"])
def test_camt_tells_each_payment_of_a_batch_and_what_goes_back(version: str) -> None:
    kind, movements = read((FILES / f"camt-053-{version}.xml").read_bytes())
    assert kind is Kind.CAMT
    assert movements == [
        Movement(DAY, Decimal("25.00"), "ECOSYSTEM SAS 4500000001 REGLT NOVEMBRE BONUS-4500000001", "BNK-77", IBAN),
        Movement(DAY, Decimal("50.00"), "ECOSYSTEM SAS 4500000002", "BNK-77", IBAN),
        Movement(date(2026, 11, 21), Decimal("-25.00"), "ECOSYSTEM SAS 4500000001 RVSLIND", "BNK-78", IBAN),
    ]


def test_a_batch_whose_payments_do_not_sum_up_stays_whole() -> None:
    data = (FILES / "camt-053-08.xml").read_bytes().replace(b">50.00<", b">51.00<")
    first = read(data).movements[0]
    assert (first.amount, "4500000001" in first.label, "4500000002" in first.label) == (Decimal("75.00"), True, True)


def test_camt_without_a_namespace_or_with_a_prefix_reads_the_same() -> None:
    data = (FILES / "camt-053-02.xml").read_text("utf-8")
    bare = data.replace(' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"', "")
    assert read(bare.encode()) == read(data.encode())
    prefixed = re.sub(r"<(/?)(?=[A-Z])", r"<\1camt:", data).replace("xmlns=", "xmlns:camt=")
    wide = data.replace("UTF-8", "UTF-16").encode("utf-16")
    assert read(prefixed.encode()) == read(wide) == read(data.encode())


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("25", "25.00"),
        ("25,5", "25.50"),
        ("+25,00", "25.00"),
        ("1 234,50 €", "1234.50"),
        ("1\N{NARROW NO-BREAK SPACE}234,50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("\N{MINUS SIGN}25,00", "-25.00"),
        ("- 25,00", "-25.00"),
    ],
)
def test_amounts_as_french_banks_write_them(written: str, amount: str) -> None:
    (movement,) = read(sheet(("20/11/2026", "ECOLOGIC", written))).movements
    assert str(movement.amount) == amount


@pytest.mark.parametrize("day", ["20/11/2026", "20/11/26", "2026-11-20", "20.11.2026", "20-11-2026", "20261120"])
def test_days_as_french_banks_write_them(day: str) -> None:
    (movement,) = read(sheet((day, "ECOLOGIC", "25,00"))).movements
    assert movement.day == DAY


@pytest.mark.parametrize(
    ("titles", "line", "amount"),
    [
        ("Date;Libellé;Débit euros;Crédit euros;", "20/11/2026;VIR ECOSYSTEM;;25,00;", "25.00"),
        (
            "Date;Date de valeur;Débit;Crédit;Libellé;Solde",
            "20/11/2026;20/11/2026;-25,00;;VIR ECOSYSTEM;9,00",
            "-25.00",
        ),
        ("Date opération;Date valeur;libellé;Débit;Crédit;", "20/11/2026;21/11/2026;VIR ECOSYSTEM;-25,00;;", "-25.00"),
        ("Date;Libellé;Montant(EUROS);Montant(FRANCS)", "20/11/2026;VIR ECOSYSTEM;25,00;163,99", "25.00"),
        (
            "Date de l'opération;Libellé;Détail de l'écriture;Montant de l'opération;Devise",
            "20/11/2026;VIR;VIR ECOSYSTEM;25,00;EUR",
            "25.00",
        ),
        (
            "Date operation;Libelle court;Type operation;Libelle operation;Montant operation en euro",
            "20-11-2026;VIR;VIR SEPA;VIR ECOSYSTEM;25,00",
            "25.00",
        ),
        (
            "Compte;Date de comptabilisation;Date opération;Libellé;Référence;Date valeur;Montant",
            "00012345678;20/11/2026;19/11/2026;VIR ECOSYSTEM;AB1;18/11/2026;+25,00",
            "25.00",
        ),
        (
            "dateOp;dateVal;label;category;amount;accountNum;accountbalance",
            '2026-11-20;2026-11-20;"VIR ECOSYSTEM";Virements;25,00;00012345678;1234.50',
            "25.00",
        ),
        (
            "Statut;Date de l'opération (UTC);Montant total (TTC);Devise;Nom de la contrepartie",
            "Exécuté;20-11-2026 10:22:01;25,00;EUR;VIR ECOSYSTEM",
            "25.00",
        ),
    ],
)
def test_titles_that_french_banks_write(titles: str, line: str, amount: str) -> None:
    (movement,) = read(f"{titles}\r\n{line}\r\n".encode("cp1252")).movements
    assert (movement.day, str(movement.amount), "VIR ECOSYSTEM" in movement.label) == (DAY, amount, True)


def test_a_column_may_tell_debits_from_credits() -> None:
    data = b"Date;Libelle;Montant;Sens\n20/11/2026;A;25,00;D\n20/11/2026;B;25,00;Cr\xe9dit\n"
    assert [each.amount for each in read(data).movements] == [Decimal("-25.00"), Decimal("25.00")]


def test_quoted_cells_may_hold_ends_of_lines() -> None:
    data = b'Date;Libelle;Montant\r\n20/11/2026;"VIR ECOLOGIC\r\nRC-900001";25,00\r\n20/11/2026;B;1,00\r\n'
    assert [each.label for each in read(data).movements] == ["VIR ECOLOGIC RC-900001", "B"]


def test_the_account_is_known_by_its_iban_or_by_figures_of_it() -> None:
    movements = read((FILES / "camt-053-02.xml").read_bytes()).movements
    assert statements.of_account(movements, "FR76 3000 4001 2300 0123 4567 843") == movements
    assert statements.of_account(movements, "0001234567") == movements
    signed = read((FILES / "signed.csv").read_bytes()).movements
    assert statements.of_account(signed, "00012345678") == signed
    with pytest.raises(NoSuchAccount, match="99999"):
        statements.of_account(movements, "99999")


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY a "' + b"x" * 100 + b'">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + at, b"&%c;" % (97 + at) * 100) for at in range(8))
    + b"]><Document><BkToCstmrStmt>&i;</BkToCstmrStmt></Document>"
)  # fmt: skip
HOSTILE = {
    "empty": b"",
    "blank": b" \r\n\r\n",
    "nul": b"Date;Libelle;Montant\n20/11/2026;ECO\x00LOGIC;25,00\n",
    "pdf": b"%PDF-1.7 ...",
    "xlsx": b"PK\x03\x04....",
    "page": b"<!DOCTYPE html><html><body>Connexion</body></html>",
    "page in XML": b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
    "page without a doctype": b"\n  <HTML><HEAD>",
    "bomb": ENTITIES,
    "outside": b'<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>',
    "dtd": b'<!DOCTYPE Document SYSTEM "http://127.0.0.1:1/x.dtd"><Document><BkToCstmrStmt/></Document>',
    "cut XML": (FILES / "camt-053-02.xml").read_bytes()[:2000],
    "other XML": b"<Document><BkToCstmrDbtCdtNtfctn/></Document>",
    "encoding of XML": b'<?xml version="1.0" encoding="nonsense"?><Document/>',
    "cut OFX": (FILES / "statement.ofx").read_bytes()[:900],
    "letters": b"Date;Libelle;Montant\n20/11/2026;ECO\x81LOGIC;25,00\n",
    "no titles": b"20/11/2026;ECOLOGIC;25,00\n",
    "no amounts": b"Date;Libelle;Solde\n20/11/2026;ECOLOGIC;25,00\n",
    "text": b"Bonjour, voici le releve demande.\n" * 100,
    "utf-16 cut": b"\xff\xfeD\x00a",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_statement_is_refused(name: str) -> None:
    with pytest.raises(NotAStatement):
        read(HOSTILE[name])


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (("31/02/2026", "ECOLOGIC", "25,00"), "31/02/2026"),
        (("20/11/2026", "ECOLOGIC", "25,001"), "25,001"),
        (("20/11/2026", "ECOLOGIC", "1e3"), "1e3"),
        (("20/11/2026", "ECOLOGIC", "NaN"), "NaN"),
        (("20/11/2026", "ECOLOGIC", "٢٥,٠٠"), "٢٥,٠٠"),
        (("", "ECOLOGIC", "25,00"), ""),
        (("20/11/2026", "ECO", "25,00", "more"), "4"),
        (("20/11/2026", '"ECO', "25,00"), ""),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_number(line: tuple[str, str, str], wrong: str) -> None:
    with pytest.raises(BadMovement) as refused:
        read(sheet(("20/11/2026", "EDF", "1,00"), line))
    assert "3" in refused.value.message
    assert wrong in refused.value.message


def test_a_line_with_a_debit_and_a_credit_is_refused() -> None:
    with pytest.raises(BadMovement):
        read(b"Date;Libelle;Debit;Credit\n20/11/2026;A;25,00;25,00\n")


def test_ten_lines_that_are_wrong_are_told_and_no_more() -> None:
    with pytest.raises(Several) as refused:
        read(sheet(*[("99/99/2026", "EDF", "1,00")] * 500))
    assert len(refused.value.found) == sheets.MOST_TOLD


@pytest.mark.parametrize(
    ("before", "after"),
    [(b">75.00<", b">75.001<"), (b">75.00<", b">INF<"), (b"2026-11-21T", b"2026-13-21T"), (b"DBIT", b"OTHR")],
)
def test_an_entry_of_camt_that_cannot_be_read_is_refused(before: bytes, after: bytes) -> None:
    with pytest.raises(BadMovement):
        read((FILES / "camt-053-02.xml").read_bytes().replace(before, after))


@pytest.mark.parametrize(
    ("before", "after"), [(b"+75,00", b"plenty"), (b"20261119", b"20261399"), (b"<TRNAMT>-4.8", b"")]
)
def test_a_transaction_of_ofx_that_cannot_be_read_is_refused(before: bytes, after: bytes) -> None:
    with pytest.raises(BadMovement):
        read((FILES / "statement.ofx").read_bytes().replace(before, after))


def test_a_file_of_200_megabytes_is_not_read_whole() -> None:
    class Endless(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert 0 < size < 200_000_000
            return b"a" * size

    with pytest.raises(StatementTooBig):
        statements.read(Endless())


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for start in (b"", b"Date;Libelle;Montant\n", b"<Document><BkToCstmrStmt>", b"OFXHEADER:100\n<OFX><STMTTRN>"):
        try:
            read(start + data)
        except ComptoirError as refused:
            assert refused.problems()  # noqa: PT017 - it may also be read


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    for reads in (sheets.read, ofx.read):
        for start in ("", "Date;Libelle;Debit;Credit\n", "<OFX><STMTTRN><TRNAMT>1<DTPOSTED>20261120"):
            try:
                reads(f"{start}{text}</OFX>")
            except ComptoirError as refused:
                assert refused.problems()  # noqa: PT017 - it may also be read
    try:
        camt.read(
            f"<Document><BkToCstmrStmt><Stmt><Ntry>{text}</Ntry></Stmt></BkToCstmrStmt></Document>".encode(
                "utf-8", "replace"
            )
        )
    except ComptoirError as refused:
        assert refused.problems()  # noqa: PT017 - it may also be read
