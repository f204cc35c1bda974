"""The safety number of two member keys: what two people compare to know that nobody is between.

Each key becomes 30 digits, as in Signal's numeric fingerprint: SHA-512 over a context and the key,
repeated 5,200 times, of which the first 30 bytes are read as six big-endian numbers of 5 bytes
modulo 100,000. The smaller half goes first, so both sides see the same 60 digits.
"""

import hashlib

from claudemesh_wire.signing import public_bytes

CONTEXT = b"claudemesh-safety|1|"
ITERATIONS = 5_200
_BYTES_A_GROUP = 5
_GROUPS_A_KEY = 6


def safety_number(one: str, other: str) -> str:
    """12 groups of 5 digits, the same whichever key (64 hex) comes first. Raises BadKey."""
    return " ".join(sorted((fingerprint(one), fingerprint(other))))


def fingerprint(public_hex: str) -> str:
    """One key's half of a safety number: 6 groups of 5 digits. Raises BadKey."""
    key = public_bytes(public_hex)
    digest = hashlib.sha512(CONTEXT + key).digest()
    for _ in range(ITERATIONS - 1):
        digest = hashlib.sha512(digest + key).digest()
    starts = range(0, _GROUPS_A_KEY * _BYTES_A_GROUP, _BYTES_A_GROUP)
    groups = (int.from_bytes(digest[start : start + _BYTES_A_GROUP], "big") for start in starts)
    return " ".join(f"{group % 100_000:05d}" for group in groups)
