"""Counting: what a run of consecutive vectors says about each requirement, as sums that add up over a prefix.

A run with any margin missing counts as missing for every requirement: it never counts as safe.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from proofmark_reliability.arrays import BoolArray, FloatArray, IntArray
from proofmark_reliability.errors import WrongShape


@dataclass(frozen=True)
class Group:
    """Requirements judged together: a run fails the group if it violates any of them."""

    name: str
    target: float
    members: tuple[int, ...]
    """Columns of the margins."""


@dataclass(frozen=True)
class Fared:
    """How one requirement fared over the answered runs."""

    failures: int = 0
    sole_cause: int = 0
    """Runs that failed this requirement and no other."""
    worst: float | None = None
    """Smallest margin; None where no run answered."""
    worst_vector: int | None = None
    """The first vector that gave it."""

    def __add__(self, later: "Fared") -> "Fared":
        mine_is_worst = later.worst is None or (self.worst is not None and self.worst <= later.worst)
        worst = self if mine_is_worst else later
        return Fared(
            self.failures + later.failures, self.sole_cause + later.sole_cause, worst.worst, worst.worst_vector
        )


@dataclass(frozen=True)
class Tally:
    """Counts over consecutive vectors, by block. Tallies of consecutive runs of vectors add up to that of the whole."""

    samples: tuple[int, ...]
    """Vectors counted in each block."""
    missing: tuple[int, ...]
    """Of those, runs without an answer."""
    failures: tuple[tuple[int, ...], ...]
    """For each group, failed runs in each block."""
    requirements: tuple[Fared, ...]
    """For each requirement, all blocks together."""

    def __add__(self, later: "Tally") -> "Tally":
        return Tally(
            _sum(self.samples, later.samples),
            _sum(self.missing, later.missing),
            tuple(_sum(mine, theirs) for mine, theirs in zip(self.failures, later.failures, strict=True)),
            tuple(mine + theirs for mine, theirs in zip(self.requirements, later.requirements, strict=True)),
        )


def groups(names: Sequence[str], targets: Sequence[float | None], system_target: float) -> tuple[Group, ...]:
    """Return what is judged: the system first (every requirement without a target of its own), then each of the others.

    Parameters
    ----------
    names, targets : one for each requirement
        A target of None counts for the system's.
    """
    shared = tuple(index for index, target in enumerate(targets) if target is None)
    system = (Group("system", system_target, shared),) if shared else ()
    own = (
        Group(name, target, (index,))
        for index, (name, target) in enumerate(zip(names, targets, strict=True))
        if target is not None
    )
    return (*system, *own)


def margin(metric: FloatArray, low: float | None, high: float | None) -> FloatArray:
    """Return how far a metric is inside its limits: negative is a violation, equality passes, NaN stays NaN.

    Parameters
    ----------
    metric : (n,) float array
    low, high : float, optional
        Limits in the unit of the metric; None is no limit.
    """
    inside = np.full(np.shape(metric), np.inf) if low is None else metric - low
    outside = np.full(np.shape(metric), np.inf) if high is None else high - metric
    return np.where(np.isnan(metric), np.nan, np.minimum(inside, outside))


def margins_of(
    limits: Sequence[tuple[str, float | None, float | None]], metrics: Mapping[str, FloatArray]
) -> FloatArray:
    """Return the margin of each requirement in each run.

    Parameters
    ----------
    limits : (metric, low, high) for each requirement
        See `margin`.
    metrics : mapping to (n,) float arrays
        At least those named.

    Returns
    -------
    (n, requirements) float array, columns contiguous, each in the unit of its metric; NaN where there is no answer.
    """
    columns = [margin(metrics[name], low, high) for name, low, high in limits]
    return np.asfortranarray(np.column_stack(columns))


def answered(margins: FloatArray, missing: BoolArray) -> BoolArray:
    """Return which runs gave an answer to everything that was asked.

    Parameters
    ----------
    margins : (n, requirements) float array
    missing : (n,) bool array
        Runs known to have no answer.
    """
    if missing.shape != margins.shape[:1]:
        raise WrongShape("missing", margins.shape[:1], missing.shape)
    return np.asarray(~missing & ~np.isnan(margins).any(axis=1))


def empty_tally(blocks: int, judged: Sequence[Group], requirements: int) -> Tally:
    """Return the tally of no vectors."""
    zeros = (0,) * blocks
    return Tally(zeros, zeros, (zeros,) * len(judged), (Fared(),) * requirements)


def tally(margins: FloatArray, missing: BoolArray, first: int, blocks: Sequence[int], judged: Sequence[Group]) -> Tally:
    """Count vectors first, first + 1, ... of a batch.

    Parameters
    ----------
    margins : (n, requirements) float array
        See `margin`; one unit for each column.
    missing : (n,) bool array
        Runs without an answer; a NaN margin makes a run missing as well.
    first : int
        Index of the first vector in its batch.
    blocks : ints
        Layout of the batch, see `designs.layout`.
    judged : groups
        See `groups`.
    """
    counted = answered(margins, missing)
    block = np.searchsorted(np.cumsum(blocks), first + np.arange(len(margins)), side="right")

    def by_block(of: BoolArray) -> tuple[int, ...]:
        return tuple(np.bincount(block[of], minlength=len(blocks)).tolist())

    violated = (margins < 0) & counted[:, np.newaxis]
    violations = violated.sum(axis=1)
    return Tally(
        samples=by_block(np.ones(len(margins), dtype=np.bool_)),
        missing=by_block(~counted),
        failures=tuple(by_block(np.asarray(violated[:, group.members].any(axis=1))) for group in judged),
        requirements=tuple(
            _fared(margins[:, column], violated[:, column], violations, counted, first)
            for column in range(margins.shape[1])
        ),
    )


def _fared(margins: FloatArray, violated: BoolArray, violations: IntArray, counted: BoolArray, first: int) -> Fared:
    if not counted.any():
        return Fared()
    worst = int(np.flatnonzero(counted)[np.argmin(margins[counted])])
    return Fared(
        failures=int(violated.sum()),
        sole_cause=int((violated & (violations == 1)).sum()),
        worst=float(margins[worst]),
        worst_vector=first + worst,
    )


def _sum(mine: tuple[int, ...], theirs: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(mine, theirs, strict=True))
