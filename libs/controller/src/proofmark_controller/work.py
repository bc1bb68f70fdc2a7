"""How much a tick can be: operations counted along the longest way through a program."""

from collections import Counter

from proofmark_controller.nodes import (
    Assign,
    Binary,
    Break,
    Call,
    Convert,
    Expression,
    Field,
    Function,
    Invoke,
    Local,
    Loop,
    Member,
    Return,
    Statement,
    Switch,
    Unary,
    bodies,
    expressions,
    parts,
)
from proofmark_controller.values import Constant, Enumeration, Scalar

Work = Counter[str]
"""How often each kind of operation, such as `float32 *`, `call` or `store`."""


def work_of(function: Function) -> Work:
    """Count the operations of a call, of each kind at most.

    The count of every kind is an upper bound by itself: where ways part, each kind takes its largest.
    """
    return _Counting().of_function(function)


class _Counting:
    """Counts each function once, however often it is called."""

    def __init__(self) -> None:
        self._known: dict[Function, Work] = {}

    def of_function(self, function: Function) -> Work:
        if function not in self._known:
            self._known[function] = self._of_body(function.body) + Counter({"call": 1})
        return self._known[function]

    def _of_body(self, body: tuple[Statement, ...]) -> Work:
        total: Work = Counter()
        for statement in body:
            total += self._of_statement(statement)
        return total

    def _of_statement(self, statement: Statement) -> Work:
        total: Work = Counter()
        for expression in expressions(statement):
            total += self._of_expression(expression)
        match statement:
            case Assign() | Return():
                total["store"] += 1
            case Invoke(function=function):
                total["store"] += 1
                total += self.of_function(function)
            case Loop(counts=counts, body=body):
                once = self._of_body(body) + Counter({"branch": 1})
                return total + Counter({kind: number * len(counts) for kind, number in once.items()})
            case Break():
                total["branch"] += 1
        ways: Work = Counter()
        for body in bodies(statement):
            ways |= self._of_body(body)
        if bodies(statement):
            total["branch"] += len(statement.cases) if isinstance(statement, Switch) else 1
        return total + ways

    def _of_expression(self, expression: Expression) -> Work:
        total: Work = Counter()
        for part in parts(expression):
            total += self._of_expression(part)
        match expression:
            case Constant() | Local() | Field() | Member():
                total["load"] += 1
            case Call(function=function):
                total += self.of_function(function)
            case Binary() | Unary():
                kind = "int32" if isinstance(expression.type, Enumeration) else str(expression.type)
                total[f"{kind} {expression.operator}"] += 1
            case Convert(type=kind, operand=operand):
                total["convert" if Scalar.FLOAT32 in (kind, operand.type) else "load"] += 1
            case _:
                total["compare"] += 1
        return total
