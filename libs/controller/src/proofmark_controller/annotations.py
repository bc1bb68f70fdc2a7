"""The types that sources write: float32, int32, bool, enumerations and records."""

import ast

from proofmark_controller.module import Module
from proofmark_controller.sheet import Consequence, Outside
from proofmark_controller.values import Record, Scalar, Type, Value

FOREIGN_TYPES = {"float": "float32", "int": "int32", "str": "a member of an IntEnum", "complex": "two float32"}


def any_type(module: Module, node: ast.expr, place: str) -> Type:
    """A type of values."""
    match node:
        case ast.Name(id=name) if name in module.broken:
            raise Consequence(node)
        case ast.Name(id="bool"):
            return Scalar.BOOL
        case ast.Name(id="float32" | "int32" as name) if name in module.words:
            return Scalar(name)
        case ast.Name(id="float32" | "int32" as name):
            module.broken.add(name)
            raise Outside(node, f"{name} is not imported", f"write from proofmark_controller import {name}")
        case ast.Name(id=name) if name in module.types:
            return module.types[name]
        case ast.Name(id=name) if name in module.blocks:
            raise Outside(node, f"{place} that is an object", "write @dataclass(frozen=True), or keep it in a field")
        case ast.Name(id=name) if name in FOREIGN_TYPES:
            raise Outside(node, f"{place} of type {name}", f"write {FOREIGN_TYPES[name]}")
    raise Outside(node, f"{place} of type {ast.unparse(node)}", "write float32, int32, bool, or a class defined above")


def value_type(module: Module, node: ast.expr, place: str) -> Value:
    """A type of single values."""
    found = any_type(module, node, place)
    if isinstance(found, Record):
        raise Outside(node, f"{place} that is a record", "write a field for each of its values")
    return found
