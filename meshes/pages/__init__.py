"""Pages of the meshes app."""
