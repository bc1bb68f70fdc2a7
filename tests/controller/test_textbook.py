"""Controllers out of textbooks: the book's own equations, and the same bits by everything that computes them."""

from pathlib import Path

import numpy as np
import pytest

from proofmark_controller import Interpreter, Program, check
from proofmark_controller.cpython import CPython
from proofmark_controller.evaluation import Columns
from proofmark_controller.host import Compiler, HostController, shared_object

from .agreement import differences
from .inputs import columns, starts

TEXTBOOK = Path(__file__).with_name("textbook.py")
TICKS, VECTORS = 200, 512
RED, GREEN, PENDING, YELLOW = range(4)


@pytest.fixture(scope="module")
def textbook() -> Program:
    return check(TEXTBOOK.read_text(), "Textbook", TEXTBOOK.name)


def ordinary(ticks: int) -> Columns:
    """A step of the reference, a measurement that follows slowly, a pedestrian now and then."""
    tick = np.arange(ticks)[:, None]
    reference = np.where(tick < 20, 0.0, 1.5).astype(np.float32)
    measured = (1.5 * (1 - np.exp(-np.maximum(tick - 20, 0) / 60))).astype(np.float32)
    return {"reference": reference, "measured": measured, "pedestrian": tick % 97 == 0}


def test_pid_and_lead_follow_the_equations_of_their_books(textbook: Program) -> None:
    """In float64, a line for each equation, with a bound for what float32 rounds."""
    inputs = ordinary(500)
    ours = Interpreter(textbook, 1).run(inputs)
    integral = derivative = before = u = e_before = 0.0
    for tick in range(500):
        r, y = float(inputs["reference"][tick, 0]), float(inputs["measured"][tick, 0])
        derivative = 0.5 * derivative - 0.36 / 0.04 * (y - before)
        wanted = 1.8 * (0.4 * r - y) + integral + derivative
        given = min(max(wanted, -2.0), 2.0)
        integral += 2.25 * 0.02 * (r - y) + 0.02 / 0.5 * (given - wanted)
        before = y
        u, e_before = 0.6 * u + 42 * (r - y) - 38 * e_before, r - y
        assert float(ours["pid"][tick, 0]) == pytest.approx(given, abs=2e-4)
        assert float(ours["lead"][tick, 0]) == pytest.approx(u, abs=2e-3)


def test_the_light_goes_through_its_states_as_the_book_has_it(textbook: Program) -> None:
    """Red for 60, green until someone comes, but for 60 at least, yellow for 5."""
    pressed = np.zeros((300, 1), np.bool_)
    pressed[[100, 200]] = True
    zeros = np.zeros((300, 1), np.float32)
    made = Interpreter(textbook, 1).run({"reference": zeros, "measured": zeros, "pedestrian": pressed})
    signal = made["signal"][:, 0].tolist()
    changes = [(tick, now) for tick, (last, now) in enumerate(zip([RED, *signal], signal, strict=False)) if last != now]
    assert changes[0] == (59, GREEN)
    assert changes[1] == (100, PENDING)
    assert [now for _, now in changes] == [GREEN, PENDING, YELLOW, RED, GREEN, PENDING, YELLOW, RED]
    assert changes[3][0] - changes[2][0] == 5
    np.testing.assert_array_equal(made["walk"][:, 0], made["signal"][:, 0] == RED)


def trial(program: Program) -> tuple[Columns, Columns]:
    """102,400 ticks: NaNs, infinities, -0, subnormals and edges among them, from odd states too."""
    return columns(program, 17, TICKS, VECTORS, 0.1), starts(program, 17, VECTORS, 0.1)


def test_cpython_gives_the_same_bits(textbook: Program) -> None:
    inputs, start = trial(textbook)
    found = differences(Interpreter(textbook, VECTORS, start), CPython(textbook, VECTORS, start), inputs)
    assert list(found) == []


def test_compiled_c_gives_the_same_bits(textbook: Program, compiler: Compiler) -> None:
    inputs, start = trial(textbook)
    compiled = HostController(textbook, shared_object(textbook, compiler), VECTORS, start)
    assert list(differences(Interpreter(textbook, VECTORS, start), compiled, inputs)) == []


def test_the_trial_reaches_every_state_and_holds_every_kind_of_number(textbook: Program) -> None:
    inputs, start = trial(textbook)
    controller = Interpreter(textbook, VECTORS, start)
    made = controller.run(inputs)
    assert set(made["signal"].ravel().tolist()) == {RED, GREEN, PENDING, YELLOW}
    numbers = inputs["reference"].ravel()
    tiny = np.finfo(np.float32).tiny
    kinds = [np.isnan(numbers), np.isinf(numbers), (numbers == 0) & np.signbit(numbers), abs(numbers) < tiny]
    assert all(kind.sum() > 100 for kind in kinds)
    assert 0 < (controller.faults > 0).mean() < 1
