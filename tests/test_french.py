"""French: every message translated, the catalogue compiled, and no English left on a screen.

A message that is missing goes into `src/comptoir/locale/fr/LC_MESSAGES/comptoir.po`, whose head says how to compile it.
"""

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from comptoir.core import i18n

CATALOGUE = i18n.LOCALES / "fr" / "LC_MESSAGES" / "comptoir.po"
KEYWORDS = {"_": None, "mark": None, "ngettext": (1, 2)}
# Typer has no catalogue of its own: it asks ours (typer/core.py, 0.28).
TYPER = frozenset({
    "Arguments", "Options", "Commands", "required", "default: {default}", "env var: {var}", "(dynamic)",
    "Missing command.", "No such command {name!r}.", "Aborted!",
})  # fmt: skip
# Words that English cannot do without and French does not have; keys of data and names of options are English for all.
ENGLISH = frozenset(
    re.findall(
        r"\w+",
        "the The of and with without from for to by in into is are be been has have was were will can cannot not "
        "nothing all All it its this that these there their them your you one only Only first last more most than "
        "at such as Show List Give Write Find Take Quote Print Cancel Validate Bring Say What How Name Number "
        "Never Language Database command argument value required default missing unknown error hint warning did "
        "mean takes needs device devices buyback buybacks basket reseller papers prices setting settings answer "
        "answers FILE FOLDER NAME TEXT COUNT NUMBER DIGITS DAY CATEGORY RESELLER WORDS CHOICE COMMAND ARGS str "
        "int",
    )
)
Message = str | tuple[str, str]


@pytest.fixture(scope="module")
def french() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="fr", abort_invalid=True)


def spoken() -> set[Message]:
    from comptoir.app import FEATURES

    found = extract_from_dir(Path(i18n.__file__).parent.parent, [("**.py", "python")], keywords=KEYWORDS)
    features = {str(import_module(package).__doc__) for package in FEATURES.values()}
    return {message for _file, _line, message, _comments, _context in found} | features | TYPER


def translated(catalogue: Catalog) -> dict[Message, str | tuple[str, ...]]:
    return {_frozen(message.id): _frozen(message.string) for message in catalogue if message.id}


def _frozen(said: str | list[str] | tuple[str, ...]) -> Any:
    return said if isinstance(said, str) else tuple(said)


def pairs(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    """Give each message beside each of its translations; the singular and the plural in their turn."""
    for ours, theirs in translated(catalogue).items():
        if isinstance(ours, str):
            yield ours, str(theirs)
        else:
            yield from zip(ours, theirs, strict=True)


def english(text: str) -> list[str]:
    """Give the English words of a screen; options, `literals` and the names of the commands are left out."""
    for typed in (r"`[^`]*`", r"(?<!\w)--?[\w-]+", r"(?m)^Usage : comptoir( [a-z]+)*", r"(?m)^  [a-z]+  "):
        text = re.sub(typed, " ", text)
    return sorted(set(re.findall(r"\w+", text)) & ENGLISH)


def test_every_message_is_translated(french: Catalog) -> None:
    assert spoken() - set(translated(french)) == set()


def test_nothing_is_translated_that_is_no_longer_said(french: Catalog) -> None:
    assert set(translated(french)) - spoken() == set()
    assert not french.obsolete


def test_nothing_is_empty_or_fuzzy(french: Catalog) -> None:
    assert [ours for ours, theirs in pairs(french) if not theirs.strip()] == []
    assert [message.id for message in french if message.fuzzy] == []


def test_zero_is_singular(french: Catalog) -> None:
    assert (french.num_plurals, french.plural_expr) == (2, "(n > 1)")
    assert i18n.ngettext("{count} device", "{count} devices", 0) == "{count} produit"


def test_blanks_to_fill_are_the_same(french: Catalog) -> None:
    def blanks(text: str) -> set[str | None]:
        return {name for _text, name, _format, _conversion in Formatter().parse(text)} - {None}

    assert [(ours, theirs) for ours, theirs in pairs(french) if blanks(ours) != blanks(theirs)] == []


def test_commands_to_type_are_left_as_they_are(french: Catalog) -> None:
    def typed(text: str) -> set[str]:
        return set(re.findall(r"(?<!\w)--[a-z]+|(?<=`)comptoir(?: [a-z]+)+|\bCOMPTOIR_[A-Z]+", text))

    assert [(ours, theirs) for ours, theirs in pairs(french) if typed(ours) - typed(theirs)] == []


def test_typography(french: Catalog) -> None:
    """A space before `: ; ! ?`, French quotes, straight apostrophes, a full stop only where English has one."""
    said = [(ours, theirs, re.sub(r"`[^`]*`", "x", theirs)) for ours, theirs in pairs(french)]
    assert [text for _ours, text, bare in said if re.search(r"[^\s][:;!?](\s|$)", bare)] == []
    assert [text for _ours, text, bare in said if re.search(r"[\"“”’…\u00a0]|  ", bare)] == []
    sentences = [(ours, text) for ours, text, _bare in said if " " in ours and ours not in TYPER]
    assert [text for ours, text in sentences if ours.endswith(".") != text.endswith(".")] == []


def test_the_compiled_catalogue_is_this_one(french: Catalog) -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)
    assert translated(compiled) == translated(french)
    assert compiled.plural_expr == french.plural_expr


def test_the_header_names_nobody() -> None:
    head = CATALOGUE.read_text("utf-8").partition("\n\n")[0]
    assert re.findall(r'(?m)^"([\w-]+):', head) == [
        "Project-Id-Version", "Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms",
    ]  # fmt: skip


def test_every_help_page_is_in_french(cli: Callable[..., Any]) -> None:
    from comptoir.tree import tree

    def pages(group: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        ran = cli([*path, "--help"])
        assert (ran.code, ran.err) == (0, ""), path
        yield " ".join(path), ran.out
        for name in getattr(group, "list_commands", lambda _context: ())(None):
            yield from pages(group.get_command(None, name), (*path, name))

    found = dict(pages(tree(), ()))
    assert {"", "catalog import", "buyback validate", "reseller show", "config path", "demo"} <= set(found)
    assert {path: english(page) for path, page in found.items() if english(page)} == {}
    assert all(page.startswith("Usage : comptoir") and "Afficher cette aide." in page for page in found.values())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("catalgo", "`comptoir` n'a pas de commande `catalgo`"),
        ("buyback ad", "`comptoir buyback` n'a pas de commande `ad`"),
        ("--no-input", "il manque une commande"),
        ("--lang", "l'option `--lang` attend une valeur"),
        ("-x", "l'option `-x` n'existe pas"),
        ("--at demain buyback list", "`demain` n'est pas une date et une heure"),
        ("buyback list --stat", "l'option `--stat` n'existe pas ; vouliez-vous dire `--sort`, `--status` ?"),
        ("buyback list --sort", "l'option `--sort` attend une valeur"),
        ("buyback list --reverse=3", "l'option `--reverse` ne prend pas de valeur"),
        ("buyback list --sort colour", "`--sort` accepte : date, number, price, product, status"),
        ("buyback list --format tsv --excel", "`--format`, `--json` et `--excel` demandent des formats différents"),
        ("buyback list --since demain", "`--since demain` n'est pas un jour"),
        ("buyback show", "il manque `NUMÉRO`"),
        ("buyback show 12 13", "en trop sur la ligne de commande : `13`"),
        ("buyback show abc", "`abc` n'est pas un numéro de reprise"),
        ("buyback show 2000000000016", "`2000000000016` a une clé de contrôle fausse : un chiffre est mal saisi"),
        ("buyback show 15", "aucune reprise ne porte le numéro `15`"),
        ("buyback add", "il manque `CODE`"),
        ("buyback add X --answer works", "`--answer works` n'est pas de la forme `question=réponse`"),
        ("buyback remove", "il manque `N°`"),
        ("buyback remove 1", "le panier n'a pas de produit n° 1"),
        ("buyback validate", "le panier est vide"),
        ("catalog import", "il manque `FICHIER`"),
        ("catalog import no-such-file.csv", "le fichier `no-such-file.csv` n'existe pas"),
        ("catalog import /", "impossible de lire `/` : c'est un dossier"),
        ("catalog import -", "ce n'est pas un catalogue : le fichier est vide"),
        ("catalog search --limit x", "`--limit/-n` attend un nombre entier, dans les limites permises"),
        ("catalog search --limit 0", "`--limit/-n` attend un nombre entier, dans les limites permises"),
        ("catalog show ABC", "aucun produit n'a le code article `ABC`"),
        ("catalog questions Tablete", "la catégorie `Tablete` n'existe pas"),
        ("reseller show Dupont", "`Dupont` ne désigne pas un seul revendeur connu"),
        ("config show -o /dev/null/x", "impossible d'écrire `/dev/null/x` : un fichier de ce nom existe déjà"),
        ("--database / buyback list", "la base `/` est inutilisable : c'est un dossier"),
    ],
)
def test_refusals_are_in_french(cli: Callable[..., Any], line: str, told: str) -> None:
    ran = cli(line)
    first, *hints = ran.err.splitlines()
    assert ran.code in {2, 3, 4, 6}
    assert first.startswith(f"erreur : {told}")
    assert all(hint.startswith("conseil : ") for hint in hints)
    assert english(ran.err) == []


CSV = """article_code,category,brand,name,disk,price_a,price_b,price_c
9KZCT73K,PC portable,LENOVO,ThinkPad,1To,"188,00","141,00","75,00"
9KZCT73L,PC portable,LENOVO,ThinkPad,1To,beaucoup,"141,00","75,00"
"""
IDENTITY = "--name Micro --siret 00011122900001 --email a@example.fr --phone 0600000000"
PLACE = "--line '58 rue de Lamirault' --postcode 77090 --town Collégien"


def test_a_first_buyback_is_told_in_french(
    cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "catalogue.csv").write_text(CSV, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("comptoir.desk.Desk.pdf", lambda _desk, _paper: b"")
    answers = "--answer works=yes --answer screen=very_good --answer shell=fair"
    lines = [
        "catalog import catalogue.csv",
        "catalog search lenvo --limit 1",
        "catalog show 9KZCT73K",
        "catalog questions 'PC portable'",
        f"buyback add 9KZCT73K {answers}",
        "buyback add 9KZCT73K --answer works=no",
        "buyback basket",
        "buyback remove 2 --yes",
        f"buyback validate {IDENTITY} {PLACE} --dry-run",
        f"buyback validate {IDENTITY} {PLACE} --yes",
        "buyback list",
        "buyback show 15",
        "buyback documents 15 --kind deed",
        "buyback cancel 15 --yes",
        "buyback cancel 15 --yes",
        "buyback show 15",
        "reseller list",
        "reseller show Micro",
        "config show --origin",
    ]
    told = [cli(line) for line in lines]
    screens = [(ran.out + ran.err).replace(str(tmp_path), "") for ran in told]
    assert [line for line, ran in zip(lines, told, strict=True) if ran.code] == [lines[0], lines[14]]
    assert {line: found for line, text in zip(lines, screens, strict=True) if (found := english(text))} == {}

    def says(place: int, *words: str) -> None:
        assert [word for word in words if word not in screens[place]] == []

    says(0, "ligne 3 : `beaucoup` n'est pas un montant", "1 ligne a été refusée ; les autres sont importées")
    says(3, "Question", "Hors service", "Très bon état")
    says(6, "Total : 141,00\u00a0€ (2 produits sur 10)")
    says(8, "rien n'a été validé")
    says(9, "N° de reprise", "2000000000015")
    says(12, "Bon de cession", "bon-de-cession-2000000000015.pdf")
    says(14, "la reprise 2000000000015 est au statut « Annulée » : elle ne peut plus être annulée")
    says(18, "valeur par défaut")
    assert re.findall(r"(?m)^Statut.*?  +(.*)$", screens[11]) == ["En attente d'expédition"] * 2


def test_statuses_are_those_of_the_trade() -> None:
    from comptoir.buyback.rules import BUYBACK_WORDS, DEVICE_WORDS

    assert [i18n._(words) for words in BUYBACK_WORDS.values()] == [
        "En attente d'expédition", "Transport en cours", "Traitement en cours", "Finalisée",
        "Finalisée avec négociation", "Non réalisée", "À déposer en magasin", "Annulée",
    ]  # fmt: skip
    assert [i18n._(words) for words in DEVICE_WORDS.values()] == [
        "En attente d'expédition", "Transport en cours", "Reconditionnement terminé", "Retour client", "Annulé",
        "Perdu en magasin", "Perdu pendant le transport", "Perdu en atelier",
    ]  # fmt: skip
