"""Aggregator: counts each vector once over the contiguous prefix, states the estimate and the causes."""

import asyncio

import numpy as np

from proofmark_aggregator.assessing import assessment, causes_of, update
from proofmark_aggregator.count import Count, wanted
from proofmark_aggregator.counting import Metrics, Status, counted, lost_chunk, opened, planned, read_outcome
from proofmark_chassis import Context, Service
from proofmark_contracts.assessment import Causes, RunLog
from proofmark_contracts.campaign import RUN_STATUS, BatchCompleted, BatchPlanned, ChunkSimulated, ChunkStop
from proofmark_contracts.message import Message, TableRef
from proofmark_contracts.study import StudyClosed, StudyExpired, StudyOpened
from proofmark_contracts.tables import STATUS, decode_table, encode_table, floats

service = Service("aggregator")
READS_IN_FLIGHT = 16

Step = tuple[Count, list[Message]]


@service.fold(ChunkSimulated, state=Count, wanted=wanted)
async def count(state: Count | None, fact: Message, context: Context) -> Step:
    """Take in the next fact of a study."""
    match fact:
        case StudyOpened():
            return opened(fact), []
        case BatchPlanned() if state is not None:
            return planned(state, fact), []
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
    """Count a chunk; at the end of a batch store its outcomes, at the end of the study assess it."""
    rows = plan.chunks[fact.n]
    metrics, status = read_outcome(await context.table(fact), before.design.metrics, rows)
    after = counted(before, metrics, status, fact.cpu_s, logs_of(fact, plan, status))
    live = update(after)
    over_budget = budget_spent(after)
    if after.chunk < len(plan.chunks) and not over_budget:
        return after, [live]

    metrics, status = await batch_outcomes(after, plan, context)
    table = await context.compute(encode_table, {**metrics, STATUS: status})
    outcomes = TableRef(sha256=await context.core.put(table), size=len(table))
    after = after.model_copy(update={"batches": (*after.batches, (plan.vectors, outcomes))})
    stopped = over_budget or await deadline_passed(after, plan, context)
    if not plan.last and not stopped:
        completed = BatchCompleted(study=after.study, batch=after.batch, outcomes=outcomes)
        return after.model_copy(update={"batch": after.batch + 1, "planned": None}), [completed, live]
    if after.batch > 0:
        metrics, status = await stored_outcomes(after, context)
    assessed = assessment(after, await explain(after, metrics, status, context), stopped)
    return after.model_copy(update={"assessed": True}), [live, assessed, ChunkStop(study=after.study)]


async def explain(after: Count, metrics: Metrics, status: Status, context: Context) -> Causes:
    """The causes, read off the first batch: a million vectors say as much as all of them."""
    vectors_ref, _ = after.batches[0]
    vectors = decode_table(await context.core.get(vectors_ref.sha256))
    rows = {name: floats(column[: len(status)]) for name, column in vectors.items()}
    return await context.compute(causes_of, after, rows, metrics, status)


async def batch_outcomes(after: Count, plan: BatchPlanned, context: Context) -> tuple[Metrics, Status]:
    """The canonical outcomes of the batch just counted, in vector order."""
    slots = asyncio.Semaphore(READS_IN_FLIGHT)

    async def part(n: int) -> tuple[Metrics, Status]:
        async with slots:
            result = await context.read(ChunkSimulated, after.study, after.batch, n)
            assert result is not None, "a counted result is kept until the study is closed"
            return read_outcome(await context.table(result), after.design.metrics, plan.chunks[n])

    parts = await asyncio.gather(*(part(n) for n in range(after.chunk)))
    metrics = {name: np.concatenate([found[name] for found, _ in parts]) for name in after.design.metrics}
    return metrics, np.concatenate([codes for _, codes in parts])


async def stored_outcomes(after: Count, context: Context) -> tuple[Metrics, Status]:
    """The outcomes of the first batch, as they were stored."""
    _, outcomes_ref = after.batches[0]
    outcomes = decode_table(await context.core.get(outcomes_ref.sha256))
    status = outcomes.pop(STATUS).astype(np.int8)
    return {name: floats(column) for name, column in outcomes.items()}, status


async def deadline_passed(after: Count, plan: BatchPlanned, context: Context) -> str | None:
    """Say so if batches are left to plan and nobody may wait for them any more."""
    if plan.last or await context.read(StudyExpired, after.study) is None:
        return None
    return "stopped by its deadline"


def budget_spent(after: Count) -> str | None:
    """Say so if the study has used up the time it was given, with vectors left to run."""
    budget_s = after.design.reliability.budget_cpu_s
    if budget_s is None or after.cpu_s <= budget_s or after.vectors >= after.design.reliability.samples:
        return None
    return f"stopped by its budget of {budget_s:g} CPU seconds after {after.vectors} runs"


def logs_of(fact: ChunkSimulated, plan: BatchPlanned, status: np.ndarray) -> tuple[RunLog, ...]:
    """What failing runs of a chunk said, by vector."""
    first = sum(plan.chunks[: fact.n])
    return tuple(
        RunLog(batch=fact.batch, vector=first + row, status=RUN_STATUS[status[row]], text=text)
        for row, text in sorted(fact.logs.items())
        if row < len(status)
    )
