"""What a message leaves in the audit log: its metadata once, its content never."""

from claudemesh_wire.ids import new_id

from meshes.models import Mesh
from tests.audit_reading import Written, log_of
from tests.presence.world import World


async def sent(world: World) -> list[Written]:
    written = await world.stored(lambda: log_of(world.mesh_id))
    return [entry for entry in written if entry.type == "message_sent"]


async def test_a_message_leaves_its_metadata(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    ack = await alice.message(bob.key, "c2VjcmV0")
    assert await sent(world) == [
        Written(
            "message_sent",
            world.alice.member_id,
            {
                "message": ack["messageId"],
                "target": bob.key,
                "priority": "now",
                "size": len("c2VjcmV0") + len("bm9uY2U="),
                "recipients": 1,
                "encryption": "box",
            },
        )
    ]


async def test_a_repeated_message_is_logged_once(world: World) -> None:
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    client_id = new_id()
    await alice.message(bob.key, id=client_id)
    await alice.message(bob.key, id=client_id)
    assert len(await sent(world)) == 1


async def test_a_refused_message_is_not_logged(world: World) -> None:
    alice = await world.connect(world.alice)
    ack = await alice.message(world.bob.pubkey)
    assert ack["queued"] is False
    assert await sent(world) == []


async def test_a_mesh_may_turn_it_off(world: World) -> None:
    await world.stored(
        lambda: Mesh.objects.filter(id=world.mesh_id).update(policy={"auditMessages": False})
    )
    alice, bob = await world.connect(world.alice), await world.connect(world.bob)
    ack = await alice.message(bob.key)
    assert ack["queued"] is True
    assert await sent(world) == []
