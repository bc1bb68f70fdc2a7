"""Requirements: the only place a limit is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofmark_contracts.design import Requirement
from proofmark_spec.model import Metrics
from proofmark_spec.plan import read_target
from proofmark_spec.problems import Report, Wrong, below, did_you_mean
from proofmark_spec.quantities import NAME, Quantity, quantity
from proofmark_spec.reading import kind, line, mapping
from proofmark_spec.units import SiUnit

MOST, LONGEST_NAME = 64, 80


@dataclass(frozen=True)
class Limited:
    """The requirements, and the unit each metric's limit was written in."""

    requirements: tuple[Requirement, ...]
    units: Mapping[str, SiUnit]


def metrics_asked(document: Any) -> frozenset[str]:
    """The metrics that requirements name, right or wrong."""
    entries = document if isinstance(document, list) else []
    named = [entry.get("metric") for entry in entries if isinstance(entry, dict)]
    return frozenset(metric for metric in named if isinstance(metric, str))


def read_requirements(document: Any, metrics: Metrics | None, report: Report) -> Limited:
    """Read `requirements`; those that are wrong are noted and left out. `metrics` is None if the model is wrong.

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
    for index, entry in enumerate(entries):
        with report.catching("requirements", index):
            requirement, written = _requirement(entry, index, metrics, report)
            if written.dimension != units.setdefault(requirement.metric, written).dimension:
                raise Wrong(f"{requirement.metric} has another dimension in an earlier requirement")
            if requirement.name in {other.name for other in found} | {"system"}:
                raise Wrong(f"the name {requirement.name!r} is taken", "name")
            found.append(requirement)
    _check_contradictions(found)
    return Limited(tuple(found), units)


def _requirement(entry: Any, index: int, metrics: Metrics | None, report: Report) -> tuple[Requirement, SiUnit]:
    given = mapping(entry, ("requirements", index), report, ["metric"], ["name", "min", "max", "target"])
    with below("metric"):
        metric = kind(given["metric"], str)
        if not NAME.match(metric) or metric == "status":
            raise Wrong("expected a name of letters, digits and underscores, other than status")
    if metrics and metrics.known is not None and metric not in metrics.known:
        raise Wrong(f"the model has no metric {metric!r}{did_you_mean(metric, sorted(metrics.known))}", "metric")
    if ("min" in given) == ("max" in given):
        raise Wrong("expected either min or max; a band is two requirements")
    side = "min" if "min" in given else "max"
    limit = _limit(given[side], metric, metrics, side)
    target = None
    if "target" in given:
        with below("target"):
            target = read_target(given["target"])
    with below("name"):
        name = line(given.get("name", f"{metric} {side}"), LONGEST_NAME)
    low, high = (limit.si, None) if side == "min" else (None, limit.si)
    return Requirement(name=name, metric=metric, low=low, high=high, target=target), limit.unit


def _limit(value: Any, metric: str, metrics: Metrics | None, side: str) -> Quantity:
    with below(side):
        limit = quantity(value)
    wanted = metrics.dimensions.get(metric) if metrics else None
    if wanted is not None and limit.unit.dimension != wanted:
        raise Wrong(f"{metric} is {wanted}: expected a limit of it, got {limit.unit.dimension}", side)
    return limit


def _check_contradictions(requirements: list[Requirement]) -> None:
    for metric in dict.fromkeys(requirement.metric for requirement in requirements):
        of_metric = [requirement for requirement in requirements if requirement.metric == metric]
        low = max((r.low for r in of_metric if r.low is not None), default=None)
        high = min((r.high for r in of_metric if r.high is not None), default=None)
        if low is not None and high is not None and low > high:
            raise Wrong(f"{metric} cannot be at least {low:g} and at most {high:g} (SI): no design can meet both")
