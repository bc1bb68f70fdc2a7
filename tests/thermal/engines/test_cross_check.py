"""What is said of several engines: who ran, who did not, how far apart they are."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.building import build
from proofmark_thermal.engine import Solution
from proofmark_thermal.engines.cross_check import cross_check, table, told
from proofmark_thermal.engines.errors import EngineFailed, NotCovered, NotInstalled
from proofmark_thermal.engines.features import CONTACT, features
from proofmark_thermal.engines.known import PROGRAMS, engine
from proofmark_thermal.engines.other import OtherEngine, repeated
from proofmark_thermal.engines.program import Fields, Program, run
from proofmark_thermal.errors import UnknownName
from proofmark_thermal.finite_elements import FiniteElements
from proofmark_thermal.meshing import mesh_for
from proofmark_thermal.model import Model
from proofmark_thermal.problem import ThermalProblem
from tests.thermal.engines.problems import model_of, problems, stack

COARSE = FiniteElements(most_unknowns=1)


@dataclass(frozen=True)
class Shifted:
    """Answers with the default engine's temperatures, some kelvin off."""

    off_k: float
    name: str = "shifted"
    get: str = "apt-get install shifted"
    here: bool = True
    covered: frozenset[str] = frozenset({CONTACT})

    def version(self) -> str | None:
        return "1.0" if self.here else None

    def write(self, model: Model, folder: Path, times_s: FloatArray | None) -> None:
        (folder / "size").write_text(str(model.size))

    def run(self, model: Model, folder: Path) -> Fields:
        if self.off_k > 100:
            raise EngineFailed(self.name, "temperatures", "none")
        return Fields(COARSE.solve(model.problem).temperatures[None] + self.off_k)


@pytest.mark.parametrize(("off_k", "agree"), [(0.05, True), (-0.15, False)])
def test_engines_agree_within_what_is_allowed(off_k: float, agree: bool, tmp_path: Path) -> None:
    found = cross_check(COARSE.solve(stack()), [Shifted(off_k)], tmp_path)
    assert found.worst_k == pytest.approx(abs(off_k))
    assert told(found, 0.1)["agree"] is agree
    assert (tmp_path / "shifted" / "size").exists()


def test_one_engine_alone_confirms_nothing(tmp_path: Path) -> None:
    found = cross_check(COARSE.solve(stack()), [], tmp_path)
    assert found.worst_k is None
    assert told(found, 0.1)["agree"] is False


def test_what_is_not_installed_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    found = cross_check(COARSE.solve(stack()), [Shifted(0.0, here=False)], tmp_path)
    assert isinstance(found.absent["shifted"], NotInstalled)
    assert any("apt-get install shifted" in line for line in table(found))
    assert (tmp_path / "shifted" / "size").exists()


def test_what_is_not_covered_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    found = cross_check(COARSE.solve(stack()), [Shifted(0.0, covered=frozenset())], tmp_path)
    assert isinstance(found.absent["shifted"], NotCovered)
    assert "contacts" in str(found.absent["shifted"])
    assert not (tmp_path / "shifted").exists()


def test_an_engine_that_fails_is_no_agreement(tmp_path: Path) -> None:
    found = cross_check(COARSE.solve(stack()), [Shifted(0.0), Shifted(1000.0, name="other")], tmp_path)
    assert found.worst_k == pytest.approx(0)
    assert told(found, 0.1)["agree"] is False
    assert "other" in told(found, 0.1)["failed"]


def test_temperatures_of_another_engine_are_read_as_our_own(tmp_path: Path) -> None:
    solution = COARSE.solve(stack())
    found = repeated(solution, Shifted(2.0), tmp_path).solution
    assert found.readings.probes["after"] == pytest.approx(solution.readings.probes["after"] + 2)
    assert found.hottest.place == solution.hottest.place
    assert found.balance.entering == solution.balance.entering


def test_features_are_what_the_problem_has() -> None:
    found = {name: set(features(model_of(problem))) for name, problem in problems().items()}
    assert found == {
        "contact": {"contacts"},
        "faces and volumes": {"contacts"},
        "k(T) and radiation": {"contacts", "k(T)", "radiation"},
        "h(rise) and Q(T)": {"contacts", "h(rise)", "Q(T)"},
        "curved": set(),
        "plane section": {"plane sections", "the two surfaces of a section"},
        "axisymmetric section": {"axisymmetric sections"},
        "contact in a section": {"axisymmetric sections", "contacts", "contacts in sections"},
        "transient": {"contacts", "transients"},
    }
    assert features(build(stack(), mesh_for(stack()), degree=1)) == {"contacts", "linear elements"}


def test_engines_go_by_name() -> None:
    assert engine(None, COARSE) is COARSE
    for program in PROGRAMS:
        assert engine(program.name, COARSE) == OtherEngine(program, COARSE)
    with pytest.raises(UnknownName, match="fenicsx, calculix, ngsolve"):
        engine("fenics", COARSE)


def test_an_engine_that_is_not_there_is_refused_before_the_problem_is_solved() -> None:
    with pytest.raises(NotInstalled, match="install it by: apt-get install shifted"):
        OtherEngine(Shifted(0.0, here=False), Broken()).solve(stack())


@pytest.mark.parametrize(
    ("command", "got"),
    [(["no-such-program"], "No such file"), (["sh", "-c", "echo mesh is bad; echo; exit 3"], "got 3: mesh is bad")],
)
def test_a_program_that_fails_is_quoted(command: list[str], got: str, tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match=got):
        run("other", command, tmp_path, {"PATH": "/usr/bin:/bin"})


def test_every_program_says_how_to_get_it() -> None:
    programs: tuple[Program, ...] = PROGRAMS
    for program in programs:
        assert "install" in program.get


class Broken(FiniteElements):
    """Must not be asked."""

    def solve(self, problem: ThermalProblem) -> Solution:
        raise AssertionError("solved")


def test_engines_find_their_files_from_wherever_they_are_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = cross_check(COARSE.solve(stack()), [program for program in PROGRAMS if program.version()], Path("thermal"))
    assert found.failed == {}
