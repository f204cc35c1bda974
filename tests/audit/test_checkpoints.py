"""The broker signs the end of a chain, with a key that a stolen database does not give away."""

from __future__ import annotations

import secrets

import pytest
from claudemesh_wire.audit import Entry
from claudemesh_wire.checkpoints import is_signed
from claudemesh_wire.signing import generate_keypair
from django.core.management import CommandError, call_command

from audit import checkpoints, keys, selectors
from audit.models import BrokerKey, Checkpoint
from audit.verifying import verify
from storing import vault
from tests.audit import tampering
from tests.audit.conftest import MESH, Append

pytestmark = pytest.mark.django_db


def test_a_checkpoint_is_of_the_head_and_signed_by_the_broker(chain: list[Entry]) -> None:
    signed = checkpoints.checkpoint(MESH)
    assert (signed.mesh, signed.seq, signed.hash) == (MESH, 6, chain[-1].hash)
    assert is_signed(signed, by=keys.trusted())
    assert selectors.last_checkpoint(MESH) == signed


def test_a_chain_without_entries_has_nothing_to_sign() -> None:
    assert checkpoints.checkpoint(MESH) is None
    assert selectors.last_checkpoint(MESH) is None


def test_what_has_not_moved_is_not_signed_twice(chain: list[Entry]) -> None:
    assert checkpoints.checkpoint(MESH) == checkpoints.checkpoint(MESH)
    assert Checkpoint.objects.count() == 1


def test_only_chains_that_moved_are_due(chain: list[Entry], append: Append) -> None:
    append(2, "another-mesh")
    assert checkpoints.due() == ["another-mesh", MESH]
    checkpoints.checkpoint("another-mesh")
    assert checkpoints.due() == [MESH]
    append(1, "another-mesh")
    assert checkpoints.due() == ["another-mesh", MESH]


def test_all_chains_are_signed_but_the_damaged(chain: list[Entry], append: Append) -> None:
    append(2, "another-mesh")
    tampering.delete(6)
    run = checkpoints.checkpoint_all()
    assert run.signed == 1
    assert [error.mesh_id for error in run.damaged] == [MESH]


def test_the_command_signs_and_says_how_many(
    chain: list[Entry], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("checkpoint_audit")
    assert "1" in capsys.readouterr().out
    assert Checkpoint.objects.count() == 1


def test_the_command_fails_over_a_damaged_chain(chain: list[Entry]) -> None:
    tampering.delete(6)
    with pytest.raises(CommandError, match=MESH):
        call_command("checkpoint_audit")


def test_a_chain_with_several_checkpoints_verifies(append: Append) -> None:
    for _ in range(3):
        append(2)
        checkpoints.checkpoint(MESH)
    assert verify(MESH).valid


def test_the_key_is_made_once() -> None:
    assert keys.current() == keys.current()
    assert BrokerKey.objects.count() == 1


def test_the_secret_is_not_in_the_database() -> None:
    pair = keys.current()
    stored = BrokerKey.objects.get().secret_encrypted
    assert pair.secret[:64] not in stored
    assert vault.decrypt(stored).hex() == pair.secret[:64]


def test_a_key_that_somebody_put_into_the_database_is_not_trusted(chain: list[Entry]) -> None:
    checkpoints.checkpoint(MESH)
    mallory = generate_keypair()
    BrokerKey.objects.create(public=mallory.public, secret_encrypted="junk", current=False)
    assert keys.trusted() == {keys.current().public}


def test_a_key_with_another_ones_secret_is_not_trusted(caplog: pytest.LogCaptureFixture) -> None:
    real = keys.current()
    stolen = BrokerKey.objects.get().secret_encrypted
    mallory = generate_keypair()
    BrokerKey.objects.create(public=mallory.public, secret_encrypted=stolen, current=False)
    assert keys.trusted() == {real.public}
    assert mallory.public in caplog.text


def test_old_checkpoints_hold_after_the_key_is_replaced(chain: list[Entry], append: Append) -> None:
    first = checkpoints.checkpoint(MESH)
    BrokerKey.objects.update(current=False)
    append(1)
    second = checkpoints.checkpoint(MESH)
    assert first.key != second.key
    assert verify(MESH).valid


def test_a_lost_encryption_key_is_said_and_signs_nothing(chain: list[Entry], settings) -> None:
    keys.current()
    settings.BROKER_ENCRYPTION_KEYS = [secrets.token_hex(32)]
    with pytest.raises(vault.VaultError):
        checkpoints.checkpoint(MESH)
