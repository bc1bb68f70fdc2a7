"""The estimate: reliability, its bounds, and whether they may be relied on; a function of counts alone.

Missing runs are counted both ways, so that every bound holds whichever way they would have gone: as failures for lower
bounds on reliability, as passes for upper ones.

A study may judge several groups. Rejecting it means that some group misses its target, a union of claims, so the error
of the upper bounds is shared over the groups (Bonferroni). Approving it means that every group reaches its target: the
study can be approved wrongly only if some group below target is, so each test at full level suffices
(intersection-union test, Berger 1982, Technometrics 24(4)) and lower bounds share nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from proofmark_reliability.designs import LEAST_SCRAMBLES, Method
from proofmark_reliability.intervals import lower_limit, t_limits, two_sided, upper_limit
from proofmark_reliability.tally import Group, Tally

Certified: TypeAlias = Literal["exact", "conditional", "no"]

LEAST_FAILURES = 20
"""With fewer, the t-interval over scrambles covered 74 % instead of 95 %."""

HYPERCUBE_REASON = (
    "the points of a Latin hypercube are not independent: Clopper-Pearson is not exact for them, "
    "though it was conservative on every problem measured"
)
SCRAMBLES_REASON = "a t-interval over independent scrambles: exact only as their frequencies become normal"


@dataclass(frozen=True)
class Estimate:
    """Reliability of one group of requirements."""

    name: str
    target: float
    samples: int
    failures: int
    missing: int
    r: float | None
    """1 - failures / answered runs; None where no run answered."""
    r_low: float
    r_high: float
    """Two-sided interval at the confidence asked for."""
    bound_low: float
    """One-sided: R is at least this, at the confidence asked for."""
    bound_high: float
    """One-sided: R is at most this, at the confidence asked for, shared over all groups of the study."""
    certified: Certified
    reason: str
    """Why it is not certified, or on what condition; empty if exact."""


def assess(judged: Sequence[Group], counts: Tally, method: Method, confidence: float) -> tuple[Estimate, ...]:
    """Return the estimate of each group.

    Parameters
    ----------
    judged : groups
        Those that the counts were made for, in the same order.
    counts : Tally
        Of all vectors so far.
    method : str
        The design that the vectors come from.
    confidence : float
        Strictly between 0 and 1.

    Raises
    ------
    OutOfRange
        Confidence is not strictly between 0 and 1.
    """
    shared = 1 - (1 - confidence) / max(1, len(judged))
    return tuple(
        _estimate(group, failures, counts, method, confidence, shared)
        for group, failures in zip(judged, counts.failures, strict=True)
    )


def _estimate(
    group: Group, failures: tuple[int, ...], counts: Tally, method: Method, confidence: float, shared: float
) -> Estimate:
    samples, failed, missing = sum(counts.samples), sum(failures), sum(counts.missing)
    certified, reason = _certificate(method, failures, counts)
    between_scrambles = method == "sobol" and certified != "no"
    limits = _Scrambles(failures, counts) if between_scrambles else _Runs(failed, missing, samples)
    return Estimate(
        name=group.name,
        target=group.target,
        samples=samples,
        failures=failed,
        missing=missing,
        r=1 - failed / (samples - missing) if samples > missing else None,
        r_low=limits.r_at_least(two_sided(confidence)),
        r_high=limits.r_at_most(two_sided(confidence)),
        bound_low=limits.r_at_least(confidence),
        bound_high=limits.r_at_most(shared),
        certified=certified,
        reason=reason,
    )


def _certificate(method: Method, failures: tuple[int, ...], counts: Tally) -> tuple[Certified, str]:
    if method == "monte-carlo":
        return "exact", ""
    if method == "latin-hypercube":
        return "conditional", HYPERCUBE_REASON
    refusal = _scrambles_refusal(failures, counts)
    if refusal:
        return "no", f"{refusal}; Clopper-Pearson is shown instead, which scrambled Sobol points do not warrant"
    return "conditional", SCRAMBLES_REASON


def _scrambles_refusal(failures: tuple[int, ...], counts: Tally) -> str:
    """Say why the spread between scrambles cannot be trusted, or nothing if it can."""
    if len(counts.samples) < LEAST_SCRAMBLES:
        return f"a t-interval needs at least {LEAST_SCRAMBLES} scrambles: got {len(counts.samples)}"
    if len(set(counts.samples)) > 1 or 0 in counts.samples:
        return "the runs end inside a scramble"
    passes = tuple(
        size - failed - missing for size, failed, missing in zip(counts.samples, failures, counts.missing, strict=True)
    )
    for outcome, blocks in (("failures", failures), ("passes", passes)):
        if sum(blocks) < LEAST_FAILURES:
            return f"a t-interval over scrambles needs at least {LEAST_FAILURES} {outcome}: got {sum(blocks)}"
        if 0 in blocks:
            return f"a t-interval needs {outcome} in every scramble: {blocks.count(0)} of {len(blocks)} have none"
    return ""


@dataclass(frozen=True)
class _Runs:
    """Limits from runs taken as independent."""

    failures: int
    missing: int
    samples: int

    def r_at_least(self, confidence: float) -> float:
        return 1 - upper_limit(self.failures + self.missing, self.samples, confidence)

    def r_at_most(self, confidence: float) -> float:
        return 1 - lower_limit(self.failures, self.samples, confidence)


@dataclass(frozen=True)
class _Scrambles:
    """Limits from independent blocks of equal size."""

    failures: tuple[int, ...]
    counts: Tally

    def r_at_least(self, confidence: float) -> float:
        worst = tuple(failed + missing for failed, missing in zip(self.failures, self.counts.missing, strict=True))
        return 1 - t_limits(worst, self.counts.samples, confidence)[1]

    def r_at_most(self, confidence: float) -> float:
        return 1 - t_limits(self.failures, self.counts.samples, confidence)[0]
