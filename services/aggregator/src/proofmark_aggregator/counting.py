"""From the facts of a study to its counts: pure steps of the fold."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from proofmark_aggregator.count import Count
from proofmark_contracts.assessment import RunLog
from proofmark_contracts.campaign import RUN_STATUS, BatchPlanned
from proofmark_contracts.design import Design
from proofmark_contracts.study import StudyOpened
from proofmark_contracts.tables import STATUS, InvalidTable, encode_table, outcome_columns
from proofmark_reliability.tally import Group, empty_tally, groups, margin, tally

FloatArray = npt.NDArray[np.float64]
Metrics = dict[str, FloatArray]
Status = npt.NDArray[np.int8]

LOGS_KEPT = 20
OK, ERROR, LOST = (RUN_STATUS.index(name) for name in ("ok", "error", "worker-lost"))


def judged(design: Design) -> tuple[Group, ...]:
    """What is judged: the system, and each requirement with a target of its own."""
    names = [requirement.name for requirement in design.requirements]
    return groups(names, [requirement.target for requirement in design.requirements], design.reliability.target)


def opened(fact: StudyOpened) -> Count:
    """Nothing is counted yet."""
    design = fact.design
    return Count(study=fact.study, design=design, tally=empty_tally(0, judged(design), len(design.requirements)))


def planned(count: Count, fact: BatchPlanned) -> Count:
    """A batch begins: its blocks follow those of the batches before."""
    room = empty_tally(len(fact.blocks), judged(count.design), 0)
    before = count.tally
    widened = replace(
        before,
        samples=before.samples + room.samples,
        missing=before.missing + room.missing,
        failures=tuple(mine + more for mine, more in zip(before.failures, room.failures, strict=True)),
    )
    return count.model_copy(
        update={"planned": fact, "chunk": 0, "blocks": (*count.blocks, *fact.blocks), "tally": widened}
    )


def counted(count: Count, metrics: Metrics, status: Status, cpu_s: float, logs: tuple[RunLog, ...]) -> Count:
    """Count one chunk."""
    margins = margins_of(count.design, metrics, len(status))
    found = tally(margins, status != OK, count.vectors, count.blocks, judged(count.design))
    missing = dict(count.missing_by_status)
    for code, runs in zip(*np.unique(status[status != OK], return_counts=True), strict=True):
        name = RUN_STATUS[code]
        missing[name] = missing.get(name, 0) + int(runs)
    return count.model_copy(
        update={
            "tally": count.tally + found,
            "chunk": count.chunk + 1,
            "vectors": count.vectors + len(status),
            "missing_by_status": dict(sorted(missing.items())),
            "cpu_s": count.cpu_s + cpu_s,
            "logs": (*count.logs, *logs)[:LOGS_KEPT],
        }
    )


def margins_of(design: Design, metrics: Metrics, rows: int) -> FloatArray:
    """Margin of each requirement, SI: (rows, requirements) array; NaN where there is no answer."""
    margins = np.empty((rows, len(design.requirements)))
    for column, requirement in enumerate(design.requirements):
        margins[:, column] = margin(metrics[requirement.metric], requirement.low, requirement.high)
    return margins


def read_outcome(table: bytes, metrics: tuple[str, ...], rows: int) -> tuple[dict[str, FloatArray], Status]:
    """The metrics and status of a chunk; a worker's unreadable answer is no answer for any of its vectors."""
    try:
        return outcome_columns(table, metrics, rows)
    except InvalidTable:
        return no_answer(metrics, rows, ERROR)


def no_answer(metrics: tuple[str, ...], rows: int, code: int) -> tuple[dict[str, FloatArray], Status]:
    """What a chunk without any answer looks like."""
    return {name: np.full(rows, np.nan) for name in metrics}, np.full(rows, code, np.int8)


def lost_chunk(metrics: tuple[str, ...], rows: int) -> bytes:
    """The outcome table of a chunk whose workers never answered."""
    values, status = no_answer(metrics, rows, LOST)
    return encode_table({**values, STATUS: status})
