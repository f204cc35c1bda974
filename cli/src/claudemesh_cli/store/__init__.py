"""What the CLI keeps on disk about messages: `mesh.db`; sends and receives nothing."""
