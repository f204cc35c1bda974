"""`joining.json`: member keys of joins under way, so that a lost answer costs no invitation.

The broker gives a key that joined before its member again and uses nothing up; so the key must
be on disk before the invitation is used.
"""

import json
from typing import Any

from claudemesh_wire.signing import KeyPair, generate_keypair

from claudemesh_cli.paths import config_dir, damaged, locked, write_atomically

_NAME = "joining.json"


def key_for(invitation: str) -> KeyPair:
    """The key to join with: the one of an earlier try with this invitation, or a new one."""
    with locked("joining"):
        pending = _load()
        if invitation not in pending:
            new = generate_keypair()
            pending[invitation] = {"pubkey": new.public, "secretKey": new.secret}
            _save(pending)
        return KeyPair(pending[invitation]["pubkey"], pending[invitation]["secretKey"])


def done(invitation: str) -> None:
    """Forget the key of a join that is in `config.json` now, or that can never succeed."""
    with locked("joining"):
        pending = _load()
        if pending.pop(invitation, None) is not None:
            _save(pending)


def _load() -> dict[str, Any]:
    path = config_dir() / _NAME
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        raise damaged(path, "not JSON", "Run the command again.") from None
    if not isinstance(document, dict) or not all(
        isinstance(row, dict) and {"pubkey", "secretKey"} <= row.keys() for row in document.values()
    ):
        raise damaged(path, "not what claudemesh writes", "Run the command again.")
    return document


def _save(pending: dict[str, Any]) -> None:
    write_atomically(config_dir() / _NAME, json.dumps(pending, indent=2).encode() + b"\n")
