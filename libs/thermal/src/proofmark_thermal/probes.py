"""Where a probe is: which nodes its temperature is read from, and how."""

from collections.abc import Mapping

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.elements import shapes
from proofmark_thermal.integrals import Integrals
from proofmark_thermal.problem import Probe
from proofmark_thermal.space import Space

_INSIDE = -1e-9
"""Least barycentric coordinate of a point that a cell holds."""


def probe_weights(space: Space, regions: Mapping[str, Integrals], probe: Probe) -> FloatArray:
    """Return the (n,) weights of the nodes of the cell that holds a point, else of the nearest node.

    Parameters
    ----------
    regions
        The cells of each region.
    """
    point = np.array(probe.nearest[: space.mesh.dimension])
    names = [probe.region] if probe.region is not None else list(regions)
    weights = np.zeros(space.size)
    for name in names:
        cells = regions[name]
        inner = np.einsum("mcd,md->mc", cells.corner_gradients, point - cells.places[:, 0])
        inner[:, 0] += 1
        best = int(inner.min(axis=1).argmax())
        if inner[best].min() >= _INSIDE:
            weights[cells.nodes[best]] = shapes(inner[best : best + 1], cells.degree)[0]
            return weights
    nodes = np.unique(np.concatenate([space.node_regions[name] for name in names]))
    weights[nodes[np.linalg.norm(space.nodes[nodes] - point, axis=1).argmin()]] = 1
    return weights
