"""Programs for Node.js that tests talk to, installed once for each lock file into the user's cache."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from proofmark_contracts.frozen import sha256_hex


def installed(folder: Path, name: str) -> Path:
    """Where the program in a folder lies with its dependencies beside it; skips the test where there is no npm."""
    if not shutil.which("npm"):
        pytest.skip("needs Node.js and npm")
    caches = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    cached = caches / "proofmark" / f"{name}-{sha256_hex((folder / 'package-lock.json').read_bytes())[:16]}"
    if not (cached / "node_modules" / ".package-lock.json").exists():
        shutil.copytree(folder, cached, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=cached, check=True)
    for script in folder.glob("*.mjs"):
        shutil.copy(script, cached)
    return cached
