"""A home of its own for every test, a way to run commands, and a fake broker over real HTTP."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from claudemesh_cli.main import main
from claudemesh_wire import boxes, canonical, signing
from fake_accounts import PROFILE, Answer, FakeAccounts

OWNER = signing.keypair_from_seed(b"\x05" * 32)
ROOT_KEY = bytes(range(32))
MESH, INVITE = "018f2c3a9b7e7cc0a1b2c3d4e5f60718", "018f2c3a9b7e7cc0a1b2c3d4e5f60720"
CODE, TOKEN = "Xk4mPq7R", "token-of-alice"
EXPIRES_S = 1_999_999_999


@dataclass
class Result:
    """What one run of the command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration directory, not made yet."""
    for name in ("API_URL", "BROKER_URL", "DISPLAY_NAME", "DEBUG"):
        monkeypatch.delenv(f"CLAUDEMESH_{name}", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    directory = tmp_path / "config"
    monkeypatch.setenv("CLAUDEMESH_CONFIG_DIR", str(directory))
    return directory


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run `claudemesh <arguments>` in this process."""

    def runner(*arguments: str) -> Result:
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return runner


@dataclass
class Broker:
    """A fake broker with one mesh and one invitation; speaks http.md as far as the CLI asks.

    `answers` overrides a path with (status, body); `seen` is every request as (method, path,
    body, bearer).
    """

    url: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    seen: list[tuple[str, str, Any, str | None]] = field(default_factory=list)
    members: dict[str, str] = field(default_factory=dict)
    uses_left: int = 1
    lose_next_answer: bool = False
    accounts: FakeAccounts = field(default_factory=FakeAccounts)

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws") + "/ws"

    @property
    def link(self) -> str:
        return f"{self.url}/i/{CODE}"

    def token(self, **changes: Any) -> str:
        """A version 1 token; `changes` are made after signing."""
        fields = {
            "mesh_id": MESH,
            "mesh_slug": "reef",
            "broker_url": self.socket_url,
            "expires_at": EXPIRES_S,
            "mesh_root_key": boxes.encode_key(ROOT_KEY),
            "role": "member",
            "owner_pubkey": OWNER.public,
        }
        signature = signing.sign(canonical.invite_v1(**fields), OWNER.secret)
        payload = {"v": 1, **fields, "signature": signature, **changes}
        return boxes.encode_key(json.dumps(payload).encode())

    def answer(self, method: str, path: str, body: Any, bearer: str | None) -> Answer | None:
        self.seen.append((method, path, body, bearer))
        if path in self.answers:
            return self.answers[path]
        if path == "/health":
            return 200, {"status": "ok", "db": "up", "version": "9.9"}
        private = path.startswith(("/api/my", "/cli/mesh")) or path == "/cli/sessions"
        if private and (bearer or "").removeprefix("Bearer ") not in self.accounts.live_tokens:
            return 401, {"error": "invalid_or_revoked_token", "message": "Not valid any more."}
        handler = self._routes().get((method, path))
        if handler is None:
            return 404, {"error": "not_found", "message": "Nothing here."}
        return handler(body)

    def _routes(self) -> dict[tuple[str, str], Callable[[Any], Answer | None]]:
        mesh = "/cli/mesh/reef"
        return self.accounts.routes() | {
            ("GET", "/api/my/profile"): lambda _: (200, PROFILE),
            ("POST", "/cli/mesh/create"): self._create,
            ("GET", "/cli/meshes"): lambda _: (200, {"meshes": self._rows()}),
            ("PATCH", mesh): lambda body: (200, {"name": body["name"]}),
            ("POST", f"{mesh}/invite"): self._invite,
            ("GET", f"{mesh}/invites"): lambda _: (200, {"invites": [INVITE_ROW]}),
            ("DELETE", f"{mesh}/invites/{INVITE}"): lambda _: (200, {"ok": True}),
            ("GET", f"/api/public/invite-code/{CODE}"): self._look,
            ("POST", f"/invites/{CODE}/claim"): self._claim,
            ("POST", "/join"): self._join,
        }

    def _create(self, body: Any) -> tuple[int, Any]:
        sealed = boxes.seal_anonymous(ROOT_KEY, boxes.x25519_public(body["pubkey"]))
        made = {"id": MESH, "slug": "reef", "name": body["name"], "member_id": "m-owner"}
        return 200, made | {"sealed_root_key": sealed, "broker_url": self.socket_url}

    def _rows(self) -> list[dict[str, Any]]:
        return self.accounts.rows(self.socket_url) or [self._row()]

    def _row(self) -> dict[str, Any]:
        row = {"id": MESH, "slug": "reef", "name": "Reef", "role": "owner", "is_owner": True}
        row |= {"member_count": 3, "active_peers": 2, "joined_at": "2026-01-01T00:00:00Z"}
        return row | {"broker_url": self.socket_url}

    def _invite(self, body: Any) -> tuple[int, Any]:
        made = {"url": self.link, "code": CODE, "token": self.token(), "invite_id": INVITE}
        return 200, made | {"expires_at": "2026-01-08T00:00:00Z", "emailed": False}

    def _look(self, _: Any) -> tuple[int, Any]:
        if self.uses_left < 1:
            return 404, {"found": False}
        return 200, {"found": True, "token": self.token(), "mesh": {"name": "Reef", "slug": "reef"}}

    def _admit(self, pubkey: str) -> str | None:
        if pubkey not in self.members:
            if self.uses_left < 1:
                return None
            self.uses_left -= 1
            self.members[pubkey] = f"member-{len(self.members) + 1}"
        return self.members[pubkey]

    def _claim(self, body: Any) -> tuple[int, Any]:
        statement = canonical.claim(CODE, body["peer_pubkey"], body["recipient_x25519_pubkey"])
        assert signing.verify(statement, body["proof"], body["peer_pubkey"])
        member = self._admit(body["peer_pubkey"])
        if member is None:
            return 410, {"error": "exhausted", "message": "It is used up; ask for a new one."}
        signed = canonical.invite_v2(MESH, INVITE, EXPIRES_S, "member", OWNER.public)
        return 200, {
            "sealed_root_key": boxes.seal_anonymous(ROOT_KEY, body["recipient_x25519_pubkey"]),
            "mesh_id": MESH,
            "member_id": member,
            "owner_pubkey": OWNER.public,
            "canonical_v2": signed,
            "signature": signing.sign(signed, OWNER.secret),
            "mesh_slug": "reef",
            "mesh_name": "Reef",
            "broker_url": self.socket_url,
        }

    def _join(self, body: Any) -> tuple[int, Any]:
        member = self._admit(body["peer_pubkey"])
        if member is None:
            return 400, {"ok": False, "error": "invite_exhausted", "message": "Used up."}
        return 200, {"ok": True, "memberId": member}


INVITE_ROW = {
    "id": INVITE,
    "code": CODE,
    "role": "member",
    "status": "open",
    "uses_left": 1,
    "expires_at": "2026-01-08T00:00:00Z",
    "email": "",
}


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A running fake broker."""
    fake = Broker()

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            bearer = self.headers.get("Authorization")
            said = fake.answer(self.command, self.path, body, bearer)
            if said is None or (fake.lose_next_answer and self.command == "POST"):
                fake.lose_next_answer = False
                self.close_connection = True
                return
            status, answer = said
            raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PATCH = do_DELETE = _handle  # noqa: N815 - http.server's names

        def log_message(self, *_: Any) -> None:
            """Keep the tests' output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = fake.accounts.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield fake
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def signed_in(broker: Broker, run: Callable[..., Result]) -> Broker:
    """The fake broker, with alice signed in to it."""
    assert run("login", "--token", TOKEN, "--url", broker.url).code == 0
    return broker
