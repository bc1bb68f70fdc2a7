"""All runs of a study together, each weighed by how likely it was under any of the densities that runs came from.

The weight of a run is the nominal density over the sum, over all batches, of the batch's density times its runs (the
balance heuristic): an old run counts on while it is useful and fades where newer densities go more often. Weights are
probabilities: over failing runs they add up to an estimate of pf. Learning rests on them, certificates never do.

References
----------
Veach & Guibas (1995), SIGGRAPH: optimally combining sampling techniques for Monte Carlo rendering.
"""

import numpy as np

from proofmark_reliability.arrays import BoolArray, FloatArray
from proofmark_reliability.densities import Density
from proofmark_reliability.normals import log_nominal


class Pool:
    """Answered runs of several densities.

    Attributes
    ----------
    normals : (n, d) float array
    margins : (n, requirements) float array
        Scaled, see `robust_scales`; no NaN.
    """

    def __init__(self, dimensions: int, requirements: int) -> None:
        self.normals: FloatArray = np.empty((0, dimensions))
        self.margins: FloatArray = np.empty((0, requirements))
        self._log_nominal: FloatArray = np.empty(0)
        self._log_drawn: FloatArray = np.empty(0)
        self._densities: list[tuple[float, Density]] = []

    def add(self, density: Density, runs: int, normals: FloatArray, margins: FloatArray) -> None:
        """Add the answered ones of so many runs drawn from a density."""
        if not runs:
            return
        log_runs = float(np.log(runs))
        self._densities.append((log_runs, density))
        earlier = np.logaddexp(self._log_drawn, log_runs + density.log_density(self.normals))
        added = np.logaddexp.reduce([often + drawn.log_density(normals) for often, drawn in self._densities])
        self._log_drawn = np.concatenate((earlier, added))
        self._log_nominal = np.concatenate((self._log_nominal, log_nominal(normals)))
        self.normals = np.concatenate((self.normals, normals))
        self.margins = np.concatenate((self.margins, margins))

    @property
    def failing(self) -> BoolArray:
        return np.asarray((self.margins < 0).any(axis=1))

    @property
    def log_masses(self) -> FloatArray:
        """Log of the probability that each run stands for."""
        return np.asarray(self._log_nominal - self._log_drawn)

    @property
    def masses(self) -> FloatArray:
        return np.exp(self.log_masses)
