"""Random numbers by counter: Random123's known answers, and independence of everything but their counters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from proofmark_cosim.noise import normal, philox, uniform

KNOWN = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]
"""Random123, kat_vectors, philox4x32 10."""


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_philox_gives_its_known_answers(counter: str, key: str, answer: str) -> None:
    a, b, c, d = (np.array([int(word, 16)], np.uint64) for word in counter.split())
    one, other = (int(word, 16) for word in key.split())
    assert [f"{int(word[0]):08x}" for word in philox((a, b, c, d), (one, other))] == answer.split()


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**31), st.integers(0, 2**31))
def test_a_number_depends_on_its_own_counters_only(seed: int, vector: int, cycle: int) -> None:
    vectors, cycles = np.arange(vector, vector + 3), np.arange(cycle, cycle + 4)
    together = uniform(seed, "heat.noise", vectors, cycles)
    assert together[2, 3] == uniform(seed, "heat.noise", vectors[2:], cycles[3:])[0, 0]
    assert np.unique(together).size == 12
    assert not np.intersect1d(together, uniform(seed, "heat.other", vectors, cycles)).size


def test_numbers_are_uniform_and_normal() -> None:
    """Kolmogorov-Smirnov at 1e-4 each, on 1e5 numbers."""
    vectors, cycles = np.arange(100), np.arange(1000)
    assert kstest(uniform(7, "a", vectors, cycles).ravel(), "uniform").pvalue > 1e-4
    assert kstest(normal(7, "a", vectors, cycles).ravel(), "norm").pvalue > 1e-4


def test_neither_0_nor_1_is_drawn() -> None:
    """The largest and the smallest of what the bits can give."""
    lowest, highest = 0.5 * 2.0**-52, (2.0**52 - 0.5) * 2.0**-52
    assert 0 < lowest < highest < 1
    drawn = uniform(7, "a", np.arange(300), np.arange(300))
    assert lowest <= drawn.min() < drawn.max() <= highest
