"""Files of a spec: inside its folder, by relative paths, not too many, not too large, and such as can be signed."""

from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from proofmark_contracts.frozen import FileRef, sha256_hex
from proofmark_spec.problems import Wrong, did_you_mean, shortened

MOST_FILES, LARGEST_BYTES, LONGEST_PATH = 64, 64 * 1024 * 1024, 240
ENVELOPE = b"DSSEv1 "
"""How what an envelope's signature covers begins (DSSE v1.0, PAE): a file's signature could pass for it."""

Fetch = Callable[[str], bytes]
"""The bytes of a file by its path in the spec; raises `Wrong`."""


def checked_path(path: str) -> str:
    """A path that stays inside the spec's folder.

    Raises
    ------
    Wrong
    """
    if len(path) > LONGEST_PATH or not path.isprintable():
        raise Wrong(f"expected a path of at most {LONGEST_PATH} printable characters, got {shortened(path)}")
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or "\\" in path or ".." in parts:
        raise Wrong(f"expected a path inside the spec's folder, got {path!r}")
    return str(PurePosixPath(path))


def from_folder(folder: Path) -> Fetch:
    """Files on disk, beside the spec."""

    def fetch(path: str) -> bytes:
        place = folder / checked_path(path)
        try:
            if not place.resolve().is_relative_to(folder.resolve()):
                raise Wrong(f"{path} leads out of the spec's folder")
            if not place.exists():
                raise Wrong(f"no such file: {path}")
            if not place.is_file():
                raise Wrong(f"expected a file, got something else: {path}")
            with place.open("rb") as file:
                return _bounded(file.read(LARGEST_BYTES + 1), path)
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "its links lead round in circles"
            raise Wrong(f"{path} cannot be read: {reason}") from error

    return fetch


def from_submission(files: Mapping[str, bytes]) -> Fetch:
    """Files that came with a submission."""

    def fetch(path: str) -> bytes:
        clean = checked_path(path)
        if clean not in files:
            raise Wrong(f"no file {path} came with the spec{did_you_mean(path, list(files))}")
        return _bounded(files[clean], path)

    return fetch


def _bounded(data: bytes, path: str) -> bytes:
    if len(data) > LARGEST_BYTES:
        raise Wrong(f"{path}: expected at most {LARGEST_BYTES >> 20} MiB, got more")
    return data


def _collide(path: str, other: str) -> bool:
    """Whether the files or their signatures would stand in each other's place, or be folders of each other."""
    places = [{PurePosixPath(name), PurePosixPath(f"{name}.sig")} for name in (path, other)]
    above = [{folder for place in of for folder in (place, *place.parents)} for of in places]
    return bool(places[0] & above[1] or above[0] & places[1])


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
            if len(self.contents) == MOST_FILES:
                raise Wrong(f"expected at most {MOST_FILES} files")
            for other in self.contents:
                if _collide(clean, other):
                    raise Wrong(f"{clean} and {other} collide in a release, where {other}.sig stands beside {other}")
            fetched = self._fetch(clean)
            if fetched.startswith(ENVELOPE):
                raise Wrong(
                    f"{clean} cannot be signed: it begins with {ENVELOPE.decode()!r}, as a signed envelope does"
                )
            self.contents[clean] = fetched
        data = self.contents[clean]
        return FileRef.of(clean, data)

    def digest(self, path: str) -> str:
        """The sha256 of a file that stays where it is."""
        return sha256_hex(self._fetch(checked_path(path)))
