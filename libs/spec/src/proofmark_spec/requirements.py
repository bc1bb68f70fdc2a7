"""Requirements: the only place a limit is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from proofmark_contracts.cosimulation import Formula, SignalMetric
from proofmark_contracts.design import Requirement
from proofmark_spec.model import Metrics
from proofmark_spec.plan import read_target
from proofmark_spec.problems import Report, Wrong, below, did_you_mean
from proofmark_spec.quantities import NAME, quantity
from proofmark_spec.reading import kind, line, mapping
from proofmark_spec.signal_requirements import NO_TRAP, Asked, SignalRequirements
from proofmark_spec.temperatures import HOTTEST
from proofmark_spec.units import PLAIN_NUMBER, SiUnit

MOST, LONGEST_NAME = 64, 80


@dataclass(frozen=True)
class Limited:
    """The requirements, and the unit each metric's limit was written in."""

    requirements: tuple[Requirement, ...]
    units: Mapping[str, SiUnit]
    metrics: Mapping[str, SignalMetric] = field(default_factory=dict)
    """What they ask of signals; so below."""
    formulas: Mapping[str, Formula] = field(default_factory=dict)


def metrics_asked(document: Any) -> frozenset[str]:
    """The metrics that requirements name, right or wrong."""
    entries = document if isinstance(document, list) else []
    named = [entry.get("metric") for entry in entries if isinstance(entry, dict)]
    return frozenset(metric for metric in named if isinstance(metric, str))


def read_requirements(document: Any, metrics: Metrics | None, in_time: bool, may_trap: bool, report: Report) -> Limited:
    """Read `requirements`; those that are wrong are noted and left out. `metrics` is None if the model is wrong.

    Parameters
    ----------
    in_time
        Whether they are on signals.
    may_trap
        Whether a controller could meet an operation without a result: that it does not is required too.

    Raises
    ------
    Wrong
        There are none, or they contradict each other.
    """
    entries = kind(document, list)
    if not 0 < len(entries) <= MOST:
        raise Wrong(f"expected 1 to {MOST} requirements, got {len(entries)}")
    found: list[Requirement] = []
    units: dict[str, SiUnit] = {}
    signals = SignalRequirements(metrics.scope if metrics else None, report) if in_time else None
    for index, entry in enumerate(entries):
        with report.catching("requirements", index):
            requirement, written = _requirement(entry, index, metrics, signals, report)
            if written.dimension != units.setdefault(requirement.metric, written).dimension:
                raise Wrong(f"{requirement.metric} has another dimension in an earlier requirement")
            if requirement.name in {other.name for other in found} | {"system", NO_TRAP.name}:
                raise Wrong(f"the name {requirement.name!r} is taken", "name")
            found.append(requirement)
    _check_contradictions(found)
    if may_trap:
        found.append(NO_TRAP)
        units[NO_TRAP.metric] = PLAIN_NUMBER
    if signals is None:
        return Limited(tuple(found), units)
    return Limited(tuple(found), units, signals.metrics, signals.formulas)


def _requirement(
    entry: Any, index: int, metrics: Metrics | None, signals: SignalRequirements | None, report: Report
) -> tuple[Requirement, SiUnit]:
    if signals is not None:
        given, asked = signals.read(entry, index)
    else:
        given = mapping(entry, ("requirements", index), report, ["metric"], ["of", "name", "min", "max", "target"])
        asked = _of_model(given, metrics)
    low, high, unit = (0.0, None, PLAIN_NUMBER) if asked.robustness else _limits(given, asked)
    target = None
    if "target" in given:
        with below("target"):
            target = read_target(given["target"])
    default = asked.title if asked.robustness else f"{asked.title} {'min' if high is None else 'max'}"
    with below("name"):
        name = line(given.get("name", default[:LONGEST_NAME]), LONGEST_NAME)
    return Requirement(name=name, metric=asked.metric, low=low, high=high, target=target), unit


def _of_model(given: Mapping[str, Any], metrics: Metrics | None) -> Asked:
    """A metric that the model itself names."""
    with below("metric"):
        metric = kind(given["metric"], str)
        if not NAME.match(metric) or metric == "status":
            raise Wrong("expected a name of letters, digits and underscores, other than status")
    if "of" in given:
        metric = _of_region(metric, given["of"])
    if metrics and metrics.known is not None and metric not in metrics.known:
        raise Wrong(f"the model has no metric {metric!r}{did_you_mean(metric, sorted(metrics.known))}", "metric")
    return Asked(metric, metrics.dimensions.get(metric) if metrics else None, metric)


def _of_region(metric: str, region: Any) -> str:
    """The hottest place of one region has a metric of its own."""
    if metric != HOTTEST:
        raise Wrong(f"goes with {HOTTEST}, of a region; {metric} is of the whole design", "of")
    with below("of"):
        return f"{HOTTEST}_{kind(region, str)}"


def _limits(given: Mapping[str, Any], asked: Asked) -> tuple[float | None, float | None, SiUnit]:
    """Low and high in SI, and the unit they were written in."""
    if ("min" in given) == ("max" in given):
        raise Wrong("expected either min or max; a band is two requirements")
    side = "min" if "min" in given else "max"
    with below(side):
        limit = quantity(given[side])
    wanted = asked.dimension
    if wanted is not None and limit.unit.dimension != wanted:
        raise Wrong(f"{asked.metric} is {wanted}: expected a limit of it, got {limit.unit.dimension}", side)
    if asked.difference and limit.unit.offset:
        raise Wrong(f"{asked.metric} is a difference: write it in K, got {limit.unit.symbol}", side)
    return (limit.si, None, limit.unit) if side == "min" else (None, limit.si, limit.unit)


def _check_contradictions(requirements: list[Requirement]) -> None:
    for metric in dict.fromkeys(requirement.metric for requirement in requirements):
        of_metric = [requirement for requirement in requirements if requirement.metric == metric]
        low = max((r.low for r in of_metric if r.low is not None), default=None)
        high = min((r.high for r in of_metric if r.high is not None), default=None)
        if low is not None and high is not None and low > high:
            raise Wrong(f"{metric} cannot be at least {low:g} and at most {high:g} (SI): no design can meet both")
