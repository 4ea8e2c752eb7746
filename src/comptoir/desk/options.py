"""Options that travel together: a dataclass in a command's signature becomes one option for each field."""

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any, get_type_hints


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command whose dataclass parameters are replaced by their fields, as keyword options."""
    hints = get_type_hints(command, include_extras=True)
    bundles = {name: hint for name, hint in hints.items() if is_dataclass(hint) and isinstance(hint, type)}
    parameters = []
    for name, parameter in inspect.signature(command).parameters.items():
        if name in bundles:
            parameters += _options(bundles[name])
        else:
            parameters.append(parameter.replace(annotation=hints[name]))
    parameters.sort(key=lambda parameter: parameter.default is not inspect.Parameter.empty)

    @wraps(command)
    def gathered(**values: Any) -> None:  # noqa: ANN401 - whatever Typer parsed
        for name, bundle in bundles.items():
            values[name] = bundle(**{field.name: values.pop(field.name) for field in fields(bundle)})
        command(**values)

    del gathered.__wrapped__  # inspect must see the options, not the bundles
    gathered.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what inspect looks for
    gathered.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return gathered


def _options(bundle: type) -> list[inspect.Parameter]:
    hints = get_type_hints(bundle, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=field.default if field.default_factory is field.default else _default(field),
            annotation=hints[field.name],
        )
        for field in fields(bundle)
    ]


def _default(field: Any) -> Any:  # noqa: ANN401 - a dataclass field and its default
    return field.default_factory() if callable(field.default_factory) else field.default
