"""What a command may import: reads start fast because they load little."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
HEAVY = (
    "sqlmodel",
    "sqlalchemy",
    "pydantic",
    "alembic",
    "questionary",
    "fpdf",
    "barcode",
    "rich",
    "stdnum",
    "phonenumbers",
    "biip",
    "cv2",
    "numpy",
    "zxingcpp",
    "pyzbar",
    "serial",
    "evdev",
    "holidays",
    "jinja2",
    "keyring",
    "httpx",
    "smtplib",
    "defusedxml",
)
STATEMENT = Path(__file__).parent / "payments" / "statements" / "signed.csv"
IN_TIME = ("--at", "2021-12-10T10:00")  # the counter is open, and the windows of the sample's notes too
NUMBER = "2000000000015"
GOOD = ("-a", "works=yes", "-a", "screen=very_good", "-a", "shell=very_good")


CONSUMER = (
    "--title", "M.", "--last-name", "Martin", "--first-name", "Noé", "--email", "n@b.fr", "--phone", "0600000000",
)  # fmt: skip
DEVICE = (
    "-p", "lave-linge", "-b", "Bosch", "-s", "FD-1", "--warranty", "none",
    "--service", "x", "--fault", "y", "--no-bonus",
)  # fmt: skip
BOUGHT = ("--origin", "new", "--supplier", "Ouest", "--invoice", "F-1", "--cost", "10")


def comptoir(*arguments: str, database: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command and print, last on stderr, the modules it loaded."""
    code = (
        "import sys\nfrom comptoir.__main__ import main\n"
        "try:\n main()\n"
        "finally:\n sys.stderr.write('\\nLOADED ' + ' '.join(sorted(sys.modules)))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={"PATH": "/usr/bin:/bin", "COMPTOIR_DATABASE": str(database), "COMPTOIR_LANG": "fr", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def loaded(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Give the top packages that a command loaded."""
    return {module.partition(".")[0] for module in done.stderr.rpartition("LOADED ")[2].split()}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    database = tmp_path_factory.mktemp("shop") / "shop.db"
    seller = ("--name", "Micro", "--siret", "00011122900001", "--email", "a@b.fr", "--phone", "0600000000")
    place = ("--line", "1 rue A", "--postcode", "77090", "--town", "Collégien")
    for arguments in (
        ("catalog", "import", str(EXAMPLES / "catalogue.csv")),
        ("delivery", "import", str(EXAMPLES / "deliveries.csv")),
        ("buyback", "add", "9KZCT73K", *GOOD),
        ("buyback", "validate", *seller, *place, "--yes"),
        (*IN_TIME, "returns", "add", "255101988", "0986479113", "-r", "ordered_by_mistake"),
        (*IN_TIME, "returns", "send", "--email", "a@b.fr", "--yes"),
        (*IN_TIME, "returns", "add", "255087226", "--all"),
        ("repair", "intake", *CONSUMER, *place, *DEVICE),
        ("repair", "technician", "add", "Ana", "--fiche", "1"),
        ("repair", "parts", "buy", "P-1", "--designation", "Pompe", *BOUGHT),
        ("qualirepar", "payments", "import", str(STATEMENT)),
    ):
        assert comptoir(*arguments, database=database).returncode == 0
    return database


READS = [
    ("--version",),
    ("catalog", "search", "thinkpad"),
    ("catalog", "search", "thinkapd"),
    ("catalog", "show", "9KZCT73K"),
    ("buyback", "basket"),
    ("buyback", "list"),
    ("buyback", "list", "--json"),
    ("buyback", "list", "--since", "7d", "--excel"),
    ("buyback", "show", NUMBER),
    ("buyback", "show", "15", "--json"),
    ("delivery", "list", "--since", "2021-11-01"),
    ("delivery", "show", "255101988"),
    ("delivery", "find", "0986424707"),
    ("delivery", "export", "--since", "2021-11-01"),
    ("returns", "basket"),
    ("returns", "saved"),
    ("returns", "reasons"),
    ("returns", "eligible", "255101988", "--explain"),
    ("returns", "list", "--open"),
    ("returns", "list", "--json"),
    ("returns", "show", "20000011"),
    ("returns", "export", "--since", "2021-12-01"),
    ("returns", "reconcile", "--due"),
    ("repair", "list", "--open"),
    ("repair", "list", "--since", "7d", "--json"),
    ("repair", "show", "17"),
    ("repair", "export"),
    ("repair", "comebacks"),
    ("repair", "checklist", "17"),
    ("repair", "files", "17"),
    ("repair", "sales"),
    ("repair", "fiche", "list"),
    ("repair", "fiche", "show", "3"),
    ("repair", "fiche", "products"),
    ("repair", "technician", "list"),
    ("repair", "technician", "trainings", "--due"),
    ("repair", "technician", "watches"),
    ("repair", "library", "list"),
    ("repair", "parts", "stock"),
    ("repair", "parts", "purchases", "--json"),
    ("repair", "parts", "trace", "P-1"),
    ("repair", "survey", "list"),
    ("repair", "survey", "report"),
    ("qualirepar", "payments", "list", "--unmatched"),
    ("qualirepar", "payments", "show", "1", "--json"),
    ("qualirepar", "payments", "late"),
    ("outbox", "list"),
    ("outbox", "show", "1"),
    ("scan", "--explain", "4047024615823"),
    ("scan", "journal"),
    ("scan", "replay"),
    ("scan", "scanners"),
    ("reseller", "list"),
    ("reseller", "show", "micro"),
    ("config", "show", "--origin"),
]


@pytest.mark.parametrize("arguments", READS, ids=" ".join)
def test_a_read_loads_no_heavy_library_and_not_even_typer(shop, arguments):
    done = comptoir(*arguments, database=shop)
    assert done.returncode == 0, done.stderr
    assert loaded(done) & {*HEAVY, "typer"} == set()


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("buyback", "--help"), ("buyback", "add", "--help"), ("buyback", "lst"), ("catalog", "show")],
    ids=" ".join,
)
def test_a_help_page_and_a_usage_error_load_typer_and_nothing_else_heavy(shop, arguments):
    done = comptoir(*arguments, database=shop)
    assert done.returncode in {0, 2}
    assert loaded(done) & {*HEAVY, "typer"} == {"typer"}


def test_a_read_on_a_missing_database_loads_no_heavy_library_and_makes_no_file(tmp_path):
    done = comptoir("buyback", "list", database=tmp_path / "none.db")
    assert done.returncode == 0
    assert loaded(done) & {*HEAVY, "typer"} == set()
    assert list(tmp_path.iterdir()) == []


def test_completing_a_number_loads_no_heavy_library(shop):
    line = {"_COMPTOIR_COMPLETE": "complete_bash", "COMP_WORDS": "comptoir buyback show 2", "COMP_CWORD": "3"}
    done = comptoir(database=shop, **line)
    assert done.stdout.split() == [NUMBER]
    assert loaded(done) & {*HEAVY, "typer"} == set()


def test_papers_are_drawn_without_the_database_toolkit(shop, tmp_path):
    done = comptoir("buyback", "documents", "15", "-o", str(tmp_path), database=shop)
    assert done.returncode == 0
    assert loaded(done) & {"sqlmodel", "sqlalchemy", "alembic", "questionary"} == set()


def test_quoting_a_device_draws_nothing_and_asks_nothing(shop):
    done = comptoir("buyback", "add", "9KZCT73K", *GOOD, database=shop)
    assert done.returncode == 0
    assert "sqlmodel" in loaded(done)
    assert loaded(done) & {"fpdf", "questionary", "alembic", "rich", "typer", "phonenumbers", "stdnum"} == set()


def test_deliveries_come_in_without_the_database_toolkit_even_into_a_new_base(tmp_path):
    done = comptoir("delivery", "import", str(EXAMPLES / "deliveries.csv"), database=tmp_path / "new.db")
    assert done.returncode == 0
    assert loaded(done) & {*HEAVY, "typer"} == set()


def test_a_part_goes_into_the_return_basket_without_the_database_toolkit(shop):
    done = comptoir(*IN_TIME, "returns", "add", "255087226", "--all", "--operator", "other", database=shop)
    assert done.returncode == 0, done.stderr
    assert loaded(done) & {*HEAVY, "typer"} <= {"holidays"}


def test_a_station_loads_only_what_its_scanner_needs(shop):
    done = comptoir("scan", "--format", "jsonl", database=shop)
    assert done.returncode == 0
    assert loaded(done) & {*HEAVY, "typer"} == set()


def test_an_image_is_read_without_what_is_not_needed_for_it(shop):
    done = comptoir("scan", "--camera", str(EXAMPLES / "piece.jpg"), "--json", database=shop)
    assert done.returncode == 0
    assert loaded(done) & {*HEAVY, "typer"} <= {"cv2", "numpy", "zxingcpp", "pyzbar"}
