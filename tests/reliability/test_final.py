"""The final stage, on limit states whose probability of failure has a closed form."""

import numpy as np
import pytest
from scipy.special import ndtr

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.densities import Density, Gaussian, isotropic, mixture
from proofmark_reliability.final import PLAIN_SHARE, FinalStage, Known
from proofmark_reliability.intervals import two_sided
from proofmark_reliability.normals import to_normals
from proofmark_reliability.protocol import Proposal, Question
from proofmark_reliability.weighing import Weighed, at_look, limits, weighed

DISTANCE = 4.0
PF = float(ndtr(-DISTANCE))
NOTHING = Known(500, 0, 0, np.empty((0, 3)), np.empty(0))


def question(seed: int) -> Question:
    return Question(seed, dimensions=3, requirements=1, samples=4000, limit=1e-3, confidence=0.95)


def beyond(axis: int, sign: float = 1.0) -> Gaussian:
    mean = np.zeros(3)
    mean[axis] = sign * DISTANCE
    return Gaussian(mean, np.empty((3, 0)), np.empty(0))


def half_space(normals: FloatArray) -> FloatArray:
    return DISTANCE - normals[:, :1]


def both_sides(normals: FloatArray) -> FloatArray:
    return DISTANCE - np.abs(normals[:, :1])


def stage(
    density: Density, known: Known = NOTHING, budget: int = 3000, spread: float = 2.5, seed: int = 0
) -> FinalStage:
    return FinalStage(question(seed), density, known, 5, budget, spread)


def run(final: FinalStage, limit_state=half_space) -> tuple[list[Proposal], Weighed]:  # type: ignore[no-untyped-def]
    proposals, sums = [], Weighed()
    while True:
        proposal = final.ask()
        proposals.append(proposal)
        if not proposal.vectors:
            return proposals, sums
        margins = limit_state(to_normals(proposal.uniforms))
        final.tell(margins)
        assert proposal.log_weights is not None
        of_final = slice(proposal.blocks[0].vectors, None)
        missing = np.isnan(margins).any(axis=1)
        sums += weighed(proposal.log_weights[of_final], (margins < 0).any(axis=1)[of_final], missing[of_final])


def test_the_interval_covers_the_closed_form() -> None:
    """200 replications of a 95 % interval: fewer than 180 cover with probability 0.2 %."""
    covered = 0
    for seed in range(200):
        final = stage(beyond(0), seed=seed)
        _, sums = run(final)
        low, high = limits(sums, two_sided(at_look(0.95, final.looks)))
        covered += low <= PF <= high
    assert covered >= 180


def test_it_stops_when_the_interval_is_narrow_enough() -> None:
    proposals, sums = run(stage(beyond(0)))
    low, high = limits(sums, two_sided(at_look(0.95, proposals[0].looks)))
    assert len(proposals) == 2
    assert proposals[0].vectors < 3000
    assert (high - low) / PF < 0.4


def test_it_looks_again_when_the_first_look_was_too_wide() -> None:
    proposals, _ = run(stage(beyond(0), spread=0.5))
    assert [proposal.vectors > 0 for proposal in proposals] == [True, True, False]
    assert {proposal.looks for proposal in proposals[:-1]} == {2}


@pytest.mark.parametrize(("budget", "spread"), [(3000, 0.5), (3000, 100.0), (350, 2.0)])
def test_it_never_spends_more_than_the_budget_nor_looks_more_often_than_planned(budget: int, spread: float) -> None:
    proposals, _ = run(stage(isotropic(3, 2.0), budget=budget, spread=spread))
    assert sum(proposal.vectors for proposal in proposals) <= budget
    assert sum(proposal.vectors > 0 for proposal in proposals) <= proposals[0].looks


def test_a_share_of_every_batch_is_plain_and_unweighed() -> None:
    for proposal in run(stage(beyond(0), spread=0.5))[0][:-1]:
        plain, final = proposal.blocks
        assert (plain.role, final.role) == ("plain", "final")
        assert plain.vectors >= PLAIN_SHARE * proposal.vectors
        assert proposal.log_weights is not None
        assert not proposal.log_weights[: plain.vectors].any()
        assert proposal.log_weights[plain.vectors :].any()


def test_a_good_density_is_not_refused() -> None:
    assert not run(stage(beyond(0)))[0][-1].refusal


def test_a_density_that_meets_no_failures_is_refused() -> None:
    assert "failing final runs" in run(stage(beyond(1)))[0][-1].refusal


def test_weights_that_few_runs_carry_are_refused() -> None:
    """Drawn two deviations beside where failure begins: half the runs fail, and those that matter are rare."""
    beside = Gaussian(np.array([4.2, 2.1, 0.0]), np.empty((3, 0)), np.empty(0))
    refusals = [run(stage(beside, spread=9.0, seed=seed))[0][-1].refusal for seed in range(10)]
    assert any("failing final runs are worth" in refusal for refusal in refusals)


def test_a_known_failure_far_from_the_density_is_refused() -> None:
    """A learning run failed on the other side, at a place that stands for as much as is found on this side."""
    known = Known(500, 0, 0, np.array([[-DISTANCE - 0.2, 0.0, 0.0]]), np.array([PF]))
    proposals, sums = run(stage(beyond(0), known), both_sides)
    assert sums.pf == pytest.approx(PF, rel=0.3)
    assert "known failures" in proposals[-1].refusal
    reached = mixture([(0.5, beyond(0)), (0.5, beyond(0, -1.0))])
    assert not run(stage(reached, known), both_sides)[0][-1].refusal


def test_a_plain_failure_far_from_the_density_is_refused() -> None:
    """One pilot run in 500 failed far from where the density goes."""
    known = Known(500, 1, 0, np.array([[-2.5, 0.0, 0.0]]), np.array([1 / 500]))
    assert run(stage(beyond(0), known))[0][-1].refusal


def test_missing_runs_are_left_to_the_limits() -> None:
    """A third of all runs has no answer: the limits hold whether none of them fails or all do."""

    def sometimes_missing(normals: FloatArray) -> FloatArray:
        return np.where(normals[:, 1:2] > 0.5, np.nan, half_space(normals))

    proposals, sums = run(stage(beyond(0)), sometimes_missing)
    low, high = limits(sums, two_sided(at_look(0.95, proposals[0].looks)))
    assert sums.missing > 0
    assert low < PF * ndtr(0.5)
    assert high > PF * ndtr(0.5) + ndtr(-0.5)


def test_the_same_margins_bring_the_same_bits() -> None:
    first, _ = run(stage(beyond(0), spread=0.5))
    again, _ = run(stage(beyond(0), spread=0.5))
    for one, other in zip(first, again, strict=True):
        assert one.uniforms.tobytes() == other.uniforms.tobytes()
        assert one.refusal == other.refusal
