"""The shop's own points and products: what they add, what they change, and every mistake told."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from comptoir.core.errors import USAGE
from comptoir.fiches import book
from comptoir.fiches.book import BadPoints
from comptoir.fiches.rules import Book, Identifier, Moment, Point, Product, UnknownProduct, find_product

POINT = """
[fiches.4.points.firmware]
label = "Mettre le logiciel à jour"
moment = "after"
required = false
"""
PRODUCT = """
[products.bread_maker]
label = "Machine à pain"
family = "Cuisine, cuisson"
fiche = 3
"""
Load = Callable[[str], Book]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "shop's own.toml"


@pytest.fixture
def load(own: Path) -> Load:
    def loaded(text: str) -> Book:
        own.write_text(text, "utf-8")
        return book.load(str(own))

    return loaded


def by_key(found: Book, number: int) -> dict[str, Point]:
    return {point.key: point for point in found.fiches[number].points}


# --- what a shop adds or changes


@pytest.mark.parametrize("text", ["", "# rien\n", "[fiches]\n[products]\n", "[fiches.3]\n", "[fiches.3.points]\n"])
def test_a_file_that_says_nothing_changes_nothing(text: str, load: Load) -> None:
    assert load(text) == book.load("")


def test_the_shipped_files_are_ones_that_a_shop_can_take_as_they_are(load: Load) -> None:
    assert load("\n".join(path.read_text("utf-8") for path in book.SHIPPED)) == book.load("")


def test_the_quick_form_of_what_is_shipped_is_the_one_its_toml_gives() -> None:
    kept = {part: json.loads(path.read_text("utf-8")) for part, path in book.QUICK.items()}
    assert kept == book.written(), "`python -m comptoir.fiches` writes it anew"


def test_a_product_is_found_as_among_the_whole(load: Load, own: Path) -> None:
    for product in book.load("").products.values():
        for name in (product.key, product.label.upper(), *product.aliases):
            assert book.product_called(name, "") == product == find_product(name, book.load("").products)
    assert book.product_called("lave-v", "").key == "dishwasher"
    for name in ("lav", "portable", "", "xyzzy"):
        with pytest.raises(UnknownProduct):
            book.product_called(name, "")
    assert load(PRODUCT).products["bread_maker"] == book.product_called("Machine à pain", str(own))


def test_a_point_is_added_after_those_of_its_fiche(load: Load) -> None:
    found = load(POINT)
    assert found.fiches[4].points == (
        *book.load("").fiches[4].points,
        Point("firmware", "Mettre le logiciel à jour", Moment.AFTER, required=False),
    )
    assert {n: f for n, f in found.fiches.items() if n != 4} == {
        n: f for n, f in book.load("").fiches.items() if n != 4
    }
    assert found.products == book.load("").products


def test_a_point_may_be_made_optional_and_nothing_else_of_it_changes(load: Load) -> None:
    shipped = book.load("").fiches[1]
    found = load("[fiches.1.points.insulation]\nrequired = false\n").fiches[1]
    changed = [(old, new) for old, new in zip(shipped.points, found.points, strict=True) if old != new]
    assert [(old.key, new) for old, new in changed] == [("insulation", changed[0][0]._replace(required=False))]
    assert found.risks == shipped.risks


def test_a_point_may_be_made_required_of_one_product_alone(load: Load) -> None:
    found = load('[fiches.4.points.inputs]\nrequired = true\nsafety = true\nproducts = ["television"]\n')
    inputs = by_key(found, 4)["inputs"]
    assert (inputs.required, inputs.safety, inputs.products) == (True, True, ("television",))


def test_the_risks_may_be_said_in_the_words_of_the_shop(load: Load) -> None:
    found = load('[fiches.9]\nrisks = " Ne l\'utilisez pas. "\n')
    assert found.fiches[9].risks == "Ne l'utilisez pas."
    assert found.fiches[9].points == book.load("").fiches[9].points


def test_a_product_is_added_without_a_bonus_and_found(load: Load) -> None:
    found = load(PRODUCT)
    assert list(found.products) == [*book.load("").products, "bread_maker"]
    assert find_product("machine a pain", found.products) == Product(
        "bread_maker", "Machine à pain", "Cuisine, cuisson", 3
    )


def test_a_product_takes_every_field(load: Load) -> None:
    more = 'aliases = ["MAP"]\nidentifier = "either"\ncircular = true\nbonus = "12,50"\nthreshold = "1 000 €"\n'
    more += 'ecologic = " EEE.M5.070 "\necosystem = "3999"\n'
    found = load(PRODUCT + more).products["bread_maker"]
    assert found[4:] == (("MAP",), Identifier.EITHER, True, Decimal("12.50"), Decimal(1000), "EEE.M5.070", "3999")


def test_an_amount_may_be_changed_or_withdrawn(load: Load) -> None:
    found = load('[products.kettle]\nbonus = "20"\n[products.laptop]\nbonus = ""\nthreshold = " "\n').products
    shipped = book.load("").products
    assert found["kettle"] == shipped["kettle"]._replace(bonus=Decimal(20))
    assert found["laptop"] == shipped["laptop"]._replace(bonus=None, threshold=None)


def test_a_point_may_concern_the_product_that_the_file_adds(load: Load) -> None:
    point = '[fiches.3.points.paddle]\nlabel = "Pale"\nmoment = "after"\nrequired = true\nproducts = ["bread_maker"]\n'
    assert by_key(load(PRODUCT + point), 3)["paddle"].products == ("bread_maker",)


def test_a_tilde_is_home(own: Path, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    load(PRODUCT)
    monkeypatch.setenv("HOME", str(own.parent))
    assert "bread_maker" in book.load(f"~/{own.name}").products


def test_a_key_takes_forty_characters(load: Load) -> None:
    assert "p" * 40 in load(PRODUCT.replace("bread_maker", "p" * 40)).products


# --- what is refused

POINT_PLACE, PRODUCT_PLACE = "fiches.4.points.firmware", "products.bread_maker"


def without(text: str, name: str, place: str) -> tuple[str, str]:
    return re.sub(rf"(?m)^{name} = .*\n", "", text), f"`{place}.{name}`"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *(without(POINT, name, POINT_PLACE) for name in ("label", "moment", "required")),
        *(without(PRODUCT, name, PRODUCT_PLACE) for name in ("label", "family", "fiche")),
        (POINT + "mine = 3\n", f"`{POINT_PLACE}.mine`"),
        (POINT + 'key = "other"\n', f"`{POINT_PLACE}.key`"),
        (PRODUCT + "mine = 3\n", f"`{PRODUCT_PLACE}.mine`"),
        (PRODUCT + "imei = true\n", f"`{PRODUCT_PLACE}.imei`"),
        (POINT.replace("false", '"no"'), f"`{POINT_PLACE}.required`"),
        (POINT.replace("false", "0"), f"`{POINT_PLACE}.required`"),
        (POINT + "safety = 1\n", f"`{POINT_PLACE}.safety`"),
        (POINT + 'products = "television"\n', f"`{POINT_PLACE}.products`"),
        (POINT + "products = [3]\n", f"`{POINT_PLACE}.products`"),
        (POINT + 'products = [""]\n', f"`{POINT_PLACE}.products`"),
        (POINT + 'products = ["telly"]\n', f"`{POINT_PLACE}.products.telly`"),
        (POINT + 'products = ["kettle"]\n', f"`{POINT_PLACE}`"),
        (POINT.replace('"after"', '"during"'), "before, after"),
        (POINT.replace('"after"', '"After"'), "before, after"),
        (POINT.replace('"after"', "1"), f"`{POINT_PLACE}.moment`"),
        (POINT.replace('"Mettre le logiciel à jour"', '"  "'), f"`{POINT_PLACE}.label`"),
        (POINT.replace("firmware", "Firmware"), "fiches.4.points.Firmware"),
        (POINT.replace("firmware", "firm-ware"), "fiches.4.points.firm-ware"),
        (POINT.replace("firmware", "f" * 41), "f" * 41),
        (POINT.replace("fiches.4", "fiches.11"), "`fiches.11`"),
        (POINT.replace("fiches.4", "fiches.0"), "`fiches.0`"),
        (POINT.replace("fiches.4", "fiches.04"), "`fiches.04`"),
        (POINT.replace("fiches.4", "fiches.tv"), "`fiches.tv`"),
        (PRODUCT.replace("= 3", "= 11"), f"`{PRODUCT_PLACE}.fiche`"),
        (PRODUCT.replace("= 3", "= 0"), f"`{PRODUCT_PLACE}.fiche`"),
        (PRODUCT.replace("= 3", "= true"), f"`{PRODUCT_PLACE}.fiche`"),
        (PRODUCT.replace("= 3", '= "3"'), f"`{PRODUCT_PLACE}.fiche`"),
        (PRODUCT.replace("Machine à pain", " "), f"`{PRODUCT_PLACE}.label`"),
        (PRODUCT.replace("Machine à pain", "Bouilloire"), "`kettle`"),
        (PRODUCT.replace("Machine à pain", "bouilloïre !"), "`kettle`"),
        (PRODUCT.replace("Machine à pain", "!!"), f"`{PRODUCT_PLACE}.aliases`"),
        (PRODUCT + 'aliases = ["GSM"]\n', "`mobile_phone`"),
        (PRODUCT + 'aliases = ["gas cooker", "dish-washer", "Steam Iron"]\n', "`steam_iron`"),
        (PRODUCT + 'aliases = "MAP"\n', f"`{PRODUCT_PLACE}.aliases`"),
        (PRODUCT + "aliases = [1]\n", f"`{PRODUCT_PLACE}.aliases`"),
        (PRODUCT + 'identifier = "IMEI"\n', "serial, imei, either"),
        (PRODUCT + "identifier = []\n", f"`{PRODUCT_PLACE}.identifier`"),
        (PRODUCT + 'circular = "yes"\n', f"`{PRODUCT_PLACE}.circular`"),
        (PRODUCT + "bonus = 25\n", f"`{PRODUCT_PLACE}.bonus`"),
        (PRODUCT + 'bonus = "0"\n', f"`{PRODUCT_PLACE}.bonus`"),
        (PRODUCT + 'bonus = "-5"\n', f"`{PRODUCT_PLACE}.bonus`"),
        (PRODUCT + 'bonus = "12,505"\n', "12,505"),
        (PRODUCT + 'threshold = "gratuit"\n', "gratuit"),
        ("[products.microwave_oven]\nfiche = 1\n", "`fiches.3.points.microwave_leak`"),
        ("products = 3\n", "`products`"),
        ("fiches = []\n", "`fiches`"),
        ("[products]\nkettle = 3\n", "`products.kettle`"),
        ("[[products.kettle]]\nlabel = 'x'\n", "`products.kettle`"),
        ("[fiches]\n4 = 3\n", "`fiches.4`"),
        ("[fiches.4]\npoints = 3\n", "`fiches.4.points`"),
        ("[fiches.4.points]\nsound = false\n", "`fiches.4.points.sound`"),
        ("[fiches.4]\nrisks = ''\n", "`fiches.4.risks`"),
        ("[fiches.4]\nrisks = 3\n", "`fiches.4.risks`"),
        ("[fiches.4]\nname = 'Télé'\n", "`fiches.4.name`"),
        ("[points.sound]\nrequired = false\n", "`points`"),
        ("[[[", ""),
        (PRODUCT + PRODUCT, ""),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_its_path_and_what_is_wrong(
    text: str, reason: str, load: Load, own: Path
) -> None:
    with pytest.raises(BadPoints) as refused:
        load(text)
    assert refused.value.exit_code == USAGE
    for path in book.SHIPPED:
        assert str(path) in (refused.value.hint or "")
    _told, path, told = refused.value.message.partition(f"`{own}`")
    assert path
    assert reason in told
    assert told.strip(" :")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[products.\xe9]\n"])
def test_a_file_that_is_not_utf_8_is_refused(content: bytes, own: Path) -> None:
    own.write_bytes(content)
    with pytest.raises(BadPoints) as refused:
        book.load(str(own))
    assert f"`{own}`" in refused.value.message


@pytest.mark.parametrize("path", ["/no/such/file.toml", "/", "", "\x00", "~no-such-person/own.toml"])
def test_a_file_that_cannot_be_read_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(BadPoints):
        book.load(path or str(tmp_path))
