"""A study's heat at values of its parameters: the problem, its temperatures, and how they stand to limits."""

from collections.abc import Mapping
from pathlib import Path

from proofmark_contracts.design import Design
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
        if asked.metric.startswith("t_") and asked.high is not None:
            check_limit(problem, asked.high, f"requirement {asked.name}")
    return problem


def temperatures(readings: Readings) -> dict[str, float]:
    """K, by the metric that a requirement asks for."""
    return {
        "t_max": readings.hottest.temperature,
        **{f"t_max_{region}": hottest.temperature for region, hottest in readings.regions.items()},
        **{f"t_{probe}": temperature for probe, temperature in readings.probes.items()},
        **{f"t_junction_{source}": temperature for source, temperature in readings.junctions.items()},
    }


def checks(design: Design, found: Mapping[str, float]) -> tuple[NominalCheck, ...]:
    """The requirements that speak of temperatures, with what was found."""
    return tuple(
        NominalCheck(
            requirement=asked.name, metric=asked.metric, value=found[asked.metric], low=asked.low, high=asked.high
        )
        for asked in design.requirements
        if asked.metric in found
    )


def limits(design: Design) -> dict[str, tuple[float, ...]]:
    """K, by metric."""
    found: dict[str, tuple[float, ...]] = {}
    for metric, low, high in design.limits:
        if metric.startswith("t_"):
            found[metric] = (*found.get(metric, ()), *(limit for limit in (low, high) if limit is not None))
    return found
