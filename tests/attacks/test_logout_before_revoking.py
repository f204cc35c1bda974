"""Mallory has bob's laptop and logs out on it first, so that signing it out finds nothing to do."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services as accounts
from accounts.models import CliSession
from meshes.models import Member
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def laptop(bob: Person) -> CliSession:
    """Bob's device, by which his key came."""
    token, device = accounts.issue_token(user=bob.user)
    Member.objects.filter(pk=bob.member.pk).update(device=device)
    assert accounts.revoke_token(token=token)
    return device


def barred(bob: Person) -> bool:
    return Member.objects.get(pk=bob.member.pk).suspended_at is not None


def test_logging_out_bars_no_key(bob: Person, laptop: CliSession) -> None:
    assert not barred(bob)


def test_signing_it_out_afterwards_bars_its_keys_once(bob: Person, laptop: CliSession) -> None:
    accounts.revoke_session(user=bob.user, session_id=laptop.pk)
    first = Member.objects.get(pk=bob.member.pk).suspended_at
    assert first is not None
    accounts.revoke_session(user=bob.user, session_id=laptop.pk)
    assert Member.objects.get(pk=bob.member.pk).suspended_at == first


def test_signing_out_an_expired_device_bars_its_keys(bob: Person, laptop: CliSession) -> None:
    past = timezone.now() - timedelta(days=1)
    CliSession.objects.filter(pk=laptop.pk).update(expires_at=past, revoked_at=None)
    accounts.revoke_session(user=bob.user, session_id=laptop.pk)
    assert barred(bob)


def test_its_owner_sees_it_until_its_keys_are_barred(
    bob: Person, laptop: CliSession, client: Client
) -> None:
    client.force_login(bob.user)
    assert b"Bar the keys of" in client.get(reverse("devices")).content
    client.post(reverse("device-revoke", args=[laptop.pk]))
    assert barred(bob)
    assert b"Bar the keys of" not in client.get(reverse("devices")).content
