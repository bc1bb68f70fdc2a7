"""The runs of a study as arrays: what was asked of each vector, what it counts for, and how it fared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self, get_args

import numpy as np
import numpy.typing as npt

from proofmark_contracts.assessment import Block
from proofmark_contracts.campaign import Role
from proofmark_contracts.design import Design
from proofmark_contracts.tables import STATUS, Column, floats
from proofmark_reliability.tally import answered, margins_of

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

Table = Mapping[str, Column]

ROLES: tuple[Role, ...] = get_args(Role)
PLAIN, LEARNING, FINAL = range(len(ROLES))


@dataclass(frozen=True)
class Batch:
    """One round, as the study's tables hold it."""

    vectors: Table
    """A column in SI for each random parameter; at least as many rows as outcomes."""
    outcomes: Table
    """A column in SI for each metric, and `status`; one row for each run that counts."""
    blocks: tuple[Block, ...] = ()
    """In vector order; none if all vectors are plain."""
    log_weights: FloatArray | None = None
    """Of each vector; None if all are plain."""


@dataclass(frozen=True)
class Runs:
    """Every run that counts, in (batch, vector) order."""

    design: Design
    vectors: Mapping[str, FloatArray]
    """Of each random parameter, (n,) values in SI."""
    metrics: Mapping[str, FloatArray]
    """Of each metric, (n,) values in SI; NaN where there is no answer."""
    status: Codes
    """(n,) codes of `RUN_STATUS`."""
    batch: IntArray
    """(n,) number of the batch."""
    role: Codes
    """(n,) codes of `ROLES`."""
    log_weight: FloatArray
    """(n,) log of the nominal density over the one drawn from; zero for plain runs."""

    @classmethod
    def of(cls, batches: Sequence[Batch], design: Design) -> Self:
        """Read the tables of a study; vectors that were planned but never run are left out."""
        ran = [len(batch.outcomes[STATUS]) for batch in batches]
        both = list(zip(batches, ran, strict=True))
        parameters = design.random_parameters
        return cls(
            design,
            {name: _joined(floats(one.vectors[name])[:rows] for one, rows in both) for name in parameters},
            {name: _joined(floats(one.outcomes[name]) for one in batches) for name in design.metrics},
            _joined((one.outcomes[STATUS].astype(np.int8, copy=False) for one in batches), np.int8),
            np.repeat(np.arange(len(batches)), ran),
            _joined((_roles(one.blocks, rows) for one, rows in both), np.int8),
            _joined(np.zeros(rows) if one.log_weights is None else one.log_weights[:rows] for one, rows in both),
        )

    def __len__(self) -> int:
        return len(self.status)

    @property
    def batches(self) -> int:
        """How many batches have runs."""
        return int(self.batch.max(initial=-1)) + 1

    @cached_property
    def margins(self) -> FloatArray:
        """Of each run, of each requirement, SI: (n, requirements) array; NaN where there is no answer."""
        return margins_of(self.design.limits, self.metrics)

    @cached_property
    def answered(self) -> BoolArray:
        """(n,) whether the run answered everything that was asked."""
        return answered(self.margins, self.status != 0)

    @cached_property
    def plain(self) -> BoolArray:
        """(n,) whether the run was drawn from the parameters' own distribution, whatever was learnt before."""
        return np.asarray(self.role == PLAIN)

    @cached_property
    def final(self) -> BoolArray:
        """(n,) whether the run estimates the probability of failure by its weight."""
        return np.asarray(self.role == FINAL)

    def failed(self, requirements: Sequence[int]) -> BoolArray:
        """(n,) whether the run answered and violates any of these requirements."""
        return np.asarray(self.answered & (self.margins[:, list(requirements)] < 0).any(axis=1))


def _roles(blocks: tuple[Block, ...], rows: int) -> Codes:
    if not blocks:
        return np.full(rows, PLAIN, np.int8)
    codes = np.array([ROLES.index(block.role) for block in blocks], np.int8)
    return np.repeat(codes, [block.vectors for block in blocks])[:rows]


def _joined(parts: Iterable[npt.NDArray[Any]], kind: type[np.generic] = np.float64) -> npt.NDArray[Any]:
    found = list(parts)
    return found[0] if len(found) == 1 else np.concatenate([np.empty(0, kind), *found])
