"""`manage.py issue_token` hands out the first token of a broker without a browser login."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import selectors
from accounts.models import User

pytestmark = pytest.mark.django_db


def issue(*args: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("issue_token", *args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_prints_a_token_that_works(alice: User) -> None:
    out, err = issue("alice@example.com")
    session = selectors.session_of_token(out.strip())
    assert session is not None
    assert session.user == alice
    assert "claudemesh login --token" in err


def test_quiet_prints_the_token_only(alice: User) -> None:
    out, err = issue("alice@example.com", "-q")
    assert len(out.split()) == 1
    assert err == ""


def test_create_makes_the_account() -> None:
    issue("Bob@example.com", "--create", "--name", "Bob", "-q")
    assert User.objects.get().email == "bob@example.com"


def test_without_create_an_unknown_account_is_refused() -> None:
    with pytest.raises(CommandError, match="--create"):
        issue("bob@example.com")


def test_create_refuses_junk() -> None:
    with pytest.raises(CommandError, match="not an email"):
        issue("bob", "--create")


def test_an_account_switched_off_gets_none(alice: User) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="switched off"):
        issue("alice@example.com")
