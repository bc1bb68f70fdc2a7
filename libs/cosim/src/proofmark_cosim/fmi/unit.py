"""An FMU as a component: one instance for each vector, stepped once a period through FMPy.

An FMU is native code of somebody else: whoever runs one decides where. Its outputs are those after its last step.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, ClassVar
from zipfile import ZipFile

import numpy as np

from proofmark_cosim.component import Columns, FloatArray, Foreign, Given, Number, Port, Process, Quantity
from proofmark_cosim.errors import UnknownSignal, WrongFmu

LOGICAL = {"Boolean"}
WHOLE = {"Integer", "Enumeration", "Int8", "UInt8", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64"}
NUMBERS = {"Real", "Float64", "Float32", *WHOLE, *LOGICAL}
SETTABLE = {"parameter", "structuralParameter"}


@dataclass(frozen=True, kw_only=True)
class Fmu(Foreign):
    """A Functional Mock-up Unit for co-simulation, FMI 2.0 or 3.0.

    Its inputs and outputs are those of its model description, but for strings and arrays.
    """

    kind: ClassVar[str] = "fmu"

    data: bytes = field(repr=False)
    """The file."""
    file: str = "model.fmu"
    """What errors call it."""
    parameters: Mapping[str, Number] = field(default_factory=dict)
    """Values of its parameters, in the units of the FMU; those not named keep their start values."""

    def __post_init__(self) -> None:
        known = [v.name for v in self._variables if v.causality in SETTABLE]
        for name in self.parameters:
            if name not in known:
                raise UnknownSignal(f"{self.file}: parameters", known, name)

    def numbers(self) -> dict[str, Quantity]:
        return {name: Quantity(value, "") for name, value in self.parameters.items()}

    def inputs(self) -> tuple[Port, ...]:
        """What nothing drives keeps its start value."""
        return tuple(Port(v.name, v.unit or "", default=_start(v)) for v in self._variables if v.causality == "input")

    def outputs(self) -> tuple[Port, ...]:
        return tuple(Port(v.name, v.unit or "") for v in self._variables if v.causality == "output")

    @property
    def alone(self) -> bool:
        """Whether a process can hold one of it only."""
        return bool(self.description.coSimulation.canBeInstantiatedOnlyOncePerProcess)

    @cached_property
    def description(self) -> Any:
        """FMPy's reading of the model description.

        Raises
        ------
        WrongFmu
            It is no FMU for co-simulation.
        """
        from fmpy import read_model_description

        with self._refused("an FMU 2.0 or 3.0"):
            found = read_model_description(BytesIO(self.data))
        if found.coSimulation is None or found.fmiVersion.split(".")[0] not in ("2", "3"):
            raise WrongFmu(self.file, "an FMU 2.0 or 3.0 for co-simulation", f"FMI {found.fmiVersion}")
        return found

    def check_platform(self) -> None:
        """Refuse an FMU without a binary for this machine.

        Raises
        ------
        WrongFmu
        """
        from fmpy import platform, platform_tuple

        folder = f"binaries/{platform if self.description.fmiVersion.startswith('2') else platform_tuple}/"
        with ZipFile(BytesIO(self.data)) as archive:
            names = archive.namelist()
        if not any(name.startswith(folder) and not name.endswith("/") for name in names):
            folders = {parts[1] for name in names if (parts := name.split("/"))[0] == "binaries" and parts[1:]}
            there = sorted(folders - {""})
            raise WrongFmu(self.file, f"a binary in {folder}", ", ".join(there) or "none")

    @property
    def _variables(self) -> list[Any]:
        return [v for v in self.description.modelVariables if v.type in NUMBERS and not v.dimensions]

    @contextmanager
    def _refused(self, expected: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            raise WrongFmu(self.file, expected, str(error)) from error

    def begin(self, given: Given, /) -> Process:
        self.check_platform()
        with self._refused("an FMU that can be instantiated"):
            return _Instances(self, given)


class _Instances(Process):
    """One for each vector; one that fails gives NaN from then on."""

    def __init__(self, unit: Fmu, given: Given) -> None:
        from fmpy import extract
        from fmpy.simulation import instantiate_fmu

        self._variables = {v.name: v for v in unit.description.modelVariables}
        self._outputs = [port.name for port in unit.outputs()]
        self._period_s = given.period_s
        self._folder = mkdtemp()
        self._units: list[Any] = []
        self._failed = np.zeros(given.vectors, np.bool_)
        try:
            extract(BytesIO(unit.data), self._folder)
            for vector in range(given.vectors):
                made = instantiate_fmu(self._folder, unit.description, fmi_type="CoSimulation")
                self._units.append(made)
                for name in unit.parameters:
                    self._set(made, name, float(given.p[name][vector]))
                if unit.description.fmiVersion.startswith("2"):
                    made.setupExperiment(startTime=0.0)
                    made.enterInitializationMode()
                else:
                    made.enterInitializationMode(startTime=0.0)
                made.exitInitializationMode()
        except BaseException:
            self.close()
            raise

    def outputs(self) -> dict[str, FloatArray]:
        shown = {name: np.array([self._get(made, name) for made in self._units]) for name in self._outputs}
        return {name: np.where(self._failed, np.nan, column) for name, column in shown.items()}

    def step(self, time_s: float, inputs: Columns) -> None:
        from fmpy.fmi1 import FMICallException

        for vector in np.flatnonzero(~self._failed):
            try:
                for name, column in inputs.items():
                    self._set(self._units[vector], name, float(column[vector]))
                self._units[vector].doStep(time_s, self._period_s)
            except FMICallException:
                self._failed[vector] = True

    def close(self) -> None:
        for made in self._units:
            made.freeInstance()
        self._units.clear()
        rmtree(self._folder, ignore_errors=True)

    def _set(self, made: Any, name: str, value: float) -> None:
        variable = self._variables[name]
        if variable.type in LOGICAL:
            value = value > 0.5
        elif variable.type in WHOLE:
            value = int(np.floor(value + 0.5))
        getattr(made, f"set{_accessor(variable, made)}")([variable.valueReference], [value])

    def _get(self, made: Any, name: str) -> float:
        variable = self._variables[name]
        return float(getattr(made, f"get{_accessor(variable, made)}")([variable.valueReference])[0])


def _accessor(variable: Any, made: Any) -> str:
    """What FMPy calls the functions of a type."""
    if variable.type == "Enumeration":
        return "Int64" if hasattr(made, "setInt64") else "Integer"
    return str(variable.type)


def _start(variable: Any) -> float:
    if variable.type in LOGICAL:
        return float(str(variable.start).lower() in ("true", "1"))
    return float(variable.start or 0.0)
