"""The admin of accounts: people and addresses for operators, one's own devices for everybody."""

from accounts.admin import addresses, devices, people  # noqa: F401 - importing them registers them
