"""The pages of the dashboard, one noun a module: parse, ask, render or redirect."""
