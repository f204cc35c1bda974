"""Places on this node: counted from the reservation on, and for sockets without a hello."""

import pytest
from claudemesh_wire.errors import MeshError

from presence.doorstep import Doorstep
from presence.hub import Hub


def refused(call: object, *args: object, **fields: object) -> bool:
    try:
        call(*args, **fields)  # type: ignore[operator]
    except MeshError as error:
        assert error.code == "capacity"  # noqa: PT017
        return True
    return False


def test_reservations_count() -> None:
    hub = Hub(per_mesh=2, per_member=10)
    assert [refused(hub.reserve, "m", f"p{n}") for n in range(3)] == [False, False, True]
    hub.release("m", "p0")
    assert not refused(hub.reserve, "m", "p2")


def test_a_member_has_its_own_bound() -> None:
    hub = Hub(per_mesh=10, per_member=1)
    assert [refused(hub.reserve, "m", who) for who in ("a", "a", "b")] == [False, True, False]


def test_a_replacement_needs_no_place_of_its_own() -> None:
    hub = Hub(per_mesh=1, per_member=1)
    hub.reserve("m", "a")
    assert not refused(hub.reserve, "m", "a", replacing=1)
    assert refused(hub.reserve, "m", "a", replacing=1)


def test_a_refused_reservation_takes_nothing() -> None:
    hub = Hub(per_mesh=10, per_member=1)
    hub.reserve("m", "a")
    for _ in range(20):
        refused(hub.reserve, "m", "a")
    assert not refused(hub.reserve, "m", "b")


def test_a_mesh_is_expected_while_a_place_is_taken() -> None:
    hub = Hub(per_mesh=10, per_member=10)
    assert not hub.expects("m")
    hub.reserve("m", "a")
    assert hub.expects("m")
    hub.release("m", "a")
    assert not hub.expects("m")


@pytest.mark.parametrize(
    "bounds", [{"at_once": 2, "per_address": 9}, {"at_once": 9, "per_address": 2}]
)
def test_the_doorstep_is_bounded(bounds: dict[str, int]) -> None:
    doorstep = Doorstep(**bounds)
    assert [refused(doorstep.enter, "a") for _ in range(3)] == [False, False, True]
    doorstep.leave("a")
    assert not refused(doorstep.enter, "a")
