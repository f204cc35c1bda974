"""The account side of a fake broker: device sign-in, devices, and keys brought by their proof."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from claudemesh_wire import boxes, canonical, signing

DEVICE_TOKEN = "token-from-the-browser"
DEVICE_CODE = "device-code/secret"
PROFILE = {"id": "7", "display_name": "Alice", "email": "alice@example.com"}
PENDING = {"status": "pending"}
APPROVED = {"status": "approved", "session_token": DEVICE_TOKEN, "user": PROFILE}
Answer = tuple[int, Any]


@dataclass
class FakeAccounts:
    """What it is to say is set before, what it heard is read after.

    `polls` are the answers to polls, the last one again and again; None is no answer at all.
    """

    base_url: str = ""
    polls: list[dict[str, Any] | None] = field(default_factory=lambda: [PENDING])
    codes: dict[str, Any] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)
    live_tokens: set[str] = field(default_factory=lambda: {"token-of-alice", DEVICE_TOKEN})
    ended: list[str] = field(default_factory=list)
    devices: list[dict[str, Any]] = field(default_factory=list)
    #: Meshes of the account: `{id, slug, name, root_key, owner}`; and who came by a proof.
    meshes: list[dict[str, Any]] = field(default_factory=list)
    proven: list[tuple[str, str]] = field(default_factory=list)
    barred: set[str] = field(default_factory=set)

    def routes(self) -> dict[tuple[str, str], Callable[[Any], Answer | None]]:
        """Addresses that this side answers."""
        devices = {
            ("POST", f"/cli/sessions/{device['id']}/revoke"): self._revoke(device)
            for device in self.devices
        }
        return devices | {
            ("POST", "/cli/device-code"): self._start,
            ("GET", f"/cli/device-code/{DEVICE_CODE.replace('/', '%2F')}"): self._poll,
            ("POST", "/cli/session/revoke"): self._end,
            ("GET", "/cli/sessions"): lambda _: (200, {"sessions": self.devices}),
            ("POST", "/cli-sync"): self._sync,
        }

    def _start(self, body: Any) -> Answer:
        self.machine = body
        expires = datetime.now(timezone.utc) + timedelta(minutes=5)
        return 200, {
            "device_code": DEVICE_CODE,
            "user_code": "BCDF-GHJK",
            "session_id": "clm_sess_1",
            "expires_at": expires.isoformat(),
            "verification_url": f"{self.base_url}/cli-auth?session=clm_sess_1",
            "token_url": f"{self.base_url}/token",
            "interval": 0.2,
            **self.codes,
        }

    def _poll(self, _: Any) -> Answer | None:
        poll = self.polls.pop(0) if len(self.polls) > 1 else self.polls[0]
        return None if poll is None else (200, poll)

    def _end(self, body: Any) -> Answer:
        found = body["token"] in self.live_tokens
        self.live_tokens.discard(body["token"])
        self.ended.append(body["token"])
        return 200, {"ok": True, "found": found}

    def _revoke(self, device: dict[str, Any]) -> Callable[[Any], Answer]:
        def revoke(_: Any) -> Answer:
            self.devices = [each for each in self.devices if each is not device]
            return 200, {"ok": True}

        return revoke

    def rows(self, socket_url: str) -> list[dict[str, Any]]:
        """GET /cli/meshes."""
        usual = {"role": "owner", "is_owner": True, "member_count": 1, "active_peers": 0}
        usual |= {"joined_at": "2026-01-01T00:00:00Z", "broker_url": socket_url}
        return [usual | {key: mesh[key] for key in ("id", "slug", "name")} for mesh in self.meshes]

    def _sync(self, body: Any) -> Answer:
        if body["sync_token"] not in self.live_tokens:
            return 401, {"error": "invalid_or_revoked_token", "message": "Not valid any more."}
        pubkey, recipient = body["peer_pubkey"], body["recipient_x25519_pubkey"]
        digest = hashlib.sha256(body["sync_token"].encode()).hexdigest()
        assert signing.verify(canonical.sync(digest, pubkey, recipient), body["proof"], pubkey)
        wanted = [mesh for mesh in self.meshes if mesh["id"] == body["mesh_id"]]
        let_in = [mesh for mesh in wanted if mesh["id"] not in self.barred]
        self.proven += [(mesh["slug"], pubkey) for mesh in let_in]
        return 200, {
            "ok": True,
            "account_id": "7",
            "meshes": [self._synced(mesh, pubkey, recipient) for mesh in let_in],
        }

    def _synced(self, mesh: dict[str, Any], pubkey: str, recipient: str) -> dict[str, Any]:
        return {
            "mesh_id": mesh["id"],
            "slug": mesh["slug"],
            "name": mesh["name"],
            "broker_url": self.base_url.replace("http", "ws") + "/ws",
            "member_id": f"member-{pubkey[:8]}",
            "role": "owner",
            "owner_pubkey": mesh["owner"],
            "sealed_root_key": boxes.seal_anonymous(mesh["root_key"], recipient),
        }


def device(id: str, hostname: str, **fields: Any) -> dict[str, Any]:
    """A row of GET /cli/sessions."""
    return {
        "id": id,
        "hostname": hostname,
        "platform": "linux",
        "arch": "x86_64",
        "created_at": "2030-01-01T00:00:00Z",
        "last_seen_at": "2030-01-02T00:00:00Z",
        "last_ip": "192.0.2.7",
        "expires_at": "2030-02-01T12:30:00Z",
        "current": False,
        **fields,
    }
