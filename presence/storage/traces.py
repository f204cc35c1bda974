"""Asks once a batch of hellos which tables know anything of the members that arrive.

Most know nothing, and then five look-ups are saved.
"""

import json
from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from presence.clock import now
from presence.models import Delivery, PeerState, PendingStatus, Presence, UntoldKick
from storing.bulk import Row, fetch, moment

#: Any of these, by member id: a session now or in its lease, mail, earlier sessions, a kick.
_QUERY = " UNION ALL ".join(
    (
        f"SELECT 'presence', member_id FROM {Presence._meta.db_table} WHERE member_id {{wanted}}",
        f"SELECT 'mail', member_id FROM {Delivery._meta.db_table}"
        " WHERE state = 'pending' AND member_id {wanted}",
        f"SELECT 'state', member_id FROM {PeerState._meta.db_table} WHERE member_id {{wanted}}",
        f"SELECT 'kick', member_id FROM {UntoldKick._meta.db_table} WHERE member_id {{wanted}}",
        f"SELECT 'hook', session_id FROM {PendingStatus._meta.db_table}"
        " WHERE expires_at > {moment}",
    )
)
_POSTGRESQL = _QUERY.format(wanted="= ANY(%b::text[])", moment="%b")
_SQLITE = _QUERY.format(wanted="IN (SELECT value FROM json_each(%s))", moment="%s")


def find_traces(member_ids: Sequence[str]) -> dict[str, set[str]]:
    """Member ids by what is known of them: `presence`, `mail`, `state`, `kick`.

    `hook` holds session ids of hooks that wait for a presence. What is unknown has no entry.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for kind, key in _rows(list(member_ids)) if member_ids else ():
        found[kind].add(key)
    return found


def _rows(member_ids: list[str]) -> list[Row]:
    if connection.vendor == "postgresql":
        return fetch(_POSTGRESQL, [member_ids] * 4 + [now()])
    with connection.cursor() as cursor:
        cursor.execute(_SQLITE, [json.dumps(member_ids)] * 4 + [moment(now())])
        return list(cursor.fetchall())
