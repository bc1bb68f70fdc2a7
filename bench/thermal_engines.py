"""Other engines in `make bench-thermal`: reference cases on each that is installed, and FEniCSx's cost on one mesh.

Times are of the processor, so that what else runs beside them does not count.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from proofmark_thermal.engine import Solution
from proofmark_thermal.engines.features import features
from proofmark_thermal.engines.known import PROGRAMS
from proofmark_thermal.engines.other import repeated
from proofmark_thermal.engines.program import Program
from proofmark_thermal.engines.variational import FENICSX
from proofmark_thermal.model import Model
from tests.thermal.cases import Case

TIME_RATIO, MEMORY_RATIO = 2.0, 1.5
"""To FEniCSx's, at most."""


def installed() -> list[Program]:
    """Return the engines that are here, and say which are not."""
    found = [program for program in PROGRAMS if program.version() is not None]
    for program in PROGRAMS:
        if program not in found:
            print(f"{program.name}: not run here; install it by: {program.get}")
    return found


def by_engines(case: Case, solution: Solution, programs: list[Program]) -> dict[str, float | str]:
    """Return each engine's worst error in a case, in the unit of its tolerance, or what it does not cover."""
    found: dict[str, float | str] = {}
    for program in programs:
        missing = features(solution.model) - program.covered
        if missing:
            found[program.name] = f"without {', '.join(sorted(missing))}"
            continue
        with TemporaryDirectory() as folder:
            again = repeated(solution, program, Path(folder)).solution
        found[program.name] = float(np.abs(np.subtract(case.read(again), case.expected)).max())
    return found


def fenicsx_on(model: Model) -> dict[str, Any] | None:
    """Return what FEniCSx takes on the same mesh in a process of its own; None where it is not installed."""
    if FENICSX.version() is None:
        return None
    with TemporaryDirectory() as folder:
        FENICSX.write(model, Path(folder), None)
        hottest = float(FENICSX.run(model, Path(folder)).temperatures.max())
        facts: dict[str, Any] = json.loads((Path(folder) / "result.json").read_text())
    return {**facts, "t_max_c": hottest - 273.15}


def ratios(size: dict[str, Any]) -> tuple[float, float] | None:
    """Return our time and peak of memory over FEniCSx's; None where it was not run."""
    theirs = size["fenicsx"]
    if theirs is None:
        return None
    seconds = (size["assembly_s"] + size["solution_s"]) / (theirs["assembly_s"] + theirs["solution_s"])
    return seconds, size["peak_gb"] / theirs["peak_gb"]
