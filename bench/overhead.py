"""What the engine itself costs: proposing, learning, counting and judging, for each evaluation of a free model."""

import statistics
import time

from bench.problems import all_problems
from bench.solving import solve
from proofmark_reliability.algorithms import build
from proofmark_reliability.estimate import assess
from proofmark_reliability.protocol import Question
from proofmark_reliability.tally import Group, tally

PROBLEM = "branches-2-d5"
BATCH = 1000
DESIGNS = ("monte-carlo", "latin-hypercube", "sobol")
ADAPTIVE = {"cross-entropy": 4000, "subset": 8000}
"""Samples of a study. Kriging is left out: its batches are of eight, and it is for models that take their time."""
REPEATED = 15
OVERHEAD_US = 5.0


def overhead() -> dict[str, float]:
    """Return microseconds of processor time for each evaluation."""
    found = {method: statistics.median(_of_design(method, seed) for seed in range(REPEATED)) for method in DESIGNS}
    problem = all_problems()[PROBLEM]
    for method, samples in ADAPTIVE.items():
        studies = [solve(problem, method, seed, samples) for seed in range(REPEATED)]
        found[method] = statistics.median(1e6 * study.engine_s / study.evaluations for study in studies)
    return found


def holds(found: dict[str, float]) -> bool:
    """Line 8."""
    return max(found.values()) <= OVERHEAD_US


def _of_design(method: str, seed: int) -> float:
    """Of one batch of independent or dependent points, counted and judged."""
    problem = all_problems()[PROBLEM]
    judged = (Group("system", 0.999, (0,)),)
    began = time.process_time()
    algorithm = build(method, Question(seed, problem.dimensions, 1, BATCH, limit=1e-3, confidence=0.95))
    proposal = algorithm.ask()
    planned = time.process_time()
    margins = problem.margins(proposal.uniforms)
    answered = time.process_time()
    algorithm.tell(margins)
    blocks = tuple(block.vectors for block in proposal.blocks)
    assess(judged, tally(margins, margins[:, 0] != margins[:, 0], 0, blocks, judged), method, 0.95)
    return 1e6 * (time.process_time() - answered + planned - began) / proposal.vectors
