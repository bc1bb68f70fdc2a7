"""The runs of a study as arrays: what was asked of each vector, and how it fared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from proofmark_contracts.design import Design
from proofmark_contracts.tables import STATUS, Column
from proofmark_reliability.tally import answered, margin

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Status = npt.NDArray[np.int8]

Table = Mapping[str, Column]


@dataclass(frozen=True)
class Runs:
    """Every run that counts, in (batch, vector) order."""

    design: Design
    vectors: Mapping[str, FloatArray]
    """Of each random parameter, (n,) values in SI."""
    metrics: Mapping[str, FloatArray]
    """Of each metric, (n,) values in SI; NaN where there is no answer."""
    status: Status
    """(n,) codes of `RUN_STATUS`."""

    @classmethod
    def of(cls, vectors: Table, outcomes: Table, design: Design) -> Self:
        """Read the tables of a study; vectors that were planned but never run are left out."""
        status = outcomes[STATUS].astype(np.int8, copy=False)
        return cls(
            design,
            {name: _floats(vectors[name])[: len(status)] for name in design.random_parameters},
            {name: _floats(outcomes[name]) for name in design.metrics},
            status,
        )

    def __len__(self) -> int:
        return len(self.status)

    @cached_property
    def margins(self) -> FloatArray:
        """Of each run, of each requirement, SI: (n, requirements) array; NaN where there is no answer."""
        found = np.full((len(self), len(self.design.requirements)), np.nan, order="F")
        for column, asked in enumerate(self.design.requirements):
            found[:, column] = margin(self.metrics[asked.metric], asked.low, asked.high)
        return found

    @cached_property
    def answered(self) -> BoolArray:
        """(n,) whether the run answered everything that was asked."""
        return answered(self.margins, self.status != 0)

    def failed(self, requirements: Sequence[int]) -> BoolArray:
        """(n,) whether the run answered and violates any of these requirements."""
        return np.asarray(self.answered & (self.margins[:, list(requirements)] < 0).any(axis=1))


def joined(batches: Sequence[tuple[Table, Table]]) -> tuple[dict[str, Column], dict[str, Column]]:
    """Put the vectors and the outcomes of consecutive batches together, without vectors that were never run."""
    ran = [(_first(vectors, len(outcomes[STATUS])), outcomes) for vectors, outcomes in batches]
    return _stacked([vectors for vectors, _ in ran]), _stacked([outcomes for _, outcomes in ran])


def _first(table: Table, rows: int) -> Table:
    return {name: column[:rows] for name, column in table.items()}


def _stacked(tables: Sequence[Table]) -> dict[str, Column]:
    if len(tables) == 1:
        return dict(tables[0])
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def _floats(column: Column) -> FloatArray:
    return column.astype(np.float64, copy=False)
