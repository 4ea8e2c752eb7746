"""Modules that are imported when they are first used: what writes or draws must not weigh on what reads."""

from importlib import import_module
from typing import Any


class later:  # noqa: N801 - used like a function
    """Stand for a module until one of its names is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401 - whatever the module holds
        return getattr(import_module(self._name), attribute)
