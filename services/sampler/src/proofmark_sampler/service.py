"""Sampler: plans batches of vectors; learns from completed ones which comes next."""

from collections.abc import Mapping

from proofmark_chassis import Context, Service
from proofmark_contracts.campaign import BatchCompleted, BatchPlanned, SimulateChunk
from proofmark_contracts.message import Message, TableRef
from proofmark_contracts.study import StudyClosed, StudyExpired, StudyOpened
from proofmark_contracts.tables import Column, encode_table
from proofmark_sampler.planning import batches, chunks
from proofmark_sampler.settings import SamplerSettings
from proofmark_sampler.vectors import batch_vectors

service = Service("sampler", SamplerSettings)


@service.on(StudyOpened)
async def begin(opened: StudyOpened, context: Context) -> list[Message]:
    return await plan(opened, 0, context)


@service.on(BatchCompleted)
async def continue_or_stop(done: BatchCompleted, context: Context) -> list[Message]:
    opened = await context.read(StudyOpened, done.study)
    planned = await context.read(BatchPlanned, done.study, done.batch)
    if opened is None or planned is None or planned.last:
        return []
    return await plan(opened, done.batch + 1, context)


async def plan(opened: StudyOpened, batch: int, context: Context) -> list[Message]:
    """Lay out a batch, store its vectors, and cut them into chunks; nothing for a study that is over."""
    settings = context.settings
    assert isinstance(settings, SamplerSettings)
    for over in (StudyClosed, StudyExpired):
        if await context.read(over, opened.study) is not None:
            return []
    blocks = batches(opened.design)
    columns = await context.compute(batch_vectors, opened.design, batch, blocks[batch])
    planned = BatchPlanned(
        study=opened.study,
        batch=batch,
        vectors=await stored(columns, context),
        chunks=chunks(opened.design, sum(blocks[batch]), settings.chunk_vectors),
        blocks=blocks[batch],
        last=batch + 1 == len(blocks),
    )
    return [planned, *await context.compute(commands, opened, planned, columns)]


async def stored(columns: Mapping[str, Column], context: Context) -> TableRef:
    """Keep the whole batch in the core's object store."""
    table = await context.compute(encode_table, columns)
    return TableRef(sha256=await context.core.put(table), size=len(table))


def commands(opened: StudyOpened, planned: BatchPlanned, columns: Mapping[str, Column]) -> list[Message]:
    """One command a chunk, with its slice of the vectors."""
    design = opened.design
    constants = {name: law.value for name, law in design.parameters.items() if law.kind == "constant"}
    found: list[Message] = []
    first = 0
    for n, size in enumerate(planned.chunks):
        piece = {name: column[first : first + size] for name, column in columns.items()}
        found.append(
            SimulateChunk(
                study=opened.study,
                batch=planned.batch,
                n=n,
                rows=size,
                model=design.model,
                constants=constants,
                metrics=design.metrics,
                table=encode_table(piece),
            )
        )
        first += size
    return found
