"""The columns that a plan reads: parameters of the system, and those of its components computed from them."""

from collections.abc import Iterator, Mapping

import numpy as np

from proofmark_controller.evaluation import dtype_of
from proofmark_controller.values import Enumeration
from proofmark_cosim.component import Columns, Component, FloatArray, Given, Number
from proofmark_cosim.engine import Array
from proofmark_cosim.errors import OutOfRange, UnknownSignal
from proofmark_cosim.expressions import parsed
from proofmark_cosim.switching import prepared, switchings
from proofmark_cosim.system import CONTROLLER, SCENARIO, System, cycles_of


def every_column(system: System, columns: Columns, vectors: int) -> dict[str, FloatArray]:
    """The parameters as they are, and every number of a component as `component.parameter`.

    Raises
    ------
    CosimError
        A number is out of its range, in some vector, or refers to what is not there.
    """
    found = {name: np.ascontiguousarray(np.broadcast_to(c, vectors), np.float64) for name, c in columns.items()}
    own: dict[str, FloatArray] = {}
    switched = switchings(system, system.connect)
    for name, component, period_s in _components(system):
        numbers = {
            parameter: _in_range(f"{name}.{parameter}", column, quantity.low, quantity.above)
            for parameter, quantity in component.numbers().items()
            for column in [_column(f"{name}.{parameter}", quantity.value, found, vectors)]
        }
        lengths_s = {name: period_s}
        if (by := switched.get(name)) is not None:
            lengths_s |= {prepared(name, piece): by.length_s(piece, period_s) for piece in by.pieces}
        for as_, length_s in lengths_s.items():
            every = numbers | component.prepare(Given(name, numbers, length_s, vectors))
            own |= {f"{as_}.{parameter}": column for parameter, column in every.items()}
    return found | own


def controller_start(system: System, columns: Columns, vectors: int) -> dict[str, Array]:
    """The controller's state values at the start, in their types, for those that the system gives.

    Raises
    ------
    CosimError
    """
    use = system.controller
    if use is None:
        return {}
    types = {value.name: value.type for value in use.program.state}
    start: dict[str, Array] = {}
    for name, number in use.parameters.items():
        if name not in types:
            raise UnknownSignal(f"{CONTROLLER}.parameters", list(types), name)
        column = _column(f"{CONTROLLER}.{name}", number, columns, vectors)
        dtype = dtype_of(types[name])
        if isinstance(types[name], Enumeration) or dtype != np.float32:
            _in_range(f"{CONTROLLER}.{name}", column, -(2.0**31), -np.inf)
        with np.errstate(over="ignore"):
            start[name] = column.astype(dtype)
    return start


def _components(system: System) -> Iterator[tuple[str, Component, float]]:
    if system.scenario is not None:
        yield SCENARIO, system.scenario, system.cycle_s
    for name, placed in system.plants.items():
        period_s = system.cycle_s
        if placed.period_s is not None:
            period_s = system.cycle_s * cycles_of(f"{name}.period", placed.period_s, system.cycle_s)
        yield name, placed.component, period_s


def _column(name: str, number: Number, columns: Mapping[str, FloatArray], vectors: int) -> FloatArray:
    if not isinstance(number, str):
        return np.full(vectors, float(number))
    expression = parsed(name, number)
    for missing in sorted(expression.names - columns.keys()):
        raise UnknownSignal(name, sorted(columns), missing)
    return np.array(np.broadcast_to(expression.evaluate(columns), vectors))


def _in_range(name: str, column: FloatArray, low: float, above: float) -> FloatArray:
    bad = column[~(np.isfinite(column) & (column >= low) & (column > above))]
    if bad.size:
        limits = f" of at least {low:g}" if np.isfinite(low) else f" above {above:g}" if np.isfinite(above) else ""
        raise OutOfRange(name, f"a finite number{limits}", float(bad[0]))
    return column
