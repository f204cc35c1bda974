"""The pages that show a person their meshes and who is on them. Stores nothing itself."""
