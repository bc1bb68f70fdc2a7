"""The public ThermalRes project's published outputs: open loop equal, closed loop different and why."""

import json
import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from proofmark_controller import check
from proofmark_cosim import Component, ControllerUse, Placed, System
from proofmark_cosim.plants import Impairment, Lfsr, RcThermal
from proofmark_cosim.scenarios import ConstantHeater, StepWorkload

from .systems import thermal_resonator, trace

PUBLISHED = json.loads((Path(__file__).parents[1] / "reference" / "thermalres.json").read_text())
OPEN_LOOP: dict[str, tuple[Component, int, int]] = {
    "const_h0.5_100_1": (ConstantHeater(heater=0.5), 100, 1),
    "const_h0.5_100_10": (ConstantHeater(heater=0.5), 100, 10),
    "const_h0.5_100_50": (ConstantHeater(heater=0.5), 100, 50),
    "step_wl_50": (StepWorkload(heater=0.0, at=5.0, before=0.0, after=0.5), 100, 10),
}
IN_UNITS = {"temp_c": ("heat.temperature", 1.0, -273.15), "detune": ("ring.detuning", 1e9, 0.0)}


def compatible(name: str) -> System:
    scenario, cycles, chunk_cycles = OPEN_LOOP[name]
    return thermal_resonator(scenario, cycles, RcThermal(scheme="one-step-a-period"), chunk_cycles)


@pytest.mark.parametrize("name", OPEN_LOOP)
def test_one_step_a_chunk_gives_the_published_temperatures_and_detunings(name: str) -> None:
    """It publishes the values after the step of each time chunk; so they are those at its end."""
    for published, (signal, factor, offset) in IN_UNITS.items():
        ours = trace(compatible(name), signal)[OPEN_LOOP[name][2] :: OPEN_LOOP[name][2]] * factor + offset
        np.testing.assert_allclose(ours, PUBLISHED[name][published], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", OPEN_LOOP)
def test_one_step_a_chunk_gives_the_published_probabilities_and_frames(name: str) -> None:
    """It draws frames by Python's Mersenne Twister, seeded with 42."""
    ours = trace(compatible(name), "frame.crc_fail_probability")[OPEN_LOOP[name][2] :: OPEN_LOOP[name][2]]
    np.testing.assert_allclose(ours, PUBLISHED[name]["p"], rtol=0, atol=1e-12)
    draws = random.Random(42)
    assert [draws.random() < p for p in ours] == PUBLISHED[name]["crc"]


@pytest.mark.parametrize("name", ["const_h0.5_100_10", "const_h0.5_100_50"])
def test_by_itself_a_step_is_a_cycle_and_time_chunks_change_nothing(name: str) -> None:
    """Upstream's temperature depends on the length of its chunks; ours is the closed form."""
    scenario, cycles, _ = OPEN_LOOP[name]
    ours = trace(thermal_resonator(scenario, cycles), "heat.rise")
    np.testing.assert_allclose(ours, 5 * (1 - np.exp(-0.1 * np.arange(cycles + 1))), rtol=0, atol=1e-12)
    assert abs(ours[-1] + 25 - PUBLISHED[name]["temp_c"][-1]) > 1


@pytest.mark.parametrize(("detuning", "probability"), PUBLISHED["impairment_table_floor0_50at0.3_ceil1"].items())
def test_the_published_table_of_impairment(detuning: str, probability: float) -> None:
    system = System(
        cycle_s=1.0,
        duration_s=1.0,
        plants={"frame": Placed(Impairment())},
        connect={"frame.detuning": f"{detuning} * 1e-9", "frame.locked": "1"},
    )
    assert trace(system, "frame.crc_fail_probability")[0] == pytest.approx(probability, rel=0, abs=1e-12)


def test_the_published_words_of_the_shift_register() -> None:
    system = System(cycle_s=1.0, duration_s=8.0, plants={"pattern": Placed(Lfsr())})
    words = [hex(int(word)) for word in trace(system, "pattern.word")]
    assert words == ["0xdeadbeef", *PUBLISHED["lfsr_deadbeef_next8"]]


CONTROLLED = """
from dataclasses import dataclass, field
from proofmark_controller import float32
from proofmark_controller.blocks import BangBang, Pid

@dataclass(frozen=True)
class Inputs:
    too_hot_nm: float32

@dataclass(frozen=True)
class Outputs:
    heater_duty: float32 = float32(0.0)

@dataclass
class TwoPoint:
    relay: BangBang = field(default_factory=lambda: BangBang(half_band=float32(0.1)))

    def step(self, inputs: Inputs) -> Outputs:
        on = self.relay.step(float32(0.0), inputs.too_hot_nm)
        return Outputs(heater_duty=float32(1.0) if on else float32(0.0))

@dataclass
class Proportional:
    pid: Pid = field(default_factory=lambda: Pid(
        kp=float32(0.5), ki=float32(0.2), kd=float32(0.0), period=float32(0.1), low=float32(0.0), high=float32(1.0)))

    def step(self, inputs: Inputs) -> Outputs:
        duty = self.pid.step(float32(0.0), inputs.too_hot_nm)
        return Outputs(heater_duty=duty)
"""


def controlled(name: str, scenario: Component) -> System:
    system = thermal_resonator(scenario, 100)
    wires = {**system.connect, "heat.heater": "controller.heater_duty", "controller.too_hot_nm": "-ring.detuning * 1e9"}
    return replace(system, connect=wires, controller=ControllerUse(check(CONTROLLED, name), 0.1))


def test_the_published_relay_heats_what_is_too_hot_and_ours_does_not() -> None:
    """Its sign is inverted: the hotter, the more it heats."""
    published = PUBLISHED["bang_step"]
    for (duty, later), detuning in zip(pairwise(published["duty"]), published["detune"], strict=False):
        if detuning < -0.1:
            assert later > duty
    assert PUBLISHED["demo_bang_3000"]["duty"][-1] == 1.0
    assert PUBLISHED["demo_bang_3000"]["p"][-1] == 1.0
    system = controlled("TwoPoint", StepWorkload(at=5.0, after=0.5))
    too_hot = trace(system, "ring.detuning") < -0.1e-9
    assert too_hot.any()
    assert not trace(system, "controller.heater_duty")[1:][too_hot[:-1]].any()


def test_the_published_pid_has_a_constant_bias_and_ours_has_none() -> None:
    """Its `unlock_boost` is added whether locked or not, so it heats a resonator that is exactly tuned."""
    published = PUBLISHED["pid_wl0.1_200"]
    assert published["detune"][0] < 0
    assert published["duty"][1] > 0.1
    warming = controlled("Proportional", StepWorkload(at=0.0, after=0.1))
    assert not trace(warming, "controller.heater_duty").any()
