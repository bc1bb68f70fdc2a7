"""Aggregator: counts each vector once over the contiguous prefix, states the estimate and the causes."""

import numpy as np
from proofmark_chassis import Context, Service
from proofmark_contracts.assessment import RunLog
from proofmark_contracts.campaign import RUN_STATUS, BatchCompleted, BatchPlanned, ChunkSimulated, ChunkStop
from proofmark_contracts.message import Message, TableRef
from proofmark_contracts.study import StudyClosed, StudyExpired, StudyOpened
from proofmark_contracts.tables import STATUS, decode_table, encode_table

from proofmark_aggregator.assessing import assessment, causes_of, update
from proofmark_aggregator.count import Count, wanted
from proofmark_aggregator.counting import counted, lost_chunk, opened, planned, read_outcome

service = Service("aggregator")

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

    outcomes = await outcome_table(after, context)
    after = after.model_copy(update={"batches": (*after.batches, (plan.vectors, outcomes))})
    stopped = over_budget or await deadline_passed(after, plan, context)
    if plan.last or stopped:
        return await finish(after, stopped, live, context)
    completed = BatchCompleted(study=after.study, batch=after.batch, outcomes=outcomes)
    return after.model_copy(update={"batch": after.batch + 1, "planned": None}), [completed, live]


async def finish(after: Count, stopped: str | None, live: Message, context: Context) -> Step:
    vectors_ref, outcomes_ref = after.batches[0]
    vectors = decode_table(await context.core.get(vectors_ref.sha256))
    outcomes = decode_table(await context.core.get(outcomes_ref.sha256))
    status = outcomes.pop(STATUS).astype(np.int8)
    rows = {name: column[: len(status)].astype(np.float64, copy=False) for name, column in vectors.items()}
    metrics = {name: column.astype(np.float64, copy=False) for name, column in outcomes.items()}
    causes = await context.compute(causes_of, after, rows, metrics, status)
    assessed = assessment(after, causes, stopped)
    return after.model_copy(update={"assessed": True}), [live, assessed, ChunkStop(study=after.study)]


async def outcome_table(after: Count, context: Context) -> TableRef:
    """Store the canonical outcomes of the batch just counted, in vector order."""
    assert after.planned is not None
    parts = []
    for n in range(after.chunk):
        result = await context.read(ChunkSimulated, after.study, after.batch, n)
        assert result is not None, "a counted result is kept until the study is closed"
        parts.append(read_outcome(await context.table(result), after.design.metrics, after.planned.chunks[n]))
    columns = {name: np.concatenate([metrics[name] for metrics, _ in parts]) for name in after.design.metrics}
    status = np.concatenate([codes for _, codes in parts])
    table = await context.compute(encode_table, {**columns, STATUS: status})
    return TableRef(sha256=await context.core.put(table), size=len(table))


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
