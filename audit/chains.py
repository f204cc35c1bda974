"""The names of chains, and of actors that are no members."""

#: Who acts when the broker does by itself: expiry, key creation.
BROKER = "broker"

_ACCOUNT = "account:"


def of_account(user_id: object) -> str:
    """The chain of what happens to an account outside any mesh, and the account as an actor."""
    return f"{_ACCOUNT}{user_id}"
