"""A design's controller as a module for MicroPython: exported, and run in a real one beside the interpreter."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata

import numpy as np
import numpy.typing as npt

from proofmark_contracts.design import Design
from proofmark_contracts.firmware import MicropythonModule
from proofmark_contracts.verification import FirmwareResult
from proofmark_controller import Interpreter, Program
from proofmark_controller.evaluation import Column, Columns, canonical, dtype_of
from proofmark_controller.micropython import Module, bytecode, micropython_source
from proofmark_controller.micropython_run import installed, run_module
from proofmark_firmware.errors import MissingTool, NoFirmware
from proofmark_firmware.target import start_of
from proofmark_firmware.verification.checks import Checked, checked
from proofmark_systems import program_of

BOARD = "MicroPython"
MAKE = "pm_controller"
VECTORS, TICKS = 20, 100
EXPONENTS = -3.0, 4.0
"""Of ten: how large random inputs are."""
RELATIVE = 1e-5
"""By which a build whose floats are single may differ: it reads constants as decimals."""
BROUGHT_BY = "Debian has a package micropython from version 13 on; `micropython` has to be on the PATH"


@dataclass(frozen=True)
class Exported:
    """A controller, as MicroPython takes it."""

    program: Program
    start: Mapping[str, float]
    """Of its state, what the design's parameters give."""
    source: Module
    bytecode: bytes

    @property
    def files(self) -> dict[str, bytes]:
        """By name."""
        name = self.source.name
        return {name: self.source.source.encode(), name.replace(".py", ".mpy"): self.bytecode}


def exported(design: Design, files: Mapping[str, bytes]) -> Exported:
    """Write the module and its bytecode.

    Raises
    ------
    NoFirmware, MissingTool, ControllerError
    """
    wanted = design.firmware
    if not isinstance(wanted, MicropythonModule) or design.controller is None:
        raise NoFirmware(design.name, "for MicroPython")
    program = program_of(design.controller, files)
    start = start_of(design, design.controller, program)
    written = micropython_source(program)
    maker = _maker(program, start, f"{design.design_digest()}, {wanted.version}")
    module = Module(written.name, f"{written.source}\n\n{maker}")
    compiled = bytecode(module)
    if compiled is None:
        raise MissingTool("mpy-cross")
    return Exported(program, start, module, compiled)


def module_result(check: Checked, version: str) -> FirmwareResult:
    """What is said of a module."""
    compiler = f"mpy-cross {metadata.version('mpy-cross')}"
    return FirmwareResult(board=BOARD, part="", version=version, compiler=compiler, checks=(check.record,))


def _dtypes(program: Program) -> dict[str, np.dtype[np.generic]]:
    return {value.name: dtype_of(value.type) for value in program.state}


def _maker(program: Program, start: Mapping[str, float], told: str) -> str:
    """What makes the controller that was simulated, with the medians of its parameters."""
    dtypes = _dtypes(program)
    values = (f"    made.{name} = {dtypes[name].type(value).item()!r}" for name, value in start.items())
    return "\n".join(
        [f"def {MAKE}():", f'    """{told}"""', f"    made = {program.name}()", *values, "    return made", ""]
    )


def agreement(module: Exported) -> Checked:
    """Hold a real MicroPython against the interpreter, on random inputs."""
    name, command, program = "MicroPython computes what was simulated", installed(), module.program
    if command is None:
        return checked(name, [f"expected MicroPython on this machine, got none: {BROUGHT_BY}"], "")
    inputs = _inputs(program)
    found, faults = run_module(module.source.source, program, inputs, command, MAKE)
    dtypes = _dtypes(program)
    begun = {value: np.full(VECTORS, number, dtypes[value]) for value, number in module.start.items()}
    interpreter = Interpreter(program, VECTORS, begun)
    expected = interpreter.run(inputs)
    problems = [
        f"output {each}: {problem}" for each in expected for problem in _differences(found[each], expected[each])
    ]
    if (faults != interpreter.faults).any():
        problems.append("operations without a result, at other places")
    same = all(np.array_equal(canonical(found[each]), expected[each], equal_nan=True) for each in expected)
    how = "every bit equal" if same else f"within {RELATIVE:g} of each number"
    return checked(name, problems, f"{VECTORS * TICKS} ticks of random inputs: {how}")


def _inputs(program: Program) -> Columns:
    rng = np.random.default_rng(0)
    return {name: _column(rng, dtype_of(kind)) for name, kind in program.inputs.fields}


def _column(rng: np.random.Generator, dtype: np.dtype[np.generic]) -> Column:
    shape = TICKS, VECTORS
    if dtype == np.bool_:
        return rng.integers(0, 2, shape).astype(np.bool_)
    if dtype == np.int32:
        return rng.integers(-1000, 1001, shape).astype(np.int32)
    return (rng.standard_normal(shape) * 10.0 ** rng.uniform(*EXPONENTS, shape)).astype(np.float32)


def _differences(found: npt.NDArray[np.generic], expected: npt.NDArray[np.generic]) -> list[str]:
    near = np.isclose(found, expected, rtol=RELATIVE, atol=0, equal_nan=True)
    return [
        f"tick {tick}, vector {vector}: expected {expected[tick, vector]}, got {found[tick, vector]}"
        for tick, vector in zip(*np.nonzero(~near), strict=True)
    ][:1]
