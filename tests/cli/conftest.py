"""The command line as a person runs it: a process of its own, a home of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROOFMARK = Path(sys.executable).parent / "proofmark"


@dataclass(frozen=True)
class Told:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Told]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def proofmark(home: Path) -> Command:
    """Run a verb; keywords are environment variables."""

    def command(*arguments: object, **environment: str) -> Told:
        told = subprocess.run(
            [PROOFMARK, *map(str, arguments)],
            env={**os.environ, "PROOFMARK_HOME": str(home), "COLUMNS": "200", **environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return Told(told.returncode, told.stdout, told.stderr)

    return command


@dataclass(frozen=True)
class Judged:
    """The shaft fit, judged once."""

    told: Told
    out: Path

    @property
    def release(self) -> Path:
        return self.out / "release"


@pytest.fixture(scope="session")
def judged(proofmark: Command, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    out = tmp_path_factory.mktemp("judged") / "A"
    told = proofmark("run", "examples/shaft-fit/spec.yaml", "--json", "--out", out, PROOFMARK_WORKERS="1")
    return Judged(told, out)
