"""The third oracle: CPython running the unmodified source, one object for each vector."""

from collections.abc import Callable, Mapping
from enum import IntEnum
from operator import attrgetter
from types import ModuleType, TracebackType
from typing import Any

import numpy as np

from proofmark_controller import blocks
from proofmark_controller.checker import LIBRARY_FILE
from proofmark_controller.errors import InvalidOperation
from proofmark_controller.evaluation import Column, Columns, IntArray, canonical, dtype_of
from proofmark_controller.program import Program
from proofmark_controller.running import Controller
from proofmark_controller.scalars import float32, int32

PYTHON: dict[str, Callable[[Any], Any]] = {"float32": float32, "int32": int32, "bool": bool}


class CPython(Controller):
    """A controller computed by Python itself, slowly."""

    def _begin(self, state: Columns) -> None:
        module = ModuleType("pm_controller")
        exec(compile(self.program.source, self.program.file, "exec", dont_inherit=True), module.__dict__)
        self._given = getattr(module, self.program.inputs.name)
        self._objects = [getattr(module, self.program.name)() for _ in range(self.vectors)]
        self._faults = np.zeros(self.vectors, np.int32)
        for name, column in state.items():
            above, _, last = name.rpartition(".")
            for made, number in zip(self._objects, column.tolist(), strict=True):
                owner = attrgetter(above)(made) if above else made
                setattr(owner, last, _like(getattr(owner, last), number))

    @property
    def state(self) -> Columns:
        return {
            value.name: _column([attrgetter(value.name)(made) for made in self._objects], dtype_of(value.type))
            for value in self.program.state
        }

    @property
    def faults(self) -> IntArray:
        return self._faults.copy()

    def run(self, inputs: Mapping[str, Column]) -> Columns:
        columns, ticks = self._checked(inputs)
        outputs = self._empty(ticks)
        for tick in range(ticks):
            rows = zip(*(column[tick].tolist() for column in columns.values()), strict=True)
            made = [self._tick(vector, row) for vector, row in enumerate(rows)]
            for column, values in zip(outputs.values(), zip(*made, strict=True), strict=True):
                column[tick] = _column(values, column.dtype)
        return outputs

    def _tick(self, vector: int, row: tuple[Any, ...]) -> list[Any]:
        if self._faults[vector] == 0:
            dtypes = self.inputs.values()
            given = self._given(*(PYTHON[dtype.name](number) for dtype, number in zip(dtypes, row, strict=True)))
            try:
                made = self._objects[vector].step(given)
                return [getattr(made, name) for name, _ in self.program.outputs.fields]
            except InvalidOperation as exc:
                self._faults[vector] = _site(self.program, exc.__traceback__)
        return [constant.value for constant in self.program.safe_state]


def _like(old: Any, number: Any) -> Any:
    """A number of the type that a field has."""
    return type(old)(number)


def _column(values: Any, dtype: np.dtype[Any]) -> Column:
    return canonical(np.array([value.value if isinstance(value, IntEnum) else value for value in values], dtype))


def _site(program: Program, trace: TracebackType | None) -> int:
    """The innermost part of a source that a traceback goes through."""
    files = {program.file: program.file, blocks.__file__: LIBRARY_FILE}
    found = 0
    while trace is not None:
        code = trace.tb_frame.f_code
        line, _, column, _ = list(code.co_positions())[trace.tb_lasti // 2]
        for number, site in enumerate(program.sites, 1):
            if site.file == files.get(code.co_filename) and site.start <= (line or 0, column or 0) < site.end:
                found = number
        trace = trace.tb_next
    return found
