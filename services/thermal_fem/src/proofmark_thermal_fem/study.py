"""A study's heat at values of its parameters: the problem, its temperatures, and how they stand to limits."""

from collections.abc import Container, Mapping
from pathlib import Path

from proofmark_contracts.design import Design
from proofmark_contracts.heat import by_metric
from proofmark_contracts.temperatures import NominalCheck
from proofmark_thermal.checks import check_limit
from proofmark_thermal.described import problem_of
from proofmark_thermal.problem import ThermalProblem
from proofmark_thermal.readings import Readings
from proofmark_thermal_fem.parameters import evaluated, nominal


def nominal_problem(design: Design, folder: Path) -> ThermalProblem:
    """Put the medians into the design's thermal section; the rest as in `problem_at`."""
    return problem_at(design, nominal(design), folder)


def problem_at(design: Design, values: Mapping[str, float], folder: Path) -> ThermalProblem:
    """Put values of the parameters into the design's thermal section.

    Parameters
    ----------
    design
        One that has the section.
    values
        Of every parameter, SI.
    folder
        Where its files lie.

    Raises
    ------
    LimitBelowAmbient
        A requirement asks for less than what surrounds the design.
    """
    assert design.thermal is not None
    described = design.thermal.model_dump(mode="json")
    problem = problem_of(described, lambda amount: evaluated(amount, values), folder)
    for asked in design.requirements:
        if design.steady_temperature(asked.metric) is not None and asked.high is not None:
            check_limit(problem, asked.high, f"requirement {asked.name}")
    return problem


def temperatures(readings: Readings) -> dict[str, float]:
    """K, by the metric that a requirement asks for."""
    regions = {name: hottest.temperature for name, hottest in readings.regions.items()}
    return by_metric(readings.hottest.temperature, regions, readings.probes, readings.junctions)


def checks(design: Design, found: Mapping[str, float]) -> tuple[NominalCheck, ...]:
    """The requirements that speak of temperatures, with what was found."""
    limited = [(asked, design.steady_temperature(asked.metric)) for asked in design.requirements]
    return tuple(
        NominalCheck(requirement=asked.name, metric=metric, value=found[metric], low=asked.low, high=asked.high)
        for asked, metric in limited
        if metric is not None
    )


def limits(design: Design, metrics: Container[str]) -> dict[str, tuple[float, ...]]:
    """SI, by metric: those on the metrics that are given."""
    found: dict[str, tuple[float, ...]] = {}
    for metric, low, high in design.limits:
        if metric in metrics:
            found[metric] = (*found.get(metric, ()), *(limit for limit in (low, high) if limit is not None))
    return found
