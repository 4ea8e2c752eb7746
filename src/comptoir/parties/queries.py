"""Reads of resellers and addresses."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from comptoir.core.refs import typed
from comptoir.parties.rules import UnknownConsumer, UnknownReseller, enveloped

if TYPE_CHECKING:
    from comptoir.store.read import Reader


MOST_OFFERED = 30  # customers among whom one is picked
DIALLED = 9  # digits of a French number after its country code or its 0: overseas, the code alone tells the region
_NUMBER = re.compile(r"\+?[\d\s().\-/]+", re.ASCII)


class ResellerRow(NamedTuple):
    """A reseller."""

    id: int
    siret: str
    name: str
    email: str
    phone: str


class AddressRow(NamedTuple):
    """A pickup address of a reseller."""

    id: int
    line: str
    complement: str
    postcode: str
    town: str
    country: str

    @property
    def lines(self) -> tuple[str, ...]:
        """Give the address as an envelope writes it."""
        return enveloped({key: getattr(self, key) for key in ("line", "complement", "postcode", "town", "country")})


_RESELLER = "SELECT id, siret, name, email, phone FROM reseller"
_ADDRESS = "SELECT id, line, complement, postcode, town, country FROM address WHERE reseller_id = :reseller"


def resellers(reader: "Reader") -> Iterator[ResellerRow]:
    """List every reseller by name."""
    return reader.rows(f"{_RESELLER} ORDER BY name, siret", ResellerRow)


def matching(reader: "Reader", key: str) -> list[ResellerRow]:
    """List the resellers of a SIRET, or else those whose name holds the text, accents and capitals aside."""
    exact = list(reader.rows(f"{_RESELLER} WHERE siret = :siret", ResellerRow, siret=typed(key)))
    if exact:
        return exact
    sql = f"{_RESELLER} WHERE :key <> '' AND instr(fold(name), fold(:key)) ORDER BY name, siret"
    found = list(reader.rows(sql, ResellerRow, key=key.strip()))
    same = [row for row in found if row.name.casefold() == key.strip().casefold()]
    return same or found


def single(reader: "Reader", key: str) -> ResellerRow:
    """Give the one reseller that answers to a SIRET or a name; raise UnknownReseller with the candidates."""
    found = matching(reader, key)
    if len(found) != 1:
        raise UnknownReseller(key, [f"{row.name} ({row.siret})" for row in found])
    return found[0]


def addresses(reader: "Reader", reseller: int) -> list[AddressRow]:
    """List a reseller's addresses, the last one given first."""
    return list(reader.rows(f"{_ADDRESS} ORDER BY id DESC", AddressRow, reseller=reseller))


def sirets(reader: "Reader", start: str, limit: int) -> list[str]:
    """List the SIRETs that begin so, for completion."""
    sql = "SELECT siret FROM reseller WHERE substr(siret, 1, length(:start)) = :start ORDER BY siret LIMIT :limit"
    return reader.values(sql, start=typed(start), limit=limit)


class ConsumerRow(NamedTuple):
    """A private person whose devices are repaired."""

    id: int
    title: str
    last_name: str
    first_name: str
    email: str
    phone: str
    line: str
    complement: str
    postcode: str
    town: str
    country: str

    @property
    def name(self) -> str:
        """Give the person's name as an envelope writes it."""
        return " ".join(part for part in (self.title, self.first_name, self.last_name) if part)


_CONSUMER = (
    "SELECT id, title, last_name, first_name, email, phone, line, complement, postcode, town, country FROM consumer"
)


def consumers(reader: "Reader", key: str) -> list[ConsumerRow]:
    """List the consumers of an e-mail or a phone number, or else those whose name holds the text, any accents.

    By their name, one more than may be offered at most; a blank text is of nobody.
    """
    key = key.strip()
    if not key:
        return []
    exact = (
        f"{_CONSUMER} WHERE fold(email) = fold(:key) OR (:dialled <> '' AND substr(phone, -{DIALLED}) = :dialled) "
        "ORDER BY id DESC"
    )
    found = list(reader.rows(exact, ConsumerRow, key=key, dialled=_dialled(key)))
    if found:
        return found
    sql = (
        f"{_CONSUMER} WHERE instr(fold(first_name || ' ' || last_name), fold(:key)) "
        "ORDER BY last_name, first_name, id LIMIT :most"
    )
    return list(reader.rows(sql, ConsumerRow, key=key, most=MOST_OFFERED + 1))


def consumer(reader: "Reader", key: str) -> ConsumerRow:
    """Give the one consumer that answers to an e-mail, a phone or a name; raise UnknownConsumer with the candidates."""
    found = consumers(reader, key)
    if len(found) != 1:
        raise UnknownConsumer(key, [f"{row.name} ({row.email})" for row in found])
    return found[0]


def _dialled(text: str) -> str:
    """Give what a number of any French region ends with, however it is dialled; nothing where a text is none."""
    digits = re.sub(r"\D", "", text, flags=re.ASCII)
    return digits[-DIALLED:] if _NUMBER.fullmatch(text) and len(digits) >= DIALLED else ""
