"""What two organisms publish, in small: who has which brand is told by ecosystem, for each product."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from comptoir.core.acting import By
from comptoir.organisms import services
from comptoir.organisms.published import (
    UNSAID,
    AmountRow,
    BrandRow,
    CodeRow,
    ProductRow,
    Reference,
    SheetRow,
    SiteRow,
)
from comptoir.organisms.statuses import AmountKind, CodeKind, Organism
from comptoir.store.engine import engine
from comptoir.store.migrations import upgrade
from comptoir.store.write import writing

AT = "2026-03-10T10:00"
BY = By("test", datetime(2026, 3, 10, 9, tzinfo=UTC))
ECOLOGIC = Reference(
    products=(
        ProductRow("EEE.M4.033", "Lave-linge", "2022-01-01T00:00:00", "9999-12-31T00:00:00"),
        ProductRow("EEE.M6.060", "Téléphone portable", "2022-01-01T00:00:00", "9999-12-31T00:00:00"),
        ProductRow("EEE.M2.061", "Téléviseur", "2023-01-01", ""),
        ProductRow("EEE.M4.002", "Rameur", "2023-01-01", ""),
    ),
    brands=(
        BrandRow("", "243", "Apple"),
        BrandRow("", "12", "Brandt"),
        BrandRow("", "77", "De'Longhi"),
        BrandRow("", "90", "Thomson"),
    ),
    codes=(
        CodeRow("EEE.M4.033", CodeKind.SYMPTOM, "XX5", "Fuite"),
        CodeRow("EEE.M4.033", CodeKind.REPAIR, "PSP", "Pompe"),
        CodeRow("EEE.M6.060", CodeKind.SYMPTOM, "E7", "Écran"),
        CodeRow("EEE.M6.060", CodeKind.REPAIR, "CAS", "Écran cassé"),
    ),
    sites=(SiteRow("5f0c", "Atelier du Canal", "35000", "Rennes"),),
)
ECOSYSTEM = Reference(
    products=(
        ProductRow("3016", "Téléphone mobile", "2022-12-15", "", "7"),
        ProductRow("2001", "Lave-linge", "2022-12-15", "", "1"),
        ProductRow("2002", "Lave-linge séchant", "2022-12-15", "", "1"),
        ProductRow("4001", "Téléviseur", "2022-12-15", "2025-12-31", "4"),
        ProductRow("5001", "Machine à expresso", "2022-12-15", "", "3"),
    ),
    brands=(
        BrandRow("2001", "SAMSUNG", "Samsung"),
        BrandRow("2001", "BRANDT", "Brandt", 0),
        BrandRow("2001", "THOMSON", "Thomson", UNSAID),
        BrandRow("2001", "0000", "Marque inconnue"),
        BrandRow("3016", "SAMSUNG", "Samsung", 0),
        BrandRow("4001", "SAMSUNG", "Samsung"),
        BrandRow("5001", "SAMSUNG", "Samsung"),
    ),
    codes=(
        CodeRow("2001", CodeKind.REPAIR, "01", "Remplacement de la pompe"),
        CodeRow("2001", CodeKind.REPAIR, "02", "Remplacement du joint"),
    ),
    amounts=(
        AmountRow("2001", AmountKind.BONUS, "2024-01-01", "2025-12-31", Decimal(50)),
        AmountRow("2001", AmountKind.BONUS, "2026-01-01", "", Decimal("61.25")),
        AmountRow("2001", AmountKind.THRESHOLD, "2026-01-01", "", Decimal(100)),
        AmountRow("4001", AmountKind.BONUS, "2024-01-01", "", Decimal(60)),
    ),
    sites=(SiteRow("2000001", "Atelier", "35000", "RENNES", "2000001"),),
    sheets=(
        SheetRow("2000001", "1", "F-1", "GEM - Sans fluides", "2023-06-01", "2026-12-31"),
        SheetRow("2000001", "4", "F-4", "TV", "2024-01-01", ""),
        SheetRow("2000001", "3", "F-3", "PEM", "2020-01-01", "2024-12-31"),
    ),
)
PUBLISHED = {Organism.ECOLOGIC: ECOLOGIC, Organism.ECOSYSTEM: ECOSYSTEM}


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COMPTOIR_AT", AT)
    yield
    engine.cache_clear()


@pytest.fixture(scope="session")
def created(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base without a row; never written again."""
    path = tmp_path_factory.mktemp("created") / "shop.db"
    upgrade(path)
    return path


@pytest.fixture
def shop(created: Path, tmp_path: Path) -> Path:
    """An empty base, where the commands of this test look."""
    return Path(shutil.copy(created, tmp_path / "shop.db"))


@pytest.fixture
def fetched(shop: Path) -> Path:
    """A base with what both organisms publish."""
    for organism, reference in PUBLISHED.items():
        fetch(shop, organism, reference)
    return shop


def fetch(path: Path, organism: Organism, reference: Reference, by: By = BY, *, again: bool = False) -> None:
    """Put a catalogue in, as if it had been fetched."""
    with writing(path) as connection:
        services.replace(connection, organism, reference, f"https://{organism}.example", by, again=again)
