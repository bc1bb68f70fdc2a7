"""First causes: which parameters make runs fail, and how sure that is.

With at least 20 failures and a quadratic surrogate that predicts them, shares are total Sobol indices of the failure
indicator, divided by their sum. A total index counts an interaction for every parameter in it, so for rare failures
all of them are large; the shares say how they compare. Otherwise shares compare the failed runs' values of each
parameter with the safe runs': squared Kolmogorov-Smirnov distances beyond what chance gives, divided by their sum.
Under five failures nothing is said. Shares add up to one; intervals are 95 % bootstrap intervals over the failed runs,
with the surrogate held fixed: they do not know its own error.

Requirements are fitted apart and only the signs of their margins meet, so their units do not matter. Where parameters
are correlated, a share is the effect of changing that parameter alone while its partners stay.

A large study is explained from its first 20,000 answered runs and its first 1,000 failures, each kind weighed by how
many it stands for: more would move no share by more than its interval. Vectors are exchangeable, so the first are as
good as any, and the same whatever happened when.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from proofmark_reliability.arrays import BoolArray, FloatArray
from proofmark_reliability.bootstrap import resample_counts
from proofmark_reliability.kolmogorov import distance_effects
from proofmark_reliability.surrogate import agreement, coefficients, fit, rescues
from proofmark_reliability.tally import answered

CausesMethod: TypeAlias = Literal["surrogate-target-sobol", "kolmogorov-smirnov", "not-identifiable"]

LEAST_FAILURES = 5
LEAST_FAILURES_FOR_SURROGATE = 20
LEAST_AGREEMENT = 0.6
"""Jaccard index of predicted and true failures; above it, shares on the reference problems are right within 0.08."""
RUNS_PER_COEFFICIENT = 3
MOST_RUNS = 20_000
MOST_FAILURES = 1_000
MOST_TERMS = 5_000_000
"""Runs times coefficients of the surrogate, about 0.1 s of fitting: many parameters are fitted on fewer runs."""
REDRAWN_AT = (np.arange(64) + 0.5) / 64
"""Probabilities whose quantiles stand for all the values a parameter takes."""
RESAMPLES = 200
NOTABLE_SHIFT = 0.5
"""Standard deviations from which a sentence says on which side the failed runs lie."""


@dataclass(frozen=True)
class Share:
    """One parameter's part in the failures."""

    parameter: str
    share: float
    low: float
    high: float
    shift: float
    """Mean of the failed runs less that of the safe ones, in standard deviations of the parameter."""


@dataclass(frozen=True)
class Causes:
    """Which parameters cause the failures."""

    method: CausesMethod
    shares: tuple[Share, ...]
    """Largest first; empty if not identifiable."""
    runs: int
    """Answered runs."""
    failures: int


def first_causes(parameters: Mapping[str, FloatArray], margins: FloatArray, missing: BoolArray, seed: int) -> Causes:
    """Attribute failures to parameters.

    Parameters
    ----------
    parameters : mapping to (n,) float arrays
        The random parameters' columns, in any units.
    margins : (n, requirements) float array
        Negative is a violation; a run fails if any is. Each column in its own unit.
    missing : (n,) bool array
        Runs without an answer; a NaN margin makes a run missing as well. They are left out.
    seed : int
        Of the bootstrap.
    """
    counted = answered(margins, missing)
    failed = counted & (margins < 0).any(axis=1)
    runs, failures = int(counted.sum()), int(failed.sum())
    if min(failures, runs - failures) < LEAST_FAILURES or not parameters:
        return Causes("not-identifiable", (), runs, failures)

    wanted = coefficients(len(parameters))
    fittable = min(MOST_RUNS, MOST_TERMS // wanted, runs)
    enough = failures >= LEAST_FAILURES_FOR_SURROGATE and fittable >= RUNS_PER_COEFFICIENT * wanted
    reference = np.flatnonzero(counted)[: fittable if enough else MOST_RUNS]
    extremes = [np.flatnonzero(kind)[:MOST_FAILURES] for kind in (failed, counted & ~failed)]
    rows = np.union1d(reference, np.concatenate(extremes))
    among = failed[rows]

    values = np.column_stack([column[rows] for column in parameters.values()])
    typical = np.isin(rows, reference)
    values -= values[typical].mean(axis=0)
    values /= np.where(np.ptp(values[typical], axis=0) > 0, values[typical].std(axis=0), 1)
    redraws = np.quantile(values[typical], REDRAWN_AT, axis=0)
    failing = values[among][:MOST_FAILURES]
    resamples = resample_counts(seed, len(failing), RESAMPLES)
    rescued = _rescued(values, redraws, margins[rows], among, failures / runs) if enough else None
    method: CausesMethod
    if rescued is not None:
        method, effects, resampled = "surrogate-target-sobol", rescued.sum(axis=0), resamples @ rescued
    else:
        method = "kolmogorov-smirnov"
        effects, resampled = distance_effects(failing, values[~among], resamples)
    if not effects.any():
        return Causes("not-identifiable", (), runs, failures)
    shift = failing.mean(axis=0) - values[~among].mean(axis=0)
    return Causes(method, _shares(tuple(parameters), effects, resampled, shift), runs, failures)


def sentence(causes: Causes, correlated: bool = False) -> str:
    """Say in plain words what the causes are, and what the shares are shares of.

    Parameters
    ----------
    causes : Causes
    correlated : bool
        Whether any two parameters are correlated.
    """
    if causes.method == "not-identifiable":
        return _not_identifiable(causes)
    leader = causes.shares[0]
    degree = "highly sensitive" if leader.share >= 0.5 else "most sensitive"
    of = (
        "the failures' variance (total indices, shares of their sum)"
        if causes.method == "surrogate-target-sobol"
        else "the difference between failed and safe runs"
    )
    said = f"{degree} to {_plain(leader.parameter)}: {_percent(leader)} of {of}"
    if abs(leader.shift) >= NOTABLE_SHIFT:
        said += f"; failed runs have it {'high' if leader.shift > 0 else 'low'}"
    rivals = [share for share in causes.shares[1:] if share.high >= leader.low]
    if rivals:
        listed = ", ".join(f"{_plain(rival.parameter)} {_percent(rival)}" for rival in rivals)
        said += f"; not clearly ahead of {listed}"
    if correlated:
        said += "; parameters are correlated, so each share is for changing that parameter alone"
    return said


def _rescued(
    values: FloatArray, redraws: FloatArray, margins: FloatArray, failed: BoolArray, frequency: float
) -> FloatArray | None:
    """Return what redrawing each parameter does to the first failed runs; None if no surrogate predicts failures."""
    violated = margins[:, (margins[failed] < 0).any(axis=0)]
    if not np.isfinite(violated).all():
        return None
    fits = [fit(values, column) for column in violated.T]
    weights = np.where(failed, frequency / failed.sum(), (1 - frequency) / (~failed).sum())
    if agreement(fits, failed, weights) < LEAST_AGREEMENT:
        return None
    return rescues(fits, values[failed][:MOST_FAILURES], violated[failed][:MOST_FAILURES], redraws)


def _shares(names: tuple[str, ...], effects: FloatArray, resampled: FloatArray, shift: FloatArray) -> tuple[Share, ...]:
    shares = effects / effects.sum()
    totals = resampled.sum(axis=1, keepdims=True)
    spread = np.divide(resampled, totals, out=np.zeros_like(resampled), where=totals > 0)
    low, high = np.quantile(spread, (0.025, 0.975), axis=0)
    # a percentile interval need not hold the estimate itself; stated together they must
    low, high = np.minimum(low, shares), np.maximum(high, shares)
    return tuple(
        Share(names[j], float(shares[j]), float(low[j]), float(high[j]), float(shift[j]))
        for j in np.argsort(-shares, kind="stable")
    )


def _not_identifiable(causes: Causes) -> str:
    counts = f"{causes.failures:,} of {causes.runs:,} runs failed"
    if causes.failures < LEAST_FAILURES:
        return f"not identifiable: {counts}, and fewer than {LEAST_FAILURES} failures do not show their causes"
    if causes.runs - causes.failures < LEAST_FAILURES:
        return f"not identifiable: {counts}, which leaves too few to compare them with"
    return f"not identifiable: {counts}, and no parameter by itself tells them from the others"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _percent(share: Share) -> str:
    return f"{100 * share.share:.0f} % [{100 * share.low:.0f}, {100 * share.high:.0f}]"
