"""The example's README is true: its two terminals, and the line that it promises."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "examples" / "notifier" / "README.md").read_text()
BIN = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    told = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "PROOFMARK_HOME": str(tmp_path / "home")}
    yield told | {"PROOFMARK_WORKERS": "1"}
    subprocess.run(["proofmark", "down"], env=told, check=True)


def test_the_first_terminal_shows_what_the_second_submits(environment: dict[str, str], tmp_path: Path) -> None:
    first, second = (block.replace("$PWD/.venv/bin", str(BIN)) for block in blocks("sh"))
    first = first.replace("\nproofmark-notifier", "\nexec proofmark-notifier")
    output, log = tmp_path / "output", tmp_path / "log"
    with output.open("wb") as out, log.open("wb") as err:
        notifier = subprocess.Popen(["bash", "-euc", first], env=environment, cwd=ROOT, stdout=out, stderr=err)
    try:
        until(log, '"serving"')
        study = subprocess.check_output(["bash", "-euc", second], env=environment, cwd=ROOT, text=True).strip()
        until(output, study)
        notifier.terminate()
        assert notifier.wait(20) == 0
    finally:
        notifier.kill()
    promised = blocks("text")[0].split(maxsplit=1)[1].rstrip()
    assert output.read_text().splitlines()[-1] == f"{study}  {promised}"


def until(file: Path, text: str, timeout_s: float = 60) -> None:
    """Wait until a file says something."""
    end = time.monotonic() + timeout_s
    while text not in file.read_text():
        assert time.monotonic() < end, f"{file.name}: expected {text}, got {file.read_text()}"
        time.sleep(0.05)
