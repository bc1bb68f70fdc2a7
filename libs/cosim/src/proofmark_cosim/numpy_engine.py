"""A plan by numpy: the reference, and what runs where there is no C compiler."""

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from proofmark_controller import Controller
from proofmark_cosim.component import Columns, FloatArray, Given, Process
from proofmark_cosim.engine import Engine
from proofmark_cosim.evaluation import Value, applied, leaf
from proofmark_cosim.graph import Node, Operator, reached
from proofmark_cosim.plan import Equation, Plan, Stepping

FIXED = {Operator.CONSTANT, Operator.PARAMETER}


class NumpyEngine(Engine):
    """Every operation of a cycle is one call of numpy over all vectors."""

    def __init__(self, plan: Plan, columns: Columns, vectors: int, controller: Controller | None) -> None:
        super().__init__(plan, columns, vectors)
        self._controller = controller
        self._slots: dict[str, Value] = dict(self.state)
        self._fixed: dict[int, Value] = {}
        self._orders: dict[int, list[Node]] = {}
        with np.errstate(all="ignore"):
            for node in reached(self._roots()):
                if node.operator is Operator.CONSTANT:
                    self._fixed[id(node)] = leaf(node)
                elif node.operator is Operator.PARAMETER:
                    self._fixed[id(node)] = self.columns[str(node.value)]
                elif node.operands and all(id(operand) in self._fixed for operand in node.operands):
                    self._fixed[id(node)] = applied(node, [self._fixed[id(o)] for o in node.operands])

        self._foreign: dict[str, Process] = {}

    def begin(self, stepping: Stepping, inputs: Columns) -> None:
        """Start a foreign component, at cycle 0."""
        own = {name: self.columns[f"{stepping.name}.{name}"] for name in stepping.component.numbers()}
        given = Given(stepping.name, own, stepping.period * self.plan.cycle_s, self.vectors, inputs)
        self._foreign[stepping.name] = stepping.component.begin(given)

    @property
    def began(self) -> bool:
        """Whether every foreign component has been started."""
        return len(self._foreign) == len(self.plan.foreign)

    def show(self) -> None:
        """What foreign components give now becomes state."""
        for stepping in self.plan.foreign:
            shown = self._foreign[stepping.name].outputs()
            self._slots.update({slot: shown[name] for name, slot in stepping.outputs.items()})

    @property
    def failures(self) -> dict[int, str]:
        return {row: f"{name}: {why}" for name, one in self._foreign.items() for row, why in one.failures.items()}

    def close(self) -> None:
        for process in self._foreign.values():
            process.close()

    def _roots(self) -> Iterable[Node]:
        plan = self.plan
        for equation in (*plan.equations, *plan.watches, *plan.updates):
            yield equation.node
        yield from (record.node for record in plan.records)
        yield from plan.sampling.inputs.values() if plan.sampling else ()
        for stepping in plan.foreign:
            yield from stepping.inputs.values()

    def run(self, first: int, last: int, streams: Columns, kept: Mapping[str, FloatArray]) -> None:
        with np.errstate(all="ignore"):
            for cycle in range(first, last):
                now = _Cycle(self, cycle, {name: column[:, cycle - first] for name, column in streams.items()})
                now.look(kept)
                now.move()
        self.state = {name: self._slots[name] for name in self.plan.start}

    def look(self, cycle: int, streams: Columns, kept: Mapping[str, FloatArray]) -> None:
        with np.errstate(all="ignore"):
            _Cycle(self, cycle, {name: column[:, 0] for name, column in streams.items()}).look(kept)
        self.state = {name: self._slots[name] for name in self.plan.start}

    @property
    def faults(self) -> npt.NDArray[np.int32]:
        return np.zeros(self.vectors, np.int32) if self._controller is None else self._controller.faults

    def order(self, node: Node) -> list[Node]:
        """What has to be computed for a node, operands first."""
        if id(node) not in self._orders:
            self._orders[id(node)] = [each for each in reached([node]) if id(each) not in self._fixed]
        return self._orders[id(node)]


class _Cycle:
    """One cycle: each node is computed once, when it is first needed."""

    def __init__(self, engine: NumpyEngine, number: int, streams: Mapping[str, Value]) -> None:
        self._engine, self._number, self._streams = engine, number, streams
        self._slots = engine._slots
        self._values = dict(engine._fixed)

    def look(self, kept: Mapping[str, FloatArray]) -> None:
        plan = self._engine.plan
        if not self._engine.began:
            self._begin()
        self._equate()
        for record in plan.records:
            if self._number % record.every == 0:
                kept[record.name][:, self._number // record.every] = self._column(record.node)
        self._commit(plan.watches)

    def move(self) -> None:
        plan = self._engine.plan
        sampling, controller = plan.sampling, self._engine._controller
        if sampling is not None and controller is not None and self._number % sampling.period == 0:
            kinds = controller.inputs
            inputs = {name: self._column(node).astype(kinds[name]) for name, node in sampling.inputs.items()}
            for name, made in controller.step(inputs).items():
                self._slots[sampling.made[name]] = made.astype(np.int64) if made.dtype == np.int32 else made
        stepping_now = [stepping for stepping in plan.foreign if self._number % stepping.period == 0]
        inputs_now = [{n: self._column(node) for n, node in stepping.inputs.items()} for stepping in stepping_now]
        self._commit(plan.updates)
        for stepping, inputs in zip(stepping_now, inputs_now, strict=True):
            self._engine._foreign[stepping.name].step(self._number * plan.cycle_s, inputs)
        self._engine.show()

    def _begin(self) -> None:
        """Start foreign components with the inputs that can be told before any of them shows anything."""
        plan = self._engine.plan
        self._equate()
        for stepping in plan.foreign:
            known = [name for name, node in stepping.inputs.items() if not plan.told_by_foreign(node)]
            self._engine.begin(stepping, {name: self._column(stepping.inputs[name]) for name in known})
        self._engine.show()
        self._values = dict(self._engine._fixed)

    def _equate(self) -> None:
        for equation in self._due(self._engine.plan.equations):
            self._slots[equation.slot] = self._column(equation.node)

    def _due(self, equations: Iterable[Equation]) -> Iterable[Equation]:
        return (equation for equation in equations if self._number % equation.period == 0)

    def _commit(self, equations: Iterable[Equation]) -> None:
        self._slots.update({equation.slot: self._column(equation.node) for equation in self._due(equations)})

    def _column(self, node: Node) -> Value:
        if id(node) not in self._values:
            for each in self._engine.order(node):
                if id(each) not in self._values:
                    self._values[id(each)] = self._value(each)
        value = np.asarray(self._values[id(node)])
        return value if value.shape else np.full(self._engine.vectors, value)

    def _value(self, node: Node) -> Value:
        match node.operator:
            case Operator.SLOT:
                return self._slots[str(node.value)]
            case Operator.STREAM:
                return self._streams[str(node.value)]
            case Operator.CYCLE:
                return np.int64(self._number)
        return applied(node, [self._values[id(operand)] for operand in node.operands])
