"""Sketched resistances are above the exact ones, and not far above."""

import numpy as np

from proofmark_thermal.reduced.form import form_of
from proofmark_thermal.reduced.full import FullSolver
from proofmark_thermal.reduced.greedy import green, middle
from proofmark_thermal.reduced.sketch import sketch
from tests.thermal.reduced.designs import driver, section


def test_sketched_roots_are_above_the_exact_ones_by_less_than_a_factor_of_four() -> None:
    for design in (driver, section):
        form = form_of(*design())
        full = FullSolver(form, middle(form))
        nodes = form.free[:: len(form.free) // 60]
        exact = np.array([np.sqrt(green(full, int(node))[node]) for node in nodes])
        ratio = sketch(full).roots(nodes) / exact
        assert ratio.min() > 1
        assert ratio.max() < 4
        assert np.median(ratio) < 3


def test_a_fixed_node_has_no_resistance() -> None:
    form = form_of(*section())
    full = FullSolver(form, middle(form))
    assert (sketch(full).roots(form.model.fixed_nodes) == 0).all()
