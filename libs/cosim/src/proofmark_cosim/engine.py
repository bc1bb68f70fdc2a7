"""What runs a plan: a state for each vector, taken from cycle to cycle."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from proofmark_cosim.component import Columns, FloatArray
from proofmark_cosim.evaluation import evaluated
from proofmark_cosim.plan import Plan

Array = npt.NDArray[Any]


class Engine(ABC):
    """A plan at work in n vectors.

    Every engine gives the same bits, whatever other vectors it runs and however cycles are told to it.
    """

    def __init__(self, plan: Plan, columns: Columns, vectors: int) -> None:
        """Put every vector at cycle 0.

        Parameters
        ----------
        columns : mapping of (n,) float arrays
            Every parameter that the plan's nodes read.
        """
        self.plan = plan
        self.vectors = vectors
        self.columns = {name: np.ascontiguousarray(column, np.float64) for name, column in columns.items()}
        self.state: dict[str, Array] = {}
        for name, node in plan.start.items():
            value = np.asarray(evaluated(node, self.columns))
            self.state[name] = np.array(np.broadcast_to(value, vectors), dtype=node.kind.value)

    @abstractmethod
    def run(self, first: int, last: int, streams: Columns, kept: Mapping[str, FloatArray]) -> None:
        """Take every vector from cycle `first` to cycle `last`.

        Parameters
        ----------
        streams : mapping of (n, last - first) or (1, last - first) float arrays
        kept : mapping of (n, m) float arrays
            Where records go: that of cycle k in column k / every.
        """

    @abstractmethod
    def look(self, cycle: int, streams: Columns, kept: Mapping[str, FloatArray]) -> None:
        """Compute, record and watch what there is at a cycle, and move nothing: again changes nothing.

        Parameters
        ----------
        streams : mapping of (n, 1) or (1, 1) float arrays
        """

    def close(self) -> None:  # noqa: B027  # few engines hold anything else
        """Give back what runs outside of this process's memory."""

    @property
    def failures(self) -> Mapping[int, str]:
        """Why foreign components give no numbers any more, by row."""
        return {}

    @property
    @abstractmethod
    def faults(self) -> npt.NDArray[np.int32]:
        """(n,) sites of the controller that faulted, 0 for none."""
