"""What a mesh's owner may decide for everybody in it, and what holds when nothing was decided."""

from __future__ import annotations

from typing import Any

SELF_EDITABLE = ("displayName", "roleTag", "groups", "messageMode")

DEFAULT_POLICY: dict[str, Any] = {
    "allowPlaintext": False,
    "auditMessages": True,
    "selfEditable": dict.fromkeys(SELF_EDITABLE, True),
}


def effective(policy: dict[str, Any]) -> dict[str, Any]:
    """The stored decisions over the defaults: every key of DEFAULT_POLICY is present."""
    return merged(DEFAULT_POLICY, policy)


def merged(policy: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`policy` with `changes` laid over it; `selfEditable` is merged field by field."""
    result = {**policy, **changes}
    if "selfEditable" in policy and "selfEditable" in changes:
        result["selfEditable"] = {**policy["selfEditable"], **changes["selfEditable"]}
    return result
