"""The loader's SHA-512 on this machine, against Python's."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from ctypes import CDLL, POINTER, Structure, c_char_p, c_size_t, c_uint8
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ..conftest import needs_zig

pytestmark = needs_zig
Digest = Callable[[list[bytes]], bytes]


class Piece(Structure):
    _fields_ = (("data", c_char_p), ("size", c_size_t))


@pytest.fixture(scope="module")
def sha512(tmp_path_factory: pytest.TempPathFactory) -> Digest:
    library = tmp_path_factory.mktemp("sha512") / "sha512.so"
    source = Path(str(files("proofmark_firmware") / "loader" / "sha512.c"))
    zig = [sys.executable, "-m", "ziglang", "cc"]
    subprocess.run([*zig, "-O2", "-shared", "-fPIC", "-o", library, source], check=True)
    function = CDLL(str(library)).pm_sha512
    function.argtypes = [POINTER(Piece), c_size_t, POINTER(c_uint8)]
    function.restype = None

    def digest(parts: list[bytes]) -> bytes:
        made = (c_uint8 * 64)()
        function((Piece * len(parts))(*(Piece(part, len(part)) for part in parts)), len(parts), made)
        return bytes(made)

    return digest


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=3))
@example([b"\0" * 111])
@example([b"\0" * 112])
@example([b"\0" * 127, b"\0"])
def test_the_digest_is_that_of_all_pieces(sha512: Digest, parts: list[bytes]) -> None:
    assert sha512(parts) == hashlib.sha512(b"".join(parts)).digest()
