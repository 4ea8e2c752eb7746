"""Keyrings that hold a secret, or that nobody can open."""

from collections.abc import Callable, Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

Ring = Callable[[KeyringBackend], None]


class InMemory(KeyringBackend):
    """A keyring that holds one secret of the program's."""

    priority = 1

    def __init__(self, name: str = "", secret: str = "") -> None:
        super().__init__()
        self._held = {("comptoir", name): secret}

    def get_password(self, service: str, username: str) -> str | None:
        return self._held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


class Locked(InMemory):
    """A keyring that cannot be opened."""

    def get_password(self, *_named: str) -> str | None:
        raise keyring.errors.KeyringLocked


@pytest.fixture
def ring() -> Iterator[Ring]:
    """Give the function that puts another keyring in its place."""
    before = keyring.core._keyring_backend
    keyring.set_keyring(NoKeyring())
    yield keyring.set_keyring
    keyring.core._keyring_backend = before
