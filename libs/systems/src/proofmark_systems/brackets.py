"""What a run's metrics are if the temperatures of its heat are off by their error: as much hotter, as much colder."""

import ast
from collections.abc import Callable
from dataclasses import replace

from proofmark_cosim import Always, And, Eventually, Formula, Metric, Not, Or, Predicate, System, Until

HOTTER, COLDER = "#hotter", "#colder"
"""Behind the name of a metric."""

Shift = Callable[[str], str]


def bracketed(system: System, plant: str, error_k: float) -> System:
    """Measure what speaks of the plant's outputs twice more; controllers and other plants see what they saw."""
    metrics, formulas = dict(system.metrics), dict(system.formulas)
    for ending, off_k in ((HOTTER, error_k), (COLDER, -error_k)):
        shift = _Shift(plant, off_k).text
        for name, metric in system.metrics.items():
            if (moved := _metric(metric, shift)) != metric:
                metrics[f"{name}{ending}"] = moved
        for name, formula in system.formulas.items():
            if (shifted := _formula(formula, shift)) != formula:
                formulas[f"{name}{ending}"] = shifted
    return replace(system, metrics=metrics, formulas=formulas)


def _metric(metric: Metric, shift: Shift) -> Metric:
    to, within = (None if text is None else shift(text) for text in (metric.to, metric.within))
    return replace(metric, of=shift(metric.of), to=to, within=within)


def _formula(formula: Formula, shift: Shift) -> Formula:
    match formula:
        case Predicate(expression=text):
            return Predicate(shift(text))
        case And(formulas=parts) | Or(formulas=parts):
            return replace(formula, formulas=tuple(_formula(part, shift) for part in parts))
        case Until(hold=hold, goal=goal):
            return replace(formula, hold=_formula(hold, shift), goal=_formula(goal, shift))
        case Not(formula=part) | Always(formula=part) | Eventually(formula=part):
            return replace(formula, formula=_formula(part, shift))


class _Shift(ast.NodeTransformer):
    """Puts a number on the outputs of a plant."""

    def __init__(self, plant: str, by: float) -> None:
        self._plant, self._by, self._met = plant, by, False

    def text(self, expression: str) -> str:
        self._met = False
        tree = self.visit(ast.parse(expression.strip(), mode="eval"))
        return ast.unparse(tree) if self._met else expression

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if not isinstance(node.value, ast.Name) or node.value.id != self._plant:
            return node
        self._met = True
        return ast.BinOp(node, ast.Add(), ast.Constant(self._by))
