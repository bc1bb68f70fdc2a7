"""Reporter: checks the gate's signature, then writes what a study found, for people and for machines."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import proofmark_systems as systems
from proofmark_chassis import Context, Rejected, Service
from proofmark_contracts.assessment import ReliabilityAssessed, Round
from proofmark_contracts.custody import DesignDecided, FirmwareFinished, ReportCompiled
from proofmark_contracts.design import Design, PythonModel
from proofmark_contracts.frozen import FileRef
from proofmark_contracts.message import Message, TableRef
from proofmark_contracts.study import StudyOpened
from proofmark_contracts.tables import decode_table, floats
from proofmark_contracts.temperatures import ThermalAssessed, ThermalModelled
from proofmark_contracts.verification import FirmwareResult
from proofmark_custody.decision import Decision, read_decision
from proofmark_custody.errors import CustodyError
from proofmark_custody.firmware import check_belongs, read_firmware
from proofmark_custody.trust import Trust
from proofmark_reliability.tally import groups
from proofmark_reporter.drawing import warm_up
from proofmark_reporter.evidence import Evidence, EvidenceContradictsItself
from proofmark_reporter.firmware import PICTURE as PICTURE_OF_PINS
from proofmark_reporter.firmware import FirmwareTold
from proofmark_reporter.heat import PICTURE, Heat
from proofmark_reporter.report import render
from proofmark_reporter.results import results_parquet
from proofmark_reporter.runs import Batch, Runs, Table
from proofmark_reporter.settings import ReporterSettings
from proofmark_reporter.tracing import trace

service = Service("reporter", ReporterSettings)
PLAIN_ROUND = Round(reason="", blocks=())
"""What an assessment that tells of no rounds means by each of its batches."""


@service.lifespan
async def drawing() -> AsyncIterator[asyncio.Future[None]]:
    """Load matplotlib beside the consumers: the first report comes seconds sooner, and nothing waits for it."""
    yield asyncio.get_running_loop().run_in_executor(None, warm_up)


@service.on(DesignDecided)
async def report_decided(decided: DesignDecided, context: Context) -> list[Message]:
    """Tell of a verdict at once, unless firmware comes of it."""
    opened = await context.read(StudyOpened, decided.study)
    if opened is not None and opened.design.builds_firmware(decided.verdict):
        return []
    return await compile_report(decided.study, context)


@service.on(FirmwareFinished)
async def report_built(finished: FirmwareFinished, context: Context) -> list[Message]:
    """Tell of a verdict, and of the firmware that came of it."""
    return await compile_report(finished.study, context)


async def compile_report(study: str, context: Context) -> list[Message]:
    """Write the report and the results of a study whose verdict is signed."""
    trust = _trust(context)
    decision = await _decision(study, trust, context)
    opened, assessed = await _facts(decision, context)
    firmware, built = await _firmware(opened, decision, trust, context)
    runs = await context.compute(Runs.of, await _batches(assessed, context), opened.design)
    read = {file.path: await context.core.get(file.sha256) for file in opened.design.run_files}
    source = _source(opened.design, read)
    heat = await _heat(opened, context)
    plant = await _plant(heat, context)
    try:
        evidence = await context.compute(
            Evidence,
            opened=opened,
            assessed=assessed,
            verdict=decision.verdict,
            reasons=tuple(decision.predicate.get("reasons", ())),
            gate_keyid=decision.key.keyid,
            decision_sha256=decision.sha256,
            runs=runs,
            model_source=source,
            heat=heat,
            firmware=firmware,
            traced=await context.compute(trace, runs, opened.design, read, _judged(opened.design), plant),
        )
    except EvidenceContradictsItself as error:
        raise Rejected(f"study {study}: {error}") from error
    report = await context.compute(render, evidence)
    results = await context.compute(results_parquet, runs)
    files = {"report.html": report, "results.parquet": results}
    refs = await context.core.keep(files)
    return [ReportCompiled(study=study, files=refs + (heat.assessed.files if heat else ()) + built)]


def _trust(context: Context) -> Trust:
    assert isinstance(context.settings, ReporterSettings)
    return Trust.from_json(context.settings.trust_file.read_bytes())


async def _decision(study: str, trust: Trust, context: Context) -> Decision:
    """The study's decision, if a trusted gate signed it."""
    received = await context.received(DesignDecided, study)
    if received is None:
        raise Rejected(f"study {study}: reported before it was decided")
    try:
        return read_decision(received.data, trust)
    except CustodyError as error:
        raise Rejected(f"decision: {error}") from error


async def _firmware(
    opened: StudyOpened, decision: Decision, trust: Trust, context: Context
) -> tuple[FirmwareTold | None, tuple[FileRef, ...]]:
    """What came of the firmware, if a trusted service signed it for this decision; and its files."""
    if not opened.design.builds_firmware(decision.verdict):
        return None, ()
    received = await context.received(FirmwareFinished, opened.study)
    if received is None:
        raise Rejected(f"study {opened.study}: reported before its firmware was finished")
    try:
        signed = read_firmware(received.data, trust)
        check_belongs(signed, decision)
    except CustodyError as error:
        raise Rejected(f"firmware: {error}") from error
    files = FirmwareFinished.decode(received.data).files
    picture = next((ref for ref in files if ref.path == PICTURE_OF_PINS), None)
    told = FirmwareTold(
        FirmwareResult.model_validate(signed.predicate["result"]),
        await context.core.get(picture.sha256) if picture else None,
    )
    return told, files


async def _facts(decision: Decision, context: Context) -> tuple[StudyOpened, ReliabilityAssessed]:
    """What the decision rests on, if it is what the gate saw."""
    opened = await context.received(StudyOpened, decision.study)
    assessed = await context.received(ReliabilityAssessed, decision.study)
    if opened is None or assessed is None:
        raise Rejected(f"study {decision.study}: decided, but never opened or assessed")
    try:
        decision.check_fact(StudyOpened.verb, opened.data)
        decision.check_fact(ReliabilityAssessed.verb, assessed.data)
    except CustodyError as error:
        raise Rejected(str(error)) from error
    return StudyOpened.decode(opened.data), ReliabilityAssessed.decode(assessed.data)


async def _heat(opened: StudyOpened, context: Context) -> Heat | None:
    """The temperatures of a design that has a thermal section."""
    if opened.design.thermal is None:
        return None
    modelled = await context.read(ThermalModelled, opened.study)
    assessed = await context.read(ThermalAssessed, opened.study)
    if modelled is None or assessed is None:
        raise Rejected(f"study {opened.study}: decided, but its heat was never modelled or assessed")
    picture = next(ref for ref in assessed.files if ref.path == PICTURE)
    return Heat(modelled, assessed, await context.core.get(picture.sha256))


async def _plant(heat: Heat | None, context: Context) -> systems.Heat | None:
    """The plant that the design's heat is, if it is one."""
    if heat is None or heat.modelled.heat.kind == "steady":
        return None
    return systems.heat_of(heat.modelled.heat, await context.core.get(heat.modelled.heat.model))


async def _batches(assessed: ReliabilityAssessed, context: Context) -> list[Batch]:
    rounds = assessed.rounds or (PLAIN_ROUND,) * len(assessed.batches)
    found = []
    for (vectors, outcomes), told in zip(assessed.batches, rounds, strict=True):
        weights = floats((await _table(told.weights, context))["log_weight"]) if told.weights else None
        found.append(Batch(await _table(vectors, context), await _table(outcomes, context), told.blocks, weights))
    return found


async def _table(ref: TableRef, context: Context) -> Table:
    return decode_table(await context.core.get(ref.sha256))


def _source(design: Design, read: Mapping[str, bytes]) -> str | None:
    """The text of the code that a spec brought."""
    file = design.model.file if isinstance(design.model, PythonModel) else design.controller and design.controller.file
    return read[file.path].decode(errors="replace") if file else None


def _judged(design: Design) -> tuple[int, ...]:
    """The requirements of the first thing that is judged."""
    asked = design.requirements
    return groups([one.name for one in asked], [one.target for one in asked], design.reliability.target)[0].members
