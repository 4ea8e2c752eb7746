"""What is written down of a claim: only by who holds it, whole, and told to the history once."""

import json
from contextlib import closing
from datetime import timedelta

import pytest

from comptoir.core.acting import By
from comptoir.core.clock import Clock
from comptoir.desk.wire import Exchange
from comptoir.organisms.protocol import NotDone, Standing
from comptoir.organisms.statuses import Organism, Stage
from comptoir.qualirepar import following, progress, rules
from comptoir.store.write import Store, connect

from .conftest import CLOCK, ECOLOGIC, ECOSYSTEM

NOW = CLOCK.now()
HEARD = Exchange(NOW, "put", "PUT /", 200, "", 12)


@pytest.fixture
def store(shop, paid, tmp_path):
    """Open the base of a shop whose first claims were created and put off."""
    shop.fault("attachfile=503:*", "upload-file=503:*")
    for organism in (ECOLOGIC, ECOSYSTEM):
        shop.qualirepar(f"claim {paid.cases[organism][0]} --yes")
    shop.behave()
    with Store.open(tmp_path / "shop.db") as opened:
        yield opened


@pytest.fixture
def claim(shop, paid):
    """Give the id of the first claim of an organism."""
    return lambda organism: shop.here(paid.cases[organism][0])["id"]


def test_one_at_a_time_holds_a_claim(store, claim):
    state = progress.lease(store, claim(ECOLOGIC), NOW)
    assert progress.lease(store, claim(ECOLOGIC), NOW) is None
    assert progress.lease(store, claim(ECOLOGIC), NOW + rules.LEASE - timedelta(seconds=1)) is None
    after = progress.lease(store, claim(ECOLOGIC), NOW + rules.LEASE)
    assert after.row.lease not in {"", state.row.lease}


def test_who_lost_a_claim_writes_nothing(shop, store, claim):
    mine = progress.lease(store, claim(ECOLOGIC), NOW)
    progress.lease(store, claim(ECOLOGIC), NOW + rules.LEASE)
    before = [shop.rows(f"SELECT * FROM {table}") for table in ("claim", "claim_file", "claim_exchange", "history")]
    files = tuple(each._replace(sent_at=NOW) for each in mine.files)
    after = mine.with_row(status="confirmed", said="x")._replace(files=files)
    with pytest.raises(progress.LeaseLost):
        progress.write(store, mine, after, [HEARD], By("marie", NOW))
    assert [shop.rows(f"SELECT * FROM {table}") for table in
            ("claim", "claim_file", "claim_exchange", "history")] == before  # fmt: skip


def test_a_write_keeps_what_changed_and_renews_the_lease(shop, store, claim):
    before = progress.lease(store, claim(ECOLOGIC), NOW)
    files = (before.files[0]._replace(sent_at=NOW), *before.files[1:])
    later = NOW + timedelta(minutes=1)
    after = before.with_row(said="mot", status="confirmed", confirmed_at=NOW)._replace(files=files)
    kept = progress.write(store, before, after, [HEARD, HEARD], By("paul", later))
    assert kept.row.leased_until == later + rules.LEASE
    assert progress.lease(store, claim(ECOLOGIC), NOW + rules.LEASE) is None
    row = shop.rows("SELECT * FROM claim WHERE id = ?", claim(ECOLOGIC))[0]
    assert (row["said"], row["status"], row["confirmed_at"]) == ("mot", "confirmed", NOW.isoformat())
    assert row["leased_until"] == (later + rules.LEASE).isoformat()
    sent = shop.rows("SELECT sent_at FROM claim_file WHERE claim_id = ? ORDER BY position", claim(ECOLOGIC))
    assert [each["sent_at"] for each in sent] == [NOW.isoformat(), None, None, None]
    assert len(shop.rows("SELECT * FROM claim_exchange WHERE claim_id = ? AND step = 'put'", claim(ECOLOGIC))) == 2
    told = shop.rows("SELECT * FROM history WHERE verb = 'claim_confirmed' ORDER BY id DESC LIMIT 1")[0]
    assert told["operator"] == "paul"
    assert json.loads(told["data"]).keys() <= {"remote", "service_order", "reason"}
    count = len(shop.rows("SELECT * FROM history"))
    progress.write(store, kept, kept.with_row(lease="", leased_until=None), [], By("paul", later))
    assert len(shop.rows("SELECT * FROM history")) == count  # no status moved: nothing to tell
    assert progress.lease(store, claim(ECOLOGIC), later) is not None


class Listed:
    """A client that lists these claims, and notes what is deleted."""

    organism = Organism.ECOSYSTEM

    def __init__(self, *filed: Standing) -> None:
        self._filed = list(filed)
        self.deleted: list[str] = []
        self.asked: list[str] = []
        self.fails: dict[str, Exception] = {}

    async def filed(self, _log):
        return self._filed

    async def discard(self, claim, _log):
        self.deleted.append(claim)
        if claim in self.fails:
            raise self.fails[claim]

    async def standing(self, claim, _log):
        self.asked.append(claim)
        if claim in self.fails:
            raise self.fails[claim]
        return Standing(claim, "Rejeté", Stage.REFUSED, reason="08 : absent")


def draft(claim: str, reference: str, stage: Stage = Stage.DRAFT) -> Standing:
    return Standing(claim, "", stage, reference=reference)


async def _follow(store, client, ids):
    await following.followed(following.Work(store, client, Clock(NOW), "marie"), ids, lambda: None)


def followed(store, client, *ids):
    import asyncio

    asyncio.run(_follow(store, client, ids))


def test_only_the_lost_drafts_of_ours_are_deleted(shop, store, claim, paid):
    first, second, third = paid.cases[ECOSYSTEM][:3]
    shop.qualirepar(f"claim {second} --yes")
    shop.fault("new_claim=lost", "list=503")
    shop.qualirepar(f"claim {third} --yes")
    assert shop.qualirepar(f"cancel {third} --yes")[0] == 0
    ours = shop.here(first)["remote"]

    def of(case: str) -> str:
        """Give the reference of a claim."""
        return shop.here(case)["reference"]

    client = Listed(
        draft(ours, of(first)),  # the one that stands
        draft("lost-1", of(first)),
        draft("lost-2", of(first)),
        draft("sent", of(first), Stage.SENT),  # no draft
        draft("odd", of(first), Stage.OTHER),
        draft("unknown", "99999999"),  # of nobody here
        draft("nameless", ""),
        draft("given-up", of(third)),
        draft("other-organism", "00000017-1-00000000"),
        draft("never-claimed", f"{paid.cases[ECOSYSTEM][3]}-1-00000000"),
    )
    client.fails = {"lost-1": NotDone("busy")}  # it keeps no other
    followed(store, client, claim(ECOSYSTEM), shop.here(second)["id"])
    assert client.deleted == ["lost-1", "lost-2", "given-up"]


def test_a_claim_that_cannot_be_asked_about_keeps_no_other(shop, store, paid):
    cases = paid.cases[ECOSYSTEM][:3]
    for case in cases:
        shop.settled(case)
    found = [shop.here(case) for case in cases]
    client = Listed()
    client.fails = {found[0]["remote"]: NotDone("busy")}
    with pytest.raises(NotDone):
        followed(store, client, *(each["id"] for each in found))
    assert [shop.here(case)["status"] for case in cases] == ["confirmed", "refused", "refused"]
    assert [shop.here(case)["lease"] for case in cases] == ["", "", ""]


def test_a_claim_that_another_command_has_is_left_to_it(shop, store, paid):
    case = paid.cases[ECOSYSTEM][0]
    shop.settled(case)
    held = progress.lease(store, shop.here(case)["id"], NOW)
    client = Listed()
    followed(store, client, held.row.id)
    assert client.asked == []
    assert shop.here(case)["lease"] == held.row.lease


def test_what_was_submitted_on_the_portal_is_known_by_its_status(shop, store, paid):
    case = paid.cases[ECOSYSTEM][0]
    client = Listed()
    shop.write("UPDATE claim SET pending = 'discard', pending_at = ?, status = 'to_complete' WHERE case_number = ?",
               NOW.isoformat(), case)  # fmt: skip
    followed(store, client, shop.here(case)["id"])
    claim = shop.here(case)
    assert (claim["status"], claim["pending"], claim["pending_at"]) == ("refused", "", None)
    assert claim["confirmed_at"] == claim["decided_at"] == NOW.isoformat()
    assert claim["reason"] == "08 : absent"


def test_the_base_is_reached_by_two_at_once(store, claim, tmp_path):
    with closing(connect(tmp_path / "shop.db")) as other:
        state = progress.lease(store, claim(ECOLOGIC), NOW)
        other.execute("UPDATE claim SET said = 'theirs' WHERE id = ?", (claim(ECOLOGIC),))
        progress.write(store, state, state.with_row(error="ours"), [], By("marie", NOW))
        row = other.execute("SELECT said, error FROM claim WHERE id = ?", (claim(ECOLOGIC),)).fetchone()
        assert row == ("theirs", "ours")  # only what changed is written


def test_a_draft_whose_claim_was_cancelled_meanwhile_is_deleted_by_the_next_status(shop, paid):
    first, second = paid.cases[ECOSYSTEM][:2]
    shop.settled(first)
    shop.fault("new_claim=lost", "list=503")
    shop.qualirepar(f"claim {second} --yes")
    assert shop.qualirepar(f"cancel {second} --yes")[0] == 0
    assert len(shop.there(second)) == 1
    assert shop.qualirepar("status")[0] == 0
    assert shop.there(second) == []
    shop.whole(first)


def test_a_claim_that_was_put_off_waits_for_its_moment_unless_it_is_named(shop, paid):
    first, second = paid.cases[ECOLOGIC][:2]
    shop.fault("createclaim=503@7200")
    shop.qualirepar(f"claim {first} --yes")
    shop.later(minutes=90)
    assert shop.qualirepar("claim --all --organism ecologic --yes")[0] == 0
    assert (shop.here(first)["status"], shop.here(second)["status"]) == ("created", "confirmed")
    shop.later(minutes=31)
    shop.qualirepar("claim --all --organism ecologic --yes")
    shop.whole(first)


def test_a_claim_put_off_by_a_clock_that_was_wrong_is_filed(shop, paid):
    case = paid.cases[ECOLOGIC][0]
    shop.later(days=2)
    shop.fault("createclaim=503")
    shop.qualirepar(f"claim {case} --yes")
    shop.later(days=-2)
    shop.qualirepar("claim --all --organism ecologic --yes")
    shop.whole(case)


@pytest.mark.parametrize("organism", [ECOLOGIC, ECOSYSTEM])
def test_a_claim_put_off_is_filed_at_once_where_it_is_named(shop, paid, organism):
    case = paid.cases[organism][0]
    shop.fault("createclaim=503@7200", "new_claim=503@7200")
    shop.qualirepar(f"claim {case} --yes")
    assert shop.qualirepar(f"claim {case} --yes")[0] == 0
    shop.whole(case)
