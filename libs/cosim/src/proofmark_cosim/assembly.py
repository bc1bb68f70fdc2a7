"""From a system to a plan: names become wires, and wires an order of computation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from proofmark_controller.program import Program
from proofmark_controller.values import Constant, Enumeration, Scalar, Value
from proofmark_cosim.component import Component, Foreign, Moment, Port, Source, Values
from proofmark_cosim.errors import AlgebraicLoop, OutOfRange, UnknownSignal, Unwired
from proofmark_cosim.expressions import Lookup, node_of
from proofmark_cosim.graph import (
    Kind,
    Node,
    Operator,
    constant,
    convert,
    cycle,
    equal,
    parameter,
    reached,
    real,
    slot,
    stream,
    total,
    where,
)
from proofmark_cosim.interface import Pwm, Ranging, level, whole
from proofmark_cosim.logic import margin, predicates
from proofmark_cosim.measures import Measure, measure
from proofmark_cosim.plan import Draw, Equation, Plan, Record, Sampling, Stepping, Stream, Timed
from proofmark_cosim.switching import Switching, prepared, switchings, takes, without_noise
from proofmark_cosim.system import CONTROLLER, SCENARIO, ControllerUse, Placed, System, cycles_of

BROKEN = "#broken"
"""The first cycle in which a component gave no finite number, -1 for none."""
TRACE = "#trace."
"""Before the names of records that are traces."""
TAKEN = "#taken."
"""Before those of what the controller takes."""
FLOAT_OF = {Scalar.FLOAT32: Kind.FLOAT32, Scalar.INT32: Kind.INT64, Scalar.BOOL: Kind.BOOL}


class Names(dict[str, Node]):
    """The parameters of a component, each a column called `component.parameter`."""

    def __init__(self, component: str, piece: int | None = None) -> None:
        super().__init__()
        self._component = component if piece is None else prepared(component, piece)

    def __missing__(self, name: str) -> Node:
        self[name] = parameter(f"{self._component}.{name}")
        return self[name]


@dataclass
class Assembly:
    """A system while its plan is being made; what is left at the end answers for names."""

    system: System
    parameters: frozenset[str]
    """Names of the columns that a run is given."""
    signals: dict[str, Kind] = field(default_factory=dict)
    start: dict[str, Node] = field(default_factory=dict)
    equations: list[Equation] = field(default_factory=list)
    updates: list[Equation] = field(default_factory=list)
    streams: dict[str, Stream] = field(default_factory=dict)
    wires: dict[str, str] = field(default_factory=dict)
    foreign: list[Stepping] = field(default_factory=list)
    sampling: Sampling | None = None
    switched: dict[str, Switching] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, placed in self.components():
            for port in placed.component.outputs():
                self.signals[f"{name}.{port.name}"] = port.kind
        if self.system.controller is not None:
            for name, kind in self.system.controller.program.outputs.fields:
                self.signals[f"{CONTROLLER}.{name}"] = Kind.BOOL if kind is Scalar.BOOL else Kind.FLOAT64
        self._wire()
        self.switched = switchings(self.system, self.wires)
        for name, placed in self.components():
            self._place(name, placed)
        if self.system.controller is not None:
            self._control(self.system.controller)
        self.equations = _ordered(self.equations)

    def components(self) -> Iterator[tuple[str, Placed]]:
        """The scenario first."""
        if self.system.scenario is not None:
            yield SCENARIO, Placed(self.system.scenario)
        yield from self.system.plants.items()

    def look_up(self, where: str, fixed: Mapping[str, Node] | None = None) -> Lookup:
        """What names mean in an expression at this place; some may have a value of their own."""
        own = fixed or {}

        def found(name: str) -> Node:
            if name in own:
                return own[name]
            if name in self.signals:
                return slot(name, self.signals[name])
            if name in self.parameters:
                return parameter(name)
            members = self._members()
            if name in members:
                return constant(float(members[name]))
            raise UnknownSignal(where, sorted({*self.signals, *self.parameters, *members}), name)

        return found

    def plan(self, measures: Mapping[str, Measure], records: tuple[Record, ...]) -> Plan:
        """Everything in order, with these measures and records besides."""
        outputs = [slot(name) for name, kind in self.signals.items() if kind is Kind.FLOAT64]
        states = {name: node for one in measures.values() for name, node in one.start.items()}
        watches = [watch for one in measures.values() for watch in one.watches]
        updates = [update for one in measures.values() for update in one.updates]
        if outputs:
            states[BROKEN] = constant(-1, Kind.INT64)
            watches.append(Equation(BROKEN, _first_broken(outputs)))
        return Plan(
            cycle_s=self.system.cycle_s,
            cycles=self.system.cycles,
            start=self.start | states,
            equations=tuple(self.equations),
            watches=tuple(watches),
            sampling=self.sampling,
            updates=(*self.updates, *updates),
            records=records,
            streams=self.streams,
            foreign=tuple(self.foreign),
        )

    def measures(self) -> dict[str, Measure]:
        """What the system's metrics accumulate."""
        made = {}
        for name, metric in self.system.metrics.items():
            where = f"metrics.{name}"
            nodes = {
                part: node_of(f"{where}.{part}", text, self.look_up(where))
                for part, text in (("of", metric.of), ("to", metric.to), ("within", metric.within))
                if text is not None
            }
            made[name] = measure(name, metric, nodes, self.system.cycle_s)
        return made

    def margins(self) -> tuple[Record, ...]:
        """What the system's formulas need at every cycle."""
        texts = {text: name for name, formula in self.system.formulas.items() for text in predicates(formula)}
        return tuple(
            Record(text, margin(f"formulas.{name}", text, self.look_up(f"formulas.{name}")))
            for text, name in texts.items()
        )

    def trace(self, signal: str, every: int) -> Record:
        """A signal to be recorded."""
        if signal not in self.signals:
            raise UnknownSignal("recording", list(self.signals), signal)
        return Record(f"{TRACE}{signal}", real(slot(signal, self.signals[signal])), every)

    def taken(self) -> list[Record]:
        """What the controller takes, tick by tick."""
        if (sampling := self.sampling) is None:
            return []
        return [Record(f"{TAKEN}{name}", real(node), sampling.period) for name, node in sampling.inputs.items()]

    def _members(self) -> dict[str, int]:
        if self.system.controller is None:
            return {}
        kinds = [kind for _, kind in self.system.controller.program.outputs.fields]
        return {name: n for kind in kinds if isinstance(kind, Enumeration) for name, n in kind.members}

    def _wire(self) -> None:
        inputs = [f"{name}.{port.name}" for name, placed in self.components() for port in placed.component.inputs()]
        if self.system.controller is not None:
            inputs += [f"{CONTROLLER}.{name}" for name, _ in self.system.controller.program.inputs.fields]
        self.wires = dict(self.system.connect)
        if self.system.signal is not None:
            if self.system.signal in self.wires:
                raise OutOfRange(self.system.signal, "one source, of the scenario or under connect", "both")
            self.wires[self.system.signal] = f"{SCENARIO}.value"
        for destination in self.wires:
            if destination not in inputs:
                raise UnknownSignal("connect", inputs, destination)

    def _source(self, destination: str, port: Port, fixed: Mapping[str, Node] | None = None) -> Node:
        if destination in self.wires:
            where_ = f"connect.{destination}"
            node = node_of(where_, self.wires[destination], self.look_up(where_, fixed))
            return convert(node, port.kind) if port.kind is not Kind.BOOL else level(node)
        if port.default is None:
            raise Unwired(destination, port.unit or "plain numbers")
        return constant(port.default)

    def _place(self, name: str, placed: Placed) -> None:
        component, cycle_s = placed.component, self.system.cycle_s
        period = 1 if placed.period_s is None else cycles_of(f"{name}.period", placed.period_s, cycle_s)
        ports = component.inputs()
        driven = any(f"{name}.{port.name}" in self.wires for port in ports)
        if ports and not driven and not isinstance(component, Foreign):
            raise Unwired(f"{name}.{ports[0].name}", ports[0].unit or "plain numbers")
        sources = {port.name: self._source(f"{name}.{port.name}", port) for port in ports}
        p = Names(name)
        begin = component.start(p)
        self.start |= {f"{name}#{state}": node for state, node in begin.items()}
        x = {state: slot(f"{name}#{state}", node.kind) for state, node in begin.items()}
        now = self._moment(name, period, p, x, sources)
        seen = component.observe(now)
        for port in component.outputs():
            self._hold(Equation(f"{name}.{port.name}", convert(seen[port.name], port.kind), period))
        if isinstance(component, Foreign):
            given = {port: real(node) for port, node in sources.items()}
            held = {port.name: f"{name}#{port.name}" for port in component.outputs()}
            self.foreign.append(Stepping(name, component, period, given, held))
        for state, node in self._advanced(name, component, now).items():
            self.updates.append(Equation(f"{name}#{state}", convert(node, x[state].kind), period))

    def _advanced(self, name: str, component: Component, now: Moment) -> Values:
        """The state a period later."""
        switching = self.switched.get(name)
        if switching is None:
            return component.advance(now)

        def none(_: object) -> Node:
            return without_noise(name)

        quiet, state = replace(now, uniform=none, normal=none, source=none), dict(now.x)
        for level_, steps in switching.parts():
            fixed = {switching.signal: constant(level_)}
            sources = {port.name: self._source(f"{name}.{port.name}", port, fixed) for port in component.inputs()}
            for piece in switching.pieces:
                piece_s = switching.length_s(piece, now.period_s)
                inside = replace(quiet, p=Names(name, piece), x=state, u=sources, period_s=piece_s)
                moved = component.advance(inside).items()
                taken = takes(steps, piece)
                state |= {key: where(taken, convert(node, state[key].kind), state[key]) for key, node in moved}
        return state

    def _hold(self, equation: Equation) -> None:
        """An equation that is not computed in every cycle holds a state."""
        self.equations.append(equation)
        if equation.period > 1:
            self.start[equation.slot] = convert(constant(0.0), equation.node.kind)

    def _moment(self, name: str, period: int, p: Values, x: Values, u: Values) -> Moment:
        def drawn(draw: str, normal: bool) -> Node:
            self.streams[f"{name}.{draw}"] = Draw(f"{name}.{draw}", normal, period)
            return stream(f"{name}.{draw}")

        def timed(source: Source) -> Node:
            self.streams[f"{name}.{source.name}"] = Timed(name, source)
            return stream(f"{name}.{source.name}")

        return Moment(
            p=p,
            x=x,
            u=u,
            period_s=period * self.system.cycle_s,
            time_s=real(cycle()) * self.system.cycle_s,
            uniform=lambda draw: drawn(draw, False),
            normal=lambda draw: drawn(draw, True),
            source=timed,
        )

    def _control(self, use: ControllerUse) -> None:
        program = use.program
        period = cycles_of(f"{CONTROLLER}.period", use.period_s, self.system.cycle_s)
        for what, known in ((use.converters, program.inputs), (use.drives, program.outputs)):
            names = [name for name, kind in known.fields if kind is Scalar.FLOAT32]
            for name in what:
                if name not in names:
                    raise UnknownSignal(CONTROLLER, names, name)
        inputs = {name: self._taken(use, name, kind) for name, kind in program.inputs.fields}
        made = {name: f"{CONTROLLER}#made.{name}" for name, _ in program.outputs.fields}
        for (name, kind), safe in zip(program.outputs.fields, program.safe_state, strict=True):
            seen = _driven(use, name, kind, slot(made[name], _kind(kind)))
            pending = f"{CONTROLLER}#{name}"
            before = before_the_first_tick(program, name, kind) or safe
            self.start[pending] = _driven(use, name, kind, constant(before.value, _kind(kind)))
            self.updates.append(Equation(pending, seen, period))
            self._hold(Equation(f"{CONTROLLER}.{name}", slot(pending, seen.kind), period))
        self.sampling = Sampling(program, period, inputs, made)

    def _taken(self, use: ControllerUse, name: str, kind: Value) -> Node:
        destination = f"{CONTROLLER}.{name}"
        if destination not in self.wires:
            raise Unwired(destination, "the controller's unit")
        node = node_of(f"connect.{destination}", self.wires[destination], self.look_up(f"connect.{destination}"))
        match kind:
            case Scalar.FLOAT32:
                return use.converters.get(name, Ranging()).taken(node)
            case Scalar.BOOL:
                return level(node)
        return whole(node)


def _kind(kind: Value) -> Kind:
    return FLOAT_OF[kind] if isinstance(kind, Scalar) else Kind.INT64


def _driven(use: ControllerUse, name: str, kind: Value, made: Node) -> Node:
    """What the plant sees of an output."""
    if kind is Scalar.FLOAT32:
        drive = use.drives.get(name, Pwm())
        return drive.seen(drive.compare(made))
    return made if kind is Scalar.BOOL else real(made)


def before_the_first_tick(program: Program, output: str, kind: Value) -> Constant | None:
    """What tells of the state starts as the state does: the value of that name, or the only one of an enumeration."""
    alike = [value for value in program.state if value.type == kind and kind is not Scalar.FLOAT32]
    named = [value for value in alike if value.name == output]
    if isinstance(kind, Enumeration) and len(alike) == 1:
        named = alike
    return named[0].initial if named else None


def _first_broken(outputs: list[Node]) -> Node:
    before = slot(BROKEN, Kind.INT64)
    sound = equal(total(output * 0.0 for output in outputs), 0.0)
    return where(sound, before, where(before < 0, cycle(), before))


def _ordered(equations: list[Equation]) -> list[Equation]:
    """Each equation behind those that it reads.

    Raises
    ------
    AlgebraicLoop
    """
    by_slot = {equation.slot: equation for equation in equations}
    reads = {
        equation.slot: [
            str(node.value)
            for node in reached([equation.node])
            if node.operator is Operator.SLOT and node.value in by_slot
        ]
        for equation in equations
    }
    ordered: dict[str, Equation] = {}
    path: list[str] = []

    def visit(name: str) -> None:
        if name in ordered:
            return
        if name in path:
            raise AlgebraicLoop([*path[path.index(name) :], name])
        path.append(name)
        for needed in reads[name]:
            visit(needed)
        path.pop()
        ordered[name] = by_slot[name]

    for equation in equations:
        visit(equation.slot)
    return list(ordered.values())


def assumptions(system: System) -> dict[str, str]:
    """What the interface between plant and controller is taken to be, by input and output."""
    use = system.controller
    if use is None:
        return {}
    floats = Scalar.FLOAT32
    told = {n: str(use.converters.get(n, Ranging())) for n, kind in use.program.inputs.fields if kind is floats}
    return told | {n: str(use.drives.get(n, Pwm())) for n, kind in use.program.outputs.fields if kind is floats}
