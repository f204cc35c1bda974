"""Broker and CLI are one release."""

import claudemesh_cli

import claudemesh


def test_broker_and_cli_have_one_version() -> None:
    assert claudemesh.__version__ == claudemesh_cli.__version__
