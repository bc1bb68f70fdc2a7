"""What a study's estimate may be relied on for, how its runs were spent, and where they come from: in plain words."""

from collections.abc import Iterable, Iterator

import numpy as np

from proofmark_contracts.assessment import Estimate, ReliabilityAssessed
from proofmark_contracts.design import ReliabilityPlan
from proofmark_contracts.study import StudyOpened
from proofmark_reliability.weighing import weighed
from proofmark_reporter.quantities import count, number, probability, stated_percent
from proofmark_reporter.runs import Runs
from proofmark_reporter.wording import without

MIXED = "mixed model: "
"""How a reason begins that says how runs of two models came together."""
CERTIFICATES = {"exact": "Exact", "conditional": "On condition", "no": "Not certified"}


def certificates(estimates: Iterable[Estimate], confidence: float) -> list[tuple[str, str, str]]:
    """The certificates, in words: what they are of, their kind, what they say; those that say the same together."""
    names: dict[tuple[str, str], list[str]] = {}
    for e in estimates:
        names.setdefault((e.certified, certificate(e, confidence)), []).append(e.name)
    return [(", ".join(of), kind, told) for (kind, told), of in names.items()]


def certificate(e: Estimate, confidence: float) -> str:
    """Say on what the bounds rest, and what holds without it."""
    alone = f"Without any assumption, {without(e)} ({stated_percent(confidence)} confidence)."
    match e.certified:
        case "exact":
            return "The bounds assume nothing about the model: whatever it does, they hold at the confidence stated."
        case "conditional":
            condition = e.reason if e.reason.startswith("if ") else f"with this caveat: {e.reason}"
            return f"The bounds hold {condition}. {alone}"
        case "no":
            said = f"No verdict rests on these numbers: {e.reason}."
            return said if e.model_free_pf_high is None else f"{said} {alone}"


def spending(plan: ReliabilityPlan, assessed: ReliabilityAssessed) -> str:
    """Say how many of the runs that were allowed were used, and why it ended there."""
    used, allowed = assessed.estimates[0].samples, plan.samples
    if assessed.stopped:
        left = f"; of the {count(allowed)} that were allowed, {count(allowed - used)} were not run"
        return f"{assessed.stopped[:1].upper()}{assessed.stopped[1:]}{left if used < allowed else ''}."
    spent = f"all {count(used)} runs" if used >= allowed else f"{count(used)} of the {count(allowed)} runs allowed"
    if plan.stop == "settled":
        return f"The study was to stop once its verdict was settled; {spent} left it open."
    if plan.stop == "width":
        return f"The study was to stop once its interval was narrow enough; {spent} were used."
    return f"{spent[:1].upper()}{spent[1:]} were used."


def origin(opened: StudyOpened, assessed: ReliabilityAssessed) -> Iterator[str]:
    """Say from which study runs were taken over, and whether its model was another one."""
    if opened.continues is None or assessed.parent is None:
        return
    parent = assessed.parent
    if opened.continues.purpose == "extend":
        yield f"This study goes on from {parent}, under the sequence that one was planned with: its runs count here."
    else:
        yield f"This study takes over the runs of {parent} that had an answer, and ran again those that had none."
    if assessed.mixed_model:
        checked = "; ".join(reason.removeprefix(MIXED) for reason in assessed.reasons if reason.startswith(MIXED))
        yield f"Mixed model: {parent} ran another one. {checked[:1].upper()}{checked[1:]}."


def weighing(runs: Runs, members: tuple[int, ...]) -> str:
    """Say how good the final runs' weights are."""
    chosen = runs.final
    failed, missing = runs.failed(members)[chosen], ~runs.answered[chosen]
    sums = weighed(runs.log_weight[chosen], failed, missing)
    told = f"{count(sums.failed.runs)} of {count(sums.runs)} final runs failed"
    if not sums.failed.weight:
        return f"{told}, so their weights estimate nothing."
    share = sums.failed.largest / sums.failed.weight
    return (
        f"{told}. By their weights they tell as much as {number(sums.failed.effective, 3)} equal ones would; the "
        f"heaviest run makes up {number(100 * share, 2)} % of the estimate, and the mean weight, one in theory, is "
        f"{number(sums.weight / sums.runs, 3)}."
    )


def both_ways(runs: Runs, members: tuple[int, ...], by_weight: bool) -> str:
    """Say what the estimate would be had all missing runs passed, and had all of them failed."""
    chosen = runs.final if by_weight else runs.plain
    failed, missing = runs.failed(members)[chosen], ~runs.answered[chosen]
    if not missing.any():
        return ""
    weights = np.exp(runs.log_weight[chosen])
    least, most = (float(weights[rows].sum()) / len(weights) for rows in (failed, failed | missing))
    whose = "final runs" if by_weight else "runs"
    return (
        f"Had all the missing {whose} passed, the estimate of pf would be {probability(least)}; had all of them "
        f"failed, {probability(min(1.0, most))}."
    )
