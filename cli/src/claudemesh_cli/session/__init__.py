"""A member's session with the broker: connecting, sending, receiving; prints nothing."""
