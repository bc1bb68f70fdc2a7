"""A plan as C: one function that takes every vector from cycle to cycle, its state in registers.

Compiled with the controller's own flags: without contraction and without fast-math every operation here has one
result, numpy's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isinf, isnan

from proofmark_controller.values import Scalar, Value
from proofmark_cosim.graph import Kind, Node, Operator, reached
from proofmark_cosim.plan import Equation, Plan, Sampling

TYPES = {Kind.FLOAT64: "double", Kind.FLOAT32: "float", Kind.INT64: "int64_t", Kind.BOOL: "bool"}
INFIX = {
    Operator.ADD: "+",
    Operator.SUBTRACT: "-",
    Operator.MULTIPLY: "*",
    Operator.DIVIDE: "/",
    Operator.REMAINDER: "%",
    Operator.BIT_AND: "&",
    Operator.BIT_XOR: "^",
    Operator.SHIFT_LEFT: "<<",
    Operator.SHIFT_RIGHT: ">>",
    Operator.LESS: "<",
    Operator.LESS_EQUAL: "<=",
    Operator.EQUAL: "==",
    Operator.NOT_EQUAL: "!=",
    Operator.AND: "&",
    Operator.OR: "|",
}
CALLS = {
    Operator.SQUARE_ROOT: "__builtin_sqrt",
    Operator.FLOOR: "pm_floor",
    Operator.CEILING: "pm_ceiling",
    Operator.ROUND: "pm_round",
}
HELPERS = """\
/* Beyond 2^52 every number is whole. */
static double pm_whole(double x, double whole)
{
    return __builtin_fabs(x) < 0x1p+52 ? __builtin_copysign(whole, x) : x;
}

static double pm_cut(double x)
{
    return __builtin_fabs(x) < 0x1p+52 ? (double)(int64_t)x : 0.0;
}

static double pm_floor(double x)
{
    const double cut = pm_cut(x);
    return pm_whole(x, cut > x ? cut - 1.0 : cut);
}

static double pm_ceiling(double x)
{
    const double cut = pm_cut(x);
    return pm_whole(x, cut < x ? cut + 1.0 : cut);
}

static double pm_round(double x)
{
    const double far = __builtin_copysign(0x1p+52, x);
    return pm_whole(x, (x + far) - far);
}
"""


NAMED = {Operator.CONSTANT, Operator.PARAMETER, Operator.SLOT, Operator.STREAM, Operator.CYCLE, Operator.FOREIGN}
"""What has a name already."""
KIND_OF = {Scalar.FLOAT32: Kind.FLOAT32, Scalar.BOOL: Kind.BOOL}
Scope = dict[int, str]
"""What computed nodes are called, by their id."""


SIGNATURE = """\
void pm_simulate(
    int64_t pm_vectors, int64_t pm_first, int64_t pm_last, int64_t pm_moving, const double *const *columns,
    const double *const *streams, const int64_t *stream_steps, void *const *states, double *const *kept,
    const int64_t *kept_lengths, {controller} *controllers)
{{"""


@dataclass(frozen=True)
class Layout:
    """The order in which arrays are handed to C."""

    columns: tuple[str, ...]
    streams: tuple[str, ...]
    states: tuple[str, ...]
    foreign: dict[int, str] = field(default_factory=dict)
    """Columns that numpy computed, by the node's id."""


def c_text(plan: Plan, layout: Layout) -> str:
    """The function `pm_simulate`; what comes before it in the file declares the controller."""
    return "\n".join([HELPERS, *_Function(plan, layout).lines(), ""])


class _Function:
    def __init__(self, plan: Plan, layout: Layout) -> None:
        self._plan, self._layout = plan, layout
        kinds = plan.kinds()
        if plan.sampling:
            outputs = dict(plan.sampling.program.outputs.fields)
            kinds |= {made: _kind(outputs[name]) for name, made in plan.sampling.made.items()}
        self._kinds = kinds
        self._names = {name: f"pm_{i}_{re.sub(r'[^A-Za-z0-9]', '_', name)}" for i, name in enumerate(kinds)}
        self._temporaries = 0

    def lines(self) -> Iterator[str]:
        plan, layout = self._plan, self._layout
        program = plan.sampling.program.name if plan.sampling else "void"
        yield SIGNATURE.format(controller=program)
        yield "    for (int64_t pm_vector = 0; pm_vector < pm_vectors; pm_vector += 1) {"
        for i in range(len(layout.columns)):
            yield f"        const double column_{i} = columns[{i}][pm_vector];"
        for i in range(len(layout.streams)):
            yield f"        const double *const stream_{i} = streams[{i}] + pm_vector * stream_steps[{i}];"
        for name, kind in self._kinds.items():
            held = (
                f"(({TYPES[kind]} *)states[{layout.states.index(name)}])[pm_vector]" if name in layout.states else "0"
            )
            yield f"        {TYPES[kind]} {self._names[name]} = {held};"
        if plan.sampling:
            yield f"        {program} pm_controller = controllers[pm_vector];"
        yield "        for (int64_t pm_cycle = pm_first; pm_cycle < pm_last; pm_cycle += 1) {"
        yield from (f"            {line}" for line in self._cycle())
        yield "        }"
        for i, name in enumerate(layout.states):
            yield f"        (({TYPES[self._kinds[name]]} *)states[{i}])[pm_vector] = {self._names[name]};"
        if plan.sampling:
            yield "        controllers[pm_vector] = pm_controller;"
        yield "    }\n}"

    def _cycle(self) -> Iterator[str]:
        plan = self._plan
        scope: Scope = {}
        for equation in plan.equations:
            yield from self._set(equation.period, [(self._names[equation.slot], equation.node)], scope)
        for i, record in enumerate(plan.records):
            at = f"kept[{i}][pm_vector * kept_lengths[{i}] + pm_cycle / {record.every}]"
            yield from self._set(record.every, [(at, record.node)], scope)
        yield from self._committed(plan.watches, scope)
        yield "if (!pm_moving) {\n                break;\n            }"
        if plan.sampling:
            yield from self._ticked(plan.sampling, scope)
        yield from self._committed(plan.updates, scope)

    def _committed(self, equations: tuple[Equation, ...], scope: Scope) -> Iterator[str]:
        """All from the values before them."""
        for equation in equations:
            name = self._names[equation.slot]
            yield f"{TYPES[equation.node.kind]} next_{name} = {name};"
        for period in dict.fromkeys(equation.period for equation in equations):
            due = [(f"next_{self._names[e.slot]}", e.node) for e in equations if e.period == period]
            yield from self._set(period, due, scope)
        for equation in equations:
            yield f"{self._names[equation.slot]} = next_{self._names[equation.slot]};"

    def _ticked(self, sampling: Sampling, scope: Scope) -> Iterator[str]:
        name, inputs = sampling.program.name, sampling.program.inputs
        inner = dict(scope)
        lines: list[str] = []
        for node in sampling.inputs.values():
            lines += self._computed(node, inner)
        given = ", ".join(f".{field} = {inner[id(sampling.inputs[field])]}" for field, _ in inputs.fields)
        lines.append(f"const {inputs.name} pm_given = {{{given}}};")
        lines.append(f"const {sampling.program.outputs.name} pm_made = {name}_tick(&pm_controller, pm_given);")
        lines += [f"{self._names[made]} = pm_made.{field};" for field, made in sampling.made.items()]
        yield from _guarded(sampling.period, lines)

    def _set(self, period: int, pairs: list[tuple[str, Node]], scope: Scope) -> Iterator[str]:
        """Assignments in the cycles that a period divides; what only they compute is in no other cycle's scope."""
        scope = scope if period == 1 else dict(scope)
        lines: list[str] = []
        for target, node in pairs:
            lines += self._computed(node, scope)
            lines.append(f"{target} = {scope[id(node)]};")
        yield from _guarded(period, lines)

    def _computed(self, node: Node, scope: Scope) -> list[str]:
        """Declarations of what is not in scope yet, the node's own the last."""
        lines = []
        for each in reached([node]):
            if id(each) in scope:
                continue
            text = self._text(each, [scope[id(operand)] for operand in each.operands])
            if each.operator in NAMED:
                scope[id(each)] = text
            else:
                self._temporaries += 1
                scope[id(each)] = f"t{self._temporaries}"
                lines.append(f"const {TYPES[each.kind]} t{self._temporaries} = {text};")
        return lines

    def _text(self, node: Node, operands: list[str]) -> str:
        match node.operator:
            case Operator.CONSTANT:
                return literal(node)
            case Operator.PARAMETER:
                return f"column_{self._layout.columns.index(str(node.value))}"
            case Operator.FOREIGN:
                return f"column_{self._layout.columns.index(self._layout.foreign[id(node)])}"
            case Operator.SLOT:
                return self._names[str(node.value)]
            case Operator.STREAM:
                return f"stream_{self._layout.streams.index(str(node.value))}[pm_cycle - pm_first]"
            case Operator.CYCLE:
                return "pm_cycle"
            case Operator.NEGATE:
                return f"-{operands[0]}"
            case Operator.ABSOLUTE:
                return f"__builtin_fabs({operands[0]})"
            case Operator.NOT:
                return f"!{operands[0]}"
            case Operator.WHERE:
                return f"{operands[0]} ? {operands[1]} : {operands[2]}"
            case Operator.CONVERT:
                return f"{operands[0]} != 0" if node.kind is Kind.BOOL else f"({TYPES[node.kind]}){operands[0]}"
        if node.operator in CALLS:
            return f"{CALLS[node.operator]}({operands[0]})"
        return f"{operands[0]} {INFIX[node.operator]} {operands[1]}"


def _guarded(period: int, lines: list[str]) -> Iterator[str]:
    if period == 1:
        yield from lines
    else:
        yield f"if (pm_cycle % {period} == 0) {{"
        yield from (f"    {line}" for line in lines)
        yield "}"


def _kind(kind: Value) -> Kind:
    return KIND_OF.get(kind, Kind.INT64) if isinstance(kind, Scalar) else Kind.INT64


def literal(node: Node) -> str:
    """A constant, in brackets where it has a sign."""
    value = node.value
    match node.kind:
        case Kind.BOOL:
            return "true" if value else "false"
        case Kind.INT64:
            return f"INT64_C({value})" if int(value or 0) >= 0 else f"(-INT64_C({-int(value or 0)}))"
    number, suffix = float(value or 0), "f" if node.kind is Kind.FLOAT32 else ""
    if isnan(number):
        return f'__builtin_nan{suffix}("")'
    if isinf(number):
        return f"({'-' if number < 0 else ''}__builtin_inf{suffix}())"
    return f"({number.hex()}{suffix})"
