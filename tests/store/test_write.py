"""Writes without the ORM: one transaction in its turn, all or nothing, beside those of the ORM."""

import sqlite3
import threading
from pathlib import Path

import pytest

from comptoir.store.engine import driver, transaction
from comptoir.store.read import reading
from comptoir.store.write import Store, writing

SELLER = "INSERT INTO reseller (siret, name, email, phone, created_at) VALUES (?, 'A', '', '', '2026-11-22')"


def sirets(path: Path) -> list[str]:
    with reading(path) as reader:
        return reader.values("SELECT siret FROM reseller ORDER BY siret")


def test_what_is_written_is_committed_at_the_end(shop: Path) -> None:
    with writing(shop) as connection:
        connection.execute(SELLER, ["1"])
        assert sirets(shop) == []
    assert sirets(shop) == ["1"]


def _interrupted(store: Store) -> None:
    with store.transaction() as connection:
        connection.execute(SELLER, ["1"])
        raise KeyboardInterrupt


def _homeless(store: Store) -> None:
    """Write an address of nobody, which is only found at the commit."""
    columns = "reseller_id, line, complement, postcode, town, country"
    with store.transaction() as connection:
        connection.execute("PRAGMA defer_foreign_keys = ON")
        connection.execute(f"INSERT INTO address ({columns}) VALUES (9, '', '', '', '', '')")


def test_any_exception_rolls_everything_back_and_the_store_goes_on(shop: Path) -> None:
    with Store.open(shop) as store:
        with pytest.raises(KeyboardInterrupt):
            _interrupted(store)
        with store.transaction() as connection:
            connection.execute(SELLER, ["2"])
    assert sirets(shop) == ["2"]


def test_a_transaction_that_cannot_be_committed_is_rolled_back(shop: Path) -> None:
    with Store.open(shop) as store:
        with pytest.raises(sqlite3.IntegrityError):
            _homeless(store)
        with store.transaction() as connection:
            connection.execute(SELLER, ["2"])
    assert sirets(shop) == ["2"]


def test_a_store_that_stays_open_reads_what_others_wrote_since(shop: Path) -> None:
    with Store.open(shop) as store:
        assert store.reader.values("SELECT count(*) FROM reseller") == [0]
        with transaction(shop) as session:
            driver(session).execute(SELLER, ["1"])
        assert store.reader.values("SELECT count(*) FROM reseller") == [1]


def test_the_rules_of_the_house_hold_there_too(shop: Path) -> None:
    with writing(shop) as connection:
        held = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "foreign_keys")}
        assert held == {"synchronous": 2, "foreign_keys": 1}
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_both_kinds_of_writers_take_the_same_turns(shop: Path) -> None:
    def with_the_orm() -> None:
        for number in range(20):
            with transaction(shop) as session:
                driver(session).execute(SELLER, [f"a{number}"])

    def without() -> None:
        with Store.open(shop) as store:
            for number in range(20):
                with store.transaction() as connection:
                    connection.execute(SELLER, [f"b{number}"])

    threads = [threading.Thread(target=work) for work in (with_the_orm, without)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(sirets(shop)) == 40
