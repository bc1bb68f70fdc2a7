"""Robustness against its definition, written out as loops, and metrics against the traces they come from."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_cosim import (
    Always,
    And,
    Eventually,
    Formula,
    Metric,
    Not,
    Or,
    Placed,
    Predicate,
    System,
    Until,
    simulate,
)
from proofmark_cosim.errors import OutOfRange
from proofmark_cosim.logic import robustness
from proofmark_cosim.plants import RcThermal
from proofmark_cosim.scenarios import Profile, Sine

from .systems import closed_loop, columns, thermal_resonator, trace

FloatArray = npt.NDArray[np.float64]
LENGTH = 12
INFINITY = float("inf")


def windows(formula: Any) -> Any:
    return st.tuples(st.integers(0, 5), st.integers(0, 5) | st.none()).map(
        lambda w: formula(float(w[0]), None if w[1] is None else float(w[0] + w[1]))
    )


def formulas() -> st.SearchStrategy[Formula]:
    predicates = st.sampled_from([Predicate("p"), Predicate("q")])
    return st.recursive(
        predicates,
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: And(tuple(parts))),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: Or(tuple(parts))),
            inner.flatmap(lambda f: windows(lambda a, b: Always(f, a, b))),
            inner.flatmap(lambda f: windows(lambda a, b: Eventually(f, a, b))),
            st.tuples(inner, inner).flatmap(lambda f: windows(lambda a, b: Until(*f, a, b))),
        ),
        max_leaves=5,
    )


def defined(formula: Formula, margins: dict[str, FloatArray], at: int) -> float:
    """The definition, moment by moment; there is nothing behind the end."""
    match formula:
        case Predicate(expression=name):
            return float(margins[name][at])
        case Not(formula=part):
            return -defined(part, margins, at)
        case And(formulas=parts):
            return min(defined(part, margins, at) for part in parts)
        case Or(formulas=parts):
            return max(defined(part, margins, at) for part in parts)
    to = LENGTH if formula.to_s is None else formula.to_s
    window = [t for t in range(LENGTH) if formula.from_s <= t - at <= to]
    match formula:
        case Always(formula=part):
            return min((defined(part, margins, t) for t in window), default=INFINITY)
        case Eventually(formula=part):
            return max((defined(part, margins, t) for t in window), default=-INFINITY)
        case Until(hold=hold, goal=goal):
            ways = (
                min([defined(goal, margins, t), *(defined(hold, margins, s) for s in range(at, t))]) for t in window
            )
            return max(ways, default=-INFINITY)


@settings(max_examples=300, deadline=None)
@given(formulas(), st.integers(0, 2**32 - 1))
def test_robustness_is_what_its_definition_says(formula: Formula, seed: int) -> None:
    margins = {name: np.random.default_rng(seed + i).normal(size=(2, LENGTH)) for i, name in enumerate("pq")}
    found = robustness(formula, margins, 1.0)
    assert found.tolist() == [defined(formula, {n: m[row] for n, m in margins.items()}, 0) for row in range(2)]


def heated(**more: Any) -> System:
    scenario = Sine(mean=0.5, amplitude=0.5, frequency=0.2)
    return replace(thermal_resonator(scenario, 100), **more)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("heat.rise <= 4", lambda rise: 4 - rise),
        ("heat.rise > 4", lambda rise: rise - 4),
        ("not heat.rise > 4", lambda rise: 4 - rise),
        ("1 < heat.rise < 4", lambda rise: np.minimum(rise - 1, 4 - rise)),
        ("heat.rise < 1 or heat.rise > 4", lambda rise: np.maximum(1 - rise, rise - 4)),
        ("ring.locked", lambda rise: np.where(0.1 * rise <= 0.5, 1.0, -1.0)),
        ("ring.locked == 1", lambda rise: np.where(0.1 * rise <= 0.5, 1.0, -1.0)),
        ("ring.locked != 1", lambda rise: np.where(0.1 * rise <= 0.5, -1.0, 1.0)),
    ],
)
def test_margins_of_conditions(text: str, told: Any) -> None:
    rise = trace(heated(), "heat.rise")
    found = simulate(heated(formulas={"always": Always(Predicate(text)), "once": Eventually(Predicate(text))}), {})
    assert found.metrics["always"][0] == pytest.approx(told(rise).min(), abs=1e-12)
    assert found.metrics["once"][0] == pytest.approx(told(rise).max(), abs=1e-12)


def test_a_condition_may_name_the_modes_of_the_controller() -> None:
    system = closed_loop(60)
    system = replace(system, metrics={}, formulas={"never trips": Always(Predicate("controller.mode != FAULT"))})
    assert simulate(system, columns(2)).metrics["never trips"].tolist() == [1.0, 1.0]
    reached = replace(system, formulas={"locks": Eventually(Predicate("controller.mode == LOCK"))})
    assert simulate(reached, columns(2)).metrics["locks"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    "formula",
    [
        Always(Predicate("heat.rise < 4"), 2.0, 11.0),
        Always(Predicate("heat.rise < 4"), 3.0, 2.0),
        Eventually(Always(Predicate("heat.rise < 4"), 0.0, 6.0), 0.0, 5.0),
    ],
)
def test_windows_end_within_the_run(formula: Formula) -> None:
    with pytest.raises(OutOfRange, match=r"formulas\.f: expected a window within 0 to"):
        simulate(heated(formulas={"f": formula}), {})


MEASURED = {
    "max": Metric("max", "heat.rise"),
    "min": Metric("min", "heat.rise", after_s=1.0),
    "mean": Metric("mean", "heat.rise"),
    "mean_after": Metric("mean", "heat.rise", after_s=5.0),
    "fraction": Metric("fraction", "ring.locked"),
    "energy": Metric("integral", "heat.input_power"),
    "last": Metric("last", "heat.rise"),
    "settled": Metric("settling-time", "heat.rise", to="2", within="1.5"),
    "never": Metric("settling-time", "heat.rise", to="0", within="0.001"),
    "overshoot": Metric("overshoot", "heat.rise", to="2"),
    "undershoot": Metric("overshoot", "-heat.rise", to="-2"),
    "none": Metric("overshoot", "heat.rise", to="200"),
}


def test_metrics_are_what_the_traces_say() -> None:
    system = heated(metrics=MEASURED)
    found = {name: column[0] for name, column in simulate(system, {}).metrics.items()}
    rise, power, locked = (trace(system, name) for name in ("heat.rise", "heat.input_power", "ring.locked"))
    outside = np.flatnonzero(abs(rise - 2) > 1.5)
    expected = {
        "max": rise.max(),
        "min": rise[10:].min(),
        "mean": rise[:-1].mean(),
        "mean_after": rise[50:-1].mean(),
        "fraction": locked[:-1].mean(),
        "energy": power[:-1].sum() * 0.1,
        "last": rise[-1],
        "settled": (outside[-1] + 1) * 0.1,
        "never": 10.1,
        "overshoot": rise.max() - 2,
        "undershoot": rise.max() - 2,
        "none": 0.0,
    }
    assert found == pytest.approx(expected, rel=1e-12)


def test_a_run_without_a_number_has_no_metric() -> None:
    profile = Profile(times_s=(0.0, 0.4, 1.0), values=(1.0, 0.0, 0.0))
    system = System(
        cycle_s=0.1,
        duration_s=1.0,
        plants={"heat": Placed(RcThermal())},
        connect={"heat.power": "a / scenario.value"},
        scenario=profile,
        metrics={"max": Metric("max", "heat.rise"), "min": Metric("min", "heat.rise")},
        formulas={"cool": Always(Predicate("heat.rise < 100"))},
    )
    result = simulate(system, {"a": np.array([0.0, 1.0])})
    assert result.broken_at.tolist() == [4, 4]
    assert all(np.isnan(column).all() for column in result.metrics.values())
    sound = simulate(replace(system, connect={"heat.power": "a"}), {"a": np.array([0.0, 1.0])})
    assert sound.broken_at.tolist() == [-1, -1]
    assert not any(np.isnan(column).any() for column in sound.metrics.values())


@pytest.mark.parametrize(
    "wrong", [{"kind": "max", "to": "3"}, {"kind": "settling-time", "to": "3"}, {"kind": "overshoot"}]
)
def test_a_metric_has_what_its_kind_needs_and_nothing_else(wrong: dict[str, Any]) -> None:
    with pytest.raises(OutOfRange, match="given"):
        Metric(of="heat.rise", **wrong)
