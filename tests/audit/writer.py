"""A process that appends to one chain from several threads at once: `python -m tests.audit.writer`.

Says `ready`, waits for a line on standard input, then appends as fast as it can.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import django

TRANSACTION_SIZES = (1, 5, 24)


def main(process: str, mesh_id: str, threads: int, events_each: int) -> None:
    """Append `threads` * `events_each` entries, in transactions of one to 24 entries."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "claudemesh.settings"
    django.setup()
    from django.db import connection, transaction

    from audit import events, services

    def write(thread: int) -> None:
        numbers = iter(range(events_each))
        for size in cycle(TRANSACTION_SIZES):
            new = [
                services.NewEntry(
                    mesh_id, events.MESSAGE_SENT, process, {"of": thread, "is": number}
                )
                for number in islice(numbers, size)
            ]
            if not new:
                break
            with transaction.atomic():
                services.append_many(new)
        connection.close()

    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(write, range(threads)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
