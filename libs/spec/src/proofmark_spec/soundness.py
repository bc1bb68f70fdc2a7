"""Whether a system can be run at all: it is planned, and put at its first cycle with every parameter in its middle."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from proofmark_contracts.cosimulation import CosimModel, FmuModel, InTime
from proofmark_contracts.design import Distribution, Requirement
from proofmark_contracts.heat import Thermal
from proofmark_spec.controller import Controlled
from proofmark_spec.formulas import conditions
from proofmark_spec.problems import Path, Wrong

if TYPE_CHECKING:
    from proofmark_systems import Heat

MOST_KEPT = 20_000_000
"""Values of conditions that one run may keep: cycles times conditions."""


def check_system(
    model: CosimModel | FmuModel,
    controlled: Controlled | None,
    laws: Mapping[str, Distribution],
    files: Mapping[str, bytes],
    requirements: Sequence[Requirement],
    thermal: Thermal | None = None,
) -> None:
    """Hold a system to what running it needs.

    Raises
    ------
    Wrong
        There is a loop, say, or a step for which a method is not stable.
    """
    import numpy as np

    from proofmark_controller import ControllerError
    from proofmark_cosim import CosimError, Simulator
    from proofmark_systems import system_of, unit_system_of

    _check_extent(model, requirements)
    metrics = [asked.metric for asked in requirements]
    controller, program = (controlled.controller, controlled.program) if controlled else (None, None)
    try:
        system = (
            unit_system_of(model, files)
            if isinstance(model, FmuModel)
            else system_of(model, controller, files, _heat(model, thermal), program)
        )
        simulator = Simulator(system, frozenset(laws), runs="numpy")
        simulator.group({name: np.array([middle(law)]) for name, law in laws.items()}, np.zeros(1, np.int64))
    except (CosimError, ControllerError) as error:
        place = _place(error, model, metrics)
        raise Wrong(_without(str(error), place), *place) from error


def _heat(model: CosimModel, thermal: Thermal | None) -> "Heat | None":
    """The plant that the section is, before its heat is solved."""
    from proofmark_systems import unsolved

    if model.heat is None or thermal is None:
        return None
    return unsolved(thermal, model.plants[model.heat].numbers["initial"])


def _check_extent(model: InTime, requirements: Sequence[Requirement]) -> None:
    """What requirements look at lies within the run, and fits into memory."""
    for index, asked in enumerate(requirements):
        metric = model.metrics.get(asked.metric)
        if metric is None:
            continue
        if not metric.after_s < model.duration_s:
            expected = f"expected a time within the run, {model.duration_s:g} s, got {metric.after_s:g} s"
            raise Wrong(expected, "requirements", index, "after")
        if metric.kind == "settling-time" and asked.high is not None and asked.high > model.duration_s:
            expected = f"expected at most the run, {model.duration_s:g} s, which shows nothing behind it"
            raise Wrong(f"{expected}, got {asked.high:g} s", "requirements", index, "max")
    kept = round(model.duration_s / model.cycle_s) * sum(map(conditions, model.formulas.values()))
    if kept > MOST_KEPT:
        raise Wrong(
            f"expected at most {MOST_KEPT:,} cycles times conditions of requirements, got {kept:,}", "model", "duration"
        )


def _place(error: Exception, model: CosimModel | FmuModel, metrics: Sequence[str]) -> Path:
    """Where in the document an error of the system belongs."""
    from proofmark_cosim.errors import AlgebraicLoop, ShortProfile, UnreadableProfile, UnstableStep, Unwired

    match error:
        case UnreadableProfile() | ShortProfile():
            return ("model", "scenario", "file")
        case AlgebraicLoop() | Unwired():
            return ("model", "connect")
        case UnstableStep(component=component):
            return ("model", "plants", component)
    component, _, part = str(getattr(error, "name", getattr(error, "where", ""))).partition(".")
    match component:
        case "formulas" | "metrics":
            return ("requirements", metrics.index(part.partition(".")[0]))
        case "controller":
            return ("controller", "parameters", part)
        case "profile":
            return ("model", "scenario", "file")
        case "scenario" | "connect":
            return ("model", component, part)
    if isinstance(model, FmuModel):
        return ("model", *_of_unit(model, component, part))
    return ("model", "plants", component, *([part] if part else [])) if component in model.plants else ("model",)


def _of_unit(model: FmuModel, component: str, part: str) -> Path:
    """Where in a model of kind fmu."""
    if component != "fmu" or part not in {*model.parameters, *model.inputs}:
        return ()
    return ("parameters" if part in model.parameters else "inputs", part)


def _without(message: str, place: Path) -> str:
    """A message without the place that it begins with."""
    head, _, rest = message.partition(": ")
    known = head.startswith("formulas.") or head.rpartition(".")[2] in place
    return rest if rest and known else message


def middle(law: Distribution) -> float:
    """A value that a parameter is likely to be near: its mean, its mode, or the middle of its range."""
    match law.kind:
        case "constant":
            return law.value
        case "truncated-normal":
            return min(max(law.mean, law.low), law.high)
        case "normal" | "lognormal" | "gumbel":
            return law.mean
        case "triangular":
            return law.mode
        case "weibull":
            return law.scale
        case "exponential":
            return 1 / law.rate
        case "discrete":
            return law.values[0]
    return (law.low + law.high) / 2
