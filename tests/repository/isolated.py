"""Imports every module of every member in a fresh environment that holds its declared dependencies and nothing else.

Its optional ones are among them. A service that reaches for a package it does not declare fails here, not in its
container. What lies in a package `programs` is left out: it runs beside other interpreters and Debian's libraries.
"""

import os
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).with_name("uv")

IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
names = [module.name for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    if not name.endswith(".__main__") and ".programs." not in name:
        importlib.import_module(name)
print(len(names) + 1)
"""


def members() -> list[Path]:
    patterns = read(ROOT)["tool"]["uv"]["workspace"]["members"]
    return sorted(path.parent for pattern in patterns for path in ROOT.glob(f"{pattern}/pyproject.toml"))


def read(member: Path) -> Any:
    return tomllib.loads((member / "pyproject.toml").read_text())


def built_anew() -> list[str]:
    """uv would take a member from its cache as long as its pyproject.toml stays the same."""
    return [f"--refresh-package={read(member)['project']['name']}" for member in members()]


def import_alone(member: Path, environment: Path) -> str:
    """Install one member with the versions of requirements.lock, import it, and say how much that was."""
    project = read(member)
    package = project["tool"]["uv"]["build-backend"]["module-name"]
    extras = ",".join(project["project"].get("optional-dependencies", {}))
    asked = f"{member}[{extras}]" if extras else str(member)
    python = environment / "bin" / "python"
    _run(UV, "venv", "--quiet", "--python", sys.executable, environment)
    pinned = ("--constraint", ROOT / "requirements.lock")
    _run(UV, "pip", "install", "--quiet", "--python", python, *pinned, *built_anew(), asked)
    modules = _run(python, "-W", "error", "-c", IMPORT_ALL, package).strip()
    distributions = len(_run(UV, "pip", "list", "--python", python, "--format", "freeze").splitlines())
    return f"{modules} modules beside {distributions} distributions"


def _run(*command: Path | str) -> str:
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(f"{' '.join(map(str, command[:4]))} …: exit {finished.returncode}\n{finished.stderr}")
    return finished.stdout


def main() -> int:
    """Try every member; the exit code is how many failed."""
    os.environ.pop("VIRTUAL_ENV", None)
    found, failed = members(), 0
    for member in found:
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            try:
                told = import_alone(member, Path(folder) / "venv")
            except RuntimeError as error:
                failed += 1
                told = f"failed\n{error}"
        print(f"{member.relative_to(ROOT)!s:<22} {told}, {time.monotonic() - start:.1f} s", flush=True)
    print(f"{len(found) - failed} passed, {failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(main())
