"""The promises about speed and accuracy, each judged on the problems that it speaks of.

1. Stated 95 % intervals hold: no problem is rejected by a binomial test at family-wise 1 %; exact certificates on every
   problem, conditional ones outside line 5. At least 90 % of studies certify on the 20 easiest published problems.
2. Probabilities of 1e-7 to 1e-3, at most 10 variables: error 15 %, 4,000 evaluations, 12 rounds.
3. Smooth, at most 8 variables, costly: error 20 %, 10 rounds, 80 evaluations and 300 for the certificate.
4. From 30 variables to hundreds: error 30 %, 8,000 evaluations.
5. Many or hidden regions, no slope, no design point: right, refused, or bounded by plain runs; never exact and wrong.

Lines 6 to 8 stand in `watching`, `attribution` and `overhead`. A line of which no problem was asked for is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.figures import Figures, too_seldom
from bench.problems import Problem
from bench.solving import CONFIDENCE
from tests.reference.problems import problems as published

EASIEST, LEAST_CERTIFIED = 20, 0.9


@dataclass(frozen=True)
class Bar:
    """Most that a problem may take."""

    method: str
    rmse: float
    evaluations: float
    batches: float


BARS = {
    2: Bar("auto", rmse=0.15, evaluations=4000, batches=12),
    3: Bar("kriging", rmse=0.2, evaluations=380, batches=10),
    4: Bar("auto", rmse=0.3, evaluations=8000, batches=float("inf")),
}

Found = Mapping[tuple[str, str], Figures]
"""By problem and method."""


def samples(problem: Problem, method: str) -> int:
    """Return the evaluations that a study of the problem may spend."""
    if method == "kriging":
        return int(BARS[3].evaluations)
    return int(BARS[4 if problem.dimensions >= 30 else 2].evaluations)


def verdicts(problems: Mapping[str, Problem], found: Found) -> dict[int, dict[str, Any]]:
    """Return, for lines 1 to 5, whether it holds, and where it does not, by how much."""
    lines = {
        1: _coverage(problems, found),
        **{line: _bar(line, problems, found) for line in BARS},
        5: _never_exact_and_wrong(problems, found),
    }
    return {line: lines[line] for line in sorted(lines) if lines[line]["judged"]}


def _coverage(problems: Mapping[str, Problem], found: Found) -> dict[str, Any]:
    counted = []
    for (name, method), figures in found.items():
        counted.append((f"{name}, {method}, exact", figures.exact_covering, figures.exact))
        if 5 not in problems[name].lines:
            counted.append((f"{name}, {method}, conditional", figures.conditional_covering, figures.conditional))
    missed: dict[str, Any] = {**_rejected(counted)}
    easy = [name for name in easiest() if (name, "auto") in found]
    certified = {name: found[name, "auto"].certified for name in easy}
    share = sum(certified.values()) / max(1, len(certified))
    if certified and share < LEAST_CERTIFIED:
        missed["certified"] = certified
    return {"holds": not missed, "judged": len(counted), "certified": share, "missed": missed}


def easiest() -> list[str]:
    """Return the published problems that fail most often."""
    found = sorted(published("reliability").values(), key=lambda problem: -problem.pf)
    return [problem.name for problem in found[:EASIEST]]


def _bar(line: int, problems: Mapping[str, Problem], found: Found) -> dict[str, Any]:
    bar, missed, judged = BARS[line], {}, 0
    for name, problem in problems.items():
        figures = found.get((name, bar.method))
        if line not in problem.lines or (line == 2 and 5 in problem.lines) or figures is None:
            continue
        judged += 1
        if figures.rmse > bar.rmse or figures.evaluations > bar.evaluations or figures.batches > bar.batches:
            missed[name] = {key: getattr(figures, key) for key in ("rmse", "rmse_of_all", "evaluations", "batches")}
    return {"holds": not missed, "judged": judged, "missed": missed}


def _never_exact_and_wrong(problems: Mapping[str, Problem], found: Found) -> dict[str, Any]:
    counted = []
    for (name, method), figures in found.items():
        if 5 in problems[name].lines:
            counted.append((f"{name}, {method}, exact", figures.exact_covering, figures.exact))
            counted.append((f"{name}, {method}, bounded", figures.bounded, figures.exact + figures.conditional))
    missed = _rejected(counted)
    return {"holds": not missed, "judged": len(counted) // 2, "missed": missed}


def _rejected(counted: Iterable[tuple[str, int, int]]) -> dict[str, str]:
    tests = [(name, right, studies) for name, right, studies in counted if studies]
    return {
        name: f"{right} of {studies}"
        for name, right, studies in tests
        if too_seldom(right, studies, CONFIDENCE, len(tests))
    }
