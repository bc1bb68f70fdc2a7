"""What is told of a study's heat: solved, drawn, distilled. Everything here takes the finite elements."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from proofmark_contracts.design import Design
from proofmark_contracts.frozen import FileRef, sha256_hex
from proofmark_contracts.temperatures import ReducedHeat, ThermalAssessed, ThermalModelled
from proofmark_thermal.engine import Solution
from proofmark_thermal.errors import NotConverged
from proofmark_thermal.finite_elements import FiniteElements
from proofmark_thermal.output import write
from proofmark_thermal_fem.distilling import distil
from proofmark_thermal_fem.in_the_loop import in_the_loop, plant_modelled
from proofmark_thermal_fem.study import checks, limits, nominal_problem, temperatures

FOLDER = "thermal"
"""Where the files lie in the evidence."""


@dataclass(frozen=True, eq=False)
class Answer:
    """The messages, and what they refer to."""

    modelled: ThermalModelled
    assessed: ThermalAssessed
    contents: tuple[bytes, ...]


def answer(study: str, design: Design, folder: Path) -> Answer:
    """Solve a study's heat with nominal parameters, and distil it for all others.

    Parameters
    ----------
    study : str
    design : Design
        One that has a thermal section.
    folder : Path
        Where the geometry's file lies, and results may be written.

    Raises
    ------
    ThermalError
        There is no answer, or none that can be had for every vector.
    """
    solution = FiniteElements().solve(nominal_problem(design, folder))
    if not isfinite(solution.error_estimate_k):
        raise NotConverged("the error of the mesh", solution.model.problem.accuracy, solution.error_estimate_k)
    modelled, models = _modelled(study, design, solution)
    files = {path.name: path.read_bytes() for path in write(solution, folder / FOLDER)}
    return Answer(modelled, _assessed(study, design, solution, files), (*models, *files.values()))


def _modelled(study: str, design: Design, solution: Solution) -> tuple[ThermalModelled, tuple[bytes, ...]]:
    """The message, and the models that it announces."""
    if in_the_loop(design):
        return plant_modelled(study, design, solution)
    distilled = distil(design, solution)
    metrics = tuple(temperatures(solution.highest))
    heat = ReducedHeat(
        model=sha256_hex(distilled.model),
        size=len(distilled.model),
        full=distilled.full and sha256_hex(distilled.full),
        parameters=distilled.parameters,
        metrics=metrics,
        limits=limits(design, metrics),
        mesh_error_k=solution.error_estimate_k,
    )
    modelled = ThermalModelled(
        study=study,
        heat=heat,
        unknowns=solution.unknowns,
        order=distilled.order,
        bound_k=distilled.bound_k,
        reduction=distilled.reduction,
        reason=distilled.reason,
    )
    return modelled, distilled.objects


def _assessed(study: str, design: Design, solution: Solution, files: Mapping[str, bytes]) -> ThermalAssessed:
    found = temperatures(solution.highest)
    refs = (FileRef.of(f"{FOLDER}/{name}", content) for name, content in files.items())
    return ThermalAssessed(
        study=study,
        outcome="assessed",
        engine=solution.engine,
        unknowns=solution.unknowns,
        temperatures=found,
        hot_spot_m=solution.hottest.place,
        hot_spot_in=solution.hottest.within,
        hot_spot_at_s=None if solution.course is None else solution.hottest.time_s,
        error_estimate_k=solution.error_estimate_k,
        entering_w=dict(solution.balance.entering),
        leaving_w=dict(solution.balance.leaving),
        stored_w=solution.balance.stored,
        checks=checks(design, found),
        files=tuple(refs),
    )
