"""One-sided bounds of a probability of failure, by where the evidence comes from.

Each kind says what pf is at least, from F- (runs that failed for certain), and at most, from F+ (runs that failed or
have no answer), at a confidence of that bound alone.
"""

from dataclasses import dataclass
from math import exp, log1p, sqrt
from typing import Protocol

from scipy.special import ndtri

from proofmark_reliability import intervals, sequence, weighing
from proofmark_reliability.protocol import Stated
from proofmark_reliability.tally import Tally
from proofmark_reliability.weighing import Weighed


class Bounds(Protocol):
    """Bounds of pf."""

    def at_least(self, confidence: float) -> float: ...

    def at_most(self, confidence: float) -> float: ...


@dataclass(frozen=True)
class Counted:
    """So many runs, a number fixed beforehand, taken as independent: Clopper-Pearson."""

    failures: int
    missing: int
    samples: int

    def at_least(self, confidence: float) -> float:
        return intervals.lower_limit(self.failures, self.samples, confidence)

    def at_most(self, confidence: float) -> float:
        return intervals.upper_limit(self.failures + self.missing, self.samples, confidence)


@dataclass(frozen=True)
class Watched:
    """Independent runs whose number may depend on what they found: the confidence sequence."""

    failures: int
    missing: int
    samples: int

    def at_least(self, confidence: float) -> float:
        return sequence.lower_limit(self.failures, self.samples, confidence)

    def at_most(self, confidence: float) -> float:
        return sequence.upper_limit(self.failures + self.missing, self.samples, confidence)


@dataclass(frozen=True)
class Scrambles:
    """Independent blocks of equal size: a t-interval over their frequencies."""

    failures: tuple[int, ...]
    counts: Tally

    def at_least(self, confidence: float) -> float:
        return intervals.t_limits(self.failures, self.counts.samples, confidence)[0]

    def at_most(self, confidence: float) -> float:
        worst = tuple(failed + missing for failed, missing in zip(self.failures, self.counts.missing, strict=True))
        return intervals.t_limits(worst, self.counts.samples, confidence)[1]


@dataclass(frozen=True)
class FinalRuns:
    """Weighed runs, looked at no more often than planned."""

    sums: Weighed
    looks: int

    def at_least(self, confidence: float) -> float:
        return weighing.limits(self.sums, weighing.at_look(confidence, self.looks))[0]

    def at_most(self, confidence: float) -> float:
        return weighing.limits(self.sums, weighing.at_look(confidence, self.looks))[1]


@dataclass(frozen=True)
class OfTheUnion:
    """An estimate that the algorithm states for all requirements together, its logarithm taken as normal.

    Where it is not `alone` what is judged, but one of several groups, it still bounds each of them from above.
    """

    stated: Stated
    alone: bool

    def at_least(self, confidence: float) -> float:
        return self._quantile(1 - confidence) if self.alone else 0.0

    def at_most(self, confidence: float) -> float:
        return min(1.0, self._quantile(confidence))

    def _quantile(self, probability: float) -> float:
        spread = sqrt(log1p(self.stated.relative_error**2))
        return self.stated.pf * exp(spread * float(ndtri(probability)))
