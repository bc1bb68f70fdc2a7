"""Correlations of parameters, in standard-normal space: pairs, or a whole matrix."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from proofmark_contracts.design import Correlations
from proofmark_spec.parameters import Parameter
from proofmark_spec.problems import Report, Wrong, below, did_you_mean, shortened
from proofmark_spec.reading import kind, mapping, number

LEAST_EIGENVALUE = 1e-10


def correlations(document: Any, parameters: Mapping[str, Parameter | None], report: Report) -> Correlations | None:
    """Read `correlations`; None where there are none.

    Raises
    ------
    Wrong
        They name what does not vary, or cannot all hold together.
    """
    found = (
        _pairs(document, parameters, report) if isinstance(document, list) else _matrix(document, parameters, report)
    )
    if found is None:
        return None
    least = float(np.linalg.eigvalsh(np.array(found.matrix))[0])
    if least < LEAST_EIGENVALUE:
        raise Wrong(f"not positive definite: these correlations cannot hold together (smallest eigenvalue {least:.3g})")
    return found


def _pairs(document: list[Any], parameters: Mapping[str, Parameter | None], report: Report) -> Correlations | None:
    rho: dict[tuple[str, str], float] = {}
    for index, entry in enumerate(document):
        with report.catching("correlations", index):
            given = mapping(entry, ("correlations", index), report, ["between", "rho"])
            with below("between"):
                names = kind(given["between"], list)
                if len(names) != 2 or names[0] == names[1]:
                    raise Wrong("expected two different parameters")
                first, second = (_random(name, parameters) for name in names)
            if (first, second) in rho or (second, first) in rho:
                raise Wrong(f"{first} and {second} stand here twice", "between")
            with below("rho"):
                rho[first, second] = _rho(given["rho"])
    if not rho:
        return None
    order = tuple(dict.fromkeys(name for pair in rho for name in pair))
    matrix = np.eye(len(order))
    for (first, second), value in rho.items():
        i, j = order.index(first), order.index(second)
        matrix[i, j] = matrix[j, i] = value
    return Correlations(order=order, matrix=_rows(matrix))


def _matrix(document: Any, parameters: Mapping[str, Parameter | None], report: Report) -> Correlations:
    given = mapping(document, ("correlations",), report, ["order", "matrix"])
    with below("order"):
        order = tuple(_random(name, parameters) for name in kind(given["order"], list))
        if len(order) < 2 or len(set(order)) < len(order):
            raise Wrong("expected at least two parameters, each once")
    with below("matrix"):
        rows = [[number(value) for value in kind(row, list)] for row in kind(given["matrix"], list)]
        if len(rows) != len(order) or any(len(row) != len(order) for row in rows):
            raise Wrong(f"expected {len(order)} rows of {len(order)} numbers")
        matrix = np.array(rows)
        if not (np.diag(matrix) == 1).all():
            raise Wrong("expected ones on the diagonal")
        if not (matrix == matrix.T).all():
            raise Wrong("expected a symmetric matrix")
        for value in matrix[np.triu_indices(len(order), 1)]:
            _rho(float(value))
    return Correlations(order=order, matrix=_rows(matrix))


def _random(name: Any, parameters: Mapping[str, Parameter | None]) -> str:
    text = kind(name, str)
    if text not in parameters:
        raise Wrong(f"no parameter {shortened(text)}{did_you_mean(text, list(parameters))}")
    parameter = parameters[text]
    if parameter is not None and parameter.law.kind in ("constant", "discrete"):
        raise Wrong(f"{text} is {parameter.law.kind}: only continuous parameters can be correlated")
    return text


def _rho(value: Any) -> float:
    rho = number(value)
    if not -1 < rho < 1:
        raise Wrong(f"expected a correlation between -1 and 1, got {rho:g}")
    return rho


def _rows(matrix: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())
