"""An FMU as a component: an instance for each vector, stepped once a period.

An FMU is native code of somebody else: whoever runs one decides where. Its outputs are those after its last step; all
values are in SI where the FMU tells what its units are.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from shutil import rmtree
from tempfile import mkdtemp
from typing import ClassVar
from weakref import finalize

import numpy as np

from proofmark_cosim.component import Columns, FloatArray, Foreign, Given, Number, Port, Process, Quantity
from proofmark_cosim.errors import UnknownSignal, WrongCausality, WrongFmu
from proofmark_cosim.fmi.instance import Instance
from proofmark_cosim.fmi.integrated import Integrated
from proofmark_cosim.fmi.reading import Description, Use, Variable, read_fmu
from proofmark_cosim.fmi.slave import Slave


@dataclass(frozen=True, kw_only=True)
class Fmu(Foreign):
    """A Functional Mock-up Unit 2.0 or 3.0, for co-simulation or model exchange.

    Its inputs are those of its model description, but for strings and arrays; so are its outputs, unless `shown` says
    otherwise.
    """

    kind: ClassVar[str] = "fmu"

    data: bytes = field(repr=False)
    """The file."""
    file: str = "model.fmu"
    """What errors call it."""
    use: Use | None = None
    """Co-simulation if None, where it offers that."""
    parameters: Mapping[str, Number] = field(default_factory=dict)
    """Parameters and start values by the FMU's names; those not named stay as they are."""
    shown: Mapping[str, str] | None = None
    """Names of outputs, and the variables that they are."""

    def __post_init__(self) -> None:
        """Read the description, so that what is no FMU is refused before anything runs."""
        _ = self.used
        for name in self.parameters:
            variable = self._known("parameters", name)
            if not variable.startable:
                raise WrongCausality(f"{self.file}: parameters", name, "a parameter or start value", variable.causality)
        for name in (self.shown or {}).values():
            causality = self._known("outputs", name).causality
            if causality in ("input", "independent"):
                raise WrongCausality(f"{self.file}: outputs", name, "a variable that the FMU computes", causality)

    @cached_property
    def description(self) -> Description:
        """What the FMU says of itself.

        Raises
        ------
        WrongFmu
        """
        return read_fmu(self.file, self.data)

    @property
    def used(self) -> Use:
        """How it is used.

        Raises
        ------
        WrongFmu
            It cannot be used as it should.
        """
        offered = self.description.interfaces
        use = self.use or ("co-simulation" if "co-simulation" in offered else "model-exchange")
        if use not in offered:
            raise WrongFmu(self.file, f"an FMU for {use}", f"one for {' and '.join(offered)}")
        return use

    def check_platform(self) -> None:
        """Refuse an FMU without a binary for this machine.

        Raises
        ------
        WrongFmu
        """
        if self.description.binary(self.used) is None:
            expected = f"a binary for {self.used} on this machine"
            raise WrongFmu(self.file, expected, ", ".join(self.description.platforms()) or "none")

    def numbers(self) -> dict[str, Quantity]:
        return {
            name: Quantity(value, self.description.variables[name].unit.symbol)
            for name, value in self.parameters.items()
        }

    def inputs(self) -> tuple[Port, ...]:
        """What nothing drives keeps its start value."""
        return tuple(Port(v.name, v.unit.symbol, default=v.start) for v in self.description.of("input"))

    def outputs(self) -> tuple[Port, ...]:
        variables = self.description.variables
        return tuple(Port(name, variables[v].unit.symbol) for name, v in self.signals.items())

    @property
    def signals(self) -> Mapping[str, str]:
        """The variable of each output, by the output's name."""
        return {v.name: v.name for v in self.description.of("output")} if self.shown is None else self.shown

    @property
    def alone(self) -> bool:
        return self.description.interfaces[self.used].once

    def begin(self, given: Given, /) -> Process:
        self.check_platform()
        return _Instances(self, given)

    @cached_property
    def unpacked(self) -> str:
        """The folder of its files, for as long as it lives."""
        from fmpy import extract

        folder = mkdtemp(prefix="fmu-")
        finalize(self, rmtree, folder, ignore_errors=True)
        try:
            extract(BytesIO(self.data), folder)
        except Exception as error:
            raise WrongFmu(self.file, "an archive that can be unpacked", str(error)) from error
        return folder

    def instance(self) -> Instance:
        """A new one."""
        made = Slave if self.used == "co-simulation" else Integrated
        return made(self.unpacked, self.description)

    def _known(self, where: str, name: str) -> Variable:
        variables = self.description.variables
        if name not in variables:
            known = [one for one, of in variables.items() if of.startable == (where == "parameters")]
            raise UnknownSignal(f"{self.file}: {where}", known, name)
        return variables[name]


class _Instances(Process):
    """One for each vector; one that fails gives NaN from then on."""

    def __init__(self, unit: Fmu, given: Given) -> None:
        self._signals = unit.signals
        self._period_s = given.period_s
        self._vectors = given.vectors
        self._failures: dict[int, str] = {}
        self._instances: dict[int, Instance] = {}
        for vector in range(given.vectors):
            with self._guarded(vector):
                self._instances[vector] = made = unit.instance()
                start = {name: float(given.p[name][vector]) for name in unit.parameters}
                made.begin(start, {name: float(column[vector]) for name, column in given.inputs.items()})

    @property
    def failures(self) -> Mapping[int, str]:
        return self._failures

    def outputs(self) -> dict[str, FloatArray]:
        rows = np.full((self._vectors, len(self._signals)), np.nan)
        for vector, made in self._working():
            with self._guarded(vector):
                rows[vector] = made.get(self._signals.values())
        return dict(zip(self._signals, rows.T.copy(), strict=True))

    def step(self, time_s: float, inputs: Columns) -> None:
        for vector, made in self._working():
            with self._guarded(vector):
                made.step(time_s + self._period_s, {name: float(column[vector]) for name, column in inputs.items()})

    def close(self) -> None:
        for made in self._instances.values():
            made.end()
        self._instances = {}

    def _working(self) -> list[tuple[int, Instance]]:
        return [(vector, made) for vector, made in self._instances.items() if vector not in self._failures]

    @contextmanager
    def _guarded(self, vector: int) -> Iterator[None]:
        """FMPy raises plain exceptions."""
        try:
            yield
        except Exception as error:
            self._failures[vector] = str(error)
