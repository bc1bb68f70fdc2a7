"""From a submission to an opened study: parsed, held against policy and quota, numbered, its files stored."""

from importlib.metadata import version
from typing import Any

from proofmark_chassis import Context, Rejected
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.design import Design
from proofmark_contracts.frozen import FileRef, canonical_json, sha256_hex
from proofmark_contracts.message import Zone
from proofmark_contracts.study import SpecSubmitted, StudyClosed, StudyOpened, study_stem
from proofmark_intake.continuing import TakenOver, taken_over
from proofmark_intake.ledger import Ledger
from proofmark_intake.settings import IntakeSettings
from proofmark_intake.submission import Unacceptable, contents
from proofmark_spec import Spec, SpecError, parse

FOREIGN = ("python", "fmu")
"""Kinds of models that are code of whoever submits them."""


async def admit(submitted: SpecSubmitted, context: Context) -> tuple[StudyOpened, tuple[str, ...]]:
    """The study that a submission becomes, and what its sender should be warned of.

    Raises
    ------
    Unacceptable
        The spec, policy or quota forbids it.
    Rejected
        The event id was used for another submission: answering would overwrite the first one's answer.
    """
    settings, ledger = context.settings, Ledger(context.state)
    assert isinstance(settings, IntakeSettings)
    assert context.delivery is not None
    submission_sha256 = sha256_hex(context.delivery.data)
    first = await ledger.first_use(submitted.tenant, submitted.event, submission_sha256)
    if first != submission_sha256:
        raise Rejected(f"event {submitted.event} was used with other bytes: {first[:12]}, now {submission_sha256[:12]}")
    files = await contents(submitted.files, settings.inline_files_bytes, context.stores[SpecSubmitted.zone].get)
    spec = await context.compute(_parse, submitted.spec, files)
    design = spec.design
    if design.model.kind in FOREIGN and not settings.allow_python_models:
        told = f"{design.model.kind} models from the bus are refused by this installation's policy"
        raise Unacceptable(f"model.kind: {told}")
    refs = tuple(FileRef.of(*file) for file in sorted(spec.files.items()))
    inherited = await _inherited(submitted, design, context)
    stem = study_stem(submitted.tenant, design, refs)
    study = await _number(stem, submitted.event, submission_sha256, context)
    await ledger.reserve(
        submitted.tenant,
        study,
        design.reliability.samples,
        studies_limit=settings.quota_studies,
        samples_limit=settings.quota_samples,
    )
    await _store(spec, context)
    document = submitted.spec.encode() if isinstance(submitted.spec, str) else canonical_json(submitted.spec)
    opened = StudyOpened(
        study=study,
        tenant=submitted.tenant,
        event=submitted.event,
        submission_sha256=submission_sha256,
        design=design,
        files=refs,
        attempt=await ledger.attempt(design.design_digest(), study),
        requires=("reliability", "thermal") if design.thermal else ("reliability",),
        deadline_s=settings.deadline_s,
        engine=version("proofmark-contracts"),
        document_sha256=await context.core.put(document),
        continues=submitted.continues,
        imports=inherited.imports,
        mixed_model=inherited.mixed_model,
    )
    return opened, spec.warnings


async def _inherited(submitted: SpecSubmitted, design: Design, context: Context) -> TakenOver:
    """What the study takes over from the one it continues, if it continues one."""
    continues = submitted.continues
    if continues is None:
        return TakenOver()
    parent = await context.read(StudyOpened, continues.parent)
    if parent is None or parent.tenant != submitted.tenant:
        raise Unacceptable(f"continues.parent: tenant {submitted.tenant} has no study {continues.parent}")
    if await context.read(StudyClosed, continues.parent) is None:
        raise Unacceptable(f"continues.parent: {continues.parent} is still open")
    assessed = await context.read(ReliabilityAssessed, continues.parent)
    if assessed is None or not assessed.batches:
        raise Unacceptable(f"continues.parent: {continues.parent} was closed without an assessment")
    return taken_over(continues, design, parent, assessed)


def _parse(document: dict[str, Any] | str, files: dict[str, bytes]) -> Spec:
    try:
        return parse(document, files)
    except SpecError as error:
        raise Unacceptable(*str(error).splitlines()) from error


async def _number(stem: str, event: str, submission_sha256: str, context: Context) -> str:
    """The first free number of this question, or the one this very submission already has."""
    number = 1
    while (opened := await context.read(StudyOpened, f"{stem}-r{number}")) is not None:
        if (opened.event, opened.submission_sha256) == (event, submission_sha256):
            break
        number += 1
    return f"{stem}-r{number}"


async def _store(spec: Spec, context: Context) -> None:
    """Every file into the core's store; those that runs read into the workers', who see no other."""
    for data in spec.files.values():
        await context.core.put(data)
    for file in spec.design.run_files:
        await context.stores[Zone.COMPUTE].put(spec.files[file.path])
