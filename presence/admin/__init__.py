"""The admin of the realtime core: who is connected, to which node; ends sessions."""

from presence.admin import members, nodes, presences  # noqa: F401 - importing registers them
