"""Notifier: one line on standard output for each study that ends."""

from proofmark_chassis import Context, Rejected, Service
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.study import StudyClosed, StudyOpened
from proofmark_notifier.line import line

service = Service("notifier")


@service.on(StudyClosed)
async def tell(closed: StudyClosed, context: Context) -> None:
    opened = await context.read(StudyOpened, closed.study)
    if opened is None:
        raise Rejected(f"study {closed.study} was closed but never opened")
    assessed = await context.read(ReliabilityAssessed, closed.study)
    print(line(opened, assessed, closed), flush=True)
