"""A shop with e-mails and text messages to send, and what it takes to send them."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from comptoir.desk.paper import Heading, Paper, to_content
from comptoir.store.documents import issue
from comptoir.store.engine import engine, transaction
from comptoir.store.migrations import upgrade
from comptoir.store.outbox import post, post_sms

from .gateway_server import GatewayServer
from .mail_server import MailServer

MOMENT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COMPTOIR_SHOP_EMAIL", "comptoir@exemple.fr")
    monkeypatch.setenv("COMPTOIR_SMTP_SECURITY", "none")
    monkeypatch.setenv("COMPTOIR_AT", "2026-11-20T10:00:00+00:00")
    yield
    engine.cache_clear()


@pytest.fixture(scope="session")
def _created(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("created") / "shop.db"
    upgrade(path)
    return path


@pytest.fixture
def shop(_created: Path, tmp_path: Path) -> Path:
    """A database just created, at rest, where the commands of this test look."""
    path = tmp_path / "shop.db"
    shutil.copy(_created, path)
    return path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server that the settings name."""
    with MailServer() as server:
        monkeypatch.setenv("COMPTOIR_SMTP_HOST", server.host)
        yield server


@pytest.fixture
def posts(shop: Path) -> Callable[..., None]:
    """Give the function that puts e-mails into the outbox: `posts(3)`, `posts(1, recipient="...")`."""

    def put(count: int = 1, **given: Any) -> None:
        """Put e-mails, each with its paper."""
        with transaction(shop) as session:
            for place in range(1, count + 1):
                name = given.get("name", "mail")
                paper = Paper(f"Pré-accord {place}", "Comptoir", MOMENT.isoformat(), (Heading("Retour"),))
                issue(session, f"{name}{place}", "agreement", to_content(paper), moment=MOMENT)
                letter = {
                    "subject": f"Pré-accord {place}",
                    "text": "Bonjour,\n\n.\nÀ bientôt\n",
                    "message_id": f"<{name}{place}@exemple.fr>",
                    "papers": [[f"{name}{place}", "agreement", f"pre-accord-{place}.pdf"]],
                }
                recipient = given.get("recipient", f"client{place}@exemple.fr")
                moment = given.get("moment", MOMENT)
                post(session, f"{name}-{place}", recipient, letter | given.get("letter", {}), moment=moment)

    return put


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[GatewayServer]:
    """An SMS gateway that the settings name."""
    with GatewayServer() as gateway:
        monkeypatch.setenv("COMPTOIR_SMS_URL", gateway.url)
        yield gateway


@pytest.fixture
def texts(shop: Path) -> Callable[..., None]:
    """Give the function that puts text messages into the outbox: `texts(3)`, `texts(1, number="...")`."""

    def put(count: int = 1, name: str = "sms", number: str = "", text: str = "Votre appareil est prêt.") -> None:
        """Put text messages, the first one to +33600000001."""
        with transaction(shop) as session:
            for place in range(1, count + 1):
                post_sms(session, f"{name}-{place}", number or f"+336{place:08}", text, moment=MOMENT)

    return put


@pytest.fixture
def kept(shop: Path) -> Callable[..., list[Any]]:
    """Give the function that reads the outbox: `kept("state")` lists a column, in the order of numbers."""

    def read(column: str = "state") -> list[Any]:
        """Read a column."""
        with closing(sqlite3.connect(shop)) as connection:
            return [row[0] for row in connection.execute(f"SELECT {column} FROM outbox ORDER BY id")]

    return read


@pytest.fixture
def change(shop: Path) -> Callable[[str], None]:
    """Give the function that changes the outbox behind the program's back."""

    def write(assignment: str) -> None:
        """Change every row."""
        with closing(sqlite3.connect(shop)) as connection, connection:
            connection.execute(f"UPDATE outbox SET {assignment}")

    return write
