"""When a study stops before its plan does: the first vector, look or chunk at which its rule fires."""

import numpy as np

from proofmark_aggregator.count import Count
from proofmark_aggregator.counting import OK, Metrics, Status, counted, judged
from proofmark_aggregator.estimating import confidence_of_each, estimates, plain_tally
from proofmark_reliability.stopping import narrow, settled
from proofmark_reliability.tally import margins_of

SETTLED = "the verdict is settled"
NARROW = "the interval is narrow enough"


def watched(count: Count, metrics: Metrics, status: Status) -> Count:
    """Count the next vectors, up to the one at which the study stops; those behind it are as if they had never run."""
    plan = count.design.reliability
    if not count.watched or plan.stop not in ("settled", "width"):
        return counted(count, metrics, status)
    margins, missing = margins_of(count.design.limits, metrics), np.asarray(status != OK)
    before, groups, confidence = plain_tally(count), judged(count.design), confidence_of_each(count)
    if plan.stop == "settled":
        at = settled(margins, missing, before, groups, confidence)
    else:
        assert plan.width is not None
        at = narrow(margins, missing, before, groups, confidence, plan.width)
    if at is None:
        return counted(count, metrics, status)
    after = counted(count, {name: column[: at + 1] for name, column in metrics.items()}, status[: at + 1])
    return stopped(after, plan.stop)


def looked_at(count: Count) -> Count:
    """Hold the weighed estimate of a completed batch to the rule: a look, planned before the first of them."""
    plan = count.design.reliability
    found = estimates(count)
    certified = all(estimate.certified != "no" for estimate in found)
    approved = all(estimate.bound_low >= estimate.target for estimate in found)
    rejected = any(estimate.bound_high < estimate.target for estimate in found)
    if plan.stop == "settled" and certified and (approved or rejected):
        return stopped(count, "settled")
    return count


def within_budget(count: Count) -> Count:
    """Stop a study that has used up the CPU time it was given, with vectors left to run."""
    budget_s = count.design.reliability.budget_cpu_s
    if budget_s is None or count.cpu_s <= budget_s or count.vectors >= count.design.reliability.samples:
        return count
    told = f"stopped by its budget of {budget_s:g} CPU seconds after {count.vectors} runs"
    return count.model_copy(update={"stopped": told, "cut_short": True})


def stopped(count: Count, rule: str) -> Count:
    """The study ends with the vectors counted so far."""
    told = f"{SETTLED if rule == 'settled' else NARROW} after {count.vectors:,} runs"
    return count.model_copy(update={"stopped": told, "settled": rule == "settled"})
