"""Metrics of a run: what each accumulates from cycle to cycle."""

from collections.abc import Mapping
from dataclasses import dataclass

from proofmark_cosim.graph import Kind, Node, constant, convert, cycle, lifted, maximum, minimum, real, slot, where
from proofmark_cosim.plan import Equation
from proofmark_cosim.system import Metric

INFINITY = float("inf")


@dataclass(frozen=True)
class Measure:
    """States of a metric, and its value once the run is over."""

    start: Mapping[str, Node]
    watches: tuple[Equation, ...]
    """Computed at every cycle and at the end."""
    updates: tuple[Equation, ...]
    """Computed at every cycle but the end: what holds for the length of the cycle."""
    value: Node


def measure(name: str, metric: Metric, nodes: Mapping[str, Node], cycle_s: float) -> Measure:
    """What a metric needs.

    Parameters
    ----------
    nodes
        `of`, and `to` and `within` where the metric has them.
    """
    of = nodes["of"]
    asked = lifted(True) if metric.after_s == 0 else real(cycle()) * cycle_s >= metric.after_s * (1 - 1e-9)
    counting = where(asked, convert(of, Kind.FLOAT64), 0.0)
    state, held = f"#{name}", slot(f"#{name}")
    match metric.kind:
        case "max" | "min":
            pick, from_ = (maximum, -INFINITY) if metric.kind == "max" else (minimum, INFINITY)
            return _watched({state: (constant(from_), where(asked, pick(held, real(of)), held))}, held)
        case "last":
            return _watched({state: (constant(0.0), real(of))}, held)
        case "integral":
            return _updated({state: (constant(0.0), held + counting * cycle_s)}, held)
        case "mean" | "fraction":
            if metric.kind == "fraction":
                counting = where(asked & convert(of, Kind.BOOL), 1.0, 0.0)
            passed = slot(f"#{name}.passed")
            grown = {state: (constant(0.0), held + counting)}
            grown[f"#{name}.passed"] = (constant(0.0), passed + where(asked, 1.0, 0.0))
            return _updated(grown, held / passed)
        case "settling-time":
            outside = where(abs(real(of) - real(nodes["to"])) <= real(nodes["within"]), False, True)
            last = where(asked & outside, real(cycle()) + 1.0, held)
            return _watched({state: (constant(0.0), last)}, held * cycle_s)
        case "overshoot":
            return _overshoot(name, real(of), real(nodes["to"]), asked)


def _overshoot(name: str, of: Node, to: Node, asked: Node) -> Measure:
    """The side that it comes from is the one it is on at first."""
    beyond, side, started = slot(f"#{name}"), slot(f"#{name}.side"), slot(f"#{name}.started", Kind.BOOL)
    new_side = where(started, side, where(of <= to, 1.0, -1.0))
    states = {
        f"#{name}": (constant(0.0), where(asked, maximum(beyond, (of - to) * new_side), beyond)),
        f"#{name}.side": (constant(0.0), where(asked, new_side, side)),
        f"#{name}.started": (constant(False, Kind.BOOL), started | asked),
    }
    return _watched(states, beyond)


def _watched(states: Mapping[str, tuple[Node, Node]], value: Node) -> Measure:
    start, grown = _parted(states)
    return Measure(start, grown, (), value)


def _updated(states: Mapping[str, tuple[Node, Node]], value: Node) -> Measure:
    start, grown = _parted(states)
    return Measure(start, (), grown, value)


def _parted(states: Mapping[str, tuple[Node, Node]]) -> tuple[dict[str, Node], tuple[Equation, ...]]:
    start = {name: begin for name, (begin, _) in states.items()}
    return start, tuple(Equation(name, grown) for name, (_, grown) in states.items())
