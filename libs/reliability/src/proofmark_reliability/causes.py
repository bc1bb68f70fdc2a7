"""First causes: which parameters make runs fail, and how sure that is.

With a surrogate that predicts the failures, shares are total Sobol indices of the failure indicator, divided by their
sum. A total index counts an interaction for every parameter in it, so for rare failures all of them are large; the
shares say how they compare. Otherwise shares compare the failed runs' values of each parameter with the safe runs':
squared Kolmogorov-Smirnov distances, or squared mean shifts, beyond what chance gives, divided by their sum. Under five
failures nothing is said. Shares add up to one; intervals are 95 % bootstrap intervals over the failed runs, with the
surrogate held fixed: they do not know its own error.

Requirements are fitted apart and only the signs of their margins meet, so their units do not matter. Where parameters
are correlated, a share is the effect of changing that parameter alone while its partners stay. Runs drawn from another
density than the parameters' own carry weights, and shares are those of failures as they would really happen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from proofmark_reliability.arrays import BoolArray, FloatArray
from proofmark_reliability.bootstrap import resample_counts
from proofmark_reliability.comparison import compare
from proofmark_reliability.errors import OutOfRange, WrongShape
from proofmark_reliability.excerpt import Excerpt, excerpt
from proofmark_reliability.explaining import LEAST_TYPICAL, explaining
from proofmark_reliability.prediction import predicting
from proofmark_reliability.sentences import Part, not_ahead_of, sensitive
from proofmark_reliability.surrogate import rescues
from proofmark_reliability.weights import effective

CausesMethod: TypeAlias = Literal[
    "surrogate-target-sobol", "kolmogorov-smirnov", "mean-shift", "form-importance", "not-identifiable"
]

LEAST_FAILURES = 5
RESAMPLES = 200
NOTABLE_SHIFT = 0.5
"""Standard deviations from which a sentence says on which side the failed runs lie."""
SHARED: dict[CausesMethod, str] = {
    "surrogate-target-sobol": "the failures' variance (total indices, shares of their sum)",
    "kolmogorov-smirnov": "the difference between failed and safe runs",
    "mean-shift": "the squared shift between the means of failed and safe runs",
    "form-importance": "the squared distance to the most probable failure (FORM)",
}
"""What the shares of each method are shares of."""


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
    reason: str = ""
    """Why nothing is identified although there are failures enough; empty if the counts say it."""


def first_causes(
    parameters: Mapping[str, FloatArray],
    margins: FloatArray,
    missing: BoolArray,
    seed: int,
    log_weights: FloatArray | None = None,
) -> Causes:
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
    log_weights : (n,) float array, optional
        Log of the parameters' own density over the one that each run was drawn from, zero for plain runs. Some plain
        runs should be among them: they show which values the parameters take when nothing fails.

    Raises
    ------
    WrongShape
        Missing runs or weights are not one for each run.
    OutOfRange
        A weight is infinite or NaN.
    """
    study = explaining(margins, missing, log_weights)
    runs, failures = int(study.answered.sum()), int(study.violating.sum())
    nothing = Causes("not-identifiable", (), runs, failures)
    if min(failures, runs - failures) < LEAST_FAILURES or not parameters:
        return nothing
    if (worth := effective(study.weights[study.failed])) < LEAST_FAILURES:
        return replace(nothing, reason=f"weighed, the failures are worth {worth:.1f}, and {LEAST_FAILURES} are needed")
    if (worth := effective(study.weights[study.passed])) < min(LEAST_TYPICAL, runs - failures):
        reason = f"weighed, the safe runs are worth {worth:.1f} plain ones, and {LEAST_TYPICAL} are needed"
        return replace(nothing, reason=reason)

    chosen = excerpt(parameters.values(), margins, study)
    failing, safe = chosen.failing, chosen.safe
    resamples = resample_counts(seed, len(failing.values), RESAMPLES)
    rescued = _rescued(chosen)
    method: CausesMethod
    if rescued is not None:
        method, effects, resampled = "surrogate-target-sobol", rescued.sum(axis=0), resamples @ rescued
    else:
        method, effects, resampled = compare(failing.values, safe.values, resamples, failing.weights, safe.weights)
    if not effects.any():
        return nothing
    return Causes(method, _shares(tuple(parameters), effects, resampled, failing.mean - safe.mean), runs, failures)


def importance_factors(parameters: Sequence[str], alpha: FloatArray, beta: float) -> tuple[Share, ...]:
    """Return the importance factors of FORM as shares: the squares of the direction to the most probable failure.

    They rest on one design point and a linear limit state there, so their source must be said and they have no
    interval: low and high are the share itself.

    Parameters
    ----------
    parameters : (d,) names
    alpha : (d,) float array
        Direction from the origin to the design point in independent standard-normal space; its length does not matter.
    beta : float
        Distance of the design point.

    Raises
    ------
    WrongShape
        Not one component for each parameter.
    OutOfRange
        A direction of length zero, or not finite.

    References
    ----------
    Hasofer & Lind (1974), J. Eng. Mech. Div. 100(1).
    """
    if alpha.shape != (len(parameters),):
        raise WrongShape("alpha", (len(parameters),), alpha.shape)
    length = float(np.sqrt((alpha**2).sum()))
    if not 0 < length < np.inf:
        raise OutOfRange("length of alpha", "> 0 and finite", length)
    shares = (alpha / length) ** 2
    return tuple(
        Share(parameters[j], *(float(shares[j]),) * 3, float(beta * alpha[j] / length))
        for j in np.argsort(-shares, kind="stable")
    )


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
    leader, *others = (Part(share.parameter, share.share, share.low, share.high) for share in causes.shares)
    said = sensitive(leader, SHARED[causes.method])
    shift = causes.shares[0].shift
    if abs(shift) >= NOTABLE_SHIFT:
        said += f"; failed runs have it {'high' if shift > 0 else 'low'}"
    said += not_ahead_of(leader, others)
    if correlated:
        said += "; parameters are correlated, so each share is for changing that parameter alone"
    return said


def _rescued(chosen: Excerpt) -> FloatArray | None:
    """Return what redrawing each parameter does to the failed runs, weighed; None if no surrogate predicts failures."""
    for view in _views(chosen):
        surrogates = predicting(view.values, view.margins, view.failed, view.represents, view.fittable)
        if surrogates is not None:
            failing = view.failing
            found = rescues(surrogates, failing.values, view.margins[view.asked], view.redraws)
            return found * failing.weights[:, np.newaxis]
    return None


def _views(chosen: Excerpt) -> Iterator[Excerpt]:
    yield chosen
    yield chosen.by_scores()


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
    if causes.reason:
        return f"not identifiable: {counts}; {causes.reason}"
    return f"not identifiable: {counts}, and no parameter by itself tells them from the others"
