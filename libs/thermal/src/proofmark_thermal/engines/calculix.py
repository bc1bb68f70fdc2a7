"""CalculiX: an engine that is given an input deck and prints temperatures."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.engines.calculix_deck import deck
from proofmark_thermal.engines.errors import EngineFailed
from proofmark_thermal.engines.features import CONTACT, FORKED, K_OF_T, PLANE, RADIATION, TURNED
from proofmark_thermal.engines.program import Fields, run, told
from proofmark_thermal.model import Model

JOB = "job"


@dataclass(frozen=True)
class CalculiX:
    """Steady states in solids and sections; a contact's wedges need no pairing of nodes."""

    name: str = "calculix"
    command: str = "ccx"
    get: str = "apt-get install --no-install-recommends calculix-ccx"
    covered: frozenset[str] = frozenset({PLANE, TURNED, K_OF_T, CONTACT, FORKED, RADIATION})

    def version(self) -> str | None:
        said = told([self.command, "-v"])
        found = re.search(r"Version (\S+)", said or "")
        return found[1] if found else None

    def write(self, model: Model, folder: Path, _times_s: FloatArray | None) -> None:
        with (folder / f"{JOB}.inp").open("w") as file:
            file.writelines(f"{line}\n" for line in deck(model))

    def run(self, model: Model, folder: Path) -> Fields:
        run(self.name, [self.command, "-i", JOB], folder, os.environ)
        printed = folder / f"{JOB}.dat"
        temperatures = last_printed(printed.read_text() if printed.exists() else "", model.size)
        if temperatures is None:
            raise EngineFailed(self.name, f"{model.size} finite temperatures", "fewer")
        return Fields(temperatures[None])


def last_printed(text: str, size: int) -> FloatArray | None:
    """Return the (size,) temperatures of the last table that CalculiX printed; None where it lacks some."""
    table = text.rpartition("temperatures for set BODY")[2].partition("\n")[2].split()
    numbers = np.array(table, dtype=np.float64) if len(table) == 2 * size else np.empty(0)
    found = np.full(size, np.nan)
    found[numbers[0::2].astype(np.int64) - 1] = numbers[1::2]
    return found if np.isfinite(found).all() else None


CALCULIX = CalculiX()
