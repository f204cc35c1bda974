"""Prometheus metrics of accounts; the text is served by `claudemesh.health`."""

from prometheus_client import Counter

legacy_auth_hits = Counter("broker_legacy_auth_hits", "Requests the legacy shim let in")
