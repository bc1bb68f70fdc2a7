"""Files of a spec: inside its folder, by relative paths, not too many and not too large."""

from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from proofmark_contracts.frozen import FileRef, sha256_hex
from proofmark_spec.problems import Wrong, did_you_mean

MOST_FILES, LARGEST_BYTES = 64, 64 * 1024 * 1024

Fetch = Callable[[str], bytes]
"""The bytes of a file by its path in the spec; raises `Wrong`."""


def checked_path(path: str) -> str:
    """A path that stays inside the spec's folder.

    Raises
    ------
    Wrong
    """
    parts = PurePosixPath(path).parts
    if not path or path.startswith("/") or "\\" in path or ".." in parts or any(ord(c) < 32 for c in path):
        raise Wrong(f"expected a path inside the spec's folder, got {path!r}")
    return str(PurePosixPath(path))


def from_folder(folder: Path) -> Fetch:
    """Files on disk, beside the spec."""

    def fetch(path: str) -> bytes:
        place = folder / checked_path(path)
        if not place.exists():
            raise Wrong(f"no such file: {path}")
        if not place.resolve().is_relative_to(folder.resolve()):
            raise Wrong(f"{path} leads out of the spec's folder")
        if not place.is_file():
            raise Wrong(f"expected a file, got something else: {path}")
        if place.stat().st_size > LARGEST_BYTES:
            raise Wrong(f"{path}: expected at most {LARGEST_BYTES >> 20} MiB, got {place.stat().st_size >> 20} MiB")
        return place.read_bytes()

    return fetch


def from_submission(files: Mapping[str, bytes]) -> Fetch:
    """Files that came with a submission."""

    def fetch(path: str) -> bytes:
        clean = checked_path(path)
        if clean not in files:
            raise Wrong(f"no file {path} came with the spec{did_you_mean(path, list(files))}")
        if len(files[clean]) > LARGEST_BYTES:
            raise Wrong(f"{path}: expected at most {LARGEST_BYTES >> 20} MiB, got {len(files[clean]) >> 20} MiB")
        return files[clean]

    return fetch


class Files:
    """The files that a spec refers to and that travel with it."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self.contents: dict[str, bytes] = {}

    def add(self, path: str) -> FileRef:
        """Take a file along.

        Raises
        ------
        Wrong
        """
        clean = checked_path(path)
        if clean not in self.contents:
            self.contents[clean] = self._fetch(clean)
        if len(self.contents) > MOST_FILES:
            raise Wrong(f"expected at most {MOST_FILES} files")
        data = self.contents[clean]
        return FileRef(path=clean, sha256=sha256_hex(data), size=len(data))

    def digest(self, path: str) -> str:
        """The sha256 of a file that stays where it is."""
        return sha256_hex(self._fetch(checked_path(path)))
