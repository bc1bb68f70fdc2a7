"""A controller at work in many vectors at once, whoever computes it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from proofmark_controller.errors import MissingInput, OutOfRange, UnknownName, WrongColumn
from proofmark_controller.evaluation import Column, Columns, IntArray, canonical, dtype_of
from proofmark_controller.program import Program
from proofmark_controller.values import Enumeration


@dataclass(frozen=True, eq=False)
class Trace:
    """Ticks of a controller in n vectors.

    Attributes
    ----------
    outputs, state : mapping of (ticks, n) arrays
    faults : (ticks, n) int32 array
        As of `Controller.faults`.
    """

    outputs: Columns
    state: Columns
    faults: IntArray


class Controller(ABC):
    """The state of a controller in n vectors, and its ticks.

    Every implementation gives the same bits. In the tick in which an operation has no result, and in all later ones,
    a vector's outputs are those of the safe state; its state stays as it was where that happened.
    """

    def __init__(self, program: Program, vectors: int, start: Mapping[str, Column] | None = None) -> None:
        """Put every vector at the start.

        Parameters
        ----------
        start
            (n,) columns of state values that differ from vector to vector, such as `pid.kp`; the others take the
            initial value that the source states.

        Raises
        ------
        UnknownName, WrongColumn, OutOfRange
        """
        self.program = program
        self.vectors = vectors
        self.inputs = {name: dtype_of(kind) for name, kind in program.inputs.fields}
        """How columns of the inputs are stored."""
        self._outputs = {name: dtype_of(kind) for name, kind in program.outputs.fields}
        names = [value.name for value in program.state]
        for name in start or {}:
            if name not in names:
                raise UnknownName("state value", names, name)
        columns = {}
        for value in program.state:
            dtype = dtype_of(value.type)
            if start and value.name in start:
                column = canonical(checked(value.name, start[value.name], dtype, (vectors,)))
                if isinstance(value.type, Enumeration):
                    _check_members(value.name, value.type, column)
            else:
                column = np.full(vectors, value.initial.value, dtype)
            columns[value.name] = column
        self._begin(columns)

    @abstractmethod
    def _begin(self, state: Columns) -> None:
        """Take the state at the start."""

    @abstractmethod
    def run(self, inputs: Mapping[str, Column]) -> Columns:
        """Tick as often as the inputs have rows.

        Parameters
        ----------
        inputs : mapping of (ticks, n) arrays
            One for each input, of its type.

        Returns
        -------
        mapping of (ticks, n) arrays
            One for each output; enumerations are int32.

        Raises
        ------
        UnknownName, MissingInput, WrongColumn
        """

    @property
    @abstractmethod
    def state(self) -> Columns:
        """A copy of every state value, (n,) each."""

    @property
    @abstractmethod
    def faults(self) -> IntArray:
        """A copy of (n,) sites that faulted: from 1, an index into `program.sites`; 0 for none."""

    def trace(self, inputs: Mapping[str, Column]) -> "Trace":
        """Tick as `run` does, and keep what there is behind each tick."""
        columns, ticks = self._checked(inputs)
        outputs = self._empty(ticks)
        states, faults = [], np.empty((ticks, self.vectors), np.int32)
        for tick in range(ticks):
            for name, column in self.step({name: column[tick] for name, column in columns.items()}).items():
                outputs[name][tick] = column
            states.append(self.state)
            faults[tick] = self.faults
        return Trace(outputs, {name: np.stack([each[name] for each in states]) for name in self.state}, faults)

    def step(self, inputs: Mapping[str, Column]) -> Columns:
        """Tick once: (n,) columns in, (n,) columns out."""
        outputs = self.run({name: np.asarray(column)[None] for name, column in inputs.items()})
        return {name: column[0] for name, column in outputs.items()}

    def _checked(self, inputs: Mapping[str, Column]) -> tuple[Columns, int]:
        """The inputs as contiguous columns in their order, and how many ticks they are."""
        names = list(self.inputs)
        for name in inputs:
            if name not in names:
                raise UnknownName("input", names, name)
        if len(inputs) < len(names):
            raise MissingInput(names, list(inputs))
        ticks = len(inputs[names[0]])
        shape = (ticks, self.vectors)
        return {name: checked(name, inputs[name], dtype, shape) for name, dtype in self.inputs.items()}, ticks

    def _empty(self, ticks: int) -> Columns:
        """Outputs to be written."""
        return {name: np.empty((ticks, self.vectors), dtype) for name, dtype in self._outputs.items()}


def _check_members(name: str, kind: Enumeration, column: Column) -> None:
    odd = column[~np.isin(column, [number for _, number in kind.members])]
    if odd.size:
        raise OutOfRange(name, f"numbers of {kind.name}", int(odd[0]))


def checked(name: str, column: Column, dtype: np.dtype[np.generic], shape: tuple[int, ...]) -> Column:
    """A contiguous column of this type and shape.

    Raises
    ------
    WrongColumn
        It is of another type or shape: nothing is converted on the way.
    """
    column = np.asarray(column)
    if column.dtype != dtype or column.shape != shape:
        raise WrongColumn(name, f"{dtype} of shape {shape}", f"{column.dtype} of shape {column.shape}")
    return np.ascontiguousarray(column)
