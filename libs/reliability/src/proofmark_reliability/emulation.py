"""Emulates the margins of every requirement by Gaussian processes; what is sought is where any of them is negative.

Only the sign of a margin counts, so a margin may be squashed by a monotone function that keeps it: asinh tames margins
that grow without bounds far from failure. Whichever of the margin and the squashed margin is likelier is emulated.

A process is told by its own errors how far to be trusted: standard deviations are multiplied by `doubt`, the root mean
square of its standardised errors when each run is left out, where that is above one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.gaussian_process import GaussianProcess, Shape, fit

DOUBT_CEILING = 100.0


@dataclass(frozen=True, eq=False)
class Emulator:
    """Of one requirement."""

    process: GaussianProcess
    squashed: bool
    """Whether the process runs through asinh(margin) rather than the margin, both in units of its robust scale."""

    def predict(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return mean and standard deviation at (m, d) points, both (m,); negative is a violation."""
        mean, deviation = self.process.predict(points)
        return mean, self.doubt * deviation

    def covariance(self, points: FloatArray, others: FloatArray) -> FloatArray:
        return self.doubt**2 * self.process.covariance(points, others)

    @cached_property
    def doubt(self) -> float:
        errors = (self.process.values - self.process.left_out) / self.process.left_out_deviation
        return float(np.clip(np.sqrt(np.mean(errors**2)), 1.0, DOUBT_CEILING))

    @cached_property
    def explained(self) -> float:
        """Share of the runs' variance that is predicted when each is left out; negative if worse than their mean."""
        errors, values = self.process.values - self.process.left_out, self.process.values
        total = float(((values - values.mean()) ** 2).sum())
        return 1 - float(errors @ errors) / total if total else 1.0


@dataclass(frozen=True, eq=False)
class Emulators:
    """Of all requirements: a run fails where any is negative."""

    parts: tuple[Emulator, ...]

    def predict(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return means and standard deviations at (m, d) points, both (requirements, m)."""
        predicted = [part.predict(points) for part in self.parts]
        return np.stack([mean for mean, _ in predicted]), np.stack([deviation for _, deviation in predicted])

    def optimistic(self, points: FloatArray, deviations: float) -> FloatArray:
        """Return the (m,) worst margin that so many standard deviations below the mean would allow."""
        mean, deviation = self.predict(points)
        return np.asarray((mean - deviations * deviation).min(axis=0))

    def failing(self, points: FloatArray) -> FloatArray:
        """Return the (m,) probability that runs at (m, d) points fail, requirements taken as independent."""
        mean, deviation = self.predict(points)
        return np.asarray(1 - ndtr(mean / deviation).prod(axis=0))


def emulate(points: FloatArray, margins: FloatArray, scales: FloatArray, earlier: Emulators | None = None) -> Emulators:
    """Emulate every requirement.

    Parameters
    ----------
    points : (n, d) float array
        Standard-normal.
    margins : (n, requirements) float array
        Of answered runs: no NaN.
    scales : (requirements,) float array
        See `robust_scales`.
    earlier : Emulators, optional
        Of fewer of these runs: where to start looking.
    """
    before: Sequence[Emulator | None] = earlier.parts if earlier else [None] * margins.shape[1]
    scaled = (margins / scales).T
    return Emulators(tuple(_emulate(points, margin, emulator) for margin, emulator in zip(scaled, before, strict=True)))


def _emulate(points: FloatArray, margin: FloatArray, earlier: Emulator | None) -> Emulator:
    candidates = []
    for squashed in (False, True):
        starts: tuple[Shape, ...] = ()
        if earlier is not None and earlier.squashed == squashed:
            starts = (earlier.process.shape,)
        process = fit(points, np.arcsinh(margin) if squashed else margin, starts)
        # of the change of variable, as far as values are spare: the trend takes up the rest
        slopes = -0.5 * np.log1p(margin**2) if squashed else np.zeros(1)
        evidence = process.evidence + float(slopes.mean()) * process.spare
        candidates.append((evidence, Emulator(process, squashed)))
    return max(candidates, key=lambda candidate: candidate[0])[1]
