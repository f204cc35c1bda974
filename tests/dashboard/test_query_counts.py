"""Pages ask the database a handful of questions, however much there is to show."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from meshes.models import Member, Mesh
from meshes.selectors import Standing
from meshes.services import create_invite
from tests.dashboard.conftest import Browser
from tests.dashboard.rows import arrive
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db
ACME = "/dashboard/meshes/acme"
PAGES = ("/", "/dashboard", ACME, *(f"{ACME}/{p}" for p in ("members", "invites", "bans", "audit")))
MOST = 20


@pytest.mark.parametrize("path", PAGES)
def test_more_to_show_is_no_more_to_ask(
    path: str,
    cast: dict[str, Person],
    mesh: Mesh,
    owner: Standing,
    browse: Callable[[Person | None], Browser],
    django_assert_max_num_queries: Any,
) -> None:
    alice = browse(cast["owner"])
    counts = []
    for crowd in range(3):
        cache.clear()
        with django_assert_max_num_queries(MOST) as asked:
            alice.get(path)
        counts.append(len(asked))
        for number in range(15):
            key = f"{crowd:032x}{number:032x}"
            member = Member.objects.create(mesh=mesh, pubkey=key, display_name=f"agent-{number}")
            arrive(mesh, member, member.display_name)
            create_invite(by=owner)
    assert counts[1] == counts[2]
