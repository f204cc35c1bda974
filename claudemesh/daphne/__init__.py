"""Daphne as this broker needs it: close reasons that go out, flow control both ways, clean stops."""
