"""Watched nodes bound all nodes, wherever coordinates lie in the box."""

import numpy as np
import pytest

from proofmark_thermal.reduced import hot_spots
from proofmark_thermal.reduced.form import form_of
from proofmark_thermal.reduced.full import FullSolver
from proofmark_thermal.reduced.greedy import grown, middle
from proofmark_thermal.reduced.hot_spots import Trained, maximum
from proofmark_thermal.reduced.sketch import sketch
from tests.thermal.reduced.designs import board


@pytest.mark.parametrize("most", [1, 5, 96])
def test_no_row_exceeds_the_watched_ones_by_more_than_the_bound_in_the_box(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(hot_spots, "MOST_WATCHED", most)
    form = form_of(*board())
    full = FullSolver(form, middle(form))
    basis, trained_at = grown(full, 0.05)
    system, factors = basis.system(), form.factors(trained_at)
    coordinates = system.solve(factors)
    trained = Trained(basis.matrix, coordinates, system.error(factors, coordinates), sketch(full))
    nodes = form.free[::2]
    found = maximum(full, trained, nodes, 0.005)
    box = trained.box
    shares = np.random.default_rng(31).choice([0.0, 0.2, 1.0], size=(300, len(box.low)))
    inside = (box.low + shares * (box.high - box.low)) @ np.linalg.inv(box.directions)
    values, bounds = found(inside, np.zeros(300))
    rows = inside @ trained.matrix[nodes].T
    assert (rows.max(axis=1) <= values + bounds + 1e-9).all()
    assert (values <= rows.max(axis=1) + 1e-9).all()
    assert box.holds(coordinates).all()
    # The bounds are no looser than what the greatest row of some vector comes near to.
    assert len(found.roots) <= most
    if most == 1:
        assert (bounds > 1).all()
