"""The reliability plan: what must be shown, with which confidence, from how many samples."""

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from proofmark_contracts.design import ReliabilityPlan
from proofmark_spec.problems import Report, Wrong, shortened
from proofmark_spec.quantities import LONGEST, NUMBER
from proofmark_spec.reading import choice, kind, mapping, number

METHODS = ("monte-carlo", "latin-hypercube", "sobol")
MOST_SAMPLES = 100_000_000
LEAST_SOBOL = 20
LARGEST_SEED = 2**53 - 1
BUDGET = re.compile(rf"^(?P<number>{NUMBER})\s*CPU-(?P<unit>seconds?|minutes?|hours?|days?)$")
SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}
KEYS = ("confidence", "method", "samples", "stop", "budget", "seed")


def read_plan(document: Any, report: Report) -> ReliabilityPlan | None:
    """Read `reliability`; keys that are wrong are noted, and without a target there is no plan.

    Raises
    ------
    Wrong
    """
    path = ("reliability",)
    given = mapping(document, path, report, ["target"], KEYS)
    fields: dict[str, Any] = {}
    for key, value in given.items():
        if key in READERS:
            with report.catching("reliability", key):
                fields[KEY_NAMES.get(key, key)] = READERS[key](value)
    if "target" not in fields:
        return None
    plan = ReliabilityPlan(**fields)
    if plan.method == "sobol" and plan.samples < LEAST_SOBOL:
        raise Wrong(f"sobol needs at least {LEAST_SOBOL} samples: ten scrambles of two", "samples")
    return plan


def warnings(plan: ReliabilityPlan, own_targets: Iterable[float]) -> tuple[str, ...]:
    """What the plan cannot show, however well the design does: the system's target, or one of a requirement."""
    told = []
    for target in dict.fromkeys((plan.target, *own_targets)):
        needed = math.ceil(math.log1p(-plan.confidence) / math.log(target))
        if plan.samples < needed:
            confidence = f"{100 * plan.confidence:.12g} %"
            told.append(f"samples: {plan.samples} cannot prove {target} at {confidence}; needs at least {needed:,}")
    return tuple(told)


def read_target(value: Any) -> float:
    """A reliability to show.

    Raises
    ------
    Wrong
    """
    target = number(value)
    if target == 1:
        raise Wrong("no number of runs shows a reliability of 1; say how many nines are needed")
    if not 0 < target < 1:
        raise Wrong(f"expected a reliability between 0 and 1, got {target:g}")
    return target


def _confidence(value: Any) -> float:
    confidence = number(value)
    if not 0 < confidence < 1:
        raise Wrong(f"expected a confidence between 0 and 1, got {confidence:g}")
    return confidence


def _whole(value: Any, low: int, high: int) -> int:
    found = number(value)
    if found != int(found) or not low <= found <= high:
        raise Wrong(f"expected a whole number from {low:,} to {high:,}, got {shortened(value)}")
    return int(value)


def _budget(value: Any) -> float:
    found = BUDGET.match(text) if len(text := kind(value, str).strip()) <= LONGEST else None
    if found is None:
        raise Wrong(f"expected a budget such as 2 CPU-hours, got {shortened(value)}")
    seconds = float(found["number"].replace("_", "")) * SECONDS[found["unit"].rstrip("s")]
    if not 0 < seconds < math.inf:
        raise Wrong(f"expected a positive budget, got {text}")
    return seconds


READERS: dict[str, Callable[[Any], Any]] = {
    "target": read_target,
    "confidence": _confidence,
    "method": lambda value: choice(value, METHODS),
    "samples": lambda value: _whole(value, 1, MOST_SAMPLES),
    "stop": lambda value: choice(value, ("samples",)),
    "budget": _budget,
    "seed": lambda value: _whole(value, 0, LARGEST_SEED),
}
KEY_NAMES = {"budget": "budget_cpu_s"}
