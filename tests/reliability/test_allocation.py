"""Shares of a mixture that spread the weights of failing runs least."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_reliability.allocation import allocate, spread

MASSES = np.array([0.5, 0.3, 0.2])


def test_disjoint_parts_are_drawn_from_in_proportion_to_their_masses() -> None:
    """Minimise sum m_i / a_i r_i over sum a = 1, with m_i and r_i = s_i m_i: a_i in proportion to 1 / sqrt(s_i)."""
    scales = np.array([1.0, 4.0, 9.0])
    shares = allocate(np.diag(1 / (scales * MASSES)), MASSES, np.zeros(3))
    expected = np.sqrt(scales) * MASSES
    assert np.allclose(shares, expected / expected.sum(), atol=1e-6)


@given(st.integers(0, 1000), st.integers(2, 6))
def test_no_other_shares_spread_less(seed: int, parts: int) -> None:
    rng = np.random.default_rng(seed)
    ratios, masses = rng.lognormal(0, 1, (parts, 20)), rng.lognormal(0, 1, 20)
    shares = allocate(ratios, masses, np.zeros(parts))
    others = rng.dirichlet(np.ones(parts), 50)
    best = (masses / (shares @ ratios)).sum()
    assert best <= (masses / (others @ ratios)).sum(axis=1).min() * 1.02


def test_every_part_keeps_the_share_it_must_have() -> None:
    ratios = np.array([[10.0, 10.0, 10.0], [0.1, 0.1, 0.1]])
    shares = allocate(ratios, MASSES, np.array([0.1, 0.25]))
    assert shares == pytest.approx([0.75, 0.25])


def test_the_spread_of_plain_runs_is_that_of_a_rare_event() -> None:
    """Standard deviation over mean of a Bernoulli outcome: sqrt((1 - p) / p)."""
    pf = 0.01
    assert spread(np.ones(5), np.full(5, pf / 5)) == pytest.approx(((1 - pf) / pf) ** 0.5)
