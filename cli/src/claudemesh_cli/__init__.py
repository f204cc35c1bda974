"""The command `claudemesh`: what a person or an agent does on a mesh. Knows nothing of Django."""

__version__ = "0.1.0"
