"""The README is true: its shell lines run, its client submits, its two commands are those of a bare machine."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BIN = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    path = f"{BIN}:{os.environ['PATH']}"
    return {**os.environ, "PROOFMARK_HOME": str(tmp_path / "home"), "PATH": path, "PROOFMARK_WORKERS": "1"}


@pytest.fixture
def up(environment: dict[str, str], tmp_path: Path) -> Iterator[Path]:
    """`proofmark up`, and a file with the outsider's credentials."""
    subprocess.run(["proofmark", "up", "--detach", "--allow-python-models"], env=environment, check=True)
    try:
        told = subprocess.run(
            ["proofmark", "credentials", "outsider", "--json"], env=environment, check=True, capture_output=True
        ).stdout
        login = tmp_path / "outsider.json"
        login.write_bytes(told)
        yield login
    finally:
        subprocess.run(["proofmark", "down"], env=environment, check=True)


def test_the_first_commands_are_those_that_ci_runs_on_a_bare_machine() -> None:
    commands = [line.split("#")[0].strip() for line in blocks("sh")[0].splitlines()]
    assert commands == ["make demo", "make test"]
    assert f"'{' && '.join(commands)}'" in (ROOT / ".ci" / "run").read_text()


def test_the_lines_about_a_design_of_ones_own_run(environment: dict[str, str], tmp_path: Path) -> None:
    script = blocks("sh")[1].replace('"$PWD/.venv/bin:$PATH"', f'"{BIN}:$PATH"')
    done = subprocess.run(
        ["bash", "-euc", script], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "my-fit" / "out" / "release" / "report.html").exists()


def test_the_short_spec_is_valid(environment: dict[str, str], tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(blocks("yaml")[0])
    subprocess.run(["proofmark", "validate", spec], env=environment, check=True, capture_output=True)


def test_twenty_lines_of_another_system_get_an_answer_and_an_outcome(
    environment: dict[str, str], up: Path, tmp_path: Path
) -> None:
    program = blocks("python")[0]
    assert len([line for line in program.splitlines() if line.strip()]) <= 22
    script = tmp_path / "submit.py"
    script.write_text(program)
    told = subprocess.run(
        [sys.executable, script, ROOT / "examples" / "shaft-fit", up],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout.splitlines()
    answer, outcome = map(json.loads, told)
    assert answer["study"] == outcome["study"]
    assert outcome["outcome"] == "released"
