"""Sampler: plans batches of vectors; learns from completed ones which comes next."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

from proofmark_chassis import Context, Rejected, RetryLater, Service
from proofmark_contracts.campaign import BatchCompleted, BatchPlanned, Role, Stated
from proofmark_contracts.message import Message, TableRef, Zone
from proofmark_contracts.study import Continues, StudyClosed, StudyExpired, StudyOpened
from proofmark_contracts.tables import STATUS, Column, decode_table, encode_table, floats
from proofmark_contracts.temperatures import ReducedHeat, ThermalModelled
from proofmark_reliability.protocol import Proposal
from proofmark_reliability.tally import margins_of
from proofmark_sampler.asking import FloatArray, learns, propose_more
from proofmark_sampler.continuing import rows_to_run
from proofmark_sampler.planning import chunks, commands
from proofmark_sampler.settings import SamplerSettings
from proofmark_sampler.standing import Standing
from proofmark_sampler.vectors import batch_vectors

service = Service("sampler", SamplerSettings)
log = structlog.get_logger()
standing = Standing()
ENGINE = version("proofmark-contracts")
LEAVE_TO_ANOTHER_S = 30.0
"""A study is planned by the version that opened it: during an upgrade that is another sampler's work."""


@service.on(StudyOpened)
async def begin(opened: StudyOpened, context: Context) -> list[Message]:
    return await plan(opened, 0, context)


@service.on(ThermalModelled)
async def begin_with_heat(modelled: ThermalModelled, context: Context) -> list[Message]:
    opened = await context.read(StudyOpened, modelled.study)
    return [] if opened is None else await plan(opened, 0, context)


@service.on(BatchCompleted)
async def continue_or_stop(done: BatchCompleted, context: Context) -> list[Message]:
    opened = await context.read(StudyOpened, done.study)
    planned = await context.read(BatchPlanned, done.study, done.batch)
    if opened is None or planned is None or planned.last:
        return []
    return await plan(opened, done.batch + 1, context)


async def plan(opened: StudyOpened, batch: int, context: Context) -> list[Message]:
    """Plan a batch and command its chunks; nothing for a study that is over, or whose heat is not modelled yet."""
    if await over(opened.study, context):
        return []
    if opened.engine != ENGINE:
        log.warning("another_engine", study=opened.study, opened_by=opened.engine, ours=ENGINE)
        raise RetryLater(LEAVE_TO_ANOTHER_S)
    heat = None
    if opened.design.thermal is not None:
        modelled = await context.read(ThermalModelled, opened.study)
        if modelled is None:
            return []
        heat = modelled.heat
        if batch == 0:
            await give_workers(heat, context)
    continues = opened.continues
    if continues and (batch < len(opened.imports) or continues.purpose == "rerun-missing"):
        planned, columns, places = await take_over(opened, continues, batch, context)
    else:
        (planned, columns), places = await ask(opened, batch, context), None
    commanded = await context.compute(commands, opened.design, planned, columns, heat, places)
    return [] if await over(opened.study, context) else [planned, *commanded]


async def over(study: str, context: Context) -> bool:
    """Whether nobody wants chunks of a study any more. A large batch takes a while: ask before it and after."""
    return any([await context.read(end, study) is not None for end in (StudyClosed, StudyExpired)])


async def ask(opened: StudyOpened, batch: int, context: Context) -> tuple[BatchPlanned, Mapping[str, Column]]:
    """The batch that the algorithm proposes, and its vectors."""
    design = opened.design
    if parents := len(opened.imports):
        proposal = await context.compute(propose_more, design, parents, await taken_vectors(opened, context), batch)
    else:
        proposal = await context.compute(standing.propose, opened.study, design, await told(opened, batch, context))
    columns = await context.compute(batch_vectors, design, proposal.uniforms)
    weights = proposal.log_weights
    planned = BatchPlanned(
        study=opened.study,
        batch=batch,
        vectors=await stored(columns, context),
        chunks=cut(opened, proposal.vectors, context),
        blocks=tuple(block.vectors for block in proposal.blocks),
        last=proposal.last,
        roles=roles(proposal),
        weights=None if weights is None else await stored({"log_weight": weights}, context),
        looks=proposal.looks,
        stated=proposal.stated and Stated(pf=proposal.stated.pf, relative_error=proposal.stated.relative_error),
        reason=proposal.reason,
        refusal=proposal.refusal,
    )
    return planned, columns


async def told(opened: StudyOpened, batch: int, context: Context) -> list[FloatArray]:
    """The margins of every completed batch, for a method that learns from them."""
    design = opened.design
    if not learns(design):
        return [np.empty((0, len(design.requirements)))] * batch
    found = []
    for earlier in range(batch):
        done = await context.read(BatchCompleted, opened.study, earlier)
        if done is None:
            raise Rejected(f"batch {batch} of {opened.study} follows batch {earlier}, which is not completed")
        outcomes = decode_table(await context.core.get(done.outcomes.sha256))
        metrics = {name: floats(column) for name, column in outcomes.items() if name != STATUS}
        found.append(margins_of(design.limits, metrics))
    return found


async def taken_vectors(opened: StudyOpened, context: Context) -> int:
    """Vectors in the batches that the parent had."""
    plans = [await context.read(BatchPlanned, opened.study, batch) for batch in range(len(opened.imports))]
    return sum(sum(plan.blocks) for plan in plans if plan is not None)


async def take_over(
    opened: StudyOpened, continues: Continues, batch: int, context: Context
) -> tuple[BatchPlanned, Mapping[str, Column], npt.NDArray[np.int64]]:
    """A batch of the parent as it was planned there, with those of its vectors that run in this study, and their
    places in it."""
    before = await context.read(BatchPlanned, continues.parent, batch)
    if before is None:
        raise Rejected(f"batch {batch} of {continues.parent}, which {opened.study} goes on from, is gone")
    again: dict[str, Any] = {"study": opened.study, "chunks": (), "imported": None, "rows": None}
    if batch >= len(opened.imports):
        return before.model_copy(update=again), {}, np.empty(0, np.int64)
    vectors, imported = opened.imports[batch]
    columns = decode_table(await context.core.get(vectors.sha256))
    status = decode_table(await context.core.get(imported.sha256))[STATUS].astype(np.int8)
    rows = rows_to_run(sum(before.blocks), status, continues, continues.checks if opened.mixed_model else 0)
    again |= {
        "chunks": cut(opened, len(rows), context),
        "imported": imported,
        "rows": await stored({"row": rows.astype(np.float64)}, context),
    }
    if continues.purpose == "extend":
        again["last"] = False
    elif await context.read(BatchPlanned, continues.parent, batch + 1) is None:
        again["last"] = True
    return before.model_copy(update=again), {name: column[rows] for name, column in columns.items()}, rows


async def give_workers(heat: ReducedHeat, context: Context) -> None:
    """Give workers, who see nothing of the core, the models that they may ask."""
    for digest in heat.objects:
        await context.stores[Zone.COMPUTE].put(await context.core.get(digest))


def cut(opened: StudyOpened, vectors: int, context: Context) -> tuple[int, ...]:
    """Vectors in each chunk."""
    settings = context.settings
    assert isinstance(settings, SamplerSettings)
    return chunks(opened.design, vectors, settings.chunk_vectors)


def roles(proposal: Proposal) -> tuple[Role, ...]:
    """What the blocks count for; nothing where all are plain."""
    told = tuple(block.role for block in proposal.blocks)
    return () if set(told) <= {"plain"} else told


async def stored(columns: Mapping[str, Column], context: Context) -> TableRef:
    """Keep a table in the core's object store."""
    table = await context.compute(encode_table, columns)
    return TableRef(sha256=await context.core.put(table), size=len(table))
