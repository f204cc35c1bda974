"""What the demo has besides the people who are there now: accounts before, a past after.

Runs in a process of its own, with the broker's environment: `python -m tests.screenshots.rows`.
Prints one JSON object of what was made, by name.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

import django


def main(part: str) -> None:
    """Make a part and print what there is to find."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "claudemesh.settings"
    django.setup()
    from tests.screenshots import (
        accounts,
        history,
        letters,
        refusals,
    )  # models need a set-up Django

    parts: dict[str, tuple[Callable[[], dict[str, str]], ...]] = {
        "accounts": (accounts.open_all,),
        "history": (history.make, accounts.age_devices, letters.write, refusals.draw),
    }
    print(json.dumps({name: value for made in parts[part] for name, value in made().items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
