"""The base of every record that crosses a room's border: frozen, and digested through canonical JSON."""

import hashlib
from typing import Annotated, Any, Self

import rfc8785
from pydantic import BaseModel, ConfigDict, StringConstraints

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""Hexadecimal sha256 of some bytes."""


class Frozen(BaseModel):
    """An immutable record that ignores fields it does not know, so that older readers survive newer writers."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


def canonical_json(document: Any) -> bytes:
    """Serialise plain data by RFC 8785, so that equal content has equal bytes."""
    return rfc8785.dumps(document)


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class FileRef(Frozen):
    """A file of a study, by content."""

    path: str
    """Relative to the spec's folder, with forward slashes."""
    sha256: Sha256
    size: int
    """Bytes."""

    @classmethod
    def of(cls, path: str, data: bytes) -> Self:
        """The file at a path with these contents."""
        return cls(path=path, sha256=sha256_hex(data), size=len(data))
