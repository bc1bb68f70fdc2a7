"""Firmware: builds the controller of an approved design, verifies the image on an emulated board, signs what came of
it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from proofmark_chassis import Context, Rejected, Service
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.custody import DesignDecided, Envelope, FirmwareFinished
from proofmark_contracts.design import Design
from proofmark_contracts.frozen import FileRef
from proofmark_contracts.message import Message, TableRef
from proofmark_contracts.study import StudyClosed, StudyOpened
from proofmark_contracts.tables import Column, decode_table
from proofmark_contracts.temperatures import ThermalModelled
from proofmark_custody.decision import Decision, read_decision
from proofmark_custody.errors import CustodyError
from proofmark_custody.firmware import sign_firmware
from proofmark_custody.keystore import IMAGE, open_key
from proofmark_custody.trust import Trust
from proofmark_firmware.settings import FirmwareSettings
from proofmark_systems import Heat, heat_of

if TYPE_CHECKING:
    from proofmark_firmware.judging import Judged

Table = Mapping[str, Column]

service = Service("firmware", FirmwareSettings)


@service.on(DesignDecided)
async def build(decided: DesignDecided, context: Context) -> list[Message]:
    """Make and verify the firmware of a design that asks for one and was approved."""
    settings = context.settings
    assert isinstance(settings, FirmwareSettings)
    opened = await context.read(StudyOpened, decided.study)
    if opened is None or not opened.design.builds_firmware(decided.verdict):
        return []
    if await context.read(StudyClosed, decided.study) is not None:
        return []
    decision = _verified(settings, context)
    opened, assessed = await _facts(decision, context)
    read = {file.path: await context.core.get(file.sha256) for file in opened.design.run_files}
    batches, heat = await _batches(assessed, context), await _heat(opened, context)
    image_key = open_key(settings.key_folder, IMAGE).to_pem()
    judged = await context.compute(judge, opened.design, read, batches, settings.worst_vectors, image_key, heat)
    built, images = await context.core.keep(judged.files), await context.core.keep(judged.images)
    predicate = {
        "study": decision.study,
        "outcome": judged.result.outcome,
        "decision_sha256": decision.sha256,
        "result": judged.result.model_dump(mode="json"),
    }
    key = open_key(settings.key_folder, "firmware")
    signed = sign_firmware(_digests(built), predicate, key, _digests(images))
    envelopes = {name: Envelope.model_validate(envelope) for name, envelope in signed.items()}
    files = (*built, *images)
    return [FirmwareFinished(study=decision.study, outcome=judged.result.outcome, files=files, **envelopes)]


def _digests(files: tuple[FileRef, ...]) -> dict[str, str]:
    return {file.path: file.sha256 for file in files}


def judge(
    design: Design,
    files: Mapping[str, bytes],
    batches: list[tuple[Table, Table]],
    worst: int,
    image_key: bytes,
    heat: Heat | None,
) -> "Judged":
    from proofmark_firmware import judging  # with boards and emulators: only where there is firmware
    from proofmark_firmware.worst import repeated

    return judging.judge(design, files, repeated(design, batches, worst), image_key, heat)


def _verified(settings: FirmwareSettings, context: Context) -> Decision:
    """The decision in the bytes at hand, if a trusted gate signed it."""
    assert context.delivery is not None
    try:
        return read_decision(context.delivery.data, Trust.from_json(settings.trust_file.read_bytes()))
    except CustodyError as error:
        raise Rejected(f"decision: {error}") from error


async def _facts(decision: Decision, context: Context) -> tuple[StudyOpened, ReliabilityAssessed]:
    """The design and the runs, if they are what the gate saw."""
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


async def _batches(assessed: ReliabilityAssessed, context: Context) -> list[tuple[Table, Table]]:
    return [(await _table(vectors, context), await _table(outcomes, context)) for vectors, outcomes in assessed.batches]


async def _table(ref: TableRef, context: Context) -> Table:
    return decode_table(await context.core.get(ref.sha256))


async def _heat(opened: StudyOpened, context: Context) -> Heat | None:
    """The plant that the design's heat is, if it is one."""
    if opened.design.thermal is None:
        return None
    modelled = await context.read(ThermalModelled, opened.study)
    if modelled is None or modelled.heat.kind == "steady":
        return None
    return heat_of(modelled.heat, await context.core.get(modelled.heat.model))
