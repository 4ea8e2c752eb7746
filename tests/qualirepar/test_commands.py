"""The commands on claims, as a shell runs them against a sandbox: exit codes, screens, JSON, what stays as it was."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pexpect
import pytest

from comptoir.sandbox.reference import API_KEY
from comptoir.sandbox.server import Options, Sandbox, Served
from comptoir.store.engine import engine

from . import played
from .played import CLOCK, PHONE, SECRETS, WASHER, change, column, done, dump, rows, run

COMPTOIR = [sys.executable, "-m", "comptoir"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played.open_shop(tmp_path_factory.mktemp("claims"))


@pytest.fixture
def served() -> Iterator[Served]:
    with Sandbox(Options(clock=CLOCK, pace=None)).running() as found:
        yield found


@pytest.fixture(autouse=True)
def base(shop: Path, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    played.settle(monkeypatch)
    for name, value in played.pointed(served).items():
        monkeypatch.setenv(name, value)
    yield played.put(shop, "paid", tmp_path / "shop.db")
    engine.cache_clear()


@pytest.fixture
def refuses(base: Path) -> Callable[..., list[dict[str, Any]]]:
    """Give the function that sees a line refused: its code, its kinds, and that the base is as it was."""

    def refused(line: str, code: int, *kinds: str) -> list[dict[str, Any]]:
        before = dump(base)
        ended, out, err = run(f"qualirepar {line} --json")
        told = json.loads(err.splitlines()[-1])
        assert (ended, out, told["exit_code"]) == (code, "", code), err
        assert [each["error"] for each in told["errors"]] == list(kinds)
        assert all(each["message"] and "{" not in each["message"] + (each["hint"] or "") for each in told["errors"])
        assert dump(base) == before
        return list(told["errors"])

    return refused


@pytest.fixture
def admin(served: Served) -> Callable[..., Any]:
    """Give the function that asks the sandbox behind the organisms' backs."""

    def ask(method: str, path: str, body: object = None) -> Any:
        connection = HTTPConnection(urlsplit(served.admin).netloc, timeout=10)
        try:
            connection.request(method, f"/admin{path}", json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            read = answer.read()
            assert answer.status < 300, read
            return json.loads(read) if read else None
        finally:
            connection.close()

    return ask


def sent(admin: Callable[..., Any]) -> list[dict[str, Any]]:
    return list(admin("GET", "/state")["claims"])


def statuses(base: Path) -> dict[str, str]:
    return dict(zip(column(base, "SELECT case_number FROM claim ORDER BY id"),
                    column(base, "SELECT status FROM claim ORDER BY id"), strict=True))  # fmt: skip


# --- sync


def test_both_catalogues_are_fetched(base: Path) -> None:
    found = rows("qualirepar sync")
    assert [(each["organism"], each["products"], each["sites"], each["error"]) for each in found] == [
        ("ecologic", 43, 2, ""), ("ecosystem", 43, 2, ""),
    ]  # fmt: skip
    assert column(base, "SELECT count(*) FROM history WHERE verb = 'sync'") == [4]


def test_one_organism_alone(base: Path) -> None:
    before = column(base, "SELECT synced_at FROM organism_sync WHERE organism = 'ecosystem'")
    assert [each["organism"] for each in rows("qualirepar sync --organism ecologic")] == ["ecologic"]
    assert column(base, "SELECT synced_at FROM organism_sync WHERE organism = 'ecosystem'") == before


def test_an_organism_that_the_shop_has_no_access_to_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COMPTOIR_ECOLOGIC_KEY")
    code, out, err = run("qualirepar sync --json")
    assert (code, [each["organism"] for each in json.loads(out)]) == (0, ["ecosystem"])
    assert err == ""  # a shop with one organism wants no letter from cron each night


def test_it_is_refused_where_it_is_asked_for_alone_or_where_there_is_none(monkeypatch: Any, refuses: Any) -> None:
    monkeypatch.delenv("COMPTOIR_ECOLOGIC_KEY")
    refuses("sync --organism ecologic", 2, "no_organism_secret")
    monkeypatch.delenv("COMPTOIR_ECOSYSTEM_USER")
    assert [each["error"] for each in json.loads(run("qualirepar sync --json")[2].splitlines()[-1])["errors"]] == [
        "no_organism_secret", "no_organism_user",
    ]  # fmt: skip


def test_one_that_is_down_keeps_no_other(monkeypatch: pytest.MonkeyPatch, base: Path) -> None:
    monkeypatch.setenv("COMPTOIR_ECOSYSTEM_URL", "http://127.0.0.1:9")
    code, out, err = run("qualirepar sync --json")
    found = json.loads(out)
    assert code == 5
    assert [(each["organism"], each["products"]) for each in found] == [("ecologic", 43), ("ecosystem", None)]
    assert found[1]["error"].startswith("ecosystem n'a rien fait : ")
    assert json.loads(err.splitlines()[-1])["exit_code"] == 5
    assert column(base, "SELECT count(*) FROM organism_product WHERE organism = 'ecosystem'") == [43]


def test_a_catalogue_that_shrank_is_taken_when_it_is_said(base: Path) -> None:
    change(base, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO "
           "organism_product SELECT 'ecologic', 'X' || i, 'x', 'x', '', '', '' FROM n")  # fmt: skip
    code, out, err = run("qualirepar sync --organism ecologic")
    assert code == 4
    assert "103" in err
    assert "--again" in err
    assert "Ecologic" in out
    assert column(base, "SELECT count(*) FROM organism_product WHERE organism = 'ecologic'") == [103]
    assert rows("qualirepar sync --organism ecologic --again")[0]["products"] == 43


# --- claim


def test_one_claim_goes_to_its_end(base: Path, admin: Any) -> None:
    code, out, err = run("qualirepar claim 17 --yes")
    assert code == 0
    assert out.splitlines()[0].split()[:4] == ["Dossier", "Organisme", "Issue", "État"]
    assert "Confirmée, en vérification" in out
    assert err == "ensuite : `comptoir qualirepar status` demande où elles en sont\n"
    (claim,) = sent(admin)
    assert (claim["stage"], claim["reference"]) == ("sent", "F2026-00001")
    assert claim["quote"].startswith(f"{PHONE}-1-")
    assert [each["type"] for each in claim["files"]] == ["INVOICE", "CONSUMERVALIDATION", "NAMEPLATE"]
    assert statuses(base) == {PHONE: "confirmed"}


def test_all_claims_by_name_or_by_organism(base: Path) -> None:
    found = rows("qualirepar claim --all --organism ecosystem --yes")
    assert [(each["case_number"], each["result"], each["status"]) for each in found] == [
        (WASHER, "confirmed", "confirmed")
    ]
    assert found[0]["service_order"]
    assert [each["case_number"] for each in rows("qualirepar claim --all --yes")] == [PHONE]
    assert rows("qualirepar claim --all --yes") == []


def test_a_dry_run_sends_nothing(base: Path, admin: Any) -> None:
    before = dump(base)
    found = rows("qualirepar claim 17 24 --dry-run")
    assert [(each["case_number"], each["organism"], each["invoice"], each["bonus"]) for each in found] == [
        (PHONE, "ecologic", "F2026-00001", "25.00"), (WASHER, "ecosystem", "F2026-00002", "50.00"),
    ]  # fmt: skip
    assert found[0]["pieces"] == ["invoice", "consent", "nameplate"]
    assert dump(base) == before
    assert sent(admin) == []


def test_what_is_named_wrongly(refuses: Any) -> None:
    refuses("claim --yes", 2, "nothing_named")
    refuses("claim 17 --all --yes", 2, "named_and_all")
    refuses("claim 17 99 --yes", 3, "unknown_repair")
    refuses("claim 00000018 --yes", 2, "mistyped_repair")
    refuses("claim 17", 2, "needs_yes")


def test_what_is_not_ready_is_refused_and_its_points_told(base: Path, refuses: Any) -> None:
    change(base, "UPDATE consumer SET email = ''")
    told = refuses("claim 17 24 --yes", 4, "claim_not_ready", "claim_not_ready")
    assert "e-mail" in told[0]["message"]
    assert told[0]["hint"] == f"`comptoir qualirepar check {PHONE}` dit que faire pour chacun"


def test_of_all_those_that_are_not_ready_keep_no_other(base: Path) -> None:
    change(base, "UPDATE repair_case SET repair_code = '' WHERE number = ?", PHONE)
    code, out, err = run("qualirepar claim --all --yes --json")
    assert (code, [each["case_number"] for each in json.loads(out)]) == (4, [WASHER])
    assert [each["error"] for each in json.loads(err.splitlines()[-1])["errors"]] == ["claim_not_ready"]
    assert statuses(base) == {WASHER: "confirmed"}


def test_what_is_not_invoiced(shop: Path, base: Path, refuses: Any) -> None:
    played.put(shop, "repaired", base)
    assert "la réparation n'est pas facturée" in refuses("claim 17 --yes", 4, "claim_not_ready")[0]["message"]
    code, out, err = run("qualirepar claim --all --json")  # nothing to agree to
    assert (code, json.loads(out), err) == (0, [], "il n'y a rien à demander\n")


def test_a_claim_is_filed_once(base: Path, refuses: Any, admin: Any) -> None:
    done("qualirepar claim 17 --yes")
    told = refuses("claim 17 --yes", 4, "filed_already")
    assert told[0]["message"].endswith("confirmée, en vérification")
    assert len(sent(admin)) == 1


def test_a_credit_note_under_a_claim_is_told_and_keeps_no_other(base: Path) -> None:
    done("qualirepar claim 17 --yes")
    for line in ("credit 17 --why Erreur --yes", "invoice 17 --yes", "pay 17 --means card --receipt T-9"):
        done(f"repair {line}")
    code, out, err = run("qualirepar claim --all --yes --json")
    assert (code, [each["case_number"] for each in json.loads(out)]) == (4, [WASHER])
    assert "F2026-00001" in err


def test_a_claim_that_another_command_has_keeps_no_other(base: Path) -> None:
    played.run("qualirepar claim 17 --yes --dry-run")
    change(base, "UPDATE repair_case SET organism = 'ecologic' WHERE number = ?", PHONE)
    done("qualirepar claim 17 --yes")
    change(base, "UPDATE claim SET status = 'to_complete', lease = 'x', leased_until = '2026-03-10T09:01:00+00:00'")
    code, out, _err = run("qualirepar claim --all --yes --json")
    assert code == 5
    assert {each["case_number"]: each["result"] for each in json.loads(out)} == {PHONE: "held", WASHER: "confirmed"}


def test_a_claim_that_is_turned_down_says_why(base: Path, admin: Any) -> None:
    admin("POST", "/faults", {"step": "new_claim", "kind": "refuse", "detail": "NUMERO_SERIE_DUPLIQUE"})
    code, out, err = run("qualirepar claim 24 --yes --json")
    told = json.loads(out)[0]
    assert (code, told["result"], told["status"]) == (4, "turned_down", "to_create")
    assert "NUMERO_SERIE_DUPLIQUE" in told["error"]
    assert json.loads(err.splitlines()[-1])["errors"][0]["error"] == "some_refused"


def test_a_claim_begun_with_one_organism_goes_to_no_other(base: Path, admin: Any, refuses: Any) -> None:
    admin("POST", "/faults", {"step": "new_claim", "kind": "refuse", "detail": "DONNEES_INVALIDES"})
    assert run("qualirepar claim 24 --yes")[0] == 4
    done("repair set 24 --organism ecologic")
    assert "ecosystem" in refuses("claim 24 --yes", 4, "claim_not_ready")[0]["message"]


def test_an_organism_that_is_not_set_up_keeps_no_other(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COMPTOIR_ECOLOGIC_KEY")
    code, out, err = run("qualirepar claim --all --yes --json")
    assert (code, [each["case_number"] for each in json.loads(out)]) == (2, [WASHER])
    assert [each["error"] for each in json.loads(err.splitlines()[-1])["errors"]] == ["no_organism_secret"]
    assert statuses(base) == {WASHER: "confirmed"}
    monkeypatch.setenv("COMPTOIR_ECOLOGIC_KEY", API_KEY)
    done("qualirepar claim 17 --yes")
    monkeypatch.delenv("COMPTOIR_ECOLOGIC_KEY")
    code, out, _err = run("qualirepar status --json")
    assert (code, len(json.loads(out))) == (2, 2)


def test_a_key_that_is_refused_leaves_all_to_be_claimed(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPTOIR_ECOLOGIC_KEY", "0" * 36)
    code, out, _err = run("qualirepar claim --all --yes --json")
    assert code == 5
    assert {each["case_number"]: each["result"] for each in json.loads(out)} == {PHONE: "closed", WASHER: "confirmed"}
    monkeypatch.setenv("COMPTOIR_ECOLOGIC_KEY", API_KEY)
    assert rows("qualirepar claim --all --yes")[0]["result"] == "confirmed"


def test_a_terminal_is_asked(base: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "COMPTOIR_LANG": "fr", "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    told = []
    for answer in ("non\r", "oui\r"):
        terminal = pexpect.spawn(COMPTOIR[0], [*COMPTOIR[1:], "qualirepar", "claim", "--all"], env=environment,
                                 dimensions=(50, 100), timeout=30, encoding="utf-8")  # fmt: skip
        terminal.expect("Faire 2 demandes, 75,00.* en tout \\(Ecologic, ecosystem\\)")
        terminal.send(answer)
        told.append(terminal.read())
        terminal.close()
        assert terminal.exitstatus == 0
        assert statuses(base) == ({} if answer == "non\r" else {PHONE: "confirmed", WASHER: "confirmed"})
    assert "confirmée" in told[1]


# --- status, list, show


def test_where_claims_stand_is_asked_and_kept(base: Path, admin: Any) -> None:
    done("qualirepar claim --all --yes")
    admin("POST", "/outcome", {"claim": column(base, "SELECT remote FROM claim")[0], "outcome": "approved"})
    found = {each["case_number"]: each["status"] for each in rows("qualirepar status")}
    assert found == {PHONE: "approved", WASHER: "confirmed"}
    assert [each["case_number"] for each in rows("qualirepar status 24")] == [WASHER]
    assert [each["case_number"] for each in rows("qualirepar status --organism ecologic")] == [PHONE]


def test_an_organism_that_is_down_keeps_no_other_from_being_asked(base: Path, admin: Any, monkeypatch: Any) -> None:
    done("qualirepar claim --all --yes")
    admin("POST", "/outcome", {"claim": column(base, "SELECT remote FROM claim")[1], "outcome": "paid"})
    monkeypatch.setenv("COMPTOIR_ECOLOGIC_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("COMPTOIR_ECOLOGIC_CLAIMS_URL", "http://127.0.0.1:9")
    code, out, err = run("qualirepar status --json")
    assert code == 5
    assert {each["case_number"]: each["status"] for each in json.loads(out)} == {
        PHONE: "confirmed", WASHER: "reimbursed",
    }  # fmt: skip
    assert "Ecologic n'a rien fait" in err


def test_status_of_nothing_or_of_no_claim(refuses: Any) -> None:
    assert rows("qualirepar status") == []
    refuses("status 17", 3, "no_claim")
    refuses("show 17", 3, "no_claim")
    refuses("log 17", 3, "no_claim")
    refuses("cancel 17 --yes", 3, "no_claim")
    refuses("found 17 --nothing", 3, "no_claim")


def test_the_list_has_what_is_to_be_claimed(base: Path, admin: Any) -> None:
    assert [(each["case_number"], each["status"]) for each in rows("qualirepar list")] == [
        (WASHER, "to_create"), (PHONE, "to_create"),
    ]  # fmt: skip
    done("qualirepar claim 17 --yes")
    assert [each["case_number"] for each in rows("qualirepar list --status to_create")] == [WASHER]
    assert [each["case_number"] for each in rows("qualirepar list --status confirmed")] == [PHONE]
    assert [each["case_number"] for each in rows("qualirepar list --organism ecosystem")] == [WASHER]
    assert rows("qualirepar list --organism ecosystem --status confirmed") == []
    assert run("qualirepar list --status done")[0] == 2


def test_a_refused_claim_can_be_made_again(base: Path, admin: Any) -> None:
    done("qualirepar claim 17 --yes")
    remote = column(base, "SELECT remote FROM claim")[0]
    admin("POST", "/outcome", {"claim": remote, "outcome": "refused", "reason": "Facture illisible"})
    assert rows("qualirepar status 17")[0]["status"] == "refused"
    assert rows("qualirepar list --status refused")[0]["error"]
    code, out, _err = run("qualirepar check 17 --json")
    assert (code, [each["weight"] for each in json.loads(out)]) == (0, ["doubt"])
    assert rows("qualirepar claim 17 --yes")[0]["result"] == "confirmed"
    assert [each[: len(PHONE) + 3] for each in column(base, "SELECT reference FROM claim")] == [
        f"{PHONE}-1-",
        f"{PHONE}-2-",
    ]


LIST = """\
Dossier   Date              État                        Organisme  Client          Produit             Facture\
        Bonus    Payé  N° à rappeler  Confirmé le       Pourquoi
00000024  10/03/2026 10:00  À créer                     ecosystem  Mme Léa Durand  Lave-linge          F2026-00002\
  50,00 €  0,00 €
00000017  10/03/2026 10:00  Confirmée, en vérification  Ecologic   Mme Léa Durand  Téléphone portable  F2026-00001\
  25,00 €  0,00 €  700001         10/03/2026 10:00"""


def test_the_list_on_a_screen(base: Path) -> None:
    done("qualirepar claim 17 --yes")
    out = done("qualirepar list").replace("\xa0", " ").splitlines()
    assert [line.rstrip() for line in out if not line.startswith("─")] == LIST.splitlines()


def test_a_claim_is_shown_whole(base: Path) -> None:
    done("qualirepar claim 24 --yes")
    (told,) = rows("qualirepar show 24")
    assert (told["case_number"], told["status"], told["bonus"]) == (WASHER, "confirmed", "50.00")
    assert told["reference"].startswith(f"{WASHER}-1-")
    assert [each["piece"] for each in told["files"]] == ["invoice", "consent", "nameplate"]
    assert all(each["sent_at"] for each in told["files"])
    _code, out, err = run("qualirepar show 24")
    assert "Envoyé, en cours vérification" in out
    assert err == f"ensuite : `comptoir qualirepar status {WASHER}` demande où elle en est\n"


def test_the_history_tells_a_name_that_was_corrected() -> None:
    done("repair set 24 --title M. --last-name Dupont --first-name Noé")
    told = rows("repair show 24")[0]["history"][-1]["told"]
    assert told == "corrigé : civilité Mme > M., nom Durand > Dupont, prénom Léa > Noé"


# --- log


@pytest.mark.parametrize("number", [PHONE, WASHER])
def test_a_log_has_every_exchange_and_no_secret(number: str, base: Path) -> None:
    done("qualirepar sync")
    done(f"qualirepar claim {number} --yes")
    done(f"qualirepar status {number}")
    told = rows(f"qualirepar log {number}")
    steps = [each["step"] for each in told]
    assert ("submitclaim" in steps) or ("confirm-claim" in steps)
    kept = json.dumps(told) + json.dumps(dump(base)["claim_exchange"], default=str)
    assert not any(secret in kept for secret in SECRETS)
    assert "Bearer" not in kept
    assert API_KEY not in kept
    for each in told:
        if each["step"] == "attachfile":
            assert '"FileContent": "…"' in each["request"]
        if each["step"] == "upload-file":
            assert json.loads(each["answer"]) == {"url": "…"}
        if each["step"] == "put":
            assert each["request"].endswith(" bytes>")
            assert "/storage/" not in each["request"]
        if each["step"] == "login":
            assert json.loads(each["answer"])["IdToken"] == "…"


def test_a_log_stands_on_a_line_a_row(base: Path) -> None:
    done("qualirepar claim 17 --yes")
    out = done("qualirepar log 17 --format tsv")
    assert "\N{REPLACEMENT CHARACTER}" not in done("qualirepar log 17")
    assert len(out.splitlines()) == 1 + len(rows("qualirepar log 17"))


# --- refused


REASONS = {
    "00": "un contrôle automatique : une facture de ce numéro a peut-être déjà été remboursée",
    "01": "la facture ne porte ni SIRET ni RCS",
    "02": "cette panne n'a pas droit au bonus",
    "03": "le client est un professionnel",
    "05": "la même demande a déjà été traitée",
    "06": "le montant du bonus n'est pas le bon",
    "07": "la facture est illisible",
    "08": "le bonus n'apparaît pas sur la facture",
    "09": "le bonus n'est pas déduit du total de la facture",
    "10": "l'éco-organisme soupçonne une fraude",
    "11": "le client, appelé, dit qu'il n'y a pas eu de réparation",
    "12": "le client n'a pas pu être joint",
    "13": "le document envoyé n'est pas une facture",
    "14": "l'accord du client pour les pièces issues de l'économie circulaire (PIEC) manque",
    "15": "la photo de la plaque signalétique ou de l'IMEI du téléphone manque",
}


@pytest.mark.parametrize("code", sorted(REASONS))
def test_each_numbered_reason_is_told_in_plain_words(code: str, base: Path, admin: Any) -> None:
    done("qualirepar claim 24 --yes")
    admin("POST", "/outcome", {"claim": column(base, "SELECT remote FROM claim")[0], "outcome": "refused",
                               "reason": code})  # fmt: skip
    assert rows("qualirepar status")[0]["status"] == "refused"
    (told,) = rows("qualirepar refused")
    assert told["reason"].startswith(f"{code} : ")
    assert told["plain"] == REASONS[code]
    assert told["todo"]
    assert run("qualirepar show 24")[2] == f"ensuite : {told['todo']}\n"


WORDS = {
    "numéro facture déjà utilisé": REASONS["00"],
    "Ce produit a déjà fait l'objet d'une demande de soutien": "cet appareil a déjà fait l'objet d'une demande",
    "IMEI déjà saisi": "cet appareil a déjà fait l'objet d'une demande",
    "Appareil déjà aidé": "cet appareil a déjà fait l'objet d'une demande",
    "code panne non valide": REASONS["02"],
    "Panne ou code IRIS": REASONS["02"],
    "Appareil sous garantie": "l'appareil est sous garantie",
    "Plaque signalétique illisible": REASONS["15"],
    "Signature absente": "le document signé par le client ne convient pas",
    "Facture : document illisible": REASONS["07"],
    "La facture n'est pas la bonne": REASONS["13"],
    "La ville ne correspond pas au code postal": "la ville ou le code postal n'est pas reconnu",
    "Numéro de série incorrect": "le numéro de série ou l'IMEI ne convient pas",
    "Date de réparation incorrecte": "la date de réparation ne convient pas",
    "Le client est un professionnel": REASONS["03"],
    "Le SIRET n'apparaît pas": REASONS["01"],
    "Le montant du soutien attendu est 25 EUR": REASONS["06"],
    "Motif jamais vu": "Motif jamais vu",
}


@pytest.mark.parametrize("words", WORDS)
def test_each_worded_reason_is_told_in_plain_words(words: str, base: Path, admin: Any) -> None:
    done("qualirepar claim 17 --yes")
    admin("POST", "/outcome", {"claim": column(base, "SELECT remote FROM claim")[0], "outcome": "refused",
                               "reason": words})  # fmt: skip
    done("qualirepar status")
    (told,) = rows("qualirepar refused --organism ecologic")
    assert told["plain"] == WORDS[words]
    assert rows("qualirepar refused --organism ecosystem") == []


# --- cancel, found


def drafted(base: Path, admin: Any, number: str, step: str) -> None:
    """File a claim that stops before its last step."""
    admin("POST", "/faults", {"step": step, "kind": "503", "times": 3})
    assert run(f"qualirepar claim {number} --yes")[0] == 5
    admin("DELETE", "/faults")


def test_a_draft_of_ecosystem_is_deleted(base: Path, admin: Any) -> None:
    drafted(base, admin, WASHER, "confirm-claim")
    assert [each["stage"] for each in sent(admin)] == ["draft"]
    assert rows("qualirepar cancel 24 --yes")[0]["status"] == "cancelled"
    assert f"`comptoir qualirepar claim {WASHER}`" in run("qualirepar show 24")[2]
    assert [each["stage"] for each in sent(admin)] in ([], ["deleted"])
    assert [each["case_number"] for each in rows("qualirepar list --status to_create")] == [PHONE]


def test_a_claim_of_ecologic_is_cancelled_on_its_portal(base: Path, admin: Any, refuses: Any) -> None:
    drafted(base, admin, PHONE, "submitclaim")
    told = refuses("cancel 17 --yes", 4, "claim_not_cancellable")
    assert told[0]["hint"] == (f"annulez-la sur son portail, puis `comptoir qualirepar cancel {PHONE} --on-portal`")
    assert rows("qualirepar cancel 17 --on-portal --yes")[0]["status"] == "cancelled"
    assert column(base, "SELECT data FROM history WHERE verb = 'claim_cancelled'") == ['{"where":"portal"}']
    assert "demande annulée : où sur le portail de l'éco-organisme" in done("repair show 17")


def test_what_was_confirmed_is_cancelled_on_the_portal_alone(base: Path, refuses: Any) -> None:
    done("qualirepar claim 24 --yes")
    refuses("cancel 24 --yes", 4, "claim_not_cancellable")
    refuses("cancel 24 --on-portal", 2, "needs_yes")
    done("qualirepar cancel 24 --on-portal --yes")
    refuses("cancel 24 --on-portal --yes", 4, "over")


def test_what_was_never_sent_is_cancelled_at_once(base: Path, admin: Any) -> None:
    admin("POST", "/faults", {"step": "calculateecosupport", "kind": "503", "times": 9})
    assert run("qualirepar claim 17 --yes")[0] == 5
    admin("DELETE", "/faults")
    assert rows("qualirepar cancel 17 --yes")[0]["status"] == "cancelled"
    assert sent(admin) == []


@pytest.fixture
def lost(base: Path, admin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim of Ecologic whose creation got no answer, and no list to look in."""
    monkeypatch.setenv("COMPTOIR_ECOLOGIC_CLAIMS_URL", "")
    admin("POST", "/faults", {"step": "createclaim", "kind": "lost", "times": 1})
    code, out, _err = run("qualirepar claim 17 --yes --json")
    assert (code, json.loads(out)[0]["result"]) == (5, "by_hand")
    assert "qualirepar found" in json.loads(out)[0]["error"]


def test_what_is_found_on_the_portal_is_gone_on_with(lost: None, base: Path, admin: Any) -> None:
    remote = sent(admin)[0]["id"]
    assert rows(f"qualirepar found 17 --number {remote}")[0]["status"] == "to_complete"
    assert rows("qualirepar claim 17 --yes")[0]["result"] == "confirmed"
    assert len(sent(admin)) == 1


def test_what_is_not_on_the_portal_is_made_again(lost: None, base: Path, admin: Any) -> None:
    admin("POST", "/outcome", {"claim": sent(admin)[0]["id"], "outcome": "cancelled"})
    assert rows("qualirepar found 17 --nothing")[0]["status"] in {"created", "to_create"}
    assert rows("qualirepar claim 17 --yes")[0]["result"] == "confirmed"


def test_what_was_found_is_told_once(lost: None, refuses: Any) -> None:
    refuses("found 17", 2, "number_or_nothing")
    refuses("found 17 --number 7 --nothing", 2, "number_or_nothing")
    refuses("cancel 17 --yes", 4, "claim_not_cancellable")
    done("qualirepar found 17 --nothing")
    refuses("found 17 --nothing", 4, "not_adoptable")


# --- the sandbox, and what every command keeps


def sandboxed(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*COMPTOIR, "qualirepar", "sandbox", "--port", "0", *words],
        env={**os.environ, "COMPTOIR_LANG": "fr"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("ended", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox_serves_until_it_is_asked_to_end(ended: signal.Signals, monkeypatch: Any) -> None:
    serving = sandboxed()
    assert serving.stdout
    lines = [serving.stdout.readline().strip() for _each in range(8)]
    for line in lines:
        name, value = line.removeprefix("export ").split("=", 1)
        monkeypatch.setenv(name, value)
    assert [each["products"] for each in rows("qualirepar sync")] == [43, 43]
    assert rows("qualirepar claim 24 --yes")[0]["result"] == "confirmed"
    serving.send_signal(ended)
    out, err = serving.communicate(timeout=20)
    assert (serving.returncode, out) == (0, "")
    assert err == "le bac à sable répond ; rien de ce qu'il contient n'est réel. Ctrl-C l'arrête\n"


def test_the_sandbox_refuses_what_it_cannot_do(served: Served) -> None:
    port = served.base.rpartition(":")[2]
    for words, code in ((("--port", port), 5), (("--fault", "nothing"), 2), (("--port", "-1"), 2)):
        done_ = sandboxed(*words)
        _out, err = done_.communicate(timeout=20)
        assert done_.returncode == code, err
        assert err.startswith("erreur : ")


@pytest.mark.parametrize(("command", "found"), [
    ("claim", [WASHER, PHONE]), ("check", [WASHER, PHONE]), ("show", [PHONE]), ("log", [PHONE]), ("status", [PHONE]),
    ("cancel", [PHONE]), ("found", [PHONE]),
])  # fmt: skip
def test_numbers_are_completed(command: str, found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    done("qualirepar claim 17 --yes")
    monkeypatch.setenv("_COMPTOIR_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", f"comptoir qualirepar {command} 000")
    monkeypatch.setenv("COMP_CWORD", "3")
    _code, out, _err = run([])
    assert out.split() == found


VERBS = ("sync", "check", "claim", "status", "list", "show", "log", "refused", "cancel", "found", "sandbox")


def test_every_command_has_its_help_page() -> None:
    out = done("qualirepar --help")
    assert [verb for verb in VERBS if f" {verb} " not in out] == []
    for verb in VERBS:
        page = done(f"qualirepar {verb} --help")
        assert page.startswith(f"Usage : comptoir qualirepar {verb}")


READS = ("list", "list --json", "show 17", "log 17", "refused", "check 17", "check 24 --json", "organisms",
         "eligible -b Apple -p smartphone", "products", "codes -p smartphone")  # fmt: skip


@pytest.mark.parametrize("line", READS)
def test_a_read_loads_neither_the_orm_nor_the_wire(line: str, base: Path) -> None:
    done("qualirepar claim 17 --yes")
    code = (
        "import sys\nfrom comptoir.__main__ import main\ntry:\n main()\n"
        "finally:\n sys.stderr.write('\\nLOADED ' + ' '.join(sorted(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, "qualirepar", *line.split()], env=dict(os.environ),
                         capture_output=True, text=True, check=False)  # fmt: skip
    assert ran.returncode == (4 if line == "check 17" else 0), ran.stderr
    loaded = {module.partition(".")[0] for module in ran.stderr.rpartition("LOADED ")[2].split()}
    assert loaded & {"sqlmodel", "sqlalchemy", "httpx", "pydantic", "fpdf", "phonenumbers", "typer"} == set()


# --- an invoice credited after its claim


def test_a_claim_whose_invoice_was_credited_is_told() -> None:
    done("qualirepar claim 24 --yes")
    assert "avoir" not in run("qualirepar list")[2]
    done("repair credit 24 --why Erreur --yes")
    for line in ("list", "status"):
        told = run(f"qualirepar {line}")[2]
        assert f"la facture de {WASHER} a fait l'objet d'un avoir après la demande" in told
        assert "`comptoir qualirepar cancel" in told
    done("qualirepar cancel 24 --on-portal --yes")
    assert "avoir" not in run("qualirepar list")[2]


# --- a claim refused, then made again


def test_a_refused_claim_that_was_made_again_is_no_longer_to_be_made_again(base: Path, admin: Any) -> None:
    done("qualirepar claim 24 --yes")
    admin(
        "POST", "/outcome", {"claim": column(base, "SELECT remote FROM claim")[0], "outcome": "refused", "reason": "12"}
    )
    done("qualirepar status")
    assert [each["case_number"] for each in rows("qualirepar refused")] == [WASHER]
    done("qualirepar claim 24 --yes")
    assert rows("qualirepar refused") == []
    assert rows("qualirepar list --status refused") == []
    assert [each["status"] for each in rows("qualirepar list") if each["case_number"] == WASHER] == ["confirmed"]
