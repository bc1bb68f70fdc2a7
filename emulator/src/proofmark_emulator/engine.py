"""Unicorn's Cortex-M4F: memory and instructions; everything around them is ours."""

from collections.abc import Callable
from ctypes import CFUNCTYPE, addressof, byref, c_int, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p, cast
from enum import Enum
from typing import Any

import unicorn
from unicorn import arm_const as arm
from unicorn.unicorn_py3.unicorn import uclib

from proofmark_emulator.errors import EngineFailed
from proofmark_emulator.state import PC, Memory, Space, library, state

ReadWord = Callable[[int, int], int]
WriteWord = Callable[[int, int, int], None]


class Stopped(Enum):
    """Why execution stopped: `enum why` of `native/core.h`."""

    COUNTED = 0
    """As many instructions as allowed."""
    ASLEEP = 1
    TRAPPED = 2
    """An exception of the core's own."""
    REFUSED = 3
    """An access to what is not there."""
    PROCESS_STACK = 4
    WRONG_RETURN = 5
    NO_FRAME = 6
    NO_VECTOR = 7


REASONS = tuple(Stopped)


class Engine:
    """A core with memories, which stops for whatever is not an instruction or an exception."""

    def __init__(self) -> None:
        mode = unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS
        self._unicorn = unicorn.Uc(unicorn.UC_ARCH_ARM, mode, cpu=arm.UC_CPU_ARM_CORTEX_M4)
        self._handle = self._unicorn._uch
        self.state, kept = state(self._handle)
        self.library, self.here = library(), byref(self.state)
        self._error: Exception | None = None
        self._kept: list[Any] = kept
        self._memories = 0
        self.refused: tuple[int, int] | None = None
        """Address and bytes of the latest write to a memory that is not writable."""
        guard = CFUNCTYPE(c_int, c_void_p, c_int, c_uint64, c_int, c_uint64, c_void_p)(self._guard)
        self._hook(unicorn.UC_HOOK_MEM_WRITE_PROT, guard, None)
        self._hook(unicorn.UC_HOOK_CODE, cast(self.library.count, c_void_p), self.here)
        self._hook(unicorn.UC_HOOK_INTR, cast(self.library.interrupted, c_void_p), self.here)

    def _hook(self, kind: int, function: Any, data: Any) -> None:
        self._kept.append(function)
        self._succeeded("hook", uclib.uc_hook_add(self._handle, byref(c_size_t()), kind, function, data, 1, 0))

    @staticmethod
    def _succeeded(what: str, status: int) -> None:
        if status:
            raise EngineFailed(what, unicorn.UC_ERR_OK, status)

    def add_memory(self, start: int, size: int, writable: bool) -> memoryview:
        """Map a memory; what is written to the view is what the core sees."""
        memory = (c_uint8 * size)()
        access = unicorn.UC_PROT_ALL if writable else unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC
        self._kept.append(memory)
        self._succeeded("map", uclib.uc_mem_map_ptr(self._handle, start, size, access, memory))
        self.state.memories[self._memories] = Memory(start, size, cast(memory, c_void_p), writable)
        self._memories += 1
        return memoryview(memory).cast("B")

    def connect(self, read: ReadWord, write: WriteWord) -> None:
        """Call these for each access to a register: with address and size in bytes, and the value to write.

        They must not raise anything: no exception passes through Unicorn.
        """
        callbacks = CFUNCTYPE(c_uint32, c_uint32, c_uint32)(read), CFUNCTYPE(None, c_uint32, c_uint32, c_uint32)(write)
        self.state.read, self.state.write = (cast(callback, c_void_p) for callback in callbacks)
        self._kept.append(callbacks)

    def failed(self, error: Exception) -> None:
        """Stop, and raise this where execution was asked for."""
        self._error = error
        self.state.stop = 0

    def add_registers(self, start: int, size: int) -> None:
        """Let registers be in a range of addresses."""
        space = Space(addressof(self.state), start)
        self._kept.append(space)
        read, write = (cast(getattr(self.library, f"{access}_register"), c_void_p) for access in ("read", "write"))
        here = byref(space)
        self._succeeded("map", uclib.uc_mmio_map(self._handle, start, size, read, here, write, here))

    def _guard(self, _handle: int, _kind: int, address: int, width: int, _value: int, _data: object) -> int:
        self.refused = address, width
        return 0

    def step_writing(self, start: int, size: int) -> None:
        """Execute the instruction that was refused again, with a memory writable."""
        self.state.registers[PC] = self.state.address
        self._unicorn.mem_protect(start, size, unicorn.UC_PROT_ALL)
        self.state.stop = self.state.cycle + 1
        self.library.execute(self.here)
        self._unicorn.mem_protect(start, size, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC)

    def fetch(self) -> None:
        """Let `state` have the registers while an instruction is executed."""
        self.library.fetch(self.here)

    def put_back(self) -> None:
        """Let the core have what `state` says of its registers."""
        self.library.put_back(self.here)

    def go(self) -> Stopped:
        """Execute, enter and leave exceptions until something stops it; `state` has the registers then."""
        stopped: int = self.library.go(self.here)
        if self._error is not None:
            raise self._error
        return REASONS[stopped]

    def enter(self, number: int) -> Stopped:
        """Push a frame and go to an exception's handler; `COUNTED` if that is possible."""
        stopped: int = self.library.enter(self.here, number)
        return REASONS[stopped]
