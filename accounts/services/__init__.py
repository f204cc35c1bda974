"""Writes of the accounts app, by noun; each runs in one transaction unless it says otherwise."""

from accounts.services.accounts import open_account
from accounts.services.devices import (
    add_device,
    issue_token,
    note_seen,
    revoke_others,
    revoke_session,
    revoke_token,
)

__all__ = [
    "add_device",
    "issue_token",
    "note_seen",
    "open_account",
    "revoke_others",
    "revoke_session",
    "revoke_token",
]
