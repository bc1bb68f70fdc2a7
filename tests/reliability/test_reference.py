"""Plain Monte Carlo against the reference answers of problems that it can reach."""

from typing import Any

import numpy as np

from proofmark_reliability.designs import uniforms
from proofmark_reliability.estimate import assess
from proofmark_reliability.tally import Group, tally

RUNS = 40_000


def test_intervals_hold_every_reference_answer(reliability_problems: dict[str, Any]) -> None:
    """Each interval misses with probability 1e-4 at most: family-wise error below 0.2 %."""
    reached = [problem for problem in reliability_problems.values() if problem.pf >= 1e-3 / 2]
    assert len(reached) >= 15
    system = (Group("system", 0.9, (0,)),)
    for problem in reached:
        columns = problem.columns(uniforms("monte-carlo", 2024, 0, (RUNS,), problem.dimensions))
        margins = problem.limit_state(columns)[:, np.newaxis]
        counted = tally(margins, np.zeros(RUNS, dtype=bool), 0, (RUNS,), system)
        (found,) = assess(system, counted, "monte-carlo", 0.9999)
        assert found.r_low <= 1 - problem.pf <= found.r_high, problem.name
