"""Safety numbers: the same on both sides, another for every other key, as published."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from claudemesh_wire.safety import safety_number
from claudemesh_wire.signing import BadKey, keypair_from_seed

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "safety.json").read_text())
ALICE, BOB, MALLORY = (keypair_from_seed(bytes([i]) * 32).public for i in (1, 2, 3))


@pytest.mark.parametrize("vector", VECTORS)
def test_published_vector(vector) -> None:
    assert safety_number(vector["one"], vector["other"]) == vector["safety_number"]


def test_it_is_what_the_text_says() -> None:
    """Worked out by hand from the module's description, without its code."""
    digest = b"claudemesh-safety|1|"
    for _ in range(5_200):
        digest = hashlib.sha512(digest + bytes.fromhex(ALICE)).digest()
    groups = [int.from_bytes(digest[i : i + 5], "big") % 100_000 for i in range(0, 30, 5)]
    assert " ".join(f"{group:05d}" for group in groups) in safety_number(ALICE, BOB)


def test_both_sides_see_the_same() -> None:
    assert safety_number(ALICE, BOB) == safety_number(BOB, ALICE)


def test_another_key_is_another_number() -> None:
    assert len({safety_number(ALICE, BOB), safety_number(ALICE, MALLORY)}) == 2


def test_it_has_sixty_digits_in_groups_of_five() -> None:
    assert re.fullmatch(r"\d{5}( \d{5}){11}", safety_number(ALICE, BOB))


@pytest.mark.parametrize("key", ["", "ab", "AB" * 32, "zz" * 32])
def test_what_is_no_key_has_no_number(key) -> None:
    with pytest.raises(BadKey):
        safety_number(ALICE, key)
