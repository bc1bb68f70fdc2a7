"""The heat of a design as a plant of its system, solved and reduced in this process."""

import sys
from pathlib import Path

from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark_contracts.cosimulation import CosimModel
from proofmark_contracts.design import Design
from proofmark_simulator.cosim_model import Plant
from proofmark_thermal.errors import ThermalError


def heat_plant(design: Design, folder: Path) -> Plant | None:
    """Solve and reduce the heat that a design's system has as a plant, if it has one.

    Parameters
    ----------
    folder
        Where the spec is.

    Raises
    ------
    Failure
        The heat has no answer.
    """
    if not isinstance(design.model, CosimModel) or design.model.heat is None:
        return None
    from proofmark_thermal.finite_elements import FiniteElements
    from proofmark_thermal_fem.in_the_loop import plant_modelled
    from proofmark_thermal_fem.study import nominal_problem

    print("solving and reducing the heat ...", file=sys.stderr, flush=True)
    try:
        solution = FiniteElements().solve(nominal_problem(design, folder))
        modelled, (content,) = plant_modelled("", design, solution)
    except ThermalError as error:
        raise Failure(f"thermal: {error}", Exit.RUN_FAILED) from error
    return Plant(modelled.heat, content)
