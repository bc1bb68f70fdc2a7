"""Gate: decides from the last message of each required subject, and signs."""

from proofmark_chassis import Context, Rejected, Service
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.custody import DesignDecided, Envelope
from proofmark_contracts.message import Message
from proofmark_contracts.messages import ASSESSMENTS
from proofmark_contracts.study import StudyOpened
from proofmark_contracts.temperatures import ThermalAssessed
from proofmark_custody.decision import sign_decision
from proofmark_custody.keystore import open_key
from proofmark_gate.decision import decide, strictest
from proofmark_gate.settings import GateSettings
from proofmark_gate.temperatures import judge_temperatures

service = Service("gate", GateSettings)


@service.on(ReliabilityAssessed)
async def judge_reliable(assessed: ReliabilityAssessed, context: Context) -> list[Message]:
    return await judge(assessed.study, context)


@service.on(ThermalAssessed)
async def judge_cool(assessed: ThermalAssessed, context: Context) -> list[Message]:
    return await judge(assessed.study, context)


async def judge(study_id: str, context: Context) -> list[Message]:
    """Decide once every assessment that the study requires is there; the last one to come wakes this again."""
    settings = context.settings
    assert isinstance(settings, GateSettings)
    opened = await context.received(StudyOpened, study_id)
    if opened is None:
        raise Rejected(f"study {study_id} was assessed but never opened")
    study = StudyOpened.decode(opened.data)
    if unknown := [name for name in study.requires if name not in ASSESSMENTS]:
        raise Rejected(f"study {study_id} requires {', '.join(unknown)}: this gate judges {', '.join(ASSESSMENTS)}")
    received = [await context.received(ASSESSMENTS[name], study_id) for name in study.requires]
    there = [message for message in received if message is not None]
    if len(there) < len(received):
        return []
    facts = {StudyOpened.verb: opened.data}
    facts |= {ASSESSMENTS[name].verb: message.data for name, message in zip(study.requires, there, strict=True)}
    estimate = ReliabilityAssessed.decode(facts[ReliabilityAssessed.verb])
    if estimate.outcome == "failed":
        return []
    decision = decide(estimate.estimates, estimate.confidence, settings.accept, settings.model_free_within)
    predicate = {
        "study": study.study,
        "design": study.design.design_digest(),
        "spec": study.design.spec_digest(),
        "attempt": study.attempt,
        "policy": {
            "accept": settings.accept,
            "confidence": estimate.confidence,
            "model_free_within": settings.model_free_within,
        },
        "estimates": [e.model_dump(mode="json") for e in estimate.estimates],
        "reproducible": estimate.reproducible,
    }
    if ThermalAssessed.verb in facts:
        heat = ThermalAssessed.decode(facts[ThermalAssessed.verb])
        if heat.outcome == "failed":
            return []
        decision = strictest(decision, judge_temperatures(heat.checks, heat.error_estimate_k))
        predicate["temperatures"] = [check.model_dump(mode="json") for check in heat.checks]
    predicate |= {"verdict": decision.verdict, "reasons": list(decision.reasons)}
    envelope = sign_decision(facts, predicate, open_key(settings.key_folder, "gate"))
    return [DesignDecided(study=study.study, verdict=decision.verdict, envelope=Envelope.model_validate(envelope))]
