"""The rule: what the estimates permit to say. Comparisons of numbers that others measured."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal

from proofmark_contracts.assessment import Estimate
from proofmark_contracts.custody import Verdict

DECIMALS = 6
SEVERITY: tuple[Verdict, ...] = ("rejected", "not-proven", "approved")


@dataclass(frozen=True)
class Decision:
    verdict: Verdict
    reasons: tuple[str, ...]
    """One sentence for each estimate that the verdict rests on."""


def decide(
    estimates: Sequence[Estimate],
    confidence: float,
    accept: Literal["exact", "conditional"],
    model_free_within: float,
) -> Decision:
    """Approve if every lower bound reaches its target, reject if any upper bound misses it, else say that it is open.

    Parameters
    ----------
    estimates
        The system first, then each requirement with a target of its own.
    confidence : float
        Of the one-sided bounds.
    accept
        The weakest certificate that counts; an estimate below it proves nothing either way.
    model_free_within : float
        A conditional certificate approves only if the bound that assumes nothing lies within this factor of the
        probability of failure that the target allows.
    """
    accepted = {"exact", accept}
    proven = [e for e in estimates if e.certified in accepted]
    missed = [e for e in proven if e.bound_high < e.target]
    if missed:
        return Decision("rejected", tuple(_missed(e, confidence) for e in missed))
    open_ones = [e for e in estimates if e.certified not in accepted or e.bound_low < e.target]
    if open_ones:
        return Decision("not-proven", tuple(_open(e, confidence, e.certified in accepted) for e in open_ones))
    unguarded = [e for e in estimates if not _guarded(e, model_free_within)]
    if unguarded:
        return Decision("not-proven", tuple(_unguarded(e, confidence, model_free_within) for e in unguarded))
    return Decision("approved", tuple(_reached(e, confidence) for e in estimates))


def strictest(one: Decision, other: Decision) -> Decision:
    """Both decisions as one: its verdict is the worse of theirs, and rests on what speaks for it."""
    worst = min(one, other, key=lambda each: SEVERITY.index(each.verdict)).verdict
    return Decision(worst, tuple(reason for each in (one, other) if each.verdict == worst for reason in each.reasons))


def _guarded(e: Estimate, within: float) -> bool:
    """Whether runs that assume nothing back a certificate that does."""
    if e.certified == "exact" or e.model_free_pf_high is None:
        return e.certified == "exact"
    return e.model_free_pf_high <= within * (1 - e.target)


def _missed(e: Estimate, confidence: float) -> str:
    return f"{e.name}: at most {_up(e.bound_high)} reliable, with {confidence:g} confidence; the target is {e.target:g}"


def _reached(e: Estimate, confidence: float) -> str:
    return (
        f"{e.name}: at least {_down(e.bound_low)} reliable, with {confidence:g} confidence; the target is {e.target:g}"
    )


def _open(e: Estimate, confidence: float, certified: bool) -> str:
    if not certified:
        return f"{e.name}: the estimate is not certified: {e.reason}"
    low, high = _down(e.bound_low), _up(e.bound_high)
    return (
        f"{e.name}: reliability lies between {low} and {high} with {confidence:g} confidence; "
        f"the target {e.target:g} is inside"
    )


def _unguarded(e: Estimate, confidence: float, within: float) -> str:
    allowed = 1 - e.target
    held = (
        "no plain runs bound it" if e.model_free_pf_high is None else f"plain runs put it at {e.model_free_pf_high:.3g}"
    )
    return (
        f"{e.name}: at least {_down(e.bound_low)} reliable, with {confidence:g} confidence, on condition: {e.reason}; "
        f"without that, {held}, more than {within:g} times the {allowed:.3g} that the target allows"
    )


def _down(reliability: float) -> str:
    """A lower bound in as many decimals as its nines need, and never more than was shown."""
    return _rounded(reliability, ROUND_FLOOR)


def _up(reliability: float) -> str:
    return _rounded(reliability, ROUND_CEILING)


def _rounded(reliability: float, direction: str) -> str:
    nines = -math.floor(math.log10(1 - reliability)) if reliability < 1 else 0
    step = Decimal(1).scaleb(-max(DECIMALS, nines + 1))
    return f"{Decimal(reliability).quantize(step, rounding=direction).normalize():f}"
