"""The fiches and their products: shipped with the program as TOML, extended or changed by the shop's own file.

What is shipped is read from its JSON (`python -m comptoir.fiches` writes it anew), in a fifth of the time; beside
it stand the names that each product is found by.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from comptoir.core import money, toml
from comptoir.core.errors import UsageProblem
from comptoir.core.i18n import _
from comptoir.core.toml import Kind
from comptoir.fiches.rules import FICHES, Book, Fiche, Identifier, Moment, Point, Product, find_product, names, plain

SHIPPED = (Path(__file__).with_name("fiches.toml"), Path(__file__).with_name("products.toml"))
PARTS = ("fiches", "products")
QUICK = {part: Path(__file__).with_name(f"{part}.json") for part in (*PARTS, "names")}


POINT: toml.Form = {
    "label": Kind(str),
    "moment": Kind(str),
    "required": Kind(bool),
    "safety": Kind(bool, optional=True),
    "products": Kind(list, str, optional=True),
}
PRODUCT: toml.Form = {
    "label": Kind(str),
    "family": Kind(str),
    "fiche": Kind(int),
    "aliases": Kind(list, str, optional=True),
    "identifier": Kind(str, optional=True),
    "circular": Kind(bool, optional=True),
    "bonus": Kind(str, optional=True),
    "threshold": Kind(str, optional=True),
    "ecologic": Kind(str, optional=True),
    "ecosystem": Kind(str, optional=True),
}
FICHE: toml.Form = {"risks": Kind(str), "points": Kind(dict)}


class BadPoints(UsageProblem):
    """The shop's file of control points and products cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            _("cannot use the control points of `{path}`: {reason}").format(path=path, reason=reason),
            _("the shipped files show the form: {points}, {products}").format(points=SHIPPED[0], products=SHIPPED[1]),
        )


def load(own: str) -> Book:
    """Read the shipped fiches and products, then the shop's file when there is one; raise BadPoints."""
    shipped = {part: _quick(part) for part in PARTS}
    return toml.made_of(own, lambda data: _built(_changed(shipped, data)), BadPoints) if own else _built(shipped)


def product_called(text: str, own: str) -> Product:
    """Find a product by its key, label or alias, as `find_product` does, without making all of the shipped ones.

    Raises UnknownProduct, and BadPoints where the shop's file is wrong.
    """
    if not own:
        shipped = _quick("products")
        key = _quick("names").get(plain(text))
        if key:
            return _made(key, shipped[key])
    return find_product(text, load(own).products)


def written() -> dict[str, Any]:
    """Read what is shipped from its TOML, part by part, with the names of its products: what the JSON is made of."""
    found: dict[str, Any] = {}
    for path in SHIPPED:
        found |= toml.read(path)
    made = (_product(key, entry) for key, entry in found["products"].items())
    return found | {"names": {name: product.key for product in made for name in names(product)}}


def _quick(part: str) -> dict[str, Any]:
    entries: dict[str, Any] = json.loads(QUICK[part].read_text("utf-8"))
    return entries


def _changed(shipped: Mapping[str, Any], own: Mapping[str, object]) -> dict[str, Any]:
    """Put the shop's entries into the shipped ones, field by field; raise ValueError or KeyError."""
    for part in own:
        if part not in PARTS:
            raise KeyError(part)
    fiches = dict(shipped["fiches"])
    for number, fiche in _tables("fiches", own.get("fiches", {})):
        if number not in fiches:
            raise KeyError(f"fiches.{number}")
        points = _merged(f"fiches.{number}.points", fiches[number]["points"], fiche.get("points", {}))
        fiches[number] = fiches[number] | fiche | {"points": points}
    return {"fiches": fiches, "products": _merged("products", shipped["products"], own.get("products", {}))}


def _merged(place: str, shipped: Mapping[str, Any], own: object) -> dict[str, Any]:
    return dict(shipped) | {key: shipped.get(key, {}) | entry for key, entry in _tables(place, own)}


def _tables(place: str, entries: object) -> Iterable[tuple[str, dict[str, Any]]]:
    """Give the tables of a part by key; raise ValueError where there is something else."""
    for key, entry in toml.of_its_kind(place, entries, Kind(dict)).items():
        yield key, toml.of_its_kind(f"{place}.{key}", entry, Kind(dict))


def _built(data: Mapping[str, Mapping[str, Any]]) -> Book:
    products = {key: _product(key, entry) for key, entry in data["products"].items()}
    _check_names(products.values())
    fiches = {int(number): _fiche(int(number), entry) for number, entry in data["fiches"].items()}
    for fiche in fiches.values():
        _check_concerned(fiche, products)
    return Book(fiches, products)


def _fiche(number: int, entry: Mapping[str, Any]) -> Fiche:
    place = f"fiches.{number}"
    toml.formed(place, entry, FICHE)
    points = tuple(_point(f"{place}.points.{key}", key, point) for key, point in entry["points"].items())
    return Fiche(number, toml.filled(f"{place}.risks", entry["risks"]), points)


def _point(place: str, key: str, entry: Mapping[str, Any]) -> Point:
    toml.check_key(place, key)
    toml.formed(place, entry, POINT)
    toml.check_choice(f"{place}.moment", entry["moment"], Moment)
    return Point(
        key=key,
        label=toml.filled(f"{place}.label", entry["label"]),
        moment=Moment(entry["moment"]),
        required=entry["required"],
        safety=entry.get("safety", False),
        products=_texts(f"{place}.products", entry),
    )


def _product(key: str, entry: Mapping[str, Any]) -> Product:
    place = f"products.{key}"
    toml.check_key(place, key)
    toml.formed(place, entry, PRODUCT)
    toml.check_choice(f"{place}.fiche", entry["fiche"], FICHES)
    identifier = entry.get("identifier", Identifier.SERIAL.value)
    toml.check_choice(f"{place}.identifier", identifier, Identifier)
    return _made(key, entry)


def _made(key: str, entry: Mapping[str, Any]) -> Product:
    """Make a product of an entry whose form is right."""
    place = f"products.{key}"
    return Product(
        key=key,
        label=toml.filled(f"{place}.label", entry["label"]),
        family=toml.filled(f"{place}.family", entry["family"]),
        fiche=entry["fiche"],
        aliases=_texts(f"{place}.aliases", entry),
        identifier=Identifier(entry.get("identifier", Identifier.SERIAL)),
        circular=entry.get("circular", False),
        bonus=_euros(f"{place}.bonus", entry.get("bonus", "")),
        threshold=_euros(f"{place}.threshold", entry.get("threshold", "")),
        ecologic=entry.get("ecologic", "").strip(),
        ecosystem=entry.get("ecosystem", "").strip(),
    )


def _texts(name: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    listed = entry.get(name.rpartition(".")[2], [])
    return tuple(toml.filled(name, value) for value in listed)


def _euros(name: str, written: str) -> Decimal | None:
    if not written.strip():
        return None
    amount = money.parse(written)
    if amount <= 0:
        raise ValueError(_("`{name}` takes an amount above zero").format(name=name))
    return amount


def _check_names(products: Iterable[Product]) -> None:
    """Raise ValueError where a product cannot be told from another, or has a name without a letter."""
    taken: dict[str, str] = {}
    for product in products:
        for name in names(product):
            other = taken.setdefault(name, product.key)
            if other != product.key or not name:
                raise ValueError(
                    _("`{one}` and `{other}` are both called `{name}`").format(one=other, other=product.key, name=name)
                    if name
                    else _("`{name}` is empty").format(name=f"products.{product.key}.aliases")
                )


def _check_concerned(fiche: Fiche, products: Mapping[str, Product]) -> None:
    """Raise KeyError or ValueError where a point concerns a product that is unknown, or that another fiche covers."""
    for point in fiche.points:
        place = f"fiches.{fiche.number}.points.{point.key}"
        for key in point.products:
            if key not in products:
                raise KeyError(f"{place}.products.{key}")
            if products[key].fiche != fiche.number:
                raise ValueError(
                    _("`{name}`: `{product}` is covered by the fiche {number}").format(
                        name=place, product=key, number=products[key].fiche
                    )
                )
