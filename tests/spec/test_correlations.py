"""Correlations: two spellings of one matrix, which must be able to hold."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from proofmark_contracts.design import Correlations
from proofmark_spec import SpecError, parse

from .documents import document

NAMES = ("a", "b", "c", "d")
PARAMETERS = dict.fromkeys((*NAMES, "bore", "shaft"), "10 mm +/- 0.1")
rhos = st.lists(st.floats(-0.95, 0.95).map(lambda rho: round(rho, 2)), min_size=6, max_size=6)


def read(correlations: object) -> Correlations | None:
    return parse(document(parameters=PARAMETERS, correlations=correlations), {}).design.correlations


def matrix_of(rho: list[float]) -> np.ndarray:
    matrix = np.eye(4)
    matrix[np.triu_indices(4, 1)] = rho
    return matrix + np.triu(matrix, 1).T


def pairs_of(matrix: np.ndarray) -> list[dict[str, object]]:
    return [
        {"between": [NAMES[i], NAMES[j]], "rho": float(matrix[i, j])}
        for i, j in zip(*np.triu_indices(4, 1), strict=True)
    ]


@given(rhos)
def test_pairs_and_matrix_say_the_same(rho: list[float]) -> None:
    matrix = matrix_of(rho)
    assume(np.linalg.eigvalsh(matrix)[0] > 1e-6)
    found = read({"order": list(NAMES), "matrix": matrix.tolist()})
    assert found == read(pairs_of(matrix))
    assert found is not None
    assert found.order == NAMES
    np.testing.assert_array_equal(found.matrix, matrix)


@given(rhos)
def test_what_cannot_hold_together_is_refused_with_its_smallest_eigenvalue(rho: list[float]) -> None:
    matrix = matrix_of(rho)
    least = float(np.linalg.eigvalsh(matrix)[0])
    assume(least < -1e-6)
    with pytest.raises(SpecError) as refusal:
        read(pairs_of(matrix))
    assert str(refusal.value) == (
        "spec: correlations: not positive definite: these correlations cannot hold together "
        f"(smallest eigenvalue {least:.3g})"
    )


def test_what_is_not_named_is_independent() -> None:
    found = read([{"between": ["d", "a"], "rho": 0.5}])
    assert found == Correlations(order=("d", "a"), matrix=((1.0, 0.5), (0.5, 1.0)))


@pytest.mark.parametrize("nothing", [[], None])
def test_without_correlations_there_is_no_matrix(nothing: object) -> None:
    sections = {} if nothing is None else {"correlations": nothing}
    assert parse(document(**sections), {}).design.correlations is None
