"""How rows and secrets are stored, for every app above; knows no table and no model of its own.

`vault` encrypts what must not be readable in a stolen database; meshes and the audit log both
need it, and neither may import the other. `bulk` writes many rows in one statement.
"""
