"""Who speaks on a connection: session keys and the `hello` that proves them; opens no socket."""

import os
import platform
import time
from typing import Any

from claudemesh_wire import canonical
from claudemesh_wire.capabilities import CLIENT_ACK, RECEIPTS
from claudemesh_wire.client import Hello
from claudemesh_wire.ids import new_id
from claudemesh_wire.signing import generate_keypair, sign

from claudemesh_cli import __version__
from claudemesh_cli.config import Config, MeshEntry
from claudemesh_cli.store.sessions import SessionKeys

_MAX_SHORT = 256
_MAX_PATH = 4_096


def launched_session_id() -> str | None:
    """The id of the session this command was started in (CLAUDEMESH_SESSION_ID), if any."""
    return os.environ.get("CLAUDEMESH_SESSION_ID", "")[:_MAX_SHORT] or None


def new_keys(session_id: str | None = None) -> SessionKeys:
    """Fresh session keys, under the given session id or a new one."""
    pair = generate_keypair()
    return SessionKeys(session_id or new_id(), pair.public, pair.secret)


def display_name(config: Config) -> str | None:
    """The name of this session, if the person chose one other than the member's."""
    return os.environ.get("CLAUDEMESH_DISPLAY_NAME") or config.display_name


def build_hello(
    entry: MeshEntry,
    keys: SessionKeys,
    nonce: str,
    *,
    ephemeral: bool,
    name: str | None,
) -> Hello:
    """A version 2 hello for the socket whose `welcome` carried `nonce`."""
    timestamp = int(time.time() * 1000)
    statement = canonical.hello_v2(
        entry.mesh_id,
        entry.member_id,
        entry.pubkey,
        keys.public,
        keys.session_id,
        nonce,
        timestamp,
    )
    return Hello(
        mesh_id=entry.mesh_id,
        member_id=entry.member_id,
        pubkey=entry.pubkey,
        session_id=keys.session_id,
        session_pubkey=keys.public,
        timestamp=timestamp,
        nonce=nonce,
        signature=sign(statement, entry.secret_key),
        session_signature=sign(statement, keys.secret),
        protocol_version=2,
        capabilities=[CLIENT_ACK, RECEIPTS],
        ephemeral=True if ephemeral else None,
        display_name=name[:_MAX_SHORT] if name else None,
        **_surroundings(),
    )


def _surroundings() -> dict[str, Any]:
    try:
        cwd = os.getcwd()[:_MAX_PATH]
    except OSError:  # the directory was deleted under us
        cwd = None
    return {
        "pid": os.getpid(),
        "cwd": cwd,
        "hostname": platform.node()[:_MAX_SHORT] or None,
        "peer_type": "human",
        "channel": f"claudemesh-cli/{__version__}",
    }
