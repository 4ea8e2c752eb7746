"""Numbers people read aloud and scanners read back, each with its check character."""

IN_STORE = "2"
NUMBER_LENGTH = 13
SHOP_DIGITS = 4
SEQUENCE_DIGITS = 7
IMEI = 15
GTIN = 14  # the digits that every article number is brought to
GTIN_LENGTHS = frozenset({8, 12, 13, GTIN})  # EAN-8, UPC-A, EAN-13, ITF-14


def check_digit(digits: str) -> str:
    """Give the EAN check digit of the digits before it (GS1 General Specifications, 7.9)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def is_number(text: str) -> bool:
    """Tell whether a text is 13 ASCII digits with a right EAN-13 check digit."""
    good = len(text) == NUMBER_LENGTH and text.isascii() and text.isdigit()
    return good and check_digit(text[:-1]) == text[-1]


def is_proved(digits: str) -> bool:
    """Tell whether a text is ASCII digits, not all zeros, that end with a right check digit."""
    good = digits.isascii() and digits.isdigit() and digits.strip("0")
    return bool(good) and check_digit(digits[:-1]) == digits[-1]


def gtin(text: str) -> str:
    """Give the 14 digits of an EAN-8, UPC-A, EAN-13 or GTIN-14 whose check digit is right, else nothing."""
    return text.zfill(GTIN) if len(text) in GTIN_LENGTHS and is_proved(text) else ""


def is_imei(text: str) -> bool:
    """Tell whether a text is a phone's number: 15 digits and a right Luhn digit (3GPP TS 23.003, B)."""
    # Ours and not python-stdnum's: importing that costs 35 ms, and the first scan would wait for it.
    if len(text) != IMEI or not (text.isascii() and text.isdigit() and text.strip("0")):
        return False
    doubled = (2 * int(digit) for digit in text[-2::-2])
    return (sum(map(int, text[::2])) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0  # noqa: PLR2004 - one digit


def upc_e(text: str) -> str:
    """Give the 12 digits of the UPC-A that a UPC-E of 8 digits stands for (GS1 General Specifications, 5.2.2.4.2)."""
    system, body, last, check = text[0], text[1:6], text[6], text[7]
    if last in "012":
        number = body[:2] + last + "0000" + body[2:]
    elif last in "34":
        kept = int(last)
        number = body[:kept] + "00000" + body[kept:]
    else:
        number = body + "0000" + last
    return system + number + check


def in_store_number(shop: int, sequence: int) -> str:
    """Make an EAN-13 of the in-store range: 2, four digits of the shop, seven of a counter, check digit.

    Raises ValueError where one of them has too many digits.
    """
    body = f"{IN_STORE}{shop:0{SHOP_DIGITS}}{sequence:0{SEQUENCE_DIGITS}}"
    if len(body) != NUMBER_LENGTH - 1:
        raise ValueError(body)
    return body + check_digit(body)


def sequence_of(number: str) -> int:
    """Give the counter inside an in-store number."""
    return int(number[1 + SHOP_DIGITS : -1])


def typed(text: str) -> str:
    """Give a reference as typed or read aloud, without blanks, dots or dashes, in capitals."""
    return "".join(c for c in text if not c.isspace() and c not in ".-_/").upper()
