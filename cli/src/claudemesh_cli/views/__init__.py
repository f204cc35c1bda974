"""How messages and peers look, on a terminal and as JSON; asks nobody anything."""
