"""Meshes and people to attack: those of the tests of meshes."""

from tests.meshes.conftest import alice, bob, mesh

__all__ = ["alice", "bob", "mesh"]
