"""Commands of the emails app."""
