"""Unicorn's Cortex-M4F: registers, memory, instructions; everything around them is ours."""

from collections.abc import Callable
from ctypes import (
    CFUNCTYPE,
    addressof,
    byref,
    c_int,
    c_size_t,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
    sizeof,
)
from enum import Enum
from typing import Any

import unicorn
from unicorn import arm_const as arm
from unicorn.unicorn_py3.unicorn import uclib

from proofmark_emulator.counting import count_function, counter
from proofmark_emulator.errors import EngineFailed

NOWHERE = 0xFFFFFFFE
"""Where execution ends by itself: no code is there."""
CORE = ("R0", "R1", "R2", "R3", "R12", "LR", "PC", "XPSR", "SP", "CONTROL", "PRIMASK", "BASEPRI", "FAULTMASK")
"""Registers that `core` holds, the first eight as an exception frame has them."""
LR, PC, XPSR, SP, CONTROL, PRIMASK, BASEPRI, FAULTMASK = range(5, 13)
FLOATS = (*(f"D{number}" for number in range(8)), "FPSCR")
EXCEPTION_RETURN = 8
"""Number of Unicorn's exception for a branch to EXC_RETURN."""

ReadWord = Callable[[int, int], int]
WriteWord = Callable[[int, int, int], None]


class Stopped(Enum):
    """Why execution stopped."""

    COUNTED = "as many instructions as allowed"
    ASLEEP = "WFI"
    RETURNED = "the end of an exception"
    TRAPPED = "an exception of the core's own"
    REFUSED = "an access to what is not there"


class Bank:
    """Some registers, read and written at once."""

    def __init__(self, handle: Any, names: tuple[str, ...], width: Any) -> None:
        self.values = (width * len(names))()
        size, start = sizeof(width), addressof(self.values)
        self._handle, self._count = handle, len(names)
        self._ids = (c_int * len(names))(*(getattr(arm, f"UC_ARM_REG_{name}") for name in names))
        self._pointers = (c_void_p * len(names))(*(start + size * index for index in range(len(names))))

    def read(self) -> Any:
        """Fetch and give the values."""
        uclib.uc_reg_read_batch(self._handle, self._ids, self._pointers, self._count)
        return self.values

    def write(self) -> None:
        """Put the values back."""
        uclib.uc_reg_write_batch(self._handle, self._ids, self._pointers, self._count)


class Engine:
    """A core with memories, which stops for whatever is not an instruction."""

    def __init__(self) -> None:
        mode = unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS
        self._unicorn = unicorn.Uc(unicorn.UC_ARCH_ARM, mode, cpu=arm.UC_CPU_ARM_CORTEX_M4)
        self._handle = self._unicorn._uch
        self.counter = counter(uclib.uc_emu_stop)
        self.core = Bank(self._handle, CORE, c_uint32)
        self.floats = Bank(self._handle, FLOATS, c_uint64)
        self.trap = 0
        """Number of Unicorn's that says why execution was trapped or refused."""
        self._number = -1
        self._error: Exception | None = None
        self._kept: list[Any] = []
        self.refused: tuple[int, int] | None = None
        """Address and bytes of the latest write to a memory that is not writable."""
        guard = CFUNCTYPE(c_int, c_void_p, c_int, c_uint64, c_int, c_uint64, c_void_p)(self._guard)
        self._hook(unicorn.UC_HOOK_MEM_WRITE_PROT, guard, None)
        self._hook(unicorn.UC_HOOK_CODE, count_function(), byref(self.counter))
        self._hook(unicorn.UC_HOOK_INTR, CFUNCTYPE(None, c_void_p, c_uint32, c_void_p)(self._interrupted), None)

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
        return memoryview(memory).cast("B")

    def add_registers(self, start: int, size: int, read: ReadWord, write: WriteWord) -> None:
        """Call these for each access to a range: with address and size in bytes, and the value to write."""

        def reading(_handle: object, offset: int, width: int, _data: object) -> int:
            try:
                return read(start + offset, width)
            except Exception as error:  # no exception passes through Unicorn
                self._failed(error)
                return 0

        def writing(_handle: object, offset: int, width: int, value: int, _data: object) -> None:
            try:
                write(start + offset, width, value)
            except Exception as error:
                self._failed(error)

        functions = (
            CFUNCTYPE(c_uint64, c_void_p, c_uint64, c_uint32, c_void_p)(reading),
            CFUNCTYPE(None, c_void_p, c_uint64, c_uint32, c_uint64, c_void_p)(writing),
        )
        self._kept.append(functions)
        self._succeeded("map", uclib.uc_mmio_map(self._handle, start, size, functions[0], None, functions[1], None))

    def _guard(self, _handle: int, _kind: int, address: int, width: int, _value: int, _data: object) -> int:
        self.refused = address, width
        return 0

    def step_writing(self, start: int, size: int) -> None:
        """Execute the instruction that was refused again, with a memory writable."""
        self.core.values[PC] = self.counter.address
        self._unicorn.mem_protect(start, size, unicorn.UC_PROT_ALL)
        self.counter.limit = self.counter.executed + 1
        self.execute()
        self._unicorn.mem_protect(start, size, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC)

    def _failed(self, error: Exception) -> None:
        self._error = error
        self.counter.limit = 0

    def execute(self) -> Stopped:
        """Go on at the program counter until something stops it; `core` holds the registers then."""
        self._number = -1
        status = uclib.uc_emu_start(self._handle, self.core.values[PC] | 1, NOWHERE, 0, 0)
        self.core.read()
        if self._error is not None:
            raise self._error
        if self._number == EXCEPTION_RETURN:
            return Stopped.RETURNED
        if self._number >= 0:
            self.trap = self._number
            return Stopped.TRAPPED
        if status:
            self.trap = status
            return Stopped.REFUSED
        if self.counter.executed >= self.counter.limit or self.counter.awaited > 1:
            return Stopped.COUNTED
        return Stopped.ASLEEP

    def _interrupted(self, handle: int, number: int, _data: object) -> None:
        self._number = number
        uclib.uc_emu_stop(handle)
