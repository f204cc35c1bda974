"""A send that is refused: nothing is stored, and the ack says why in a code and a sentence."""

from typing import Any

import pytest

from meshes.models import Member, Mesh
from presence.clock import now
from presence.models import Message
from tests.presence.world import World
from tests.wire_peer import Frame

NOBODY = "ab" * 32


async def refused(world: World, ack: Frame, code: str) -> Frame:
    """Checks a refusal, and that nothing came of the send."""
    assert (ack["type"], ack["queued"], ack["messageId"]) == ("ack", False, "")
    assert ack["error"].startswith(f"{code}: ")
    assert len(ack["error"]) > len(code) + 10
    assert await world.stored(lambda: Message.objects.count()) == 0
    return ack


async def test_nobody_has_that_key(world: World) -> None:
    alice = await world.connect(world.alice)
    await refused(world, await alice.message(NOBODY), "no_recipient")


async def test_nobody_has_that_key_to_hold_for_either(world: World) -> None:
    alice = await world.connect(world.alice)
    await refused(world, await alice.message(NOBODY, hold=True), "no_recipient")


async def test_a_member_of_another_mesh_is_nobody_here(world: World) -> None:
    alice, mallory = await world.connect(world.alice), await world.connect(world.mallory)
    await refused(world, await alice.message(mallory.key), "no_recipient")
    await refused(world, await mallory.message(alice.key, hold=True), "no_recipient")


async def test_an_offline_member_is_no_recipient_unless_held(world: World) -> None:
    alice = await world.connect(world.alice)
    await refused(world, await alice.message(world.bob.pubkey), "no_recipient")


@pytest.mark.parametrize("hold", [False, True])
async def test_oneself_without_another_session_is_no_recipient(world: World, hold: bool) -> None:
    alice = await world.connect(world.alice)
    await refused(world, await alice.message(world.alice.pubkey, hold=hold), "no_recipient")
    await refused(world, await alice.message(alice.key, hold=hold), "no_recipient")


TARGETS = ["", "@", "bob", "AB" * 32, "ab" * 31, "ab" * 32 + "0", "**", "#dev", " ", "🙂"]


@pytest.mark.parametrize("target", TARGETS)
async def test_what_is_no_target_is_named_so(world: World, target: str) -> None:
    alice, _ = await world.connect(world.alice), await world.connect(world.bob)
    await refused(world, await alice.message(target), "bad_target")


async def test_a_frame_without_a_target_is_answered(world: World) -> None:
    alice = await world.connect(world.alice)
    await alice.send_frame({"type": "send", "id": "x", "nonce": "", "ciphertext": ""})
    await refused(world, await alice.next("ack"), "bad_target")


async def test_a_bad_priority_is_answered(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    ack = await refused(world, await alice.message(bob.key, id="p", priority="urgent"), "malformed")
    assert ack["id"] == "p"


BAD_FIELDS: list[dict[str, Any]] = [
    {"ciphertext": 7},
    {"nonce": None},
    {"hold": "yes"},
    {"keyEpoch": "0"},
    {"keyEpoch": 2**63},
    {"keyEpoch": -1},
    {"encryption": "rot13"},
    {"expiresIn": 0},
    {"expiresIn": 10**9},
    {"targetSpec": ["*"]},
    {"priority": None},
]


@pytest.mark.parametrize("bad", BAD_FIELDS)
async def test_a_bad_field_is_answered_with_its_id(world: World, bad: dict[str, Any]) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    ack = await refused(world, await alice.message(bob.key, id="b", **bad), "malformed")
    assert ack["id"] == "b"
    await alice.sync()


@pytest.mark.limits(max_message_bytes=200)
async def test_too_large_counts_nonce_ciphertext_and_target(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    fitting = "x" * (200 - len(bob.key) - 4)
    ack = await alice.message(bob.key, fitting + "x", nonce="nnnn")
    assert "201 bytes" in (await refused(world, ack, "too_large"))["error"]
    assert (await alice.message(bob.key, fitting, nonce="nnnn"))["queued"] is True


@pytest.mark.limits(max_message_bytes=200)
async def test_size_is_counted_in_bytes(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await refused(world, await alice.message(bob.key, "🙂" * 40), "too_large")


@pytest.mark.limits(send_burst=3, sends_per_minute=60)
async def test_the_burst_is_followed_by_rate_limit(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    acks = [await alice.message(bob.key) for _ in range(4)]
    assert [ack["queued"] for ack in acks] == [True, True, True, False]
    assert acks[3]["error"].startswith("rate_limit: ")
    assert 0 < acks[3]["retryAfterMs"] <= 1_001


@pytest.mark.limits(send_burst=1, sends_per_minute=1)
async def test_reconnecting_does_not_reset_the_limit(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await alice.message(bob.key)
    await alice.transport.close()
    alice = await world.connect(world.alice)
    assert (await alice.message(bob.key))["error"].startswith("rate_limit: ")


@pytest.mark.limits(send_burst=1, sends_per_minute=1)
async def test_the_limit_is_one_for_all_sessions_of_a_member(world: World) -> None:
    bob = await world.connect(world.bob)
    first, second = await world.connect(world.alice), await world.connect(world.alice)
    await first.message(bob.key)
    assert (await second.message(bob.key))["error"].startswith("rate_limit: ")


@pytest.mark.limits(send_burst=1, sends_per_minute=1)
async def test_nobody_uses_up_the_limit_of_others(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await alice.message(bob.key)
    assert (await bob.message(alice.key))["queued"] is True


async def grant(world: World, granted: dict[str, list[str]]) -> None:
    """bob's grants, changed behind the back of this node."""
    rows = Member.objects.filter(id=world.bob.member_id)

    def write() -> None:
        rows.update(grants=granted)
        mesh = Mesh.objects.get(id=world.mesh_id)
        Mesh.objects.filter(id=mesh.id).update(roster_version=mesh.roster_version + 1)

    await world.stored(write)


async def test_a_direct_message_the_recipient_refuses_is_blocked(world: World) -> None:
    """The node had no word of the grant: the very next batch honors it all the same."""
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await grant(world, {world.alice.pubkey: ["read"]})
    await refused(world, await alice.message(bob.key), "blocked")
    await refused(world, await alice.message(world.bob.pubkey, hold=True), "blocked")


async def test_blocked_under_a_session_key_counts_for_old_clients(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await grant(world, {alice.key: []})
    await refused(world, await alice.message(bob.key), "blocked")


async def test_the_grant_under_the_member_key_goes_first(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await grant(world, {alice.key: [], world.alice.pubkey: ["dm"]})
    assert (await alice.message(bob.key))["queued"] is True


@pytest.mark.parametrize("target", ["*", "@dev"])
async def test_plain_text_is_refused(world: World, target: str) -> None:
    alice, _ = (
        await world.connect(world.alice),
        await world.connect(world.bob, groups=[{"name": "dev"}]),
    )
    ack = await alice.message(target, encryption="none")
    await refused(world, ack, "plaintext_refused")


async def test_plain_text_to_a_key_is_refused(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    await refused(world, await alice.message(bob.key, encryption="none"), "plaintext_refused")


@pytest.mark.limits(ledger_max_backlog=1)
async def test_a_full_ledger_says_overloaded_and_when_to_come_back(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    async with world.stalled_database():
        for n in range(4):
            frame = {"type": "send", "id": f"m{n}", "targetSpec": bob.key}
            await alice.send_frame(frame | {"nonce": "", "ciphertext": ""})
        ack = await alice.next("ack")
        assert ack["error"].startswith("overloaded: ")
        assert ack["retryAfterMs"] > 0
    answers = [ack, *[await alice.next("ack") for _ in range(3)]]
    stored = await world.stored(lambda: Message.objects.count())
    assert sum(answer["queued"] for answer in answers) == stored < 4


async def test_a_member_removed_behind_the_nodes_back_sends_nothing_more(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)

    def revoke() -> None:
        Member.objects.filter(id=world.alice.member_id).update(revoked_at=now())
        mesh = Mesh.objects.get(id=world.mesh_id)
        Mesh.objects.filter(id=mesh.id).update(roster_version=mesh.roster_version + 1)

    await world.stored(revoke)
    await refused(world, await alice.message(bob.key), "revoked")


async def test_a_removed_member_is_no_recipient(world: World) -> None:
    alice = await world.connect(world.alice)

    def revoke() -> None:
        Member.objects.filter(id=world.bob.member_id).update(revoked_at=now())
        mesh = Mesh.objects.get(id=world.mesh_id)
        Mesh.objects.filter(id=mesh.id).update(roster_version=mesh.roster_version + 1)

    await world.stored(revoke)
    await refused(world, await alice.message(world.bob.pubkey, hold=True), "no_recipient")


async def test_an_archived_mesh_stores_nothing(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    mesh = Mesh.objects.filter(id=world.mesh_id)
    await world.stored(lambda: mesh.update(archived_at=now()))
    assert (await alice.message(bob.key))["queued"] is False
    assert await world.stored(lambda: Message.objects.count()) == 0
