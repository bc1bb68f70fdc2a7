"""What an estimate may be relied on for: `exact`, `conditional` with its assumptions, or `no` with the reason.

Exact needs no assumption about the model.
"""

from typing import Literal, TypeAlias

from proofmark_reliability.designs import LEAST_SCRAMBLES
from proofmark_reliability.protocol import Stated
from proofmark_reliability.tally import Tally

Certified: TypeAlias = Literal["exact", "conditional", "no"]

LEAST_FAILURES = 20
"""With fewer, the t-interval over scrambles covered 74 % instead of 95 %."""
LARGEST_RELATIVE_ERROR = 0.5
"""Of a stated estimate: beyond, the law of its logarithm decides where the bounds lie."""

HYPERCUBE_REASON = (
    "the points of a Latin hypercube are not independent: Clopper-Pearson is not exact for them, "
    "though it was conservative on every problem measured"
)
SCRAMBLES_REASON = "a t-interval over independent scrambles: exact only as their frequencies become normal"
SALTELLI_REASON = "the runs of a Saltelli plan share coordinates: they say how much each parameter matters, not pf"
CUT_SHORT_REASON = "points that depend on one another were cut short by what their runs found or took"
WEIGHED_REASON = (
    "if the final runs visited every region of failure and are enough for the central limit theorem to hold"
)
STATED_REASON = (
    "if the runs visited every region of failure and are enough for the central limit theorem to hold for the "
    "logarithm of the estimate"
)


def scrambles_refusal(failures: tuple[int, ...], counts: Tally) -> str:
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


def stated_refusal(stated: Stated, missing: int) -> str:
    """Say why an estimate that an algorithm states cannot be trusted, or nothing if no sign speaks against it.

    Parameters
    ----------
    stated : Stated
    missing : int
        Runs without an answer, of all.
    """
    if missing:
        return f"{missing} missing runs may have hidden failures from the levels built on them"
    if not 0 < stated.pf <= 1:
        return f"a stated probability of failure must lie between 0 and 1: got {stated.pf:.3g}"
    if not 0 < stated.relative_error <= LARGEST_RELATIVE_ERROR:
        most = f"{LARGEST_RELATIVE_ERROR:.0%}"
        return f"the stated relative error is {stated.relative_error:.0%}: expected at most {most}, and more than none"
    return ""
