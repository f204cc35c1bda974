"""Writers in several processes append to one chain: none is lost, no number missing or double."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
from django.db import connection, transaction

from audit.events import MESSAGE_SENT
from audit.models import AuditEntry
from audit.services import NewEntry, append_many
from audit.verifying import verify
from tests.audit.conftest import MESH

pytestmark = pytest.mark.django_db(transaction=True)

PROCESSES = ("one", "two")
THREADS = 8


@contextmanager
def writer(process: str, events_each: int) -> Iterator[subprocess.Popen[str]]:
    """A writing process on the test's database, set up and waiting for its start."""
    settings = connection.settings_dict
    url = f"sqlite:///{settings['NAME']}"
    if connection.vendor == "postgresql":
        url = f"postgres://postgres@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.audit.writer", process, MESH, str(THREADS), str(events_each)],
        env=os.environ | {"DATABASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with started:
        try:
            assert started.stdout.readline() == "ready\n"
            yield started
        finally:
            started.kill()


def test_eight_threads_in_two_processes_make_one_chain() -> None:
    """1,000 events each on PostgreSQL; SQLite has one node, and one writer at a time."""
    events_each = 1_000 if connection.vendor == "postgresql" else 100
    with ExitStack() as stack:
        writers = [stack.enter_context(writer(name, events_each)) for name in PROCESSES]
        for each in writers:
            each.stdin.write("go\n")
            each.stdin.flush()
        assert [each.wait() for each in writers] == [0, 0]
    expected = len(PROCESSES) * THREADS * events_each
    report = verify(MESH)
    assert (report.valid, report.entries, report.head.seq) == (True, expected, expected)
    _check_everyone_was_heard(events_each)


def test_several_chains_in_any_order_do_not_wait_for_each_other() -> None:
    chains = [f"mesh-{number}" for number in range(4)]
    orders = [chains, chains[::-1]] * 2

    def write(order: list[str]) -> None:
        try:
            for _ in range(25):
                new = [NewEntry(mesh_id, MESSAGE_SENT, "alice", {}) for mesh_id in order]
                with transaction.atomic():
                    append_many(new)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(orders)) as pool:
        list(pool.map(write, orders))
    assert {verify(mesh_id).entries for mesh_id in chains} == {100}


def _check_everyone_was_heard(events_each: int) -> None:
    """Each thread's events are there in its own order, and both processes wrote meanwhile."""
    numbers = defaultdict(list)
    order = []
    for entry in AuditEntry.objects.filter(mesh_id=MESH).order_by("seq"):
        numbers[entry.actor, entry.payload["of"]].append(entry.payload["is"])
        order.append(entry.actor)
    assert len(numbers) == len(PROCESSES) * THREADS
    assert all(heard == list(range(events_each)) for heard in numbers.values())
    first_half = Counter(order[: len(order) // 2])
    assert set(first_half) == set(PROCESSES)
