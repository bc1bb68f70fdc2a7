"""The top of a source file: imports, constants, classes and functions, in the order in which Python defines them."""

import ast
from collections.abc import Callable

from proofmark_controller.annotations import value_type
from proofmark_controller.classes import block, enumeration, is_docstring, record, signature
from proofmark_controller.constants import constant
from proofmark_controller.module import Module
from proofmark_controller.refusals import refuse
from proofmark_controller.sheet import Outside, Sheet
from proofmark_controller.values import Constant

LANGUAGE = {
    "__future__": {"annotations"},
    "dataclasses": {"dataclass", "field"},
    "enum": {"IntEnum"},
    "proofmark_controller": {"float32", "int32"},
}
BLOCKS = "proofmark_controller.blocks"
ALLOWED = "dataclass, field, IntEnum, float32, int32, and blocks from proofmark_controller.blocks"


def read_module(sheet: Sheet, library: Callable[[], Module]) -> Module:
    """Read the top of a file; problems are left in the sheet.

    Parameters
    ----------
    library
        Gives the module of blocks, for files that import from it.
    """
    module = Module(sheet)
    for number, statement in enumerate(sheet.tree().body):
        with sheet.catching(module.broken, *_defined(statement)):
            if not (number == 0 and is_docstring(statement)):
                _top(module, statement, library)
    return module


def _defined(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return [name]
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
            return [name]
        case ast.ImportFrom(names=names):
            return [alias.asname or alias.name for alias in names]
    return []


def _top(module: Module, node: ast.stmt, library: Callable[[], Module]) -> None:
    match node:
        case ast.ImportFrom():
            _import(module, node, library)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            kind = value_type(module, node.annotation, "a constant")
            found = constant(module, value, kind, name)
            _declare(module, node, name)
            module.constants[name] = Constant(kind, found.value, name)
        case ast.Assign(targets=[ast.Name(id=name)]):
            raise Outside(node, f"the constant {name} has no type", f"write {name}: float32 = ...")
        case ast.ClassDef(bases=[ast.Name(id="IntEnum")], decorator_list=[], keywords=[]):
            _declare(module, node, node.name)
            module.types[node.name] = enumeration(module, node)
        case ast.ClassDef(bases=[], keywords=[]):
            _class(module, node)
        case ast.ClassDef():
            raise Outside(node, f"{node.name} inherits", "write its fields and methods out, or keep a block in a field")
        case ast.FunctionDef():
            _declare(module, node, node.name)
            module.functions[node.name] = signature(module, node, None)
        case ast.Import(names=[alias, *_]):
            raise Outside(node, f"an import of {alias.name}", f"import only {ALLOWED}")
        case ast.If() | ast.For() | ast.Match() | ast.AugAssign() | ast.Expr():
            raise Outside(node, "a statement outside of a function", "write it in step")
        case _:
            raise refuse(node)


def _import(module: Module, node: ast.ImportFrom, library: Callable[[], Module]) -> None:
    source = node.module or ""
    for alias in node.names:
        if alias.asname:
            raise Outside(node, f"{alias.name} under another name", f"write import {alias.name}")
        if source == BLOCKS:
            _import_block(module, node, alias.name, library())
        elif alias.name in LANGUAGE.get(source, ()):
            module.words.add(alias.name)
        else:
            raise Outside(node, f"an import of {alias.name} from {source or '.'}", f"import only {ALLOWED}")


def _import_block(module: Module, node: ast.ImportFrom, name: str, library: Module) -> None:
    if name not in library.names() - library.words:
        known = ", ".join(sorted(library.names() - library.words))
        raise Outside(node, f"there is no block {name}", f"import one of {known}")
    _declare(module, node, name)
    if name in library.types:
        module.types[name] = library.types[name]
    elif name in library.constants:
        module.constants[name] = library.constants[name]
    elif name in library.blocks:
        module.blocks[name] = library.blocks[name]
    else:
        module.functions[name] = library.functions[name]


def _declare(module: Module, node: ast.AST, name: str) -> None:
    module.sheet.check_name(name, node)
    if name in module.names():
        raise Outside(node, f"{name} is defined twice", "give each its own name")


def _class(module: Module, node: ast.ClassDef) -> None:
    match node.decorator_list:
        case [ast.Name(id="dataclass")]:
            _declare(module, node, node.name)
            module.blocks[node.name] = block(module, node)
        case [
            ast.Call(
                func=ast.Name(id="dataclass"),
                args=[],
                keywords=[ast.keyword(arg="frozen", value=ast.Constant(value=True))],
            )
        ]:
            _declare(module, node, node.name)
            made, defaults = record(module, node)
            module.types[node.name], module.defaults[made] = made, defaults
        case _:
            instead = "write @dataclass for state, or @dataclass(frozen=True) for inputs and outputs"
            raise Outside(node, f"{node.name} is no dataclass", instead)
