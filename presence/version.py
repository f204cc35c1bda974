"""The version this broker tells its clients."""

from importlib.metadata import PackageNotFoundError, version


def _installed() -> str:
    try:
        return version("claudemesh-cli")
    except PackageNotFoundError:
        return "0"


#: Broker and CLI are released together; the wire package carries their version.
VERSION = _installed()
