"""How much of its life a study has left."""

import json

from proofmark_chassis import Context
from proofmark_contracts.study import StudyCommanded, StudyOpened
from proofmark_intake.clock import paused_s


async def remaining_s(opened: StudyOpened, context: Context) -> float:
    """Seconds until the deadline; negative once it has passed. Paused time does not count."""
    assert context.delivery is not None
    now_s = context.delivery.published_at_s + context.delivery.age_s
    history = await context.history(StudyCommanded, opened.tenant, opened.study)
    commands = [(entry.at_s, str(json.loads(entry.data).get("action"))) for entry in history]
    return opened.deadline_s + paused_s(commands, now_s) - context.delivery.age_s
