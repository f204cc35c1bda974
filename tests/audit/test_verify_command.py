"""`manage.py verify_audit` says which log is broken and where, and fails if one is."""

from __future__ import annotations

import pytest
from claudemesh_wire.audit import Entry
from claudemesh_wire.signing import generate_keypair
from django.core.management import CommandError, call_command

from accounts.models import User
from audit import checkpoints
from meshes import services
from tests.audit import tampering
from tests.audit.conftest import MESH, Append

pytestmark = pytest.mark.django_db


def test_sound_logs_are_counted(
    chain: list[Entry], append: Append, capsys: pytest.CaptureFixture[str]
) -> None:
    append(2, "another-mesh")
    call_command("verify_audit")
    out = capsys.readouterr().out
    assert f"{MESH}: 6 entries, an unbroken chain." in out
    assert "2 audit log(s) verified" in out


def test_a_broken_log_is_named_and_the_exit_code_is_1(
    chain: list[Entry], append: Append, capsys: pytest.CaptureFixture[str]
) -> None:
    append(2, "another-mesh")
    tampering.edit(4)
    with pytest.raises(CommandError) as failure:
        call_command("verify_audit")
    assert failure.value.returncode == 1
    assert f"{MESH}: Broken at entry 4" in capsys.readouterr().out


def test_one_mesh_is_chosen_by_its_slug(capsys: pytest.CaptureFixture[str], append: Append) -> None:
    alice = User.objects.create_user("alice@example.com", name="Alice")
    mesh = services.create_mesh(owner=alice, name="Acme", pubkey=generate_keypair().public).mesh
    append(3, mesh.pk)
    append(2, "another-mesh")
    call_command("verify_audit", mesh="acme")
    out = capsys.readouterr().out
    assert "acme: " in out
    assert "another-mesh" not in out


def test_an_unknown_mesh_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="no mesh nowhere"):
        call_command("verify_audit", mesh="nowhere")


def test_a_log_of_which_only_checkpoints_are_left_is_not_passed_over(chain: list[Entry]) -> None:
    checkpoints.checkpoint(MESH)
    tampering.truncate(0)
    tampering.sql("DELETE FROM audit_audithead")
    with pytest.raises(CommandError):
        call_command("verify_audit")
