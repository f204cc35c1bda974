"""Accounts: users, their CLI sessions (devices) and bearer tokens. Knows nothing of meshes."""
