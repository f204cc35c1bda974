"""How peers look: one row a session, own ones marked, equal names told apart."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from claudemesh_wire.fields import GroupRef, PeerInfo

from claudemesh_cli.output import clean
from claudemesh_cli.views.ages import seconds_since, short_age

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

#: Status -> shape and colour; the shape alone tells them apart without colour.
SHAPES = {"idle": ("○", "green"), "working": ("◐", "yellow"), "dnd": ("●", "red")}


def peer_json(
    peer: PeerInfo, *, me: str, session_id: str | None, names: Counter[str]
) -> dict[str, Any]:
    """A peer as JSON. `own`: a session of this member; `this_session`: the one spoken from."""
    idle_s = seconds_since(peer.last_seen_at)
    return {
        "name": peer.display_name,
        "own": peer.member_pubkey == me,
        "this_session": peer.member_pubkey == me and peer.session_id == session_id,
        "duplicate_name": names[peer.display_name.casefold()] > 1,
        "role": peer.role,
        "status": peer.status,
        "status_source": peer.status_source,
        "summary": peer.summary,
        "groups": [{"name": group.name, "role": group.role} for group in peer.groups],
        "idle_s": idle_s,
        "session_key": peer.pubkey,
        "member_key": peer.member_pubkey,
        "session_id": peer.session_id,
        "connected_at": peer.connected_at,
        "last_seen_at": peer.last_seen_at,
        "hostname": peer.hostname,
        "cwd": peer.cwd,
        "visible": peer.visible is not False,
    }


def peers_json(peers: list[PeerInfo], *, me: str, session_id: str | None) -> list[dict[str, Any]]:
    """All peers as JSON, by name."""
    names = Counter(peer.display_name.casefold() for peer in peers)
    ordered = sorted(peers, key=lambda peer: (peer.display_name.casefold(), peer.connected_at))
    return [peer_json(peer, me=me, session_id=session_id, names=names) for peer in ordered]


def print_peers(console: Console, rows: list[dict[str, Any]]) -> None:
    """The rows of `peers_json` as a table."""
    from rich.table import Table

    if not rows:
        console.print("Nobody is connected.")
        return
    table = Table("", "NAME", "ROLE", "GROUPS", "IDLE", "DOING", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*_cells(row))
    console.print(table, soft_wrap=False)


def group_names(groups: list[GroupRef]) -> str:
    """`@web (lead), @ops`."""
    return ", ".join(
        clean(f"@{group.name}" + (f" ({group.role})" if group.role else ""), one_line=True)
        for group in groups
    )


def _cells(row: dict[str, Any]) -> list[Text]:
    from rich.text import Text

    shape, colour = SHAPES.get(row["status"], ("?", "white"))
    groups = group_names([GroupRef(name=each["name"], role=each["role"]) for each in row["groups"]])
    return [
        Text(f"{shape} {row['status']}", style=colour),
        Text(_name(row), style="bold" if not row["own"] else "bold cyan"),
        Text(clean(row["role"], one_line=True)),
        Text(groups),
        Text(short_age(row["idle_s"])),
        Text(clean(row["summary"] or "", one_line=True)),
    ]


def _name(row: dict[str, Any]) -> str:
    name = clean(row["name"], one_line=True)
    marks = []
    if row["this_session"]:
        marks.append("this session")
    elif row["own"]:
        marks.append("you")
    if row["duplicate_name"]:
        marks.append(f"key {row['session_key'][:8]}")
    if not row["visible"]:
        marks.append("hidden")
    return f"{name} ({', '.join(marks)})" if marks else name
