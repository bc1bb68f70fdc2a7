"""What the numbers mean, in sentences for an engineer."""

from collections.abc import Iterator
from math import ceil

from proofmark_contracts.assessment import Estimate
from proofmark_contracts.custody import Verdict
from proofmark_contracts.design import Design, Distribution, Method, Requirement, Unit
from proofmark_reliability.errors import OutOfRange
from proofmark_reliability.intervals import lower_limit, runs_to_prove, upper_limit
from proofmark_reporter.quantities import (
    at_least,
    at_most,
    count,
    difference,
    number,
    percent,
    probability_at_most,
    quantity,
    stated_percent,
    stated_probability,
    symbol,
)

MOST_RUNS = 10**12
"""Beyond this many nobody plans a study."""

NEW_STUDY = "planned as a new study: to extend one until it passes proves nothing."

TITLES: dict[Verdict, str] = {"approved": "Approved", "rejected": "Rejected", "not-proven": "Not proven"}
STATUSES = {
    "ok": "answered, but a requirement's metric is no number",
    "error": "the model raised an error",
    "timeout": "the run took too long",
    "not-a-number": "the model returned something that is no number",
    "undecided": "its temperature lies within its error of a limit",
    "worker-lost": "no worker returned an answer before the study was stopped",
}
METHODS: dict[Method, str] = {
    "auto": "method chosen by a pilot",
    "monte-carlo": "Monte Carlo",
    "latin-hypercube": "Latin hypercube",
    "latin-hypercube-centred": "centred Latin hypercube",
    "latin-hypercube-decorrelated": "decorrelated Latin hypercube",
    "sobol": "scrambled Sobol",
    "halton": "scrambled Halton",
    "saltelli": "Saltelli’s plan",
    "cross-entropy": "cross-entropy importance sampling",
    "kriging": "active-learning Kriging",
    "subset": "subset simulation",
    "form": "first-order reliability method",
}


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
    condition = ", on the condition below" if decisive.certified == "conditional" else ""
    low, high = _bounds(decisive.bound_low, decisive.bound_high, decisive.target)
    units = "Of units built to this spec"
    if verdict == "approved":
        return f"{units} at least {low} meet {asked} ({sure}{condition}); the target is {target}."
    if verdict == "rejected":
        return f"{units} at most {high} meet {asked} ({sure}{condition}); the target is {target}."
    if decisive.certified == "no" or decisive.bound_high < decisive.target:
        return f"The runs give no certified answer to whether {target} of units meet {asked}: {decisive.reason}."
    if decisive.bound_low >= decisive.target:
        told = f"what holds without it does not suffice to approve: {without(decisive)}"
        return f"{units} at least {low} meet {asked} ({sure}{condition}); the target is {target}, but {told}."
    each = f"{sure} for each bound{condition}"
    return f"{units} between {low} and {high} meet {asked} ({each}); the target of {target} lies inside."


def asked(estimate: Estimate, design: Design) -> str:
    """What an estimate is of, as the object of a sentence."""
    alone = design.requirements[0].name if len(design.requirements) == 1 else None
    if estimate.name != "system" or alone:
        return f"the requirement “{alone or estimate.name}”"
    apart = any(requirement.target is not None for requirement in design.requirements)
    return "every requirement without a target of its own" if apart else "every requirement"


def without(estimate: Estimate) -> str:
    """Say what a conditional certificate leaves without its condition."""
    if estimate.model_free_pf_high is None:
        return "no plain runs bound the probability of failure"
    allowed = 1 - estimate.target
    times = estimate.model_free_pf_high / allowed
    beside = "no more than" if times <= 1 else f"{number(ceil(10 * times) / 10, 3)} times"
    most = probability_at_most(estimate.model_free_pf_high, allowed)
    return (
        f"plain runs alone show that at most {most} of units fail, {beside} the {stated_probability(allowed)} that the "
        "target allows"
    )


def what_it_takes(estimate: Estimate, confidence: float, counted: bool = True, watched: bool = False) -> Iterator[str]:
    """Say how many runs prove the target.

    Parameters
    ----------
    counted : bool
        Whether the estimate is a share of all runs.
    watched : bool
        Whether their number may depend on what they found.
    """
    target, sure = stated_percent(estimate.target), f"{stated_percent(confidence)} confidence"
    try:
        fewest = runs_to_prove(estimate.target, confidence)
    except OutOfRange:
        yield f"No number of runs proves a target of {target}."
        return
    fixed = ", their number fixed beforehand and" if watched else ","
    yield f"To prove {target} with {sure} takes at least {count(fewest)} runs{fixed} not one of them failing."
    if not counted:
        yield f"That is without looking for failures; this study looked for them, in {count(estimate.samples)} runs."
        return
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
            f"At the rate seen, {percent(rate)}, expect to need about {count(expected)} runs, "
            + ("and some more because the study is watched: it can be extended." if watched else NEW_STUDY)
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


COUNTED_BOTH_WAYS = "A missing run is neither good nor bad: lower bounds count it as a failure, upper bounds as a pass."


def without_the_missing(estimate: Estimate, confidence: float, judged: int) -> str:
    """Say what missing runs did to the bounds of Clopper and Pearson; the upper one shares its error over so many
    estimates."""
    answered = estimate.samples - estimate.missing
    if not estimate.missing or not answered:
        return ""
    low = 1 - upper_limit(estimate.failures, answered, confidence)
    high = 1 - lower_limit(estimate.failures, answered, 1 - (1 - confidence) / judged)
    without = " and ".join(_bounds(low, high, estimate.target))
    stated = " and ".join(_bounds(estimate.bound_low, estimate.bound_high, estimate.target))
    return f"Had they not been asked for, the bounds would be {without} instead of {stated}."


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
