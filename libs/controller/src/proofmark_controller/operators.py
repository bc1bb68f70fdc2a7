"""The rules of operators: which types they join, and what to write where they do not."""

import ast

from proofmark_controller.module import one, told
from proofmark_controller.nodes import Binary, Compare, Expression, Local, Unary
from proofmark_controller.plain import Counter, Number, Plain, fold, settle, untyped
from proofmark_controller.refusals import refuse
from proofmark_controller.sheet import Outside
from proofmark_controller.values import Enumeration, Record, Scalar

Operand = Expression | Plain

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
COMPARISON: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
OF_TYPE = {Scalar.FLOAT32: "+-*/", Scalar.INT32: ("+", "-", "*", "//", "%", "&", "|", "^")}
INSTEAD = {
    (Scalar.INT32, "/"): "write a // b, or float32(a) / float32(b)",
    (Scalar.FLOAT32, "//"): "write float32(int32(a / b))",
    (Scalar.FLOAT32, "%"): "write a - b * float32(int32(a / b))",
    (Scalar.BOOL, "&"): "write a and b",
    (Scalar.BOOL, "|"): "write a or b",
    (Scalar.BOOL, "^"): "write a != b",
}


def check_comparison(node: ast.Compare, middle: list[ast.expr]) -> None:
    """Refuse what compares nothing, and chains that would compute their middle twice."""
    for operator in node.ops:
        if type(operator) not in COMPARISON:
            raise refuse_operator(node, operator)
    for side in middle:
        if not isinstance(side, ast.Name | ast.Attribute | ast.Constant):
            raise Outside(side, "an expression in the middle of a chain", "give its value a name before")


def binary(node: ast.BinOp, left: Operand, right: Operand) -> Expression | Number:
    """Arithmetic of two operands."""
    symbol = BINARY.get(type(node.op))
    if symbol is None:
        raise refuse_operator(node, node.op)
    if isinstance(left, Number) and isinstance(right, Number) and symbol not in "&|^":
        return fold(node, left, right)
    a, b = alike(node, left, right, symbol)
    kind = a.type
    if not isinstance(kind, Scalar) or symbol not in OF_TYPE.get(kind, ()):
        name = told(kind)
        instead = INSTEAD.get((kind, symbol)) if isinstance(kind, Scalar) else None
        raise Outside(node, f"{name} {symbol} {name}", instead or "write int32(x) of both sides")
    return Binary(kind, symbol, a, b)


def comparison(node: ast.AST, operator: ast.cmpop, left: Operand, right: Operand) -> Compare:
    """A comparison of two operands."""
    symbol = COMPARISON[type(operator)]
    if isinstance(left, Counter) and isinstance(right, Number | Counter):
        left = Local(Scalar.INT32, left.name)
    elif isinstance(right, Counter) and isinstance(left, Number):
        right = Local(Scalar.INT32, right.name)
    a, b = alike(node, left, right, symbol)
    if isinstance(a.type, Record) or (symbol not in ("==", "!=") and a.type not in OF_TYPE):
        instead = "compare a field of each" if isinstance(a.type, Record) else "write int32(x) of both sides"
        raise Outside(node, f"{told(a.type)} {symbol} {told(b.type)}", instead)
    return Compare(symbol, a, b)


def unary(node: ast.UnaryOp, operand: Operand) -> Expression | Number:
    """A sign, `not` or `~`."""
    if isinstance(operand, Number) and isinstance(node.op, ast.USub | ast.UAdd):
        return Number(-operand.value if isinstance(node.op, ast.USub) else operand.value)
    if isinstance(operand, Plain):
        raise untyped(node.operand, operand)
    match node.op, operand.type:
        case ast.UAdd(), Scalar.FLOAT32 | Scalar.INT32:
            return operand
        case ast.USub(), Scalar.FLOAT32 | Scalar.INT32 as kind:
            return Unary(kind, "-", operand)
        case ast.Invert(), Scalar.INT32 as kind:
            return Unary(kind, "~", operand)
        case ast.Not(), Scalar.BOOL as kind:
            return Unary(kind, "not", operand)
        case ast.Not(), _:
            raise not_a_condition(node.operand, operand)
    symbol = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}[type(node.op)]
    instead = "write not x" if operand.type is Scalar.BOOL else "write int32(x)"
    raise Outside(node, f"{symbol} of {one(operand.type)}", instead)


def alike(node: ast.AST, left: Operand, right: Operand, symbol: str) -> tuple[Expression, Expression]:
    """Both operands with one type, which at least one of them must have."""
    if isinstance(left, Plain):
        if isinstance(right, Plain):
            raise untyped(node, left if isinstance(left, Counter) else right)
        left = settle(node, left, right.type)
    elif isinstance(right, Plain):
        right = settle(node, right, left.type)
    if left.type != right.type:
        pair = {left.type, right.type}
        if pair == {Scalar.FLOAT32, Scalar.INT32}:
            instead = "write float32(n) or int32(x)"
        elif any(isinstance(kind, Enumeration) for kind in pair):
            instead = "compare members of one IntEnum, or write int32(x)"
        else:
            instead = "convert one side"
        raise Outside(node, f"{told(left.type)} {symbol} {told(right.type)}", instead)
    return left, right


def not_a_condition(node: ast.AST, got: Operand) -> Outside:
    """What to say of a value that is no bool where one belongs."""
    kind = "a plain number" if isinstance(got, Plain) else one(got.type)
    return Outside(node, f"{kind} where a bool belongs", "write a comparison, such as x != 0")


def refuse_operator(node: ast.AST, operator: ast.AST) -> Outside:
    """As `refuse`, at the place of the whole expression: operators have none."""
    outside = refuse(operator)
    return Outside(node, outside.what, outside.instead)
