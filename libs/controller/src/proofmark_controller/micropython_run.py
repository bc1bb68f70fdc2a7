"""A module that was made for MicroPython, run in a real one: what comes in and goes out loses no bit."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from shutil import which
from typing import Any

import numpy as np
import numpy.typing as npt

from proofmark_controller.errors import CompilationFailed
from proofmark_controller.evaluation import Column, Columns, dtype_of
from proofmark_controller.program import Program
from proofmark_controller.values import Scalar

PROGRAM = "micropython"
DRIVER = """

import json
import struct

def pm_number(text):
    return text if not isinstance(text, str) else struct.unpack("<f", bytes.fromhex(text))[0]

def pm_told(value):
    return struct.pack("<f", value).hex() if isinstance(value, float) else int(value)

for vector in json.loads(pm_inputs):
    controller = {made}()
    for tick in vector:
        made = controller.pm_tick({inputs}(*(pm_number(text) for text in tick)))
        print(json.dumps([pm_told(value) for value in ({outputs},)]))
    print(json.dumps([controller.pm_fault]))
"""


def installed() -> list[str] | None:
    """The command that runs a program from standard input, if this machine has MicroPython."""
    found = which(PROGRAM)
    return None if found is None else [found]


def run_module(
    source: str, program: Program, inputs: Mapping[str, Column], command: Sequence[str], made: str | None = None
) -> tuple[Columns, npt.NDArray[np.int32]]:
    """Tick controllers of a module.

    Parameters
    ----------
    source
        The module that was written of the program.
    inputs : mapping of (ticks, vectors) arrays
    command
        Runs MicroPython on its standard input.
    made
        What the module makes a controller with; its class unless something else is named.

    Returns
    -------
    mapping of (ticks, vectors) arrays, (vectors,) int32 array
        Outputs, and sites of faults.

    Raises
    ------
    CompilationFailed
        MicroPython ended with an error.
    """
    ticks, vectors = next(iter(inputs.values())).shape
    given = [list(zip(*(_told(column[:, v]) for column in inputs.values()), strict=True)) for v in range(vectors)]
    outputs = ", ".join(f"made.{name}" for name, _ in program.outputs.fields)
    driver = DRIVER.format(made=made or program.name, inputs=program.inputs.name, outputs=outputs)
    script = f"{source}\npm_inputs = {json.dumps(given)!r}\n{driver}"
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CompilationFailed("MicroPython", done.returncode, done.stderr)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    rows = [lines[v * (ticks + 1) : (v + 1) * (ticks + 1)] for v in range(vectors)]
    columns = {
        name: np.array([[_number(rows[v][t][n], kind) for v in range(vectors)] for t in range(ticks)], dtype_of(kind))
        for n, (name, kind) in enumerate(program.outputs.fields)
    }
    return columns, np.array([row[-1][0] for row in rows], np.int32)


def _told(column: npt.NDArray[Any]) -> list[Any]:
    """Numbers as text that loses nothing: floats by their bytes."""
    if column.dtype == np.float32:
        return [number.tobytes().hex() for number in column]
    return [int(number) if column.dtype == np.int32 else bool(number) for number in column]


def _number(value: Any, kind: Any) -> Any:
    return np.frombuffer(bytes.fromhex(value), np.float32)[0] if kind is Scalar.FLOAT32 else value
