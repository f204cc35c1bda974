"""Who calls the API, what there is to call it about, and one good call of each operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from claudemesh_wire.signing import generate_keypair
from django.test import Client

from accounts.services import device_login
from meshes import services
from meshes.selectors import Standing
from tests.meshes.conftest import Person
from tests.meshes.invitees import claim_body, join_body, sync_body

CSRF = "c" * 32
CALLERS = ("bearer", "browser", "nobody")


@dataclass(frozen=True)
class Scene:
    """`ids` fill in path parameters; `bodies` are good ones, by operation."""

    cookie: str
    token: str
    ids: dict[str, str]
    bodies: dict[str, Any]

    def as_caller(self, caller: str) -> dict[str, Any]:
        """The headers and cookies by which the owner is known, or none."""
        if caller == "bearer":
            return {"headers": {"Authorization": f"Bearer {self.token}"}}
        if caller == "browser":
            cookies = {"sessionid": self.cookie, "csrftoken": CSRF}
            return {"headers": {"X-CSRFToken": CSRF}, "cookies": cookies}
        return {}

    def path_of(self, label: str) -> dict[str, str]:
        """The path parameters with which an operation has something to do."""
        return {name: value for name, value in self.ids.items() if f"{{{name}}}" in label}


def set_up(cast: dict[str, Person], owner: Standing) -> Scene:
    """alice's mesh with an invitation, her device, and a device that waits for her."""
    alice, carol = cast["owner"], cast["member"]
    made = services.create_invite(by=owner, max_uses=100)
    waiting = device_login.start(hostname="laptop", platform="linux", arch="arm64", address=None)
    browser = Client()
    browser.force_login(alice.user)
    assert alice.device is not None
    assert alice.member is not None
    assert carol.member is not None
    ids = {
        "slug": owner.mesh.slug,
        "invite_id": made.invite.pk,
        "member_id": carol.member.pk,
        "session_id": alice.device.pk,
        "code": made.invite.code,
        "device_code": waiting.device_code,
        "handle": waiting.session_id,
    }
    new = generate_keypair()
    group = {"name": "backend", "role": "lead"}
    policy = {"allowPlaintext": True, "selfEditable": {"groups": False}}
    bodies = {
        "POST /cli/mesh/create": {"name": "New", "pubkey": new.public},
        "PATCH /cli/mesh/{slug}": {"name": "New", "slug": "new", "policy": policy},
        "PATCH /api/my/meshes/{slug}": {"name": "New"},
        "POST /cli/mesh/{slug}/invite": {"email": "dave@example.com", "role": "admin"},
        "POST /cli/mesh/{slug}/grants": {"grants": {carol.keys.public: ["dm"]}},
        "PATCH /cli/mesh/{slug}/members/{member_id}": {"groups": [group], "role": "admin"},
        "POST /join": join_body(made.token, new),
        "POST /invites/{code}/claim": claim_body(made.invite.code, new),
        "POST /cli-sync": sync_body(alice.token, new),
        "POST /cli/device-code": {"hostname": "laptop", "platform": "linux", "arch": "arm64"},
        "POST /cli/token": {"hostname": "laptop"},
        "POST /cli/session/revoke": {"token": alice.token},
        "POST /hook/set-status": {"cwd": "/w", "pid": 1, "status": "idle", "session_id": "s"},
    }
    return Scene(browser.cookies["sessionid"].value, alice.token, ids, bodies)


#: Good calls that the owner's default path or caller does not fit.
OTHERWISE: dict[str, dict[str, Any]] = {
    "DELETE /cli/mesh/{slug}/members/{member_id}": {"own_key": True},
}
