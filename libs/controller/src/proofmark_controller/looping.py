"""`for`: over a range whose bounds are known before, so that the work of a tick has a bound."""

import ast

from proofmark_controller.nesting import Nesting
from proofmark_controller.nodes import Loop, Statement
from proofmark_controller.plain import Number
from proofmark_controller.refusals import refuse
from proofmark_controller.sheet import Outside
from proofmark_controller.values import Constant, Scalar

MOST_COUNTED = 1_000_000


def read_loop(statements: Nesting, node: ast.For, made: list[Statement]) -> None:
    """Read a loop. It may be left before it assigns, so locals first assigned in it have no value behind it."""
    if not isinstance(node.target, ast.Name):
        raise refuse(node.target)
    if node.orelse:
        raise Outside(node.orelse[0], "else of a loop", "assign a bool before break, and ask for it")
    scope, name = statements.scope, node.target.id
    counts = _range(statements, node.iter)
    if name != "_":
        statements.check_new(node.target, name)
        if name in scope.locals:
            raise Outside(node.target, f"{name} is a local and a counter", "give one of them another name")
        scope.counters.add(name)
    before = set(scope.assigned)
    try:
        body, _ = statements.body(node.body)
    finally:
        scope.counters.discard(name)
        scope.assigned = before
    made.append(Loop(name, counts, body))


def _range(statements: Nesting, node: ast.expr) -> range:
    match node:
        case ast.Call(func=ast.Name(id="range"), args=[_, *_] as arguments, keywords=[]) if len(arguments) <= 3:
            bounds = [_bound(statements, argument) for argument in arguments]
        case _:
            raise Outside(node, f"a loop over {ast.unparse(node)}", "write for i in range(n), n a number")
    if bounds[2:] == [0] or not range(*bounds):
        raise Outside(node, "a loop without a turn", "write range(n), n at least 1")
    return range(*bounds)


def _bound(statements: Nesting, node: ast.expr) -> int:
    match statements.expressions.read(node):
        case Number(value=int(value)) | Constant(type=Scalar.INT32, value=int(value)):
            if abs(value) > MOST_COUNTED:
                raise Outside(node, f"a bound of {value}", f"count to {MOST_COUNTED} at most")
            return value
    raise Outside(node, "a bound that is not known before", "write a number, or a constant of the file, and break")
