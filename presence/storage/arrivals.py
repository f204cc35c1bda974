"""Writes presences for a batch of hellos and reads what earlier sessions left."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from claudemesh_wire.fields import CountedStats, Stats
from django.db import connection
from msgspec import structs

from presence.arrival import Admission, Arrival, Replaced, Restored, Resumed
from presence.models import PeerState, Presence, SpentHello
from presence.parcel import Parcel
from presence.peer import Peer
from presence.storage.departures import end
from presence.storage.hooks import take_pending
from presence.storage.presences import insert_presences
from presence.storage.removing import spend_untold_kicks
from presence.storage.rosters import groups_from, groups_to
from presence.storage.traces import find_traces
from storing.bulk import insert_ignoring, moment

SPENT_TABLE = SpentHello._meta.db_table


def admit(arrivals: list[Arrival], versions: dict[str, int]) -> list[Admission]:
    """One admission each, in order. Runs inside the caller's transaction.

    `versions` are the roster versions as they are in this transaction.
    """
    current = [versions.get(a.peer.mesh_id) == a.roster_version for a in arrivals]
    fresh = [a for a, is_fresh in zip(arrivals, current, strict=True) if is_fresh]
    listed = [a.peer for a in fresh if not a.ephemeral]
    traces = find_traces([peer.member_id for peer in listed])
    spent = _spend(fresh)
    kicked = spend_untold_kicks(listed) if traces["kick"] else set()
    answers: list[Admission | None] = []
    for arrival, fresh_roster in zip(arrivals, current, strict=True):
        if not fresh_roster:  # not spent either: the same hello is entered again
            answers.append(Admission(refused="stale"))
        elif arrival.signature in spent:
            answers.append(Admission(refused="replayed"))
        elif arrival.peer.presence_id in kicked:
            answers.append(Admission(refused="kicked"))
        else:
            answers.append(None)
            spent.add(arrival.signature) if arrival.signature else None
    admitted = [a for a, answer in zip(arrivals, answers, strict=True) if answer is None]
    admissions = iter(_admit(admitted, traces))
    return [answer if answer is not None else next(admissions) for answer in answers]


def _spend(arrivals: list[Arrival]) -> set[str]:
    """Notes version 1 signatures; those that were noted before."""
    signed = {a.signature: a for a in arrivals if a.signature}
    if not signed:
        return set()
    rows = [(key, moment(arrival.signature_expires_at)) for key, arrival in signed.items()]
    seen = set()
    if connection.vendor != "postgresql":  # SQLite cannot say which rows an insert has taken
        found = SpentHello.objects.filter(signature__in=signed)
        seen = set(found.values_list("signature", flat=True))
    taken = insert_ignoring(SPENT_TABLE, ("signature", "expires_at"), ("text", "timestamptz"), rows)
    return seen if taken is None else set(signed) - taken


def _admit(arrivals: list[Arrival], traces: dict[str, set[str]]) -> list[Admission]:
    states = PeerState.objects.in_bulk(traces["state"]) if traces["state"] else {}
    mail = traces["mail"]
    hooks = take_pending([a.peer for a in arrivals if not a.ephemeral]) if traces["hook"] else {}
    older = _presences_of(traces["presence"])
    rows: dict[tuple[str, str, str], Presence] = {}
    admissions = []
    for arrival in arrivals:
        if arrival.ephemeral:
            admissions.append(Admission(groups=arrival.groups or []))
            continue
        peer = arrival.peer
        twins = [row for row in older[peer.member_id] if _is_twin(row, peer)]
        before, undeliverable = _replace(twins, peer)
        state = PeerState.objects.get(member_id=peer.member_id) if _ended(twins, before) else None
        state = state or states.get(peer.member_id)
        older[peer.member_id] = [r for r in older[peer.member_id] if r not in twins]
        admission = replace(
            _welcome(arrival, state, before, twins, undeliverable, mail),
            hook_status=hooks.get(peer.presence_id, ""),
        )
        row = _row(peer, admission)
        older[peer.member_id].append(row)
        rows = {key: r for key, r in rows.items() if r not in twins}
        rows[(peer.member_id, peer.session_id, peer.session_key)] = row
        admissions.append(admission)
    insert_presences(list(rows.values()))
    return admissions


def _presences_of(members: set[str]) -> dict[str, list[Presence]]:
    found: dict[str, list[Presence]] = defaultdict(list)
    if members:
        for row in Presence.objects.filter(member_id__in=members):
            found[row.member_id].append(row)
    return found


def _is_twin(row: Presence, peer: Peer) -> bool:
    """The same session again, or what a restart of it left behind in its lease."""
    if row.session_id != peer.session_id:
        return False
    return row.session_key == peer.session_key or row.disconnected_at is not None


def _replace(twins: list[Presence], peer: Peer) -> tuple[Presence | None, list[Parcel]]:
    """Removes older presences: the very session's row, and mail that died with other keys."""
    before = next((row for row in twins if row.session_key == peer.session_key), None)
    if before is not None:
        Presence.objects.filter(id=before.id).delete()
    gone = {row.id: row.last_seen_at for row in twins if row is not before}
    ended = end(gone) if gone else []
    return before, [parcel for one in ended for parcel in one.undeliverable]


def _ended(twins: list[Presence], before: Presence | None) -> bool:
    """True if a session ended here, so that what is left of it has just been written."""
    return any(row is not before for row in twins)


def _welcome(
    arrival: Arrival,
    state: PeerState | None,
    before: Presence | None,
    twins: list[Presence],
    undeliverable: list[Parcel],
    mail: set[str],
) -> Admission:
    last = groups_from(state.groups) if state else []
    groups = arrival.groups if arrival.groups is not None else last or arrival.default_groups
    if before is not None and arrival.groups is None:
        groups = groups_from(before.groups)
    return Admission(
        groups=groups,
        restored=_restored(state, before) if state or before else None,
        resumed=_resumed(before) if before else None,
        replaced=tuple(
            Replaced(
                row.id,
                row.node_id,
                row.disconnected_at is None,
                row.session_key == arrival.peer.session_key,
            )
            for row in twins
        ),
        undeliverable=tuple(undeliverable),
        has_mail=arrival.peer.member_id in mail or bool(undeliverable),
    )


def _restored(state: PeerState | None, before: Presence | None) -> Restored:
    """What is left of earlier sessions; the very session knows best what it said itself."""
    latest = before or state
    assert latest is not None
    return Restored(
        summary=latest.summary,
        visible=latest.visible,
        groups=groups_from(latest.groups),
        stats=CountedStats(**state.stats) if state else CountedStats(),
        last_seen_at=latest.last_seen_at,
    )


def _resumed(before: Presence) -> Resumed:
    return Resumed(
        status=before.status,
        status_source=before.status_source,
        status_at=before.status_at,
        stats=Stats(**before.stats),
    )


def _row(peer: Peer, admission: Admission) -> Presence:
    restored, resumed = admission.restored, admission.resumed
    return Presence(
        id=peer.presence_id,
        mesh_id=peer.mesh_id,
        member_id=peer.member_id,
        node_id=peer.node_id,
        session_id=peer.session_id,
        session_key=peer.session_key,
        display_name=peer.name,
        groups=groups_to(admission.groups or []),
        **_status(peer, admission),
        summary=restored.summary if restored else None,
        visible=restored.visible if restored else True,
        remote_addr=peer.remote_addr,
        details=_details(peer),
        stats=structs.asdict(resumed.stats) if resumed else {},
        connected_at=peer.connected_at,
        last_seen_at=peer.last_seen_at,
    )


def _status(peer: Peer, admission: Admission) -> dict[str, Any]:
    """A hook that came just before the session, else what the session said, else its default."""
    if admission.hook_status:
        said = (admission.hook_status, "hook", peer.status_at)
    else:
        latest = admission.resumed or peer
        said = (latest.status, latest.status_source, latest.status_at)
    return dict(zip(("status", "status_source", "status_at"), said, strict=True))


def _details(peer: Peer) -> dict[str, Any]:
    values = {name: getattr(peer.details, name) for name in peer.details.__slots__}
    return {name: value for name, value in values.items() if value is not None}
