"""Heat capacities joined by thermal resistances."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from proofmark_cosim.component import Component, FloatArray, Given, Moment, Number, Port, Quantity, Values, number
from proofmark_cosim.errors import UnknownSignal
from proofmark_cosim.graph import Node, constant, total
from proofmark_cosim.linear import discretised

AMBIENT = "ambient"


@dataclass(frozen=True, kw_only=True)
class RcNetwork(Component):
    """Thermal network of N nodes, stepped exactly for powers that stand still within a period.

    C_i dT_i/dt = P_i - sum over links of (T_i - T_j) / R_ij.
    """

    kind: ClassVar[str] = "rc-network"

    capacities: Mapping[str, Number]
    """In J/K, by node."""
    links: Mapping[tuple[str, str], Number]
    """Resistances in K/W, by the pair of nodes that they join; one may be `ambient`."""
    ambient: Number = number("K", 298.15, low=0)

    def __post_init__(self) -> None:
        known = (*self.capacities, AMBIENT)
        for node in (node for pair in self.links for node in pair):
            if node not in known:
                raise UnknownSignal("links", known, node)

    def numbers(self) -> dict[str, Quantity]:
        found = super().numbers()
        found |= {f"capacity_{name}": Quantity(value, "J/K", above=0) for name, value in self.capacities.items()}
        return found | {f"link_{a}_{b}": Quantity(value, "K/W", above=0) for (a, b), value in self.links.items()}

    def inputs(self) -> tuple[Port, ...]:
        """The power into each node."""
        return tuple(Port(f"power_{name}", "W", default=0.0) for name in self.capacities)

    def outputs(self) -> tuple[Port, ...]:
        """The temperature of each node, by its name."""
        return tuple(Port(name, "K") for name in self.capacities)

    def prepare(self, given: Given) -> dict[str, FloatArray]:
        p, nodes = given.p, list(self.capacities)
        inverse = np.array([1 / p[f"capacity_{node}"] for node in nodes])
        a = np.zeros((inverse.shape[1], len(nodes), len(nodes)))
        for one, other in self.links:
            for here, there in ((one, other), (other, one)):
                if here == AMBIENT:
                    continue
                i = nodes.index(here)
                flow = inverse[i] / p[f"link_{one}_{other}"]
                a[:, i, i] -= flow
                if there != AMBIENT:
                    a[:, i, nodes.index(there)] += flow
        b = np.zeros_like(a)
        b[:, range(len(nodes)), range(len(nodes))] = inverse.T
        kept, gained = discretised(a, b, given.period_s)
        pairs = [(i, j) for i in range(len(nodes)) for j in range(len(nodes))]
        return {f"{what}_{i}_{j}": m[:, i, j] for what, m in (("kept", kept), ("gained", gained)) for i, j in pairs}

    def start(self, _: Values) -> dict[str, Node]:
        return {name: constant(0.0) for name in self.capacities}

    def observe(self, now: Moment) -> dict[str, Node]:
        return {name: now.p["ambient"] + now.x[name] for name in self.capacities}

    def advance(self, now: Moment) -> dict[str, Node]:
        return {
            name: total(
                now.p[f"kept_{i}_{j}"] * now.x[other] + now.p[f"gained_{i}_{j}"] * now.u[f"power_{other}"]
                for j, other in enumerate(self.capacities)
            )
            for i, name in enumerate(self.capacities)
        }
