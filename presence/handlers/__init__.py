"""What each message does: one noun a file. Handlers see a session and a typed message only."""
