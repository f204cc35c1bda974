"""A member's machine: the device of an account, and the key that came by it."""

from django.db import transaction

from accounts import services as accounts
from accounts.models import CliSession, User
from meshes import services
from meshes.services import bans
from meshes.services.suspension import suspend_device
from presence.clock import now
from tests.identities import Identity
from tests.meshes.invitees import sync_body
from tests.presence.world import add_member


class Machine:
    """Dave's laptop: an account's device, and the member whose key came by it."""

    def __init__(self, mesh_id: str, role: str = "member") -> None:
        self.user = User.objects.create_user(f"dave-{role}@example.com", name="dave")
        self.token, self.device = accounts.issue_token(user=self.user)
        self.who = add_member(mesh_id, "dave", role=role, user=self.user, device=self.device)

    def sign_out(self) -> None:
        """What signing the device out from elsewhere commits."""
        with transaction.atomic():
            CliSession.objects.filter(pk=self.device.pk).update(revoked_at=now())
            suspend_device(device_id=self.device.pk, by_user_id=self.user.pk)

    def sign_in(self) -> None:
        """The same machine signs in again and proves its key."""
        self.token, self.device = accounts.issue_token(user=self.user)
        body = sync_body(self.token, self.who.keys)
        del body["sync_token"]
        assert services.sync(device=self.device, **body)

    def ban(self, by: Identity) -> None:
        bans.ban(mesh_id=by.mesh_id, by_member_id=by.member_id, member_id=self.who.member_id)

    def unban(self, by: Identity) -> None:
        bans.unban(mesh_id=by.mesh_id, by_member_id=by.member_id, member_id=self.who.member_id)
