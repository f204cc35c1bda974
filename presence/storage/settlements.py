"""Moves deliveries forward: settled by an ack, expired, given up. States never go back."""

from collections import defaultdict

from django.db import connection

from presence.clock import now
from presence.drafts import Settlement
from presence.models import Delivery
from storing.bulk import execute, moment

#: The states from which a delivery may be moved to the key.
BEFORE: dict[str, list[str]] = {
    "delivered": ["pending"],
    "handed": ["pending", "delivered"],
    "read": ["pending", "delivered", "handed"],
    "expired": ["pending"],
    "undeliverable": ["pending"],
}
_TABLE = Delivery._meta.db_table


def settle(settlements: list[Settlement]) -> None:
    """Writes settlements, one statement a state and reason. Runs inside a transaction."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for settlement in settlements:
        groups[(settlement.state, settlement.reason)].append(settlement.parcel.delivery_id)
    for (state, reason), ids in groups.items():
        move(ids, state, reason)


def move(ids: list[int], state: str, reason: str = "") -> None:
    """Moves deliveries to a state, where they have not come further already."""
    before = BEFORE[state]
    change = f"UPDATE {_TABLE} SET state = %s, reason = %s, updated_at = %s WHERE "
    values = (state, reason, moment(now()))
    if connection.vendor == "postgresql":
        execute(
            change + "id = ANY(%b::bigint[]) AND state = ANY(%b::text[])", [*values, ids, before]
        )
        return
    states = ", ".join(["%s"] * len(before))
    with connection.cursor() as cursor:
        cursor.executemany(
            change + f"id = %s AND state IN ({states})",
            [(*values, delivery_id, *before) for delivery_id in ids],
        )
