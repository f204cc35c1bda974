"""The type of a request behind `login_required`; holds no logic."""

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """A request whose user is a stored account."""

    user: User
