"""What counts instructions: a dozen lines of C, since a call of Python for each would take a hundred times as long."""

import sys
from ctypes import CDLL, Structure, c_uint64, c_void_p, cast
from functools import cache
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from typing import Any

from proofmark_emulator.errors import NoCompiler


class Counter(Structure):
    """Shared with `counting.c`."""

    executed: int
    limit: int
    address: int
    watched: int
    passed: int
    awaited: int
    _fields_ = (
        *((name, c_uint64) for name in ("executed", "limit", "address", "watched", "passed", "awaited")),
        ("stop", c_void_p),
    )


def counter(stop: Any) -> Counter:
    """A counter at 0 that stops an engine by this function of Unicorn's."""
    return Counter(stop=cast(stop, c_void_p).value)


@cache
def count_function() -> c_void_p:
    """Where the compiled function is.

    Raises
    ------
    NoCompiler
    """
    with TemporaryDirectory() as folder:
        library = Path(folder) / "counting.so"
        source = Path(__file__).with_name("counting.c")
        compiler = [sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline"]
        options = ["-O2", "-std=c11", "-fno-sanitize=all", "-nostdlib", "-fPIC", "-shared"]
        done = run([*compiler, *options, "-o", library, source], capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoCompiler(done.returncode, done.stderr)
        return cast(CDLL(str(library)).count, c_void_p)
