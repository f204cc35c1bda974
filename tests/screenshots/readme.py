"""The few pictures that the README shows. Small, dark, and as high as a screen."""

from __future__ import annotations

from pathlib import Path

from tests.screenshots.pages import Shot
from tests.screenshots.shooting import Camera

SIZE = (1280, 880)
MAX_BYTES = 200_000
PICTURES = {
    "landing": "home",
    "dashboard": "dashboard",
    "mesh": "mesh",
    "device-approval": "device-waiting",
    "admin": "admin-members",
}


def take(camera: Camera, shots: list[Shot], directory: Path) -> None:
    """Write them into `directory`. Raises ValueError for one that is too large to be read along."""
    directory.mkdir(parents=True, exist_ok=True)
    by_name = {shot.name: shot for shot in shots}
    for picture, page_name in PICTURES.items():
        path = directory / f"{picture}.png"
        with camera.opened(by_name[page_name]) as page:
            page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})
            page.emulate_media(color_scheme="dark")
            page.screenshot(path=path, animations="disabled")
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"{path} has {path.stat().st_size} bytes, at most {MAX_BYTES}")
