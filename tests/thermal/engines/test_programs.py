"""Each engine's program, where it is installed, against the default engine on the same mesh."""

from functools import cache
from pathlib import Path

import pytest

from proofmark_thermal.engine import Solution
from proofmark_thermal.engines.cross_check import difference_k
from proofmark_thermal.engines.errors import NotCovered
from proofmark_thermal.engines.features import features
from proofmark_thermal.engines.known import PROGRAMS
from proofmark_thermal.engines.other import repeated
from proofmark_thermal.engines.program import Program
from proofmark_thermal.finite_elements import FiniteElements
from tests.thermal.cases import cases
from tests.thermal.engines.problems import problems

NEAR_K = {"fenicsx": 1e-5, "ngsolve": 1e-5, "calculix": 0.1}
"""CalculiX prints seven digits, and integrates over faces with three points."""


@pytest.fixture(params=PROGRAMS, ids=[program.name for program in PROGRAMS])
def program(request: pytest.FixtureRequest) -> Program:
    found: Program = request.param
    if found.version() is None:
        pytest.skip(f"{found.name} is not installed: {found.get}")
    return found


@cache
def solved(name: str) -> Solution:
    """One coarse mesh: what is compared is the mesh's own temperatures."""
    return FiniteElements(most_unknowns=1).solve(problems()[name])


@cache
def accurate(name: str) -> Solution:
    return FiniteElements().solve(cases()[name].problem)


@pytest.mark.parametrize("name", problems())
def test_engines_agree_on_one_mesh(name: str, program: Program, tmp_path: Path) -> None:
    _skip_uncovered(solved(name), program)
    found = repeated(solved(name), program, tmp_path).solution
    assert difference_k(solved(name), found) <= NEAR_K[program.name]
    entering = max(abs(watts) for watts in (*found.balance.entering.values(), *found.balance.leaving.values()))
    assert found.balance.imbalance == pytest.approx(0, abs=1e-3 * entering)
    assert found.engine == program.name


@pytest.mark.parametrize("name", cases())
def test_every_engine_meets_the_reference_temperatures(name: str, program: Program, tmp_path: Path) -> None:
    case = cases()[name]
    _skip_uncovered(accurate(name), program)
    found = repeated(accurate(name), program, tmp_path).solution
    assert case.read(found) == pytest.approx(case.expected, abs=case.tolerance)


def _skip_uncovered(solution: Solution, program: Program) -> None:
    """What an engine does not cover must be refused by name; that is all there is to see of it."""
    missing = features(solution.model) - program.covered
    if missing:
        with pytest.raises(NotCovered, match=sorted(missing)[0].replace("(", r"\(").replace(")", r"\)")):
            repeated(solution, program, Path("never written"))
        pytest.skip(f"{program.name} does not cover {', '.join(sorted(missing))}, and says so")
