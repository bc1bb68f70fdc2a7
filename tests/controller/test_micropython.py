"""The module for MicroPython computes what the interpreter does, in a real MicroPython."""

import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from proofmark_controller import Interpreter, Program, check
from proofmark_controller.commands import controller
from proofmark_controller.evaluation import canonical
from proofmark_controller.micropython import micropython_source
from proofmark_controller.micropython_run import run_module
from tests.node import installed

from .inputs import columns
from .programs import Programs

HERE = Path(__file__).parent
TICKS, VECTORS = 8, 32


@pytest.fixture(scope="module")
def node() -> Path:
    """MicroPython for WebAssembly."""
    return installed(HERE / "node", "micropython") / "run.mjs"


def agree(node: Path, program: Program, seed: int, odd: float, ticks: int = TICKS) -> npt.NDArray[np.int32]:
    """Hold every output and fault against the interpreter's; return the faults."""
    inputs = columns(program, seed, ticks, VECTORS, odd)
    interpreter = Interpreter(program, VECTORS)
    expected = interpreter.run(inputs)
    made, faults = run_module(micropython_source(program).source, program, inputs, ["node", str(node)])
    for name, column in expected.items():
        ours = made[name].astype(column.dtype)
        if column.dtype == np.float32:
            assert (canonical(ours).view(np.uint32) == column.view(np.uint32)).all(), name
        else:
            assert (ours == column).all(), name
    assert (faults == interpreter.faults).all()
    return faults


@pytest.mark.node
@pytest.mark.parametrize("seed", range(10))
def test_micropython_and_interpreter_agree_on_random_programs(seed: int, node: Path) -> None:
    agree(node, check(Programs(seed).text()), seed, (0.02, 0.2, 0.6)[seed % 3])


@pytest.mark.node
def test_operations_without_a_result_fault_at_the_same_sites(node: Path) -> None:
    faults = [agree(node, check(Programs(seed).text()), seed, 0.6) for seed in range(10, 13)]
    assert len(set(np.concatenate(faults).tolist())) > 5


@pytest.mark.node
@pytest.mark.parametrize("file", ["fan_control.py", "every_block.py", "every_statement.py"])
def test_controllers_with_blocks_matches_and_loops_agree(file: str, node: Path) -> None:
    agree(node, check((HERE / file).read_text(), None, file), 1, 0.05, 200)


@pytest.mark.node
def test_the_bytecode_that_the_command_line_writes_runs(node: Path, tmp_path: Path) -> None:
    assert controller("emit-micropython", HERE / "fan_control.py", out=tmp_path) == 0
    script = "from fan_control import FanControl, Inputs\nprint(FanControl().pm_tick(Inputs(20.0, True)).fan_duty)"
    (tmp_path / "fan_control.py").unlink()
    command = ["node", str(node), str(tmp_path / "fan_control.mpy")]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("0.0\n", 0), done.stderr


def test_a_module_has_nothing_that_micropython_lacks() -> None:
    source = micropython_source(check((HERE / "fan_control.py").read_text(), None, "fan_control.py")).source
    assert "Mode_FAULT = 2" in source
    for absent in ("dataclass", "enum", "match ", "typing", "numpy", "proofmark_controller"):
        assert absent not in source
