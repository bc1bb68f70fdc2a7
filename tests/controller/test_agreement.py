"""Interpreter, CPython and compiled C are one controller: every bit of every output, state and fault."""

import numpy as np
import pytest

from proofmark_controller import Interpreter, Program, check
from proofmark_controller.cpython import CPython
from proofmark_controller.evaluation import Columns
from proofmark_controller.host import Compiler, HostController, shared_object

from .agreement import differences
from .inputs import columns, starts
from .programs import Programs

TICKS, VECTORS = 8, 64


def trial(program: Program, seed: int) -> tuple[Columns, Columns]:
    """Inputs and starts, with more and more odd values from seed to seed."""
    odd = (0.02, 0.2, 0.6)[seed % 3]
    return columns(program, seed, TICKS, VECTORS, odd), starts(program, seed, VECTORS, odd)


@pytest.mark.parametrize("seed", range(12))
def test_cpython_and_interpreter_agree_on_random_programs(seed: int) -> None:
    program = check(Programs(seed).text())
    inputs, start = trial(program, seed)
    ours, theirs = Interpreter(program, VECTORS, start), CPython(program, VECTORS, start)
    assert list(differences(ours, theirs, inputs)) == []


@pytest.mark.parametrize("seed", range(12))
def test_compiled_c_and_interpreter_agree_on_random_programs(seed: int, compiler: Compiler) -> None:
    program = check(Programs(seed).text())
    inputs, start = trial(program, seed)
    compiled = HostController(program, shared_object(program, compiler), VECTORS, start)
    assert list(differences(Interpreter(program, VECTORS, start), compiled, inputs)) == []


def test_random_programs_fault_at_many_sites_and_survive_often() -> None:
    faulted, sites = [], 0
    for seed in range(12):
        program = check(Programs(seed).text())
        inputs, start = trial(program, seed)
        controller = Interpreter(program, VECTORS, start)
        controller.run(inputs)
        faulted.append(float((controller.faults > 0).mean()))
        sites += len(set(controller.faults.tolist()) - {0})
    assert sites > 30
    assert 0.1 < np.mean(faulted) < 0.9
