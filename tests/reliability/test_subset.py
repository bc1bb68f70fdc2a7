"""Subset simulation, on limit states whose probability of failure has a closed form."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import chdtri, ndtr

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.bounds import OfTheUnion
from proofmark_reliability.errors import TooFewSamples
from proofmark_reliability.intervals import two_sided
from proofmark_reliability.normals import addressed_uniforms, to_normals
from proofmark_reliability.protocol import Pilot, Proposal, Question
from proofmark_reliability.subset import LEAST_RUNS, LEVELS, MOST_LEVELS, RUNS, Subset

Margins = Callable[[FloatArray], FloatArray]
PILOT = 500


def half_space(beta: float) -> Margins:
    return lambda normals: beta - normals.sum(axis=1, keepdims=True) / np.sqrt(normals.shape[1])


def both_sides(normals: FloatArray) -> FloatArray:
    return 3.8 - np.abs(normals[:, :1])


def ball_complement(normals: FloatArray) -> FloatArray:
    return np.asarray(chdtri(normals.shape[1], 1e-4) - (normals**2).sum(axis=1, keepdims=True))


def begin(
    margins: Margins,
    dimensions: int,
    seed: int = 0,
    samples: int = 8000,
    pilot: int = PILOT,
    width: float | None = None,
) -> Subset:
    normals = to_normals(addressed_uniforms(seed, 0, pilot, dimensions))
    answers = margins(normals)
    question = Question(seed, dimensions, answers.shape[1], samples, limit=1e-3, confidence=0.95, width=width)
    return Subset(question, Pilot(normals, answers))


def run(subset: Subset, margins: Margins) -> list[Proposal]:
    proposals = [subset.ask()]
    while proposals[-1].vectors:
        subset.tell(margins(to_normals(proposals[-1].uniforms)))
        proposals.append(subset.ask())
    return proposals


@pytest.mark.parametrize(
    ("margins", "dimensions", "pf"),
    [(half_space(3.7), 5, ndtr(-3.7)), (both_sides, 3, 2 * ndtr(-3.8)), (ball_complement, 10, 1e-4)],
)
def test_the_interval_covers_the_closed_form(margins: Margins, dimensions: int, pf: float) -> None:
    """200 replications of a 95 % interval: fewer than 179 cover with probability 0.1 %, family-wise 0.3 %."""
    covered = 0
    for seed in range(200):
        last = run(begin(margins, dimensions, seed), margins)[-1]
        assert last.stated is not None
        bounds = OfTheUnion(last.stated, alone=True)
        covered += bounds.at_least(two_sided(0.95)) <= pf <= bounds.at_most(two_sided(0.95))
    assert covered >= 179


def test_a_hundred_dimensions_and_1e_5_take_twenty_batches_and_8000_runs() -> None:
    """Were the relative error 30 %, its root mean square over 20 replications would exceed 45 % once in a thousand."""
    beta, errors = 4.2649, []
    for seed in range(20):
        proposals = run(begin(half_space(beta), 100, seed), half_space(beta))
        assert proposals[-1].stated is not None
        assert not proposals[-1].refusal
        assert len(proposals) <= 20
        assert PILOT + sum(proposal.vectors for proposal in proposals) <= 8000
        errors.append(proposals[-1].stated.pf / ndtr(-beta) - 1)
    assert np.sqrt(np.mean(np.square(errors))) < 0.45


def test_the_estimate_depends_on_nothing_but_question_pilot_and_margins() -> None:
    told: list[FloatArray] = []
    first = begin(both_sides, 4)
    while (proposal := first.ask()).vectors:
        told.append(both_sides(to_normals(proposal.uniforms)))
        first.tell(told[-1])
        again = begin(both_sides, 4)
        for margins in told:
            again.ask()
            again.tell(margins)
        np.testing.assert_array_equal(again.ask().uniforms, first.ask().uniforms)
    assert again.ask().stated == first.ask().stated
    assert again.ask() is again.ask()


def test_units_of_requirements_do_not_matter() -> None:
    """Powers of two, so that scaling rounds nothing."""

    def margins(normals: FloatArray) -> FloatArray:
        return np.asarray(np.array([3.5, 3.6]) - normals)

    def in_other_units(normals: FloatArray) -> FloatArray:
        return np.asarray(margins(normals) * np.array([2.0**-20, 2.0**12]))

    ours, theirs = run(begin(margins, 2), margins)[-1], run(begin(in_other_units, 2), in_other_units)[-1]
    assert ours.stated == theirs.stated
    assert ours.stated is not None


def test_only_the_first_level_is_plain() -> None:
    proposals = run(begin(half_space(3.0), 3, pilot=100), half_space(3.0))
    assert [(block.role, block.vectors) for block in proposals[0].blocks] == [("plain", RUNS - 100)]
    assert proposals[0].log_weights is None
    assert {block.role for proposal in proposals[1:] for block in proposal.blocks} == {"learning"}


def test_failing_chains_lie_where_runs_fail() -> None:
    subset = begin(both_sides, 3)
    run(subset, both_sides)
    assert len(subset.failures) > 0.4 * RUNS
    assert (both_sides(subset.failures) < 0).all()
    assert 0.2 < (subset.failures[:, 0] > 0).mean() < 0.8


def test_where_half_of_the_pilot_fails_its_share_is_the_estimate() -> None:
    subset = begin(half_space(-0.5), 2)
    last = subset.ask()
    share = len(subset.failures) / PILOT
    assert last.vectors == 0
    assert last.stated is not None
    assert last.stated.pf == share
    assert last.stated.relative_error == pytest.approx(np.sqrt((1 - share) / (share * PILOT)), rel=0.02)


def test_a_run_without_an_answer_is_survived_and_not_certified() -> None:
    def margins(normals: FloatArray) -> FloatArray:
        answers = half_space(3.5)(normals)
        answers[normals[:, 0] > 3.2] = np.nan
        return answers

    last = run(begin(margins, 4), margins)[-1]
    assert last.refusal.startswith("a run of the chains has no answer")
    assert last.stated is not None
    assert last.stated.pf == pytest.approx(ndtr(-3.5), rel=1.0)


def test_a_limit_state_that_only_steps_shows_no_way() -> None:
    def step(normals: FloatArray) -> FloatArray:
        return np.where(normals[:, :1] > 4, -1.0, 1.0)

    last = begin(step, 2).ask()
    assert last.vectors == 0
    assert last.stated is None
    assert "none shows the way" in last.refusal


def test_few_families_are_refused() -> None:
    """A gorge that leads to failure, entered by a hundredth of the pilot."""

    def gorge(normals: FloatArray) -> FloatArray:
        inside = np.abs(normals[:, 1:] - 2.6) < 0.3
        return np.where(inside, 4.5 - normals[:, :1], 9.0 - normals[:, :1])

    refusals = [run(begin(gorge, 2, seed), gorge)[-1].refusal for seed in range(5)]
    assert all("descend from" in refusal for refusal in refusals)


def test_chains_that_hardly_move_are_refused() -> None:
    """A plane full of cracks: one move in thirty ends in one."""

    def cracked(normals: FloatArray) -> FloatArray:
        cracks = np.modf(200 * np.abs(normals[:, 1:]))[0] < 0.03
        return np.where(cracks, 4.0 - normals[:, :1], 7.0)

    last = run(begin(cracked, 2), cracked)[-1]
    assert "of a level's moves were accepted" in last.refusal


@pytest.mark.parametrize(("samples", "levels"), [(30_000, 18), (1_000_000, MOST_LEVELS)])
def test_failure_beyond_the_last_level_is_said(samples: int, levels: int) -> None:
    """A limit state that falls for ever and never below zero."""

    def asymptotic(normals: FloatArray) -> FloatArray:
        return np.exp(-normals)

    proposals = run(begin(asymptotic, 1, samples=samples, width=0.4), asymptotic)
    assert proposals[-1].stated is None
    assert "failure lies beyond" in proposals[-1].refusal
    assert len(proposals) == levels + 2
    assert PILOT + sum(proposal.vectors for proposal in proposals) <= samples


def test_failures_found_as_the_budget_ends_count() -> None:
    def nearly_asymptotic(normals: FloatArray) -> FloatArray:
        return np.asarray(np.exp(-normals) - np.exp(-4.4))

    subset = begin(nearly_asymptotic, 1, samples=6800)
    proposals = run(subset, nearly_asymptotic)
    assert len(subset.failures) < proposals[-2].vectors / 2
    assert PILOT + sum(proposal.vectors for proposal in proposals) == 6800
    assert proposals[-1].stated is not None
    assert proposals[-1].stated.pf == pytest.approx(ndtr(-4.4), rel=0.6)
    assert not proposals[-1].refusal


def test_levels_shrink_so_that_a_rarer_failure_is_reached_within_the_budget() -> None:
    proposals = run(begin(half_space(5.2), 3), half_space(5.2))
    assert proposals[-1].stated is not None
    assert proposals[-1].stated.pf == pytest.approx(ndtr(-5.2), rel=0.9)
    assert max(proposal.vectors for proposal in proposals[8:]) < RUNS


def test_a_narrow_interval_takes_more_runs() -> None:
    last = run(begin(half_space(3.0), 2, samples=100_000, width=0.4), half_space(3.0))[-1]
    assert last.stated is not None
    assert last.stated.pf == pytest.approx(ndtr(-3.0), rel=0.3)
    assert last.stated.relative_error < 0.11


def test_too_small_a_budget_is_refused() -> None:
    with pytest.raises(TooFewSamples, match="subset simulation needs at least 2100 samples: got 2099"):
        begin(both_sides, 2, samples=PILOT + LEVELS * LEAST_RUNS - 1)


def test_the_error_is_that_between_families() -> None:
    """What is stated against the spread of 200 estimates, which is itself known to 5 %."""
    errors, stated = [], []
    for seed in range(200):
        last = run(begin(half_space(3.0), 3, seed), half_space(3.0))[-1]
        assert last.stated is not None
        errors.append(last.stated.pf / ndtr(-3.0) - 1)
        stated.append(last.stated.relative_error)
    assert 0.75 < np.sqrt(np.mean(np.square(stated))) / np.std(errors) < 1.4
