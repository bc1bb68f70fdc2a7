"""Aggregator: counts each vector once over the contiguous prefix, states the estimate and the causes."""

import asyncio

import numpy as np

from proofmark_aggregator.assessing import assessment, update
from proofmark_aggregator.count import Count, wanted
from proofmark_aggregator.counting import (
    OK,
    Metrics,
    Status,
    lost_chunk,
    no_answer,
    opened,
    planned,
    read_outcome,
    spent,
    weigh,
)
from proofmark_aggregator.merging import merged
from proofmark_aggregator.runs import Runs, joined
from proofmark_aggregator.watching import looked_at, watched, within_budget
from proofmark_chassis import Context, Service
from proofmark_contracts.assessment import RunLog
from proofmark_contracts.campaign import RUN_STATUS, BatchCompleted, BatchPlanned, ChunkSimulated, ChunkStop
from proofmark_contracts.message import Message, TableRef
from proofmark_contracts.study import StudyClosed, StudyExpired, StudyOpened
from proofmark_contracts.tables import STATUS, decode_table, encode_table, floats

service = Service("aggregator")
READS_IN_FLIGHT = 16

Step = tuple[Count, list[Message]]


@service.fold(ChunkSimulated, state=Count, wanted=wanted)
@service.fold(BatchPlanned, state=Count, wanted=wanted)
async def count(state: Count | None, fact: Message, context: Context) -> Step:
    """Take in the next fact of a study."""
    match fact:
        case StudyOpened():
            return opened(fact), []
        case BatchPlanned() if state is not None:
            after = planned(state, fact)
            return (after, []) if fact.chunks else await complete(after, fact, context)
        case ChunkSimulated() if state is not None and state.planned is not None:
            return await take_chunk(state, state.planned, fact, context)
    raise TypeError(f"fold of {type(fact).__name__}: not a fact that was wanted")


@service.on(StudyExpired)
async def give_up_waiting(expired: StudyExpired, context: Context) -> list[Message]:
    """Whatever has no result by the deadline becomes a result without an answer; the first write counts."""
    study = await context.read(StudyOpened, expired.study)
    if study is None or await context.read(StudyClosed, expired.study) is not None:
        return []
    found: list[Message] = [ChunkStop(study=expired.study)]
    batch = 0
    while (plan := await context.read(BatchPlanned, expired.study, batch)) is not None:
        for n, rows in enumerate(plan.chunks):
            if await context.received(ChunkSimulated, expired.study, batch, n) is None:
                table = lost_chunk(study.design.metrics, rows)
                found.append(ChunkSimulated(study=expired.study, batch=batch, n=n, table=table))
        batch += 1
    return found


async def take_chunk(before: Count, plan: BatchPlanned, fact: ChunkSimulated, context: Context) -> Step:
    """Count a chunk up to where the study stops; at the end of a batch complete it."""
    metrics, status = read_outcome(await context.table(fact), before.design.metrics, plan.chunks[fact.n])
    after = spent(before, fact, await logs_of(fact, plan, status, context))
    if plan.imported is None:
        after = watched(after, metrics, status)
    if not after.stopped:
        after = within_budget(after)
    if after.chunk < len(plan.chunks) and not after.stopped:
        return after, [update(after)]
    return await complete(after, plan, context)


async def complete(before: Count, plan: BatchPlanned, context: Context) -> Step:
    """Store the outcomes of a batch; assess the study if nothing follows, or nothing needs to."""
    if not plan.blocks:
        return await conclude(before, context)
    fresh = await batch_outcomes(before, plan, context)
    if plan.imported is not None:
        before, metrics, status = await taken_over(before, plan.imported, plan.rows, fresh, context)
    else:
        ran = before.vectors - before.before
        metrics, status = {name: column[:ran] for name, column in fresh[0].items()}, fresh[1][:ran]
    table = await context.compute(encode_table, {**metrics, STATUS: status})
    outcomes = TableRef(sha256=await context.core.put(table), size=len(table))
    after = before.model_copy(update={"batches": (*before.batches, (plan.vectors, outcomes))})
    if plan.weights is not None and "final" in plan.roles:
        weights = decode_table(await context.core.get(plan.weights.sha256))
        after = looked_at(weigh(after, floats(weights["log_weight"]), metrics, status))
    if not plan.last and not after.stopped and await context.read(StudyExpired, after.study) is not None:
        after = after.model_copy(update={"stopped": "stopped by its deadline", "cut_short": True})
    if plan.last or after.stopped:
        return await conclude(after, context)
    completed = BatchCompleted(study=after.study, batch=after.batch, outcomes=outcomes)
    return after.model_copy(update={"batch": after.batch + 1, "planned": None}), [completed, update(after)]


async def conclude(after: Count, context: Context) -> Step:
    """The study is counted: say what follows, and send the workers home."""
    runs = await counted_runs(after, context)
    assessed = await context.compute(assessment, after, runs)
    return after.model_copy(update={"assessed": True}), [update(after), assessed, ChunkStop(study=after.study)]


async def batch_outcomes(after: Count, plan: BatchPlanned, context: Context) -> tuple[Metrics, Status]:
    """What the chunks of the batch just counted gave, in vector order."""
    slots = asyncio.Semaphore(READS_IN_FLIGHT)

    async def part(n: int) -> tuple[Metrics, Status]:
        async with slots:
            result = await context.read(ChunkSimulated, after.study, after.batch, n)
            assert result is not None, "a counted result is kept until the study is closed"
            return read_outcome(await context.table(result), after.design.metrics, plan.chunks[n])

    parts = [no_answer(after.design.metrics, 0, OK), *await asyncio.gather(*(part(n) for n in range(after.chunk)))]
    metrics = {name: np.concatenate([found[name] for found, _ in parts]) for name in after.design.metrics}
    return metrics, np.concatenate([codes for _, codes in parts])


async def taken_over(
    before: Count, imported: TableRef, rows: TableRef | None, fresh: tuple[Metrics, Status], context: Context
) -> tuple[Count, Metrics, Status]:
    """Count a batch whose outcomes are the parent's, but for those that ran again."""
    assert rows is not None, "a batch that imports says which vectors run"
    numbers = decode_table(await context.core.get(rows.sha256))["row"].astype(np.int64)
    outcome = merged(await stored_outcomes(imported, context), numbers, fresh)
    counts = before.model_copy(
        update={"checked": before.checked + outcome.checked, "disagreed": before.disagreed + outcome.disagreed}
    )
    after = watched(counts, outcome.metrics, outcome.status)
    ran = after.vectors - after.before
    return after, {name: column[:ran] for name, column in outcome.metrics.items()}, outcome.status[:ran]


async def stored_outcomes(table: TableRef, context: Context) -> tuple[Metrics, Status]:
    """The outcomes of a batch, as they were stored."""
    outcomes = decode_table(await context.core.get(table.sha256))
    status = outcomes.pop(STATUS).astype(np.int8)
    return {name: floats(column) for name, column in outcomes.items()}, status


async def counted_runs(after: Count, context: Context) -> Runs | None:
    """The runs that explain the study: those of every batch where batches differ, else the first million."""
    explaining = after.batches[:1] if all(after.plain) else after.batches
    found = []
    for (vectors, outcomes), told in zip(explaining, after.rounds, strict=False):
        metrics, status = await stored_outcomes(outcomes, context)
        columns = decode_table(await context.core.get(vectors.sha256))
        rows = {name: floats(column[: len(status)]) for name, column in columns.items()}
        weights = np.zeros(len(status))
        if told.weights is not None:
            table = decode_table(await context.core.get(told.weights.sha256))
            weights = floats(table["log_weight"])[: len(status)]
        roles = np.repeat([block.role for block in told.blocks], [block.vectors for block in told.blocks])
        found.append(Runs(rows, metrics, status, weights, roles[: len(status)]))
    return joined(found) if found else None


async def logs_of(fact: ChunkSimulated, plan: BatchPlanned, status: Status, context: Context) -> tuple[RunLog, ...]:
    """What failing runs of a chunk said, by vector."""
    first = sum(plan.chunks[: fact.n])
    vectors = range(first, first + len(status))
    if fact.logs and plan.rows is not None:
        numbers = decode_table(await context.core.get(plan.rows.sha256))["row"].astype(np.int64)
        vectors = numbers[first : first + len(status)].tolist()
    return tuple(
        RunLog(batch=fact.batch, vector=vectors[row], status=RUN_STATUS[status[row]], text=text)
        for row, text in sorted(fact.logs.items())
        if row < len(status)
    )
