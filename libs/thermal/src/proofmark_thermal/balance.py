"""What enters, what leaves, what stays: the heat balance of a solution, in watts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.model import Model
from proofmark_thermal.terms import Film, Heating, Radiation


@dataclass(frozen=True)
class Balance:
    """Heat at one moment, W."""

    entering: Mapping[str, float]
    """By region and source."""
    leaving: Mapping[str, float]
    """By sink."""
    stored: float = 0.0

    @property
    def total(self) -> float:
        """All that enters by regions and sources."""
        return sum(self.entering.values())

    @property
    def imbalance(self) -> float:
        """What enters less what leaves and what is stored: zero, but for rounding and the solver's tolerance."""
        return self.total - sum(self.leaving.values()) - self.stored


def balance(model: Model, temperatures: FloatArray, time_s: float = 0.0, stored: FloatArray | None = None) -> Balance:
    """Return the balance of temperatures.

    Parameters
    ----------
    temperatures : (n,) K
    stored : (n,) W
        Heat that nodes take up; none in a steady state.
    """
    entering: dict[str, float] = {}
    leaving: dict[str, float] = {}
    for term in model.terms:
        if isinstance(term, Film | Radiation) or (isinstance(term, Heating) and term.name in model.problem.sinks):
            out = float(term.leaving(temperatures, time_s).sum())
            leaving[term.name] = leaving.get(term.name, 0.0) + out
        elif isinstance(term, Heating):
            entering[term.name] = term.watts(temperatures, time_s)
    taken = np.zeros(model.size) if stored is None else stored
    missing = -(model.leaving(temperatures, time_s) + taken) if model.fixed else taken
    for name, (nodes, _) in model.fixed.items():
        leaving[name] = float(missing[nodes].sum())
    return Balance(entering, leaving, float(taken.sum()))
