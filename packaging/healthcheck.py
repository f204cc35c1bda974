"""Exit code 0 when the broker of this container answers `/health`, else 1 and why.

Uses the standard library only, and asks under the host of APP_URL: ALLOWED_HOSTS has that one.
"""

import os
import sys
import urllib.request
from urllib.parse import urlsplit

TIMEOUT_S = 4


def main() -> int:
    """Ask once, on loopback; a 503 or no answer in time is a failure too."""
    port = os.environ.get("PORT", "7900")
    host = urlsplit(os.environ.get("APP_URL", "")).hostname or "localhost"
    request = urllib.request.Request(f"http://127.0.0.1:{port}/health", headers={"Host": host})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=TIMEOUT_S):
            return 0
    except OSError as error:
        sys.stderr.write(f"The broker does not answer: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
