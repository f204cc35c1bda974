"""Daphne as this broker needs it: close reasons, flow control both ways, orderly stops."""
