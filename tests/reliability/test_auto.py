"""Method auto: which way it takes, that it spends no more than it may, and what it says of hopeless models."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.auto import GUARD, Auto
from proofmark_reliability.errors import TooFewSamples
from proofmark_reliability.protocol import Proposal, Question
from proofmark_reliability.sequence import upper_limit


def question(samples: int, dimensions: int = 2, limit: float = 1e-3, smooth: bool = True) -> Question:
    return Question(
        seed=11,
        dimensions=dimensions,
        requirements=1,
        samples=samples,
        limit=limit,
        confidence=0.95,
        smooth=smooth,
    )


def plane(beta: float) -> Callable[[FloatArray], FloatArray]:
    return lambda uniforms: beta - ndtri(uniforms).sum(axis=1, keepdims=True) / np.sqrt(max(1, uniforms.shape[1]))


def constant(value: float) -> Callable[[FloatArray], FloatArray]:
    return lambda uniforms: np.full((len(uniforms), 1), value)


def study(asked: Question, model: Callable[[FloatArray], FloatArray]) -> list[Proposal]:
    """Every batch that auto proposes, the last one included."""
    algorithm, proposals = Auto(asked), []
    while True:
        proposals.append(algorithm.ask())
        if proposals[-1].vectors:
            algorithm.tell(model(proposals[-1].uniforms))
        if proposals[-1].last:
            return proposals


def spent(proposals: list[Proposal], *roles: str) -> int:
    return sum(block.vectors for p in proposals for block in p.blocks if not roles or block.role in roles)


def said(proposals: list[Proposal]) -> str:
    return " | ".join(p.reason for p in proposals)


def test_the_pilot_bounds_what_is_never_visited_where_samples_allow() -> None:
    pilot = Auto(question(2000, limit=1e-3)).ask()
    assert {block.role for block in pilot.blocks} == {"plain"}
    assert upper_limit(0, pilot.vectors, 0.95) <= GUARD * 1e-3
    assert upper_limit(0, int(0.97 * pilot.vectors), 0.95) > GUARD * 1e-3
    assert Auto(question(2000, limit=1e-6)).ask().vectors == 200


def test_failures_in_plenty_are_counted() -> None:
    proposals = study(question(1000), plane(1.0))
    assert spent(proposals) == spent(proposals, "plain") == 1000
    assert "often enough to count them" in said(proposals)


@pytest.mark.parametrize(
    ("asked", "way"),
    [
        (question(400), "kriging"),
        (question(3000), "cross-entropy"),
        (question(3000, smooth=False), "cross-entropy"),
        (question(1500, dimensions=12), "cross-entropy"),
        (question(100), "plain Monte Carlo"),
        (question(400, dimensions=12), "plain Monte Carlo"),
        (question(400, smooth=False), "plain Monte Carlo"),
    ],
)
def test_rare_failures_are_looked_for_as_the_samples_allow(asked: Question, way: str) -> None:
    algorithm = Auto(asked)
    algorithm.tell(plane(3.5)(algorithm.ask().uniforms))
    assert algorithm.ask().reason.startswith(f"{way}: 0 of")


@pytest.mark.parametrize(
    ("beta", "settle", "way"),
    [
        (4.0, True, "plain runs are likely to settle the verdict"),
        (4.0, False, "cross-entropy"),
        (2.4, True, "often enough to count them"),
        (3.1, True, "cross-entropy"),
    ],
)
def test_a_verdict_alone_is_settled_by_plain_runs_unless_the_limit_is_near(beta: float, settle: bool, way: str) -> None:
    """Limit 1e-3, beta 3.09: plain runs by the ten thousand tell 3e-5 and 8e-3 from it, not 9.7e-4."""
    asked = replace(question(11_000), settle=settle)
    assert way in said(study(asked, plane(beta)))


def test_a_method_that_gives_up_hands_over_and_nothing_is_run_twice() -> None:
    """Of noise Kriging learns nothing, and too few samples are left for the others."""
    noisy = study(question(400), lambda uniforms: 1 + (1e5 * uniforms[:, :1]) % 1)
    assert spent(noisy) == spent(noisy, "plain", "learning") == 400
    assert "kriging: 0 of" in said(noisy)
    assert "no other method is left" in said(noisy)
    points = np.concatenate([p.uniforms for p in noisy if p.vectors])
    assert len(np.unique(points, axis=0)) == 400


def test_without_a_slope_nothing_is_emulated() -> None:
    assert spent(study(question(400), constant(1.0)), "plain") == 400


def test_no_answer_at_all_ends_the_study() -> None:
    proposals = study(question(4000), constant(np.nan))
    assert len(proposals) == 2
    assert proposals[-1].refusal == "none of 400 pilot runs has an answer"


def test_a_model_that_always_fails_is_counted_to_the_end() -> None:
    assert spent(study(question(3000), constant(-1.0)), "plain") == 3000


def test_of_a_model_that_never_fails_nothing_is_weighed() -> None:
    proposals = study(question(3000), constant(1.0))
    assert spent(proposals, "final") == 0
    assert spent(proposals, "plain") >= 1000
    assert not any(p.refusal for p in proposals)


def test_missing_answers_are_counted_like_failures() -> None:
    def fragile(uniforms: FloatArray) -> FloatArray:
        return np.where(uniforms[:, :1] < 0.3, np.nan, plane(4.0)(uniforms))

    proposals = study(question(2000), fragile)
    assert spent(proposals, "plain") == 2000
    assert "gave no answer, often enough to count them" in said(proposals)


def test_a_region_without_answers_stops_no_method() -> None:
    def broken(uniforms: FloatArray) -> FloatArray:
        return np.where(uniforms[:, :1] > ndtr(3.2), np.nan, plane(3.5)(uniforms))

    proposals = study(question(3000), broken)
    assert spent(proposals, "final") > 0


@pytest.mark.parametrize("dimensions", [0, 1])
def test_no_parameter_or_one_is_enough(dimensions: int) -> None:
    proposals = study(question(2000, dimensions=dimensions), plane(3.5))
    assert (spent(proposals, "plain") == 2000) == (dimensions == 0)
    assert 0 < spent(proposals) <= 2000


def test_no_sample_is_too_few() -> None:
    with pytest.raises(TooFewSamples, match=r"^auto needs at least 1 samples: got 0$"):
        Auto(question(0))


@settings(max_examples=40, deadline=None)
@given(
    samples=st.integers(1, 50) | st.integers(150, 3000),
    dimensions=st.integers(1, 40),
    beta=st.floats(2, 5),
    limit=st.floats(1e-9, 0.5),
    lost=st.floats(0, 1),
)
def test_no_study_spends_more_than_it_may(
    samples: int, dimensions: int, beta: float, limit: float, lost: float
) -> None:
    def model(uniforms: FloatArray) -> FloatArray:
        return np.where(uniforms[:, :1] < lost / 5, np.nan, plane(beta)(uniforms))

    proposals = study(question(samples, dimensions, limit, smooth=dimensions > 3), model)
    assert spent(proposals) <= samples
    assert all(proposal.vectors for proposal in proposals[:-1])
