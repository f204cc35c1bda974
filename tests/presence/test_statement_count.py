"""A batch costs so many statements, whatever is in it and however much is stored."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from claudemesh_wire.ids import new_id
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meshes.models import Member
from presence.clock import now
from presence.drafts import Draft, Settlement
from presence.storage.batch import Batch, commit
from presence.storage.rosters import read_versions
from presence.targets import Recipient
from storing import bulk
from tests.presence.builders import key_of, message
from tests.presence.world import World

#: Version, messages, numbers of deliveries and these, a settled state, and the audit log's two
#: reads and writes; beginning and end.
AT_MOST = 12


def drafts(mesh_id: str, version: int, count: int, recipients: list[Recipient]) -> list[Draft]:
    sender = Member.objects.filter(mesh_id=mesh_id, role="owner").get()
    return [
        Draft(
            message=message(id=new_id(), mesh_id=mesh_id, sender_id=sender.id, client_id=new_id()),
            recipients=recipients,
            matched=len(recipients),
            online=len(recipients),
            roster_version=version,
            expires_at=now() + timedelta(days=1),
            done=lambda draft, outcome: None,
            audited=True,
        )
        for _ in range(count)
    ]


def statements_of(work: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> int:
    """How many statements `work` sends, those past Django's cursor too."""
    raw = 0
    execute = bulk._execute

    def counted(sql: str, parameters: Any) -> Any:
        nonlocal raw
        raw += 1
        return execute(sql, parameters)

    monkeypatch.setattr(bulk, "_execute", counted)
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured) + raw


@pytest.mark.parametrize(("count", "recipients"), [(1, 1), (50, 1), (4, 95)])
async def test_a_batch_is_a_few_statements(
    world: World, monkeypatch: pytest.MonkeyPatch, count: int, recipients: int
) -> None:
    to = [
        Recipient(world.bob.member_id, key_of(f"s{n}"), key_of(f"s{n}"), "bob", True)
        for n in range(recipients)
    ]

    def work() -> int:
        version = read_versions([world.mesh_id])[world.mesh_id]
        first = commit(Batch(drafts=drafts(world.mesh_id, version, count, to)))
        parcels = [parcel for outcome in first.recorded for parcel in outcome.parcels]
        settled = [Settlement(parcel, "delivered", lambda done: None) for parcel in parcels]
        batch = Batch(drafts=drafts(world.mesh_id, version, count, to), settlements=settled)
        return statements_of(lambda: commit(batch), monkeypatch)

    assert await world.runtime._thread.submit(work) <= AT_MOST
