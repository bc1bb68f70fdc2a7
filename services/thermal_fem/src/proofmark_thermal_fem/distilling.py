"""The models of a study's heat for any vector, on the mesh of the nominal solution: the full one, and a reduced one
where there can be one."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from proofmark_contracts.design import Design
from proofmark_contracts.heat import by_metric
from proofmark_contracts.temperatures import Reduction
from proofmark_expression import Expression
from proofmark_reliability.montecarlo import monte_carlo
from proofmark_reliability.sample import vectors
from proofmark_thermal.engine import Solution
from proofmark_thermal.errors import NotAffine
from proofmark_thermal.moving import movable
from proofmark_thermal.reduced.cost import cost
from proofmark_thermal.reduced.courses import reduce_course
from proofmark_thermal.reduced.form import Varied
from proofmark_thermal.reduced.full_model import FullModel, amounts_of
from proofmark_thermal.reduced.steady import reduce_steady
from proofmark_thermal_fem.errors import MeshStandsStill, TooCostly
from proofmark_thermal_fem.parameters import evaluated, nominal, value_range, varying
from proofmark_thermal_fem.study import temperatures

BOUND_VECTORS, BOUND_SHARE = 2000, 0.99
CEILING_S = 8 * 3600.0
"""Of one core, that full solutions of all vectors may take by their estimate."""


@dataclass(frozen=True, eq=False)
class Distilled:
    """How a worker finds the temperatures of its vectors."""

    model: bytes
    """The reduced model, or the full one where there is no reduced one."""
    parameters: dict[str, str]
    """The expression behind each parameter of both."""
    order: int
    """Of the reduced model; 0 where there is none."""
    bound_k: float
    full: bytes | None = None
    """What settles the vectors that the reduced model leaves open."""
    reduction: Reduction = "reduced-basis"
    reason: str = ""
    """Why there is no reduced model."""

    @property
    def objects(self) -> tuple[bytes, ...]:
        """What workers may ask for, each once."""
        return tuple(dict.fromkeys(each for each in (self.model, self.full) if each is not None))


def distil(design: Design, solution: Solution) -> Distilled:
    """Reduce a study's heat to what the spread of its parameters can do.

    Raises
    ------
    TooCostly
        It has no affine form, and too many runs for full solutions.
    MeshStandsStill
        Dimensions vary of parts whose mesh cannot follow.
    BadRange
        A parameter may make a conductance negative.
    """
    assert design.thermal is not None
    places = varying(design, design.thermal)
    parameters = {f"p{number}": amount for number, amount in enumerate(places)}
    varied = {name: Varied(*value_range(design, amount), places[amount]) for name, amount in parameters.items()}
    full = _full(design, solution, parameters, varied)
    if not varied:
        return _unreduced(full, parameters, "no parameter of the heat varies, so that one solution serves every run")
    reduce = _basis if design.thermal.transient is None else _course
    try:
        return reduce(design, solution, parameters, full)
    except NotAffine as error:
        return _unreduced(full, parameters, _affordable(design, solution, error))


def _basis(design: Design, solution: Solution, parameters: dict[str, str], full: FullModel) -> Distilled:
    reduced = reduce_steady(solution.model, full.varied, accuracy_k=solution.model.problem.accuracy / 2).model
    bounds = reduced.evaluate(_drawn(design, parameters)).hottest.bounds
    bound_k = float(np.quantile(bounds, BOUND_SHARE, method="inverted_cdf"))
    return Distilled(reduced.to_bytes(), parameters, reduced.system.shapes, bound_k, full.to_bytes())


def _course(design: Design, solution: Solution, parameters: dict[str, str], full: FullModel) -> Distilled:
    """Reduce a course in time; its estimate is at least what it is wrong by where every parameter has its median."""
    accuracy_k = solution.model.problem.accuracy / 2
    course = reduce_course(solution.model, full.described, full.amounts, full.varied, accuracy_k)
    values = nominal(design)
    here = course.evaluate({name: np.array([evaluated(text, values)]) for name, text in parameters.items()})
    told, found = by_metric(here.hottest, here.regions, here.probes, here.junctions), temperatures(solution.highest)
    apart = max(abs(float(each.values[0]) - found[metric]) for metric, each in told.items())
    course = replace(course, error_estimate_k=max(course.error_estimate_k, apart))
    order, estimate_k = len(course.model.capacity), course.error_estimate_k
    return Distilled(course.to_bytes(), parameters, order, estimate_k, full.to_bytes(), "reduced-course")


def _unreduced(full: FullModel, parameters: dict[str, str], reason: str) -> Distilled:
    model = full.to_bytes()
    return Distilled(model, parameters, order=0, bound_k=0.0, full=model, reduction="full", reason=reason)


def _full(design: Design, solution: Solution, parameters: dict[str, str], varied: dict[str, Varied]) -> FullModel:
    assert design.thermal is not None
    described: dict[str, Any] = design.thermal.model_dump(mode="json", exclude_none=True)
    values = nominal(design)
    names = {amount: name for name, amount in parameters.items()}
    amounts = amounts_of(described, names, lambda amount: evaluated(amount, values))
    medians = {name: evaluated(amount, values) for name, amount in parameters.items()}
    return FullModel(described, amounts, varied, medians, solution.model.space)


def _affordable(design: Design, solution: Solution, error: NotAffine) -> str:
    """Why every run is solved in full, if that can be paid for."""
    why = ", ".join(f"{what} at {place}" for place, what in error.places.items())
    needed = cost(solution, design.reliability.samples)
    fixed = not movable(solution.model.problem.geometry)
    if still := [place for place in error.places if place.startswith("geometry.") and fixed]:
        raise MeshStandsStill(still, needed)
    if needed.seconds > CEILING_S:
        raise TooCostly(why, needed, CEILING_S)
    return f"{why}; {needed}"


def _drawn(design: Design, parameters: dict[str, str]) -> dict[str, np.ndarray]:
    """Values of the model's parameters for vectors of the design."""
    correlation = (design.correlations.order, design.correlations.matrix) if design.correlations else None
    uniforms = monte_carlo(0, 0, 0, BOUND_VECTORS, len(design.marginals))
    constants = {name: np.full(BOUND_VECTORS, value) for name, value in design.constants.items()}
    values = constants | vectors(design.marginals, correlation, uniforms)
    return {name: np.asarray(Expression.parse(amount).evaluate(values)) for name, amount in parameters.items()}
