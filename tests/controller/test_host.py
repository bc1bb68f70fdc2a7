"""The compiled controller: what it refuses, and that it serves beside the interpreter."""

from pathlib import Path

import pytest

from proofmark_controller import Interpreter, Program, check, host
from proofmark_controller.errors import CompilationFailed
from proofmark_controller.host import Compiler, HostController, compilers, shared_object, start

from .agreement import bits, differences
from .inputs import columns, starts

VECTORS = 5
EVERY_STATEMENT = Path(__file__).with_name("every_statement.py")


def test_without_a_compiler_the_interpreter_serves(fan_control: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "compilers", list)
    controller = start(fan_control, VECTORS)
    assert isinstance(controller, Interpreter)


def test_with_a_compiler_the_generated_c_serves(fan_control: Program, compiler: Compiler) -> None:
    assert compiler in compilers()
    values = starts(fan_control, 0, VECTORS)
    controller = start(fan_control, VECTORS, values)
    assert isinstance(controller, HostController)
    assert (
        list(differences(Interpreter(fan_control, VECTORS, values), controller, columns(fan_control, 0, 9, VECTORS)))
        == []
    )


def test_a_compiler_that_refuses_is_told(fan_control: Program, compiler: Compiler) -> None:
    with pytest.raises(CompilationFailed, match=f"{compiler.name}: exit 1\n"):
        shared_object(fan_control, compiler, "-DFanControl=", "-Dfloat=")


def test_fast_math_is_refused_by_the_source(fan_control: Program, compiler: Compiler) -> None:
    with pytest.raises(CompilationFailed, match="without NaN and -0 this is another controller"):
        shared_object(fan_control, compiler, "-ffast-math")


def test_a_trace_is_what_single_ticks_leave_behind(compiler: Compiler) -> None:
    program = check(EVERY_STATEMENT.read_text(), file=EVERY_STATEMENT.name)
    values, given = starts(program, 7, 200, 0.5), columns(program, 7, 20, 200, 0.5)
    compiled = HostController(program, shared_object(program, compiler), 200, values)
    for controller in (compiled, Interpreter(program, 200, values)):
        trace, single = controller.trace(given), Interpreter(program, 200, values)
        for tick in range(20):
            outputs = single.step({name: column[tick] for name, column in given.items()})
            for found, wanted in ((trace.outputs, outputs), (trace.state, single.state)):
                here = {name: bits(column[tick]).tolist() for name, column in found.items()}
                assert here == {name: bits(column).tolist() for name, column in wanted.items()}
            assert trace.faults[tick].tolist() == single.faults.tolist()
        assert trace.faults.any()
