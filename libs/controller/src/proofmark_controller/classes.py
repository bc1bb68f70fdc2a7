"""Classes and signatures: enumerations, records, and dataclasses with state and methods."""

import ast
import re
from collections.abc import Mapping

from proofmark_controller.annotations import any_type, value_type
from proofmark_controller.constants import constant
from proofmark_controller.module import BlockDraft, FunctionDraft, Module
from proofmark_controller.nodes import Local
from proofmark_controller.plain import int32_constant
from proofmark_controller.refusals import refuse
from proofmark_controller.sheet import Outside
from proofmark_controller.values import Block, Constant, Enumeration, Record, Value

MEMBER = re.compile(r"[A-Z][A-Z0-9_]*")
"""Names that mean nothing else to IntEnum."""


def is_docstring(statement: ast.stmt) -> bool:
    """Whether it is text that stands alone."""
    match statement:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False


def enumeration(module: Module, node: ast.ClassDef) -> Enumeration:
    members: dict[str, int] = {}
    for number, statement in enumerate(node.body):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                given = value.operand if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub) else value
                if not isinstance(given, ast.Constant) or type(given.value) is not int:
                    raise Outside(value, f"{name} has no number", f"write {name} = {len(members)}")
                stated = int32_constant(value, given.value if given is value else -given.value)
                if stated.value in members.values() or name in members:
                    raise Outside(statement, f"{name} is there already", "give each member its own name and number")
                if not MEMBER.fullmatch(name):
                    raise Outside(statement, f"the member {name}", f"write it in capitals, {name.upper().strip('_')}")
                members[name] = int(stated.value)
            case _ if not (number == 0 and is_docstring(statement)):
                raise Outside(statement, "this in an IntEnum", "write members only, such as OFF = 0")
    if not members:
        raise Outside(node, f"{node.name} has no members", "write OFF = 0")
    return Enumeration(node.name, tuple(members.items()), module.sheet.library)


def record(module: Module, node: ast.ClassDef) -> tuple[Record, dict[str, Constant]]:
    fields: dict[str, Value] = {}
    defaults: dict[str, Constant] = {}
    for number, statement in enumerate(node.body):
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)):
                _check_field(module, statement, name, fields)
                fields[name] = value_type(module, statement.annotation, "a field of a record")
                if statement.value is not None:
                    defaults[name] = constant(module, statement.value, fields[name], name)
                elif defaults:
                    raise Outside(statement, f"{name} has no default behind a field that has", "write it before")
            case _ if not (number == 0 and is_docstring(statement)):
                raise Outside(statement, "this in a record", "write fields only, such as duty: float32")
    if not fields:
        raise Outside(node, f"{node.name} has no fields", "write a field, such as duty: float32")
    return Record(node.name, tuple(fields.items()), module.sheet.library), defaults


def block(module: Module, node: ast.ClassDef) -> BlockDraft:
    doc = ast.get_docstring(node) or ""
    draft = BlockDraft(module, node, Block(node.name, (), doc, module.sheet.library), {}, {}, {})
    for number, statement in enumerate(node.body):
        with module.sheet.catching(draft.broken, *_named(statement)):
            match statement:
                case ast.AnnAssign(target=ast.Name(id=name)):
                    _check_field(module, statement, name, {**draft.fields, **draft.methods})
                    _field(draft, statement, name)
                case ast.FunctionDef(name=name):
                    _check_field(module, statement, name, {**draft.fields, **draft.methods})
                    draft.methods[name] = signature(module, statement, draft)
                case ast.Assign(targets=[ast.Name(id=name)]):
                    raise Outside(statement, f"the field {name} has no type", f"write {name}: float32 = ...")
                case _ if not (number == 0 and is_docstring(statement)):
                    raise refuse(statement)
    fields = tuple((name, f.block if isinstance(f, BlockDraft) else f) for name, f in draft.fields.items())
    draft.block = Block(node.name, fields, doc, module.sheet.library)
    return draft


def _named(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return [name]
        case ast.FunctionDef(name=name):
            return [name]
    return []


def _check_field(module: Module, node: ast.AST, name: str, known: Mapping[str, object]) -> None:
    module.sheet.check_name(name, node)
    if name in known:
        raise Outside(node, f"{name} is there twice", "give each field its own name")
    if name in module.names():
        raise Outside(node, f"{name} hides what the file defines", "give it another name")


def _field(draft: BlockDraft, node: ast.AnnAssign, name: str) -> None:
    module = draft.module
    match node.annotation:
        case ast.Name(id=kind) if kind in module.blocks:
            made = module.blocks[kind]
            if not made.fields:
                raise Outside(node, f"a {kind} has no fields", "write its methods as functions")
            draft.given[name] = _made_with(module, node, made)
            draft.fields[name] = made
        case _:
            wanted = value_type(module, node.annotation, "a field")
            if node.value is not None:
                draft.initial[name] = constant(module, node.value, wanted, name)
            elif draft.initial or draft.given:
                raise Outside(node, f"{name} has no default behind a field that has", "write it before")
            draft.fields[name] = wanted


def _made_with(module: Module, node: ast.AnnAssign, made: BlockDraft) -> dict[str, Constant]:
    """What `field(default_factory=...)` gives to the fields of the block that it makes."""
    factory = _factory(node.value)
    match factory:
        case ast.Name(id=name) if name == made.name:
            keywords: list[ast.keyword] = []
        case ast.Lambda(
            args=ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], vararg=None, kwarg=None),
            body=ast.Call(func=ast.Name(id=name), args=[], keywords=keywords),
        ) if name == made.name:
            pass
        case _:
            instead = f"write = field(default_factory=lambda: {made.name}(...)), with names for its arguments"
            raise Outside(node.value or node, f"a {made.name} that is not made for each object", instead)
    given: dict[str, Constant] = {}
    for keyword in keywords:
        kind = made.fields.get(keyword.arg or "")
        if kind is None or isinstance(kind, BlockDraft):
            plain = ", ".join(field for field, of in made.fields.items() if not isinstance(of, BlockDraft))
            raise Outside(keyword, f"{made.name} is not made with {keyword.arg}", f"write one of {plain}")
        given[str(keyword.arg)] = constant(module, keyword.value, kind, str(keyword.arg))
    for field, kind in made.fields.items():
        if not isinstance(kind, BlockDraft) and field not in made.initial and field not in given:
            raise Outside(node.value or node, f"{made.name} is made without {field}", f"write {made.name}({field}=...)")
    return given


def _factory(value: ast.expr | None) -> ast.expr | None:
    match value:
        case ast.Call(func=ast.Name(id="field"), args=[], keywords=[ast.keyword(arg="default_factory", value=factory)]):
            return factory
    return None


def signature(module: Module, node: ast.FunctionDef, owner: BlockDraft | None) -> FunctionDraft:
    if node.decorator_list:
        raise Outside(node.decorator_list[0], "a decorator", "write a method or a function without one")
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
        raise Outside(node, f"{node.name} takes starred or special parameters", "write each parameter, name: type")
    if arguments.defaults:
        raise Outside(arguments.defaults[0], "a parameter with a default", "give every argument in the call")
    written = arguments.args
    if owner is not None:
        if not written or written[0].arg != "self":
            raise Outside(node, f"the method {node.name} has no self", f"write def {node.name}(self, ...)")
        written = written[1:]
    parameters = []
    for parameter in written:
        if parameter.annotation is None:
            raise Outside(parameter, f"{parameter.arg} has no type", f"write {parameter.arg}: float32")
        if parameter.arg in module.names():
            raise Outside(parameter, f"{parameter.arg} hides what the file defines", "give it another name")
        kind = any_type(module, parameter.annotation, "a parameter")
        parameters.append(Local(kind, module.sheet.check_name(parameter.arg, parameter)))
    match node.returns:
        case None:
            raise Outside(node, f"{node.name} says not what it returns", "write -> float32: or -> None:")
        case ast.Constant(value=None):
            returns = None
        case annotation:
            returns = any_type(module, annotation, "what is returned")
    return FunctionDraft(module, owner, node, tuple(parameters), returns)
