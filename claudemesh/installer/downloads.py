"""The files that may be downloaded: which there are, and their checksums. Builds none."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from claudemesh import __version__

WHEEL = re.compile(r"(claudemesh_cli|pip)-[0-9][0-9A-Za-z.]{0,40}-py3-none-any\.whl")
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Download:
    """One wheel, as it was when its checksum was taken."""

    path: Path
    sha256: str

    @property
    def name(self) -> str:
        """The file name, which pip wants to see as it is."""
        return self.path.name

    @property
    def url(self) -> str:
        """Its address; with the checksum in it, so that what it leads to never changes."""
        return str(settings.APP_URL) + reverse("download-exact", args=[self.sha256, self.name])


def directory() -> Path:
    """Where the files are; DOWNLOADS_DIR may be relative to the repository."""
    return Path(settings.BASE_DIR, settings.DOWNLOADS_DIR)


def cli_wheel() -> Download | None:
    """The CLI of the broker's own version, or None if it was not built."""
    return find(f"claudemesh_cli-{__version__}-py3-none-any.whl")


def cli_wheels() -> list[Download]:
    """The CLI in every version that is kept."""
    return [found for found in _all() if found.name.startswith("claudemesh_cli-")]


def pip_wheel() -> Download | None:
    """pip itself, for machines whose Python came without; None if there is none to give."""
    return max(
        (found for found in _all() if found.name.startswith("pip-")),
        key=lambda found: [int(part) for part in re.findall(r"\d+", found.name)],
        default=None,
    )


def find(name: str) -> Download | None:
    """The download called `name`; None for what is not there or is no wheel of ours."""
    if not WHEEL.fullmatch(name):
        return None
    path = directory() / name
    try:
        stat = path.stat()
    except OSError:
        return None
    return Download(path, _sha256(path, stat.st_mtime_ns, stat.st_size))


def simple_index_line(download: Download) -> tuple[str, str]:
    """Address with checksum, and name, as PEP 503 has them."""
    return f"{quote(download.url, safe=':/')}#sha256={download.sha256}", download.name


def _all() -> list[Download]:
    names = sorted(path.name for path in directory().glob("*.whl"))
    return [found for name in names if (found := find(name))]


@lru_cache(maxsize=64)
def _sha256(path: Path, mtime_ns: int, size: int) -> str:
    """The checksum, taken again when the file was written again."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
