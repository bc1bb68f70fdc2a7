"""Makes reduced courses: a transient model whose schedules are parameters that change, and as many steps as it takes.

Schedules that parameters stand in have a range of their own: that of all their values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from proofmark_thermal.errors import NotAffine, Unassigned
from proofmark_thermal.model import Model
from proofmark_thermal.reduced.coefficients import Quantity
from proofmark_thermal.reduced.course import BLOCK, ReducedCourse, Scheduled
from proofmark_thermal.reduced.form import Varied
from proofmark_thermal.reduced.temperatures import Temperatures
from proofmark_thermal.reduced.training import training
from proofmark_thermal.reduced.transient import reduce_transient

ACCURACY_K = 0.05
FIRST_STEPS, MOST_STEPS = 60, 960
SHORTEST = 240
"""Of the duration, a part: the shortest time that shapes are made for."""
_SHARE = 0.25
"""Of the accuracy, that the steps may cost."""


def reduce_course(
    model: Model,
    described: Mapping[str, Any],
    amounts: Mapping[str, Quantity],
    varied: Mapping[str, Varied],
    accuracy_k: float = ACCURACY_K,
) -> ReducedCourse:
    """Reduce a model that is followed through time, with its schedules.

    Parameters
    ----------
    model
        Of a problem with a transient.
    described, amounts, varied
        As a `FullModel` has them.

    Raises
    ------
    NotAffine
        A number of the problem depends on temperature, or a film is switched off.
    Unassigned
        The problem has no transient.
    """
    transient = model.problem.transient
    if transient is None:
        raise Unassigned("problem", "a transient, whose duration and initial temperature count")
    schedules = dict(_schedules(described, amounts))
    own = {
        name: replace(each, places=tuple(place for place in each.places if place not in schedules))
        for name, each in varied.items()
    }
    inner = {name: each for name, each in own.items() if each.places}
    followed = {place: _range(place, each, varied) for place, each in schedules.items()}
    if off := [place for place, each in followed.items() if place.endswith(".convection") and each.low <= 0]:
        raise NotAffine(dict.fromkeys(off, "a film that is switched off"))
    inner |= followed
    reduced = reduce_transient(model, inner, transient.duration / SHORTEST, tuple(schedules), accuracy_k)
    ranges = {name: (each.low, each.high) for name, each in varied.items()}
    trained = {name: values[:BLOCK] for name, values in training(varied, BLOCK).items()}
    coarse = ReducedCourse(reduced, ranges, schedules, transient.duration, FIRST_STEPS, np.inf)
    told = coarse.evaluate(trained)
    while True:
        fine = replace(coarse, steps=2 * coarse.steps)
        finer = fine.evaluate(trained)
        difference = _worst_difference(told, finer)
        if difference <= _SHARE * accuracy_k or fine.steps >= MOST_STEPS:
            return replace(fine, error_estimate_k=reduced.error_estimate_k + difference)
        coarse, told = fine, finer


def _schedules(described: Mapping[str, Any], amounts: Mapping[str, Quantity]) -> Iterator[tuple[str, Scheduled]]:
    """Yield each number that is scheduled, by its place."""
    for section in ("regions", "sources", "sinks"):
        for name, entry in described.get(section, {}).items():
            for key, value in entry.items():
                if isinstance(value, Mapping) and "times_s" in value:
                    values = (amounts[each] if isinstance(each, str) else float(each) for each in value["values"])
                    yield f"{section}.{name}.{key}", Scheduled(tuple(value["times_s"]), tuple(values))


def _range(place: str, schedule: Scheduled, varied: Mapping[str, Varied]) -> Varied:
    ends = [
        (varied[value].low, varied[value].high) if isinstance(value, str) else (value, value)
        for value in schedule.values
    ]
    return Varied(min(low for low, _ in ends), max(high for _, high in ends), (place,))


def _worst_difference(one: Temperatures, other: Temperatures) -> float:
    pairs = [(one.hottest, other.hottest)]
    for these, those in (
        (one.regions, other.regions),
        (one.probes, other.probes),
        (one.junctions, other.junctions),
    ):
        pairs += [(these[name], those[name]) for name in these]
    return max(float(np.abs(this.values - that.values).max()) for this, that in pairs)
