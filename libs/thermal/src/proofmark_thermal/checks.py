"""Bad input, found before anything is meshed or solved: what, where, what was expected, what came."""

from collections.abc import Iterator
from math import isfinite

import numpy as np

from proofmark_thermal.errors import (
    BadGeometry,
    Contradiction,
    LimitBelowAmbient,
    OutOfRange,
    PointSource,
    ThermalError,
    Unassigned,
    UnknownName,
)
from proofmark_thermal.materials import material_of
from proofmark_thermal.problem import Contact, Region, Sink, Source, ThermalProblem, Transient
from proofmark_thermal.shapes import FinnedSink, Pad, Plate, Shape, Shapes
from proofmark_thermal.values import Value, extremes


def check(problem: ThermalProblem) -> None:
    """Refuse a problem that has no answer.

    Raises
    ------
    ThermalError
        The first of all faults; its class says which.
    """
    for fault in faults(problem):
        raise fault


def faults(problem: ThermalProblem) -> Iterator[ThermalError]:
    """Yield everything that is wrong with a problem, as far as it shows without a mesh."""
    yield from _geometry(problem)
    for name, region in problem.regions.items():
        yield from _region(name, region)
    for name, source in problem.sources.items():
        yield from _source(f"source {name}", source)
    for name, sink in problem.sinks.items():
        yield from _sink(f"sink {name}", sink)
    for contact in problem.contacts:
        yield from _contact(contact)
    for name in sorted(problem.sources.keys() & (problem.sinks.keys() | problem.regions.keys())):
        yield Contradiction(f"name {name}", "a source", "a sink or a region")
    for name in sorted(problem.sinks.keys() & problem.regions.keys()):
        yield Contradiction(f"name {name}", "a sink", "a region")
    for name, probe in problem.probes.items():
        if probe.region is not None and probe.region not in problem.regions:
            yield UnknownName(f"probe {name}", "region", sorted(problem.regions), probe.region)
    yield from _within("accuracy", problem.accuracy, "K above zero", above=0)
    yield from _within("element_size", problem.element_size, "m above zero", above=0)
    if problem.transient is not None:
        yield from _transient(problem, problem.transient)


def check_limit(problem: ThermalProblem, limit_k: float, where: str) -> None:
    """Refuse a limit that lies below everything that could cool to it.

    Raises
    ------
    LimitBelowAmbient
        No surrounding, no fixed temperature and no start is as cold.
    """
    known: list[Value] = [each for sink in problem.sinks.values() for each in (sink.ambient, sink.temperature) if each]
    if known and limit_k < (coldest := min(extremes(each)[0] for each in known)):
        raise LimitBelowAmbient(where, limit_k, coldest)


def _geometry(problem: ThermalProblem) -> Iterator[ThermalError]:
    if not isinstance(problem.geometry, Shapes):
        return
    for name, shapes in problem.geometry.parts.items():
        if name not in problem.regions:
            yield Unassigned(f"part {name}", f"a region of that name beside {', '.join(problem.regions) or 'none'}")
        for shape in shapes:
            yield from _shape(f"part {name}", shape)
    for name in problem.regions:
        if name not in problem.geometry.parts:
            yield UnknownName(f"region {name}", "part", sorted(problem.geometry.parts), name)


def _shape(where: str, shape: Shape) -> Iterator[ThermalError]:
    for name, value in vars(shape).items():
        lengths = value if isinstance(value, tuple) else (value,)
        for length in lengths:
            if name != "at" and isinstance(length, int | float) and not (isfinite(length) and length > 0):
                yield BadGeometry(where, f"{name} above zero", f"{length:g}")
    if getattr(shape, "inner", 0) >= getattr(shape, "outer", np.inf):
        yield BadGeometry(where, "inner below outer", f"{shape.inner:g} and {shape.outer:g} m")  # type: ignore[union-attr]
    if isinstance(shape, Plate | FinnedSink):
        for name, pad in shape.pads.items():
            yield from _pad(f"pad {name} of {where}", pad)


def _pad(where: str, pad: Pad) -> Iterator[ThermalError]:
    if not all(side > 0 for side in pad.size):
        yield PointSource(where, "a point" if not any(pad.size) else "a line")


def _region(name: str, region: Region) -> Iterator[ThermalError]:
    where = f"region {name}"
    try:
        material = material_of(name, region)
    except ThermalError as error:
        yield error
        return
    for k in material.k if isinstance(material.k, tuple) else (material.k,):
        yield from _within(f"{where}: k", k, "W/m/K above zero", above=0)
    yield from _within(f"{where}: rho", material.rho, "kg/m3 above zero", above=0)
    yield from _within(f"{where}: cp", material.cp, "J/kg/K above zero", above=0)
    yield from _within(f"{where}: power", region.power, "a finite number of W")
    yield from _within(f"{where}: power_density", region.power_density, "a finite number of W/m3")
    if region.power is not None and region.power_density is not None:
        yield Contradiction(where, "power", "power_density")


def _source(where: str, source: Source) -> Iterator[ThermalError]:
    if source.power is None and source.flux is None:
        yield Unassigned(where, "power or flux")
    if source.power is not None and source.flux is not None:
        yield Contradiction(where, "power", "flux")
    yield from _within(f"{where}: power", source.power, "a finite number of W")
    yield from _within(f"{where}: flux", source.flux, "a finite number of W/m2")
    yield from _within(f"{where}: junction_resistance", source.junction_resistance, "K/W, zero or above", least=0)


def _sink(where: str, sink: Sink) -> Iterator[ThermalError]:
    ways = {name: getattr(sink, name) for name in ("convection", "emissivity", "flux")}
    given = [name for name, value in ways.items() if value is not None]
    if sink.temperature is None and not given:
        yield Unassigned(where, "convection, emissivity, temperature or flux")
    if sink.temperature is not None and given:
        yield Contradiction(where, "temperature", given[0])
    if sink.ambient is None and {"convection", "emissivity"} & set(given):
        yield Unassigned(where, f"ambient beside {given[0]}")
    yield from _within(f"{where}: convection", sink.convection, "W/m2/K, zero or above", least=0)
    yield from _within(f"{where}: emissivity", sink.emissivity, "a number above 0, at most 1", above=0, most=1)
    yield from _within(f"{where}: ambient", sink.ambient, "K, zero or above", least=0)
    yield from _within(f"{where}: temperature", sink.temperature, "K, zero or above", least=0)
    yield from _within(f"{where}: flux", sink.flux, "a finite number of W/m2")


def _contact(contact: Contact) -> Iterator[ThermalError]:
    where = f"contact between {' and '.join(contact.between)}"
    if contact.resistance is None and contact.conductance is None:
        yield Unassigned(where, "resistance or conductance")
    if contact.resistance is not None and contact.conductance is not None:
        yield Contradiction(where, "resistance", "conductance")
    yield from _within(f"{where}: resistance", contact.resistance, "K m2/W above zero", above=0)
    yield from _within(f"{where}: conductance", contact.conductance, "W/m2/K above zero", above=0)


def _transient(problem: ThermalProblem, transient: Transient) -> Iterator[ThermalError]:
    yield from _within("transient: duration", transient.duration, "s above zero", above=0)
    yield from _within("transient: initial", transient.initial, "K, zero or above", least=0)
    yield from _within("transient: tolerance", transient.tolerance, "K above zero", above=0)
    for time_s in transient.report_at:
        yield from _within("transient: report_at", time_s, "s within the duration", above=0, most=transient.duration)
    for name, region in problem.regions.items():
        try:
            material = material_of(name, region)
        except ThermalError:
            continue
        if material.rho is None or material.cp is None:
            missing = " and ".join(key for key in ("rho", "cp") if getattr(material, key) is None)
            yield Unassigned(f"region {name}", f"{missing}, as a transient stores heat")


def _within(
    where: str,
    value: Value | None,
    expected: str,
    *,
    above: float = -np.inf,
    least: float = -np.inf,
    most: float = np.inf,
) -> Iterator[ThermalError]:
    if value is None:
        return
    low, high = extremes(value)
    for got in (low, high):
        if not (isfinite(got) and got > above and least <= got <= most):
            yield OutOfRange(where, expected, got)
            return
