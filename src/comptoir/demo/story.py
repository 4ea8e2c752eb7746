"""The story that the demo plays: what each command shows, and how it is typed."""

import sysconfig
from dataclasses import dataclass
from pathlib import Path

from comptoir.core.errors import NotFound
from comptoir.core.i18n import _

CATALOGUE = "catalogue.csv"


@dataclass(frozen=True)
class Step:
    """A command and what it shows."""

    why: str
    arguments: tuple[str, ...]


class NoSamples(NotFound):
    """The sample shop was not installed."""

    def __init__(self) -> None:
        super().__init__(_("the sample shop is not there"), _("install comptoir again with pip, from its folder"))


def samples() -> Path:
    """Give the folder of the sample shop: installed beside the program, or the checkout's own; raise NoSamples."""
    for folder in (
        Path(__file__).parents[3] / "examples",
        Path(sysconfig.get_path("data")) / "share" / "comptoir" / "examples",
    ):
        if (folder / CATALOGUE).is_file():
            return folder
    raise NoSamples


def first_buyback(catalogue: Path, papers: Path) -> list[Step]:
    """Tell a first buyback, from the catalogue to the papers."""
    seller = ("--name", "Société Micro & Info", "--siret", "000 111 229 00001")
    contact = ("--email", "contact@wesecondevie.com", "--phone", "06 00 00 00 00")
    place = ("--line", "58 rue de Lamirault", "--postcode", "77090", "--town", "Collégien")
    good = ("--answer", "works=yes", "--answer", "screen=very_good", "--answer", "shell=very_good")
    return [
        Step(_("The catalogue comes from a CSV file"), ("catalog", "import", str(catalogue))),
        Step(
            _("A device is found by words, typing errors forgiven"),
            ("catalog", "search", "lenvo", "thinkpad", "--disk", "1To"),
        ),
        Step(_("Its category asks one to three questions"), ("catalog", "questions", "PC portable")),
        Step(_("The answers make the price at once"), ("buyback", "add", "9KZCT73K", *good)),
        Step(
            _("The recap is shown before anything is kept"),
            ("buyback", "validate", *seller, *contact, *place, "--dry-run"),
        ),
        Step(_("Validated, each device has its number"), ("buyback", "validate", *seller, *contact, *place, "--yes")),
        Step(_("Its papers are printed, now or later"), ("buyback", "documents", "15", "--output", str(papers))),
        Step(_("The last figures of a number are enough"), ("buyback", "show", "15")),
    ]
