"""The runs of one batch, as arrays, with what each counts for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from proofmark_aggregator.counting import OK, FloatArray, Metrics, Status
from proofmark_contracts.campaign import Role
from proofmark_contracts.design import Design
from proofmark_reliability.tally import margins_of

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Runs:
    vectors: dict[str, FloatArray]
    """(n,) values of each random parameter, SI."""
    metrics: Metrics
    status: Status
    log_weights: FloatArray
    """(n,) zero where the parameters' own distribution was drawn from."""
    roles: npt.NDArray[np.str_]
    """(n,) see `Role`."""

    def __len__(self) -> int:
        return len(self.status)

    def of(self, *roles: Role) -> "Runs":
        """The runs that count for any of these."""
        chosen = np.isin(self.roles, roles)
        return Runs(
            {name: column[chosen] for name, column in self.vectors.items()},
            {name: column[chosen] for name, column in self.metrics.items()},
            self.status[chosen],
            self.log_weights[chosen],
            self.roles[chosen],
        )

    def margins(self, design: Design) -> FloatArray:
        """(n, requirements) array, SI."""
        return margins_of(design.limits, self.metrics)

    @property
    def missing(self) -> BoolArray:
        return np.asarray(self.status != OK)


def joined(batches: Sequence[Runs]) -> Runs:
    """Runs of several batches, one after another."""
    first = batches[0]
    if len(batches) == 1:
        return first
    return Runs(
        {name: np.concatenate([batch.vectors[name] for batch in batches]) for name in first.vectors},
        {name: np.concatenate([batch.metrics[name] for batch in batches]) for name in first.metrics},
        np.concatenate([batch.status for batch in batches]),
        np.concatenate([batch.log_weights for batch in batches]),
        np.concatenate([batch.roles for batch in batches]),
    )
