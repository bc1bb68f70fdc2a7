"""From counts to the assessment: estimates, margins, causes, and whether anybody could repeat it."""

from dataclasses import asdict

import numpy as np

from proofmark_aggregator.count import Count
from proofmark_aggregator.counting import FloatArray, Metrics, Status, judged, margins_of
from proofmark_contracts.assessment import (
    Causes,
    Estimate,
    Margin,
    ReliabilityAssessed,
    ReliabilityUpdated,
    Share,
)
from proofmark_reliability.causes import first_causes, sentence
from proofmark_reliability.estimate import assess

NOT_REPRODUCIBLE = {"timeout": "a run timed out", "worker-lost": "workers were lost until the deadline"}


def estimates(count: Count) -> tuple[Estimate, ...]:
    """The estimate of the system, then of each requirement with a target of its own."""
    plan = count.design.reliability
    found = assess(judged(count.design), count.tally, plan.method, plan.confidence)
    return tuple(Estimate.model_validate(asdict(estimate)) for estimate in found)


def update(count: Count) -> ReliabilityUpdated:
    """The estimate as it stands."""
    system = estimates(count)[0]
    planned = count.planned
    rest = sum(planned.chunks[count.chunk :]) if planned else 0
    return ReliabilityUpdated(
        study=count.study,
        samples=system.samples,
        planned=max(count.design.reliability.samples, system.samples + rest),
        failures=system.failures,
        missing=system.missing,
        r_low=system.r_low,
        r_high=system.r_high,
        cpu_s=count.cpu_s,
        logs=count.logs,
    )


def assessment(count: Count, causes: Causes, stopped: str | None) -> ReliabilityAssessed:
    """The final assessment. `stopped` says why the plan was not carried out to its end, if it was not."""
    found = estimates(count)
    reasons = [why for status, why in NOT_REPRODUCIBLE.items() if count.missing_by_status.get(status)]
    if stopped is not None:
        reasons.append(stopped)
        found = tuple(e.model_copy(update={"certified": "no", "reason": stopped}) for e in found)
    nothing = found[0].r is None
    if nothing:
        told = ", ".join(f"{runs} {status}" for status, runs in count.missing_by_status.items())
        reasons.append(f"not one of {count.vectors} runs gave an answer: {told}")
    return ReliabilityAssessed(
        study=count.study,
        outcome="failed" if nothing else "assessed",
        method=count.design.reliability.method,
        confidence=count.design.reliability.confidence,
        estimates=found,
        margins=_margins(count),
        causes=causes,
        batches=count.batches,
        missing_by_status=count.missing_by_status,
        reproducible=not any(count.missing_by_status.get(status) for status in NOT_REPRODUCIBLE) and stopped is None,
        reasons=tuple(reasons),
    )


def causes_of(count: Count, vectors: dict[str, FloatArray], metrics: Metrics, status: Status) -> Causes:
    """Which parameters cause the failures, from the vectors and outcomes of a batch."""
    design = count.design
    margins = margins_of(design, metrics, len(status))
    found = first_causes(vectors, margins, status != 0, design.reliability.seed)
    shares = tuple(Share(parameter=s.parameter, share=s.share, low=s.low, high=s.high) for s in found.shares)
    return Causes(
        method=found.method, shares=shares, sentence=sentence(found, correlated=design.correlations is not None)
    )


def _margins(count: Count) -> tuple[Margin, ...]:
    return tuple(
        Margin(
            requirement=requirement.name,
            failures=fared.failures,
            sole_cause=fared.sole_cause,
            worst=None if fared.worst is None or not np.isfinite(fared.worst) else fared.worst,
            worst_vector=fared.worst_vector,
        )
        for requirement, fared in zip(count.design.requirements, count.tally.requirements, strict=True)
    )
