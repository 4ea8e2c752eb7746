"""The categories: shipped with the program as TOML, extended or replaced by the shop's own file."""

import tomllib
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from comptoir.catalog.diagnosis import Categories, Category, Choice, Option, Pickup, Question, Step
from comptoir.catalog.rules import Grade
from comptoir.core.errors import UsageProblem, reason_of
from comptoir.core.i18n import _

SHIPPED = Path(__file__).with_name("categories.toml")
PARTS = ("questions", "transports", "payments", "steps", "categories")


class BadCategories(UsageProblem):
    """The shop's file of categories cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            _("cannot use the categories of `{path}`: {reason}").format(path=path, reason=reason),
            _("the shipped file shows the form: {path}").format(path=SHIPPED),
        )


def load(own: str) -> Categories:
    """Read the shipped categories, then the shop's file when there is one; raise BadCategories."""
    shipped = tomllib.loads(SHIPPED.read_text("utf-8"))
    if not own:
        return _built(shipped)
    path = Path(own).expanduser()
    try:
        added = tomllib.loads(path.read_text("utf-8"))
        return _built({part: shipped[part] | added.pop(part, {}) for part in PARTS} | added)
    except OSError as error:
        raise BadCategories(path, reason_of(error)) from error
    except KeyError as error:
        raise BadCategories(path, _("`{name}` is missing or unknown").format(name=error.args[0])) from error
    except (ValueError, TypeError, InvalidOperation) as error:
        raise BadCategories(path, str(error)) from error


def _built(data: dict[str, Any]) -> Categories:
    for part in data:
        if part not in PARTS:
            raise KeyError(part)
    questions = {key: _question(key, value) for key, value in data["questions"].items()}
    transports = {key: _option(key, value) for key, value in data["transports"].items()}
    payments = {key: _option(key, value) for key, value in data["payments"].items()}
    steps = {key: Step(value["title"], tuple(value["details"])) for key, value in data["steps"].items()}
    return {
        label: Category(
            label=label,
            workshop=value["workshop"],
            questions=tuple(questions[key] for key in value["questions"]),
            transports=tuple(transports[key] for key in value["transports"]),
            payments=tuple(payments[key] for key in value["payments"]),
            steps=tuple(steps[key] for key in value["steps"]),
            pickups=tuple(Pickup(**pickup) for pickup in value.get("pickups", [])),
        )
        for label, value in data["categories"].items()
    }


def _question(key: str, value: dict[str, Any]) -> Question:
    choices = tuple(Choice(**(choice | {"grade": Grade(choice["grade"])})) for choice in value["choices"])
    return Question(key, value["text"], choices)


def _option(key: str, value: dict[str, Any]) -> Option:
    return Option(
        key=key,
        label=value["label"],
        printed=value.get("printed", value["label"]),
        explanation=value["explanation"],
        price=Decimal(value.get("price", "0.00")),
    )
