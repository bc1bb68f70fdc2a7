"""Kriging: few runs learn, some hundred certify, and what it cannot learn it gives up."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import chi2

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.designs import monte_carlo
from proofmark_reliability.kriging import (
    BATCH_RUNS,
    FINAL_RUNS,
    LEARNING_RUNS,
    MOST_DIMENSIONS,
    PILOT_RUNS,
    Kriging,
    _informative,
    pilot_runs,
)
from proofmark_reliability.normals import to_normals
from proofmark_reliability.protocol import Pilot, Proposal, Question
from proofmark_reliability.scaling import limit_state

Model = Callable[[FloatArray], FloatArray]
"""(n, d) standard-normal points to (n, requirements) margins."""


def question(dimensions: int, requirements: int = 1, seed: int = 1) -> Question:
    return Question(seed, dimensions, requirements, samples=5_000, limit=1e-3, confidence=0.95)


def pilot(asked: Question, model: Model, runs: int | None = None) -> Pilot:
    points = to_normals(monte_carlo(asked.seed, 0, 0, runs or pilot_runs(asked.dimensions), asked.dimensions))
    return Pilot(points, model(points))


def run(kriging: Kriging, model: Model) -> list[Proposal]:
    """Return all batches, the empty one at the end included."""
    batches = [kriging.ask()]
    while batches[-1].vectors:
        kriging.tell(model(to_normals(batches[-1].uniforms)))
        batches.append(kriging.ask())
    return batches


def estimate(batches: list[Proposal], model: Model) -> float:
    outcomes: list[float] = []
    for batch in batches:
        if batch.vectors and batch.blocks[-1].role == "final":
            assert batch.log_weights is not None
            plain = batch.blocks[0].vectors
            failed = (model(to_normals(batch.uniforms[plain:])) < 0).any(axis=1)
            outcomes.extend(np.exp(batch.log_weights[plain:]) * failed)
    return float(np.mean(outcomes))


def rare_plane(at: FloatArray) -> FloatArray:
    return np.asarray(5.2 - at.sum(axis=1, keepdims=True) / np.sqrt(at.shape[1]))


def two_units(at: FloatArray) -> FloatArray:
    return np.column_stack((1e6 * (3.5 - at[:, 0]), 1e-3 * (3.8 - at[:, 1])))


def four_sides(at: FloatArray) -> FloatArray:
    return np.minimum(3.2 - np.abs(at[:, [0]]), 3.2 - np.abs(at[:, [1]]))


def ball(at: FloatArray) -> FloatArray:
    return np.asarray(18 - (at**2).sum(axis=1, keepdims=True))


def wild(at: FloatArray) -> FloatArray:
    return np.asarray(3 + np.sin(5 * at).sum(axis=1, keepdims=True) - at[:, [0]])


SMOOTH = {
    "a plane in five dimensions": (5, 1, rare_plane, ndtr(-5.2)),
    "a plane in eight dimensions": (8, 1, rare_plane, ndtr(-5.2)),
    "two requirements, twelve orders of magnitude apart": (3, 2, two_units, 1 - ndtr(3.5) * ndtr(3.8)),
    "four regions of one requirement": (2, 1, four_sides, 1 - (1 - 2 * ndtr(-3.2)) ** 2),
    "outside a ball": (2, 1, ball, chi2.sf(18, 2)),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_models_are_learnt_in_80_runs_and_certified_in_300(name: str) -> None:
    """Estimates have a relative error of 7 % at most, so five of them within 30 % are a false alarm below 1e-4."""
    dimensions, requirements, model, pf = SMOOTH[name]
    asked = question(dimensions, requirements)
    batches = run(Kriging(asked, pilot(asked, model)), model)
    spent = dict.fromkeys(("plain", "learning", "final"), 0)
    for batch in batches:
        for block in batch.blocks:
            spent[block.role] += block.vectors
    assert batches[-1].refusal == ""
    assert pilot_runs(dimensions) + spent["learning"] <= LEARNING_RUNS
    assert spent["plain"] + spent["final"] <= FINAL_RUNS
    assert len(batches) <= 9
    assert estimate(batches, model) == pytest.approx(pf, rel=0.3)


def test_a_batch_is_a_proposal_like_any_other() -> None:
    asked = question(2)
    for batch in run(Kriging(asked, pilot(asked, ball)), ball)[:-1]:
        assert batch.uniforms.shape == (sum(block.vectors for block in batch.blocks), 2)
        assert batch.uniforms.min() > 0
        assert batch.uniforms.max() < 1
        assert batch.log_weights is not None
        assert batch.log_weights.shape == (batch.vectors,)
        assert batch.reason


def test_final_runs_have_the_stream_of_their_own_batch() -> None:
    asked = question(2)
    batches = run(Kriging(asked, pilot(asked, ball)), ball)
    plain = batches[-2].uniforms[: batches[-2].blocks[0].vectors]
    number = len(batches) - 1  # the pilot is batch 0, and the last batch is empty
    assert np.isin(plain, monte_carlo(asked.seed, number, 0, batches[-2].vectors, 3)).all()


@pytest.mark.parametrize("killed_after", [0, 2, 4])
def test_built_anew_and_told_the_same_it_asks_the_same(killed_after: int) -> None:
    asked = question(2)
    told = run(Kriging(asked, pilot(asked, ball)), ball)
    again = Kriging(asked, pilot(asked, ball))
    for batch in told[:killed_after]:
        again.tell(ball(to_normals(batch.uniforms)))
    for batch in told[killed_after:-1]:
        repeated = again.ask()
        np.testing.assert_array_equal(repeated.uniforms, batch.uniforms)
        np.testing.assert_array_equal(repeated.log_weights, batch.log_weights)
        again.tell(ball(to_normals(batch.uniforms)))
    assert again.ask().refusal == told[-1].refusal


def test_another_seed_asks_for_other_runs() -> None:
    here, there = (
        Kriging(asked, pilot(question(2), ball)).ask().uniforms for asked in (question(2), question(2, seed=2))
    )
    assert not np.isin(here, there).any()


def test_runs_without_an_answer_are_left_out() -> None:
    """A sixth of all runs has none, whatever the margin would have been."""

    def failing_to_answer(at: FloatArray) -> FloatArray:
        return np.where(at[:, [1]] > 1, np.nan, 3.5 - at[:, [0]])

    asked = question(3)
    kriging = Kriging(asked, pilot(asked, failing_to_answer))
    batches = run(kriging, failing_to_answer)
    assert batches[-1].refusal == ""
    assert estimate(batches, failing_to_answer) == pytest.approx(ndtr(-3.5) * ndtr(1), rel=0.3)


def test_an_oscillating_model_is_given_up_before_the_final_stage() -> None:
    asked = question(6)
    kriging = Kriging(asked, pilot(asked, wild))
    batches = run(kriging, wild)
    assert all(block.role == "learning" for batch in batches for block in batch.blocks)
    assert pilot_runs(6) + sum(batch.vectors for batch in batches) <= LEARNING_RUNS
    assert "learnt too little" in kriging.gave_up
    assert batches[-1].refusal == kriging.gave_up
    assert batches[-1].last


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (question(MOST_DIMENSIONS + 1), "at most 8 random parameters: got 9"),
        (replace(question(2), smooth=False), "a parameter is discrete"),
    ],
)
def test_what_it_is_not_made_for_is_given_up_at_once(asked: Question, reason: str) -> None:
    kriging = Kriging(asked, pilot(asked, rare_plane))
    assert reason in kriging.gave_up
    assert not kriging.ask().vectors


def test_a_pilot_without_answers_is_given_up() -> None:
    asked = question(2)
    kriging = Kriging(asked, pilot(asked, lambda at: np.full((len(at), 1), np.nan)))
    assert kriging.gave_up == "Kriging takes at least 5 answered runs: got 0"


def test_what_cannot_fail_is_given_up_after_looking_far_out() -> None:
    def safe(at: FloatArray) -> FloatArray:
        return np.asarray(100 - at[:, [0]])

    asked = question(2)
    kriging = Kriging(asked, pilot(asked, safe))
    batches = run(kriging, safe)
    assert "no failure" in kriging.gave_up
    furthest = max(np.linalg.norm(to_normals(batch.uniforms), axis=1).max() for batch in batches if batch.vectors)
    assert furthest > 4


def test_final_runs_that_contradict_what_was_learnt_are_refused() -> None:
    """Three of four runs that were foreseen to fail do not."""
    asked = question(2)
    kriging = Kriging(asked, pilot(asked, ball))
    while (batch := kriging.ask()).blocks[-1].role == "learning":
        kriging.tell(ball(to_normals(batch.uniforms)))
    one_in_four = np.arange(batch.vectors)[:, np.newaxis] % 4 == 0
    kriging.tell(np.where(one_in_four, ball(to_normals(batch.uniforms)), 1.0))
    assert "foresaw a pf of" in kriging.ask().refusal

    unchanged = Kriging(asked, pilot(asked, ball))
    assert run(unchanged, ball)[-1].refusal == ""


@pytest.mark.parametrize("runs", [PILOT_RUNS, PILOT_RUNS + 1, 1000])
def test_of_a_large_pilot_the_runs_nearest_to_failing_are_learnt_from(runs: int) -> None:
    known = pilot(question(2), two_units, runs)
    known.margins[::7] = np.nan
    kept = _informative(known.margins, np.array([1e6, 1e-3]))
    assert len(np.unique(kept)) == PILOT_RUNS
    nearest = np.abs(limit_state(known.margins, np.array([1e6, 1e-3])))
    assert nearest[kept][~np.isnan(nearest[kept])].min() == np.nanmin(nearest)
    assert np.sort(nearest[kept])[: PILOT_RUNS // 2].max() == np.sort(nearest)[PILOT_RUNS // 2 - 1]


def test_a_narrow_width_takes_more_final_runs() -> None:
    asked = replace(question(2), width=0.1)
    batches = run(Kriging(asked, pilot(asked, ball)), ball)
    final = sum(block.vectors for batch in batches for block in batch.blocks if block.role == "final")
    assert final > 3 * FINAL_RUNS
    assert estimate(batches, ball) == pytest.approx(chi2.sf(18, 2), rel=0.15)


def test_batches_of_learning_count_on_from_the_pilots() -> None:
    asked = question(2)
    known = pilot(asked, ball)
    first, later = (Kriging(asked, replace(known, batches=batches)).ask() for batches in (1, 5))
    assert first.vectors == later.vectors == BATCH_RUNS
    assert not np.isin(first.uniforms, later.uniforms).any()
