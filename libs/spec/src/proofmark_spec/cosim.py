"""A model that runs in time: plants, scenario and wires; dimensions checked wherever one signal meets another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofmark_contracts.cosimulation import HEAT, CosimModel, FmuModel
from proofmark_expression import DIMENSIONLESS, Dimension
from proofmark_spec.amounts import Named, Parameters, constant
from proofmark_spec.components import Placed, Reader
from proofmark_spec.controller import Controlled
from proofmark_spec.files import Files
from proofmark_spec.heated import Shown, read_plant
from proofmark_spec.parameters import RESERVED
from proofmark_spec.problems import Path, Report, Wrong, below, did_you_mean, shortened
from proofmark_spec.quantities import NAME
from proofmark_spec.reading import kind, mapping
from proofmark_spec.signals import Scope, Signal
from proofmark_spec.times import TIME, check_cycles
from proofmark_spec.units import unit

MODEL = ("model",)
CONTROLLER, SCENARIO = "controller", "scenario"
MOST_PLANTS = 32
REQUIRED, OPTIONAL = ["kind", "duration", "plants"], ["cycle", "scenario", "connect"]


@dataclass(frozen=True)
class Draft:
    """A system without what is asked of it."""

    model: CosimModel | FmuModel
    scope: Scope


@dataclass(frozen=True)
class Wired:
    """An input."""

    dimension: Dimension
    unit: str
    needed: bool


def read_cosim(
    document: Any,
    parameters: Parameters,
    controls: bool,
    controlled: Controlled | None,
    heat: Shown | None,
    files: Files,
    report: Report,
) -> Draft:
    """Read a model of kind cosim; what is wrong below it is noted. `controls` says whether there is a controller.

    Parameters
    ----------
    heat
        What the section `thermal` names, if there is one.

    Raises
    ------
    Wrong
    """
    given = mapping(document, MODEL, report, REQUIRED, OPTIONAL)
    plants = _plants(given["plants"], Reader(parameters, files, report), heat, report)
    scenario, signal = _scenario(given, Reader(parameters, files, report), report)
    placed = {**plants, **({SCENARIO: scenario} if "scenario" in given else {})}
    uncontrolled = controls and controlled is None
    scope = _scope(parameters, placed, controlled, uncontrolled)
    connect = _connect(given, signal, _inputs(placed, controlled), scope, report)
    cycle_s, duration_s = _times(given, plants, controlled, uncontrolled, report)
    model = CosimModel(
        cycle_s=cycle_s,
        duration_s=duration_s,
        plants={name: one.part for name, one in plants.items() if one is not None},
        connect=connect,
        scenario=scenario.part if scenario else None,
        profile=scenario.profile if scenario else None,
        signal=signal,
    )
    return Draft(model, scope)


def _plants(document: Any, reader: Reader, heat: Shown | None, report: Report) -> dict[str, Placed | None]:
    from proofmark_cosim import PLANTS

    with below("plants"):
        entries = kind(document, dict)
        if not 0 < len(entries) <= MOST_PLANTS:
            raise Wrong(f"expected 1 to {MOST_PLANTS} plants, got {len(entries)}")
    found: dict[str, Placed | None] = dict.fromkeys(entries)
    for name, value in entries.items():
        with report.catching(*MODEL, "plants", name):
            if not NAME.match(name) or name in {*RESERVED, CONTROLLER, SCENARIO}:
                raise Wrong("expected a name of letters, digits and underscores that means nothing else")
            path = (*MODEL, "plants", name)
            if isinstance(value, dict) and value.get("kind") == HEAT:
                if any(one is not None and one.part.kind == HEAT for one in found.values()):
                    raise Wrong("a system has one plant of kind thermal at most", "kind")
                found[name] = read_plant(value, path, heat, reader.parameters, report)
            else:
                found[name] = reader.read(value, path, PLANTS, "period")
    return found


def _scenario(given: Mapping[str, Any], reader: Reader, report: Report) -> tuple[Placed | None, str | None]:
    from proofmark_cosim import SCENARIOS

    placed = signal = None
    if "scenario" in given:
        with report.catching(*MODEL, "scenario"):
            placed = reader.read(given["scenario"], (*MODEL, "scenario"), SCENARIOS, "signal")
            with below("signal"):
                signal = kind(given["scenario"]["signal"], str) if "signal" in given["scenario"] else None
    return placed, signal


def _scope(
    parameters: Parameters, placed: Mapping[str, Placed | None], controlled: Controlled | None, uncontrolled: bool
) -> Scope:
    known: dict[str, Named | None] = dict(parameters)
    for name, one in placed.items():
        for port in outputs_of(one):
            known[f"{name}.{port.name}"] = Signal(unit(port.unit).dimension)
    broken = {name for name, one in placed.items() if one is None}
    for name, kind_ in controlled.program.outputs.fields if controlled else ():
        known[f"{CONTROLLER}.{name}"] = Signal(DIMENSIONLESS)
        for member, _ in getattr(kind_, "members", ()):
            known.setdefault(member, Signal(DIMENSIONLESS))
    return Scope(known, frozenset({*broken, CONTROLLER} if uncontrolled else broken))


def outputs_of(one: Placed | None) -> tuple[Any, ...]:
    """The ports of what a component shows; none if it is wrong itself."""
    if one is None:
        return ()
    if one.component is None:
        from proofmark_cosim.scenarios import Profile

        return Profile(times_s=(0.0,), values=(0.0,)).outputs()
    return one.component.outputs()


def _inputs(placed: Mapping[str, Placed | None], controlled: Controlled | None) -> dict[str, Wired]:
    found = {}
    for name, one in placed.items():
        for port in one.component.inputs() if one is not None and one.component is not None else ():
            wired = Wired(unit(port.unit).dimension, port.unit or "plain numbers", port.default is None)
            found[f"{name}.{port.name}"] = wired
    if controlled is not None:
        for name, _ in controlled.program.inputs.fields:
            found[f"{CONTROLLER}.{name}"] = Wired(DIMENSIONLESS, "the controller's unit", True)
    return found


def _connect(
    given: Mapping[str, Any], signal: str | None, inputs: Mapping[str, Wired], scope: Scope, report: Report
) -> dict[str, str]:
    with below("connect"):
        wires = kind(given.get("connect", {}), dict)
    found: dict[str, str] = {}
    for destination, value in wires.items():
        with report.catching(*MODEL, "connect", destination):
            if destination.partition(".")[0] in scope.broken:
                continue
            wired = _input(destination, inputs)
            if destination == signal:
                raise Wrong("the scenario drives this input already")
            found[destination] = str(scope.amount(value, wired.dimension))
    if signal is not None and signal.partition(".")[0] not in scope.broken:
        with report.catching(*MODEL, "scenario", "signal"):
            wired = _input(signal, inputs)
            if wired.dimension != DIMENSIONLESS:
                raise Wrong(
                    f"a scenario gives plain numbers, {signal} takes {wired.dimension}: write a product of "
                    "scenario.value under connect"
                )
    with report.catching(*MODEL, "connect"):
        for name, wired in inputs.items():
            if wired.needed and name not in wires and name != signal:
                raise Wrong(f"nothing drives {name}: expected a source, in {wired.unit}")
    return found


def _input(destination: str, inputs: Mapping[str, Wired]) -> Wired:
    if destination not in inputs:
        hint = did_you_mean(destination, list(inputs))
        raise Wrong(f"no input {shortened(destination)}{hint or '; there are ' + ', '.join(inputs)}")
    return inputs[destination]


def _times(
    given: Mapping[str, Any],
    plants: Mapping[str, Placed | None],
    controlled: Controlled | None,
    uncontrolled: bool,
    report: Report,
) -> tuple[float, float]:
    """The cycle and the duration, in s; every period is on the grid. Where what has the period is wrong itself, the
    duration stands for the cycle."""
    from proofmark_cosim import CosimError, common_cycle_s

    periods: dict[Path, float] = {
        (*MODEL, "plants", name, "period"): one.part.period_s
        for name, one in plants.items()
        if one is not None and one.part.period_s is not None
    }
    if controlled is not None:
        periods[(CONTROLLER, "period")] = controlled.controller.period_s
    with below("duration"):
        duration_s = constant(given["duration"], TIME)
    with below("cycle"):
        if "cycle" in given:
            cycle_s = constant(given["cycle"], TIME)
        elif periods:
            try:
                cycle_s = common_cycle_s(list(periods.values()))
            except CosimError as error:
                raise Wrong(f"the periods have no common cycle: {error}") from error
        elif uncontrolled or None in plants.values():
            return duration_s, duration_s
        else:
            raise Wrong("missing: nothing here has a period that it could be")
        if not cycle_s > 0:
            raise Wrong(f"expected more than 0 s, got {cycle_s:g} s")
    periods[(*MODEL, "duration")] = duration_s
    check_cycles(periods, cycle_s, report)
    return cycle_s, duration_s
