"""Correlations of parameters, in standard-normal space: pairs, or a whole matrix."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from proofmark_contracts.design import Correlations
from proofmark_spec.parameters import Parameter
from proofmark_spec.problems import Report, Wrong, did_you_mean
from proofmark_spec.reading import kind, mapping, number

LEAST_EIGENVALUE = 1e-10


def correlations(document: Any, parameters: Mapping[str, Parameter], report: Report) -> Correlations | None:
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


def _pairs(document: list[Any], parameters: Mapping[str, Parameter], report: Report) -> Correlations | None:
    rho: dict[tuple[str, str], float] = {}
    for index, entry in enumerate(document):
        with report.catching("correlations", index):
            given = mapping(entry, ("correlations", index), report, ["between", "rho"])
            names = kind(given["between"], list)
            if len(names) != 2 or names[0] == names[1]:
                raise Wrong(f"expected two different parameters, got {names}", "between")
            first, second = (_random(name, parameters) for name in names)
            if (first, second) in rho or (second, first) in rho:
                raise Wrong(f"{first} and {second} stand here twice", "between")
            rho[first, second] = _rho(given["rho"], "rho")
    if not rho:
        return None
    order = tuple(dict.fromkeys(name for pair in rho for name in pair))
    matrix = np.eye(len(order))
    for (first, second), value in rho.items():
        i, j = order.index(first), order.index(second)
        matrix[i, j] = matrix[j, i] = value
    return Correlations(order=order, matrix=_rows(matrix))


def _matrix(document: Any, parameters: Mapping[str, Parameter], report: Report) -> Correlations:
    given = mapping(document, ("correlations",), report, ["order", "matrix"])
    order = tuple(_random(name, parameters) for name in kind(given["order"], list))
    if len(set(order)) < len(order):
        raise Wrong("expected each parameter once", "order")
    rows = [[number(value) for value in kind(row, list)] for row in kind(given["matrix"], list)]
    if len(rows) != len(order) or any(len(row) != len(order) for row in rows):
        raise Wrong(f"expected {len(order)} rows of {len(order)} numbers", "matrix")
    matrix = np.array(rows)
    if not (np.diag(matrix) == 1).all():
        raise Wrong("expected ones on the diagonal", "matrix")
    if not (matrix == matrix.T).all():
        raise Wrong("expected a symmetric matrix", "matrix")
    for value in matrix[np.triu_indices(len(order), 1)]:
        _rho(float(value), "matrix")
    return Correlations(order=order, matrix=_rows(matrix))


def _random(name: Any, parameters: Mapping[str, Parameter]) -> str:
    if name not in parameters:
        raise Wrong(f"no parameter {name!r}{did_you_mean(str(name), list(parameters))}")
    law = parameters[name].law
    if law.kind in ("constant", "discrete"):
        raise Wrong(f"{name} is {law.kind}: only continuous parameters can be correlated")
    return str(name)


def _rho(value: Any, *below: str) -> float:
    rho = number(value)
    if not -1 < rho < 1:
        raise Wrong(f"expected a correlation between -1 and 1, got {rho:g}", *below)
    return rho


def _rows(matrix: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())
