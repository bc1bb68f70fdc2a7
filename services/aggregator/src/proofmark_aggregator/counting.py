"""From the facts of a study to its counts: pure steps of the fold."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from proofmark_aggregator.count import Count
from proofmark_contracts.assessment import Block, Round, RunLog
from proofmark_contracts.campaign import RUN_STATUS, BatchPlanned, ChunkSimulated, Role
from proofmark_contracts.design import Design
from proofmark_contracts.study import StudyOpened
from proofmark_contracts.tables import STATUS, InvalidTable, encode_table, outcome_columns
from proofmark_reliability.tally import Group, answered, empty_tally, groups, margins_of, tally
from proofmark_reliability.weighing import Weighed, weighed

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
    return Count(
        study=fact.study,
        design=design,
        continues=fact.continues,
        mixed_model=fact.mixed_model,
        tally=empty_tally(0, judged(design), len(design.requirements)),
    )


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
    roles = roles_of(fact)
    blocks = tuple(Block(role=role, vectors=size) for role, size in zip(roles, fact.blocks, strict=True))
    this = (Round(reason=fact.reason, blocks=blocks, weights=fact.weights),) if blocks else ()
    return count.model_copy(
        update={
            "planned": fact,
            "chunk": 0,
            "before": count.vectors,
            "blocks": (*count.blocks, *fact.blocks),
            "plain": (*count.plain, *(role == "plain" for role in roles)),
            "rounds": (*count.rounds, *this),
            "tally": widened,
        }
    )


def roles_of(fact: BatchPlanned) -> tuple[Role, ...]:
    """What each block of a batch counts for."""
    plain: Role = "plain"
    return fact.roles or (plain,) * len(fact.blocks)


def counted(count: Count, metrics: Metrics, status: Status) -> Count:
    """Count the next vectors."""
    margins = margins_of(count.design.limits, metrics)
    found = tally(margins, status != OK, count.vectors, count.blocks, judged(count.design))
    missing = dict(count.missing_by_status)
    for code, runs in zip(*np.unique(status[status != OK], return_counts=True), strict=True):
        name = RUN_STATUS[code]
        missing[name] = missing.get(name, 0) + int(runs)
    return count.model_copy(
        update={
            "tally": count.tally + found,
            "vectors": count.vectors + len(status),
            "missing_by_status": dict(sorted(missing.items())),
        }
    )


def spent(count: Count, fact: ChunkSimulated, logs: tuple[RunLog, ...]) -> Count:
    """A chunk is in: what it cost, and what its failing runs said."""
    return count.model_copy(
        update={
            "chunk": count.chunk + 1,
            "cpu_s": count.cpu_s + fact.cpu_s,
            "full_solutions": count.full_solutions + fact.full_solutions,
            "logs": (*count.logs, *logs)[:LOGS_KEPT],
        }
    )


def weigh(count: Count, log_weights: FloatArray, metrics: Metrics, status: Status) -> Count:
    """Take in the final runs of a completed batch, for each group that is judged.

    Parameters
    ----------
    count : Count
        Of a batch with weights.
    log_weights, metrics, status : (n,) arrays
        Of every vector of the batch that was counted.
    """
    assert count.planned is not None
    final = np.repeat([role == "final" for role in roles_of(count.planned)], count.planned.blocks)[: len(status)]
    margins = margins_of(count.design.limits, metrics)[final]
    missing = ~answered(margins, status[final] != OK)
    found = [
        weighed(log_weights[: len(status)][final], (margins[:, group.members] < 0).any(axis=1) & ~missing, missing)
        for group in judged(count.design)
    ]
    before = count.weighed or (Weighed(),) * len(found)
    return count.model_copy(update={"weighed": tuple(mine + more for mine, more in zip(before, found, strict=True))})


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
