"""What readers of statements that hold others need of the reader of all statements."""

import ast
from typing import Protocol

from proofmark_controller.expressions import Expressions, Scope
from proofmark_controller.nodes import Expression, Statement

Body = tuple[tuple[Statement, ...], bool]
"""Statements, and whether what follows them is reached."""


class Nesting(Protocol):
    """Reads statements in a row, and those on one way of several."""

    scope: Scope
    expressions: Expressions

    def check_new(self, node: ast.AST, name: str) -> None:
        """Refuse a name that means something else."""

    def body(self, nodes: list[ast.stmt]) -> Body:
        """Statements in a row."""

    def branch(self, nodes: list[ast.stmt], before: set[str]) -> tuple[Body, set[str] | None]:
        """Statements that run on one way of several, and the locals that have a value behind them if they go on."""

    def join(self, ways: list[set[str] | None], before: set[str]) -> bool:
        """Go on behind several ways; whether any of them does."""

    def settled(self, node: ast.AST, value: Expression, made: list[Statement], purpose: str) -> Expression:
        """The same value, computed before if computing it may fault."""
