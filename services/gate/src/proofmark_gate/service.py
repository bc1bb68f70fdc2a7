"""Gate: decides from the last message of each required subject, and signs."""

from proofmark_chassis import Context, Rejected, Service
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.custody import DesignDecided, Envelope
from proofmark_contracts.message import Message
from proofmark_contracts.study import StudyOpened
from proofmark_custody.decision import sign_decision
from proofmark_custody.keystore import open_key
from proofmark_gate.decision import decide
from proofmark_gate.settings import GateSettings

service = Service("gate", GateSettings)


@service.on(ReliabilityAssessed)
async def judge(assessed: ReliabilityAssessed, context: Context) -> list[Message]:
    """Decide once every assessment that the study requires is there."""
    settings = context.settings
    assert isinstance(settings, GateSettings)
    opened = await context.received(StudyOpened, assessed.study)
    evidence = await context.received(ReliabilityAssessed, assessed.study)
    if opened is None or evidence is None:
        raise Rejected(f"study {assessed.study} was assessed but never opened")
    study, estimate = StudyOpened.decode(opened.data), ReliabilityAssessed.decode(evidence.data)
    if study.requires != ("reliability",):
        raise Rejected(f"study {study.study} requires {', '.join(study.requires)}: this gate judges reliability alone")
    if estimate.outcome == "failed":
        return []
    decision = decide(estimate.estimates, estimate.confidence, settings.accept, settings.model_free_within)
    predicate = {
        "study": study.study,
        "verdict": decision.verdict,
        "reasons": list(decision.reasons),
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
    facts = {"study.opened": opened.data, "reliability.assessed": evidence.data}
    envelope = sign_decision(facts, predicate, open_key(settings.key_folder, "gate"))
    return [DesignDecided(study=study.study, verdict=decision.verdict, envelope=Envelope.model_validate(envelope))]
