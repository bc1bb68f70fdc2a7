"""Co-simulation: the FMU goes on by itself, one `doStep` from exchange to exchange unless an event parts it."""

from collections.abc import Mapping
from typing import Any

from proofmark_cosim.fmi.instance import MOST_EVENTS, Failed, Instance
from proofmark_cosim.fmi.reading import Description

GRID = 1e-9
"""Of a step: what is left of it is nothing."""


class Slave(Instance):
    """An FMU 2.0 or 3.0 for co-simulation; events of the latter are handled where it offers its event mode."""

    def __init__(self, folder: str, description: Description) -> None:
        from fmpy.fmi2 import FMU2Slave
        from fmpy.fmi3 import FMU3Slave

        interface = description.interfaces["co-simulation"]
        given = {"guid": description.token, "unzipDirectory": folder, "modelIdentifier": interface.identifier}
        self._handles_events = description.version == "3.0" and interface.event_mode
        made: Any
        if description.version == "2.0":
            made = FMU2Slave(**given)
            made.instantiate()
        else:
            made = FMU3Slave(**given)
            made.instantiate(eventModeUsed=self._handles_events, earlyReturnAllowed=self._handles_events)
        super().__init__(made, description, "co-simulation")
        self._inputs: Mapping[str, float] = {}

    def _begun(self) -> None:
        if self._handles_events:
            self._updated()
            self._made.enterStepMode()

    def step(self, until_s: float, inputs: Mapping[str, float]) -> None:
        if self._handles_events and inputs != self._inputs:
            self._handle(inputs)
        elif not self._handles_events:
            self.set(inputs)
        self._inputs = inputs
        if self._description.version == "2.0":
            self._made.doStep(self.time_s, until_s - self.time_s)
            self.time_s = until_s
            return
        whole_s = until_s - self.time_s
        for _ in range(MOST_EVENTS):
            event, ended, early, reached_s = self._made.doStep(self.time_s, until_s - self.time_s)
            self.time_s = reached_s if early else until_s
            if ended:
                raise Failed("the FMU asks to end the simulation")
            if event and self._handles_events:
                self._handle({})
            if until_s - self.time_s <= GRID * whole_s:
                self.time_s = until_s
                return
        raise Failed(f"expected at most {MOST_EVENTS} events in a step, got more before {until_s:g} s")

    def _handle(self, inputs: Mapping[str, float]) -> None:
        self._made.enterEventMode()
        self.set(inputs)
        self._updated()
        self._made.enterStepMode()
