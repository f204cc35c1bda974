"""Reads of the dashboard, one noun a module; each is a handful of bounded queries."""
