"""Whether the intervals of running studies still shrink: a metric that names no study."""

from proofmark_chassis import telemetry
from proofmark_contracts.assessment import ReliabilityUpdated

STUDIES = 1000
"""Remembered at a time: of those that this process counts."""


class Narrowing:
    """Counts live estimates by whether each is narrower than the one before it of the same study."""

    def __init__(self) -> None:
        self._narrowest: dict[str, float] = {}

    def note(self, live: ReliabilityUpdated) -> None:
        width = live.r_high - live.r_low
        before = self._narrowest.pop(live.study, 1.0)
        self._narrowest[live.study] = min(width, before)
        if len(self._narrowest) > STUDIES:
            del self._narrowest[next(iter(self._narrowest))]
        telemetry.intervals.add(1, {"narrower": "yes" if width < before else "no"})
