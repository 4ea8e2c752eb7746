"""What speaking to the organisms takes: settings, secrets, and the client that stands ready."""

import asyncio
import os
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from comptoir.core.clock import Clock
from comptoir.core.errors import ComptoirError
from comptoir.desk import Desk
from comptoir.desk.output import Output
from comptoir.desk.settings import BadSetting, load
from comptoir.organisms.access import (
    BadOrganismKey,
    NoOrganismSecret,
    NoOrganismUser,
    ecologic_access,
    ecosystem_access,
)
from comptoir.organisms.clients import opened
from comptoir.organisms.statuses import Organism
from comptoir.sandbox.reference import API_KEY, PASSWORD, USERNAME

from .conftest import Counter

KEPT = {"ecologic_key": "k3y", "ecosystem_password": "p4ss"}
PASS = {"ecosystem_password": "p"}


class InMemory(KeyringBackend):
    """A keyring that holds both secrets."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return KEPT.get(username) if service == "comptoir" else None

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


@pytest.fixture(autouse=True)
def ring() -> Iterator[Callable[[KeyringBackend], None]]:
    """Give the function that puts another keyring in its place; there is none by default."""
    before = keyring.core._keyring_backend
    keyring.set_keyring(NoKeyring())
    yield keyring.set_keyring
    keyring.core._keyring_backend = before


def resolved(gather: Callable[..., Any], **given: str) -> Any:
    environment = {f"COMPTOIR_{name.upper()}": value for name, value in given.items()}
    return gather(load({}, {"COMPTOIR_CONFIG": "/none", **environment}), environment)


def test_by_default_the_real_ones_are_spoken_to() -> None:
    ecologic = resolved(ecologic_access, ecologic_key=" k \n")
    assert (ecologic.url, ecologic.claims_url) == ("https://apiecologic.e-reparateur.eco/api/v1/ecosupport", "")
    assert ecologic.key == "k"
    ecosystem = resolved(ecosystem_access, ecosystem_user=" 2000101 ", **PASS)
    assert ecosystem.url == "https://prod-api-reparateurs.ecosystem.eco"
    assert (ecosystem.user, ecosystem.password) == ("2000101", PASS["ecosystem_password"])


def test_a_secret_comes_from_the_environment_else_from_the_keyring(ring: Callable[[KeyringBackend], None]) -> None:
    ring(InMemory())
    assert resolved(ecologic_access).key == "k3y"
    assert resolved(ecosystem_access, ecosystem_user="u").password == KEPT["ecosystem_password"]
    assert resolved(ecologic_access, ecologic_key="given").key == "given"
    assert resolved(ecosystem_access, ecosystem_user="u", **PASS).password == "p"  # noqa: S105 - of nobody


def test_what_lacks_is_told_with_where_it_is_given() -> None:
    for gather, hint in ((ecologic_access, "COMPTOIR_ECOLOGIC_KEY"), (ecosystem_access, "COMPTOIR_ECOSYSTEM_PASSWORD")):
        with pytest.raises(NoOrganismSecret) as refused:
            resolved(gather, ecosystem_user="u")
        assert hint in (refused.value.hint or "")
        assert "keyring set comptoir eco" in (refused.value.hint or "")
        assert refused.value.exit_code == 2
    with pytest.raises(NoOrganismUser) as nobody:
        resolved(ecosystem_access, **PASS)
    assert "ecosystem_user" in (nobody.value.hint or "")


@pytest.mark.parametrize("key", ["sésame", "a\nb", "a\x00"])
def test_a_key_that_no_header_can_have_is_told_and_not_shown(key: str) -> None:
    with pytest.raises(BadOrganismKey) as refused:
        resolved(ecologic_access, ecologic_key=key)
    assert key not in str(refused.value)


def test_no_secret_is_in_a_trace() -> None:
    found = (resolved(ecologic_access, **KEPT), resolved(ecosystem_access, ecosystem_user="u", **KEPT))
    assert all(secret not in f"{found!r} {found}" for secret in KEPT.values())


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://a.fr/api/v1/ecosupport/", "https://a.fr/api/v1/ecosupport"),
        ("  https://A.fr  ", "https://a.fr"),
        ("http://127.0.0.1:8080/x/", "http://127.0.0.1:8080/x"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_an_address_is_taken(written: str, url: str) -> None:
    assert resolved(ecologic_access, ecologic_url=written, ecologic_key="k").url == url
    given = {"ecosystem_user": "u", "ecosystem_password": "p"}
    assert resolved(ecosystem_access, ecosystem_url=written, **given).url == url


@pytest.mark.parametrize(
    "written",
    ["a.fr", "http://a.fr/", "ftp://a.fr", "https://", "https://a.fr/?x=1", "https://a b.fr", "http://10.0.0.1"],
)
@pytest.mark.parametrize("name", ["ecologic_url", "ecosystem_url"])
def test_what_is_no_address_or_is_in_the_clear_is_refused(name: str, written: str) -> None:
    given = {"ecologic_key": "k", "ecosystem_user": "u", "ecosystem_password": "p", name: written}
    with pytest.raises(BadSetting, match=name):
        resolved(ecologic_access if name == "ecologic_url" else ecosystem_access, **given)


def test_an_address_of_lists_may_ask_something_but_holds_no_password() -> None:
    given = {"ecologic_key": "k", "ecologic_claims_url": "https://a.fr/list?x=1"}
    assert resolved(ecologic_access, **given).claims_url == "https://a.fr/list?x=1"
    with pytest.raises(BadSetting, match="COMPTOIR_ECOLOGIC_KEY") as refused:
        resolved(ecologic_access, **{**given, "ecologic_claims_url": "https://me:s3cret@a.fr/"})
    assert "s3cret" not in refused.value.message


@pytest.fixture
def desk() -> Desk:
    return Desk({}, Clock(), Output(StringIO(), StringIO(), os.environ), no_input=True)


@pytest.fixture
def account(sandbox: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both accounts of the sandbox, in the environment."""
    given = {
        "ECOLOGIC_URL": sandbox.ecologic, "ECOLOGIC_KEY": API_KEY, "ECOSYSTEM_URL": sandbox.ecosystem,
        "ECOSYSTEM_USER": USERNAME, "ECOSYSTEM_PASSWORD": PASSWORD,
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(f"COMPTOIR_{name}", value)


@pytest.mark.parametrize("organism", Organism)
@pytest.mark.usefixtures("account")
def test_a_client_stands_ready(desk: Desk, organism: Organism) -> None:
    async def asks() -> tuple[Organism, Any]:
        async with opened(desk, organism) as client:
            return client.organism, await client.reference(lambda _told: None)

    named, reference = asyncio.run(asks())
    assert named is organism
    assert reference.products


@pytest.mark.parametrize("organism", Organism)
def test_a_client_without_an_account_is_refused_before_anything_is_asked(desk: Desk, organism: Organism) -> None:
    async def asks() -> None:
        async with opened(desk, organism):
            pytest.fail("nobody should get here")

    with pytest.raises(ComptoirError) as refused:
        asyncio.run(asks())
    assert refused.value.exit_code == 2
