"""Going on from a closed study, and comparing two: on one machine, from output folders."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command

SPEC = """\
apiVersion: proofmark/v1
name: fit
tolerances: {sigma_level: 3}
parameters: {bore: 10.05 mm +/- 0.03, shaft: 10.00 mm +/- 0.03}
model: {kind: python, file: model.py}
requirements: [{name: turns freely, metric: clearance, min: 15 um}]
reliability: {target: 0.9, samples: 300, method: monte-carlo, seed: 5}
"""
CRASHING = """\
def evaluate_one(sample):
    if abs(sample["bore"] - 10.05e-3) > 1.645e-5:
        raise ValueError("no convergence")
    return {"clearance": sample["bore"] - sample["shaft"]}
"""
MENDED = CRASHING.replace("abs(", "0 * abs(")
WATCHED = (
    SPEC.replace("kind: python, file: model.py", "kind: expression, metrics: {clearance: bore - shaft}")
    .replace("samples: 300", "samples: 200, stop: settled")
    .replace("target: 0.9,", "target: 0.98,")
)


@pytest.fixture(scope="module")
def crashed(proofmark: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a study with a tenth of its runs without an answer."""
    folder = tmp_path_factory.mktemp("crashed")
    (folder / "spec.yaml").write_text(SPEC)
    (folder / "model.py").write_text(CRASHING)
    told = proofmark("run", folder / "spec.yaml", "--json", "--out", folder / "out")
    assert told.json()["reliability"]["missing"] > 15, told.err
    return folder


def test_a_mended_model_answers_what_was_missing_and_repeats_no_more_than_its_sample(
    crashed: Path, proofmark: Command, tmp_path: Path
) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "model.py").write_text(MENDED)
    told = proofmark("resume", "--failed", crashed / "out", "--spec", tmp_path / "spec.yaml", "--json")
    assert told.code == 0, told.err
    child = told.json()["reliability"]
    assert (child["samples"], child["missing"]) == (300, 0)
    assert Path(told.json()["release"]).parent == crashed / "out-continued"

    at_once = proofmark("run", tmp_path / "spec.yaml", "--json", "--out", tmp_path / "whole")
    assert {name: child[name] for name in ("r", "r_low", "r_high")} == {
        name: at_once.json()["reliability"][name] for name in ("r", "r_low", "r_high")
    }
    compared = proofmark("compare", crashed / "out", crashed / "out-continued", "--json").json()
    assert compared["paired"]["only_first"] == compared["paired"]["only_second"] == 0
    assert list(compared["spec"]) == ["model.file.sha256", "model.file.size"]


def test_a_model_that_crashes_again_leaves_the_runs_missing(crashed: Path, proofmark: Command, tmp_path: Path) -> None:
    told = proofmark("resume", "--failed", crashed / "out", "--json", "--out", tmp_path / "again")
    assert told.json()["reliability"]["missing"] > 15, told.err


def test_a_folder_with_every_answer_has_nothing_to_go_on_with(proofmark: Command, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "model.py").write_text(MENDED)
    proofmark("run", tmp_path / "spec.yaml", "--out", tmp_path / "out")
    told = proofmark("resume", "--failed", tmp_path / "out")
    assert told.code == 2
    assert "nothing goes on" in told.err


def test_a_watched_study_is_extended_and_an_unwatched_one_is_not(
    crashed: Path, proofmark: Command, tmp_path: Path
) -> None:
    (tmp_path / "spec.yaml").write_text(WATCHED)
    short = proofmark("run", tmp_path / "spec.yaml", "--json", "--out", tmp_path / "short")
    assert (short.code, short.json()["reliability"]["settled"]) == (8, False), short.err
    longer = proofmark("extend", tmp_path / "short", "--samples", 8000, "--json")
    assert longer.json()["reliability"]["samples"] > 200, longer.err
    assert longer.json()["reliability"]["settled"]

    refused = proofmark("extend", crashed / "out", "--samples", 600, "--out", tmp_path / "refused")
    assert refused.code == 2
    assert "only plain Monte Carlo under a stop rule" in refused.err
    assert not (tmp_path / "refused").exists()


def test_two_designs_are_compared_on_common_random_numbers(proofmark: Command, tmp_path: Path) -> None:
    plain = WATCHED.replace(", stop: settled", "")
    for name, limit in (("loose", "15 um"), ("tight", "20 um")):
        (tmp_path / f"{name}.yaml").write_text(plain.replace("15 um", limit))
        proofmark("run", tmp_path / f"{name}.yaml", "--out", tmp_path / name)
    found = proofmark("compare", tmp_path / "loose", tmp_path / "tight", "--json").json()
    assert found["paired"]["only_first"] == 0
    assert found["paired"]["runs"] == 200
    assert list(found["spec"]) == ["requirements[0].low"]
    told = proofmark("compare", tmp_path / "loose", tmp_path / "tight")
    assert "common vectors" in told.out
    assert proofmark("compare", tmp_path / "loose", tmp_path).code == 2
