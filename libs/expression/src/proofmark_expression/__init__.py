"""The arithmetic language of specs: parsed against a grammar of one page, checked for dimensions, never run as Python.

::

    expression := number | name | name.name | function(expression, ...) | (expression)
                | -expression | expression (+ | - | * | / | **) expression
                | expression (< | <= | > | >= | == | !=) expression
                | not expression | expression (and | or) expression
                | expression if expression else expression

Values are float64 in SI; a comparison is 1 or 0. Names are the caller's; `pi` is a number unless the caller names it.
"""

from proofmark_expression.dimension import DIMENSIONLESS, Dimension
from proofmark_expression.errors import ExpressionError
from proofmark_expression.expression import Expression
from proofmark_expression.functions import CONSTANTS, FUNCTIONS

__all__ = ["CONSTANTS", "DIMENSIONLESS", "FUNCTIONS", "Dimension", "Expression", "ExpressionError"]
