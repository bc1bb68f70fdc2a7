"""One life of a model's process."""

from collections.abc import Iterator

import numpy as np
import pytest

from proofmark_simulator.child import PRINTED_BYTES, Child

from .models import LIMITS, ONE, program_of, source_of


@pytest.fixture
def child() -> Iterator[Child]:
    source = source_of("def evaluate_one(s):\n    print('A' * int(s['n']), end='B')\n    return {'y': 1}")
    child = Child(program_of(source, ONE), LIMITS)
    child.load()
    yield child
    child.end()


def print_through(child: Child, letters: int) -> str:
    child.call(b'{"inputs": ["n"], "metrics": ["y"], "rows": 1}\n' + np.float64(letters).tobytes(), 20.0, 8)
    return child.printed()


def test_what_is_printed_belongs_to_the_call_that_printed_it(child: Child) -> None:
    assert print_through(child, 3) == "AAAB"
    assert print_through(child, 1) == "AB"


def test_only_the_last_mib_of_what_is_printed_is_kept(child: Child) -> None:
    assert print_through(child, 3 * PRINTED_BYTES) == "A" * (PRINTED_BYTES - 1) + "B"
