"""The bench's own arithmetic: exact answers that plain runs confirm, and figures that flatter nobody."""

import numpy as np
import pytest

from bench.figures import figures, peer_figures, too_seldom
from bench.problems import all_problems
from bench.promises import BARS, easiest, verdicts
from bench.solving import Result, solve
from bench.watching import CHUNKS, WORKERS, _arrivals
from proofmark_reliability.intervals import lower_limit, upper_limit
from proofmark_reliability.normals import addressed_uniforms

RUNS = 100_000
PF = 1e-3


def result(pf: float, certified: str, model_free_high: float = 1.0, spread: float = 0.1) -> Result:
    return Result(
        pf=pf,
        low=pf * (1 - spread),
        high=pf * (1 + spread),
        certified=certified,
        reason="",
        evaluations=1000,
        batches=4,
        model_free_high=model_free_high,
        engine_s=1e-3,
        way=(),
    )


def test_plain_runs_confirm_every_answer_that_they_reach() -> None:
    """Each interval misses with probability 1e-4 at most: family-wise error below 0.2 %."""
    reached = [p for p in all_problems().values() if p.pf >= 1e-4 and p.dimensions <= 30]
    assert len(reached) >= 20
    for problem in reached:
        points = addressed_uniforms(5, 0, RUNS, problem.dimensions)
        failures = int((problem.margins(points) < 0).any(axis=1).sum())
        low, high = lower_limit(failures, RUNS, 1 - 5e-5), upper_limit(failures, RUNS, 1 - 5e-5)
        assert low <= problem.pf <= high, problem.name


def test_a_refusal_counts_as_a_study_that_found_nothing() -> None:
    found = figures([result(PF, "conditional"), result(PF, "no")], PF)
    assert found.rmse == pytest.approx(np.sqrt(0.5))
    assert found.rmse_of_all == 0
    assert found.certified == 0.5
    assert found.conditional_covering == 1


def test_a_wrong_interval_counts_as_bounded_only_if_plain_runs_bound_it() -> None:
    wrong = 0.2 * PF
    bounded = [result(wrong, "conditional", 2 * PF), result(wrong, "conditional", PF / 2), result(wrong, "exact", 1.0)]
    found = figures(bounded, PF)
    assert (found.bounded, found.conditional_covering, found.exact_covering) == (1, 0, 0)


def test_a_share_is_rejected_only_beyond_what_chance_gives() -> None:
    assert not too_seldom(185, 200, 0.95, tests=50)
    assert too_seldom(170, 200, 0.95, tests=50)
    assert not too_seldom(0, 0, 0.95, tests=50)


def test_a_line_is_missed_where_one_problem_misses_its_bar() -> None:
    problems = {name: problem for name, problem in all_problems().items() if name in ("RP8", "shaft_seed")}
    good = figures([result(problems["RP8"].pf, "conditional")], problems["RP8"].pf)
    bad = figures([result(1.5 * problems["shaft_seed"].pf, "conditional")], problems["shaft_seed"].pf)
    lines = verdicts(problems, {("RP8", "auto"): good, ("shaft_seed", "auto"): bad})
    assert not lines[2]["holds"]
    assert list(lines[2]["missed"]) == ["shaft_seed"]
    assert set(lines) == {1, 2}


def test_the_easiest_problems_are_none_of_those_that_may_be_refused() -> None:
    problems = all_problems()
    assert len(easiest()) == 20
    assert not any(5 in problems[name].lines for name in easiest())


def test_a_peer_that_says_nothing_covers_nothing() -> None:
    found = peer_figures([[2 * PF, None, None, 100, 10], [PF, PF / 2, 2 * PF, 300, 30]], PF)
    assert (found.covering, found.evaluations, found.batches) == (1, 200, 20)
    assert found.rmse == pytest.approx(np.sqrt(0.5))


def test_a_study_is_counted_whole() -> None:
    """One study, whose 95 % interval misses by chance with probability 5 %: the seed is one that does not."""
    problem = all_problems()["suppliers-d3"]
    found = solve(problem, "auto", 1, 3000)
    assert found.certified == "conditional"
    assert found.low <= problem.pf <= found.high <= found.model_free_high
    assert found.evaluations <= BARS[2].evaluations


def test_slow_chunks_arrive_late() -> None:
    failed = np.zeros((CHUNKS, 1), dtype=bool)
    failed[0] = True
    arrivals = list(_arrivals(failed, 10.0))
    assert sorted(arrivals) == list(range(CHUNKS))
    assert arrivals.index(0) == WORKERS - 1
    assert next(_arrivals(np.zeros((CHUNKS, 1), dtype=bool), 10.0)) == 0
