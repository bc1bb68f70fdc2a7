"""The reference interpreter: what a program means, in numpy, for many vectors at once.

Vectors that take different ways are held apart by masks; every operation is elementwise and in float32 or int32, so the
bits depend neither on the processor nor on how many vectors there are.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from proofmark_controller.evaluation import BoolArray, Column, Columns, Frame, IntArray, canonical, dtype_of
from proofmark_controller.nodes import (
    Assign,
    Break,
    Field,
    Function,
    If,
    Invoke,
    Local,
    Loop,
    Return,
    Statement,
    Switch,
)
from proofmark_controller.running import Controller
from proofmark_controller.values import Record, Type

Body = tuple[Statement, ...]


class Interpreter(Controller):
    """A controller computed by numpy."""

    def _begin(self, state: Columns) -> None:
        self._state = state
        self._faults = np.zeros(self.vectors, np.int32)

    @property
    def state(self) -> Columns:
        return {name: column.copy() for name, column in self._state.items()}

    @property
    def faults(self) -> IntArray:
        return self._faults.copy()

    def run(self, inputs: Mapping[str, Column]) -> Columns:
        columns, ticks = self._checked(inputs)
        outputs = self._empty(ticks)
        with np.errstate(all="ignore"):
            for tick in range(ticks):
                given = {name: column[tick] for name, column in columns.items()}
                for name, column in self._tick(given).items():
                    outputs[name][tick] = column
        return outputs

    def _tick(self, inputs: Columns) -> Columns:
        made = self._call(self.program.step, (inputs,), (), self._faults == 0)
        running = self._faults == 0
        safe = zip(self.program.outputs.fields, self.program.safe_state, strict=True)
        return {name: np.where(running, made[name], dtype_of(kind).type(c.value)) for (name, kind), c in safe}

    def _call(self, function: Function, arguments: tuple[Any, ...], prefix: tuple[str, ...], lanes: BoolArray) -> Any:
        names = (parameter.name for parameter in function.parameters)
        frame = Frame(
            dict(zip(names, arguments, strict=True)),
            self._state,
            prefix,
            self._faults,
            lambda called, values, where: self._call(called, values, (), where),
        )
        run = _Run(self, frame, function.returns)
        run.body(function.body, lanes)
        return run.result


class _Run:
    """One call: its statements change the frame, in the vectors of a mask."""

    def __init__(self, interpreter: Interpreter, frame: Frame, returns: Type | None) -> None:
        self._interpreter = interpreter
        self._frame = frame
        self.result = _blank(returns, len(frame.faults))
        self._left: BoolArray = np.zeros(len(frame.faults), np.bool_)
        """Vectors that broke out of the loop that is running."""

    def body(self, statements: Body, lanes: BoolArray) -> BoolArray:
        """Run statements; the vectors that go on behind them."""
        for statement in statements:
            if not lanes.any():
                break
            lanes = self._statement(statement, lanes)
        return lanes

    def _statement(self, statement: Statement, lanes: BoolArray) -> BoolArray:
        match statement:
            case Assign(target=target, value=value, site=site):
                column = self._frame.evaluate(value, lanes, site)
                lanes = self._running(lanes)
                self._store(target, column, lanes)
            case Invoke():
                lanes = self._invoke(statement, lanes)
            case If(test=test, then=then, otherwise=otherwise):
                held = self._frame.evaluate(test, lanes, 0)
                return self.body(then, lanes & held) | self.body(otherwise, lanes & ~held)
            case Switch():
                return self._switch(statement, lanes)
            case Loop():
                return self._loop(statement, lanes)
            case Break():
                self._left |= lanes
                return np.zeros_like(lanes)
            case Return(value=value, site=site):
                if value is not None:
                    column = self._frame.evaluate(value, lanes, site)
                    self.result = _where(self._running(lanes), column, self.result)
                return np.zeros_like(lanes)
        return lanes

    def _running(self, lanes: BoolArray) -> BoolArray:
        running: BoolArray = lanes & (self._frame.faults == 0)
        return running

    def _store(self, target: Local | Field, value: Any, lanes: BoolArray) -> None:
        if isinstance(target, Field):
            name = ".".join((*self._frame.prefix, *target.path))
            self._frame.state[name] = _where(lanes, value, self._frame.state[name])
        else:
            old = self._frame.locals.get(target.name)
            self._frame.locals[target.name] = _where(
                lanes, value, _blank(target.type, len(lanes)) if old is None else old
            )

    def _invoke(self, statement: Invoke, lanes: BoolArray) -> BoolArray:
        arguments = tuple(self._frame.evaluate(argument, lanes, 0) for argument in statement.arguments)
        prefix = () if statement.path is None else (*self._frame.prefix, *statement.path)
        value = self._interpreter._call(statement.function, arguments, prefix, lanes)
        lanes = self._running(lanes)
        if statement.target is not None:
            self._store(statement.target, value, lanes)
        return lanes

    def _switch(self, statement: Switch, lanes: BoolArray) -> BoolArray:
        subject = self._frame.evaluate(statement.subject, lanes, 0)
        behind = np.zeros_like(lanes)
        for values, body in statement.cases:
            taken = lanes & np.isin(subject, [value.value for value in values]) if values else lanes
            behind |= self.body(body, taken)
            lanes = lanes & ~taken
        return behind

    def _loop(self, statement: Loop, lanes: BoolArray) -> BoolArray:
        around, self._left = self._left, np.zeros_like(lanes)
        for number in statement.counts:
            if not lanes.any():
                break
            self._frame.locals[statement.name] = np.int32(number)
            lanes = self.body(statement.body, lanes)
        lanes = lanes | self._left
        self._left = around
        return lanes


def _blank(kind: Type | None, vectors: int) -> Any:
    """Columns to write the values of a type into."""
    if kind is None:
        return None
    if isinstance(kind, Record):
        return {name: np.zeros(vectors, dtype_of(of)) for name, of in kind.fields}
    return np.zeros(vectors, dtype_of(kind))


def _where(lanes: BoolArray, new: Any, old: Any) -> Any:
    if isinstance(old, dict):
        return {name: np.where(lanes, new[name], column) for name, column in old.items()}
    return np.where(lanes, canonical(np.asarray(new)), old)
