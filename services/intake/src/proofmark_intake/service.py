"""Intake: what may enter, what its owner may ask for, and how it ends. Judges nothing, holds no signing key."""

from collections.abc import AsyncIterator

from proofmark_chassis import Context, ObjectMissing, Rejected, RetryLater, Service
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.campaign import ChunkStop
from proofmark_contracts.custody import ReleaseSealed
from proofmark_contracts.message import Message
from proofmark_contracts.services import SERVICES
from proofmark_contracts.study import (
    Outcome,
    SpecAnswered,
    SpecSubmitted,
    StudyClosed,
    StudyCommanded,
    StudyExpired,
    StudyOpened,
    StudyOutcome,
)
from proofmark_contracts.temperatures import ThermalAssessed
from proofmark_intake.admission import admit
from proofmark_intake.deadline import remaining_s
from proofmark_intake.ledger import Ledger
from proofmark_intake.settings import IntakeSettings
from proofmark_intake.submission import Unacceptable

service = Service("intake", IntakeSettings)

CLOSED_AS: dict[str, Outcome] = {"approved": "released", "rejected": "rejected", "not-proven": "not-proven"}
LOOK_AGAIN_S = 30.0
"""How soon a pause or a resume is noticed by the deadline."""


@service.on(SpecSubmitted)
async def answer(submitted: SpecSubmitted, context: Context) -> list[Message]:
    """Open a study, or say why not."""
    asked = {"tenant": submitted.tenant, "event": submitted.event}
    try:
        opened, warnings = await admit(submitted, context)
    except Unacceptable as refusal:
        return [SpecAnswered(**asked, reasons=refusal.reasons)]
    except ObjectMissing as missing:
        return [SpecAnswered(**asked, reasons=(f"files: no upload with sha256 {missing.digest}",))]
    await context.queue.open(opened.study)
    return [opened, SpecAnswered(**asked, study=opened.study, warnings=warnings)]


@service.on(StudyOpened)
async def enforce_deadline(opened: StudyOpened, context: Context) -> AsyncIterator[Message]:
    """Expire a study that lived too long, and close it if even that leads nowhere."""
    settings = context.settings
    assert isinstance(settings, IntakeSettings)
    if await context.read(StudyClosed, opened.study) is not None:
        return
    left_s = await remaining_s(opened, context)
    if left_s > 0:
        raise RetryLater(min(left_s, LOOK_AGAIN_S))
    yield StudyExpired(study=opened.study)
    if left_s + settings.closing_grace_s > 0:
        raise RetryLater(min(left_s + settings.closing_grace_s, LOOK_AGAIN_S))
    reason = f"no verdict within {opened.deadline_s:g} s and {settings.closing_grace_s:g} s of grace"
    yield StudyClosed(study=opened.study, outcome="failed", reasons=(reason,))


@service.on(StudyCommanded)
async def carry_out(command: StudyCommanded, context: Context) -> AsyncIterator[Message]:
    """Cancel, pause, resume or delete a tenant's own study; a closed one can only be deleted."""
    opened = await context.read(StudyOpened, command.study)
    if opened is None or opened.tenant != command.tenant:
        raise Rejected(f"{command.action}: tenant {command.tenant} has no study {command.study}")
    is_open = await context.read(StudyClosed, command.study) is None
    if is_open and command.action in ("cancel", "delete"):
        yield StudyClosed(study=command.study, outcome="cancelled", reasons=("cancelled by its owner",))
    if is_open and command.action == "pause":
        await context.queue.pause(command.study)
    if is_open and command.action == "resume":
        await context.queue.resume(command.study)
    if command.action == "delete":
        for bulk in SERVICES[service.name].purges:
            await context.purge(bulk, command.study)


@service.on(ReliabilityAssessed)
async def settle(assessed: ReliabilityAssessed, context: Context) -> list[Message]:
    """Nobody needs the study's remaining chunks; one that gave no answer at all has failed."""
    await context.queue.purge(assessed.study)
    if assessed.outcome == "failed":
        return [StudyClosed(study=assessed.study, outcome="failed", reasons=assessed.reasons)]
    return []


@service.on(ThermalAssessed)
async def give_up(assessed: ThermalAssessed, context: Context) -> list[Message]:
    """Without temperatures no vector can be judged."""
    if assessed.outcome == "failed" and await context.read(StudyClosed, assessed.study) is None:
        return [StudyClosed(study=assessed.study, outcome="failed", reasons=assessed.reasons)]
    return []


@service.on(ReleaseSealed)
async def close(sealed: ReleaseSealed, context: Context) -> list[Message]:
    """The evidence is complete."""
    if await context.read(StudyClosed, sealed.study) is not None:
        return []
    if sealed.firmware == "failed":
        return [StudyClosed(study=sealed.study, outcome="failed", reasons=sealed.reasons)]
    return [StudyClosed(study=sealed.study, outcome=CLOSED_AS[sealed.verdict])]


@service.on(StudyClosed)
async def clear_away(closed: StudyClosed, context: Context) -> AsyncIterator[Message]:
    """Stop the workers, tell the owner, free the quota; sweep what late planners leave, and remove a queue that stays
    empty for two leases."""
    opened = await context.read(StudyOpened, closed.study)
    if opened is None:
        raise Rejected(f"closed study {closed.study} was never opened")
    yield ChunkStop(study=closed.study)
    late = await context.queue.holds(closed.study)
    await context.queue.purge(closed.study)
    await Ledger(context.state).give_back(opened.tenant, closed.study)
    assessed = await context.read(ReliabilityAssessed, closed.study)
    yield StudyOutcome(
        tenant=opened.tenant,
        study=closed.study,
        outcome=closed.outcome,
        reasons=closed.reasons,
        reliability=assessed.summary() if assessed else None,
    )
    assert context.delivery is not None
    quiet_s = 2 * context.settings.lease_s
    if late or context.delivery.age_s < quiet_s:
        raise RetryLater(quiet_s)
    await context.queue.remove(closed.study)
