"""A study whose heat is a plant, for several rooms: the spec in `tests/spec/heated`, solved once."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from proofmark_contracts.temperatures import ThermalModelled
from proofmark_spec import Spec, load
from proofmark_thermal.engine import Solution
from proofmark_thermal.finite_elements import FiniteElements
from proofmark_thermal_fem.in_the_loop import plant_modelled
from proofmark_thermal_fem.study import nominal_problem

HEATED = Path(__file__).parents[1] / "spec" / "heated"
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Solved:
    """What there is of the study before its runs."""

    spec: Spec
    solution: Solution
    modelled: ThermalModelled
    content: bytes


@cache
def solved() -> Solved:
    """The nominal heat and the reduced model of the study."""
    spec = load(HEATED / "spec.yaml")
    with TemporaryDirectory() as folder:
        solution = FiniteElements().solve(nominal_problem(spec.design, Path(folder)))
    modelled, (content,) = plant_modelled("study", spec.design, solution)
    return Solved(spec, solution, modelled, content)


def vectors(n: int, seed: int = 1) -> dict[str, FloatArray]:
    """Values of its random parameters."""
    rng = np.random.default_rng(seed)
    return {"loss": rng.normal(20, 0.6, n), "h_full": rng.normal(60, 2, n), "ambient": rng.normal(293.15, 1, n)}
