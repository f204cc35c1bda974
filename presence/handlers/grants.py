"""set_grants and get_grants: what a member lets others do to it."""

from claudemesh_wire.broker import Grants
from claudemesh_wire.client import GetGrants, SetGrants
from claudemesh_wire.errors import MeshError

from meshes.services.grants import set_grants as store_grants
from presence.runtime import Runtime
from presence.session import Session


async def set_grants(runtime: Runtime, session: Session, message: SetGrants) -> Grants:
    """Merges the caller's own grants; the very next batch on every node honors them."""
    changes = {str(key): caps for key, caps in message.grants.items()}
    grants = await runtime.ledger.call(
        lambda: store_grants(mesh_id=session.mesh_id, member_id=session.member_id, changes=changes)
    )
    await runtime.rosters.refresh(session.mesh_id)
    return Grants(grants=grants)


async def get_grants(runtime: Runtime, session: Session, message: GetGrants) -> Grants:
    """The caller's own grants; whoever is not named has the defaults."""
    roster = runtime.rosters.loaded(session.mesh_id)
    member = roster.members.get(session.member_id) if roster else None
    if member is None:
        raise MeshError("unauthorized")
    return Grants(grants=member.grants)
