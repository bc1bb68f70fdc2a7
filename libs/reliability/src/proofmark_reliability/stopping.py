"""When independent runs may stop: at the first vector at which a rule fires, read off the contiguous prefix alone.

A rule is watched, so it rests on the confidence sequence, which holds at every moment. Vectors behind the one at which
it fires are as if they had never run.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from proofmark_reliability.arrays import BoolArray, FloatArray, IntArray
from proofmark_reliability.errors import OutOfRange
from proofmark_reliability.intervals import require_confidence, two_sided
from proofmark_reliability.sequence import is_less, is_more, lower_limits, upper_limits
from proofmark_reliability.tally import Group, Tally, answered

APPROVING_SHARE = 0.7
"""Of the error allowed; the rest is for rejecting, which is early anyway. Together they keep the level at the limit
itself, where each verdict is wrong."""


def settled(
    margins: FloatArray, missing: BoolArray, before: Tally, judged: Sequence[Group], confidence: float
) -> int | None:
    """Return the index of the first vector at which the verdict is settled, or None.

    It is settled for approval when every group is shown to reach its target, at full level each: the study can be
    approved wrongly only if some group misses its own. It is settled for rejection when any group is shown to miss its
    target, at a level shared over the groups.

    Parameters
    ----------
    margins, missing : (n, requirements) float array, (n,) bool array
        Of consecutive vectors, see `tally.tally`.
    before : Tally
        Of the plain runs before them.
    judged : groups
    confidence : float
        Strictly between 0 and 1.
    """
    require_confidence(confidence)
    seen = _prefixes(margins, missing, before, judged)
    error = 1 - confidence
    approving, rejecting = 1 - APPROVING_SHARE * error, 1 - (1 - APPROVING_SHARE) * error / len(judged)
    approved, rejected = np.ones(len(margins), np.bool_), np.zeros(len(margins), np.bool_)
    for group, failed, failures in zip(judged, seen.failed, seen.failures, strict=True):
        limit = 1 - group.target
        approved &= is_less(failures + seen.missing, seen.runs, limit, approving)
        # between failures the evidence against a group only wanes
        rejected[failed] |= is_more(failures[failed], seen.runs[failed], limit, rejecting)
    return _first(approved | rejected)


def narrow(
    margins: FloatArray, missing: BoolArray, before: Tally, judged: Sequence[Group], confidence: float, width: float
) -> int | None:
    """Return the index of the first failing vector at which the interval of every group is narrow enough, or None.

    Parameters
    ----------
    margins, missing, before, judged, confidence
        See `settled`; the confidence is that of the two-sided interval.
    width : float
        Of the interval of the probability of failure, relative to its estimate; > 0.
    """
    if not width > 0:
        raise OutOfRange("width", "greater than 0", width)
    seen = _prefixes(margins, missing, before, judged)
    at = np.flatnonzero(seen.failed.any(axis=0))
    runs, lost = seen.runs[at], seen.missing[at]
    enough = np.ones(len(at), np.bool_)
    for failures in seen.failures[:, at]:
        low = lower_limits(failures, runs, two_sided(confidence))
        high = upper_limits(failures + lost, runs, two_sided(confidence))
        enough &= (high - low) * (runs - lost) <= width * failures
    first = _first(enough)
    return None if first is None else int(at[first])


@dataclass(frozen=True)
class _Prefixes:
    """Counts of the runs up to each vector."""

    runs: IntArray
    missing: IntArray
    failed: BoolArray
    """(groups, n): whether the vector itself fails."""
    failures: IntArray
    """(groups, n)"""


def _prefixes(margins: FloatArray, missing: BoolArray, before: Tally, judged: Sequence[Group]) -> _Prefixes:
    counted = answered(margins, missing)
    failed = np.stack([(margins[:, group.members] < 0).any(axis=1) & counted for group in judged])
    already = np.array([[sum(blocks)] for blocks in before.failures])
    return _Prefixes(
        runs=sum(before.samples) + 1 + np.arange(len(margins)),
        missing=sum(before.missing) + np.cumsum(~counted),
        failed=failed,
        failures=already + np.cumsum(failed, axis=1),
    )


def _first(fires: BoolArray) -> int | None:
    return int(fires.argmax()) if fires.any() else None
