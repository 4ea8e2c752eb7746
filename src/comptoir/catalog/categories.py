"""The categories: shipped with the program as TOML, extended or replaced by the shop's own file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from comptoir.catalog.diagnosis import Categories, Category, Choice, Option, Pickup, Question, Step
from comptoir.catalog.rules import Grade
from comptoir.core import money, toml
from comptoir.core.errors import UsageProblem
from comptoir.core.i18n import _
from comptoir.core.text import fold
from comptoir.core.toml import Kind

Entry = TypeVar("Entry")
SHIPPED = Path(__file__).with_name("categories.toml")
PARTS = ("questions", "transports", "payments", "steps", "categories")


TEXT, TEXTS, TABLES = Kind(str), Kind(list, str), Kind(list, dict)
OFFER = {
    "label": TEXT,
    "explanation": TEXT,
    "printed": Kind(str, optional=True),
    "price": Kind(str, optional=True),
}
FORMS: Mapping[str, toml.Form] = {
    "questions": {"text": TEXT, "choices": TABLES},
    "choices": {
        "key": TEXT,
        "label": TEXT,
        "grade": TEXT,
        "explanation": Kind(str, optional=True),
        "ends": Kind(bool, optional=True),
    },
    "transports": OFFER,
    "payments": OFFER,
    "steps": {"title": TEXT, "details": TEXTS},
    "categories": {
        "workshop": TEXT,
        "questions": TEXTS,
        "transports": TEXTS,
        "payments": TEXTS,
        "steps": TEXTS,
        "pickups": Kind(list, dict, optional=True),
    },
    "pickups": {"quantity": Kind(int), "text": TEXT, "where": Kind(dict, str, optional=True)},
}


class BadCategories(UsageProblem):
    """The shop's file of categories cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            _("cannot use the categories of `{path}`: {reason}").format(path=path, reason=reason),
            _("the shipped file shows the form: {path}").format(path=SHIPPED),
        )


def load(own: str) -> Categories:
    """Read the shipped categories, then the shop's file when there is one; raise BadCategories."""
    shipped = toml.read(SHIPPED)
    return toml.made_of(own, lambda data: _built(_merged(shipped, data)), BadCategories) if own else _built(shipped)


def _merged(shipped: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    for part, entries in own.items():
        if part not in PARTS:
            raise KeyError(part)
        toml.of_its_kind(part, entries, Kind(dict))
    # A category is found in any spelling: the shop's replaces the shipped one in any spelling too.
    replaced = {fold(label) for label in own.get("categories", {})}
    kept = {label: value for label, value in shipped["categories"].items() if fold(label) not in replaced}
    return {part: (kept if part == "categories" else shipped[part]) | own.get(part, {}) for part in PARTS}


def _built(data: Mapping[str, Mapping[str, Any]]) -> Categories:
    forms = {part: {key: _form(part, key, entry) for key, entry in data[part].items()} for part in PARTS}
    questions = {key: _question(key, entry) for key, entry in forms["questions"].items()}
    transports = {key: _offer(key, entry) for key, entry in forms["transports"].items()}
    payments = {key: _offer(key, entry) for key, entry in forms["payments"].items()}
    steps = {key: Step(entry["title"], tuple(entry["details"])) for key, entry in forms["steps"].items()}
    return {
        label: Category(
            label=label,
            workshop=entry["workshop"],
            questions=_picked(label, entry["questions"], questions),
            transports=_picked(label, entry["transports"], transports),
            payments=_picked(label, entry["payments"], payments),
            steps=tuple(steps[key] for key in entry["steps"]),
            pickups=tuple(Pickup(**_form("pickups", label, pickup)) for pickup in entry.get("pickups", [])),
        )
        for label, entry in forms["categories"].items()
    }


def _form(part: str, key: str, entry: object) -> dict[str, Any]:
    """Check an entry against the form of its part; raise ValueError or KeyError."""
    return toml.formed(f"{part}.{key}", entry, FORMS[part])


def _picked(label: str, keys: list[str], known: Mapping[str, Entry]) -> tuple[Entry, ...]:
    if not keys:
        raise ValueError(_("`{name}` leaves a list empty").format(name=label))
    return tuple(known[key] for key in keys)


def _question(key: str, entry: Mapping[str, Any]) -> Question:
    choices = [_form("choices", key, choice) for choice in entry["choices"]]
    keys = {fold(choice["key"]) for choice in choices}
    if not choices or len(keys) < len(choices):
        raise ValueError(_("`{name}` needs choices of different keys").format(name=key))
    return Question(
        key, entry["text"], tuple(Choice(**(choice | {"grade": Grade(choice["grade"])})) for choice in choices)
    )


def _offer(key: str, entry: Mapping[str, Any]) -> Option:
    price = money.parse(entry.get("price", "0.00"))
    if price < 0:
        raise ValueError(_("the price {written} is negative").format(written=entry["price"]))
    return Option(key, entry["label"], entry.get("printed", entry["label"]), entry["explanation"], price)
