"""What there is to say of a study that ended."""

from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.study import StudyClosed, StudyOpened


def line(opened: StudyOpened, assessed: ReliabilityAssessed | None, closed: StudyClosed) -> str:
    """Study, name of the design, outcome; the two-sided bounds of the system's reliability where it was assessed."""
    words = [closed.study, opened.design.name, closed.outcome]
    if assessed is not None and assessed.outcome == "assessed":
        system = assessed.estimates[0]
        words.append(f"R in [{system.r_low:.5f}, {system.r_high:.5f}] at {100 * assessed.confidence:g} %")
    return "  ".join(words)
