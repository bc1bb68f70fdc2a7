"""The files of a submission: decoded, fetched and measured before anybody reads them."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping

from proofmark_contracts.study import SubmittedFile


class Unacceptable(Exception):
    """A submission that becomes no study; each reason is for its sender."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


async def contents(
    files: Mapping[str, SubmittedFile], limit_bytes: int, fetch: Callable[[str], Awaitable[bytes]]
) -> dict[str, bytes]:
    """The bytes of every file by path: inline ones decoded, uploaded ones fetched by their sha256.

    Raises
    ------
    Unacceptable
        A file is neither inline nor named by digest, is not base64, or the inline ones exceed `limit_bytes`.
    """
    found: dict[str, bytes] = {}
    inline = 0
    for path, file in files.items():
        if (file.base64 is None) == (file.sha256 is None):
            raise Unacceptable(
                f"files.{path}: expected either base64 or sha256, got {'both' if file.base64 else 'none'}"
            )
        if file.base64 is not None:
            found[path] = _decoded(path, file.base64)
            inline += len(found[path])
        else:
            found[path] = await fetch(str(file.sha256))
    if inline > limit_bytes:
        raise Unacceptable(
            f"files: expected at most {limit_bytes} bytes inline, got {inline}; upload them and send digests"
        )
    return found


def _decoded(path: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unacceptable(f"files.{path}: expected base64, got something else: {error}") from error
