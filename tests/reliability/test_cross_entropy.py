"""Cross-entropy, on limit states whose probability of failure has a closed form."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import chdtrc, log_ndtr, ndtr

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.cross_entropy import CrossEntropy
from proofmark_reliability.final import outcomes
from proofmark_reliability.intervals import two_sided
from proofmark_reliability.normals import addressed_uniforms, to_normals
from proofmark_reliability.protocol import Pilot, Proposal, Question
from proofmark_reliability.weighing import Weighed, at_look, limits, weighed

PILOT = 500


@dataclass(frozen=True)
class Problem:
    name: str
    dimensions: int
    pf: float
    margins: Callable[[FloatArray], FloatArray]
    """(n, d) standard-normal points to (n, requirements)."""
    requirements: int = 1
    samples: int = 4000

    def __str__(self) -> str:
        return self.name


def plane(beta: float) -> Callable[[FloatArray], FloatArray]:
    return lambda u: beta - u.sum(axis=1, keepdims=True) / u.shape[1] ** 0.5


def branches(dimensions: int, beta: float) -> Callable[[FloatArray], FloatArray]:
    signs = np.where(np.arange(dimensions) % 2, 1.0, -1.0)
    return lambda u: (beta - signs * u).min(axis=1, keepdims=True)


def hidden(u: FloatArray) -> FloatArray:
    """Nothing points to the half-space behind, which has eight tenths of pf."""
    return np.where(u[:, 1:2] > 3.7750, -1.0, 4.1075 - u[:, :1])


def two_units(u: FloatArray) -> FloatArray:
    """Metres, and kelvin."""
    return np.column_stack(((4 - u[:, 0]) * 1e-6, (4.1 + u[:, 1]) * 30))


def any_of(*betas: float) -> float:
    return float(-np.expm1(sum(log_ndtr(beta) for beta in betas)))


PROBLEMS = (
    Problem("plane in 1", 1, float(ndtr(-3.5)), plane(3.5)),
    Problem("plane in 5", 5, float(ndtr(-5.1)), plane(5.1)),
    Problem("plane in 100", 100, float(ndtr(-4.5)), plane(4.5), samples=8000),
    Problem("corner", 2, float(ndtr(-3.2) * ndtr(-3.0)), lambda u: np.maximum(3.2 - u[:, :1], 3.0 - u[:, 1:])),
    Problem("three branches at equal distance", 3, any_of(4, 4, 4), branches(3, 4.0)),
    Problem("hidden region", 3, any_of(4.1075, 3.7750), hidden),
    Problem("jump", 4, float(ndtr(-3.6)), lambda u: np.where(plane(3.6)(u) < 0, -1.0, 1.0)),
    Problem("both sides", 6, float(2 * ndtr(-4)), lambda u: 4 - np.abs(u[:, :1])),
    Problem("outside a ball in 2", 2, float(chdtrc(2, 20)), lambda u: 20 - (u**2).sum(axis=1, keepdims=True)),
    Problem("two units", 3, any_of(4, 4.1), two_units, requirements=2),
)


def question(problem: Problem, seed: int) -> Question:
    return Question(seed, problem.dimensions, problem.requirements, problem.samples, limit=1e-3, confidence=0.95)


def begun(problem: Problem, seed: int) -> CrossEntropy:
    normals = to_normals(addressed_uniforms(seed, 0, PILOT, problem.dimensions))
    return CrossEntropy(question(problem, seed), Pilot(normals, problem.margins(normals)))


@dataclass(frozen=True)
class Campaign:
    proposals: list[Proposal]
    told: list[FloatArray]
    sums: Weighed

    @property
    def spent(self) -> int:
        return PILOT + sum(proposal.vectors for proposal in self.proposals)

    @property
    def refusal(self) -> str:
        return self.proposals[-1].refusal

    def covers(self, pf: float) -> bool:
        low, high = limits(self.sums, two_sided(at_look(0.95, self.proposals[-2].looks)))
        return low <= pf <= high


def run(problem: Problem, seed: int = 0) -> Campaign:
    algorithm = begun(problem, seed)
    proposals, told, sums = [], [], Weighed()
    while (proposal := algorithm.ask()).vectors:
        margins = problem.margins(to_normals(proposal.uniforms))
        algorithm.tell(margins)
        proposals.append(proposal)
        told.append(margins)
        first = 0
        for block in proposal.blocks:
            rows = slice(first, first := first + block.vectors)
            if block.role == "final":
                assert proposal.log_weights is not None
                failed, missing = outcomes(margins[rows])
                sums += weighed(proposal.log_weights[rows], failed, missing)
    return Campaign([*proposals, proposal], told, sums)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_pf_is_found_within_a_quarter_and_certified(problem: Problem) -> None:
    """The relative standard error of each estimate is at most 8 %; three of them."""
    campaign = run(problem)
    assert campaign.refusal == ""
    assert campaign.sums.pf == pytest.approx(problem.pf, rel=0.25)
    assert campaign.spent <= problem.samples
    assert len(campaign.proposals) <= 11


def test_few_branches_among_fifty_directions_are_lost() -> None:
    """Each of four branches has a quarter of pf; one campaign in ten loses one, more than one of five so with 8 %."""
    pf = any_of(4, 4, 4, 4)
    problem = Problem("four branches in 50", 50, pf, lambda u: branches(4, 4.0)(u[:, :4]), samples=8000)
    found = [(run(problem, seed).sums.pf or 0.0) / pf for seed in range(5)]
    assert sum(abs(ratio - 1) < 0.17 for ratio in found) >= 4


def test_intervals_cover() -> None:
    """60 replications of 95 % intervals: fewer than 51 cover with probability 0.1 %."""
    assert sum(run(problem, seed).covers(problem.pf) for problem in PROBLEMS[3:6] for seed in range(1, 21)) >= 51


def test_the_next_batch_is_a_function_of_the_batches_told() -> None:
    problem = PROBLEMS[9]
    campaign = run(problem)
    for known in range(len(campaign.told) + 1):
        again = begun(problem, 0)
        for margins in campaign.told[:known]:
            again.ask()
            again.tell(margins)
        proposal, expected = again.ask(), campaign.proposals[known]
        assert proposal.uniforms.tobytes() == expected.uniforms.tobytes()
        assert (proposal.blocks, proposal.reason, proposal.refusal) == (
            expected.blocks,
            expected.reason,
            expected.refusal,
        )
        if proposal.log_weights is not None:
            assert expected.log_weights is not None
            assert proposal.log_weights.tobytes() == expected.log_weights.tobytes()


def test_asking_twice_is_asking_once() -> None:
    algorithm = begun(PROBLEMS[1], 0)
    assert algorithm.ask().uniforms.tobytes() == algorithm.ask().uniforms.tobytes()


def test_a_tenth_of_every_batch_is_plain() -> None:
    for proposal in run(PROBLEMS[4]).proposals[:-1]:
        assert proposal.blocks[0].role == "plain"
        assert proposal.blocks[0].vectors >= 0.1 * proposal.vectors


def test_uniforms_stay_inside_the_unit_cube() -> None:
    for proposal in run(PROBLEMS[1]).proposals:
        assert ((proposal.uniforms > 0) & (proposal.uniforms < 1)).all()


def test_a_requirement_that_hardly_ever_fails_is_visited() -> None:
    """It has a thousandth of the failures. Runs drawn towards the union alone meet it half as often."""

    def unequal(u: FloatArray) -> FloatArray:
        return np.column_stack((3.5 - u[:, 0], (5 + u[:, 1]) * 1e3))

    problem = Problem("unequal", 4, any_of(3.5, 5), unequal, requirements=2)
    learnt = [margins for seed in range(4) for margins in run(problem, seed).told[:-1]]
    first, second = sum((margins < 0).sum(axis=0) for margins in learnt)
    assert second > 0.035 * first


def test_every_batch_has_numbers_of_its_own() -> None:
    campaign = run(PROBLEMS[1])
    firsts = [proposal.uniforms[0, 0] for proposal in campaign.proposals[:-1]]
    assert len(set(firsts)) == len(firsts) > 2


def test_missing_runs_are_left_out_of_learning() -> None:
    """A quarter of the runs answers nothing, wherever they lie."""
    full = PROBLEMS[1]

    def with_holes(u: FloatArray) -> FloatArray:
        return np.where(u[:, :1] * 1e6 % 1 < 0.25, np.nan, full.margins(u))

    campaign = run(Problem("holes", 5, full.pf, with_holes))
    assert campaign.sums.missing > 0
    assert campaign.sums.pf == pytest.approx(full.pf, rel=0.3)
    low, high = limits(campaign.sums, 0.975)
    assert low < full.pf < high


def test_a_model_that_never_fails_is_told_by_plain_runs() -> None:
    campaign = run(Problem("never", 3, 0.0, lambda u: np.ones((len(u), 1)), samples=2000))
    assert campaign.spent == 2000
    assert [block.role for block in campaign.proposals[-2].blocks] == ["plain"]
    assert "none of" in campaign.refusal


def test_a_model_that_never_answers_is_told_by_plain_runs() -> None:
    campaign = run(Problem("mute", 3, 0.0, lambda u: np.full((len(u), 1), np.nan), samples=2000))
    assert campaign.spent == 2000
    assert {block.role for proposal in campaign.proposals for block in proposal.blocks} == {"plain"}
    assert campaign.refusal


def test_a_model_that_always_fails_is_told_at_once() -> None:
    campaign = run(Problem("always", 2, 1.0, lambda u: np.full((len(u), 1), -1.0)))
    assert campaign.sums.pf == pytest.approx(1.0, abs=0.1)
    assert {block.role for proposal in campaign.proposals for block in proposal.blocks} == {"plain", "final"}


@pytest.mark.parametrize("samples", [100, 500, 530, 700, 1500])
def test_a_small_budget_is_kept_and_answered_or_refused(samples: int) -> None:
    campaign = run(Problem("small", 3, float(ndtr(-3)), plane(3.0), samples=samples))
    assert campaign.spent <= max(samples, PILOT)
    assert campaign.refusal or campaign.sums.pf == pytest.approx(float(ndtr(-3)), rel=0.5)


def test_infinite_margins_are_margins() -> None:
    campaign = run(
        Problem("cliff", 2, float(ndtr(-3.5)), lambda u: np.where(u[:, :1] > 0, plane(3.5)(u[:, :1]), np.inf))
    )
    assert campaign.refusal == ""
    assert campaign.sums.pf == pytest.approx(float(ndtr(-3.5)), rel=0.25)
