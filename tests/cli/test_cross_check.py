"""`proofmark thermal` with other engines."""

import json
from pathlib import Path

import pytest

from proofmark_thermal.engines.known import PROGRAMS
from tests.cli.conftest import Command

SPEC = "examples/motor-driver/spec.yaml"


def test_engines_that_are_here_agree_to_a_tenth_of_a_kelvin(proofmark: Command, tmp_path: Path) -> None:
    told = proofmark("thermal", "cross-check", SPEC, "--json", "--out", tmp_path)
    found = json.loads(told.out)
    here = [program.name for program in PROGRAMS if program.version() is not None]
    assert [each["engine"] for each in found["engines"]] == ["proofmark", *here]
    assert set(found["absent"]) == {program.name for program in PROGRAMS} - set(here)
    assert told.code == (0 if here else 8), told.err
    assert found["agree"] is bool(here)
    for each in found["engines"]:
        assert each["difference_k"] <= 0.1
        assert each["energy_balance_w"] == pytest.approx(0, abs=0.05)


def test_an_engine_without_its_program_says_how_to_get_it(proofmark: Command, tmp_path: Path) -> None:
    told = proofmark("thermal", "solve", SPEC, "--engine", "calculix", "--out", tmp_path, PATH="/nowhere")
    assert told.code == 2
    assert "apt-get install --no-install-recommends calculix-ccx" in told.err


@pytest.mark.parametrize(("option", "value", "action"), [("--engine", "fenicsx", "reduce"), ("--within", "1", "solve")])
def test_options_go_with_their_own_action(proofmark: Command, option: str, value: str, action: str) -> None:
    told = proofmark("thermal", action, SPEC, option, value)
    assert told.code == 2
    assert option in told.err
