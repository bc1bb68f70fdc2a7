"""A plan as compiled C, for every vector of a group."""

from collections.abc import Mapping
from ctypes import POINTER, c_int64, c_void_p
from typing import Any

import numpy as np
import numpy.typing as npt

from proofmark_controller.host import Compiler, HostController, built, host_files, loaded
from proofmark_cosim.c_text import Layout, c_text
from proofmark_cosim.component import Columns, FloatArray
from proofmark_cosim.engine import Array, Engine
from proofmark_cosim.evaluation import evaluated
from proofmark_cosim.graph import Node, Operator, reached
from proofmark_cosim.plan import Plan

PREAMBLE = "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n"
SOURCE = "system.c"
FLAGS = ("-fno-math-errno", "-fno-trapping-math")
"""Neither changes a value."""


class Compiled:
    """A plan's library: made once, used by every group."""

    def __init__(self, plan: Plan, compiler: Compiler) -> None:
        found = [node for node in reached(roots(plan)) if node.operator is Operator.FOREIGN]
        self.foreign = {f"#foreign.{i}": node for i, node in enumerate(found)}
        leaves = [node for node in reached(roots(plan)) if node.operator is Operator.PARAMETER]
        self.layout = Layout(
            columns=(*dict.fromkeys(str(node.value) for node in leaves), *self.foreign),
            streams=tuple(plan.streams),
            states=tuple(plan.start),
            foreign={id(node): name for name, node in self.foreign.items()},
        )
        files, main = ({}, None) if plan.sampling is None else host_files(plan.sampling.program)
        include = PREAMBLE if main is None else f'{PREAMBLE}#include "{main}"\n'
        self.library = built(compiler, files | {SOURCE: f"{include}\n{c_text(plan, self.layout)}"}, SOURCE, FLAGS)


def runs_in_c(plan: Plan) -> bool:
    """Whether nothing in its loop is numpy's alone."""
    if plan.foreign:
        return False
    changing: set[int] = set()
    for node in reached(roots(plan)):
        moves = node.operator in MOVING or any(id(operand) in changing for operand in node.operands)
        if moves and node.operator is Operator.FOREIGN:
            return False
        if moves:
            changing.add(id(node))
    return True


MOVING = {Operator.SLOT, Operator.STREAM, Operator.CYCLE}


def roots(plan: Plan) -> list[Node]:
    """Every node that a cycle computes for its own sake."""
    equations = (*plan.equations, *plan.watches, *plan.updates)
    inputs = plan.sampling.inputs.values() if plan.sampling else ()
    return [*(e.node for e in equations), *(record.node for record in plan.records), *inputs]


class CEngine(Engine):
    """Takes one vector after the other through all cycles that it is told."""

    def __init__(
        self, plan: Plan, compiled: Compiled, columns: Columns, vectors: int, start: Mapping[str, Array] | None
    ) -> None:
        foreign = {name: evaluated(node, columns) for name, node in compiled.foreign.items()}
        super().__init__(plan, {**columns, **{n: np.broadcast_to(c, vectors) for n, c in foreign.items()}}, vectors)
        self._layout = compiled.layout
        self._simulate = loaded(compiled.library).pm_simulate
        self._simulate.restype = None
        pointers = POINTER(c_void_p)
        numbers = [c_int64] * 4
        self._simulate.argtypes = [*numbers, pointers, pointers, c_void_p, pointers, pointers, c_void_p, c_void_p]
        self._controller = (
            None if plan.sampling is None else HostController(plan.sampling.program, compiled.library, vectors, start)
        )

    def run(self, first: int, last: int, streams: Columns, kept: Mapping[str, FloatArray]) -> None:
        self._call(first, last, True, streams, kept)

    def look(self, cycle: int, streams: Columns, kept: Mapping[str, FloatArray]) -> None:
        self._call(cycle, cycle + 1, False, streams, kept)

    @property
    def faults(self) -> npt.NDArray[np.int32]:
        return np.zeros(self.vectors, np.int32) if self._controller is None else self._controller.faults

    def _call(self, first: int, last: int, moving: bool, streams: Columns, kept: Mapping[str, FloatArray]) -> None:
        given = [np.ascontiguousarray(streams[name]) for name in self._layout.streams]
        steps = np.array([0 if len(column) == 1 else column.shape[1] for column in given], np.int64)
        records = [kept[record.name] for record in self.plan.records]
        lengths = np.array([column.shape[1] for column in records], np.int64)
        self._simulate(
            self.vectors,
            first,
            last,
            moving,
            _pointers([self.columns[name] for name in self._layout.columns]),
            _pointers(given),
            steps.ctypes.data,
            _pointers([self.state[name] for name in self._layout.states]),
            _pointers(records),
            lengths.ctypes.data,
            None if self._controller is None else self._controller.memory.ctypes.data,
        )


def _pointers(arrays: list[Any]) -> Any:
    return (c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))
