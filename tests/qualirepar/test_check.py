"""`qualirepar check`: every rule, present and absent, by the command line; what it advises is typed, and mends."""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from comptoir.qualirepar.troubles import FIELD_WORDS
from comptoir.store.engine import engine

from . import played
from .played import IMEI, OTHER_IMEI, PHONE, WASHER, change, column, done, dump, run

ECOLOGIC_SITE = "5b1f3c7e-0000-4000-8000-000000000001"
STOPS, DOUBT = "stops", "doubt"
DAY = "2026-03-10"
CLAIM = (
    "INSERT INTO claim (case_number, organism, invoice, reference, status, remote, service_order, said, reason, bonus, "
    "total, form, pending, attempts, stale, error, lease, operator, created_at, paid) SELECT case_number, "
    "'{organism}', number, 'r' || case_number, '{status}', '7', '', '', '{reason}', bonus, total, '{{}}', '', 0, 0, "
    "'', '', 'a', '2026-03-10T08:00:00+00:00', 0 FROM repair_bill WHERE kind = 'invoice' AND case_number = '{case}'"
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played.open_shop(tmp_path_factory.mktemp("claims"))


@pytest.fixture(autouse=True)
def base(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    played.settle(monkeypatch)
    monkeypatch.setenv("COMPTOIR_ECOLOGIC_SITE", ECOLOGIC_SITE)
    monkeypatch.setenv("COMPTOIR_ECOSYSTEM_REPAIRER", "2000101")
    yield played.put(shop, "paid", tmp_path / "shop.db")
    engine.cache_clear()


@pytest.fixture
def lives(base: Path, shop: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Sequence[str]], None]:
    """Give the function that makes things so: a setting, a command, or a change behind the program's back."""

    def live(changes: Sequence[str]) -> None:
        for each in changes:
            if each.startswith("COMPTOIR_"):
                monkeypatch.setenv(*each.split("=", 1))
            elif each.startswith(("repair ", "qualirepar ")):
                done(each.format(folder=shop))
            else:
                change(base, each)

    return live


class Rule(NamedTuple):
    """What makes a trouble, and what the blanks of its advice are filled with to mend it: None where none does."""

    name: str
    case: str
    changes: Sequence[str]
    field: str
    weight: str
    blanks: Mapping[str, str] | None = None
    also: frozenset[str] = frozenset()


def consumer(column_: str, value: str) -> str:
    return f"UPDATE consumer SET {column_} = '{value}'"


def case(column_: str, value: str) -> str:
    return f"UPDATE repair_case SET {column_} = '{value}'"


def claim(status: str, of: str = PHONE, organism: str = "ecologic", reason: str = "") -> str:
    return CLAIM.format(status=status, case=of, organism=organism, reason=reason)


def file(kind: str, column_: str, value: object) -> str:
    return f"UPDATE attachment SET {column_} = '{value}' WHERE kind = '{kind}'"


def billed(bonus: int, circular: int = 0) -> str:
    return f"UPDATE repair_bill SET bonus = {bonus}, due = total - {bonus}, circular = {circular}"


THRESHOLD = "INSERT INTO organism_amount VALUES ('ecosystem', '3111', 'threshold', '2024-01-01', '', 15000)"
BOTH = "UPDATE organism_brand SET covered = -1"
RULES = [
    # The customer.
    Rule("last name", PHONE, [consumer("last_name", " ")], "last_name", STOPS, {"TEXTE": "Durand"}),
    Rule("first name", PHONE, [consumer("first_name", "")], "first_name", STOPS, {"TEXTE": "Léa"}),
    Rule("address", PHONE, [consumer("line", "")], "address", STOPS, {"TEXTE": "1 rue Haute"}),
    Rule("town", WASHER, [consumer("town", "")], "town", STOPS, {"TEXTE": "Rennes"}),
    Rule("no postcode", PHONE, [consumer("postcode", "")], "postcode", STOPS, {"CODE_POSTAL": "35000"}),
    Rule("short postcode", PHONE, [consumer("postcode", "3500")], "postcode", STOPS, {"CODE_POSTAL": "35000"}),
    Rule("civility", WASHER, [consumer("title", "")], "title", STOPS, {}),
    Rule("company", PHONE, [consumer("last_name", "SARL Durand")], "professional", DOUBT),
    Rule("association", WASHER, [consumer("last_name", "Association Durand")], "professional", DOUBT),
    Rule("cedex", PHONE, [consumer("town", "Rennes Cedex 7")], "town", DOUBT, {"TEXTE": "Rennes"}),
    Rule("no e-mail", WASHER, [consumer("email", "")], "email", STOPS, {"TEXTE": "lea@example.fr"}),
    Rule("bad e-mail", PHONE, [consumer("email", "lea@example")], "email", STOPS, {"TEXTE": "lea@example.fr"}),
    Rule("ours", PHONE, [consumer("email", "CONTACT@atelier.example")], "email", DOUBT, {"TEXTE": "l@example.fr"}),
    Rule("no phone", PHONE, [consumer("phone", "")], "phone", STOPS, {"NUMÉRO": "0612345678"}),
    Rule("short, Ecologic", PHONE, [consumer("phone", "+3361234")], "phone", DOUBT, {"NUMÉRO": "0612345678"}),
    Rule("short, ecosystem", WASHER, [consumer("phone", "+3361234")], "phone", STOPS, {"NUMÉRO": "0612345678"}),
    Rule("Monaco", WASHER, [consumer("phone", "+37793101010")], "phone", STOPS, {"NUMÉRO": "0612345678"}),
    Rule("our phone", WASHER, [consumer("phone", "+33299000000")], "phone", DOUBT, {"NUMÉRO": "0612345678"}),
    # What they agreed to, and what is under a warranty.
    Rule("data", PHONE, [case("consents", "[]")], "data_consent", STOPS, {}),
    Rule("circular parts", WASHER, [billed(6000, 1)],
         "circular_consent", STOPS, {}),
    Rule("legal guarantee", PHONE, [case("warranty", "legal")], "warranty", STOPS),
    Rule("insurance", WASHER, [case("warranty", "insurance")], "warranty", STOPS),
    Rule("new device", PHONE, [case("bought_on", "2025-01-01")], "bought_on", DOUBT),
    Rule("comeback", PHONE, [f"UPDATE repair_case SET comeback_of = '{WASHER}' WHERE number = '{PHONE}'"],
         "comeback", DOUBT),
    Rule("looks", PHONE, [case("fault", "Vitre arrière cassée")], "fault", DOUBT),
    Rule("oxidation", WASHER, [case("service", "Désoxydation")], "fault", DOUBT),
    # The device.
    Rule("no serial", WASHER, [case("serial", "")], "serial", STOPS, {"MOTIF": "Numéro", "SÉRIE": "FD9901"}),
    Rule("IMEI", PHONE, [case("serial", IMEI[:-1] + "1")], "serial", STOPS, {"MOTIF": "IMEI", "SÉRIE": OTHER_IMEI}),
    Rule("IMEI too short", PHONE, [case("serial", IMEI[:-1])], "serial", STOPS, {"MOTIF": "IMEI", "SÉRIE": IMEI}),
    Rule("fifteen digits", WASHER, [case("serial", IMEI[:-1] + "1")], "serial", DOUBT,
         {"MOTIF": "IMEI", "SÉRIE": "FD9901"}),
    Rule("model", PHONE, [case("model", "")], "model", DOUBT, {"TEXTE": "iPhone 12"}),
    Rule("label", PHONE, ["COMPTOIR_REPAIR_FICHES=1,3"], "fiche", DOUBT),
    Rule("product", WASHER, ["UPDATE organism_product SET plain = 'x', name = 'x', code = 'y' || code"],
         "product", STOPS, {"CODE": "y3111"}, frozenset({"brand", "organism"})),
    Rule("brand", PHONE, ["repair set 17 --organism ecologic", "DELETE FROM organism_brand WHERE name = 'Apple'"],
         "brand", DOUBT, {"CODE": "118"}),
    Rule("brand never fetched", PHONE, ["repair set 17 --organism ecologic", "DELETE FROM organism_brand",
         "DELETE FROM organism_product", "DELETE FROM organism_sync"], "brand", DOUBT, None, frozenset({"product"})),
    Rule("product never fetched", PHONE, ["repair set 17 --organism ecologic", "DELETE FROM organism_brand",
         "DELETE FROM organism_product", "DELETE FROM organism_sync"], "product", STOPS, None, frozenset({"brand"})),
    # Its codes.
    Rule("no code, Ecologic", PHONE, [case("repair_code", "")], "repair_code", STOPS, {"CODE": "CON"}),
    Rule("no code, ecosystem", WASHER, [case("repair_code", "")], "repair_code", STOPS, {"CODE": "41"}),
    Rule("no symptom", PHONE, [case("symptom", "")], "symptom", STOPS, {"CODE": "F4"}),
    Rule("code of another", PHONE, [case("repair_code", "POM")], "repair_code", STOPS, {"CODE": "CON"}),
    Rule("symptom of another", PHONE, [case("symptom", "W1")], "symptom", STOPS, {"CODE": "F4"}),
    Rule("no list", WASHER, ["DELETE FROM organism_code"], "repair_code", DOUBT),
    # Who pays.
    Rule("nobody knows", PHONE, [case("organism", ""), "DELETE FROM organism_sync"], "organism", STOPS),
    Rule("both", PHONE, [case("organism", ""), BOTH], "organism", STOPS),
    Rule("ecosystem says no", PHONE, [case("organism", "ecosystem")], "organism", STOPS, {},
         frozenset({"repair_code"})),
    Rule("not certain", PHONE, [case("organism", ""), "DELETE FROM organism_product WHERE organism = 'ecosystem'",
         "DELETE FROM organism_brand WHERE organism = 'ecosystem'"], "organism", DOUBT, {}),
    # The invoice.
    Rule("no invoice", PHONE, ["repair credit 17 --why Erreur --yes"], "invoice", STOPS, {}, frozenset({"paid"})),
    Rule("not paid", PHONE, ["repair credit 17 --why Erreur --yes", "repair invoice 17 --yes"], "paid", STOPS,
         {"NUMÉRO": "T-9"}),
    Rule("no SIRET", PHONE, ["DROP TRIGGER document_never_update",
         "UPDATE document SET content = replace(content, 'SIRET', 'N°')"], "siret", STOPS, None),
    Rule("to come", PHONE, [case("repaired_at", "2026-03-12T10:00:00+00:00")], "repaired_on", STOPS),
    Rule("old", WASHER, ["COMPTOIR_AT=2026-09-11T10:00"], "repaired_on", DOUBT, None, frozenset({"lists"})),
    # The bonus.
    Rule("no bonus", PHONE, [billed(0)], "bonus", STOPS,
         {"MOTIF": "Bonus", "NUMÉRO": "T-9"}, frozenset({"paid"})),
    Rule("without the bonus", PHONE, [billed(0), case("bonus", "0")], "bonus", STOPS),
    Rule("wrong bonus", WASHER, [billed(2500)], "bonus", STOPS, {"MOTIF": "Bonus"}),
    Rule("scale", PHONE, [billed(2000)], "bonus", DOUBT, {"MOTIF": "Bonus"}),
    Rule("threshold", WASHER, [THRESHOLD], "total", STOPS),
    Rule("under the bonus", WASHER, ["UPDATE repair_bill SET total = 4000, due = 4000 - bonus"], "total", STOPS),
    Rule("no amount", WASHER, ["UPDATE organism_amount SET valid_until = '2025-12-31'"], "bonus", DOUBT),
    Rule("period", WASHER, ["UPDATE organism_product SET valid_until = '2025-12-31'"], "product", STOPS, {}),
    Rule("sheet", WASHER, ["DELETE FROM organism_sheet WHERE code = 'GROS-MENAGER'"], "product", STOPS),
    Rule("raised, Ecologic", PHONE, [billed(3000, 1),
         case("consents", '["data","circular-parts"]')], "circular", DOUBT),
    # The documents.
    Rule("declaration", PHONE, ["DELETE FROM attachment WHERE kind = 'declaration'"], "consent", STOPS,
         {"FICHIER": "{folder}/declaration.png"}),
    Rule("nameplate", PHONE, ["DELETE FROM attachment WHERE kind = 'nameplate'"], "nameplate", STOPS,
         {"FICHIER": "{folder}/nameplate.png"}),
    Rule("HEIC", PHONE, [file("nameplate", "media_type", "image/heic")], "nameplate", STOPS),
    Rule("PDF for ecosystem", WASHER, [file("nameplate", "media_type", "application/pdf")], "nameplate", DOUBT),
    Rule("the plate of another", PHONE, [file("nameplate", "serial", "990100123")], "nameplate", DOUBT),
    Rule("11 MB", WASHER, [file("nameplate", "size", 11_000_000)], "nameplate", STOPS),
    Rule("4 MB", PHONE, [file("declaration", "size", 4_000_000)], "consent", DOUBT),
    # The account.
    Rule("no site", PHONE, ["COMPTOIR_ECOLOGIC_SITE="], "site", STOPS),
    Rule("no repairer", WASHER, ["COMPTOIR_ECOSYSTEM_REPAIRER=", "COMPTOIR_ECOSYSTEM_SITE=2000102"], "site", STOPS),
    Rule("site of another", PHONE, ["COMPTOIR_ECOLOGIC_SITE=elsewhere"], "site", STOPS),
    Rule("repairer of another", WASHER, ["COMPTOIR_ECOSYSTEM_REPAIRER=2999999"], "site", STOPS),
    Rule("old lists", PHONE, ["COMPTOIR_AT=2026-03-13T10:00"], "lists", DOUBT),
    # Other claims.
    Rule("claimed", PHONE, [claim("confirmed")], "claim", STOPS, None),
    Rule("paid already", PHONE, [claim("paid")], "claim", STOPS, None),
    Rule("begun elsewhere", PHONE, [claim("to_create", organism="ecosystem"), "UPDATE claim SET remote = ''"],
         "claim", STOPS),
    Rule("refused before", PHONE, [claim("refused", reason="08")], "claim", DOUBT, {}),
    Rule("device under way", PHONE, [claim("confirmed", WASHER, "ecosystem"), case("serial_key", "same")],
         "double", STOPS),
    Rule("device paid for", PHONE, [claim("paid", WASHER, "ecosystem"), case("serial_key", "same")],
         "double", DOUBT),
]  # fmt: skip
# What makes no trouble, next to what does.
ABSENT = [
    ("as it is, Ecologic", PHONE, []),
    ("as it is, ecosystem", WASHER, []),
    ("no civility, Ecologic", PHONE, [consumer("title", "")]),
    ("cedex, ecosystem", WASHER, [consumer("town", "Rennes Cedex 7")]),
    ("a district", PHONE, [consumer("town", "Paris 11e arrondissement")]),
    ("a name that begins as a company's", PHONE, [consumer("last_name", "Sasson")]),
    ("overseas", WASHER, [consumer("phone", "+262692123456")]),
    ("no shop's e-mail", PHONE, ["COMPTOIR_SHOP_EMAIL="]),
    ("no shop's phone", PHONE, ["COMPTOIR_REPAIR_PHONE="]),
    ("bought two years before", PHONE, [case("bought_on", "2024-03-10")]),
    ("fifteen good digits", WASHER, [case("serial", OTHER_IMEI)]),
    ("no label told", PHONE, ["COMPTOIR_REPAIR_FICHES="]),
    ("no symptom, ecosystem", WASHER, [case("symptom", "")]),
    ("six months", WASHER, ["COMPTOIR_AT=2026-09-10T10:00",
     "UPDATE organism_sync SET synced_at = '2026-09-10T06:00:00+00:00'"]),
    ("seven months, Ecologic", PHONE, ["COMPTOIR_AT=2026-10-10T10:00",
     "UPDATE organism_sync SET synced_at = '2026-10-10T06:00:00+00:00'"]),
    ("no signature, ecosystem", WASHER, ["DELETE FROM attachment"]),
    ("a PDF for Ecologic", PHONE, [file("nameplate", "media_type", "application/pdf")]),
    ("another place of ecosystem", WASHER, ["COMPTOIR_ECOSYSTEM_SITE=2000102"]),
    ("no site is known", PHONE, ["DELETE FROM organism_site"]),
    ("a cancelled claim", PHONE, [claim("cancelled")]),
    ("a claim begun", PHONE, [claim("to_create")]),
    ("the threshold is reached", WASHER, [THRESHOLD.replace("15000", "12000")]),
    ("a claim cancelled elsewhere", PHONE, [claim("cancelled", organism="ecosystem")]),
    ("an organism that the catalogues name", PHONE, [case("organism", "")]),
    ("a refused claim of the device", PHONE, [claim("refused", WASHER, "ecosystem"), case("serial_key", "same")]),
]  # fmt: skip


def checked(number: str) -> tuple[int, list[dict[str, Any]]]:
    code, out, err = run(f"qualirepar check {number} --json")
    told = json.loads(out)
    assert (code == 4) == any(each["weight"] == STOPS for each in told), err
    return code, told


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_each_rule_is_told_with_its_weight(rule: Rule, lives: Any, base: Path) -> None:
    lives(rule.changes)
    before = dump(base)
    code, told = checked(rule.case)
    found = [each for each in told if each["field"] == rule.field]
    assert [each["weight"] for each in found] == [rule.weight], told
    assert {each["field"] for each in told} - rule.also == {rule.field}, told
    assert code == (4 if any(each["weight"] == STOPS for each in told) else 0)
    assert all(each["message"] and each["advice"] and "{" not in each["message"] + each["advice"] for each in told)
    assert {each["field"] for each in told} <= FIELD_WORDS.keys()
    assert all(list(each) == ["field", "weight", "message", "advice"] for each in told)
    assert dump(base) == before


@pytest.mark.parametrize(("number", "changes"), [each[1:] for each in ABSENT], ids=[each[0] for each in ABSENT])
def test_what_is_good_is_let_be(number: str, changes: Sequence[str], lives: Any) -> None:
    lives(changes)
    assert checked(number) == (0, [])


BLANKS = {"MOTIF": "Erreur", "FICHIER": "{folder}/declaration.png"}


def typed(advice: str, blanks: Mapping[str, str], folder: Path) -> Iterator[list[str]]:
    """Give the commands of an advice as a person types them."""
    known = {**BLANKS, **blanks}
    for line in re.findall(r"`comptoir ([^`]+)`", advice):
        words = [known.get(word, word).format(folder=folder) for word in shlex.split(line)]
        asks = words[:2] in (["repair", "credit"], ["repair", "invoice"], ["qualirepar", "cancel"])
        yield [*words, *(["--yes"] if asks else [])]


MENDED = [rule for rule in RULES if rule.blanks is not None]
LEFT = {"refused before", "period"}  # what a person has to look at stays told


@pytest.mark.parametrize("rule", MENDED, ids=[rule.name for rule in MENDED])
def test_what_is_advised_mends(rule: Rule, lives: Any, shop: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    lives(rule.changes)
    advice = next(each["advice"] for each in checked(rule.case)[1] if each["field"] == rule.field)
    lines = list(typed(advice, rule.blanks or {}, shop))
    assert lines
    for line in lines:
        code, _out, err = run(line)
        assert code == 0, (line, err)
    left = [each for each in checked(rule.case)[1] if (each["field"], each["weight"]) == (rule.field, rule.weight)]
    assert bool(left) == (rule.name in LEFT), left


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_what_is_advised_exists(rule: Rule, lives: Any) -> None:
    from comptoir.tree import tree

    lives(rule.changes)
    for each in checked(rule.case)[1]:
        for line in re.findall(r"`comptoir ([^`]+)`", each["advice"]):
            words = shlex.split(line)
            command, place = tree(), 0
            while hasattr(command, "get_command"):
                command, place = command.get_command(None, words[place]), place + 1
                assert command is not None, line
            options = {name for parameter in command.params for name in parameter.opts}
            assert {word for word in words[place:] if word.startswith("--")} <= options, line


def test_several_points_are_told_in_the_order_they_are_mended(lives: Any) -> None:
    lives(["DELETE FROM attachment", consumer("email", ""), case("repair_code", ""), billed(0)])
    code, told = checked("17")
    assert [each["field"] for each in told] == ["email", "repair_code", "bonus", "consent", "nameplate"]
    assert code == 4
    _code, _out, err = run("qualirepar check 17")
    assert err == "5 points arrêtent cette demande\n"


def test_before_the_invoice_all_that_can_be_known_is_told(shop: Path, base: Path) -> None:
    played.put(shop, "repaired", base)
    code, told = checked("17")
    assert (code, [each["field"] for each in told]) == (
        4, ["invoice", "symptom", "repair_code", "consent", "nameplate"],
    )  # fmt: skip
    assert told[0]["advice"] == f"`comptoir repair invoice {PHONE}`"


def test_what_was_never_fetched_is_to_be_fetched_and_what_is_not_listed_to_be_matched(lives: Any) -> None:
    def advised() -> dict[str, str]:
        return {each["field"]: each["advice"] for each in checked("17")[1]}

    lives(["repair set 17 --organism ecologic", "DELETE FROM organism_brand WHERE name = 'Apple'"])
    assert advised()["brand"].startswith('`comptoir qualirepar match --brand "Apple" --organism ecologic --code CODE`')
    lives(["DELETE FROM organism_brand", "DELETE FROM organism_product", "DELETE FROM organism_sync"])
    assert {advised()[field] for field in ("brand", "product")} == {
        "`comptoir qualirepar sync` va chercher les listes des éco-organismes"
    }


@pytest.mark.parametrize(("number", "organism"), [(PHONE, "ecologic"), (WASHER, "ecosystem")])
def test_a_refused_claim_stands_in_the_way_of_another_at_ecologic_alone(number: str, organism: str, lives: Any) -> None:
    lives([claim("refused", number, organism, "08")])
    (told,) = checked(number)[1]
    assert told["message"] == "la demande d'avant a été refusée : 08"
    assert ("annulez-la d'abord sur son portail" in told["advice"]) == (organism == "ecologic")


def test_a_product_that_the_shop_took_out_of_its_own_is_still_claimed(lives: Any) -> None:
    lives([case("product", "gone")])
    assert [(each["field"], each["weight"]) for each in checked("17")[1]] == [("bonus", DOUBT)]


def test_doubts_alone_stop_nothing(lives: Any) -> None:
    lives([case("model", "")])
    code, out, err = run("qualirepar check 17")
    assert (code, err) == (0, f"rien n'arrête cette demande : `comptoir qualirepar claim {PHONE}` la fait\n")
    assert "À vérifier" in out
    assert "le modèle manque" in out


def test_a_screen_in_french(lives: Any) -> None:
    lives([consumer("phone", "")])
    _code, out, _err = run("qualirepar check 17")
    assert out.splitlines()[0].split() == ["Champ", "Poids", "Point", "Que", "faire"]
    assert f"`comptoir repair set {PHONE} --phone NUMÉRO`" in " ".join(out.split())


@pytest.mark.parametrize(("line", "code", "kind"), [
    ("check 99", 3, "unknown_repair"), ("check abc", 2, "not_a_repair"), ("check 00000018", 2, "mistyped_repair"),
    ("check", 2, "bad_usage"),
])  # fmt: skip
def test_what_is_not_a_repair(line: str, code: int, kind: str, base: Path) -> None:
    before = dump(base)
    ended, out, err = run(f"qualirepar {line} --json")
    assert (ended, out) == (code, "")
    assert json.loads(err.splitlines()[-1])["errors"][0]["error"] == kind
    assert dump(base) == before


HISTORY = "SELECT data FROM history WHERE reference = ? AND verb = 'set' ORDER BY id DESC LIMIT 1"


@pytest.mark.parametrize(("options", "told"), [
    ("--model 'iPhone 12 mini'", {"model": "iPhone 12 > iPhone 12 mini"}),
    ("--symptom E7", {"symptom": "F4 > E7"}),
    ("--repair-code CAS", {"repair_code": "CON > CAS"}),
    ("--organism ecosystem", {"organism": "ecologic > ecosystem"}),
    ("--consent used-parts", {"consents": "data > data, used-parts"}),
    ("--email a@b.fr", {"email": "lea@example.fr > a@b.fr"}),
    ("--phone 0698765432", {"phone": "+33612345678 > +33698765432"}),
    ("--line '2 rue Basse'", {"line": "1 rue Haute > 2 rue Basse"}),
    ("--complement 'Bât. B'", {"complement": "> Bât. B"}),
    ("--postcode 35400", {"postcode": "35000 > 35400"}),
    ("--town 'Saint-Malo'", {"town": "Rennes > Saint-Malo"}),
    ("--title M.", {"title": "Mme > M."}),
    ("--last-name Dupont", {"last_name": "Durand > Dupont"}),
    ("--first-name Noé", {"first_name": "Léa > Noé"}),
])  # fmt: skip
@pytest.mark.parametrize("state", ["invoiced", "handed over"])
def test_what_a_claim_needs_is_corrected_later(state: str, options: str, told: Mapping[str, str], base: Path) -> None:
    if state == "handed over":
        done("repair handover 17")
    status = column(base, "SELECT status FROM repair_case WHERE number = ?", PHONE)
    done(f"repair set 17 {options}")
    assert json.loads(column(base, HISTORY, PHONE)[0]) == told
    assert column(base, "SELECT status FROM repair_case WHERE number = ?", PHONE) == status


@pytest.mark.parametrize("options", ["--serial FD1", "--brand Samsung", "--fault x", "--service x", "--warranty legal"])
@pytest.mark.parametrize("state", ["invoiced", "handed over"])
def test_what_the_invoice_says_stands(state: str, options: str, base: Path) -> None:
    if state == "handed over":
        done("repair handover 17")
    before = dump(base)
    code, _out, err = run(f"repair set 17 --email new@example.fr {options.replace('FD1', OTHER_IMEI)} --json")
    assert (code, json.loads(err.splitlines()[-1])["errors"][0]["error"]) == (4, "device_closed")
    assert dump(base) == before


def test_a_credit_note_reopens_a_device_that_was_given_back(base: Path) -> None:
    done("repair handover 17")
    done("repair credit 17 --why Numéro --yes")
    done(f"repair set 17 --serial {OTHER_IMEI}")
    done("repair invoice 17 --yes")
    assert column(base, "SELECT serial FROM repair_case WHERE number = ?", PHONE) == [OTHER_IMEI]
    assert run(f"repair set 17 --serial {IMEI}")[0] == 4
