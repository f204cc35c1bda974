"""The broker's signing keys: made on first use, trusted only while their secret opens."""

from __future__ import annotations

import logging

from claudemesh_wire.signing import BadKey, KeyPair, generate_keypair, keypair_from_seed
from django.db import IntegrityError, transaction

from audit.models import BrokerKey
from storing import vault

logger = logging.getLogger(__name__)


def current() -> KeyPair:
    """The key to sign with, made if there is none. Of several nodes that make one, one wins.

    Raises vault.VaultError if no configured encryption key opens it.
    """
    row = BrokerKey.objects.filter(current=True).first() or _make()
    return _open(row)


def trusted() -> frozenset[str]:
    """Public keys whose signatures count.

    Whoever can write to the database could add a key, but not one whose secret is encrypted
    under the broker's key; such a row is passed over, and logged.
    """
    found = set()
    for row in BrokerKey.objects.all():
        try:
            found.add(_open(row).public)
        except (vault.VaultError, BadKey, ValueError) as error:
            logger.error("broker key %s is not trusted: %s", row.public, error)
    return frozenset(found)


def _make() -> BrokerKey:
    keys = generate_keypair()
    seed = bytes.fromhex(keys.secret)[:32]
    try:
        with transaction.atomic():
            return BrokerKey.objects.create(
                public=keys.public, secret_encrypted=vault.encrypt(seed)
            )
    except IntegrityError:
        return BrokerKey.objects.get(current=True)


def _open(row: BrokerKey) -> KeyPair:
    keys = keypair_from_seed(vault.decrypt(row.secret_encrypted))
    if keys.public != row.public:
        raise ValueError("The stored secret belongs to another key.")
    return keys
