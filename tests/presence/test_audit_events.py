"""What removals and expiry leave in the audit log, and that the log's end is signed in time."""

from datetime import timedelta

import pytest
from claudemesh_wire.audit import timestamp
from claudemesh_wire.errors import MeshError

from audit import chains
from audit.models import AuditHead, Checkpoint
from presence.clock import now
from presence.models import Delivery, Presence
from presence.storage import sweeping
from tests.audit_reading import Written, last_of, log_of
from tests.presence.world import World


async def last(world: World) -> Written:
    return await world.stored(lambda: last_of(world.mesh_id))


@pytest.mark.parametrize("way", ["disconnect", "kick"])
async def test_removing_one(world: World, way: str) -> None:
    alice = await world.connect(world.alice)
    await world.connect(world.bob)
    await alice.ask(way, target="bob")
    target = {"member": world.bob.member_id, "name": "bob"}
    assert await last(world) == Written(
        f"peers_{way}ed", world.alice.member_id, {"targets": [target], "how": "one"}
    )


@pytest.mark.parametrize(("how", "way"), [("all", {"all": True}), ("stale", {"stale": 0})])
async def test_removing_many(world: World, how: str, way: dict[str, object]) -> None:
    alice = await world.connect(world.alice)
    await world.connect(world.bob)
    await world.connect(world.carol)
    await alice.ask("kick", **way)
    written = await last(world)
    assert (written.type, written.payload["how"]) == ("peers_kicked", how)
    assert {target["name"] for target in written.payload["targets"]} == {"bob", "carol"}


async def test_removing_nobody_leaves_nothing(world: World) -> None:
    alice = await world.connect(world.alice)
    before = await world.stored(lambda: log_of(world.mesh_id))
    await alice.ask("kick", all=True)
    assert await world.stored(lambda: log_of(world.mesh_id)) == before


async def test_a_kick_that_fails_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry is the last thing written; what goes wrong there undoes the kick."""
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    before = await world.stored(lambda: log_of(world.mesh_id))

    def fail(**_: object) -> None:
        raise MeshError("unavailable")

    monkeypatch.setattr("presence.storage.removing.append", fail)
    assert (await alice.ask("kick", target="bob"))["code"] == "unavailable"
    assert await world.stored(lambda: log_of(world.mesh_id)) == before
    assert await world.stored(Presence.objects.filter(member_id=world.bob.member_id).exists)
    await bob.sync()


async def test_a_ban_is_told_by_who_did_it(world: World) -> None:
    alice = await world.connect(world.alice)
    await world.connect(world.bob)
    await alice.ask("ban", target="bob", reason="spam")
    payload = {"member": world.bob.member_id, "name": "bob", "reason": "spam"}
    assert await last(world) == Written("member_banned", world.alice.member_id, payload)


async def test_expiry_is_told_in_sum(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = await world.connect(world.alice)
    for _ in range(3):
        assert (await alice.message(world.bob.keys.public, hold=True))["queued"]
    until = now() + timedelta(days=30)
    monkeypatch.setattr(sweeping, "now", lambda: until)
    await world.runtime.sweeps.prune()
    payload = {"count": 3, "until": timestamp(until)}
    assert await last(world) == Written("messages_expired", chains.BROKER, payload)
    assert set(await world.stored(lambda: list(Delivery.objects.values_list("state")))) == {
        ("expired",)
    }


async def test_a_sweep_without_expiry_leaves_nothing(world: World) -> None:
    before = await world.stored(lambda: log_of(world.mesh_id))
    await world.runtime.sweeps.prune()
    assert await world.stored(lambda: log_of(world.mesh_id)) == before


async def signed(world: World) -> list[int]:
    """The entries of the mesh at which its log was signed."""
    rows = Checkpoint.objects.filter(mesh_id=world.mesh_id).order_by("seq")
    return await world.stored(lambda: list(rows.values_list("seq", flat=True)))


async def test_every_log_is_signed_once_an_hour_if_it_moved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditing = world.runtime.auditing
    await auditing.sign_due()
    assert await signed(world) == [4]
    alice = await world.connect(world.alice)
    await alice.ask("set_grants", grants={"ab" * 32: []})
    await auditing.sign_due()
    assert await signed(world) == [4]
    monkeypatch.setattr("presence.auditing.now", lambda: now() + timedelta(minutes=61))
    await auditing.sign_due()
    await auditing.sign_due()
    assert await signed(world) == [4, 5]


async def test_nobody_signs_while_another_node_does(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("presence.auditing.try_lock", lambda lock_id: False)
    await world.runtime.auditing.sign_due()
    assert await signed(world) == []


async def test_a_node_that_stops_signs_no_further(world: World) -> None:
    world.runtime.draining = True
    await world.runtime.auditing.sign_due()
    assert await signed(world) == []


async def test_a_damaged_log_costs_the_others_nothing(world: World) -> None:
    others = await world.stored(lambda: AuditHead.objects.exclude(pk=world.mesh_id).count())
    head = await world.stored(lambda: AuditHead.objects.get(pk=world.mesh_id).seq)
    await world.stored(
        lambda: AuditHead.objects.filter(pk=world.mesh_id).update(hash="ab" * 32, seq=head)
    )
    await world.runtime.auditing.sign_due()
    assert await signed(world) == []
    assert await world.stored(Checkpoint.objects.count) == others
