"""The load client. Speaks protocol v1 and v2 to any broker; knows nothing of this one's inside."""
