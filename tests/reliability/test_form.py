"""FORM: design points of models with closed forms, what they cost, and that they certify nothing."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import ndtr

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.designs import monte_carlo
from proofmark_reliability.form import ITERATIONS, NOT_A_CERTIFICATE, RELATIVE_ERROR, Form
from proofmark_reliability.normals import to_normals
from proofmark_reliability.protocol import Pilot, Proposal, Question

Model = Callable[[FloatArray], FloatArray]


def question(dimensions: int, requirements: int = 1, samples: int = 5_000) -> Question:
    return Question(1, dimensions, requirements, samples, limit=1e-3, confidence=0.95)


def pilot(model: Model, dimensions: int, runs: int = 20) -> Pilot:
    points = to_normals(monte_carlo(1, 0, 0, runs, dimensions))
    return Pilot(points, model(points))


def run(form: Form, model: Model) -> list[Proposal]:
    batches = [form.ask()]
    while batches[-1].vectors:
        form.tell(model(to_normals(batches[-1].uniforms)))
        batches.append(form.ask())
    return batches


def pf(batches: list[Proposal]) -> float:
    assert batches[-1].stated is not None
    return batches[-1].stated.pf


def plane(at: FloatArray) -> FloatArray:
    slopes = np.arange(1, at.shape[1] + 1)
    return np.asarray(4 - at @ slopes[:, np.newaxis] / np.linalg.norm(slopes))


def paraboloid(at: FloatArray) -> FloatArray:
    return np.asarray(3.5 - at[:, [0]] + 0.3 * (at[:, 1:] ** 2).sum(axis=1, keepdims=True))


def narrow(at: FloatArray) -> FloatArray:
    """A uniform load and a diameter cubed: steps of the Newton kind overshoot."""
    return np.asarray(0.58 - 16 * (0.05 + 0.05 * ndtr(at[:, [0]])) / np.pi / (1 - 0.03 * at[:, [1]]) ** 3)


@pytest.mark.parametrize("dimensions", [1, 2, 7, 100])
def test_a_plane_takes_two_iterations_from_the_origin(dimensions: int) -> None:
    form = Form(question(dimensions), Pilot(np.empty((0, dimensions)), np.empty((0, 1))))
    batches = run(form, plane)
    iterations = [batch for batch in batches[:-1] if batch.vectors == dimensions + 1 and "FORM" in batch.reason]
    assert len(iterations) == 2
    assert pf(batches) == pytest.approx(ndtr(-4), rel=1e-3)
    squares = np.arange(1, dimensions + 1) ** 2
    np.testing.assert_allclose(form.design_points[0].factors, squares / squares.sum(), atol=1e-6)


def test_all_searches_share_a_batch() -> None:
    def corners(at: FloatArray) -> FloatArray:
        return np.column_stack([3 + index / 2 - at[:, index] for index in range(4)])

    form = Form(question(4, 4), Pilot(np.empty((0, 4)), np.empty((0, 4))))
    batches = run(form, corners)
    assert [batch.vectors for batch in batches[:2]] == [5, 20]  # at the origin they ask for the same runs
    assert [round(point.beta, 6) for point in form.design_points] == [3, 3.5, 4, 4.5]
    assert pf(batches) == pytest.approx(1 - ndtr([3, 3.5, 4, 4.5]).prod(), rel=0.01)


def test_a_pilot_leads_to_regions_that_the_origin_does_not() -> None:
    def two_sides(at: FloatArray) -> FloatArray:
        return np.asarray(3 - np.abs(at[:, [0]] + 0.01))

    alone = Form(question(2), Pilot(np.empty((0, 2)), np.empty((0, 1))))
    assert pf(run(alone, two_sides)) == pytest.approx(ndtr(-2.99), rel=0.01)
    started = Form(question(2), pilot(two_sides, 2))
    assert pf(run(started, two_sides)) == pytest.approx(ndtr(-2.99) + ndtr(-3.01), rel=0.01)


def test_an_overshooting_search_still_arrives() -> None:
    """Against the nearest failing point of a grid along 2,000 directions."""
    form = Form(question(2), pilot(narrow, 2))
    run(form, narrow)
    angles = np.linspace(0, 2 * np.pi, 2_001)
    directions = np.column_stack((np.cos(angles), np.sin(angles)))
    reach = np.linspace(0, 6, 3_001)
    failing = narrow((directions[:, np.newaxis] * reach[:, np.newaxis]).reshape(-1, 2)).reshape(len(angles), -1) < 0
    nearest = reach[failing.argmax(axis=1)[failing.any(axis=1)]].min()
    assert form.design_points[0].beta == pytest.approx(nearest, abs=0.003)


def test_a_margin_that_saturates_is_not_overshot_for_ever() -> None:
    """Its slope at the origin is a thousandth of that at the edge: the first step ends at the furthest point."""

    def saturating(at: FloatArray) -> FloatArray:
        return np.tanh(1.2 * (3 - at[:, [0]]))

    form = Form(question(2), Pilot(np.empty((0, 2)), np.empty((0, 1))))
    run(form, saturating)
    assert form.design_points[0].beta == pytest.approx(3, abs=0.002)


def test_an_edge_bent_more_sharply_than_the_sphere_is_reached_from_every_start() -> None:
    """Steps along slopes alone zigzag there: curvature times beta is 2.1."""
    form = Form(question(4), pilot(paraboloid, 4))
    batches = run(form, paraboloid)
    assert len(batches) <= 10
    (nearest,) = form.design_points
    assert nearest.beta == pytest.approx(3.5, abs=0.002)


def test_curvatures_are_those_of_the_edge() -> None:
    def steep(at: FloatArray) -> FloatArray:
        return 7 * paraboloid(at)

    form = Form(question(4), pilot(steep, 4))
    batches = run(form, steep)
    assert "SORM" in batches[-2].reason
    np.testing.assert_allclose(form.design_points[0].curvatures, 0.6, rtol=1e-3)
    assert pf(batches) == pytest.approx(form.design_points[0].pf, rel=1e-6)
    assert pf(batches) < 0.4 * ndtr(-3.5)


def test_curvatures_of_a_rotated_edge_are_the_same() -> None:
    rotation = np.linalg.qr(np.random.default_rng(0).standard_normal((4, 4)))[0]

    def bowl(at: FloatArray) -> FloatArray:
        turned = at @ rotation
        return np.asarray(3 - turned[:, [0]] + 0.4 * turned[:, [1]] ** 2 + 0.1 * turned[:, [2]] ** 2)

    form = Form(question(4), pilot(bowl, 4))
    run(form, bowl)
    np.testing.assert_allclose(form.design_points[0].curvatures, [0, 0.2, 0.8], atol=0.02)


def test_an_origin_that_fails_has_a_negative_beta() -> None:
    def failing(at: FloatArray) -> FloatArray:
        return np.asarray(-1 - at[:, [0]])

    form = Form(question(2), pilot(failing, 2))
    assert pf(run(form, failing)) == pytest.approx(ndtr(1), rel=1e-3)
    assert form.design_points[0].beta == pytest.approx(-1)


@pytest.mark.parametrize("model", [plane, paraboloid, narrow])
def test_it_never_certifies(model: Model) -> None:
    batches = run(Form(question(2), pilot(model, 2)), model)
    assert batches[-1].refusal == NOT_A_CERTIFICATE
    assert batches[-1].stated is not None
    assert batches[-1].stated.relative_error == RELATIVE_ERROR
    assert {block.role for batch in batches for block in batch.blocks} == {"learning"}
    assert len(batches) <= ITERATIONS + 2


def test_what_does_not_slope_has_no_design_point() -> None:
    def constant(at: FloatArray) -> FloatArray:
        return np.ones((len(at), 1))

    (batch, end) = run(Form(question(3), pilot(constant, 3)), constant)
    assert batch.vectors
    assert end.stated is None
    assert end.refusal == f"{NOT_A_CERTIFICATE}, and found no design point"


def test_what_cannot_fail_has_no_design_point() -> None:
    def safe(at: FloatArray) -> FloatArray:
        return np.asarray(100 - at[:, [0]])

    batches = run(Form(question(3), pilot(safe, 3)), safe)
    assert len(batches) <= 6
    assert batches[-1].stated is None


def test_a_step_to_where_runs_have_no_answer_is_halved() -> None:
    """The margin bends down, so the first step ends at 5; beyond 3 the model gives no answer."""

    def partial(at: FloatArray) -> FloatArray:
        return np.where(at[:, [0]] > 3, np.nan, 2.5 - at[:, [0]] / 2 - 0.3 * at[:, [0]] ** 2)

    form = Form(question(2), Pilot(np.empty((0, 2)), np.empty((0, 1))))
    run(form, partial)
    edge = (-0.5 + np.sqrt(0.25 + 4 * 0.3 * 2.5)) / 0.6
    assert form.design_points[0].beta == pytest.approx(edge, abs=0.002)


def test_the_budget_is_kept() -> None:
    for samples in range(20, 80, 7):
        batches = run(Form(question(2, samples=samples), pilot(narrow, 2)), narrow)
        assert 20 + sum(batch.vectors for batch in batches) <= samples
        assert batches[-1].last


@pytest.mark.parametrize("killed_after", [0, 1, 3])
def test_built_anew_and_told_the_same_it_asks_the_same(killed_after: int) -> None:
    told = run(Form(question(2), pilot(narrow, 2)), narrow)
    again = Form(question(2), pilot(narrow, 2))
    for batch in told[:killed_after]:
        again.tell(narrow(to_normals(batch.uniforms)))
    for batch in told[killed_after:-1]:
        np.testing.assert_array_equal(again.ask().uniforms, batch.uniforms)
        again.tell(narrow(to_normals(batch.uniforms)))
    assert again.ask().stated == told[-1].stated


def test_a_far_design_point_is_found_though_uniform_numbers_are_coarse_there() -> None:
    def far(at: FloatArray) -> FloatArray:
        return np.asarray(7 - at[:, [0]])

    form = Form(question(2), pilot(far, 2))
    assert pf(run(form, far)) == pytest.approx(ndtr(-7), rel=0.02)
