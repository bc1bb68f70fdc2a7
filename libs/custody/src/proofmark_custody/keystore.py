"""Private keys in a folder: `<role>.pem`, made the first time it is asked for."""

import os
import stat
import tempfile
from pathlib import Path

from proofmark_custody.errors import KeyFileRefused, MalformedKey
from proofmark_custody.keys import SigningKey

IMAGE = "image"
"""The role of the key that signs firmware images: a board's boot stage knows it; no release is believed by it."""


def open_key(folder: Path, role: str) -> SigningKey:
    """The key of a role; two processes that ask at once get the same one.

    The folder is made with mode 0700 and the file with 0600.

    Raises
    ------
    KeyFileRefused
        The file is no key, is no plain file, or others may read it.
    """
    path = folder / f"{role}.pem"
    try:
        try:
            return _load(path)
        except FileNotFoundError:
            _create(path)
        return _load(path)
    except OSError as exc:
        raise KeyFileRefused(f"{path}: cannot hold the {role} key: {exc.strerror}") from exc


def _load(path: Path) -> SigningKey:
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise KeyFileRefused(f"{path}: expected a plain file")
        if status.st_mode & 0o077:
            raise KeyFileRefused(
                f"{path}: a private key must be readable by its owner alone: "
                f"expected mode 0600, got {stat.S_IMODE(status.st_mode):04o}; make it 0600, or remove it for a new key"
            )
        pem = file.read()
    try:
        return SigningKey.from_pem(pem)
    except MalformedKey as exc:
        raise KeyFileRefused(f"{path}: {exc}") from exc


def _create(path: Path) -> None:
    """Put a whole new key at the path, or leave the one that another process has just put there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")  # O_EXCL, mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(SigningKey.generate().to_pem())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        Path(draft).unlink()
