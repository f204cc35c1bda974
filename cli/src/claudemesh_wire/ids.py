"""Public ids: opaque, time-ordered text, so that database indexes stay local."""

import uuid_utils


def new_id() -> str:
    """32 lower-case hex characters of a UUIDv7 (RFC 9562, section 5.7), rising within a process."""
    return uuid_utils.uuid7().hex
