"""Reads a broker's own figures from `/metrics`."""

import urllib.request

from tests.broker_process import Broker


def metric(of: Broker, name: str) -> float:
    """The value of a metric without labels; 0 if it is not there."""
    with urllib.request.urlopen(f"{of.url}/metrics", timeout=10) as response:
        lines = response.read().decode().splitlines()
    return next((float(line.split()[1]) for line in lines if line.startswith(f"{name} ")), 0.0)
