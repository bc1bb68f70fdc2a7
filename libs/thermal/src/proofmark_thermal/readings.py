"""What is read off a temperature field: its maxima and their places, probes, junctions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.model import Model
from proofmark_thermal.terms import Heating


@dataclass(frozen=True)
class Hottest:
    """A maximum over all nodes of the elements, not over their corners alone."""

    temperature: float
    """K"""
    place: tuple[float, ...]
    """m; of a junction, the middle of its faces."""
    within: str
    """A region, or the source whose junction it is."""
    time_s: float = 0.0


@dataclass(frozen=True)
class Readings:
    """Of one field."""

    hottest: Hottest
    regions: Mapping[str, Hottest]
    probes: Mapping[str, float]
    """K"""
    junctions: Mapping[str, float]
    """K"""

    @property
    def every(self) -> FloatArray:
        """(g,) K, in the order of `goals`."""
        regions = [each.temperature for each in self.regions.values()]
        return np.array([*regions, *self.probes.values(), *self.junctions.values()])


def read(model: Model, temperatures: FloatArray, time_s: float = 0.0) -> Readings:
    """Read a field of (n,) temperatures, K."""
    regions = {}
    for name, nodes in model.space.node_regions.items():
        hot = nodes[temperatures[nodes].argmax()]
        place = tuple(float(x) for x in model.space.nodes[hot])
        regions[name] = Hottest(float(temperatures[hot]), place, name, time_s)
    junctions = {
        name: Hottest(float(weights @ temperatures) + rise, place, name, time_s)
        for name, (weights, rise, place) in _junctions(model, temperatures, time_s).items()
    }
    probes = {name: float(weights @ temperatures) for name, weights in model.probe_weights.items()}
    hottest = max([*regions.values(), *junctions.values()], key=lambda each: each.temperature)
    return Readings(hottest, regions, probes, {name: each.temperature for name, each in junctions.items()})


def hotter(one: Readings, other: Readings) -> Readings:
    """Return the higher of two moments' maxima, and the probes and junctions of the first."""
    regions = {
        name: max(one.regions[name], other.regions[name], key=lambda each: each.temperature) for name in one.regions
    }
    return replace(one, hottest=max(one.hottest, other.hottest, key=lambda each: each.temperature), regions=regions)


def goals(model: Model, temperatures: FloatArray, time_s: float = 0.0) -> dict[str, FloatArray]:
    """Return the (n,) weights of nodes in each temperature that is read: the regions' maxima, probes and junctions."""
    found = {}
    for name, nodes in model.space.node_regions.items():
        weights = np.zeros(model.size)
        weights[nodes[temperatures[nodes].argmax()]] = 1
        found[f"hottest of {name}"] = weights
    found |= {f"probe {name}": weights for name, weights in model.probe_weights.items()}
    for name, (weights, _, _) in _junctions(model, temperatures, time_s).items():
        found[f"junction {name}"] = weights
    return found


def _junctions(
    model: Model, temperatures: FloatArray, time_s: float
) -> dict[str, tuple[FloatArray, float, tuple[float, ...]]]:
    """For each, the weights of its faces' mean, its rise over it, K, and the middle of its faces, m."""
    found = {}
    for term in model.terms:
        source = model.problem.sources.get(term.name)
        if isinstance(term, Heating) and source is not None and source.junction_resistance is not None:
            faces = term.integrals
            middle = np.einsum("mq,mqd->d", faces.weighed(np.ones(len(faces.nodes))), faces.where) / faces.volume
            rise = source.junction_resistance * term.watts(temperatures, time_s)
            found[term.name] = (term.operator, rise, tuple(float(x) for x in middle))
    return found
