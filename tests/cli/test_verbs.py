"""The verbs that need no run, and those of a running Proofmark."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from proofmark.main import VERBS
from tests.cli.conftest import Command
from tests.system.test_heat import MEDIAN_RISE_K, slab_spec

EXPECTED_VERBS = (
    "init validate schema thermal cosim controller eval run up down submit watch wait ls show cancel pause resume "
    "delete report verify doctor"
)


def test_every_promised_verb_is_there(proofmark: Command) -> None:
    told = proofmark("--help")
    assert told.code == 0
    assert set(EXPECTED_VERBS.split()) <= set(VERBS)
    for verb in VERBS:
        assert f"  {verb} " in told.out


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_explains_itself(proofmark: Command, verb: str) -> None:
    told = proofmark(verb, "--help")
    assert told.code == 0, told.err
    assert "Usage: proofmark" in told.out


def test_a_mistyped_verb_is_answered_with_the_likely_one(proofmark: Command) -> None:
    told = proofmark("vallidate")
    assert told.code == 2
    assert told.err == "proofmark: unknown verb 'vallidate', did you mean 'validate'?\n"


def test_wrong_usage_exits_with_2(proofmark: Command) -> None:
    assert proofmark("run").code == 2
    assert proofmark("run", "examples/latch/spec.yaml", "--colour").code == 2
    assert proofmark("validate", "no-such-spec.yaml").code == 2


def test_a_first_spec_is_valid_and_is_never_overwritten(proofmark: Command, tmp_path: Path) -> None:
    assert proofmark("init", tmp_path).code == 0
    assert proofmark("validate", tmp_path / "spec.yaml").code == 0
    before = (tmp_path / "spec.yaml").read_bytes()
    assert proofmark("init", tmp_path).code == 2
    assert (tmp_path / "spec.yaml").read_bytes() == before


def test_validate_warns_of_what_cannot_be_proven(proofmark: Command, tmp_path: Path) -> None:
    proofmark("init", tmp_path)
    spec = tmp_path / "spec.yaml"
    spec.write_text(spec.read_text().replace("target: 0.99", "target: 0.999"))
    told = proofmark("validate", spec)
    assert told.code == 0
    assert "samples: 1000 cannot prove 0.999 at 95 %; needs at least 2,995" in told.err


def test_schema_prints_one_document(proofmark: Command) -> None:
    assert json.loads(proofmark("schema").out)["title"] == "Proofmark design spec"


def test_eval_says_by_its_exit_code_whether_limits_hold(proofmark: Command) -> None:
    spec = "examples/latch/spec.yaml"
    assert proofmark("eval", spec).code == 0
    told = proofmark("eval", spec, "--set", "thickness=2.4 mm", "--json")
    assert told.code == 3
    assert not told.json()["passed"]
    assert told.json()["parameters"]["thickness"] == 0.0024


def test_eval_takes_a_vector_of_the_study(proofmark: Command) -> None:
    one, other = (proofmark("eval", "examples/latch/spec.yaml", "--sample", n, "--json").json() for n in (0, 1))
    assert one["parameters"] != other["parameters"]
    assert proofmark("eval", "examples/latch/spec.yaml", "--sample", "1000").code == 2
    assert proofmark("eval", "examples/latch/spec.yaml", "--set", "colour=red").code == 2


def test_thermal_solves_and_reduces_without_a_bus(proofmark: Command, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(json.dumps(slab_spec()))
    told = proofmark("thermal", "solve", spec, "--json", "--out", tmp_path / "out")
    assert told.code == 0, told.err
    assert json.loads(told.out)["t_max_c"] == pytest.approx(20 + MEDIAN_RISE_K, abs=1e-3)
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert files == {"temperature.vtu", "temperature.png", "mesh.png", "thermal.json"}
    told = proofmark("thermal", "reduce", spec, "--out", tmp_path / "reduced")
    assert "volume 4000 mm3: slab 4000" in told.out
    assert "power 20 W" in told.out
    assert (tmp_path / "reduced" / "reduced.npz").is_file()


def test_eval_solves_the_heat_at_the_very_point(proofmark: Command, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(json.dumps(slab_spec(limit="90 degC")))
    told = proofmark("eval", spec, "--set", "loss=24 W", "--json")
    assert told.code == 0, told.err
    cool, fits = json.loads(told.out)["requirements"]
    assert cool["value"] == pytest.approx(293.15 + 1.2 * MEDIAN_RISE_K, abs=1e-3)
    assert fits["value"] == pytest.approx(4e-4)
    assert proofmark("eval", spec, "--set", "loss=30 W").code == 3


def test_thermal_says_what_is_wrong(proofmark: Command, tmp_path: Path) -> None:
    assert proofmark("thermal", "solve", "examples/latch/spec.yaml").code == 2
    spec = tmp_path / "spec.yaml"
    spec.write_text(json.dumps(slab_spec(sinks={})))
    told = proofmark("thermal", "solve", spec, "--out", tmp_path / "out")
    assert told.code == 2
    assert "a steady temperature does not exist" in told.err


def test_without_a_bus_verbs_about_studies_exit_with_6(proofmark: Command, tmp_path: Path) -> None:
    told = proofmark("ls", PROOFMARK_HOME=str(tmp_path))
    assert told.code == 6
    assert "proofmark up" in told.err


def test_doctor_finds_what_is_required(proofmark: Command) -> None:
    told = proofmark("doctor", "--json")
    assert told.code == 0
    assert {finding["piece"] for finding in told.json()} >= {"Python", "nats-server", "numpy"}


@pytest.fixture(scope="module")
def up(proofmark: Command) -> Iterator[None]:
    told = proofmark("up", "--detach", "--workers", "1")
    assert told.code == 0, told.err
    yield
    assert proofmark("down").code == 0


@pytest.mark.usefixtures("up")
class TestRunning:
    def test_a_study_can_be_submitted_followed_shown_and_fetched(self, proofmark: Command, tmp_path: Path) -> None:
        study = proofmark("submit", "examples/latch/spec.yaml").out.strip()
        assert proofmark("wait", study, "--timeout", "120").code == 3
        watched = proofmark("watch", study, "--json")
        assert watched.code == 3
        assert json.loads(watched.out.splitlines()[-1])["stage"] == "closed: rejected"
        rows = {row["study"]: row for row in proofmark("ls", "--json").json()}
        assert rows[study]["state"] == "rejected"
        assert proofmark("show", study).out.startswith("REJECTED")
        report = Path(proofmark("report", study, "--out", tmp_path / "out").out.strip())
        assert report.exists()
        assert proofmark("verify", report.parent).code == 0

    def test_python_models_from_the_bus_need_permission(self, proofmark: Command) -> None:
        told = proofmark("submit", "examples/shaft-fit/spec.yaml")
        assert told.code == 2
        assert "python models from the bus are refused" in told.err

    def test_an_unknown_study_exits_with_2(self, proofmark: Command) -> None:
        for verb in ("show", "cancel", "watch", "pause", "resume", "delete", "report", "wait"):
            assert proofmark(verb, "nobody-r1").code == 2, verb

    def test_a_closed_study_can_only_be_deleted(self, proofmark: Command) -> None:
        study = proofmark("submit", "examples/latch/spec.yaml").out.strip()
        assert proofmark("wait", study, "--timeout", "120").code == 3
        for verb in ("cancel", "pause", "resume"):
            told = proofmark(verb, study)
            assert (told.code, told.err) == (2, f"proofmark: {study} is closed already: rejected\n")
        assert proofmark("delete", study).out == "deleted\n"

    def test_it_cannot_be_started_twice(self, proofmark: Command) -> None:
        told = proofmark("up", "--detach")
        assert told.code == 2
        assert "already running" in told.err

    def test_credentials_are_those_of_one_role(self, proofmark: Command) -> None:
        told = proofmark("credentials", "simulator", "--json").json()
        assert set(told["zones"]) == {"compute"}
        assert proofmark("credentials", "nobody").code == 2
