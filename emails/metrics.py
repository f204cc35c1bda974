"""Prometheus metrics of mail; the text is served by `claudemesh.health`."""

from prometheus_client import Counter

mails = Counter("broker_mails", "Mails, by what became of them", ["template", "result"])
