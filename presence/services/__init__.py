"""Writes of the realtime core that come from outside the WebSocket."""
