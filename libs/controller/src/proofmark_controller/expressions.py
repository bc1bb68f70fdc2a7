"""Expressions: names, operators and calls, checked and brought into the typed form."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial, reduce

from proofmark_controller.calls import path_of, read_call
from proofmark_controller.module import BlockDraft, FunctionDraft, Module, one, told
from proofmark_controller.nodes import (
    Choose,
    Expression,
    Field,
    Function,
    Local,
    Logic,
    Member,
)
from proofmark_controller.operators import Operand, binary, check_comparison, comparison, not_a_condition, unary
from proofmark_controller.plain import Counter, Number, Plain, untyped
from proofmark_controller.refusals import FUNCTIONS, refuse
from proofmark_controller.sheet import DEEPEST, Consequence, Outside
from proofmark_controller.values import Constant, Enumeration, Record, Scalar, Type


@dataclass
class Scope:
    """What can be named where an expression stands."""

    block: BlockDraft | None = None
    """What `self` is, inside a method."""
    locals: dict[str, Type] = field(default_factory=dict)
    assigned: set[str] = field(default_factory=set)
    """Locals that have a value on every way to here."""
    counters: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    """Locals whose assignment has a mistake."""


class Expressions:
    """Reads the expressions of one function, or of a file's top."""

    def __init__(self, module: Module, scope: Scope, body_of: Callable[[FunctionDraft, ast.AST], Function]) -> None:
        self.module = module
        self.scope = scope
        self.body_of = body_of
        self._depth = 0

    def value(self, node: ast.expr) -> Expression:
        """An expression that has a type."""
        found = self.read(node)
        if isinstance(found, Plain):
            raise untyped(node, found)
        return found

    def condition(self, node: ast.expr) -> Expression:
        """An expression of type bool."""
        found = self.read(node)
        if isinstance(found, Plain) or found.type is not Scalar.BOOL:
            raise not_a_condition(node, found)
        return found

    def of_type(self, node: ast.expr, wanted: Type, place: str) -> Expression:
        """An expression of a type that is wanted somewhere."""
        found = self.value(node)
        if found.type != wanted:
            raise Outside(node, f"{place} is {one(wanted)}, got {one(found.type)}", conversion(found.type, wanted))
        return found

    def read(self, node: ast.expr) -> Operand:
        """Any expression."""
        self._depth += 1
        try:
            if self._depth > DEEPEST:
                raise Outside(node, f"more than {DEEPEST} levels in an expression", "give parts of it names")
            return self._read(node)
        finally:
            self._depth -= 1

    def _read(self, node: ast.expr) -> Operand:
        match node:
            case ast.Constant(value=bool() as value):
                return Constant(Scalar.BOOL, value)
            case ast.Constant(value=int() | float() as value):
                return Number(value)
            case ast.Name():
                return self._name(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.BinOp():
                return binary(node, self.read(node.left), self.read(node.right))
            case ast.UnaryOp():
                return unary(node, self.read(node.operand))
            case ast.BoolOp():
                symbol = "and" if isinstance(node.op, ast.And) else "or"
                return reduce(partial(Logic, symbol), map(self.condition, node.values))
            case ast.Compare(comparators=[*middle, _]):
                check_comparison(node, middle)
                sides = [self.read(side) for side in (node.left, *node.comparators)]
                held: Iterator[Expression] = map(partial(comparison, node), node.ops, sides, sides[1:])
                return reduce(partial(Logic, "and"), held)
            case ast.IfExp():
                test, then, otherwise = self.condition(node.test), self.value(node.body), self.value(node.orelse)
                if isinstance(then.type, Record) or then.type != otherwise.type:
                    kinds = f"{told(then.type)} if ... else {told(otherwise.type)}"
                    raise Outside(node, kinds, "write values of one type, not records")
                return Choose(then.type, test, then, otherwise)
            case ast.Call():
                return read_call(self, node)
        raise refuse(node)

    def _name(self, node: ast.Name) -> Operand:
        name, scope = node.id, self.scope
        if name in scope.counters:
            return Counter(name)
        if name in scope.locals:
            if name not in scope.assigned:
                raise Outside(node, f"{name} may have no value here", "assign it before, on every way to here")
            return Local(scope.locals[name], name)
        if name in self.module.constants:
            return self.module.constants[name]
        if name in self.module.broken | scope.broken:
            raise Consequence(node)
        if name in self.module.names() or name in FUNCTIONS:
            raise Outside(node, f"{name} is no value", f"write {name}(...), or a name of a value")
        raise Outside(node, f"unknown name {name}", "assign it before, or import it from proofmark_controller.blocks")

    def _attribute(self, node: ast.Attribute) -> Expression:
        if path := path_of(node):
            return self.field(node, path)
        match node.value:
            case ast.Name(id=name) if isinstance(kind := self.module.types.get(name), Enumeration):
                for member, number in kind.members:
                    if member == node.attr:
                        return Constant(kind, number, member)
                members = ", ".join(f"{name}.{member}" for member, _ in kind.members)
                raise Outside(node, f"{name} has no member {node.attr}", f"write one of {members}")
            case ast.Name(id=name) if name in self.scope.locals:
                record = self._name(node.value)
                if isinstance(record, Local) and isinstance(record.type, Record):
                    for member, held in record.type.fields:
                        if member == node.attr:
                            return Member(held, record, member)
                    raise Outside(node, f"{record.type.name} has no field {node.attr}", _one_of(record.type.fields))
        raise Outside(node, f"{ast.unparse(node)} is no value", "write self.name, or the field of a parameter")

    def field(self, node: ast.AST, path: tuple[str, ...]) -> Field:
        """A value of the state below `self`."""
        found = self.below_self(node, path)
        if isinstance(found, BlockDraft):
            raise Outside(node, f"self.{'.'.join(path)} is an object", "write a field or a method of it")
        return Field(found, path)

    def below_self(self, node: ast.AST, path: tuple[str, ...]) -> "Scalar | Enumeration | BlockDraft":
        """What a field holds."""
        if self.scope.block is None:
            raise Outside(node, "self outside of a method", "write it as a parameter")
        found: Scalar | Enumeration | BlockDraft = self.scope.block
        for name in path:
            if not isinstance(found, BlockDraft):
                raise Outside(node, f"{one(found)} has no field {name}", "write the value itself")
            if name in found.methods:
                raise Outside(node, f"{name} is a method", f"write self.{'.'.join(path)}(...)")
            if name in found.broken:
                raise Consequence(node)
            if name not in found.fields:
                raise Outside(
                    node, f"{found.name} has no field {name}", "write it at the top of the class, with its type"
                )
            found = found.fields[name]
        return found


def _one_of(fields: tuple[tuple[str, object], ...]) -> str:
    return f"write one of {', '.join(name for name, _ in fields)}"


def conversion(got: Type, wanted: Type) -> str:
    if wanted in (Scalar.FLOAT32, Scalar.INT32) and not isinstance(got, Record):
        return f"write {told(wanted)}(x)"
    if wanted is Scalar.BOOL and not isinstance(got, Record):
        return "write a comparison, such as x != 0"
    return f"write {one(wanted)}"
