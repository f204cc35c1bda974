"""The Django project: settings, routing, health and the `serve` command. Holds no mesh logic."""

__version__ = "0.1.0"
