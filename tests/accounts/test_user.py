"""An account is its email address, in whatever letter case it is typed."""

from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from claudemesh_wire.errors import MeshError
from django.apps import apps
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import identify_hasher
from django.db import IntegrityError
from django.test import Client

from accounts import services
from accounts.models import User

pytestmark = pytest.mark.django_db


def test_email_is_stored_in_lower_case() -> None:
    assert User.objects.create_user(" Alice@Example.COM ").email == "alice@example.com"


def test_the_same_address_in_other_case_is_the_same_account(alice: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.create_user("ALICE@example.com")


def test_sign_in_ignores_letter_case() -> None:
    user = User.objects.create_user("alice@example.com", "correct horse")
    assert authenticate(username="ALICE@example.com", password="correct horse") == user


def test_passwords_are_argon2(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    user = User.objects.create_user("alice@example.com", "correct horse")
    assert identify_hasher(user.password).algorithm == "argon2"


def test_an_account_without_password_cannot_sign_in_with_one(alice: User) -> None:
    assert not alice.has_usable_password()


def test_a_superuser_may_enter_the_admin() -> None:
    root = User.objects.create_superuser("root@example.com", "x")
    assert (root.is_staff, root.is_superuser) == (True, True)


def test_display_name_falls_back_to_the_local_part() -> None:
    assert User(email="bob@example.com").display_name == "bob"


def test_opening_an_account_twice_gives_the_same_one(alice: User) -> None:
    assert services.open_account(email="Alice@example.com") == alice


def test_opening_an_account_for_junk_is_refused() -> None:
    with pytest.raises(MeshError, match="malformed"):
        services.open_account(email="not an address")


def addresses(user: User) -> list[tuple[str, bool, bool]]:
    return list(EmailAddress.objects.filter(user=user).values_list("email", "verified", "primary"))


def test_the_operators_accounts_can_sign_in_without_a_mail() -> None:
    root = User.objects.create_superuser("Root@example.com", "a long pass phrase")
    opened = services.open_account(email="Alice@Example.com", password="a long pass phrase")
    for user in (root, opened):
        assert addresses(user) == [(user.email, True, True)]
        browser = Client()
        form = {"login": user.email, "password": "a long pass phrase"}
        assert browser.post("/login", form).status_code == 302
        assert browser.session["_auth_user_id"] == user.pk


def test_opening_an_account_that_is_there_verifies_nothing(alice: User) -> None:
    assert services.open_account(email=alice.email) == alice
    assert addresses(alice) == []


def test_accounts_from_before_people_signed_up_are_verified_once(
    alice: User, mallory: User
) -> None:
    EmailAddress.objects.create(user=mallory, email=mallory.email, verified=False, primary=True)
    migration = import_module("accounts.migrations.0003_verify_first_accounts")
    for _ in range(2):
        migration.verify(apps, None)
    assert addresses(alice) == [(alice.email, True, True)]
    assert addresses(mallory) == [(mallory.email, False, True)]
