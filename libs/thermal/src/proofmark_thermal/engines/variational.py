"""FEniCSx and NGSolve: engines that are told the weak form, each by a program that its own Python runs."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.engines.errors import EngineFailed
from proofmark_thermal.engines.features import (
    CONTACT,
    DEGREE_1,
    FLAT_CONTACT,
    H_OF_RISE,
    K_OF_T,
    PLANE,
    Q_OF_T,
    RADIATION,
    ROD,
    SKIN,
    TRANSIENT,
    TURNED,
)
from proofmark_thermal.engines.handover import write
from proofmark_thermal.engines.program import Fields, run, told
from proofmark_thermal.model import Model

TEMPERATURES, RATES = "temperatures.npy", "rates.npy"
EVERYTHING = frozenset(
    {
        *(PLANE, TURNED, ROD, SKIN, DEGREE_1),
        *(K_OF_T, H_OF_RISE, Q_OF_T, CONTACT, FLAT_CONTACT, RADIATION, TRANSIENT),
    }
)


@dataclass(frozen=True)
class Variational:
    """One of them."""

    name: str
    python: str
    """The interpreter that its library is bound to."""
    library: str
    program: str
    """A module beside this one's `programs`."""
    get: str
    covered: frozenset[str] = EVERYTHING

    def version(self) -> str | None:
        looked = f"import {self.library}; print({self.library}.__version__)"
        return told([self.python, "-c", looked], self._environment)

    def write(self, model: Model, folder: Path, times_s: FloatArray | None) -> None:
        write(model, folder, times_s)

    def run(self, model: Model, folder: Path) -> Fields:
        run(self.name, [self.python, "-m", f"programs.{self.program}", "."], folder, self._environment)
        found = np.load(folder / TEMPERATURES)
        if found.shape[1:] != (model.size,) or not np.isfinite(found).all():
            raise EngineFailed(self.name, f"{model.size} finite temperatures", f"{found.shape[-1]} or others")
        rates = folder / RATES
        return Fields(found, np.load(rates) if rates.exists() else None)

    @property
    def _environment(self) -> Mapping[str, str]:
        """Only the programs are importable from here, not what our own interpreter has."""
        return {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}


FENICSX = Variational(
    "fenicsx", "/usr/bin/python3", "dolfinx", "with_fenicsx", "apt-get install --no-install-recommends python3-dolfinx"
)
NGSOLVE = Variational("ngsolve", sys.executable, "ngsolve", "with_ngsolve", "pip install 'proofmark-thermal[ngsolve]'")
