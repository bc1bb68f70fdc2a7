"""Controllers in a typed subset of Python: checked, interpreted, written as C, with the same bits everywhere.

A controller imports `float32` and `int32` from here, and blocks from `proofmark_controller.blocks`.
"""

from proofmark_controller.checker import check
from proofmark_controller.errors import ControllerError, Problem, Refused
from proofmark_controller.interpreter import Interpreter
from proofmark_controller.program import Program
from proofmark_controller.running import Controller
from proofmark_controller.scalars import float32, int32

__all__ = [
    "Controller",
    "ControllerError",
    "Interpreter",
    "Problem",
    "Program",
    "Refused",
    "check",
    "float32",
    "int32",
]
