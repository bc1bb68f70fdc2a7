"""The signals that heat follows: what each can be, and what it is in the nominal temperatures."""

from collections.abc import Iterator, Mapping
from typing import Any

from proofmark_contracts.heat import Swing, Thermal
from proofmark_expression import Expression
from proofmark_spec.amounts import Named, constant
from proofmark_spec.controller import Controlled
from proofmark_spec.problems import Report, Wrong, did_you_mean
from proofmark_spec.reading import kind
from proofmark_spec.signals import Scope

PATH = ("thermal",)
HEATS = ("power", "power_density", "flux")


def read_swings(
    document: Mapping[str, Any], thermal: Thermal, scope: Scope, controlled: Controlled | None, report: Report
) -> dict[str, Swing]:
    """Read `ranges` and `steady_at`; what is wrong is noted.

    An output of the controller says itself what it can be. Where a signal only brings heat in, it does so at its upper
    end if nothing is said.
    """
    places: dict[str, tuple[str, ...]] = {}
    for text, where in thermal.amounts.items():
        for name in sorted(followed(text)):
            if name.partition(".")[0] in scope.broken:
                return {}
            places[name] = (*places.get(name, ()), *where)
    ranges = {name: told for name in places if (told := _told_by_controller(name, controlled)) is not None}
    for name, value in _entries(document, "ranges", places, report):
        with report.catching(*PATH, "ranges", name):
            ranges[name] = _pair(value, scope.known[name])
    steady: dict[str, float] = {}
    for name, value in _entries(document, "steady_at", places, report):
        with report.catching(*PATH, "steady_at", name):
            steady[name] = _of(value, scope.known[name])
            low, high = ranges.get(name, (steady[name], steady[name]))
            if not low <= steady[name] <= high:
                raise Wrong(f"expected {low:g} to {high:g} (SI), which it can be, got {steady[name]:g}")
    found = {}
    for name, where in places.items():
        if _wrong(document, "ranges", name, ranges) or _wrong(document, "steady_at", name, steady):
            continue
        if name not in ranges:
            with report.catching(*PATH):
                raise Wrong(f"missing ranges: expected what {name} can be, from the least to the greatest")
        elif name not in steady and not all(brings_heat(place) for place in where):
            with report.catching(*PATH):
                raise Wrong(f"missing steady_at: expected a value of {name}, for the nominal temperatures")
        else:
            found[name] = Swing(low=ranges[name][0], high=ranges[name][1], steady=steady.get(name, ranges[name][1]))
    return found


def _wrong(document: Mapping[str, Any], key: str, name: str, read: Mapping[str, Any]) -> bool:
    """Whether something is said of a signal, of which it is noted what is wrong with it."""
    return name not in read and name in (document.get(key) or ())


def followed(amount: str) -> set[str]:
    """The signals that an amount speaks of."""
    return {name for name in Expression.parse(amount).names if "." in name}


def brings_heat(place: str) -> bool:
    """Whether an amount is heat that enters."""
    return not place.startswith("sinks.") and place.rpartition(".")[2] in HEATS


def _told_by_controller(name: str, controlled: Controlled | None) -> tuple[float, float] | None:
    """What an output of the controller can be as the plants see it: a duty, a pin or a member."""
    from proofmark_controller.values import Enumeration, Scalar

    component, _, output = name.partition(".")
    if component != "controller" or controlled is None:
        return None
    of = dict(controlled.program.outputs.fields)[output]
    if isinstance(of, Enumeration):
        numbers = [float(number) for _, number in of.members]
        return min(numbers), max(numbers)
    return None if of is Scalar.INT32 else (0.0, 1.0)


def _entries(
    document: Mapping[str, Any], key: str, places: Mapping[str, Any], report: Report
) -> Iterator[tuple[str, Any]]:
    """Those about signals that amounts speak of."""
    entries: dict[str, Any] = {}
    with report.catching(*PATH, key):
        entries = kind(document.get(key, {}), dict)
    for name, value in entries.items():
        if name in places:
            yield name, value
        else:
            hint = did_you_mean(name, list(places))
            report.add_key((*PATH, key, name), f"nothing in this section speaks of it{hint}")


def _pair(value: Any, signal: Named | None) -> tuple[float, float]:
    ends = kind(value, list)
    if len(ends) != 2:
        raise Wrong(f"expected the least and the greatest, got {len(ends)} values")
    low, high = (_of(end, signal) for end in ends)
    if not low < high:
        raise Wrong(f"expected the lower end first, got {low:g} and {high:g} (SI)")
    return low, high


def _of(value: Any, signal: Named | None) -> float:
    assert signal is not None
    return constant(value, signal.dimension)
