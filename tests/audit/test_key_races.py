"""Nodes that need the broker's first key at the same moment end up with one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from audit import keys
from audit.models import BrokerKey

pytestmark = pytest.mark.django_db(transaction=True)

NODES = 8


def test_a_key_made_by_all_at_once_is_one_key() -> None:
    start = Barrier(NODES)

    def ask(_: int) -> str:
        start.wait()
        try:
            return keys.current().public
        finally:
            connection.close()

    with ThreadPoolExecutor(NODES) as pool:
        answers = set(pool.map(ask, range(NODES)))
    assert answers == {BrokerKey.objects.get().public}
