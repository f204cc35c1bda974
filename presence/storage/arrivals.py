"""Writes presences for a batch of hellos and reads what earlier sessions left."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from claudemesh_wire.fields import CountedStats
from django.db import connection

from presence.arrival import Admission, Arrival, Replaced, Restored
from presence.models import PeerState, Presence, SpentHello
from presence.parcel import Parcel
from presence.peer import Peer
from presence.storage.departures import end
from presence.storage.hooks import take_pending
from presence.storage.pending import members_with_mail
from presence.storage.presences import insert_presences
from presence.storage.removing import spend_untold_kicks
from presence.storage.rosters import groups_from, groups_to
from storing.bulk import insert_ignoring, moment

SPENT_TABLE = SpentHello._meta.db_table


def admit(arrivals: list[Arrival], versions: dict[str, int]) -> list[Admission]:
    """One admission each, in order. Runs inside the caller's transaction.

    `versions` are the roster versions as they are in this transaction.
    """
    current = [versions.get(a.peer.mesh_id) == a.roster_version for a in arrivals]
    spent = _spend([a for a, fresh in zip(arrivals, current, strict=True) if fresh])
    kicked = spend_untold_kicks(
        [a.peer for a, fresh in zip(arrivals, current, strict=True) if fresh and not a.ephemeral]
    )
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
    fresh = iter(_admit(admitted))
    return [answer if answer is not None else next(fresh) for answer in answers]


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


def _admit(arrivals: list[Arrival]) -> list[Admission]:
    listed = [a for a in arrivals if not a.ephemeral]
    members = [a.peer.member_id for a in listed]
    states = PeerState.objects.in_bulk(members) if members else {}
    mail = members_with_mail(members) if members else set()
    hooks = take_pending([a.peer for a in listed])
    older = _presences_of(members)
    rows: dict[tuple[str, str, str], Presence] = {}
    admissions = []
    for arrival in arrivals:
        if arrival.ephemeral:
            admissions.append(Admission(groups=arrival.groups or []))
            continue
        peer = arrival.peer
        twins = [row for row in older[peer.member_id] if _is_twin(row, peer)]
        undeliverable = _replace(twins, peer)
        older[peer.member_id] = [r for r in older[peer.member_id] if r not in twins]
        admission = replace(
            _welcome(arrival, states.get(peer.member_id), twins, undeliverable, mail),
            hook_status=hooks.get(peer.presence_id, ""),
        )
        row = _row(peer, admission)
        older[peer.member_id].append(row)
        rows = {key: r for key, r in rows.items() if r not in twins}
        rows[(peer.member_id, peer.session_id, peer.session_key)] = row
        admissions.append(admission)
    insert_presences(list(rows.values()))
    return admissions


def _presences_of(members: list[str]) -> dict[str, list[Presence]]:
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


def _replace(twins: list[Presence], peer: Peer) -> list[Parcel]:
    """Removes older presences; mail under another key that died with them."""
    same = [row.id for row in twins if row.session_key == peer.session_key]
    Presence.objects.filter(id__in=same).delete() if same else None
    gone = {row.id: row.last_seen_at for row in twins if row.session_key != peer.session_key}
    return [parcel for ended in (end(gone) if gone else []) for parcel in ended.undeliverable]


def _welcome(
    arrival: Arrival,
    state: PeerState | None,
    twins: list[Presence],
    undeliverable: list[Parcel],
    mail: set[str],
) -> Admission:
    last = groups_from(state.groups) if state else []
    groups = arrival.groups if arrival.groups is not None else last or arrival.default_groups
    return Admission(
        groups=groups,
        restored=_restored(state) if state else None,
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


def _restored(state: PeerState) -> Restored:
    return Restored(
        summary=state.summary,
        visible=state.visible,
        groups=groups_from(state.groups),
        stats=CountedStats(**state.stats),
        last_seen_at=state.last_seen_at,
    )


def _row(peer: Peer, admission: Admission) -> Presence:
    restored = admission.restored
    return Presence(
        id=peer.presence_id,
        mesh_id=peer.mesh_id,
        member_id=peer.member_id,
        node_id=peer.node_id,
        session_id=peer.session_id,
        session_key=peer.session_key,
        display_name=peer.name,
        groups=groups_to(admission.groups or []),
        status=admission.hook_status or peer.status,
        status_source="hook" if admission.hook_status else peer.status_source,
        status_at=peer.status_at,
        summary=restored.summary if restored else None,
        visible=restored.visible if restored else True,
        remote_addr=peer.remote_addr,
        details=_details(peer),
        connected_at=peer.connected_at,
        last_seen_at=peer.last_seen_at,
    )


def _details(peer: Peer) -> dict[str, Any]:
    values = {name: getattr(peer.details, name) for name in peer.details.__slots__}
    return {name: value for name, value in values.items() if value is not None}
