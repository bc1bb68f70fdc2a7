"""What the counts say about reliability, by the rules of the plan."""

from dataclasses import asdict, replace
from itertools import compress

from proofmark_aggregator.count import Count
from proofmark_aggregator.counting import judged
from proofmark_contracts.assessment import Estimate
from proofmark_reliability.estimate import assess
from proofmark_reliability.evidence import Evidence
from proofmark_reliability.protocol import Stated
from proofmark_reliability.tally import Tally


def estimates(count: Count) -> tuple[Estimate, ...]:
    """The estimate of the system, then of each requirement with a target of its own."""
    plan, planned = count.design.reliability, count.planned
    stated = planned.stated if planned else None
    evidence = Evidence(
        spent=count.tally,
        watched=plan.stop != "samples",
        weighed=count.weighed,
        looks=planned.looks if planned else 1,
        stated=Stated(stated.pf, stated.relative_error) if stated else None,
        refusal=planned.refusal if planned else "",
    )
    found = assess(judged(count.design), plain_tally(count), plan.method, confidence_of_each(count), evidence)
    return tuple(Estimate.model_validate(asdict(estimate)) for estimate in found)


def plain_tally(count: Count) -> Tally:
    """The counts of the plain blocks alone."""
    whole = count.tally
    return replace(
        whole,
        samples=tuple(compress(whole.samples, count.plain)),
        missing=tuple(compress(whole.missing, count.plain)),
        failures=tuple(tuple(compress(blocks, count.plain)) for blocks in whole.failures),
    )


def confidence_of_each(count: Count) -> float:
    """The confidence that each statement needs.

    A study that may be settled by its plain runs, and failing that by weighed ones, makes two; the error is shared.
    """
    plan = count.design.reliability
    if plan.method == "auto" and plan.stop != "samples":
        return (1 + plan.confidence) / 2
    return plan.confidence
