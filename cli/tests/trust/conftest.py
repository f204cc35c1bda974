"""The fixtures of alice's computer, for the tests of this directory."""

from alices_computer import alice, bob, broker, carol, claudemesh, home, unreachable

__all__ = ["alice", "bob", "broker", "carol", "claudemesh", "home", "unreachable"]
