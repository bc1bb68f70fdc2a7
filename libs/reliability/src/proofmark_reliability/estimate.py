"""The estimate: reliability, its bounds, and whether they may be relied on; a function of counts and sums alone.

Missing runs are counted both ways, so that every bound holds whichever way they would have gone: as failures for lower
bounds on reliability, as passes for upper ones.

A study may judge several groups. Rejecting it means that some group misses its target, a union of claims, so the error
of the upper bounds is shared over the groups (Bonferroni). Approving it means that every group reaches its target: the
study can be approved wrongly only if some group below target is, so each test at full level suffices
(intersection-union test, Berger 1982, Technometrics 24(4)) and lower bounds share nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from proofmark_reliability.certificates import Certified
from proofmark_reliability.errors import WrongShape
from proofmark_reliability.evidence import Evidence, Plain, basis_of, model_free_high
from proofmark_reliability.intervals import require_confidence, two_sided
from proofmark_reliability.tally import Group, Tally


@dataclass(frozen=True)
class Estimate:
    """Reliability of one group of requirements."""

    name: str
    target: float
    samples: int
    failures: int
    missing: int
    r: float | None
    """1 - pf; None where no run answered."""
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
    pf: float | None
    """Probability of failure: of plain runs, failures / answered runs; None where no run answered."""
    pf_low: float
    pf_high: float
    """Two-sided interval of pf at the confidence asked for, of full precision where 1 - r_high has lost it."""
    model_free_pf_high: float | None
    """One-sided: pf is at most this, at the confidence asked for, whatever the model, from plain runs alone; None where
    there are none, or their points depend on one another in a way that bounds nothing."""


def assess(
    judged: Sequence[Group], counts: Tally, method: str, confidence: float, evidence: Evidence | None = None
) -> tuple[Estimate, ...]:
    """Return the estimate of each group.

    Parameters
    ----------
    judged : groups
        Those that the counts were made for, in the same order.
    counts : Tally
        Of all plain vectors so far.
    method : str
        What planned the vectors: one of `designs.METHODS`, or an adaptive algorithm, whose plain runs are independent.
    confidence : float
        Strictly between 0 and 1.
    evidence : Evidence, optional
        Of a study that was watched, or that has other than plain runs.

    Raises
    ------
    OutOfRange
        Confidence is not strictly between 0 and 1.
    WrongShape
        Not one sum of weights for each group.
    """
    require_confidence(confidence)
    evidence = evidence or Evidence()
    if evidence.weighed and len(evidence.weighed) != len(judged):
        raise WrongShape("weighed", (len(judged),), (len(evidence.weighed),))
    shared = 1 - (1 - confidence) / max(1, len(judged))
    spent = evidence.spent or counts
    found = []
    for number, group in enumerate(judged):
        plain = Plain.of(counts, number)
        basis = basis_of(plain, number, counts, method, confidence, evidence)
        samples, missing = sum(spent.samples), sum(spent.missing)
        pf = basis.pf if samples > missing else None
        low, high = basis.bounds.at_least(two_sided(confidence)), basis.bounds.at_most(two_sided(confidence))
        found.append(
            Estimate(
                name=group.name,
                target=group.target,
                samples=samples,
                failures=sum(spent.failures[number]),
                missing=missing,
                r=None if pf is None else 1 - pf,
                r_low=1 - high,
                r_high=1 - low,
                bound_low=1 - basis.bounds.at_most(confidence),
                bound_high=1 - basis.bounds.at_least(shared),
                certified=basis.certified,
                reason=basis.reason,
                pf=pf,
                pf_low=low,
                pf_high=high,
                model_free_pf_high=model_free_high(plain, method, confidence, evidence.watched),
            )
        )
    return tuple(found)
