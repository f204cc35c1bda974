"""One scenario a file: what load it makes and what it counts. Starts no broker."""
