"""How the estimate grew with the runs: the reliability by counts, or the probability of failure by weights."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from proofmark_contracts.assessment import Estimate
from proofmark_reliability import sequence
from proofmark_reliability.intervals import lower_limit, two_sided, upper_limit
from proofmark_reliability.weighing import LEAST_FAILING, Weighed, limits, weighed
from proofmark_reporter.drawing import BLUE, INK, MUTED, WIDE, numbers, say, svg
from proofmark_reporter.quantities import (
    count,
    number,
    percent,
    power_of_ten,
    probability,
    probability_at_least,
    probability_at_most,
    stated_percent,
    stated_probability,
)
from proofmark_reporter.runs import BoolArray, FloatArray, IntArray

MOST_STEPS = 200
FEWEST_RUNS = 10
"""Of which an estimate is drawn."""


@dataclass(frozen=True)
class Following:
    """What was known after so many runs; of reliability where runs are counted, of pf where they are weighed."""

    runs: IntArray
    value: FloatArray
    """NaN where nothing was known."""
    low: FloatArray
    high: FloatArray


def counted_runs(failed: BoolArray, answered: BoolArray, confidence: float, watched: bool) -> Following:
    """Follow the reliability over the first runs, at no more than `MOST_STEPS` places, spaced by their logarithm.

    The band is the two-sided Clopper-Pearson interval after so many runs, or where they are watched the confidence
    sequence that holds after any number of them; missing runs count against either bound.
    """
    steps = _steps(len(failed))
    failures, missing = (np.cumsum(of, dtype=np.int64)[steps - 1] for of in (failed, ~answered))
    known = steps - missing
    limit = two_sided(confidence)
    if watched:
        most = sequence.upper_limits(failures + missing, steps, limit)
        least = sequence.lower_limits(failures, steps, limit)
    else:
        counts = list(zip(failures.tolist(), missing.tolist(), steps.tolist(), strict=True))
        most = np.array([upper_limit(failures + missing, runs, limit) for failures, missing, runs in counts])
        least = np.array([lower_limit(failures, runs, limit) for failures, _, runs in counts])
    value = np.divide(known - failures, known, out=np.full(len(steps), np.nan), where=known > 0)
    return Following(steps, value, 1 - most, 1 - least)


def weighed_runs(log_weights: FloatArray, failed: BoolArray, answered: BoolArray, confidence: float) -> Following:
    """Follow the probability of failure over final runs, with the interval as if it were looked at only there.

    Before `LEAST_FAILING` of them failed, their weights say nothing of their spread, and nothing is told.
    """
    steps = _steps(len(failed))
    sums, found = Weighed(), []
    for first, end in pairwise([0, *steps.tolist()]):
        sums += weighed(log_weights[first:end], failed[first:end], ~answered[first:end])
        telling = sums.pf is not None and sums.failed.runs >= LEAST_FAILING
        found.append((sums.pf, *limits(sums, two_sided(confidence))) if telling else (np.nan,) * 3)
    value, low, high = np.array(found, dtype=np.float64).T
    return Following(steps, value, low, high)


def reliability_chart(found: Following, estimate: Estimate) -> str:
    """Reliability against runs, with its band, the estimate's own interval and the target."""
    target = estimate.target
    floor = _floor(found, estimate)

    def draw(axes: Any) -> None:
        _grow(axes, found, 100)
        _interval(axes, found, 100 * max(estimate.r_low, floor), 100 * estimate.r_high)
        axes.axhline(100 * target, color=INK, linewidth=0.8, dashes=(4, 3), gid="target")
        axes.set_ylim(100 * floor, 100 + 3 * (1 - floor))
        axes.yaxis.set_major_locator(numbers(6))
        axes.yaxis.set_major_formatter(lambda tick, _: f"{number(tick, 12)} %" if tick <= 100 else "")
        say(axes, f"target {stated_percent(target)}", (0, 100 * target), (3, -3), across=True, va="top")

    after = f"after {count(int(found.runs[-1]))} runs, between {percent(found.low[-1])} and {percent(found.high[-1])}"
    return svg("following", f"Reliability against runs: {after}. The target is {stated_percent(target)}.", WIDE, draw)


def failure_chart(found: Following, estimate: Estimate) -> str:
    """Probability of failure against final runs on a scale of powers of ten, with its band, the estimate's own interval
    and what the target allows."""
    allowed, free = 1 - estimate.target, estimate.model_free_pf_high
    low, high = estimate.pf_low or 0.0, 1.0 if estimate.pf_high is None else estimate.pf_high
    seen = [value for value in (low, estimate.pf, high, allowed, free) if value]
    bottom, top = min(seen) / 4, min(4 * max(seen), 2.0)

    def draw(axes: Any) -> None:
        _grow(axes, found, 1, bottom)
        _interval(axes, found, max(low, bottom), high)
        axes.axhline(allowed, color=INK, linewidth=0.8, dashes=(4, 3), gid="target")
        say(axes, f"the target allows {stated_probability(allowed)}", (0, allowed), (3, 3), across=True)
        if free is not None:
            axes.axhline(free, color=MUTED, linewidth=0.8, dashes=(1, 2), gid="free")
            say(axes, f"plain runs alone: at most {probability_at_most(free)}", (0, free), (3, 3), across=True)
        axes.set_yscale("log")
        axes.set_ylim(bottom, top)
        axes.yaxis.set_major_locator(numbers(decades=True))
        axes.yaxis.set_major_formatter(lambda tick, _: power_of_ten(tick) if tick <= 1 else "")

    between = f"between {probability_at_least(low)} and {probability_at_most(high)}"
    value = "unknown" if estimate.pf is None else probability(estimate.pf)
    label = f"Probability of failure against final runs: after {count(int(found.runs[-1]))}, {value}, {between}."
    return svg("following", f"{label} The target allows {stated_probability(allowed)}.", WIDE, draw)


def _grow(axes: Any, found: Following, factor: float, least: float = 0.0) -> None:
    """Draw the band, the line and its end against runs, on a scale of powers of ten."""
    band = (factor * np.maximum(found.low, least), factor * found.high)
    axes.fill_between(found.runs, *band, color=BLUE, alpha=0.16, linewidth=0)
    axes.plot(found.runs, factor * found.value, color=BLUE)
    axes.plot(found.runs[-1:], factor * found.value[-1:], "o", color=BLUE, markersize=3.5, clip_on=False)
    axes.set_xscale("log")
    told = found.runs[np.isfinite(found.value)]
    axes.set_xlim((told if len(told) else found.runs)[0] * 0.99, found.runs[-1] * 1.01)
    axes.xaxis.set_major_locator(numbers(decades=True))
    axes.xaxis.set_major_formatter(lambda tick, _: count(round(tick)))


def _interval(axes: Any, found: Following, low: float, high: float) -> None:
    """The interval as stated, at the end."""
    axes.vlines(found.runs[-1:], low, high, color=BLUE, linewidth=2.2, clip_on=False, gid="interval")


def _steps(total: int) -> IntArray:
    steps = np.unique(np.geomspace(min(FEWEST_RUNS, total), total, MOST_STEPS).round().astype(np.int64))
    return np.asarray(steps)


def _floor(found: Following, estimate: Estimate) -> float:
    """Where the reliability axis begins: three times as far from one as the lowest there is to see in the end."""
    known = found.value[np.isfinite(found.value)]
    lowest = min(estimate.target, estimate.r_low, float(found.low[-1]), *map(float, known[-1:]))
    return max(0.0, 1 - 3 * (1 - lowest))
