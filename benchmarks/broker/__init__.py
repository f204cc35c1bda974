"""Our own broker as the thing measured: its database, its process, its members, its floor."""
