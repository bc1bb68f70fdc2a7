"""One instance of an FMU at work: what co-simulation and model exchange have in common. Through FMPy."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from proofmark_cosim.fmi.reading import Description, Use, Variable

LOGICAL = {"Boolean"}
WHOLE = {"Integer", "Enumeration", "Int8", "UInt8", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64"}
MOST_EVENTS = 1000
"""At one moment, or in one step."""


class Failed(Exception):
    """The FMU cannot go on."""


class Instance(ABC):
    """An FMU between its instantiation and its end. What FMPy raises is left to the caller."""

    def __init__(self, made: Any, description: Description, use: Use) -> None:
        self._made, self._description, self._interface = made, description, description.interfaces[use]
        self.time_s = 0.0

    def begin(self, start: Mapping[str, float], inputs: Mapping[str, float]) -> None:
        """Initialise at 0 s; values are in SI."""
        if self._description.version == "2.0":
            self._made.setupExperiment(startTime=0.0)
        self.set(start)
        if self._description.version == "2.0":
            self._made.enterInitializationMode()
        else:
            self._made.enterInitializationMode(startTime=0.0)
        self.set(inputs)
        self._made.exitInitializationMode()
        self._begun()

    @abstractmethod
    def _begun(self) -> None:
        """From initialisation to the first step."""

    @abstractmethod
    def step(self, until_s: float, inputs: Mapping[str, float]) -> None:
        """Go on to a moment with inputs that stand still."""

    def set(self, values: Mapping[str, float]) -> None:
        """Set variables from SI: whole numbers to the nearest, truth above one half."""
        for name, value in values.items():
            variable = self._description.variables[name]
            written: Any = (value - variable.unit.offset) / variable.unit.factor
            if variable.type in LOGICAL:
                written = written > 0.5
            elif variable.type in WHOLE:
                written = int(np.floor(written + 0.5))
            getattr(self._made, f"set{self._accessor(variable)}")([variable.reference], [written])

    def get(self, names: Iterable[str]) -> list[float]:
        """Variables in SI."""
        return [self._value(self._description.variables[name]) for name in names]

    def end(self) -> None:
        """Free what it holds."""
        self._made.freeInstance()

    def _value(self, variable: Variable) -> float:
        (written,) = getattr(self._made, f"get{self._accessor(variable)}")([variable.reference])
        return variable.unit.factor * float(written) + variable.unit.offset

    def _accessor(self, variable: Variable) -> str:
        """What FMPy calls the functions of a type."""
        if variable.type == "Enumeration":
            return "Integer" if self._description.version == "2.0" else "Int64"
        return variable.type

    def _updated(self) -> tuple[bool, float]:
        """Iterate events until there are none, in event mode: whether states changed, and when the next event is."""
        update = self._made.newDiscreteStates if self._description.version == "2.0" else self._made.updateDiscreteStates
        changed = False
        for _ in range(MOST_EVENTS):
            again, ended, _, values_changed, planned, at_s = update()
            changed |= bool(values_changed)
            if ended:
                raise Failed("the FMU asks to end the simulation")
            if not again:
                return changed, at_s if planned else np.inf
        raise Failed(f"expected events to settle, got {MOST_EVENTS} at {self.time_s:g} s")
