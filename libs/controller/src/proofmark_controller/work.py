"""How much a tick can be: operations counted along the longest way through a program."""

from collections import Counter

from proofmark_controller.program import (
    Assign,
    Binary,
    Break,
    Call,
    Constant,
    Convert,
    Enumeration,
    Expression,
    Field,
    Function,
    Invoke,
    Local,
    Loop,
    Member,
    Return,
    Scalar,
    Statement,
    Switch,
    Unary,
    bodies,
    expressions,
    parts,
)

Work = Counter[str]
"""How often each kind of operation, such as `float32 *`, `call` or `store`."""


def work_of(function: Function) -> Work:
    """Count the operations of a call, of each kind at most.

    The count of every kind is an upper bound by itself: where ways part, each kind takes its largest.
    """
    total = _of_body(function.body)
    total["call"] += 1
    return total


def _of_body(body: tuple[Statement, ...]) -> Work:
    total: Work = Counter()
    for statement in body:
        total += _of_statement(statement)
    return total


def _of_statement(statement: Statement) -> Work:
    total: Work = Counter()
    for expression in expressions(statement):
        total += _of_expression(expression)
    match statement:
        case Assign() | Return():
            total["store"] += 1
        case Invoke(function=function):
            total["store"] += 1
            total += work_of(function)
        case Loop(counts=counts, body=body):
            once = _of_body(body)
            once["branch"] += 1
            return total + Counter({kind: number * len(counts) for kind, number in once.items()})
        case Break():
            total["branch"] += 1
    ways: Work = Counter()
    for body in bodies(statement):
        ways |= _of_body(body)
    if bodies(statement):
        total["branch"] += len(statement.cases) if isinstance(statement, Switch) else 1
    return total + ways


def _of_expression(expression: Expression) -> Work:
    total: Work = Counter()
    for part in parts(expression):
        total += _of_expression(part)
    match expression:
        case Constant() | Local() | Field() | Member():
            total["load"] += 1
        case Call(function=function):
            total += work_of(function)
        case Binary() | Unary():
            kind = "int32" if isinstance(expression.type, Enumeration) else str(expression.type)
            total[f"{kind} {expression.operator}"] += 1
        case Convert(type=kind, operand=operand):
            total["convert" if Scalar.FLOAT32 in (kind, operand.type) else "load"] += 1
        case _:
            total["compare"] += 1
    return total
