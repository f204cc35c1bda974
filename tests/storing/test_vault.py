"""Secrets at rest open with every configured key and are written under the first."""

import base64
import secrets

import pytest
from django.core.exceptions import ImproperlyConfigured

from storing import vault

OLD = secrets.token_hex(32)
NEW = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def test_what_is_encrypted_comes_back(settings) -> None:
    settings.BROKER_ENCRYPTION_KEYS = [NEW]
    stored = vault.encrypt(b"root key")
    assert "root key" not in stored
    assert vault.decrypt(stored) == b"root key"


def test_a_rotated_key_still_opens_old_secrets(settings) -> None:
    settings.BROKER_ENCRYPTION_KEYS = [OLD]
    stored = vault.encrypt(b"root key")
    settings.BROKER_ENCRYPTION_KEYS = [NEW, OLD]
    assert vault.decrypt(stored) == b"root key"


def test_new_secrets_are_written_under_the_first_key(settings) -> None:
    settings.BROKER_ENCRYPTION_KEYS = [NEW, OLD]
    stored = vault.encrypt(b"root key")
    settings.BROKER_ENCRYPTION_KEYS = [NEW]
    assert vault.decrypt(stored) == b"root key"


def test_a_lost_key_is_said_clearly(settings) -> None:
    settings.BROKER_ENCRYPTION_KEYS = [OLD]
    stored = vault.encrypt(b"root key")
    settings.BROKER_ENCRYPTION_KEYS = [NEW]
    with pytest.raises(vault.VaultError):
        vault.decrypt(stored)


@pytest.mark.parametrize("keys", [[], [""], ["short"], ["z" * 64], ["é" * 43], [NEW[:-4]]])
def test_an_unusable_key_is_refused_with_the_fix(settings, keys: list[str]) -> None:
    settings.BROKER_ENCRYPTION_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="BROKER_ENCRYPTION_KEY"):
        vault.encrypt(b"root key")
