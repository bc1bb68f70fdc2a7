"""The generated C on this machine: compiled once, then ticking every vector of a chunk through ctypes."""

import sys
from collections.abc import Mapping
from ctypes import CDLL, POINTER, c_size_t, c_void_p
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from subprocess import run
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from proofmark_controller.c_names import file_stem, type_name
from proofmark_controller.c_source import FLAGS, c_source
from proofmark_controller.errors import CompilationFailed
from proofmark_controller.evaluation import Column, Columns, IntArray, dtype_of
from proofmark_controller.interpreter import Interpreter
from proofmark_controller.program import Program
from proofmark_controller.running import Controller, Trace
from proofmark_controller.values import Block

RUNNER = "every-vector.c"
"""No controller's file has this name: a dash is in no class's name."""


@dataclass(frozen=True)
class Compiler:
    """A C compiler of this machine."""

    name: str
    command: tuple[str, ...]


def compilers() -> list[Compiler]:
    """Every compiler that is installed, the fastest to start first."""
    of_system = {
        Path(path).resolve(): Compiler(name, (path,)) for name in ("cc", "clang", "gcc") if (path := which(name))
    }
    found = list(of_system.values())
    if find_spec("ziglang"):
        found.append(Compiler("zig", (sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline")))
    return found


def start(program: Program, vectors: int, values: Mapping[str, Column] | None = None) -> Controller:
    """A controller at its start: compiled where there is a compiler, interpreted where there is none."""
    found = compilers()
    if not found:
        return Interpreter(program, vectors, values)
    return HostController(program, shared_object(program, found[0]), vectors, values)


def shared_object(program: Program, compiler: Compiler, *flags: str) -> bytes:
    """Compile a program: the bytes of a library that `HostController` runs.

    Raises
    ------
    CompilationFailed
    """
    files, main = host_files(program)
    return built(compiler, files, main, flags)


def host_files(program: Program) -> tuple[dict[str, str], str]:
    """A program's C and what runs it here, by name; the last of them includes the others.

    Larger programs include that one: what they are compiled to is again a library that `HostController` runs.
    """
    source = c_source(program)
    files = {source.header_name: source.header, source.source_name: source.source, RUNNER: _runner(program)}
    return files, RUNNER


def built(compiler: Compiler, files: Mapping[str, str], main: str, flags: tuple[str, ...] = ()) -> bytes:
    """Compile one of these files, which may include the others: the bytes of a library.

    Raises
    ------
    CompilationFailed
    """
    return _built(compiler, flags, tuple(files.items()), main)


@cache
def _built(compiler: Compiler, flags: tuple[str, ...], files: tuple[tuple[str, str], ...], main: str) -> bytes:
    with TemporaryDirectory() as folder:
        for name, text in files:
            (Path(folder) / name).write_text(text)
        always = (*FLAGS, "-fno-sanitize=all", "-fPIC", "-shared")
        command = [*compiler.command, *always, *flags, "-o", "library.so", main]
        done = run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CompilationFailed(compiler.name, done.returncode, done.stderr)
        return (Path(folder) / "library.so").read_bytes()


@cache
def loaded(library: bytes) -> CDLL:
    """A library in this process, once: what is loaded is never unloaded."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "library.so"
        path.write_bytes(library)
        return CDLL(str(path))


class HostController(Controller):
    """A controller computed by its generated C."""

    def __init__(
        self, program: Program, library: bytes, vectors: int, start: Mapping[str, Column] | None = None
    ) -> None:
        found = loaded(library)
        pointers = POINTER(c_void_p)
        self._run = found.pm_run
        self._run.argtypes = [c_void_p, c_size_t, c_size_t, pointers, pointers, c_void_p]
        self._run.restype = None
        self._layout = np.dtype([*_fields(program.block), ("pm_fault", np.int32)], align=True)
        assert self._layout.itemsize == c_size_t.in_dll(found, "pm_state_size").value
        super().__init__(program, vectors, start)

    def _begin(self, state: Columns) -> None:
        self.memory = np.zeros(self.vectors, self._layout)
        """(n,) states as C lays them out, for larger programs that tick them."""
        for name, column in state.items():
            self._view(name)[:] = column

    def _view(self, name: str) -> Any:
        return _part(self.memory, name)

    @property
    def state(self) -> Columns:
        return {value.name: self._view(value.name).copy() for value in self.program.state}

    @property
    def faults(self) -> IntArray:
        return np.array(self.memory["pm_fault"])

    def run(self, inputs: Mapping[str, Column]) -> Columns:
        columns, ticks = self._checked(inputs)
        outputs = self._empty(ticks)
        self._run(self.memory.ctypes.data, self.vectors, ticks, _pointers(columns), _pointers(outputs), None)
        return outputs

    def trace(self, inputs: Mapping[str, Column]) -> Trace:
        columns, ticks = self._checked(inputs)
        outputs, kept = self._empty(ticks), np.zeros((ticks, self.vectors), self._layout)
        into = kept.ctypes.data
        self._run(self.memory.ctypes.data, self.vectors, ticks, _pointers(columns), _pointers(outputs), into)
        state = {value.name: np.ascontiguousarray(_part(kept, value.name)) for value in self.program.state}
        return Trace(outputs, state, np.ascontiguousarray(kept["pm_fault"]))


def _part(memory: Any, name: str) -> Any:
    for part in name.split("."):
        memory = memory[part]
    return memory


def _pointers(columns: Columns) -> Any:
    return (c_void_p * len(columns))(*(column.__array_interface__["data"][0] for column in columns.values()))


def _fields(block: Block) -> list[tuple[str, Any]]:
    """How C lays a block out."""
    return [
        (name, np.dtype(_fields(kind), align=True) if isinstance(kind, Block) else dtype_of(kind))
        for name, kind in block.fields
    ]


def _runner(program: Program) -> str:
    """C that ticks an array of states; it includes the source, so that a tick is no call."""
    taken = "\n".join(
        f"    const {type_name(kind)} *const in_{name} = inputs[{number}];"
        for number, (name, kind) in enumerate(program.inputs.fields)
    )
    given = "\n".join(
        f"    {type_name(kind)} *const out_{name} = outputs[{number}];"
        for number, (name, kind) in enumerate(program.outputs.fields)
    )
    read = ", ".join(f".{name} = in_{name}[at]" for name, _ in program.inputs.fields)
    written = "\n".join(f"            out_{name}[at] = made.{name};" for name, _ in program.outputs.fields)
    return f"""\
#include <stddef.h>
#include "{file_stem(program)}.c"

const size_t pm_state_size = sizeof({program.name});

void pm_run({program.name} *state, size_t vectors, size_t ticks, const void *const *inputs, void *const *outputs,
            {program.name} *kept)
{{
{taken}
{given}
    for (size_t tick = 0; tick < ticks; tick += 1) {{
        for (size_t vector = 0; vector < vectors; vector += 1) {{
            const size_t at = tick * vectors + vector;
            const {program.inputs.name} given = {{{read}}};
            const {program.outputs.name} made = {program.name}_tick(&state[vector], given);
{written}
            if (kept != NULL) {{
                kept[at] = state[vector];
            }}
        }}
    }}
}}
"""
