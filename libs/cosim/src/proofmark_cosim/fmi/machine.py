"""Where an FMU keeps the binary of this machine."""

import platform
import sys
from typing import Literal

Version = Literal["2.0", "3.0"]

MACHINES = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}
SYSTEMS = {"linux": ("linux", "so"), "darwin": ("darwin", "dylib"), "win32": ("windows", "dll")}


def binaries(version: Version) -> tuple[str, str]:
    """The folder of this machine's binary, and what the binary is called at its end."""
    system, suffix = SYSTEMS[sys.platform]
    machine = MACHINES.get(platform.machine(), platform.machine())
    if version == "3.0":
        return f"binaries/{machine}-{system}", suffix
    return f"binaries/{'win' if system == 'windows' else system}64", suffix
