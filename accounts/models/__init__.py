"""The accounts tables. Rules that touch more than one row live in services."""

from accounts.models.cli_session import CliSession
from accounts.models.device_login import DeviceLogin, LoginState
from accounts.models.user import User, UserManager

__all__ = ["CliSession", "DeviceLogin", "LoginState", "User", "UserManager"]
