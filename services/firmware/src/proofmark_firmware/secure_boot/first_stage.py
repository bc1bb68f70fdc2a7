"""The loader of `loader/`, compiled for a family, with a public key put where the compiler left room for it."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files
from json import dumps
from pathlib import Path
from tempfile import TemporaryDirectory

from proofmark_firmware.cache import Cache
from proofmark_firmware.compilers import PYTHON, Compiler
from proofmark_firmware.elf import Image, image_of
from proofmark_firmware.errors import BuildFailed
from proofmark_firmware.project import FLAGS

SOURCES = ("image.c", "main.c", "sha512.c", "storage.c", "monocypher.c")
HEADERS = ("loader.h", "monocypher.h")
FLASH, SCRIPT, ELF = "flash_{}.c", "loader.ld", "loader.elf"
KEY, KEY_SYMBOL, KEY_SIZE = "key.c", "pm_loader_key", 32
MEMORY = "memory.c"
"""Of the run-time: what a compiler may call."""
OTHERS_CODE = ("-Wno-error", "-Wno-shadow")
"""Monocypher is not ours."""


def loader_of(family: str, public_key: bytes, compiler: Compiler, cache: Cache) -> Image:
    """Compile the loader, or find it.

    Parameters
    ----------
    family
        `stm32f4` or `stm32l4`.
    public_key
        32 bytes of Ed25519.

    Raises
    ------
    BuildFailed
    """
    texts = sources(family)
    made_of = dumps([texts, str(compiler), FLAGS], sort_keys=True)
    digest = hashlib.sha256(made_of.encode()).hexdigest()
    found = cache.find(digest)
    if found is None:
        found = {ELF: _linked(texts, compiler)}
        cache.keep(digest, found)
    return _knowing(image_of(found[ELF]), public_key)


def _knowing(loader: Image, public_key: bytes) -> Image:
    """The loader that accepts what belongs to this key."""
    place = loader.symbols[KEY_SYMBOL].address - loader.start
    return replace(loader, data=loader.data[:place] + public_key + loader.data[place + KEY_SIZE :])


def sources(family: str) -> dict[str, str]:
    """By file name."""
    folder = files("proofmark_firmware")
    texts = {name: (folder / "loader" / name).read_text(encoding="utf-8")
             for name in (*SOURCES, *HEADERS, FLASH.format(family), SCRIPT)}  # fmt: skip
    room = ", ".join(f"{byte}u" for byte in range(KEY_SIZE))
    key = f'#include "loader.h"\n\nconst uint8_t {KEY_SYMBOL}[{KEY_SIZE}] = {{{room}}};\n'
    return {**texts, MEMORY: (folder / "runtime" / MEMORY).read_text(encoding="utf-8"), KEY: key}


def _linked(texts: dict[str, str], compiler: Compiler) -> bytes:
    with TemporaryDirectory(prefix="proofmark-loader-") as made:
        folder = Path(made)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        command = [sys.executable if part == PYTHON else part for part in compiler.command]
        units = sorted(name for name in texts if name.endswith(".c"))
        linking = (f"-T{SCRIPT}", "-Wl,-e,Reset_Handler", "-Wl,--gc-sections")
        options = (
            *compiler.machine,
            *FLAGS,
            *OTHERS_CODE,
            "-ffunction-sections",
            f"-ffile-prefix-map={folder}=.",
            *linking,
        )
        libraries = (f"-l{name}" for name in compiler.libraries)
        arguments = [*command, *options, "-o", ELF, *units, *libraries]
        done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BuildFailed(done.returncode, done.stderr.splitlines()[-5:])
        return (folder / ELF).read_bytes()
