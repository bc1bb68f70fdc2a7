"""Algorithms by name: what is proposed, in which batches, and that asking anew changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri

from proofmark_reliability.algorithms import METHODS, build
from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.designs import layout, uniforms
from proofmark_reliability.errors import OutOfRange, TooFewSamples, UnknownName
from proofmark_reliability.fixed import BATCH_VECTORS
from proofmark_reliability.piloted import ADAPTIVE
from proofmark_reliability.protocol import Block, Proposal, Question


def question(samples: int, dimensions: int = 3) -> Question:
    return Question(seed=7, dimensions=dimensions, requirements=1, samples=samples, limit=1e-3, confidence=0.95)


@pytest.mark.parametrize("method", ["latin-hypercube", "sobol"])
def test_a_design_that_depends_on_its_size_is_one_batch(method: str) -> None:
    algorithm = build(method, question(1000))
    proposal = algorithm.ask()
    blocks = layout(method, 1000)  # type: ignore[arg-type]
    assert proposal.last
    assert proposal.blocks == tuple(Block("plain", vectors) for vectors in blocks)
    assert np.array_equal(proposal.uniforms, uniforms(method, 7, 0, blocks, 3))  # type: ignore[arg-type]
    algorithm.tell(np.ones((proposal.vectors, 1)))
    assert (closing := algorithm.ask()).last and closing.vectors == 0


def test_independent_runs_are_split_into_batches_of_bounded_size() -> None:
    algorithm = build("monte-carlo", question(2 * BATCH_VECTORS + 1, dimensions=1))
    sizes, lasts = [], []
    for batch in range(3):
        proposal = algorithm.ask()
        assert np.array_equal(proposal.uniforms[:5], uniforms("monte-carlo", 7, batch, (proposal.vectors,), 1)[:5])
        sizes.append(proposal.vectors)
        lasts.append(proposal.last)
        algorithm.tell(np.ones((proposal.vectors, 1)))
    assert sizes == [BATCH_VECTORS, BATCH_VECTORS, 1]
    assert lasts == [False, False, True]


def two_ways_to_fail(uniforms: FloatArray) -> FloatArray:
    """A plane and a parabola, and no answer now and then."""
    u = ndtri(uniforms)
    margins = np.column_stack([3.3 - u[:, 0], 1e4 * (3.5 + u[:, 1] + 0.1 * u[:, 0] ** 2)])
    return np.where(u[:, 2:] > 2.6, np.nan, margins)


@pytest.mark.parametrize("method", METHODS)
def test_told_the_same_batches_anew_it_asks_for_the_same_next_one(method: str) -> None:
    """What a kill leaves is the question and the completed batches."""
    samples = {"kriging": 380, "saltelli": 5 * 64}.get(method, 3000)
    asked = Question(seed=3, dimensions=3, requirements=2, samples=samples, limit=1e-3, confidence=0.95, width=1.0)
    undisturbed, rebuilt = build(method, asked), build(method, asked)
    batches: list[tuple[Proposal, FloatArray]] = []
    while not (batches and batches[-1][0].last):
        proposal = undisturbed.ask()
        batches.append((proposal, two_ways_to_fail(proposal.uniforms)))
        if proposal.vectors:
            undisturbed.tell(batches[-1][1])
    for proposal, margins in batches:
        assert_same(rebuilt.ask(), proposal)
        if proposal.vectors:
            rebuilt.tell(margins.copy())


def assert_same(a: Proposal, b: Proposal) -> None:
    assert a.uniforms.tobytes() == b.uniforms.tobytes()
    assert (a.log_weights is None) == (b.log_weights is None)
    if a.log_weights is not None and b.log_weights is not None:
        assert a.log_weights.tobytes() == b.log_weights.tobytes()
    assert replace(a, uniforms=b.uniforms, log_weights=b.log_weights) == b


@pytest.mark.parametrize("method", METHODS)
def test_runs_lie_inside_the_cube_and_those_that_count_differ_and_plain_ones_weigh_one(method: str) -> None:
    samples = {"kriging": 380, "saltelli": 5 * 64}.get(method, 3000)
    algorithm = build(method, Question(3, 3, 2, samples, limit=1e-3, confidence=0.95))
    spent, counting = 0, []
    while (proposal := algorithm.ask()).vectors:
        assert proposal.uniforms.shape == (sum(block.vectors for block in proposal.blocks), 3)
        assert ((proposal.uniforms > 0) & (proposal.uniforms < 1)).all()
        roles = np.repeat([block.role for block in proposal.blocks], [block.vectors for block in proposal.blocks])
        if proposal.log_weights is None:
            assert (roles == "plain").all()
        else:
            assert (proposal.log_weights[roles == "plain"] == 0).all()
        spent += proposal.vectors
        counting.append(proposal.uniforms[roles != "learning"])
        algorithm.tell(two_ways_to_fail(proposal.uniforms))
        if proposal.last:
            break
    points = np.concatenate(counting)
    assert len(np.unique(points, axis=0)) == len(points)
    assert spent <= samples


@pytest.mark.parametrize("method", ADAPTIVE)
def test_an_adaptive_method_says_how_many_samples_it_needs(method: str) -> None:
    with pytest.raises(TooFewSamples) as refused:
        build(method, question(20))
    least = refused.value.least
    algorithm = build(method, question(least))
    algorithm.tell(two_ways_to_fail(algorithm.ask().uniforms)[:, :1])
    assert algorithm.ask().vectors


@pytest.mark.parametrize("method", ADAPTIVE)
def test_an_adaptive_method_ends_where_no_pilot_run_has_an_answer(method: str) -> None:
    algorithm = build(method, question(3000))
    pilot = algorithm.ask()
    algorithm.tell(np.full((pilot.vectors, 1), np.nan))
    assert (end := algorithm.ask()).last
    assert not end.vectors
    assert end.refusal == f"none of {pilot.vectors} pilot runs has an answer"


@pytest.mark.parametrize("method", ADAPTIVE)
def test_nothing_random_is_nothing_to_learn(method: str) -> None:
    with pytest.raises(OutOfRange, match=rf"^random parameters of {method}: expected at least 1, got 0$"):
        build(method, question(3000, dimensions=0))


def test_a_method_refuses_fewer_samples_than_it_needs() -> None:
    with pytest.raises(TooFewSamples, match=r"^sobol needs at least 20 samples: got 19$"):
        build("sobol", question(19))
    with pytest.raises(TooFewSamples, match=r"^monte-carlo needs at least 1 samples: got 0$"):
        build("monte-carlo", question(0))


def test_an_unknown_method_names_the_known_ones() -> None:
    with pytest.raises(UnknownName, match=r"^unknown method: expected one of auto, .*, got 'guess'$"):
        build("guess", question(10))
