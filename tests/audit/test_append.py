"""Entries are numbered without a gap, chained, and fall with the transaction they are part of."""

from __future__ import annotations

import pytest
from claudemesh_wire.audit import GENESIS, Head
from claudemesh_wire.canonical_json import CanonicalJsonError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit import events, selectors, services
from audit.models import AuditEntry
from audit.services import NewEntry
from audit.verifying import verify
from tests.audit.conftest import ALICE, BOB, MESH, Append

pytestmark = pytest.mark.django_db


def test_an_entry_says_what_happened_when_and_by_whom() -> None:
    entry = services.append(
        mesh_id=MESH, type=events.ROLE_CHANGED, actor=ALICE, payload={"member": BOB, "to": "admin"}
    )
    stored = AuditEntry.objects.get()
    assert stored.as_wire == entry
    assert (stored.seq, stored.type, stored.actor) == (1, "role_changed", ALICE)
    assert stored.payload == {"member": BOB, "to": "admin"}
    assert selectors.head(MESH) == Head(1, entry.hash)


def test_each_mesh_has_a_chain_of_its_own(append: Append) -> None:
    append(2)
    append(3, "another-mesh")
    append(1)
    assert selectors.head(MESH).seq == 3
    assert selectors.head("another-mesh").seq == 3
    assert selectors.chains() == ["another-mesh", MESH]


def test_many_entries_of_many_meshes_keep_their_order() -> None:
    new = [
        NewEntry(f"mesh-{number % 3}", events.MESSAGE_SENT, ALICE, {"number": number})
        for number in range(30)
    ]
    appended = services.append_many(new)
    assert [entry.mesh for entry in appended] == [entry.mesh_id for entry in new]
    for mesh_id in ("mesh-0", "mesh-1", "mesh-2"):
        entries = AuditEntry.objects.filter(mesh_id=mesh_id).order_by("seq")
        assert [entry.seq for entry in entries] == list(range(1, 11))
        numbers = [entry.payload["number"] for entry in entries]
        assert numbers == sorted(numbers)
        assert verify(mesh_id).valid


def test_nothing_to_append_is_fine() -> None:
    assert services.append_many([]) == []


def test_any_number_of_entries_takes_the_same_statements(append: Append) -> None:
    append(1)
    counts = []
    for count in (1, 50):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            append(count)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_entry_falls_with_its_transaction(append: Append) -> None:
    append(2)
    with transaction.atomic():
        services.append(mesh_id=MESH, type=events.MEMBER_LEFT, actor=BOB, payload={})
        transaction.set_rollback(True)
    append(1)
    assert selectors.head(MESH).seq == 3
    assert verify(MESH).valid


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        services.append(mesh_id=MESH, type=events.MEMBER_LEFT, actor=BOB, payload={})
    assert selectors.head(MESH) == GENESIS


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="member_exploded"):
        services.append(mesh_id=MESH, type="member_exploded", actor=BOB, payload={})


def test_one_bad_payload_writes_nothing_of_the_call(append: Append) -> None:
    good = NewEntry(MESH, events.MEMBER_LEFT, BOB, {})
    with pytest.raises(CanonicalJsonError):
        services.append_many([good, good._replace(payload={"share": 0.5})])
    assert selectors.head(MESH) == GENESIS


def test_text_of_every_kind_comes_back_and_verifies() -> None:
    payload = {"name": 'nul \x00, quote ", é, 🌍, \u2028', "ключ": [None, True, -1, {}]}
    services.append(mesh_id=MESH, type=events.MEMBER_JOINED, actor=BOB, payload=payload)
    assert AuditEntry.objects.get().payload == payload
    assert verify(MESH).valid
