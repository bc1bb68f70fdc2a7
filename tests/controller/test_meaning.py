"""What operations mean at their edges, by hand: the same in the interpreter, under CPython and in compiled C."""

from pathlib import Path

import numpy as np
import pytest

from proofmark_controller import Controller, Interpreter, Program, check
from proofmark_controller.cpython import CPython
from proofmark_controller.evaluation import Columns
from proofmark_controller.host import Compiler, HostController, shared_object

from .agreement import bits

INF, NAN = float("inf"), float("nan")
TINY, LARGEST = 2.0**-149, (2 - 2.0**-23) * 2.0**127
LOW, HIGH = -(2**31), 2**31 - 1
FAULT = None

FLOATS: list[tuple[str, float, float, float | None]] = [
    ("a + b", LARGEST, LARGEST, INF),
    ("a - b", INF, INF, NAN),
    ("a * b", 0.0, INF, NAN),
    ("a * b", 0.0, -1.0, -0.0),
    ("a * b", TINY, 0.5, 0.0),
    ("a * b", TINY, -0.5, -0.0),
    ("a * b", TINY, 1.5, 2 * TINY),
    ("a / b", 1.0, 3.0, 0.3333333432674408),
    ("a / b", 1.0, 0.0, FAULT),
    ("a / b", 1.0, -0.0, FAULT),
    ("a / b", 0.0, 0.0, FAULT),
    ("a / b", NAN, 0.0, FAULT),
    ("a / b", INF, 2.0, INF),
    ("a / b", 1.0, INF, 0.0),
    ("1.0 / a", 0.0, 0.0, FAULT),
    ("a / 0.0", 1.0, 1.0, FAULT),
    ("a * a + b", 1 + 2.0**-12, -(1 + 2.0**-11), 0.0),
    ("a + 0.1 + 0.2", 0.0, 0.0, 0.30000001192092896),
    ("a + (0.1 + 0.2)", 0.0, 0.0, 0.30000001192092896),
    ("-a", 0.0, 0.0, -0.0),
    ("0.0 - a", 0.0, 0.0, 0.0),
    ("abs(a)", -0.0, 0.0, 0.0),
    ("abs(a)", -INF, 0.0, INF),
    ("min(a, b)", 0.0, -0.0, 0.0),
    ("min(a, b)", -0.0, 0.0, -0.0),
    ("max(a, b)", 0.0, -0.0, 0.0),
    ("max(a, b)", -0.0, 0.0, -0.0),
    ("min(a, b)", NAN, 1.0, NAN),
    ("min(a, b)", 1.0, NAN, 1.0),
    ("max(a, b)", NAN, 1.0, NAN),
    ("max(a, b)", 1.0, NAN, 1.0),
    ("min(a, b, float32(-1.0))", 1.0, 2.0, -1.0),
    ("float32(a < b)", NAN, 1.0, 0.0),
    ("float32(a >= b)", NAN, 1.0, 0.0),
    ("float32(a == b)", NAN, NAN, 0.0),
    ("float32(a != b)", NAN, NAN, 1.0),
    ("float32(a == b)", 0.0, -0.0, 1.0),
    ("float32(a == 0.1)", 0.10000000149011612, 0.0, 1.0),
    ("float32(not a < b)", NAN, 1.0, 1.0),
    ("a if a > b else b", NAN, 1.0, 1.0),
    ("a if b == 0.0 else a / b", 1.0, 0.0, 1.0),
    ("float32(b != 0.0 and a / b > 1.0)", 1.0, 0.0, 0.0),
    ("float32(b == 0.0 or a / b > 1.0)", 1.0, 0.0, 1.0),
    ("float32(int32(a))", 2.9999998, 0.0, 2.0),
    ("float32(int32(a))", -2.9999998, 0.0, -2.0),
    ("float32(int32(a))", -0.5, 0.0, 0.0),
    ("float32(int32(a))", 2.0**31, 0.0, FAULT),
    ("float32(int32(a))", -(2.0**31), 0.0, -(2.0**31)),
    ("float32(int32(a))", -(2.0**31) - 256, 0.0, FAULT),
    ("float32(int32(a))", 2.0**31 - 128, 0.0, 2.0**31 - 128),
    ("float32(int32(a))", NAN, 0.0, FAULT),
    ("float32(int32(a))", -INF, 0.0, FAULT),
]
INTEGERS: list[tuple[str, int, int, int | None]] = [
    ("i + j", HIGH, 1, FAULT),
    ("i + j", LOW, -1, FAULT),
    ("i + j", HIGH, LOW, -1),
    ("i - j", 0, LOW, FAULT),
    ("i - j", -1, HIGH, LOW),
    ("i * j", 46341, 46341, FAULT),
    ("i * j", 65536, -32768, LOW),
    ("i // j", 7, 2, 3),
    ("i // j", -7, 2, -4),
    ("i // j", 7, -2, -4),
    ("i // j", -7, -2, 3),
    ("i // j", 1, 0, FAULT),
    ("i // j", LOW, -1, FAULT),
    ("i // j", LOW, 1, LOW),
    ("i % j", 7, 2, 1),
    ("i % j", -7, 2, 1),
    ("i % j", 7, -2, -1),
    ("i % j", -7, -2, -1),
    ("i % j", 1, 0, FAULT),
    ("i % j", LOW, -1, 0),
    ("i % j", LOW, 3, 1),
    ("-i", LOW, 0, FAULT),
    ("abs(i)", LOW, 0, FAULT),
    ("abs(i)", -5, 0, 5),
    ("~i", LOW, 0, HIGH),
    ("i & j", -1, 12, 12),
    ("i | j", 8, 3, 11),
    ("i ^ j", -1, HIGH, LOW),
    ("min(i, j)", LOW, HIGH, LOW),
    ("max(i, j)", LOW, HIGH, HIGH),
    ("int32(float32(i))", 16777217, 0, 16777216),
    ("int32(float32(i))", HIGH, 0, FAULT),
    ("int32(float32(i))", 16777219, 0, 16777220),
    ("int32(i > j)", 1, 0, 1),
    ("int32(mode)", 0, 0, -3),
    ("i * 0 + (j if i == 0 else j // i)", 0, 5, 5),
    ("7 // i", 0, 0, FAULT),
]
HEAD = """\
from dataclasses import dataclass
from enum import IntEnum

from proofmark_controller import float32, int32


class Mode(IntEnum):
    DEEP = -3


@dataclass(frozen=True)
class Inputs:
    row: int32
    a: float32
    b: float32
    i: int32
    j: int32


@dataclass(frozen=True)
class Outputs:
    x: float32 = float32(77.0)
    n: int32 = int32(77)


@dataclass
class Table:
    x: float32 = float32(5.0)
    n: int32 = int32(5)

    def step(self, inputs: Inputs) -> Outputs:
        a = inputs.a
        b = inputs.b
        i = inputs.i
        j = inputs.j
        mode = Mode.DEEP
        match inputs.row:
"""
TAIL = """\
            case _:
                pass
        return Outputs(x=self.x, n=self.n)
"""


ROWS = len(FLOATS) + len(INTEGERS)


@pytest.fixture(scope="module")
def program() -> Program:
    """A controller whose input `row` says which expression it computes."""
    assigned = [*(f"self.x = {text}" for text, *_ in FLOATS), *(f"self.n = {text}" for text, *_ in INTEGERS)]
    cases = "".join(f"            case {row}:\n                {line}\n" for row, line in enumerate(assigned))
    return check(HEAD + cases + TAIL)


def columns() -> Columns:
    """A vector for each row."""
    found: Columns = {"row": np.arange(ROWS, dtype=np.int32)}
    for column, name in enumerate("ab", 1):
        found[name] = np.array([*(row[column] for row in FLOATS), *([0.0] * len(INTEGERS))], np.float32)
    for column, name in enumerate("ij", 1):
        found[name] = np.array([*([0] * len(FLOATS)), *(row[column] for row in INTEGERS)], np.int32)
    return found


def expect_the_table(controller: Controller) -> None:
    made = controller.step(columns())
    floats = np.array([77.0 if wanted is FAULT else wanted for *_, wanted in FLOATS], np.float32)
    integers = np.array([77 if wanted is FAULT else wanted for *_, wanted in INTEGERS], np.int32)
    np.testing.assert_array_equal(bits(made["x"][: len(FLOATS)]), bits(floats))
    np.testing.assert_array_equal(made["n"][len(FLOATS) :], integers)
    faulty = np.array([wanted is FAULT for *_, wanted in (*FLOATS, *INTEGERS)])
    np.testing.assert_array_equal(controller.faults > 0, faulty)
    lines = controller.program.source.splitlines()
    for row in np.flatnonzero(faulty):
        line, _ = controller.program.sites[controller.faults[row] - 1].start
        assert lines[line - 2].strip() == f"case {row}:"
    assert set(controller.state["x"][faulty]) == {5.0}, "what faults assigns nothing"
    assert set(controller.state["n"][faulty]) == {5}


def test_the_interpreter_means_what_the_table_says(program: Program) -> None:
    expect_the_table(Interpreter(program, ROWS))


def test_cpython_means_what_the_table_says(program: Program) -> None:
    expect_the_table(CPython(program, ROWS))


def test_compiled_c_means_what_the_table_says(program: Program, compiler: Compiler) -> None:
    expect_the_table(HostController(program, shared_object(program, compiler), ROWS))


def test_the_table_tells_a_fused_multiply_add(program: Program, compiler: Compiler) -> None:
    """The positive control of `-ffp-contract=off`: with the opposite flag the table does not hold."""
    if " fma " not in Path("/proc/cpuinfo").read_text():
        pytest.skip("this processor has no fused multiply-add of x86")
    library = shared_object(program, compiler, "-ffp-contract=fast", "-mfma")
    with pytest.raises(AssertionError):
        expect_the_table(HostController(program, library, ROWS))


def test_a_fault_stays_and_the_state_with_it(program: Program) -> None:
    controller = Interpreter(program, ROWS)
    controller.step(columns())
    faults, state = controller.faults, controller.state
    sound = {**columns(), "row": np.full(ROWS, FLOATS.index(("-a", 0.0, 0.0, -0.0)), np.int32)}
    made = controller.step(sound)
    np.testing.assert_array_equal(controller.faults, faults)
    assert set(made["x"][faults > 0]) == {77.0}
    assert set(controller.state["x"][faults > 0]) == {5.0}
    np.testing.assert_array_equal(controller.state["x"][faults == 0], -sound["a"][faults == 0])
    assert not np.array_equal(state["x"][faults == 0], controller.state["x"][faults == 0], equal_nan=True)
