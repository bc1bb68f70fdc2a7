"""Watched campaigns in a discrete-event simulation: fifty workers, and runs that take their time when they fail.

A verdict is looked for at every vector that is folded. Folded in the order of vectors it must be wrong in at most one
campaign in twenty; folded in the order of arrival, shown beside it, it is wrong whenever time and failure go together.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofmark_reliability.arrays import BoolArray
from proofmark_reliability.intervals import lower_limit
from proofmark_reliability.stopping import settled
from proofmark_reliability.tally import Group, empty_tally

LIMIT, CONFIDENCE = 1e-3, 0.95
WORKERS, CHUNK, CHUNKS = 50, 100, 500
SPEEDS = {"alike": 1.0, "10x slower": 10.0, "10x faster": 0.1}
"""Duration of a failing run, that of the others being one."""
WRONG_VERDICTS, RUNS_TO_REJECT = 0.05, 600


@dataclass(frozen=True)
class Verdict:
    approved: bool
    runs: int


def watched(campaigns: int) -> dict[str, Any]:
    """Return how many campaigns end with a wrong verdict at the limit itself, and the runs it takes to reject 1e-2."""
    found: dict[str, Any] = {}
    for name, duration in SPEEDS.items():
        wrong = dict.fromkeys(("prefix", "arrival"), 0)
        for seed in range(campaigns):
            failed = _failures(seed, LIMIT)
            for order in wrong:
                wrong[order] += _verdict(failed, duration, order) is not None
        found[name] = {order: count / campaigns for order, count in wrong.items()}
        found[name]["holds"] = lower_limit(wrong["prefix"], campaigns, 0.99) <= WRONG_VERDICTS
    bad = [_verdict(_failures(seed, 1e-2), 1.0, "prefix") for seed in range(campaigns)]
    rejected = [verdict.runs for verdict in bad if verdict is not None and not verdict.approved]
    found["rejected"], found["runs_to_reject"] = len(rejected) / campaigns, float(np.mean(rejected))
    return found


def holds(found: dict[str, Any]) -> bool:
    """Line 6."""
    honest = all(found[name]["holds"] for name in SPEEDS)
    return honest and found["rejected"] == 1 and found["runs_to_reject"] <= RUNS_TO_REJECT


def _failures(seed: int, pf: float) -> BoolArray:
    return np.random.default_rng(seed).random((CHUNKS, CHUNK)) < pf


def _verdict(failed: BoolArray, duration: float, order: str) -> Verdict | None:
    """Fold chunks as they arrive, or as far as none before them is missing, until the verdict is settled."""
    judged = (Group("system", 1 - LIMIT, (0,)),)
    arrivals = _arrivals(failed, duration)
    folded = failed[list(arrivals if order == "arrival" else _prefix(arrivals))].ravel()
    margins = np.where(folded, -1.0, 1.0)[:, np.newaxis]
    at = settled(margins, np.zeros(len(folded), np.bool_), empty_tally(1, judged, 1), judged, CONFIDENCE)
    return None if at is None else Verdict(approved=not folded[at], runs=at + 1)


def _arrivals(failed: BoolArray, duration: float) -> Iterator[int]:
    """Yield chunks as they are done: a worker that is free takes the next one."""
    taken = CHUNK + (duration - 1) * failed.sum(axis=1)
    at_work = [(float(taken[chunk]), chunk) for chunk in range(WORKERS)]
    heapq.heapify(at_work)
    for chunk in range(WORKERS, CHUNKS):
        _, done = heapq.heapreplace(at_work, (at_work[0][0] + float(taken[chunk]), chunk))
        yield done
    yield from (done for _, done in sorted(at_work))


def _prefix(arrivals: Iterator[int]) -> Iterator[int]:
    """Yield chunks in their own order, each once all before it have arrived."""
    arrived: set[int] = set()
    following = 0
    for chunk in arrivals:
        arrived.add(chunk)
        while following in arrived:
            yield following
            following += 1
