"""Expressions whose value is known before the first tick."""

import ast

import numpy as np

from proofmark_controller.evaluation import Frame
from proofmark_controller.expressions import Expressions, Scope
from proofmark_controller.module import FunctionDraft, Module
from proofmark_controller.nodes import Function
from proofmark_controller.sheet import Outside
from proofmark_controller.values import Constant, Value


def constant(module: Module, node: ast.expr, wanted: Value, place: str) -> Constant:
    """The value of an expression at the top of a file."""

    def no_call(_: FunctionDraft, node: ast.AST) -> Function:
        raise Outside(node, "a call before the first tick", "write its value")

    expression = Expressions(module, Scope(), no_call).of_type(node, wanted, place)
    if isinstance(expression, Constant):
        return expression
    lanes, faults = np.ones(1, np.bool_), np.zeros(1, np.int32)
    with np.errstate(all="ignore"):
        value = Frame({}, {}, (), faults, lambda *_: None).evaluate(expression, lanes, 1)
    if faults.any() or not np.isfinite(value).all():
        raise Outside(node, "a constant that is no finite number", "write its value")
    return Constant(wanted, np.asarray(value).item())
