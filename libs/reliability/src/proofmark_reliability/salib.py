"""SALib's estimators, each called so that it can be relied on.

SALib takes a seed of 0 for none, draws from numpy's global generator, changes the filters of warnings and swallows
errors: here every call is seeded, leaves no trace, and an answer that is not a number is an error. It comes with the
extra `proofmark-reliability[salib]`, and with pandas and Matplotlib; it is imported when it is called, which takes 4 s.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from proofmark_reliability.arrays import FloatArray, IntArray
from proofmark_reliability.bootstrap import resample_counts
from proofmark_reliability.counters import Region, words
from proofmark_reliability.errors import MissingExtra, Unsuitable
from proofmark_reliability.permutations import orders
from proofmark_reliability.saltelli import Plan

RESAMPLES = 100
_MOST_RESAMPLED = 4_000_000
"""Groups of a plan that all resamples hold together, 32 MB an array; at least 20 are drawn."""
_DELTA_RESAMPLES = 20
"""Each takes 20 ms for 1,000 runs; their mean is the estimate's correction."""
_PAWN_RESAMPLES = 20
_NORMAL = 1.959963984540054
"""Half-width of a 95 % interval, in standard deviations."""


def sobol(metric: FloatArray, shape: Plan, seed: int) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Return first-order and total indices, and of second order where the plan has them: each with its half-width.

    Parameters
    ----------
    metric : (samples,) float array
        In the order of the plan.

    Returns
    -------
    dict of two (d,) float arrays each, (d, d) for second order, of which the part above the diagonal is filled

    References
    ----------
    Saltelli et al. (2010), Computer Physics Communications 181(2). Saltelli (2002), ibid. 145(2): second order.
    """
    with _contained(seed) as salib_seed:
        from SALib.analyze import sobol as estimator

        found = estimator.analyze(
            _problem(shape.dimensions),
            metric,
            calc_second_order=shape.second_order,
            num_resamples=min(RESAMPLES, max(20, _MOST_RESAMPLED // shape.groups)),
            seed=salib_seed,
        )
    keys = {"first-order": "S1", "total": "ST"} | ({"second-order": "S2"} if shape.second_order else {})
    return {measure: (found[key], found[f"{key}_conf"]) for measure, key in keys.items()}


def delta(values: FloatArray, metric: FloatArray, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return Borgonovo's delta of each parameter, corrected for its bias, and its half-width: two (d,) arrays.

    References
    ----------
    Plischke, Borgonovo & Smith (2013), European Journal of Operational Research 226(3).
    """
    # only ranks count; positive ones keep SALib from estimating an effect of the sign as well
    ranks = np.argsort(np.argsort(values, axis=0), axis=0) + 1.0
    with _contained(seed) as salib_seed:
        from SALib.analyze import delta as estimator

        found = estimator.analyze(
            _problem(values.shape[1]),
            ranks,
            metric,
            num_resamples=_DELTA_RESAMPLES,
            seed=salib_seed,
            method="delta",
        )
    if not np.isfinite(found["delta_raw"]).all():
        raise Unsuitable("delta", "a metric with a density", "; ".join(found["notes"]))
    return found["delta_raw"], found["delta_raw_conf"]


def pawn(values: FloatArray, metric: FloatArray, seed: int) -> tuple[FloatArray, FloatArray, float]:
    """Return PAWN's median distances, their half-widths, and the distance of a parameter without effect.

    Returns
    -------
    (d,) float array, (d,) float array, float

    References
    ----------
    Pianosi & Wagener (2018), Environmental Modelling & Software 108.
    """
    runs, dimensions = values.shape
    keys = words(seed, 0, 0, -(-runs // 4), Region.BOOTSTRAP, stream=2)
    with_dummy = np.column_stack([values, orders(keys.reshape(-1)[:runs])])
    with _contained(seed) as salib_seed:
        from SALib.analyze import pawn as estimator

        def medians(rows: IntArray) -> FloatArray:
            found = estimator.analyze(_problem(dimensions + 1), with_dummy[rows], metric[rows], seed=salib_seed)
            return np.asarray(found["median"])

        found = medians(np.arange(runs))
        drawn = [medians(np.repeat(np.arange(runs), counts)) for counts in resample_counts(seed, runs, _PAWN_RESAMPLES)]
    return found[:-1], _NORMAL * np.std(drawn, axis=0, ddof=1)[:-1], float(found[-1])


def rbd_fast(values: FloatArray, metric: FloatArray, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return first-order indices by random balance designs, and their half-widths: two (d,) arrays.

    References
    ----------
    Tarantola, Gatelli & Mara (2006), Reliability Engineering & System Safety 91(6). Tissot & Prieur (2012), ibid. 107:
    the correction of bias.
    """
    with _contained(seed) as salib_seed:
        from SALib.analyze import rbd_fast as estimator

        found = estimator.analyze(_problem(values.shape[1]), values, metric, num_resamples=RESAMPLES, seed=salib_seed)
    return np.array(found["S1"]), np.array(found["S1_conf"])


def _problem(dimensions: int) -> dict[str, Any]:
    """Return SALib's description of parameters; names that it might take for its own suffixes are kept from it."""
    return {"num_vars": dimensions, "names": [f"x{j}" for j in range(dimensions)], "bounds": [[0, 1]] * dimensions}


@contextmanager
def _contained(seed: int) -> Iterator[int]:
    """Yield a seed that is not zero, and undo what SALib does to global state."""
    state, formatting = np.random.get_state(), warnings.formatwarning
    try:
        with warnings.catch_warnings(record=True):
            _check_installed()
            yield int(words(seed, 0, 0, 1, Region.BOOTSTRAP, stream=1)[0, 0] % np.uint64(2**32 - 1)) + 1
    finally:
        np.random.set_state(state)
        warnings.formatwarning = formatting


def _check_installed() -> None:
    try:
        import SALib  # noqa: F401
    except ImportError as exc:
        raise MissingExtra("an index of a metric", "salib") from exc
