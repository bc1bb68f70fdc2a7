"""Algorithms by name: what is proposed, in which batches, and that asking anew changes nothing."""

import numpy as np
import pytest

from proofmark_reliability.algorithms import BATCH_VECTORS, build
from proofmark_reliability.designs import layout, uniforms
from proofmark_reliability.errors import TooFewSamples, UnknownName
from proofmark_reliability.protocol import Block, Question


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


def test_asking_twice_proposes_the_same_batch() -> None:
    algorithm = build("monte-carlo", question(10))
    assert np.array_equal(algorithm.ask().uniforms, algorithm.ask().uniforms)


def test_a_method_refuses_fewer_samples_than_it_needs() -> None:
    with pytest.raises(TooFewSamples, match=r"^sobol needs at least 20 samples: got 19$"):
        build("sobol", question(19))
    with pytest.raises(TooFewSamples, match=r"^monte-carlo needs at least 1 samples: got 0$"):
        build("monte-carlo", question(0))


def test_an_unknown_method_names_the_known_ones() -> None:
    with pytest.raises(UnknownName, match=r"^unknown method: expected one of monte-carlo, .*, got 'guess'$"):
        build("guess", question(10))
