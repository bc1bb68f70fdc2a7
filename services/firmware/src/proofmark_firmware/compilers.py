"""Compilers for an Arm without an operating system: which there are, and how they are called."""

import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from shutil import which
from subprocess import run
from typing import Literal

from proofmark_firmware.errors import NoCompiler

Name = Literal["zig", "gcc"]
GCC = "arm-none-eabi-gcc"
PYTHON = "$PYTHONEXE"
"""PlatformIO's word for the interpreter that it runs in: a project names no path of this machine."""


@dataclass(frozen=True)
class Compiler:
    """A compiler of this machine."""

    name: Name
    version: str
    command: tuple[str, ...]
    machine: tuple[str, ...]
    """Flags that say what it compiles for: a Cortex-M4 with its FPU, floats in its registers."""
    libraries: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def compiler_of(wanted: Name | None = None) -> Compiler:
    """The compiler that is asked for, or the first that there is.

    Raises
    ------
    NoCompiler
    """
    for name, find in (("zig", _zig), ("gcc", _gcc)):
        if wanted in (None, name) and (found := find()) is not None:
            return found
    raise NoCompiler({"zig": "ziglang", "gcc": GCC, None: None}[wanted])


@cache
def _zig() -> Compiler | None:
    if find_spec("ziglang") is None:
        return None
    zig = (PYTHON, "-m", "ziglang")
    return Compiler(
        name="zig",
        version=_told([sys.executable, *zig[1:], "version"]),
        command=(*zig, "cc"),
        machine=("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m4+vfp4d16sp", "-fno-sanitize=all"),
    )


@cache
def _gcc() -> Compiler | None:
    if which(GCC) is None:
        return None
    return Compiler(
        name="gcc",
        version=_told([GCC, "-dumpfullversion"]),
        command=(GCC,),
        machine=("-mthumb", "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard", "-nostdlib"),
        libraries=("gcc",),
    )


def _told(command: list[str]) -> str:
    return run(command, capture_output=True, text=True, check=True).stdout.strip()
