"""The nodes of the typed form: expressions, which change nothing, statements, and the functions of them.

What may fault (an int32 that overflows, a division by zero, a float32 without an int32) stands only in an `Assign` to a
local or in a `Return`, each with the number of its site; calls that change state or may fault stand alone in an
`Invoke`. So the order in which C evaluates the operands of an expression cannot be seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from proofmark_controller.values import Block, Constant, Record, Scalar, Type, Value


@dataclass(frozen=True)
class Local:
    type: Type
    name: str


@dataclass(frozen=True)
class Field:
    """A value of the state: of `self`, or of a block below it."""

    type: Value
    path: tuple[str, ...]


@dataclass(frozen=True)
class Member:
    type: Value
    record: Local
    name: str


@dataclass(frozen=True)
class Unary:
    """Operators: - not ~ abs."""

    type: Value
    operator: str
    operand: "Expression"


@dataclass(frozen=True)
class Binary:
    """Operators: + - * / // % & | ^ min max; both sides are of the result's type."""

    type: Value
    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Compare:
    """Operators: < <= > >= == !=; both sides are of one type."""

    operator: str
    left: "Expression"
    right: "Expression"
    type: Value = Scalar.BOOL


@dataclass(frozen=True)
class Logic:
    """Operators: and, or; the right side counts only where the left leaves it open."""

    operator: str
    left: "Expression"
    right: "Expression"
    type: Value = Scalar.BOOL


@dataclass(frozen=True)
class Choose:
    type: Value
    test: "Expression"
    then: "Expression"
    otherwise: "Expression"


@dataclass(frozen=True)
class Convert:
    type: Value
    operand: "Expression"


@dataclass(frozen=True)
class Call:
    """Of a function that cannot fault."""

    type: Type
    function: "Function"
    arguments: tuple["Expression", ...]


@dataclass(frozen=True)
class Make:
    type: Record
    values: tuple["Expression", ...]
    """In the order of the record's fields."""


Expression = Constant | Local | Field | Member | Unary | Binary | Compare | Logic | Choose | Convert | Call | Make


@dataclass(frozen=True)
class Assign:
    target: Local | Field
    value: Expression
    site: int = 0
    """Where it faults: an index into the program's sites, from 1; 0 if it cannot."""


@dataclass(frozen=True)
class Invoke:
    """A call that stands alone; arguments cannot fault, and only what cannot fault is written to a field."""

    target: Local | Field | None
    path: tuple[str, ...] | None
    """The block below `self` whose method it is; None for a function."""
    function: "Function"
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class If:
    test: Expression
    then: tuple["Statement", ...]
    otherwise: tuple["Statement", ...]


@dataclass(frozen=True)
class Switch:
    subject: Expression
    cases: tuple[tuple[tuple[Constant, ...], tuple["Statement", ...]], ...]
    """Values and what they do; the last has no values where the source wrote `case _`."""


@dataclass(frozen=True)
class Loop:
    name: str
    counts: range
    body: tuple["Statement", ...]


@dataclass(frozen=True)
class Break:
    pass


@dataclass(frozen=True)
class Return:
    value: Expression | None
    site: int = 0


@dataclass(frozen=True, eq=False)
class Function:
    """A function, or a method of a block."""

    name: str
    owner: Block | None
    parameters: tuple[Local, ...]
    returns: Type | None
    body: tuple["Statement", ...]
    faults: bool
    line: int
    doc: str = ""
    library: bool = False


Statement = Assign | Invoke | If | Switch | Loop | Break | Return


def parts(expression: Expression) -> tuple[Expression, ...]:
    """What an expression is computed from."""
    match expression:
        case Unary(operand=operand) | Convert(operand=operand):
            return (operand,)
        case Binary() | Compare() | Logic():
            return (expression.left, expression.right)
        case Choose():
            return (expression.test, expression.then, expression.otherwise)
        case Member(record=record):
            return (record,)
        case Call(arguments=values) | Make(values=values):
            return values
    return ()


def expressions(statement: Statement) -> tuple[Expression, ...]:
    """What a statement itself computes, without the statements in it."""
    match statement:
        case Assign(value=value):
            return (value,)
        case Return(value=value):
            return () if value is None else (value,)
        case Invoke(arguments=arguments):
            return arguments
        case If(test=test):
            return (test,)
        case Switch(subject=subject):
            return (subject,)
    return ()


def bodies(statement: Statement) -> tuple[tuple[Statement, ...], ...]:
    """The blocks of statements in a statement."""
    match statement:
        case If(then=then, otherwise=otherwise):
            return (then, otherwise)
        case Switch(cases=cases):
            return tuple(body for _, body in cases)
        case Loop(body=body):
            return (body,)
    return ()


def walk(body: tuple[Statement, ...]) -> Iterator[Statement]:
    """Every statement, each before those in it."""
    for statement in body:
        yield statement
        for inner in bodies(statement):
            yield from walk(inner)


def can_fault(expression: Expression) -> bool:
    """Whether an operation of it may have no result."""
    match expression:
        case Binary(type=Scalar.INT32, operator="+" | "-" | "*" | "//" | "%") | Binary(operator="/"):
            return True
        case Unary(type=Scalar.INT32, operator="-" | "abs"):
            return True
        case Convert(type=Scalar.INT32, operand=operand) if operand.type is Scalar.FLOAT32:
            return True
    return any(map(can_fault, parts(expression)))
