"""Systems that run in time mean, in SI and by plain names, what their spec says."""

import math
from typing import Any

import jsonschema
import pytest

from proofmark_contracts.cosimulation import TRAP, CosimModel, Drive, Formula
from proofmark_contracts.design import Design
from proofmark_spec import SpecError, json_schema
from proofmark_spec.document import read_yaml

from ..systems import loops
from ..systems.loops import spec

REQUIREMENT = "{metric: t_max, max: 80 degC}"
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def asked(*written: str, **changes: str) -> tuple[Design, CosimModel]:
    """The sound spec with other requirements."""
    lines = "\n".join(f"  - {one}" for one in written).removeprefix("  - ")
    text = loops.replaced((loops.LOOP / "spec.yaml").read_text(), {REQUIREMENT: lines, **changes})
    document, _ = read_yaml(text.encode(), "spec.yaml")
    VALIDATOR.validate(document)
    design = spec({REQUIREMENT: lines, **changes}).design
    assert isinstance(design.model, CosimModel)
    return design, design.model


@pytest.mark.parametrize(
    ("written", "name", "fields", "limits"),
    [
        ("{metric: t_max, max: 80 degC}", "t_max_of_heat_temperature", ("max", None, None), (None, 353.15)),
        (
            "{metric: settling_time, of: heat.temperature, to: 60 degC, within: 2 degC, max: 3 s}",
            "settling_time_of_heat_temperature",
            ("settling-time", 333.15, 2.0),
            (None, 3.0),
        ),
        (
            "{metric: settling_time, of: heat.temperature, to: 60 degC, within: band, max: 3 s}",
            "settling_time_of_heat_temperature",
            ("settling-time", 333.15, "band"),
            (None, 3.0),
        ),
        (
            "{metric: overshoot, of: heat.temperature, to: 60 degC, max: 5 K}",
            "overshoot_of_heat_temperature",
            ("overshoot", 333.15, None),
            (None, 5.0),
        ),
        ("{metric: energy, max: 30 kJ}", "energy_of_heat_input_power", ("integral", None, None), (None, 30e3)),
        ("{metric: lock_fraction, min: 90 %}", "lock_fraction_of_ring_locked", ("fraction", None, None), (0.9, None)),
        (
            "{metric: integral, of: heat.input_power * heat.rise, max: 1 W*K*min}",
            "integral_of_heat_input_power_heat_rise",
            ("integral", None, None),
            (None, 60.0),
        ),
    ],
)
def test_a_metric_of_a_signal_is_in_si(
    written: str, name: str, fields: tuple[Any, ...], limits: tuple[float | None, float | None]
) -> None:
    design, model = asked(written)
    metric, requirement = model.metrics[name], design.requirements[0]
    assert (metric.kind, metric.to, metric.within) == pytest.approx(fields)
    assert (requirement.low, requirement.high) == pytest.approx(limits)
    assert requirement.metric == name
    assert name in design.units


def test_logic_is_required_by_its_robustness() -> None:
    design, model = asked(
        "{name: stays cool, always: heat.rise < 20 * band, from: 2 s, to: 0.1 min}",
        "{hold: {any: [{not: ring.locked}, heat.rise > band]}, until: {eventually: ring.locked, to: 500 ms}}",
    )
    cool = Formula(operator="holds", condition="heat.rise < 20 * band")
    assert model.formulas["robustness_of_stays_cool"] == Formula(operator="always", of=(cool,), from_s=2, to_s=6)
    locked = Formula(operator="holds", condition="ring.locked")
    hot = Formula(operator="holds", condition="heat.rise > band")
    hold = Formula(operator="any", of=(Formula(operator="not", of=(locked,)), hot))
    soon = Formula(operator="eventually", of=(locked,), to_s=0.5)
    (other,) = (name for name in model.formulas if name != "robustness_of_stays_cool")
    assert model.formulas[other] == Formula(operator="until", of=(hold, soon))
    assert [(one.low, one.high) for one in design.requirements[:2]] == [(0, None), (0, None)]


def test_two_requirements_on_one_metric_measure_it_once() -> None:
    design, model = asked(
        "{metric: max, of: heat.rise, max: 50 K}",
        "{metric: max, of: heat.rise, min: 1 K}",
        "{name: later, metric: max, of: heat.rise, after: 1 s, max: 40 K}",
    )
    assert [one.metric for one in design.requirements] == [
        "max_of_heat_rise",
        "max_of_heat_rise",
        "max_of_heat_rise_2",
        TRAP,
    ]
    assert [metric.after_s for metric in model.metrics.values()] == [0, 1]


def test_the_cycle_is_the_longest_that_every_period_is_a_multiple_of() -> None:
    _, model = asked(REQUIREMENT, **{"period: 20 ms}": "period: 15 ms}", "duration: 10 s": "duration: 9 s"})
    assert model.cycle_s == pytest.approx(0.005)
    assert asked(REQUIREMENT)[1].cycle_s == pytest.approx(0.01)
    assert asked(REQUIREMENT, **{"duration: 10 s": "duration: 10 s\n  cycle: 1 ms"})[1].cycle_s == pytest.approx(1e-3)


def test_an_output_is_switched_where_the_spec_says_so() -> None:
    stated = "parameters: {gain: gain}"
    controller = asked(REQUIREMENT, **{stated: f"{stated}, pwm: {{duty: switched}}"})[0].controller
    assert controller is not None
    assert controller.drives == {"duty": Drive(top=4095, switched=True)}
    averaged = asked(REQUIREMENT, **{stated: f"{stated}, pwm: {{duty: averaged}}"})[0].controller
    assert averaged is not None
    assert averaged.drives == {}
    with pytest.raises(SpecError, match=r"controller\.pwm\.mode: Warmer has no float32 output 'mode'"):
        asked(REQUIREMENT, **{stated: f"{stated}, pwm: {{mode: switched}}"})


def test_a_controller_is_carried_with_what_the_spec_sets_in_it() -> None:
    stated = "parameters: {gain: gain}"
    safe = "class: Warmer, safe_state: {within: 50 ms, outputs: {duty: 0.25, mode: HEAT}}, parameters: {gain: 2 * gain}"
    controller = asked(REQUIREMENT, **{stated: safe})[0].controller
    assert controller is not None
    assert controller.safe_state == {"duty": 0.25, "mode": "HEAT"}
    assert math.isclose(controller.safe_within_s or 0, 0.05)
    assert (controller.name, controller.parameters) == ("Warmer", {"gain": "2 * gain"})
    assert controller.file.path == "controller.py"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"period: 10 ms, p": "period: 20 ms, p"},
        {"capacity: 0.1 J/K": "capacity: 0.2 J/K"},
        {"duration: 10 s": "duration: 11 s"},
        {"heat.heater: controller.duty": "heat.heater: controller.duty / 2"},
    ],
)
def test_another_system_is_another_design(changes: dict[str, str]) -> None:
    """With no change of the spec, it is the controller's text that changes."""
    source = {} if changes else {"float32(0.02)": "float32(0.03)"}
    assert spec(changes, source).design.design_digest() != spec().design.design_digest()
