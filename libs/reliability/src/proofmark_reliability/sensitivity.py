"""Sensitivity of a metric to the parameters: indices on demand, each only on a sample that it is valid for.

These explain the whole spread of a metric; what explains failures is in `causes`.

========  ==============================  ============================================================
method    says of each parameter          takes
========  ==============================  ============================================================
sobol     its part in the variance,       a Saltelli plan, in its order; independent parameters, of
          alone and with all others       any kind
rbd-fast  its part in the variance,       independent runs, a hypercube or a net; independent,
          alone                           continuous parameters
delta     its part in the whole law       the same, correlated or not: then a parameter is credited
pawn      how far it moves the law        with what its partners do
========  ==============================  ============================================================
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

import numpy as np

from proofmark_reliability import salib
from proofmark_reliability.arrays import BoolArray, FloatArray
from proofmark_reliability.errors import TooFewSamples, UnknownName, Unsuitable, WrongShape
from proofmark_reliability.saltelli import is_arranged, plan
from proofmark_reliability.sentences import Part, not_ahead_of, sensitive

IndexMethod: TypeAlias = Literal["sobol", "rbd-fast", "delta", "pawn"]
Measure: TypeAlias = Literal["total", "first-order", "second-order", "delta", "pawn"]
METHODS: tuple[IndexMethod, ...] = get_args(IndexMethod)

LEAST_RUNS = 100
"""PAWN and delta cut them into ten classes and more; RBD-FAST takes twenty from its ten harmonics alone."""
LEAST_GROUPS = 16
MOST_RUNS: dict[IndexMethod, int] = {"rbd-fast": 20_000, "delta": 5_000, "pawn": 20_000}
"""The first so many answered runs are analysed, a matter of seconds: more would not change what is said."""
MOST_MISSING = 0.1
"""Part of the runs without an answer, above which the others do not speak for all."""
LEAST_DISTINCT = 0.9
"""Distinct values of a parameter for each run: a continuous one repeats none."""


@dataclass(frozen=True)
class Index:
    """One sensitivity index, with an interval of 95 %."""

    measure: Measure
    parameters: tuple[str, ...]
    """One, or two for second order."""
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Indices:
    """The sensitivity of a metric."""

    method: IndexMethod
    indices: tuple[Index, ...]
    """By measure, as in `Measure`; of each the largest first."""
    runs: int
    """Analysed."""
    missing: int
    """Runs without an answer, left out: of a Saltelli plan with all others of their group."""
    by_chance: float = 0.0
    """What a parameter without effect gets."""


def sensitivity(
    method: IndexMethod,
    parameters: Mapping[str, FloatArray],
    metric: FloatArray,
    missing: BoolArray,
    seed: int,
    correlated: bool = False,
) -> Indices:
    """Return the indices of a metric.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    parameters : mapping to (n,) float arrays
        The random parameters' columns of plain runs, in any units; for sobol all runs of one plan in their order.
    metric : (n,) float array
        In any unit.
    missing : (n,) bool array
        Runs without an answer; a NaN metric makes a run missing as well.
    seed : int
        Of the bootstrap.
    correlated : bool
        Whether any two parameters are correlated.

    Raises
    ------
    UnknownName
        No such method.
    WrongShape
        The arrays do not fit.
    NotASaltelliPlan
        Sobol indices of a number of runs that is no plan.
    TooFewSamples
        Too few runs have an answer.
    Unsuitable
        The method would answer nonsense on this sample: it says why.
    MissingExtra
        SALib, whose estimators these are, is not installed.
    """
    if method not in METHODS:
        raise UnknownName("sensitivity method", METHODS, method)
    runs = len(metric)
    for what, array in (("missing", missing), *((f"column {name}", column) for name, column in parameters.items())):
        if array.shape != (runs,):
            raise WrongShape(what, (runs,), array.shape)
    if not parameters:
        raise Unsuitable(method, "a parameter that varies", "none")
    if correlated and method in ("sobol", "rbd-fast"):
        raise Unsuitable(method, "independent parameters", "correlated ones, whose parts in the variance overlap")
    values = np.column_stack(list(parameters.values()))
    answered = ~missing & ~np.isnan(metric)
    lost = runs - int(answered.sum())
    if lost > MOST_MISSING * runs:
        raise Unsuitable(method, f"an answer from {1 - MOST_MISSING:.0%} of the runs", f"{lost:,} of {runs:,} missing")
    if not np.isfinite(metric[answered]).all():
        raise Unsuitable(method, "a finite metric", f"{np.isinf(metric[answered]).sum():,} infinite values")
    names = tuple(parameters)
    if method == "sobol":
        return _sobol(names, values, metric, answered, seed)
    return _given_data(method, names, values, metric, answered, seed)


def sentence(found: Indices, metric: str) -> str:
    """Say in plain words what a metric is most sensitive to, and what the index is a part of."""
    metric, chance = metric.replace("_", " "), f"{100 * found.by_chance:.0f} %"
    of = {
        "total": f"the variance of {metric} (total index)",
        "first-order": f"the variance of {metric} (first-order index)",
        "delta": f"the distribution of {metric} (delta)",
        "pawn": f"the greatest distance between distributions of {metric} (PAWN; {chance} by chance)",
    }
    measure = found.indices[0].measure
    leader, *others = (
        Part(" and ".join(index.parameters), index.value, index.low, index.high)
        for index in found.indices
        if index.measure == measure
    )
    said = sensitive(leader, of[measure]) + not_ahead_of(leader, others)
    return f"{said}; {found.missing:,} runs without an answer are left out" if found.missing else said


def _sobol(names: tuple[str, ...], values: FloatArray, metric: FloatArray, answered: BoolArray, seed: int) -> Indices:
    shape = plan(len(metric), len(names))
    if not is_arranged(values, shape):
        why = "a Saltelli plan in its order, which the estimator reads instead of the parameters"
        raise Unsuitable("sobol", why, "other runs")
    whole = answered.reshape(shape.groups, shape.group).all(axis=1)
    kept = metric[np.repeat(whole, shape.group)]
    _require("sobol", kept, LEAST_GROUPS * shape.group)
    found = salib.sobol(kept, replace(shape, groups=int(whole.sum())), seed)
    singles = [index for measure in ("total", "first-order") for index in _ranked(measure, names, *found[measure])]
    pairs: list[Index] = []
    if shape.second_order:
        rows, columns = np.triu_indices(len(names), 1)
        value, half = (table[rows, columns] for table in found["second-order"])
        both = [(names[row], names[column]) for row, column in zip(rows, columns, strict=True)]
        pairs = _ranked("second-order", both, value, half)
    return Indices("sobol", (*singles, *pairs), len(kept), int((~answered).sum()))


def _given_data(
    method: IndexMethod,
    names: tuple[str, ...],
    values: FloatArray,
    metric: FloatArray,
    answered: BoolArray,
    seed: int,
) -> Indices:
    """Return indices of runs in any order, each at a place of its own."""
    rows = np.flatnonzero(answered)[: MOST_RUNS[method]]
    values, metric = values[rows], metric[rows]
    _require(method, metric, LEAST_RUNS)
    for name, column in zip(names, values.T, strict=True):
        distinct = len(np.unique(column))
        if distinct < LEAST_DISTINCT * len(column):
            got = f"{distinct:,} values of {name} in {len(column):,} runs"
            raise Unsuitable(method, "continuous parameters, and no Saltelli plan, which repeats their values", got)
    missing, chance = int((~answered).sum()), 0.0
    match method:
        case "delta":
            ranked = _ranked("delta", names, *salib.delta(values, metric, seed))
        case "pawn":
            value, half, chance = salib.pawn(values, metric, seed)
            ranked = _ranked("pawn", names, value, half)
        case _:
            ranked = _ranked("first-order", names, *salib.rbd_fast(values, metric, seed))
    return Indices(method, tuple(ranked), len(rows), missing, chance)


def _require(method: IndexMethod, metric: FloatArray, least: int) -> None:
    if len(metric) < least:
        raise TooFewSamples(f"{method} indices", least, len(metric))
    if np.ptp(metric) == 0:
        raise Unsuitable(method, "a metric that varies", f"{metric[0]:g} in every run")


def _ranked(
    measure: Measure, names: Sequence[str | tuple[str, ...]], values: FloatArray, half_widths: FloatArray
) -> list[Index]:
    """Return the indices in falling order; what lies outside 0 to 1 is not stated unless the estimate does."""
    lows = np.minimum(values, np.maximum(values - half_widths, 0))
    highs = np.maximum(values, np.minimum(values + half_widths, 1))
    return [
        Index(
            measure,
            (name,) if isinstance(name := names[place], str) else name,
            float(values[place]),
            float(lows[place]),
            float(highs[place]),
        )
        for place in np.argsort(-values, kind="stable")
    ]
