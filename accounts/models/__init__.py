"""The accounts tables. Rules that touch more than one row live in services."""

from accounts.models.cli_session import CliSession
from accounts.models.user import User, UserManager

__all__ = ["CliSession", "User", "UserManager"]
