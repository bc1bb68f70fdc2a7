"""Simulator: a worker that pulls chunks of whatever study is open, and runs their vectors. Counts nothing."""

from collections.abc import AsyncIterator, Mapping

from proofmark_chassis import Context, Rejected, Service
from proofmark_contracts.campaign import ChunkSimulated, ChunkStop, SimulateChunk
from proofmark_contracts.cosimulation import InTime
from proofmark_contracts.design import ThermalModel, files_of
from proofmark_contracts.message import Message, Zone
from proofmark_contracts.tables import STATUS, InvalidTable, decode_table, encode_table, floats
from proofmark_contracts.temperatures import ReducedHeat
from proofmark_simulator.cosim_model import Described, Plant
from proofmark_simulator.heat import Heat, reduce, settle, unknown, without_model
from proofmark_simulator.heat_models import HeatModels
from proofmark_simulator.outcome import FloatArray, Outcome
from proofmark_simulator.runner import ModelRunner
from proofmark_simulator.settings import SimulatorSettings

service = Service("simulator", SimulatorSettings)


@service.lifespan
async def model_processes() -> AsyncIterator[ModelRunner]:
    async with ModelRunner() as runner:
        yield runner


@service.lifespan
async def heat_models() -> AsyncIterator[HeatModels]:
    yield HeatModels()


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
    outcome = await _run(chunk, columns, context)
    full_solutions = 0
    if chunk.heat is not None and chunk.heat.kind == "steady":
        heat = await _temperatures(chunk, chunk.heat, outcome, columns, context)
        outcome, full_solutions = heat.with_temperatures(outcome, chunk.metrics), heat.full_solutions
    return [
        ChunkSimulated(
            study=chunk.study,
            batch=chunk.batch,
            n=chunk.n,
            table=encode_table({**outcome.metrics, STATUS: outcome.status}),
            cpu_s=outcome.cpu_s,
            logs=outcome.logs,
            full_solutions=full_solutions,
        )
    ]


async def _run(chunk: SimulateChunk, columns: Mapping[str, FloatArray], context: Context) -> Outcome:
    """The metrics that are no temperatures."""
    metrics = tuple(name for name in chunk.metrics if chunk.heat is None or name not in chunk.heat.metrics)
    if isinstance(chunk.model, ThermalModel):
        return without_model(chunk.rows)
    model, store, runner = chunk.model, context.stores[Zone.COMPUTE], context.resource(ModelRunner)
    files = {file.path: await store.get(file.sha256) for file in files_of(model, chunk.controller)}
    if isinstance(model, InTime):
        if chunk.noise is None or len(chunk.noise.vectors) != chunk.rows:
            raise Rejected(f"noise of the chunk: expected the places of {chunk.rows} vectors, got {chunk.noise}")
        told = chunk.heat
        heat = None if told is None else Plant(told, await store.get(told.model))
        described = Described(model, chunk.controller, files, chunk.noise, chunk.batch, heat)
        return await runner.simulate(described, columns, chunk.constants, metrics)
    source = next(iter(files.values()), None)
    return await runner.run(model, source, columns, chunk.constants, metrics, chunk.rows)


async def _temperatures(
    chunk: SimulateChunk, told: ReducedHeat, outcome: Outcome, columns: Mapping[str, FloatArray], context: Context
) -> Heat:
    """The temperatures beside what the model gave: reduced ones, and full ones where those are not enough."""
    models, read = context.resource(HeatModels), context.stores[Zone.COMPUTE].get
    heat = unknown(outcome, told, columns, chunk.constants)
    if told.model != told.full:
        await context.compute(reduce, heat, await models.reduced.get(told.model, read))
    if told.full is not None and heat.open.size:
        async with models.turn:
            full = await models.full.get(told.full, read)
            await context.compute(settle, heat, full.solve)
    return heat
