"""The HTTP edge of the realtime core."""
