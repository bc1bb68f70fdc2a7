"""Facts of a small study, as the aggregator reads them."""

from typing import Any

import numpy as np

from proofmark_aggregator.count import Count
from proofmark_aggregator.counting import opened, planned, spent
from proofmark_aggregator.watching import watched, within_budget
from proofmark_contracts.campaign import BatchPlanned, ChunkSimulated
from proofmark_contracts.message import TableRef
from proofmark_contracts.study import StudyOpened
from tests.designs import clearance_design

TABLE = TableRef(sha256="0" * 64, size=0)


def study(**reliability: Any) -> StudyOpened:
    return StudyOpened(
        study="s-r1",
        tenant="t",
        event="e",
        submission_sha256=TABLE.sha256,
        design=clearance_design(**reliability),
        attempt=1,
        deadline_s=1.0,
        engine="0",
    )


def plan(chunks: tuple[int, ...], batch: int = 0, *, last: bool = True, **more: Any) -> BatchPlanned:
    layout = {"chunks": chunks, "blocks": (sum(chunks),), "last": last, **more}
    return BatchPlanned.model_validate({"study": "s-r1", "batch": batch, "vectors": TABLE, **layout})


def chunk(**told: Any) -> ChunkSimulated:
    return ChunkSimulated(study="s-r1", batch=0, n=0, table=b"", **told)


def fold(clearances: np.ndarray, status: np.ndarray, cuts: tuple[int, ...], cpu_s: float = 0.0, **asked: Any) -> Count:
    """Count chunks until there are no more, or the study stops."""
    count = planned(opened(study(**asked)), plan(cuts))
    first = 0
    for size in cuts:
        piece = slice(first, first + size)
        count = watched(
            spent(count, chunk(cpu_s=cpu_s), ()), {"clearance": clearances[piece]}, status[piece].astype(np.int8)
        )
        count = count if count.stopped else within_budget(count)
        if count.stopped:
            break
        first += size
    return count
