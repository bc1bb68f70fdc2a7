"""What the design's parameters make of the amounts in its thermal section: nominal values, and ranges to train on."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from proofmark_contracts.design import Design
from proofmark_contracts.heat import Thermal
from proofmark_expression import Expression
from proofmark_reliability.marginals import quantile
from proofmark_reliability.sample import medians

FloatArray = npt.NDArray[np.float64]
TAIL = 1e-9
"""Probability left beyond each end of a range: what rare-event methods visit lies inside."""
MOST_CORNERS = 4096
SEED = 0


def nominal(design: Design) -> dict[str, float]:
    """Every parameter where it has its median, SI."""
    return design.constants | medians(design.marginals)


def evaluated(amount: float | str, values: Mapping[str, float]) -> float:
    """The number that an amount stands for."""
    if not isinstance(amount, str):
        return float(amount)
    return float(Expression.parse(amount).evaluate({name: np.float64(value) for name, value in values.items()}))


def varying(design: Design, thermal: Thermal) -> dict[str, tuple[str, ...]]:
    """The expressions that differ from vector to vector, each with the places of the section where it stands."""
    random = set(design.random_parameters)
    found: dict[str, tuple[str, ...]] = {}
    for place, amount in _amounts(thermal):
        if Expression.parse(amount).names & random:
            found[amount] = (*found.get(amount, ()), place)
    return found


def value_range(design: Design, amount: str) -> tuple[float, float]:
    """The least and greatest value of an expression over what its parameters may be, but for the last tails."""
    expression = Expression.parse(amount)
    ends = _quantiles(design, np.array([TAIL, 0.5, 1 - TAIL]))
    names = sorted(expression.names)
    if 3 ** len(names) <= MOST_CORNERS:
        chosen = np.array(list(product(range(3), repeat=len(names))))
    else:
        chosen = np.random.default_rng(SEED).integers(3, size=(MOST_CORNERS, len(names)))
    columns = {name: ends[name][chosen[:, column]] for column, name in enumerate(names)}
    values = np.asarray(expression.evaluate(columns))
    return float(values.min()), float(values.max())


def _quantiles(design: Design, probabilities: FloatArray) -> dict[str, FloatArray]:
    constants = {name: np.full(len(probabilities), value) for name, value in design.constants.items()}
    return constants | {name: quantile(*law, probabilities) for name, law in design.marginals.items()}


def _amounts(thermal: Thermal) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of every amount that is an expression."""
    document = thermal.model_dump(mode="json", exclude_none=True)
    for section in ("regions", "sources", "sinks"):
        for name, entry in document[section].items():
            yield from _texts(f"{section}.{name}", entry)
    for contact in document["contacts"]:
        yield from _texts(f"contacts.{'.'.join(contact['between'])}", contact)
    if "transient" in document:
        yield from _texts("transient", document["transient"])


def _texts(place: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in entry.items():
        if key in ("material", "faces", "between"):
            continue
        if isinstance(value, str):
            yield f"{place}.{key}", value
        elif isinstance(value, Mapping):
            yield from ((f"{place}.{key}", each) for each in value["values"] if isinstance(each, str))
        elif isinstance(value, list):
            for axis, each in zip("xyz", value, strict=False):
                yield from _texts(place, {f"{key}.{axis}": each})
