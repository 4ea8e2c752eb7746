"""The fields of a reseller's forms: what is taken, in which one form, and what is refused."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from comptoir.parties import fields
from comptoir.parties.rules import BadField

NB, NNB = "\u00a0", "\u202f"


def refuses(check: object, text: str, flag: str) -> None:
    with pytest.raises(BadField) as refused:
        check(text)  # type: ignore[operator]
    assert refused.value.flag == flag
    assert refused.value.exit_code == 2
    assert f"`{flag}`" in refused.value.message
    assert refused.value.reason in refused.value.message


# --- SIRET


def siret_of(siren_digits: str, nic_digits: str) -> str:
    siren = siren_digits + luhn.calc_check_digit(siren_digits)
    return siren + nic_digits + luhn.calc_check_digit(siren + nic_digits)


sirets = st.builds(
    siret_of, st.text("0123456789", min_size=8, max_size=8), st.text("0123456789", min_size=4, max_size=4)
)


@given(sirets, st.sampled_from([" ", NB, NNB, ".", "", "  "]))
def test_a_siret_is_its_fourteen_figures_however_it_is_spaced(siret: str, blank: str) -> None:
    spaced = blank.join((siret[:3], siret[3:6], siret[6:9], siret[9:]))
    assert fields.siret(spaced) == fields.siret(f" {siret}\t") == siret


@given(sirets, st.integers(0, 13), st.integers(1, 9))
def test_a_siret_with_one_wrong_figure_is_refused(siret: str, place: int, more: int) -> None:
    wrong = f"{siret[:place]}{(int(siret[place]) + more) % 10}{siret[place + 1 :]}"
    if not wrong.startswith("356000000"):
        refuses(fields.siret, wrong, "--siret")


@pytest.mark.parametrize("siret", ["35600000049837", "356 000 000 49837", "35600000000048", "73282932000074"])
def test_a_siret_of_la_poste_has_a_sum_of_its_own(siret: str) -> None:
    assert fields.siret(siret) == siret.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "732829320", "7328293200007", "732829320000740", "73282932000075", "35600000049838", "7328293200007X",
        "FR73282932000", "-73282932000074", "732829320O0074", "73282932000074,", "SIRET",
    ],
)  # fmt: skip
def test_what_is_no_siret_is_refused_and_quoted(text: str) -> None:
    refuses(fields.siret, text, "--siret")
    with pytest.raises(BadField, match=f"`{text}`"):
        fields.siret(text)


# --- phone


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("0612345678", "+33612345678"),
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("06-12-34-56-78", "+33612345678"),
        (f"06{NB}12{NB}34 56 78", "+33612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("+33(0)6 12 34 56 78", "+33612345678"),
        ("+33 (0) 6 12 34 56 78", "+33612345678"),
        ("0033 6 12 34 56 78", "+33612345678"),
        ("0755123456", "+33755123456"),
        ("01 40 20 50 50", "+33140205050"),
        ("09 70 80 90 10", "+33970809010"),
        ("0590 82 00 00", "+590590820000"),
        ("+590 590 82 00 00", "+590590820000"),
        ("0690 30 12 34", "+590690301234"),
        ("0696 20 12 34", "+596696201234"),
        ("+596 596 30 12 34", "+596596301234"),
        ("0594 25 12 34", "+594594251234"),
        ("0262 20 12 34", "+262262201234"),
        ("0692 12 34 56", "+262692123456"),
        ("+262 269 60 12 34", "+262269601234"),
        ("0639 69 12 34", "+262639691234"),
        ("+508 41 12 34", "+508411234"),
        ("+687 25 01 23", "+687250123"),
        ("+689 40 41 23 45", "+68940412345"),
        ("+377 93 10 12 34", "+37793101234"),
    ],
)
def test_a_french_phone_number_is_kept_in_its_one_international_form(text: str, kept: str) -> None:
    assert fields.phone(text) == kept
    assert fields.phone(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "x", "06123456", "061234567", "06123456789", "112", "3631", "+44 20 7946 0958", "0044 20 7946 0958",
        "+32 2 555 12 12", "+1 202 555 0123", "+41 22 730 51 11", "+33 6 12 34 56", "+33 0", "0612345678 / 0712345678",
        "00 00 00 00 00", "0000000000", "+", "06 12 34 56 7x",
    ],
)  # fmt: skip
def test_what_is_no_french_phone_number_is_refused(text: str) -> None:
    refuses(fields.phone, text, "--phone")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("0596 30 12 34", "+596596301234"),  # Martinique
        ("0596 72 12 34", "+596596721234"),
        ("0269 60 12 34", "+262269601234"),  # Mayotte
        ("0263 01 23 45", "+262263012345"),  # Réunion
    ],
)
def test_a_landline_of_overseas_typed_as_it_is_dialled_is_kept_with_its_own_prefix(text: str, kept: str) -> None:
    assert fields.phone(text) == kept


MONACO = "what `FR` refuses is tried as of Monaco, Saint-Pierre or Nouvelle-Calédonie, and kept as another's number"


@pytest.mark.parametrize(
    "text", ["03 10 00 21 0", "04 12 34 5", "09 66 55 8", "050804", "07 12 34 56 78", "06 39 12 34 56"]
)
def test_a_number_typed_short_or_never_given_out_is_refused_and_not_taken_for_one_of_overseas(text: str) -> None:
    refuses(fields.phone, text, "--phone")


def test_no_mainland_number_without_its_last_figures_is_taken() -> None:
    chosen = random.Random(22)
    for _ in range(60):
        number = f"0{chosen.choice('123459')}{chosen.randrange(10**8):08}"
        for length in range(9, 5, -1):
            refuses(fields.phone, number[:length], "--phone")


def test_a_number_pasted_with_narrow_blanks_is_taken() -> None:
    assert fields.phone(NNB.join(("06", "12", "34", "56", "78"))) == "+33612345678"


@pytest.mark.parametrize("text", ["0612abcd34", "06 12 CALL 34"])
def test_letters_are_no_figures_of_a_phone_number(text: str) -> None:
    refuses(fields.phone, text, "--phone")


@pytest.mark.parametrize("text", ["0140205050 ext. 12", "0140205050;ext=12", "tél 0612345678", "abc0612345678"])
def test_what_stands_around_a_number_is_never_dropped_in_silence(text: str) -> None:
    refuses(fields.phone, text, "--phone")


@given(st.text(max_size=20))
def test_whatever_is_typed_the_number_kept_is_plain(text: str) -> None:
    try:
        kept = fields.phone(text)
    except BadField:
        return
    assert kept[0] == "+"
    assert kept[1:].isascii()
    assert kept[1:].isdigit()
    assert kept.startswith(("+33", "+590", "+594", "+596", "+262", "+508", "+689", "+687", "+681", "+377"))


# --- postcode


@pytest.mark.parametrize(
    "text",
    [
        "01000", "29200", "75001", "75116", "20000", "20190", "20600", "95880", "97100", "97200", "97300", "97400",
        "97500", "97600", "97700", "97800", "98000", "98600", "98700", "98800",
    ],
)  # fmt: skip
def test_a_postcode_of_a_department_that_exists_is_taken(text: str) -> None:
    assert fields.postcode(text) == text
    assert fields.postcode(f" {text[:2]}{NB}{text[2:]} ") == text


@pytest.mark.parametrize(
    "text",
    [
        "", "00100", "00000", "96000", "99000", "99100", "97000", "97900", "98100", "98500", "98900", "2A000", "2B200",
        "7500", "750011", "9710", "971000", "F-75001", "75 00l", "７５００１", "٧٥٠٠١", "75001-", "75.001", "-75001",
        "75001\x00",
    ],
)  # fmt: skip
def test_any_other_postcode_is_refused(text: str) -> None:
    refuses(fields.postcode, text, "--postcode")


@given(st.text("0123456789", min_size=5, max_size=5))
def test_a_postcode_is_taken_where_its_department_exists(digits: str) -> None:
    departments = {f"{number:02}" for number in range(1, 96)}
    overseas = {*(f"97{number}" for number in range(1, 9)), "980", "986", "987", "988"}
    expected = digits[:2] in departments or digits[:3] in overseas
    try:
        assert fields.postcode(digits) == digits
        assert expected
    except BadField:
        assert not expected


# --- e-mail


@pytest.mark.parametrize(
    "text",
    [
        "a@b.fr",
        "jean.dupont+reprises@mail.exemple.fr",
        "O'Neil@exemple.fr",
        "x_1-2@ex-emple.co.uk",
        "é@école.fr",
        f"{'a' * 240}@exemple.fr",
    ],
)
def test_an_email_address_is_taken_as_it_is(text: str) -> None:
    assert fields.email(text) == text
    assert fields.email(f" \t{text}\n") == text


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "@", "a@", "@b.fr", "a@b", "a@b.", "a@.fr", "a@b..fr", "a@b.fr.", "a b@c.fr", "a@b c.fr", "a@b@c.fr",
        "a@b.fr, c@d.fr", "a@b.fr;c@d.fr", "Jean <a@b.fr>", "a@b.fr\nBcc: c@d.fr", f"{'a' * 250}@b.fr",
    ],
)  # fmt: skip
def test_what_is_no_email_address_is_refused(text: str) -> None:
    refuses(fields.email, text, "--email")


@pytest.mark.parametrize("text", ["a\x00b@exemple.fr", "jean\u200b@exemple.fr", "a@exem\x1bple.fr"])
def test_an_address_with_an_invisible_character_is_refused_and_not_kept_mended(text: str) -> None:
    refuses(fields.email, text, "--email")


@pytest.mark.parametrize("text", ["<a@b.fr>", "a@b.fr>", "a,b@c.fr", "a..b@c.fr", ".a@b.fr", "a@-b.fr", "a@b.fr,"])
def test_an_address_that_no_mail_server_takes_is_refused(text: str) -> None:
    refuses(fields.email, text, "--email")


# --- the rest


@pytest.mark.parametrize(("check", "flag"), [(fields.name, "--name"), (fields.line, "--line"), (fields.town, "--town")])
def test_a_text_that_must_be_filled_is_tidied_and_refused_when_empty(check: object, flag: str) -> None:
    assert check(f" Rue{NB}de  la\tPaix ") == "Rue de la Paix"  # type: ignore[operator]
    assert check("a\x1bb") == "a\ufffdb"  # type: ignore[operator]
    for empty in ("", " ", "\t\n", NB):
        refuses(check, empty, flag)


def test_the_second_line_of_an_address_may_be_empty() -> None:
    assert fields.complement(" ") == ""
    assert fields.complement(" Bât.  B ") == "Bât. B"


@pytest.mark.parametrize(
    ("text", "country"),
    [("France", "France"), ("FRANCE ", "France"), ("fr", "France"), ("monaco", "Monaco"), ("MC", "Monaco")],
)
def test_the_countries_of_pickups_are_known_in_any_spelling(text: str, country: str) -> None:
    assert fields.country(text) == country
    assert fields.country(country) == country


@pytest.mark.parametrize("text", ["", "Belgique", "F", "Francee", "FR MC", "Île-de-France"])
def test_any_other_country_is_refused(text: str) -> None:
    refuses(fields.country, text, "--country")


VALID = {
    "name": "Atelier",
    "siret": "73282932000074",
    "email": "a@b.fr",
    "phone": "0612345678",
    "line": "1 rue X",
    "complement": "",
    "postcode": "75001",
    "town": "Paris",
    "country": "France",
}


@pytest.mark.parametrize("key", VALID)
def test_what_a_field_gives_it_takes_again(key: str) -> None:
    check = {**fields.IDENTITY, **fields.PLACE}[key]
    assert check(check(VALID[key])) == check(VALID[key])
