"""Simulator: a worker that pulls chunks of whatever study is open, and runs their vectors. Counts nothing."""

from collections.abc import AsyncIterator

from proofmark_chassis import Context, Rejected, Service
from proofmark_contracts.campaign import ChunkSimulated, ChunkStop, SimulateChunk
from proofmark_contracts.message import Message, Zone
from proofmark_contracts.tables import STATUS, InvalidTable, decode_table, encode_table, floats
from proofmark_simulator.runner import ModelRunner
from proofmark_simulator.settings import SimulatorSettings

service = Service("simulator", SimulatorSettings)


@service.lifespan
async def model_processes() -> AsyncIterator[ModelRunner]:
    async with ModelRunner() as runner:
        yield runner


@service.on(SimulateChunk)
async def simulate(chunk: SimulateChunk, context: Context) -> list[Message]:
    """Run a chunk, unless its study wants no more runs: then nobody will count it."""
    if await context.read(ChunkStop, chunk.study) is not None:
        return []
    try:
        vectors = decode_table(await context.table(chunk))
    except InvalidTable as error:
        raise Rejected(f"vectors of the chunk: {error}") from error
    columns = {name: floats(column) for name, column in vectors.items()}
    model = chunk.model
    source = await context.stores[Zone.COMPUTE].get(model.file.sha256) if model.kind == "python" else None
    runner = context.resource(ModelRunner)
    outcome = await runner.run(model, source, columns, chunk.constants, chunk.metrics, chunk.rows)
    return [
        ChunkSimulated(
            study=chunk.study,
            batch=chunk.batch,
            n=chunk.n,
            table=encode_table({**outcome.metrics, STATUS: outcome.status}),
            cpu_s=outcome.cpu_s,
            logs=outcome.logs,
        )
    ]
