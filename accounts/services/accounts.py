"""Opening accounts by the operator's hand. People sign themselves up through `sign_in`."""

from __future__ import annotations

from claudemesh_wire.errors import MeshError
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import User


@transaction.atomic
def open_account(*, email: str, name: str = "", password: str | None = None) -> User:
    """The account of `email`, made if there is none yet; a new one's address counts as verified.

    Raises MeshError("malformed") for something that is no email address.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise MeshError("malformed", f'"{email}" is not an email address.') from error
    user = User.objects.filter(email=email).first()
    return user or User.objects.create_verified(email, password, name=name)
