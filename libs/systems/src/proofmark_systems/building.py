"""From records of a design to a system: the same words, in the classes that compute."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from proofmark_contracts.cosimulation import HEAT, Controller, CosimModel, Formula, InTime, Part, SignalMetric
from proofmark_controller import Program, check
from proofmark_cosim import (
    PLANTS,
    SCENARIOS,
    Adc,
    Always,
    And,
    Component,
    ControllerUse,
    Eventually,
    Metric,
    Not,
    Or,
    Placed,
    Predicate,
    Pwm,
    System,
    Until,
)
from proofmark_cosim import Formula as Condition
from proofmark_cosim.profiles import read_profile
from proofmark_systems.brackets import bracketed
from proofmark_systems.heat import Heat


def system_of(
    model: CosimModel,
    controller: Controller | None,
    files: Mapping[str, bytes],
    heat: Heat | None = None,
    program: Program | None = None,
) -> System:
    """The system of a design.

    Parameters
    ----------
    files
        By path, those that the design names.
    heat
        The plant that the design's heat is, if it is one.
    program
        The controller, where it is checked already.

    Raises
    ------
    CosimError, ControllerError
        The design describes no system.
    """
    use, own = None, model.heat
    if controller is not None:
        checked = program or program_of(controller, files)
        use = ControllerUse(
            checked,
            controller.period_s,
            controller.parameters,
            {name: Adc(one.low, one.high, one.bits) for name, one in controller.converters.items()},
            {name: Pwm(one.top, one.switched) for name, one in controller.drives.items()},
        )
    system = System(
        cycle_s=model.cycle_s,
        duration_s=model.duration_s,
        plants={name: Placed(component_of(part, heat), part.period_s) for name, part in model.plants.items()},
        connect={**model.connect, **({f"{own}.{name}": text for name, text in heat.amounts.items()} if heat else {})},
        scenario=scenario_of(model, files),
        signal=model.signal,
        controller=use,
        metrics={name: metric_of(metric) for name, metric in model.metrics.items()},
        formulas={name: condition_of(formula) for name, formula in model.formulas.items()},
    )
    return bracketed(system, own, heat.error_k) if own is not None and heat is not None and heat.error_k else system


def program_of(controller: Controller, files: Mapping[str, bytes]) -> Program:
    """The controller's file, checked.

    Raises
    ------
    ControllerError
    """
    path = controller.file.path
    return check(files[path].decode(), controller.name, path, controller.safe_state)


def component_of(part: Part, heat: Heat | None = None) -> Component:
    """A plant or a scenario; the profile needs its file besides, and the design's heat that what it was solved to.

    Raises
    ------
    CosimError
        Its numbers or options belong to no such component.
    """
    if part.kind == HEAT:
        assert heat is not None
        return heat.plant
    given: dict[str, Any] = {**part.numbers, **part.options}
    if part.capacities:
        given["capacities"] = part.capacities
        given["links"] = {link.between: link.resistance for link in part.links}
    kinds: dict[str, type[Component]] = {**PLANTS, **SCENARIOS}
    return kinds[part.kind](**given)


def condition_of(formula: Formula) -> Condition:
    """A formula, ready to be measured."""
    parts = tuple(condition_of(part) for part in formula.of)
    match formula.operator:
        case "holds":
            return Predicate(formula.condition or "")
        case "not":
            return Not(parts[0])
        case "all":
            return And(parts)
        case "any":
            return Or(parts)
        case "always":
            return Always(parts[0], formula.from_s, formula.to_s)
        case "eventually":
            return Eventually(parts[0], formula.from_s, formula.to_s)
    hold, goal = parts
    return Until(hold, goal, formula.from_s, formula.to_s)


def scenario_of(model: InTime, files: Mapping[str, bytes]) -> Component | None:
    """The scenario, if there is one.

    Raises
    ------
    CosimError
    """
    if model.profile is not None and model.scenario is not None:
        path = model.profile.file.path
        numbers: dict[str, Any] = {**model.scenario.numbers}
        return replace(read_profile(path, files[path], model.profile.column), **numbers)
    return None if model.scenario is None else component_of(model.scenario)


def metric_of(metric: SignalMetric) -> Metric:
    """A metric, ready to be measured."""
    to, within = (None if value is None else str(value) for value in (metric.to, metric.within))
    return Metric(metric.kind, metric.of, to, within, metric.after_s)
