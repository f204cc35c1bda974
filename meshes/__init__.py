"""Meshes: who belongs to which mesh, in which role, and how one gets in. Knows no sockets."""
