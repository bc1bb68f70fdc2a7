"""PlatformIO without a network: its build tool from the package that is installed, in a place of its own."""

import os
import sys
from importlib.metadata import version
from importlib.util import find_spec
from json import dumps
from pathlib import Path
from subprocess import run

from proofmark_firmware.errors import BuildFailed, MissingTool

NEEDED = {"platformio": "platformio", "SCons": "scons"}
TOOL_VERSION = "4.41101.0"
"""PlatformIO 6.2 asks for tool-scons of this version; its digits are those of SCons 4.11.1."""
WRAPPER = """\
import sys

from SCons.Script import main

if __name__ == "__main__":
    sys.exit(main())
"""
KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "XDG_CACHE_HOME", "VIRTUAL_ENV")
"""Of this process's environment: nothing else may change an image."""
MOST_TOLD = 20


def preflight() -> None:
    """See that nothing would have to be fetched: PlatformIO retries for a minute before it says so.

    Raises
    ------
    MissingTool
    """
    for module, package in NEEDED.items():
        if find_spec(module) is None:
            raise MissingTool(package)


def tools() -> dict[str, str]:
    """The versions of what builds."""
    return {package: version(package) for package in NEEDED.values()}


def build(project: Path, environment: str, core: Path) -> None:
    """Run PlatformIO.

    Parameters
    ----------
    project : Path
        The project's folder; it is written to.
    core : Path
        A folder that PlatformIO has for itself.

    Raises
    ------
    MissingTool, BuildFailed
    """
    preflight()
    _write_tool(core / "packages" / "tool-scons")
    inherited = {name: os.environ[name] for name in KEPT if name in os.environ}
    settings = {
        "PLATFORMIO_CORE_DIR": str(core),
        "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no",
        "PLATFORMIO_SETTING_CHECK_PLATFORMIO_INTERVAL": "3650",
        "PLATFORMIO_NO_ANSI": "1",
        "SOURCE_DATE_EPOCH": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "platformio", "run", "-e", environment, "-d", str(project)]
    done = run(command, env=inherited | settings, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = f"{done.stdout}\n{done.stderr}".splitlines()
        told = [line for line in lines if "error" in line.lower()] or lines
        raise BuildFailed(done.returncode, told[-MOST_TOLD:])


def _write_tool(folder: Path) -> None:
    """A package as PlatformIO installs them, around the SCons of this Python."""
    folder.mkdir(parents=True, exist_ok=True)
    package = {
        "name": "tool-scons",
        "version": TOOL_VERSION,
        "description": "SCons",
        "license": "MIT",
        "system": "*",
        "keywords": ["scons"],
        "repository": {"type": "git", "url": "https://github.com/SCons/scons.git"},
    }
    spec = {"owner": "platformio", "id": None, "name": "tool-scons", "requirements": None, "uri": None}
    installed = {"type": "tool", "name": "tool-scons", "version": TOOL_VERSION, "spec": spec}
    (folder / "package.json").write_text(dumps(package))
    (folder / ".piopm").write_text(dumps(installed))
    (folder / ".piokeep").touch()
    (folder / "scons.py").write_text(WRAPPER)
