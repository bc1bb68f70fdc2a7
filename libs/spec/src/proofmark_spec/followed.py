"""The section `thermal` of heat that is a plant: numbers that follow parameters and signals, and nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from proofmark_contracts import heat
from proofmark_contracts.cosimulation import CosimModel
from proofmark_contracts.heat import Thermal
from proofmark_expression import Expression
from proofmark_spec.controller import Controlled
from proofmark_spec.files import Files
from proofmark_spec.model import Metrics
from proofmark_spec.parameters import Parameter
from proofmark_spec.problems import Path, Report, Wrong
from proofmark_spec.soundness import middle
from proofmark_spec.swings import PATH, followed, read_swings
from proofmark_spec.thermal import read_thermal

CONDUCTS = ("convection", "conductance", "resistance")
NO_TABLE = "a plant takes no table against temperature: it is reduced to numbers times operators"
NO_SCHEDULE = "a plant takes no schedule: let a scenario drive it"
NO_RADIATION = "a plant takes no radiation: it is reduced to numbers times operators"


def read_followed(
    document: Any,
    parameters: Mapping[str, Parameter | None],
    metrics: Metrics,
    controlled: Controlled | None,
    files: Files,
    report: Report,
) -> tuple[Thermal | None, Metrics]:
    """Read the section, and give the plant the temperature that all begins at; None where the section is wrong.

    Raises
    ------
    Wrong
    """
    model, scope, before = metrics.model, metrics.scope, len(report.problems)
    assert isinstance(model, CosimModel) and model.heat is not None and scope is not None
    thermal = read_thermal(document, parameters, files, report, scope)
    if thermal is None:
        return None, metrics
    _check_numbers(thermal, report)
    swings = read_swings(document, thermal, scope, controlled, report)
    thermal = thermal.model_copy(update={"signals": swings})
    _check_conductances(thermal, parameters, report)
    part = model.plants[model.heat]
    with report.catching("model", "plants", model.heat):
        numbers = {"initial": _surroundings(thermal), **part.numbers} if not part.numbers else part.numbers
        plants = {**model.plants, model.heat: part.model_copy(update={"numbers": numbers})}
        metrics = replace(metrics, model=model.model_copy(update={"plants": plants}))
    return (thermal if len(report.problems) == before else None), metrics


def _check_numbers(thermal: Thermal, report: Report) -> None:
    if thermal.transient is not None:
        report.add((*PATH, "transient"), "a plant takes no course of its own: the model says how long it runs")
    for path, value in _values(thermal):
        if isinstance(value, heat.Scheduled | heat.Tabulated):
            report.add(path, NO_TABLE if isinstance(value, heat.Tabulated) else NO_SCHEDULE)
    for name, sink in thermal.sinks.items():
        if sink.emissivity is not None:
            report.add((*PATH, "sinks", name, "emissivity"), NO_RADIATION)
    for name, region in thermal.regions.items():
        if region.material is None and (region.rho is None or region.cp is None):
            report.add((*PATH, "regions", name), "expected a material, or rho and cp: a plant stores heat")
    for name in [name for name in thermal.probes if thermal.outputs[name] != f"t_{name}"]:
        report.add_key((*PATH, "probes", name), "expected another name: the plant shows another temperature by it")
    if not any(followed(amount) for amount in thermal.amounts):
        with report.catching(*PATH):
            raise Wrong("expected heat or cooling that follows a signal, such as 50 W * controller.duty")


def _values(thermal: Thermal) -> Iterator[tuple[Path, Any]]:
    for section in ("regions", "sources", "sinks"):
        for name, entry in getattr(thermal, section).items():
            for key in type(entry).model_fields:
                value = getattr(entry, key)
                for each in value if isinstance(value, tuple) else (value,):
                    yield (*PATH, section, name, key), each


def _check_conductances(thermal: Thermal, parameters: Mapping[str, Parameter | None], report: Report) -> None:
    """None may be 0 or less, whatever the signals are: here with parameters in their middle, later in their tails."""
    known = {name: np.float64(middle(one.law)) for name, one in parameters.items() if one is not None}
    for text, places in thermal.amounts.items():
        signals, expression = sorted(followed(text) & thermal.signals.keys()), Expression.parse(text)
        conducting = [place for place in places if place.endswith(CONDUCTS)]
        if not conducting or not expression.names <= known.keys() | thermal.signals.keys():
            continue
        for corner in product(*((thermal.signals[name].low, thermal.signals[name].high) for name in signals)):
            at = dict(zip(signals, map(np.float64, corner), strict=True))
            value = float(expression.evaluate({**known, **at}))
            if signals and not value > 0:
                told = " and ".join(f"{name} is {number:g}" for name, number in at.items())
                section, name, key = conducting[0].split(".")
                report.add((*PATH, section, name, key), f"expected more than 0, got {value:g} (SI) where {told}")
                break


def _surroundings(thermal: Thermal) -> float | str:
    """The ambient temperature of all sinks, if it is one and stays."""
    around = {sink.ambient for sink in thermal.sinks.values() if isinstance(sink.ambient, float | str)}
    if len(around) == 1:
        (only,) = around
        if isinstance(only, float) or not followed(only):
            return only
    raise Wrong("missing initial: the sinks have no ambient temperature in common that stays")
