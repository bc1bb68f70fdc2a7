"""Shapes hold the responses that they are made of, whatever the space they were sought in went through."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, eye_array

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.building import build
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.problem import Faces, Region, Sink, ThermalProblem, Transient
from proofmark_thermal.reduced import transient
from proofmark_thermal.reduced.form import Form, Varied, form_of
from proofmark_thermal.reduced.greedy import middle
from proofmark_thermal.reduced.responses import LATTICE, frequencies, shapes
from proofmark_thermal.reduced.span import Span
from proofmark_thermal.reduced.training import training
from proofmark_thermal.reduced.training_courses import Pace, full_courses
from proofmark_thermal.reduced.transient import leading, reduce_transient
from proofmark_thermal.shapes import Rod, Segment, Shapes
from proofmark_thermal.terms import sum_of
from tests.thermal.reduced.test_transient_reduction import DURATION_S, VARIED, model, reduced

PRECISE = 1e-4
CHANGING = ("h", "chip", "die")


@cache
def form() -> Form:
    return form_of(model(), VARIED, timed=True)


@cache
def capacity() -> csr_array:
    return sum_of([storage.capacity(np.empty(0)) for storage in model().storages])


def distance(span: FloatArray, rises: FloatArray, energy: csr_array) -> float:
    """Of rises from a span, relative, in an energy."""
    left = rises - span @ np.linalg.lstsq(span.T @ energy @ span, span.T @ energy @ rises)[0]
    return float(np.sqrt((left @ energy @ left) / (rises @ energy @ rises)))


def test_every_response_is_a_combination_of_the_shapes() -> None:
    at = frequencies(DURATION_S, 1.0, per_decade=1)
    found = shapes(form(), capacity(), np.empty((model().size, 0)), at, PRECISE)
    conductances = np.unique(form().factors(training(VARIED, LATTICE)).conductances, axis=0)
    worst = 0.0
    for frequency in at[[0, 2, -1]]:
        for each in conductances[::4]:
            matrix = form().matrix(each) + frequency * capacity()
            for load in form().loads.T:
                response = np.linalg.solve(matrix.toarray(), load)
                worst = max(worst, distance(found, response, matrix))
    assert worst < 10 * PRECISE
    energy = form().matrix(middle(form())) + at[1] * capacity()
    assert found.shape[1] < 60
    products = found.T @ energy @ found
    assert products == pytest.approx(np.eye(len(products)), abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.floats(-12, 0))
def test_columns_stay_orthonormal_however_nearly_they_depend_on_each_other(seed: int, count: int, apart: float) -> None:
    generator = np.random.default_rng(seed)
    span = Span((csr_array(eye_array(20)),), np.array([2.0]))
    first = generator.standard_normal((20, count))
    for _ in range(3):
        span.add(first + 10**apart * generator.standard_normal((20, count)))
        products = 2 * span.columns.T @ span.columns
        assert products == pytest.approx(np.eye(len(products)), abs=1e-9)
    left = first - span.columns @ (2 * span.columns.T @ first)
    assert np.linalg.norm(left, axis=0).max() < 1e-5 + 3 * 10**apart * 20


def test_nothing_new_is_said_to_be_nothing() -> None:
    span = Span((csr_array(eye_array(4)),), np.ones(1))
    assert span.add(np.eye(4)[:, :2])
    assert not span.add(np.array([[1.0], [2.0], [0.0], [0.0]]))
    assert span.columns.shape == (4, 2)


def test_the_space_answers_best_where_the_answer_lies_in_it() -> None:
    operators = (csr_array(np.diag([1.0, 2.0, 3.0])), csr_array(np.diag([1.0, 0.0, 1.0])))
    span = Span(operators, np.ones(2))
    span.add(np.eye(3)[:, :2])
    factors = np.array([[1.0, 1.0], [2.0, 0.0]])
    found = span.columns @ span.galerkin(factors, np.array([[4.0, 4.0], [4.0, 4.0], [0.0, 0.0]]))
    assert found == pytest.approx(np.array([[2.0, 2.0], [2.0, 1.0], [0.0, 0.0]]))


def test_errors_are_those_of_slow_and_of_fast_courses() -> None:
    vectors = training(VARIED, 2)
    slow, fast = (
        full_courses(form(), capacity(), vectors, [pace], CHANGING) for pace in (Pace(5.0, 12), Pace(0.1, 12))
    )
    made = reduced()
    assert slow.error(made) < 0.05
    few = leading(made, 3)
    assert slow.error(few) > 10 * slow.error(made)
    assert fast.error(made) > slow.error(made)


def test_a_finer_accuracy_is_met_by_finer_responses() -> None:
    rod = Shapes({"cold": (Segment(0.09),), "hot": (Segment(0.01, 0.09),)}, Rod())
    bar = Region(k=100.0, rho=1000.0, cp=1000.0)
    ends = {side: Sink(Faces(name=side), temperature=300.0) for side in ("cold.left", "hot.right")}
    regions = {"cold": bar, "hot": replace(bar, power=1000.0)}
    problem = ThermalProblem(rod, regions, ends, transient=Transient(50.0, 300.0))
    varied = {"heat": Varied(0, 1000, ("regions.hot.power",))}
    built = build(problem, mesh_of(rod, 0.002))
    coarse, fine = (0.25, 0.1), (2, 1e-4)
    with pytest.MonkeyPatch.context() as patch:
        for levels, within in (((coarse,), False), ((coarse, fine), True)):
            patch.setattr(transient, "REFINED", levels)
            assert (reduce_transient(built, varied, 0.25, ["heat"], 1e-3).error_estimate_k <= 1e-3) is within
