"""The compiled controller: what it refuses, and that it serves beside the interpreter."""

import pytest

from proofmark_controller import Interpreter, Program, host
from proofmark_controller.errors import CompilationFailed
from proofmark_controller.host import Compiler, HostController, compilers, shared_object, start

from .agreement import differences
from .inputs import columns, starts

VECTORS = 5


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
