"""The reliability plan: what must be shown, with which confidence, from how many samples."""

import math
import re
from collections.abc import Callable, Iterable
from typing import Any, get_args

from proofmark_contracts.design import Method, ReliabilityPlan
from proofmark_spec.problems import Report, Wrong, shortened
from proofmark_spec.quantities import LONGEST, NUMBER
from proofmark_spec.reading import choice, kind, mapping, number

METHODS: tuple[Method, ...] = get_args(Method)
WATCHED: tuple[Method, ...] = ("auto", "monte-carlo", "cross-entropy", "kriging")
"""Methods whose runs may be looked at before they are all done; a hypercube or a net is one whole."""
ADAPTIVE: tuple[Method, ...] = ("auto", "cross-entropy", "kriging", "subset", "form")
"""Methods that look for failures and weigh them, which proves on conditions what plain runs cannot."""
MOST_SAMPLES = 100_000_000
LEAST_SAMPLES: dict[Method, tuple[int, str]] = {
    "sobol": (20, "ten scrambles of two"),
    "halton": (20, "ten scrambles of two"),
    "cross-entropy": (1406, "a pilot, levels and a final stage"),
    "kriging": (192, "a pilot, runs near the limit state and a final stage"),
    "subset": (2030, "its levels"),
    "form": (50, "a gradient for each step"),
}
DEFAULT_WIDTH = 0.5
LARGEST_SEED = 2**53 - 1
BUDGET = re.compile(rf"^(?P<number>{NUMBER})\s*CPU-(?P<unit>seconds?|minutes?|hours?|days?)$")
SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}
KEYS = ("confidence", "method", "samples", "stop", "budget", "seed")
STOPS = ("samples", "settled", "width", "budget")


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
                fields |= READERS[key](value)
    if "target" not in fields:
        return None
    plan = ReliabilityPlan(**{"method": "auto", **fields})
    least, why = LEAST_SAMPLES.get(plan.method, (1, ""))
    if plan.samples < least:
        raise Wrong(f"{plan.method} needs at least {least} samples: {why}", "samples")
    if plan.stop != "samples" and plan.method not in WATCHED:
        whole = f"{plan.method} is assessed when all its runs are done; stop: {plan.stop} needs one of"
        raise Wrong(f"{whole} {', '.join(WATCHED)}", "stop")
    if plan.stop == "budget" and plan.budget_cpu_s is None:
        raise Wrong("stop: budget needs a budget such as 2 CPU-hours", "stop")
    return plan


def warnings(plan: ReliabilityPlan, own_targets: Iterable[float]) -> tuple[str, ...]:
    """What the plan cannot show, however well the design does: the system's target, or one of a requirement."""
    told = []
    for target in dict.fromkeys((plan.target, *own_targets)):
        needed = math.ceil(math.log1p(-plan.confidence) / math.log(target))
        if plan.samples < needed:
            confidence = f"{100 * plan.confidence:.12g} %"
            how = " without assumptions; that" if plan.method in ADAPTIVE else ";"
            told.append(f"samples: {plan.samples} cannot prove {target} at {confidence}{how} needs at least {needed:,}")
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


def _stop(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        if list(value) != ["width"]:
            got = shortened(", ".join(map(str, value)))
            raise Wrong(f"expected one of {', '.join(STOPS)}, or width with a number, got {got}")
        width = number(value["width"])
        if not 0 < width < math.inf:
            raise Wrong(f"expected a positive relative width, got {width:g}", "width")
        return {"stop": "width", "width": width}
    stop = choice(value, STOPS)
    return {"stop": stop, **({"width": DEFAULT_WIDTH} if stop == "width" else {})}


def _budget(value: Any) -> float:
    found = BUDGET.match(text) if len(text := kind(value, str).strip()) <= LONGEST else None
    if found is None:
        raise Wrong(f"expected a budget such as 2 CPU-hours, got {shortened(value)}")
    seconds = float(found["number"].replace("_", "")) * SECONDS[found["unit"].rstrip("s")]
    if not 0 < seconds < math.inf:
        raise Wrong(f"expected a positive budget, got {text}")
    return seconds


READERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "target": lambda value: {"target": read_target(value)},
    "confidence": lambda value: {"confidence": _confidence(value)},
    "method": lambda value: {"method": choice(value, METHODS)},
    "samples": lambda value: {"samples": _whole(value, 1, MOST_SAMPLES)},
    "stop": _stop,
    "budget": lambda value: {"budget_cpu_s": _budget(value)},
    "seed": lambda value: {"seed": _whole(value, 0, LARGEST_SEED)},
}
