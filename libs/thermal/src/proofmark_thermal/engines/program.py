"""What another engine is: a program that is handed a problem on a mesh in a folder, and gives temperatures back."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.engines.errors import EngineFailed
from proofmark_thermal.model import Model

LOG = "log.txt"


@dataclass(frozen=True, eq=False)
class Fields:
    """What a program found."""

    temperatures: FloatArray
    """(t, n) K at the times of the steps; of a steady state (1, n)."""
    rates: FloatArray | None = None
    """(n,) K/s at the end of a transient."""


class Program(Protocol):
    """One engine's program."""

    @property
    def name(self) -> str: ...

    @property
    def get(self) -> str:
        """The command that installs it."""
        ...

    @property
    def covered(self) -> frozenset[str]:
        """What it can do of `features`."""
        ...

    def version(self) -> str | None:
        """Return its version; None where it is not installed."""
        ...

    def write(self, model: Model, folder: Path, times_s: FloatArray | None) -> None:
        """Write everything it is to be given; times are where the steps of a transient end."""
        ...

    def run(self, model: Model, folder: Path) -> Fields:
        """Run it on what was written, and read what it found.

        Raises
        ------
        EngineFailed
            It ended with an error, or without temperatures.
        """
        ...


def run(engine: str, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Run a program in a folder, and keep what it says in its log.

    Raises
    ------
    EngineFailed
        It is not there, or it ended with an error.
    """
    with (folder / LOG).open("w") as log:
        try:
            code = subprocess.run(
                command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False
            ).returncode
        except OSError as error:
            raise EngineFailed(engine, f"{command[0]} to run", str(error)) from error
    if code:
        said = (folder / LOG).read_text(errors="replace").split("\n")
        last = [line.strip() for line in said if line.strip()][-1:] or ["nothing said"]
        raise EngineFailed(engine, "exit code 0", f"{code}: {last[0]}")


def told(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str | None:
    """Return what a short command prints; None where it is not there, or prints nothing."""
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() or None  # CalculiX says its version and exits with 201
