"""What is corrected while a claim is under way reaches the organism; what is lost here stops one claim alone."""

import asyncio
from datetime import timedelta

import pytest

from comptoir.core.clock import Clock
from comptoir.organisms.protocol import Standing
from comptoir.organisms.statuses import Organism, Stage
from comptoir.qualirepar import filing, progress, rules
from comptoir.sandbox import ecologic_lists
from comptoir.store.write import Store

from .conftest import CLOCK, ECOLOGIC, ECOSYSTEM, ORGANISMS, done, png

CREATES = {ECOLOGIC: "createclaim", ECOSYSTEM: "new_claim"}
ATTACHES = {ECOLOGIC: "attachfile", ECOSYSTEM: "upload-file"}
OTHER_CODE = {ECOLOGIC: "EHS", ECOSYSTEM: "02"}


def code_of(there):
    product = there["asked"]["body"]["Product"] if there["organism"] == ECOLOGIC else there["asked"]["Product"]
    return product.get("IRISRepair") or product["RepairTypeCode"]


@pytest.mark.parametrize("organism", ORGANISMS)
@pytest.mark.parametrize("kind", ["lost", "deaf", "503"])
@pytest.mark.parametrize("step", [CREATES, ATTACHES])
def test_a_code_corrected_after_a_failure_is_the_one_that_is_filed(shop, paid, organism, kind, step):
    case = paid.cases[organism][0]
    lists = {ECOLOGIC: ("getwarrantyclaims", "getclaimstatus"), ECOSYSTEM: ("list", "delete")}[organism]
    shop.fault(f"{step[organism]}={kind}", *(f"{each}=503" for each in lists))
    assert shop.qualirepar(f"claim {case} --yes")[0] == 5
    done(f"repair set {case} --repair-code {OTHER_CODE[organism]}")
    shop.behave()
    shop.later(minutes=5)
    shop.qualirepar(f"claim {case} --yes")
    there = shop.whole(case)
    assert code_of(there) == OTHER_CODE[organism]
    if (step, kind) == (CREATES, "deaf"):  # nothing was there: what is made is right at once
        assert not {"updateclaim", "delete"} & set(shop.state["requests"])
    assert len(shop.rows("SELECT * FROM claim")) == 1


@pytest.mark.parametrize("organism", ORGANISMS)
@pytest.mark.parametrize("kind", ["lost", "deaf", "reset", "503"])
def test_a_document_attached_meanwhile_is_the_one_that_is_sent(shop, paid, organism, kind, tmp_path):
    case = paid.cases[organism][0]
    shop.fault(f"{ATTACHES[organism]}=503:1:2")  # the invoice and the declaration are there
    assert shop.qualirepar(f"claim {case} --yes")[0] == 5
    (tmp_path / "signed.png").write_bytes(png(99))
    done(f"repair attach {case} {tmp_path}/signed.png --kind declaration")
    shop.later(minutes=5)
    shop.fault(f"{ATTACHES[organism]}={kind}")
    shop.settled(case)
    digests = {row["digest"] for row in shop.rows("SELECT digest FROM claim_file")}
    (there,) = shop.there(case)
    assert shop.here(case)["status"] == "confirmed"
    assert digests <= {each["sha256"] for each in there["files"]}


@pytest.mark.parametrize("organism", ORGANISMS)
def test_a_document_that_is_lost_here_stops_its_claim_alone(shop, paid, organism, tmp_path):
    first, second = paid.cases[organism][:2]
    (tmp_path / "signed.png").write_bytes(png(77))
    done(f"repair attach {first} {tmp_path}/signed.png --kind declaration")
    digest = shop.rows("SELECT digest FROM attachment ORDER BY rowid DESC")[0]["digest"]
    (kept,) = [each for each in (tmp_path / "shop.db.files").rglob("*") if digest in each.name or (
        each.is_file() and each.read_bytes() == png(77))]  # fmt: skip
    kept.rename(tmp_path / "away")
    assert shop.qualirepar(f"claim {first} {second} --yes")[0] == 4
    assert shop.here(second)["status"] == "confirmed"
    claim = shop.here(first)
    assert digest in claim["error"]
    assert (claim["pending"], claim["lease"]) == ("", "")
    (tmp_path / "away").rename(kept)
    assert shop.settled(first)["status"] == "confirmed"
    shop.whole(first)


@pytest.mark.parametrize("organism", ORGANISMS)
def test_a_refused_claim_is_made_again_under_a_new_reference(shop, paid, organism):
    case = paid.cases[organism][0]
    shop.settled(case)
    first = shop.here(case)
    shop.admin("POST", "/outcome", {"claim": first["remote"], "outcome": "refused", "reason": "07"})
    assert shop.qualirepar(f"status {case}")[0] == 0
    assert shop.here(case)["status"] == "refused"
    assert "illisible" in shop.here(case)["reason"].lower() or "lire" in shop.here(case)["reason"].lower()
    assert shop.settled(case)["status"] == "confirmed"
    again = shop.here(case)
    assert again["reference"].startswith(f"{case}-2-")
    assert again["remote"] != first["remote"]
    shop.whole(case)
    kept = shop.rows("SELECT * FROM claim WHERE id = ?", first["id"])[0]
    assert (kept["status"], kept["remote"], kept["service_order"]) == (
        "refused", first["remote"], first["service_order"])  # fmt: skip


def test_what_a_person_submitted_on_the_portal_is_taken_as_it_stands(shop, paid):
    case = paid.cases[ECOLOGIC][0]
    shop.fault("submitclaim=503")
    shop.qualirepar(f"claim {case} --yes")
    shop.write("UPDATE claim_file SET sent_at = NULL WHERE position = 4")
    submitted = shop.call("POST", f"/ecologic/api/v1/ecosupport/submitclaim?ClaimId={shop.here(case)['remote']}")
    assert submitted == 200
    shop.later(minutes=5)
    assert shop.qualirepar(f"claim {case} --yes")[0] == 0
    shop.whole(case)


class Ticking(Clock):
    """A clock that goes on each time it is read."""

    def now(self):
        moments.append((moments or [CLOCK.now()])[-1] + timedelta(seconds=1))
        return moments[-1]


moments = []


class Slow:
    """A client whose every step lasts."""

    organism = Organism.ECOSYSTEM

    def __init__(self, store):
        self._store = store
        self.taken = []

    async def create(self, _form, _log):
        for _each in range(12):
            await asyncio.sleep(0.05)
            moments.append(moments[-1] + timedelta(seconds=20))
            self.taken.append(progress.lease(self._store, 1, moments[-1]))
        return Standing("7", "En cours de création", Stage.DRAFT)

    async def attach(self, _claim, _file, _log):
        await asyncio.sleep(0.1)

    async def submit(self, _claim, _log):
        return Standing("7", "Envoyé", Stage.SENT, order="5")


def test_the_lease_of_a_step_that_lasts_goes_on(shop, paid, monkeypatch, tmp_path):
    case = paid.cases[ECOSYSTEM][0]
    shop.fault("new_claim=503")
    shop.qualirepar(f"claim {case} --yes")
    assert shop.here(case)["id"] == 1
    monkeypatch.setattr(filing, "BEAT", 0.02)
    moments.clear()
    with Store.open(tmp_path / "shop.db") as store:
        client = Slow(store)
        work = filing.Work(store, client, Ticking(), "marie", lambda _digest: b"x")
        filed = asyncio.run(filing.filed(work, 1))
    assert moments[-1] - moments[0] > rules.LEASE
    assert client.taken == [None] * 12
    assert (filed.result, filed.service_order) == (filing.Result.CONFIRMED, "5")
    assert shop.here(case)["lease"] == ""


def test_who_loses_its_lease_writes_nothing_and_leaves_the_claim_to_the_other(shop, paid, monkeypatch, tmp_path):
    case = paid.cases[ECOSYSTEM][0]
    shop.fault("new_claim=503")
    shop.qualirepar(f"claim {case} --yes")

    class Thief(Slow):
        async def create(self, _form, _log):
            shop.write("UPDATE claim SET lease = 'theirs', leased_until = ?", (CLOCK.now() + rules.LEASE).isoformat())
            return Standing("7", "En cours de création", Stage.DRAFT)

    with Store.open(tmp_path / "shop.db") as store:
        work = filing.Work(store, Thief(store), CLOCK, "marie", lambda _digest: b"x")
        filed = asyncio.run(filing.filed(work, 1))
    assert filed.result is filing.Result.HELD
    claim = shop.here(case)
    assert (claim["lease"], claim["remote"], claim["pending"]) == ("theirs", "", "create")


def test_a_bonus_that_the_organism_says_otherwise_is_not_filed(shop, paid, monkeypatch):
    case = paid.cases[ECOLOGIC][0]
    monkeypatch.setattr(ecologic_lists, "support", lambda *_asked: (26.0, ""))
    assert shop.qualirepar(f"claim {case} --yes")[0] == 4
    assert all(euros in shop.here(case)["error"] for euros in ("25,00", "26,00"))
    assert shop.there(case) == []


@pytest.mark.parametrize("organism", ORGANISMS)
def test_what_is_looked_for_is_ours_and_is_made_again_only_once_nobody_can_be_making_it(shop, paid, organism):
    first, second = paid.cases[organism][:2]
    shop.settled(first)
    made = shop.state["requests"][CREATES[organism]]
    shop.fault(f"{CREATES[organism]}=deaf")
    for _run in range(3):
        assert shop.qualirepar(f"claim {second} --yes")[0] == 5
        claim = shop.here(second)
        assert (claim["remote"], claim["pending"]) == ("", "create")
        shop.later(seconds=15)
    assert shop.state["requests"][CREATES[organism]] == made + 1
    shop.later(seconds=20)
    assert shop.settled(second)["status"] == "confirmed"
    for case in (first, second):
        shop.whole(case)


def test_a_claim_that_was_cancelled_there_is_not_taken_for_the_one_looked_for(shop, paid):
    case = paid.cases[ECOLOGIC][0]
    shop.fault("createclaim=lost", "getwarrantyclaims=503")
    shop.qualirepar(f"claim {case} --yes")
    (there,) = shop.there(case)
    assert shop.admin("POST", "/outcome", {"claim": there["id"], "outcome": "cancelled"})[0] == 200
    shop.later(minutes=5)
    assert shop.settled(case)["status"] == "confirmed"
    assert shop.whole(case)["id"] != there["id"]
