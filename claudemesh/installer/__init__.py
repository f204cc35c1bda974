"""Hands out the CLI of this very release: the script `/install` and the files under `/dl/`."""
