"""Calls in expressions: conversions, min, max, abs, records, and functions that cannot fault."""

import ast
from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Protocol

from proofmark_controller.module import FunctionDraft, Module, one
from proofmark_controller.nodes import Binary, Call, Convert, Expression, Function, Local, Make, Unary
from proofmark_controller.operators import Operand, alike
from proofmark_controller.plain import Counter, Number, float32_constant, int32_constant
from proofmark_controller.refusals import FUNCTIONS, refuse
from proofmark_controller.sheet import Consequence, Outside
from proofmark_controller.values import Record, Scalar, Type


class Operands(Protocol):
    """What a reader of calls needs of the reader of all expressions."""

    module: Module
    body_of: Callable[[FunctionDraft, ast.AST], Function]

    def read(self, node: ast.expr) -> Operand:
        """An expression, or a plain number that has no type yet."""

    def value(self, node: ast.expr) -> Expression:
        """An expression that has a type."""

    def of_type(self, node: ast.expr, wanted: Type, place: str) -> Expression:
        """An expression of this type."""


def read_call(expressions: Operands, node: ast.Call) -> Expression:
    """Read a call that stands in an expression."""
    module = expressions.module
    match node.func:
        case ast.Name(id=name) if name in module.words:
            return _conversion(expressions, node, name)
        case ast.Name(id="min" | "max" | "abs" as name):
            return _builtin(expressions, node, name)
        case ast.Name(id=name) if isinstance(record := module.types.get(name), Record):
            kinds: Mapping[str, Type] = dict(record.fields)
            return Make(record, arguments(expressions, node, kinds, module.defaults.get(record, {})))
        case ast.Name(id=name) if name in module.types:
            raise Outside(node, f"a number into {name}", f"match the number, and write a member of {name}")
        case ast.Name(id=name) if name in module.blocks:
            instead = f"write a field: name: {name} = field(default_factory={name})"
            raise Outside(node, f"{name} is made inside of a tick", instead)
        case ast.Name(id=name) if name in module.functions:
            return _function(expressions, node, module.functions[name])
        case ast.Name(id=name) if name in FUNCTIONS:
            raise Outside(node, *FUNCTIONS[name])
        case ast.Attribute() if path_of(node.func):
            raise Outside(node, "a call of a method inside an expression", "give its value a name before")
    if isinstance(node.func, ast.Name) and node.func.id in module.broken:
        raise Consequence(node)
    instead = "write it as a function of this file, or import it from proofmark_controller.blocks"
    raise Outside(node, f"unknown function {ast.unparse(node.func)}", instead)


def _function(expressions: Operands, node: ast.Call, draft: FunctionDraft) -> Call:
    function = expressions.body_of(draft, node)
    if function.returns is None:
        raise Outside(node, f"{function.name} returns nothing", "write the call as a statement")
    if function.faults:
        raise Outside(
            node,
            f"a call inside an expression of {function.name}, which may enter the safe state",
            "give its value a name before",
        )
    return Call(function.returns, function, arguments(expressions, node, draft.wanted(), {}))


def arguments(
    expressions: Operands, node: ast.Call, wanted: Mapping[str, Type], defaults: Mapping[str, Expression]
) -> tuple[Expression, ...]:
    """The arguments of a call, one for each that is wanted, in their order."""
    usage = f"write {ast.unparse(node.func)}({', '.join(wanted)})"
    if len(node.args) > len(wanted):
        raise Outside(node, f"{len(node.args)} arguments where {len(wanted)} belong", usage)
    given = dict(zip(wanted, node.args, strict=False))
    for keyword in node.keywords:
        if keyword.arg is None:
            raise refuse(ast.copy_location(ast.Starred(keyword.value, ast.Load()), keyword.value))
        if keyword.arg not in wanted or keyword.arg in given:
            what = "twice" if keyword.arg in given else "unknown"
            raise Outside(keyword, f"the argument {keyword.arg} is {what}", usage)
        given[keyword.arg] = keyword.value
    if missing := [name for name in wanted if name not in given and name not in defaults]:
        raise Outside(node, f"no argument {missing[0]}", usage)
    return tuple(
        expressions.of_type(given[name], kind, name) if name in given else defaults[name]
        for name, kind in wanted.items()
    )


def _conversion(expressions: Operands, node: ast.Call, name: str) -> Expression:
    if name not in ("float32", "int32"):
        raise Outside(node, f"{name} inside an expression", "write it at the top of the file")
    if len(node.args) != 1 or node.keywords:
        raise Outside(node, f"{len(node.args) + len(node.keywords)} arguments", f"write {name}(x)")
    kind, found = Scalar(name), expressions.read(node.args[0])
    match found:
        case Number(value=value):
            return float32_constant(node, value) if kind is Scalar.FLOAT32 else int32_constant(node, value)
        case Counter(name=counter):
            local = Local(Scalar.INT32, counter)
            return local if kind is Scalar.INT32 else Convert(kind, local)
    if isinstance(found.type, Record):
        raise Outside(node, f"{name} of {one(found.type)}", "write a field of it")
    return found if found.type is kind else Convert(kind, found)


def _builtin(expressions: Operands, node: ast.Call, name: str) -> Expression:
    wanted = 1 if name == "abs" else 2
    if node.keywords or len(node.args) < wanted or (name == "abs" and len(node.args) > 1):
        raise Outside(
            node, f"these arguments of {name}", f"write {name}(x)" if name == "abs" else f"write {name}(a, b)"
        )
    values = [expressions.value(argument) for argument in node.args]
    kind = values[0].type
    if kind not in (Scalar.FLOAT32, Scalar.INT32):
        raise Outside(node, f"{name} of {one(kind)}", "write numbers of one type")
    assert isinstance(kind, Scalar)
    if name == "abs":
        return Unary(kind, "abs", values[0])
    for other in values[1:]:
        alike(node, values[0], other, name)
    return reduce(partial(Binary, kind, name), values)


def path_of(node: ast.expr) -> tuple[str, ...]:
    """The names below `self`; empty for anything else."""
    match node:
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return (name,)
        case ast.Attribute(value=ast.Attribute() as inner, attr=name):
            return (*above, name) if (above := path_of(inner)) else ()
    return ()
