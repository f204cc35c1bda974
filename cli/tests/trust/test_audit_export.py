"""audit export and audit verify --file: a copy that proves itself, whatever was done to it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from audit_log import AuditLog
from cast import MESH_ID, WHEN
from claudemesh_cli import auth
from claudemesh_cli.audit_files import lines_of
from claudemesh_cli.errors import CliError
from claudemesh_wire.client import AuditQuery, AuditVerify
from claudemesh_wire.signing import generate_keypair

MESH = {
    "id": MESH_ID,
    "slug": "renamed",
    "name": "Team",
    "role": "owner",
    "is_owner": True,
    "member_count": 1,
    "active_peers": 0,
    "joined_at": WHEN,
    "broker_url": "ws://unused",
}


@pytest.fixture
def log() -> AuditLog:
    """What the broker exports: ten entries."""
    kept = AuditLog()
    kept.append(count=10, to="bob")
    return kept


class _Site(BaseHTTPRequestHandler):
    log: AuditLog
    cut: int | None = None

    def do_GET(self) -> None:
        if self.headers["Authorization"] != "Bearer token":
            self._answer(401, b'{"error":"missing_bearer_token","message":"Sign in."}')
        elif self.path == "/cli/meshes":
            self._answer(200, json.dumps({"meshes": [MESH]}).encode())
        elif self.path == "/cli/mesh/renamed/audit/export":
            self._answer(200, b"".join(self.log.export()), self.cut)
        else:
            self._answer(404, b'{"error":"not_found","message":"Nothing here."}')

    def _answer(self, status: int, body: bytes, cut: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:cut])

    def log_message(self, *args: Any) -> None:
        """Nothing on stderr: the tests read it."""


@pytest.fixture
def site(log: AuditLog, claudemesh, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Site]]:
    """The broker's HTTP side; alice is signed in to it."""
    handler = type("Site", (_Site,), {"log": log})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    auth.save("token", {"id": "u", "display_name": "alice"}, source="paste", api_url=url)
    yield handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def copy(site, claudemesh, tmp_path: Path) -> Path:
    """An honest export on disk."""
    path = tmp_path / "log.jsonl"
    assert claudemesh("audit", "export", str(path)).code == 0
    return path


def verified(claudemesh, path: Path, *more: str) -> Any:
    return claudemesh("audit", "verify", "--file", str(path), "--json", *more)


def test_an_export_is_verified_as_it_comes(site, claudemesh, log, tmp_path) -> None:
    path = tmp_path / "log.jsonl"
    document = claudemesh("audit", "export", str(path), "--json").json
    assert (document["valid"], document["entries"]) == (True, 10)
    assert document["head"] == log.head.hash
    assert path.read_bytes() == b"".join(log.export())
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob("*.part")) == []


def test_without_a_file_it_goes_to_stdout(site, claudemesh, log) -> None:
    result = claudemesh("audit", "export")
    assert (result.code, result.out) == (0, b"".join(log.export()).decode())
    assert "10 entries of team, verified" in result.err


def test_a_file_is_replaced_only_with_a_yes(copy, claudemesh, log) -> None:
    log.append()
    assert claudemesh("audit", "export", str(copy), "--no-input").code == 3
    assert claudemesh("audit", "export", str(copy), "-y").code == 0
    assert copy.read_bytes() == b"".join(log.export())


def test_a_copy_is_verified_without_a_broker(copy, claudemesh, log, unreachable) -> None:
    unreachable(None)
    document = verified(claudemesh, copy).json
    assert (document["entries"], document["older"]) == (10, False)


def test_an_older_copy_is_no_tampering(copy, claudemesh, log, tmp_path) -> None:
    log.append(count=3)
    claudemesh("audit", "export", str(tmp_path / "newer.jsonl"))
    document = verified(claudemesh, copy).json
    assert (document["valid"], document["older"], document["entries"]) == (True, True, 10)


@pytest.mark.parametrize("kept", [0, 1, 5, 10])
def test_a_copy_that_was_cut_off_is_refused(copy, claudemesh, kept) -> None:
    lines = copy.read_bytes().splitlines(keepends=True)
    copy.write_bytes(b"".join(lines[:kept]))
    assert verified(claudemesh, copy).code == 1


def tamper_edit(lines: list[bytes]) -> None:
    lines[4] = lines[4].replace(b"bob", b"bot")


def tamper_delete(lines: list[bytes]) -> None:
    del lines[4]


def tamper_reorder(lines: list[bytes]) -> None:
    lines[4], lines[5] = lines[5], lines[4]


def tamper_insert(lines: list[bytes]) -> None:
    lines.insert(4, lines[4])


def tamper_junk(lines: list[bytes]) -> None:
    lines[4] = b"\xff\x00 not json\n"


@pytest.mark.parametrize(
    "tamper", [tamper_edit, tamper_delete, tamper_reorder, tamper_insert, tamper_junk]
)
def test_a_copy_that_was_changed_is_refused(copy, claudemesh, tamper) -> None:
    lines = copy.read_bytes().splitlines(keepends=True)
    tamper(lines)
    copy.write_bytes(b"".join(lines))
    result = verified(claudemesh, copy)
    assert (result.code, result.json["error"]["code"]) == (1, "audit_broken")


def test_a_rewritten_log_is_refused_and_kept_as_evidence(copy, claudemesh, log) -> None:
    log.rewrite(4, kicked="nobody")
    result = claudemesh("audit", "export", str(copy), "-y")
    assert result.code == 1
    assert "NOT the one seen before" in result.err
    assert copy.read_bytes() == b"".join(log.export())


def test_a_log_that_was_cut_short_is_refused(copy, claudemesh, log) -> None:
    del log.entries[8:]
    assert claudemesh("audit", "export", str(copy), "-y").code == 1


def test_another_signing_key_is_refused_until_vouched_for(copy, claudemesh, log) -> None:
    log.keys = generate_keypair()
    refused = claudemesh("audit", "export", str(copy), "-y")
    assert refused.code == 1
    assert "--broker-key" in refused.err
    assert verified(claudemesh, copy, "--broker-key", log.keys.public).code == 0
    assert verified(claudemesh, copy).code == 0


def test_a_broker_key_must_be_a_key(copy, claudemesh) -> None:
    assert verified(claudemesh, copy, "--broker-key", "abc").code == 3


def test_export_and_verify_share_what_they_remember(copy, claudemesh, broker, log) -> None:
    broker.replies = {AuditQuery: log.query, AuditVerify: log.verify}
    log.append()
    document = claudemesh("audit", "verify", "--json").json
    assert (document["first_look"], document["new_entries"]) == (False, 1)


def test_a_download_that_breaks_off_leaves_no_file(site, claudemesh, tmp_path) -> None:
    site.cut = 1_000
    result = claudemesh("audit", "export", str(tmp_path / "log.jsonl"))
    assert result.code == 4
    assert list(tmp_path.glob("log.jsonl*")) == []


def test_it_needs_an_account(claudemesh) -> None:
    assert claudemesh("audit", "export").code == 2


@pytest.mark.parametrize("size", [1, 2, 3, 64])
def test_lines_are_whole_however_they_arrive(size) -> None:
    text = b'{"a":1}\n\r{"b":2}\n{"c":3}'
    chunks = [text[i : i + size] for i in range(0, len(text), size)]
    assert list(lines_of(chunks, "x")) == [b'{"a":1}\n', b'\r{"b":2}\n', b'{"c":3}']


def test_a_line_without_an_end_is_refused() -> None:
    with pytest.raises(CliError):
        list(lines_of([b"x" * 65_536] * 100, "x"))
