"""The meshes API: reads bodies, asks services, shapes replies."""
