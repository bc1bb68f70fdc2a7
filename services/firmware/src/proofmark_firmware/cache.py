"""Images that were built before, by the digest of all that they are made of.

An entry is a folder that appears whole or not at all, and holds the digests of its own files: what a disk or a hand has
changed since is not taken for an image.
"""

import hashlib
import os
from collections.abc import Mapping
from json import JSONDecodeError, dumps, loads
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

SUMS = "sha256.json"


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/proofmark/firmware`, else below `~/.cache`."""
    chosen = os.environ.get("XDG_CACHE_HOME")
    return (Path(chosen) if chosen else Path.home() / ".cache") / "proofmark" / "firmware"


class Cache:
    """A folder of images."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, digest: str) -> dict[str, bytes] | None:
        """The files of an image; None where there are none, or not as they were written."""
        entry = self._folder / digest
        try:
            sums = loads((entry / SUMS).read_bytes())
            files = {name: (entry / name).read_bytes() for name in sums}
        except (OSError, JSONDecodeError, UnicodeDecodeError, TypeError, ValueError):
            return None
        sound = isinstance(sums, dict) and all(_sum(data) == sums[name] for name, data in files.items())
        return files if sound and files else None

    def keep(self, digest: str, files: Mapping[str, bytes]) -> None:
        """Keep the files of an image. Of two that keep the same, the first to finish is kept."""
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = Path(mkdtemp(prefix=".fresh-", dir=self._folder))
        try:
            for name, data in files.items():
                (fresh / name).write_bytes(data)
            (fresh / SUMS).write_text(dumps({name: _sum(data) for name, data in files.items()}))
            self._put(fresh, digest)
        finally:
            rmtree(fresh, ignore_errors=True)

    def _put(self, fresh: Path, digest: str) -> None:
        entry = self._folder / digest
        if self.find(digest) is not None:
            return
        if entry.exists():
            entry.rename(fresh / "damaged")
        try:
            fresh.rename(entry)
        except OSError:
            if self.find(digest) is None:
                raise


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
