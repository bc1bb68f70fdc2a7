"""The reduced model of a study's heat, on the mesh of the nominal solution."""

from dataclasses import dataclass

import numpy as np

from proofmark_contracts.design import Design
from proofmark_expression import Expression
from proofmark_reliability.montecarlo import monte_carlo
from proofmark_reliability.sample import vectors
from proofmark_thermal.engine import Solution
from proofmark_thermal.reduced.form import Varied
from proofmark_thermal.reduced.steady import reduce_steady
from proofmark_thermal_fem.parameters import value_range, varying

BOUND_VECTORS, BOUND_SHARE = 2000, 0.99


@dataclass(frozen=True, eq=False)
class Distilled:
    """A reduced model, and how it is asked."""

    model: bytes
    parameters: dict[str, str]
    """The expression behind each parameter of the model."""
    order: int
    bound_k: float


def distil(design: Design, solution: Solution) -> Distilled:
    """Reduce a study's heat to what the spread of its parameters can do.

    Raises
    ------
    NotAffine
        A number depends on temperature, so that no reduction bounds its error.
    BadRange
        A parameter may make a conductance negative.
    """
    assert design.thermal is not None
    places = varying(design, design.thermal)
    parameters = {f"p{number}": amount for number, amount in enumerate(places)}
    varied = {name: Varied(*value_range(design, amount), places[amount]) for name, amount in parameters.items()}
    reduced = reduce_steady(solution.model, varied, accuracy_k=design.thermal.accuracy / 2).model
    drawn = _drawn(design, parameters)
    bounds = reduced.evaluate(drawn).hottest.bounds
    bound_k = float(np.quantile(bounds, BOUND_SHARE, method="inverted_cdf"))
    return Distilled(reduced.to_bytes(), parameters, reduced.system.shapes, bound_k)


def _drawn(design: Design, parameters: dict[str, str]) -> dict[str, np.ndarray]:
    """Values of the model's parameters for vectors of the design."""
    correlation = (design.correlations.order, design.correlations.matrix) if design.correlations else None
    uniforms = monte_carlo(0, 0, 0, BOUND_VECTORS, len(design.marginals))
    constants = {name: np.full(BOUND_VECTORS, value) for name, value in design.constants.items()}
    values = constants | vectors(design.marginals, correlation, uniforms)
    return {name: np.asarray(Expression.parse(amount).evaluate(values)) for name, amount in parameters.items()}
