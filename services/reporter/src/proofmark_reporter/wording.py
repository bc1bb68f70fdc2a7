"""What the numbers mean, in sentences for an engineer."""

from collections.abc import Iterator
from math import ceil

from proofmark_contracts.assessment import Estimate
from proofmark_contracts.custody import Verdict
from proofmark_contracts.design import Distribution, Requirement, Unit
from proofmark_reliability.errors import OutOfRange
from proofmark_reliability.intervals import lower_limit, runs_to_prove, upper_limit
from proofmark_reporter.quantities import (
    at_least,
    at_most,
    count,
    difference,
    number,
    percent,
    quantity,
    stated_percent,
    symbol,
)

MOST_RUNS = 10**12
"""Beyond this many nobody plans a study."""

TITLES: dict[Verdict, str] = {"approved": "Approved", "rejected": "Rejected", "not-proven": "Not proven"}
CERTIFICATES = {"exact": "exact", "conditional": "conditional", "no": "not certified"}
STATUSES = {
    "ok": "answered, but a requirement's metric is no number",
    "error": "the model raised an error",
    "timeout": "the run took too long",
    "not-a-number": "the model returned something that is no number",
    "worker-lost": "no worker returned an answer before the study was stopped",
}
METHODS = {"monte-carlo": "Monte Carlo", "latin-hypercube": "Latin hypercube", "sobol": "scrambled Sobol"}


def verdict_sentence(verdict: Verdict, decisive: Estimate, confidence: float, asked: str) -> str:
    """Say what the verdict says, and of which numbers.

    Parameters
    ----------
    decisive : Estimate
        The one that the verdict hangs on.
    asked : str
        What it estimates, such as `every requirement`.
    """
    target, sure = stated_percent(decisive.target), f"{stated_percent(confidence)} confidence"
    low, high = _bounds(decisive.bound_low, decisive.bound_high, decisive.target)
    units = "Of units built to this spec"
    if verdict == "approved":
        return f"{units} at least {low} meet {asked} ({sure}); the target is {target}."
    if verdict == "rejected":
        return f"{units} at most {high} meet {asked} ({sure}); the target is {target}."
    if decisive.certified == "no" or not decisive.bound_low < decisive.target <= decisive.bound_high:
        return f"The runs give no certified answer to whether {target} of units meet {asked}: {decisive.reason}."
    return f"{units} between {low} and {high} meet {asked} ({sure} for each bound); the target of {target} lies inside."


def what_it_takes(estimate: Estimate, confidence: float) -> Iterator[str]:
    """Say how many runs prove the target."""
    target, sure = stated_percent(estimate.target), f"{stated_percent(confidence)} confidence"
    try:
        fewest = runs_to_prove(estimate.target, confidence)
    except OutOfRange:
        yield f"No number of runs proves a target of {target}."
        return
    yield f"To prove {target} with {sure} takes at least {count(fewest)} runs, not one of them failing."
    against = estimate.failures + estimate.missing
    if not against:
        return
    lost = " (a missing run counts as one)" if estimate.missing else ""
    failures = "1 failure" if against == 1 else f"{count(against)} failures"
    yield f"With {failures}{lost}, as here, it takes {count(runs_to_prove(estimate.target, confidence, against))}."
    if estimate.bound_low >= estimate.target:
        return
    rate = against / estimate.samples
    expected = runs_at_rate(rate, estimate.target, confidence)
    alone = _runs_without_missing(estimate, confidence)
    if alone is not None and (expected is None or alone <= estimate.samples):
        yield (
            f"The failures alone leave it within reach of about {count(alone)} runs: the missing runs must be repaired."
        )
    elif expected is None:
        yield f"At the rate seen, {percent(rate)}, no number of runs proves it: the design, or its target, must change."
    else:
        yield (
            f"At the rate seen, {percent(rate)}, expect to need about {count(expected)} runs, planned as a new study: "
            "to extend one until it passes proves nothing."
        )


def runs_at_rate(rate: float, target: float, confidence: float) -> int | None:
    """About how many runs prove the target if this share of them fails; None if no number does."""
    if 1 - rate <= target:
        return None

    def proves(runs: int) -> bool:
        return runs_to_prove(target, confidence, ceil(rate * runs)) <= runs

    enough = 1
    while not proves(enough):
        enough *= 2
        if enough > MOST_RUNS:
            return None
    too_few = enough // 2
    while enough - too_few > max(1, enough // 100):
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if proves(middle) else (middle, enough)
    digits = len(str(enough)) - 2
    return ceil(enough / 10**digits) * 10**digits if digits > 0 else enough


def _runs_without_missing(estimate: Estimate, confidence: float) -> int | None:
    """About how many runs would prove the target if those that are missing fared like the others."""
    if not estimate.missing or estimate.r is None:
        return None
    return runs_at_rate(1 - estimate.r, estimate.target, confidence)


def without_the_missing(estimate: Estimate, confidence: float, method: str, judged: int) -> str:
    """Say what missing runs did to the bounds, of which upper ones share their error over so many estimates."""
    said = "A missing run is neither good nor bad: lower bounds count it as a failure, upper bounds as a pass."
    answered = estimate.samples - estimate.missing
    if method == "sobol" or not estimate.missing or not answered:
        return said
    low = 1 - upper_limit(estimate.failures, answered, confidence)
    high = 1 - lower_limit(estimate.failures, answered, 1 - (1 - confidence) / judged)
    without = " and ".join(_bounds(low, high, estimate.target))
    stated = " and ".join(_bounds(estimate.bound_low, estimate.bound_high, estimate.target))
    return f"{said} Had they not been asked for, the bounds would be {without} instead of {stated}."


def _bounds(low: float, high: float, target: float) -> tuple[str, str]:
    return at_least(low, target), at_most(high, target)


def limits(requirement: Requirement, unit: Unit) -> str:
    """A requirement's limit as a formula: `clearance ≥ 0.02 mm`."""
    low = "" if requirement.low is None else quantity(requirement.low, unit)
    high = "" if requirement.high is None else quantity(requirement.high, unit)
    if low and high:
        return f"{low} ≤ {requirement.metric} ≤ {high}"
    return f"{requirement.metric} ≥ {low}" if low else f"{requirement.metric} ≤ {high}"


def law_in_units(law: Distribution, unit: Unit) -> str:
    """A distribution's numbers as the spec writes them: `mean 10 mm, std 0.05 mm`; in SI if the unit is none."""
    if law.kind == "constant":
        return quantity(law.value, unit)
    if law.kind == "discrete":
        pairs = zip(law.values, law.weights, strict=True)
        return ", ".join(f"{quantity(value, unit)} ({stated_percent(weight)})" for value, weight in pairs)
    return ", ".join(f"{name} {_in_units(name, value, unit)}" for name, value in _numbers(law))


def _numbers(law: Distribution) -> list[tuple[str, float]]:
    return [(name, value) for name, value in law.model_dump().items() if name != "kind"]


def _in_units(name: str, value: float, unit: Unit) -> str:
    match name:
        case "std" | "scale":
            return difference(value, unit)
        case "shape" | "a" | "b":
            return number(value)
        case "rate":
            per = f" per {symbol(unit)}" if unit.symbol else ""
            return f"{number(value * unit.factor)}{per}"
    return quantity(value, unit)
