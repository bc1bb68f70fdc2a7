"""Model exchange: the FMU tells its derivatives; they are integrated here from event to event.

Between events by SciPy's Runge-Kutta method 5(4) with control of the error, which takes a cycle in one step where it
can. An event indicator that changes its sign is followed to that moment by bisection. Inputs that change are an event.
"""

from collections.abc import Callable, Iterator, Mapping
from ctypes import POINTER, c_double
from typing import Any

import numpy as np

from proofmark_cosim.component import FloatArray
from proofmark_cosim.fmi.instance import MOST_EVENTS, Failed, Instance
from proofmark_cosim.fmi.reading import Description

TOLERANCE = 1e-8
"""Of the integration, relative to each state and to its nominal value."""
GRID = 1e-9
"""Of a step: moments this near to each other are one."""
BISECTIONS = 60

Path = Callable[[float], FloatArray]


class Integrated(Instance):
    """An FMU 2.0 or 3.0 for model exchange."""

    def __init__(self, folder: str, description: Description) -> None:
        from fmpy.fmi2 import FMU2Model
        from fmpy.fmi3 import FMU3Model

        interface = description.interfaces["model-exchange"]
        given = {"guid": description.token, "unzipDirectory": folder, "modelIdentifier": interface.identifier}
        self._two = description.version == "2.0"
        made: Any = FMU2Model(**given) if self._two else FMU3Model(**given)
        made.instantiate()
        super().__init__(made, description, "model-exchange")
        self._inputs: Mapping[str, float] = {}
        self._next_event_s = np.inf
        self._step_s: float | None = None
        self._above = np.zeros(0, np.bool_)

    def _begun(self) -> None:
        made = self._made
        self._states = self._description.states if self._two else made.getNumberOfContinuousStates()
        self._indicators = self._description.indicators if self._two else made.getNumberOfEventIndicators()
        self._derivatives = made.getDerivatives if self._two else made.getContinuousStateDerivatives
        _, self._next_event_s = self._updated()
        made.enterContinuousTimeMode()
        self._nominal = self._read(made.getNominalsOfContinuousStates, self._states)
        self._above = self._read(made.getEventIndicators, self._indicators) > 0

    def step(self, until_s: float, inputs: Mapping[str, float]) -> None:
        if inputs != self._inputs:
            self._handle(inputs)
            self._inputs = inputs
        slack_s = GRID * (until_s - self.time_s)
        for _ in range(MOST_EVENTS):
            due = self._integrate(min(until_s, max(self._next_event_s, self.time_s)))
            due |= self._completed() or self.time_s >= self._next_event_s - slack_s
            if due:
                self._handle({})
            if until_s - self.time_s <= slack_s:
                return
        raise Failed(f"expected at most {MOST_EVENTS} events in a step, got more before {until_s:g} s")

    def _integrate(self, until_s: float) -> bool:
        """Go on to a moment, or to the first change of an indicator's sign: whether there was one."""
        for before_s, after_s, path in self._pieces(until_s):
            if not self._changed(after_s, path):
                continue
            low_s, high_s = before_s, after_s
            for _ in range(BISECTIONS):
                middle_s = 0.5 * (low_s + high_s)
                if not low_s < middle_s < high_s:
                    break
                low_s, high_s = (low_s, middle_s) if self._changed(middle_s, path) else (middle_s, high_s)
            self._put(high_s, path)
            return True
        return False

    def _pieces(self, until_s: float) -> Iterator[tuple[float, float, Path]]:
        """Steps of the integration, each with its path; the FMU is at the end of each when the next is asked for."""
        from scipy.integrate import RK45

        if not self._states or until_s <= self.time_s:
            yield self.time_s, until_s, lambda _: np.zeros(self._states)
            return
        span_s, begin = until_s - self.time_s, self._read(self._made.getContinuousStates, self._states)
        first_s = None if self._step_s is None else min(self._step_s, span_s)
        tolerances = {"rtol": TOLERANCE, "atol": TOLERANCE * np.abs(self._nominal)}
        solver = RK45(self._slope, self.time_s, begin, until_s, first_step=first_s, **tolerances)
        while solver.status == "running":
            told = solver.step()
            if solver.status == "failed" or not np.isfinite(solver.y).all():
                raise Failed(
                    f"the states cannot be integrated beyond {solver.t_old or self.time_s:g} s: {told or 'NaN'}"
                )
            self._step_s = float(solver.h_abs)
            yield float(solver.t_old), float(solver.t), solver.dense_output()

    def _slope(self, time_s: float, states: FloatArray) -> FloatArray:
        self._made.setTime(time_s)
        self._made.setContinuousStates(_pointer(np.ascontiguousarray(states)), self._states)
        return self._read(self._derivatives, self._states)

    def _changed(self, time_s: float, path: Path) -> bool:
        self._put(time_s, path)
        return bool((self._above != (self._read(self._made.getEventIndicators, self._indicators) > 0)).any())

    def _put(self, time_s: float, path: Path) -> None:
        self.time_s = time_s
        self._made.setTime(time_s)
        if self._states:
            self._made.setContinuousStates(_pointer(np.ascontiguousarray(path(time_s))), self._states)

    def _completed(self) -> bool:
        """Whether the FMU wants an event at the end of this step."""
        if not self._interface.completed_step:
            return False
        event, ended = self._made.completedIntegratorStep()
        if ended:
            raise Failed("the FMU asks to end the simulation")
        return bool(event)

    def _handle(self, inputs: Mapping[str, float]) -> None:
        self._made.enterEventMode()
        self.set(inputs)
        changed, self._next_event_s = self._updated()
        self._made.enterContinuousTimeMode()
        self._step_s = None if changed else self._step_s
        self._above = self._read(self._made.getEventIndicators, self._indicators) > 0

    def _read(self, function: Callable[..., Any], size: int) -> FloatArray:
        values = np.zeros(size)
        if size:
            function(_pointer(values), size)
        return values


def _pointer(values: FloatArray) -> Any:
    return values.ctypes.data_as(POINTER(c_double))
