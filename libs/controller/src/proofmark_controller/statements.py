"""Statements: the body of one function or method, checked and brought into the typed form."""

import ast
from collections.abc import Callable
from itertools import count

from proofmark_controller.annotations import any_type
from proofmark_controller.calls import arguments, path_of
from proofmark_controller.classes import is_docstring
from proofmark_controller.expressions import Expressions, Scope, conversion
from proofmark_controller.looping import read_loop
from proofmark_controller.matching import read_match
from proofmark_controller.module import BlockDraft, FunctionDraft, one
from proofmark_controller.nesting import Body
from proofmark_controller.nodes import (
    Assign,
    Break,
    Expression,
    Field,
    Function,
    If,
    Invoke,
    Local,
    Return,
    Statement,
    can_fault,
)
from proofmark_controller.operators import binary
from proofmark_controller.plain import Plain, untyped
from proofmark_controller.refusals import refuse
from proofmark_controller.sheet import DEEPEST, Consequence, Outside
from proofmark_controller.values import Type


class Statements:
    """Reads the statements of one function."""

    def __init__(
        self,
        draft: FunctionDraft,
        body_of: Callable[[FunctionDraft, ast.AST], Function],
        site_of: Callable[[FunctionDraft, ast.AST], int],
    ) -> None:
        parameters = draft.wanted()
        self.draft = draft
        self.scope = Scope(draft.owner, dict(parameters), set(parameters))
        self.expressions = Expressions(draft.module, self.scope, body_of)
        self.faults = False
        self._site_of = site_of
        self._temporaries = count(1)
        self._depth = 0

    def function(self) -> Function:
        """The whole function."""
        draft, node = self.draft, self.draft.node
        body: tuple[Statement, ...] = ()
        with draft.module.sheet.catching(set()):
            body, falls = self.body(node.body)
            if falls and draft.returns is not None:
                raise Outside(node, f"{node.name} may end without a value", "return one on every way")
        return Function(
            node.name,
            draft.owner.block if draft.owner else None,
            draft.parameters,
            draft.returns,
            body,
            self.faults,
            node.lineno,
            ast.get_docstring(node) or "",
            draft.module.sheet.library,
        )

    def body(self, nodes: list[ast.stmt]) -> Body:
        """Statements in a row."""
        if self._depth == DEEPEST:
            raise Outside(nodes[0], f"more than {DEEPEST} levels of statements", "write a function, or a match")
        made: list[Statement] = []
        falls = True
        self._depth += 1
        for node in nodes:
            if not falls:
                self.draft.module.sheet.note(node, "a statement that is never reached", "remove it")
                break
            falls = not isinstance(node, ast.Return)
            with self.draft.module.sheet.catching(self.scope.broken, *self._new_names(node)):
                falls = self._statement(node, made)
        self._depth -= 1
        return tuple(made), falls

    def branch(self, nodes: list[ast.stmt], before: set[str]) -> tuple[Body, set[str] | None]:
        """Statements that run on one way of several, and the locals that have a value behind them if they go on."""
        self.scope.assigned = set(before)
        body = self.body(nodes)
        return body, self.scope.assigned if body[1] else None

    def join(self, ways: list[set[str] | None], before: set[str]) -> bool:
        """Go on behind several ways; whether any of them does."""
        open_ways = [way for way in ways if way is not None]
        self.scope.assigned = set.intersection(*open_ways) if open_ways else set(before)
        return bool(open_ways)

    def settled(self, node: ast.AST, value: Expression, made: list[Statement], purpose: str) -> Expression:
        """The same value, computed before if computing it may fault."""
        if not can_fault(value):
            return value
        return self._temporary(node, value, made, purpose)

    def _new_names(self, node: ast.stmt) -> list[str]:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                return [] if name in self.scope.locals else [name]
        return []

    def _statement(self, node: ast.stmt, made: list[Statement]) -> bool:
        match node:
            case ast.Assign(targets=[target], value=value):
                self._assign(node, target, None, value, made)
            case ast.Assign():
                raise Outside(node, "two targets of one value", "write two statements")
            case ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value):
                self._assign(node, target, any_type(self.draft.module, node.annotation, "a value"), value, made)
            case ast.AnnAssign(value=None):
                raise Outside(node, "a name without a value", "declare it where it is assigned")
            case ast.AnnAssign():
                raise Outside(node, "a type at an assignment to a field", "write it at the top of the class")
            case ast.AugAssign(target=target, op=op, value=value):
                joined = ast.copy_location(ast.BinOp(target, op, value), node)
                left = self.expressions.read(target)
                result = binary(joined, left, self.expressions.read(value))
                if isinstance(result, Plain):
                    raise untyped(node, result)
                self._store(node, target, result, made)
            case ast.Expr(value=ast.Call() as call) if self._callee(call):
                self._invoke(node, call, None, made)
            case ast.Expr() if not is_docstring(node):
                self.expressions.read(node.value)
                raise Outside(node, "a value that goes nowhere", "assign it, or remove it")
            case ast.If():
                return self._if(node, made)
            case ast.Match():
                return read_match(self, node, made)
            case ast.For():
                read_loop(self, node, made)
            case ast.Break():
                made.append(Break())
                return False
            case ast.Return():
                self._return(node, made)
                return False
            case ast.Pass() | ast.Expr():
                pass
            case _:
                raise refuse(node)
        return True

    def _assign(
        self, node: ast.stmt, target: ast.expr, stated: Type | None, value: ast.expr, made: list[Statement]
    ) -> None:
        if isinstance(value, ast.Call) and (draft := self._callee(value)):
            if draft.returns is None:
                raise Outside(value, f"{draft.node.name} returns nothing", "write the call as a statement")
            if stated is not None and stated != draft.returns:
                raise Outside(
                    value, f"{one(stated)} is stated, got {one(draft.returns)}", conversion(draft.returns, stated)
                )
            self._invoke(node, value, target, made)
            return
        if stated is not None:
            name = target.id if isinstance(target, ast.Name) else "it"
            self._store(node, target, self.expressions.of_type(value, stated, name), made)
        else:
            self._store(node, target, self.expressions.value(value), made)

    def _store(self, node: ast.stmt, target: ast.expr, value: Expression, made: list[Statement]) -> None:
        place = self._target(target, value.type)
        if isinstance(place, Field):
            made.append(Assign(place, self.settled(node, value, made, "value")))
        else:
            made.append(Assign(place, value, self._site(node, value)))

    def _target(self, node: ast.expr, kind: Type) -> Local | Field:
        match node:
            case ast.Name(id=name):
                return self._local(node, name, kind)
            case ast.Attribute() if path := path_of(node):
                place = self.expressions.field(node, path)
                if len(path) > 1:
                    above = ".".join(("self", *path[:-1]))
                    raise Outside(node, f"a field of {above} is assigned", f"give {above} a method that does it")
                if place.type != kind:
                    what = f"self.{path[0]} is {one(place.type)}, got {one(kind)}"
                    raise Outside(node, what, conversion(kind, place.type))
                assert self.scope.block is not None
                self.scope.block.assigned.add(path[0])
                return place
            case ast.Attribute():
                raise Outside(node, f"{ast.unparse(node)} is assigned", "make a new record of all its values")
        raise refuse(node)

    def _local(self, node: ast.AST, name: str, kind: Type) -> Local:
        known = self.scope.locals.get(name)
        if known is None:
            self.check_new(node, name)
            self.scope.locals[name] = kind
        elif known != kind:
            raise Outside(node, f"{name} is {one(known)}, got {one(kind)}", "give it another name, or convert it")
        self.scope.assigned.add(name)
        return Local(kind, name)

    def check_new(self, node: ast.AST, name: str) -> None:
        """Refuse a name that a local cannot have."""
        self.draft.module.sheet.check_name(name, node)
        if name in self.scope.counters:
            raise Outside(node, f"the counter {name} is assigned", "give one of them another name")
        if name in self.draft.module.names():
            raise Outside(node, f"{name} hides what the file defines", "give it another name")
        if name in self.scope.broken:
            raise Consequence(node)

    def _callee(self, call: ast.Call) -> FunctionDraft | None:
        """The function or method that a call reaches, if it is written in the subset."""
        match call.func:
            case ast.Name(id=name):
                return self.draft.module.functions.get(name)
            case ast.Attribute() if path := path_of(call.func):
                above = self.expressions.below_self(call.func, path[:-1])
                if not isinstance(above, BlockDraft):
                    raise Outside(call, f"{one(above)} has no methods", "write a function")
                if path[-1] in above.broken:
                    raise Consequence(call)
                if path[-1] not in above.methods:
                    known = ", ".join(above.methods)
                    raise Outside(call, f"{above.name} has no method {path[-1]}", f"write one of {known}")
                return above.methods[path[-1]]
        return None

    def _invoke(self, node: ast.stmt, call: ast.Call, target: ast.expr | None, made: list[Statement]) -> None:
        draft = self._callee(call)
        assert draft is not None
        function = self.expressions.body_of(draft, call)
        self.faults |= function.faults
        written = arguments(self.expressions, call, draft.wanted(), {})
        values = tuple(self.settled(node, argument, made, "argument") for argument in written)
        path = path_of(call.func)[:-1] if draft.owner else None
        place = None if target is None or draft.returns is None else self._target(target, draft.returns)
        if isinstance(place, Field) and function.faults:
            value = self._fresh(place.type, "value")
            made += [Invoke(value, path, function, values), Assign(place, value)]
        else:
            made.append(Invoke(place, path, function, values))

    def _if(self, node: ast.If, made: list[Statement]) -> bool:
        test = self.settled(node.test, self.expressions.condition(node.test), made, "test")
        before = set(self.scope.assigned)
        (then, _), after_then = self.branch(node.body, before)
        (otherwise, _), after_otherwise = self.branch(node.orelse, before)
        made.append(If(test, then, otherwise))
        return self.join([after_then, after_otherwise], before)

    def _return(self, node: ast.Return, made: list[Statement]) -> None:
        wanted = self.draft.returns
        if node.value is None or wanted is None:
            if wanted is not None:
                raise Outside(node, "return without a value", f"return {one(wanted)}")
            if node.value is not None:
                raise Outside(node, f"{self.draft.node.name} returns nothing", "write return, or -> and a type")
            made.append(Return(None))
        elif isinstance(node.value, ast.Call) and (draft := self._callee(node.value)):
            if draft.returns != wanted:
                got = one(draft.returns) if draft.returns else "nothing"
                raise Outside(node.value, f"the result is {one(wanted)}, got {got}", f"return {one(wanted)}")
            value = self._fresh(wanted, "result")
            self._invoke(node, node.value, ast.copy_location(ast.Name(value.name), node), made)
            made.append(Return(value))
        else:
            result = self.expressions.of_type(node.value, wanted, "the result")
            made.append(Return(result, self._site(node, result)))

    def _temporary(self, node: ast.AST, value: Expression, made: list[Statement], purpose: str) -> Local:
        place = self._fresh(value.type, purpose)
        made.append(Assign(place, value, self._site(node, value)))
        return place

    def _fresh(self, kind: Type, purpose: str) -> Local:
        name = f"pm_{purpose}_{next(self._temporaries)}"
        self.scope.locals[name] = kind
        return Local(kind, name)

    def _site(self, node: ast.AST, value: Expression) -> int:
        if not can_fault(value):
            return 0
        self.faults = True
        return self._site_of(self.draft, node)
