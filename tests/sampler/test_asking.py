"""What the sampler asks, and that asking again after a kill gives the same batch."""

import numpy as np
import pytest

from proofmark_reliability import algorithms
from proofmark_reliability.algorithms import build
from proofmark_reliability.protocol import Algorithm, Proposal, Question
from proofmark_reliability.tally import margins_of
from proofmark_sampler.asking import learns, propose, propose_more, question
from proofmark_sampler.standing import MOST_STUDIES, Standing
from proofmark_sampler.vectors import batch_vectors
from tests.designs import clearance_design


def margins(proposal: Proposal) -> np.ndarray:
    design = clearance_design()
    vectors = batch_vectors(design, proposal.uniforms)
    return margins_of(design.limits, {"clearance": vectors["bore"] - vectors["shaft"]})


def test_seeds_and_batches_draw_other_vectors() -> None:
    drawn = set()
    for seed in (0, 1):
        design = clearance_design(seed=seed, method="monte-carlo", samples=2_000_000)
        for told in ([], [np.empty((0, 1))]):
            drawn.add(propose(design, told).uniforms[:8].tobytes())
    assert len(drawn) == 4


@pytest.mark.parametrize("method", ["auto", "cross-entropy", "kriging", "subset"])
def test_a_sampler_built_anew_asks_for_the_same_batch(method: str) -> None:
    design = clearance_design(method=method, samples=3000, target=0.9999)
    told: list[np.ndarray] = []
    standing = Standing()
    for _ in range(4):
        kept, again = standing.propose("study", design, told), propose(design, told)
        assert kept.uniforms.tobytes() == again.uniforms.tobytes()
        assert (kept.blocks, kept.reason, kept.looks) == (again.blocks, again.reason, again.looks)
        if kept.last:
            break
        told.append(margins(kept))
    assert told


def test_a_batch_asked_for_twice_is_the_same_and_so_is_the_next() -> None:
    design = clearance_design(method="cross-entropy", samples=3000, target=0.9999)
    standing = Standing()
    told = [margins(standing.propose("study", design, []))]
    first = standing.propose("study", design, told)
    assert standing.propose("study", design, told).uniforms.tobytes() == first.uniforms.tobytes()
    told.append(margins(first))
    assert standing.propose("study", design, told).uniforms.tobytes() == propose(design, told).uniforms.tobytes()


def test_a_method_that_learns_is_built_once_for_a_study(monkeypatch: pytest.MonkeyPatch) -> None:
    built = []

    def counted(method: str, asked: Question) -> Algorithm:
        built.append(method)
        return build(method, asked)

    monkeypatch.setattr(algorithms, "build", counted)
    design = clearance_design(method="cross-entropy", samples=3000, target=0.9999)
    standing = Standing()
    told: list[np.ndarray] = []
    for study in range(2 * MOST_STUDIES):
        standing.propose(f"study {study}", design, [])
    for _ in range(3):
        told.append(margins(standing.propose("study", design, told)))
    assert len(built) == 2 * MOST_STUDIES + 1


def test_a_method_that_cannot_begin_ends_the_study_with_its_reason() -> None:
    found = propose(clearance_design(method="cross-entropy", samples=600), [])
    assert (found.vectors, found.last) == (0, True)
    assert found.refusal.startswith("cross-entropy needs at least ")


def test_the_strictest_target_is_the_limit() -> None:
    assert question(clearance_design(target=0.99)).limit == pytest.approx(0.01)


def test_an_extended_study_draws_what_is_left_from_streams_of_its_own() -> None:
    parent = propose(clearance_design(method="monte-carlo", samples=300), [])
    more = propose_more(clearance_design(method="monte-carlo", samples=1000), parents=1, runs=300, batch=1)
    assert (parent.vectors, more.vectors, more.last) == (300, 700, True)
    assert not set(parent.uniforms[:, 0]) & set(more.uniforms[:, 0])


def test_a_fixed_design_learns_nothing() -> None:
    assert not learns(clearance_design(method="latin-hypercube"))
    assert learns(clearance_design(method="auto"))
