"""`make screenshots`: takes every page into a directory; `--readme` also those of the README."""

from __future__ import annotations

import argparse
import sys
from fnmatch import fnmatch
from pathlib import Path

from tests.broker_process import REPOSITORY
from tests.browser import chromium
from tests.screenshots import readme, seeding, shooting
from tests.screenshots.pages import all_pages


def main() -> int:
    """Take the pictures; 1 if a page could not be opened or can be scrolled sideways."""
    wanted = _arguments()
    with seeding.scene() as scene, chromium.started() as browser:
        shots = all_pages(scene.found, scene.mails)
        camera = shooting.Camera(browser, scene, shooting.empty(wanted.out))
        camera.take(shot for shot in shots if fnmatch(shot.name, wanted.only))
        if wanted.readme:
            readme.take(camera, shots, REPOSITORY / "docs" / "images")
    print(f"{len(list(wanted.out.glob('*.png')))} pictures in {wanted.out}")
    for complaint in camera.complaints:
        print(f"  ✗ {complaint}", file=sys.stderr)
    return 1 if camera.complaints else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=REPOSITORY / "build" / "screenshots")
    parser.add_argument("--only", default="*", help="a pattern of names, such as 'mesh-*'")
    parser.add_argument("--readme", action="store_true", help="write docs/images as well")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
