"""The realtime core: who is connected, and how a message gets from one session to another."""
