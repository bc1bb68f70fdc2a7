"""The heat of a study as a plant of the system that the design runs in: reduced, and followed through time."""

from collections.abc import Iterator
from dataclasses import replace

from proofmark_contracts.cosimulation import CosimModel, Formula
from proofmark_contracts.design import Design
from proofmark_contracts.frozen import sha256_hex
from proofmark_contracts.temperatures import ReducedHeat, ThermalModelled
from proofmark_expression import Expression
from proofmark_thermal.engine import Solution
from proofmark_thermal.problem import Transient
from proofmark_thermal.reduced.form import Varied
from proofmark_thermal.reduced.transient import reduce_transient
from proofmark_thermal.reduced.transient_model import ReducedTransient
from proofmark_thermal_fem.parameters import evaluated, nominal, value_range, varying
from proofmark_thermal_fem.study import limits

INITIAL = "transient.initial"


def in_the_loop(design: Design) -> bool:
    """Whether a design's heat is a plant of its model."""
    return isinstance(design.model, CosimModel) and design.model.heat is not None


def plant_modelled(study: str, design: Design, solution: Solution) -> tuple[ThermalModelled, tuple[bytes, ...]]:
    """Reduce a study's heat to what its parameters and its system can do, on the mesh of the nominal solution.

    Returns
    -------
    the message, and the models that it announces

    Raises
    ------
    NotAffine
        A number depends on temperature.
    Unassigned
        A region stores no heat, as its density or heat capacity is not known.
    BadRange
        A parameter or a signal may make a conductance negative.
    """
    amounts, reduced = _reduced(design, solution)
    content = reduced.to_bytes()
    heat = ReducedHeat(
        kind="transient",
        model=sha256_hex(content),
        size=len(content),
        parameters=amounts,
        metrics=(),
        limits=limits(design, told_by_heat(design)),
        mesh_error_k=solution.error_estimate_k,
    )
    modelled = ThermalModelled(
        study=study,
        heat=heat,
        unknowns=solution.unknowns,
        order=len(reduced.capacity),
        bound_k=reduced.error_estimate_k,
    )
    return modelled, (content,)


def _reduced(design: Design, solution: Solution) -> tuple[dict[str, str], ReducedTransient]:
    """The expression behind each parameter of the model, called by the first place where it stands; and the model."""
    model, thermal = design.model, design.thermal
    assert isinstance(model, CosimModel) and model.heat is not None and thermal is not None
    part, places = model.plants[model.heat], varying(design, thermal)
    initial = part.numbers["initial"]
    if isinstance(initial, str) and Expression.parse(initial).names & set(design.random_parameters):
        places[initial] = (*places.get(initial, ()), INITIAL)
    amounts = {where[0]: amount for amount, where in places.items()}
    varied = {name: Varied(*value_range(design, amount), places[amount]) for name, amount in amounts.items()}
    changing = [name for name, amount in amounts.items() if Expression.parse(amount).names & thermal.signals.keys()]
    course = Transient(model.duration_s, evaluated(initial, nominal(design)))
    timed = replace(solution.model, problem=replace(solution.model.problem, transient=course))
    period_s = part.period_s or model.cycle_s
    return amounts, reduce_transient(timed, varied, period_s, changing, accuracy_k=thermal.accuracy / 2)


def told_by_heat(design: Design) -> tuple[str, ...]:
    """The metrics that speak of the plant's temperatures."""
    model = design.model
    assert isinstance(model, CosimModel)
    texts = {name: [metric.of, metric.to, metric.within] for name, metric in model.metrics.items()}
    texts |= {name: list(_conditions(formula)) for name, formula in model.formulas.items()}
    return tuple(name for name, told in texts.items() if any(_speaks(each, f"{model.heat}.") for each in told))


def _speaks(amount: float | str | None, of: str) -> bool:
    return isinstance(amount, str) and any(name.startswith(of) for name in Expression.parse(amount).names)


def _conditions(formula: Formula) -> Iterator[str]:
    if formula.condition is not None:
        yield formula.condition
    for part in formula.of:
        yield from _conditions(part)
