"""From counts to the assessment: estimates, margins, causes, and whether anybody could repeat it."""

import numpy as np

from proofmark_aggregator.count import Count
from proofmark_aggregator.estimating import estimates
from proofmark_aggregator.runs import Runs
from proofmark_contracts.assessment import (
    Capability,
    Causes,
    Margin,
    ReliabilityAssessed,
    ReliabilityUpdated,
    Share,
)
from proofmark_contracts.design import Design
from proofmark_reliability.causes import first_causes, sentence
from proofmark_reliability.six_sigma import cp, cpk

NOT_REPRODUCIBLE = {"timeout": "a run timed out", "worker-lost": "workers were lost until the deadline"}


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
        reason=planned.reason if planned else "",
    )


def assessment(count: Count, runs: Runs | None) -> ReliabilityAssessed:
    """The final assessment.

    Parameters
    ----------
    count : Count
        Of everything that counts.
    runs : Runs, optional
        Those that explain it; None where no vector was planned.
    """
    found = estimates(count)
    reasons = [why for status, why in NOT_REPRODUCIBLE.items() if count.missing_by_status.get(status)]
    repeatable = not reasons and not count.cut_short
    if count.stopped:
        reasons.append(count.stopped)
    if count.cut_short and not count.watched:
        found = tuple(e.model_copy(update={"certified": "no", "reason": count.stopped}) for e in found)
    if count.mixed_model:
        told, agrees = _mixed(count)
        reasons.append(told)
        if not agrees:
            found = tuple(e.model_copy(update={"certified": "no", "reason": told}) for e in found)
    nothing = found[0].r is None
    if nothing:
        reasons.append(_without_an_answer(count))
    plan = count.design.reliability
    return ReliabilityAssessed(
        study=count.study,
        outcome="failed" if nothing else "assessed",
        method=plan.method,
        confidence=plan.confidence,
        estimates=found,
        margins=_margins(count),
        causes=causes_of(count, runs),
        batches=count.batches,
        missing_by_status=count.missing_by_status,
        reproducible=repeatable,
        reasons=tuple(reasons),
        rounds=count.rounds,
        settled=count.settled if plan.stop == "settled" else None,
        stopped=count.stopped,
        capabilities=capabilities(count.design, runs),
        parent=count.continues.parent if count.continues else None,
        mixed_model=count.mixed_model,
        full_solutions=count.full_solutions,
    )


def causes_of(count: Count, runs: Runs | None) -> Causes:
    """Which parameters cause the failures: from plain runs, and from weighed ones where there are any."""
    design = count.design
    if runs is None:
        return Causes(method="not-identifiable", sentence="not identifiable: no run was planned")
    chosen = runs.of("plain", "final") if count.weighed else runs.of("plain")
    weights = chosen.log_weights if count.weighed else None
    found = first_causes(
        chosen.vectors, chosen.margins(design), chosen.missing, design.reliability.seed, log_weights=weights
    )
    shares = tuple(Share(parameter=s.parameter, share=s.share, low=s.low, high=s.high) for s in found.shares)
    return Causes(
        method=found.method, shares=shares, sentence=sentence(found, correlated=design.correlations is not None)
    )


def capabilities(design: Design, runs: Runs | None) -> tuple[Capability, ...]:
    """How the spread of each metric over the plain runs compares with its limits."""
    if runs is None:
        return ()
    plain = runs.of("plain")
    found = []
    for asked in design.requirements:
        column = plain.metrics[asked.metric]
        values = column[np.isfinite(column)]
        if len(values) < 2:
            continue
        mean, std = float(values.mean()), float(values.std(ddof=1))
        found.append(
            Capability(
                requirement=asked.name,
                mean=mean,
                std=std,
                cp=cp(std, asked.low, asked.high),
                cpk=cpk(mean, std, asked.low, asked.high),
            )
        )
    return tuple(found)


def _without_an_answer(count: Count) -> str:
    if count.vectors == 0:
        return count.planned.refusal if count.planned else "no run was planned"
    said = ", ".join(f"{runs} {status}" for status, runs in count.missing_by_status.items())
    return f"not one of {count.vectors} runs gave an answer: {said}"


def _mixed(count: Count) -> tuple[str, bool]:
    """How runs of two models came together, and whether the sample that ran again bears it out."""
    assert count.continues is not None
    parent = count.continues.parent
    if count.checked == 0:
        return f"mixed model: no run of {parent} with an answer ran again to see whether the model says the same", False
    if count.disagreed:
        told = f"{count.disagreed} of {count.checked} runs of {parent} that ran again say something else"
        return f"mixed model: {told}", False
    return f"mixed model: good runs are those of {parent}; {count.checked} of them ran again and agree", True


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
