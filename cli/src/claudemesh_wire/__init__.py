"""The wire: what broker and client say to each other, and the cryptography both must agree on.

Pure Python over msgspec and PyNaCl; knows nothing of Django, sockets or terminals.
"""
