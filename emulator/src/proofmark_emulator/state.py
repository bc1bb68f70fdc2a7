"""What Python and the compiled core share, and how that is compiled when the program starts."""

import sys
from ctypes import (
    PyDLL,
    Structure,
    addressof,
    c_int,
    c_int32,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
    cast,
    sizeof,
)
from functools import cache
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from typing import Any

from unicorn import arm_const as arm
from unicorn.unicorn_py3.unicorn import uclib

from proofmark_emulator.errors import NoCompiler

EXCEPTIONS, MEMORIES = 144, 8
CORE = ("R0", "R1", "R2", "R3", "R12", "LR", "PC", "XPSR", "SP", "CONTROL", "PRIMASK", "BASEPRI", "FAULTMASK")
"""Registers, the first eight as an exception frame has them."""
LR, PC, XPSR, SP, CONTROL, PRIMASK, BASEPRI, FAULTMASK = range(5, 13)
FLOATS = (*(f"D{number}" for number in range(8)), "FPSCR")
COUNTS = ("executed", "cycle", "each", "stop", "step", "address", "watched", "passed", "awaited", "accessed")
UNICORN = ("uc_emu_start", "uc_emu_stop", "uc_reg_read_batch", "uc_reg_write_batch")


class Bank(Structure):
    """Some of Unicorn's registers, fetched and put back at once."""

    _fields_ = (("ids", c_void_p), ("pointers", c_void_p))


class Memory(Structure):
    """Where bytes of a memory are."""

    _fields_ = (("start", c_uint32), ("size", c_uint32), ("bytes", c_void_p), ("writable", c_uint64))


class Space(Structure):
    """A range of addresses where registers are."""

    _fields_ = (("core", c_void_p), ("start", c_uint32))


class State(Structure):
    """`struct core` of `native/core.h`, which says what the fields are."""

    executed: int
    cycle: int
    each: int
    stop: int
    address: int
    watched: int
    passed: int
    awaited: int
    accessed: int
    memories: Any
    registers: Any
    trap: int
    vectors: int
    asleep: int
    group_bits: int
    most_urgent: int
    depth: int
    links: Any
    active: Any
    pending: Any
    enabled: Any
    priorities: Any
    _fields_ = (
        *((name, c_uint64) for name in COUNTS),
        *((name, c_void_p) for name in ("read", "write", "engine", *UNICORN)),
        ("core_bank", Bank),
        ("float_bank", Bank),
        ("memories", Memory * MEMORIES),
        ("floats", c_uint64 * len(FLOATS)),
        ("registers", c_uint32 * len(CORE)),
        ("trap", c_int32),
        *((name, c_uint32) for name in ("vectors", "asleep", "group_bits", "most_urgent", "depth")),
        ("links", c_uint32 * EXCEPTIONS),
        *((name, c_uint8 * EXCEPTIONS) for name in ("active", "pending", "enabled", "priorities")),
    )


def state(engine: c_void_p) -> tuple[State, list[Any]]:
    """At power-on of a core that this engine executes, and what has to live as long."""
    made = State(engine=engine, **{name: cast(getattr(uclib, name), c_void_p) for name in UNICORN})
    kept = []
    for bank, values, names in ((made.core_bank, made.registers, CORE), (made.float_bank, made.floats, FLOATS)):
        ids = (c_int * len(names))(*(getattr(arm, f"UC_ARM_REG_{name}") for name in names))
        each = sizeof(values) // len(names)
        pointers = (c_void_p * len(names))(*(addressof(values) + each * index for index in range(len(names))))
        bank.ids, bank.pointers = cast(ids, c_void_p), cast(pointers, c_void_p)
        kept += [ids, pointers]
    return made, kept


@cache
def library() -> PyDLL:
    """The compiled core.

    Raises
    ------
    NoCompiler
    """
    with TemporaryDirectory() as folder:
        linked = Path(folder) / "core.so"
        sources = sorted(Path(__file__).with_name("native").glob("*.c"))
        compiler = [sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline"]
        options = ["-O2", "-std=c11", "-ffreestanding", "-fno-sanitize=all", "-nostdlib", "-fPIC", "-shared"]
        done = run([*compiler, *options, "-o", linked, *sources], capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoCompiler(done.returncode, done.stderr)
        # Unlike CDLL, PyDLL keeps the interpreter's lock, which calls back into Python would have to take again.
        return PyDLL(str(linked))
