"""A switched output goes on and off within a plant's period, on whole numbers; the plant sees both parts exactly."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import solve_ivp

from proofmark_controller import check
from proofmark_cosim import Component, ControllerUse, CosimError, Metric, Placed, Pwm, Recording, System, simulate
from proofmark_cosim.component import Moment, Port, Values
from proofmark_cosim.fmi.unit import Fmu
from proofmark_cosim.graph import Node, constant
from proofmark_cosim.plants import DcMotor, RcThermal
from proofmark_cosim.scenarios import Sine

from . import fmus
from .systems import closed_loop, columns

FollowsItsInput = check("""
from dataclasses import dataclass
from proofmark_controller import float32

@dataclass(frozen=True)
class Inputs:
    wanted: float32

@dataclass(frozen=True)
class Outputs:
    duty: float32 = float32(0.0)
    other: float32 = float32(0.0)

@dataclass
class Follows:
    last: float32 = float32(0.0)

    def step(self, inputs: Inputs) -> Outputs:
        self.last = inputs.wanted
        return Outputs(duty=inputs.wanted, other=inputs.wanted)
""")
STEPS = 100
"""Of the PWM: no power of two, as timers have it."""
PERIOD_S = 0.02


def driven(plant: Component, wires: dict[str, str], cycles: int = 40, switched: bool = True) -> System:
    pwm = Pwm(STEPS - 1, switched)
    return System(
        cycle_s=PERIOD_S,
        duration_s=cycles * PERIOD_S,
        plants={"it": Placed(plant)},
        connect={**{f"it.{port}": text for port, text in wires.items()}, "controller.wanted": "scenario.value * a"},
        scenario=Sine(frequency=1.7),
        controller=ControllerUse(FollowsItsInput, PERIOD_S, drives={"duty": pwm, "other": pwm}),
        metrics={"last": Metric("last", "controller.duty")},
    )


def traces(system: System, a: float = 1.0) -> dict[str, npt.NDArray[np.float64]]:
    found = simulate(system, {"a": np.array([a])}, recording=Recording([0])).traces
    assert found is not None
    return {name: column[0] for name, column in found.signals.items()}


def test_a_heat_capacity_follows_the_closed_form_of_both_parts() -> None:
    """exp(-t / RC) within each part; the signal itself tells the average."""
    plant = RcThermal(resistance=8.0, capacity=0.005, heater_power=3.0)
    found = traces(driven(plant, {"heater": "controller.duty"}))
    duty, rise = found["controller.duty"], 0.0
    assert len(np.unique(duty)) > 20
    np.testing.assert_array_equal(np.rint(duty * STEPS) / STEPS, duty)
    for cycle in range(40):
        on_s = np.rint(duty[cycle] * STEPS) / STEPS * PERIOD_S
        for part_s, power in ((on_s, 3.0), (PERIOD_S - on_s, 0.0)):
            decay = np.exp(-part_s / 0.04)
            rise = decay * rise + 8.0 * power * (1 - decay)
        assert found["it.rise"][cycle + 1] == pytest.approx(rise, rel=0, abs=1e-12)


def test_switched_and_averaged_differ_where_the_plant_is_fast_and_agree_where_it_is_slow() -> None:
    for capacity, apart in ((0.001, True), (1000.0, False)):
        plant = RcThermal(capacity=capacity)
        wires = {"heater": "controller.duty"}
        switched, averaged = (traces(driven(plant, wires, switched=way))["it.rise"] for way in (True, False))
        difference = np.abs(switched - averaged).max() / np.abs(averaged).max()
        assert bool(difference > 0.1) is apart
        assert apart or difference < 1e-4


def test_a_motor_follows_an_integrator_that_stops_at_every_edge() -> None:
    motor = DcMotor(inductance=2e-3)
    found = traces(driven(motor, {"duty": "0.5 * controller.duty"}), 0.8)
    state = np.zeros(2)
    for cycle in range(40):
        on_s = np.rint(found["controller.duty"][cycle] * STEPS) / STEPS * PERIOD_S
        for part_s, voltage in ((on_s, 12.0), (PERIOD_S - on_s, 0.0)):
            if part_s > 0:

                def slope(_: float, x: npt.NDArray[np.float64], u: float = voltage) -> list[float]:
                    return [(u - x[0] - 0.05 * x[1]) / 2e-3, (0.05 * x[0] - 1e-5 * x[1]) / 1e-4]

                state = solve_ivp(slope, (0, part_s), state, method="DOP853", rtol=1e-12, atol=1e-12).y[:, -1]
        assert found["it.current"][cycle + 1] == pytest.approx(state[0], rel=0, abs=1e-8)
        assert found["it.speed"][cycle + 1] == pytest.approx(state[1], rel=0, abs=1e-7)


def test_no_bit_depends_on_who_computes() -> None:
    system = closed_loop(200)
    assert system.controller is not None
    use = replace(system.controller, drives={"heater_duty": Pwm(999, switched=True)})
    switched = replace(system, controller=use)
    ours, theirs = (simulate(switched, columns(), seed=3, runs=runs) for runs in ("auto", "numpy"))
    for name, column in ours.metrics.items():
        assert column.tobytes() == theirs.metrics[name].tobytes()
    averaged = simulate(system, columns(), seed=3)
    assert (ours.metrics["energy"] != averaged.metrics["energy"]).any()


def test_the_ends_of_the_duty_are_no_edges() -> None:
    for wanted, held in (("0", 0.0), ("1", 1.0)):
        system = driven(RcThermal(), {"heater": "controller.duty"}, 20)
        ends = replace(system, connect={**system.connect, "controller.wanted": wanted})
        steady = replace(system, controller=None, metrics={}, connect={"it.heater": f"{held}"})
        ours, theirs = traces(ends)["it.rise"][2:], traces(steady)["it.rise"][1:-1]
        np.testing.assert_allclose(ours, theirs, rtol=1e-13)


@dataclass(frozen=True, kw_only=True)
class Drawing(Component):
    """A state that noise moves."""

    kind: ClassVar[str] = "drawing"

    def inputs(self) -> tuple[Port, ...]:
        return (Port("u", ""),)

    def outputs(self) -> tuple[Port, ...]:
        return (Port("x", ""),)

    def start(self, _: Values, /) -> dict[str, Node]:
        return {"x": constant(0.0)}

    def observe(self, now: Moment) -> dict[str, Node]:
        return {"x": now.x["x"]}

    def advance(self, now: Moment) -> dict[str, Node]:
        return {"x": now.u["u"] + now.normal("push")}


@pytest.mark.parametrize(
    ("plant", "wires", "told"),
    [
        (
            DcMotor(),
            {"duty": "controller.duty - controller.other"},
            "connect.it.duty: expected one switched output, controller.duty, got 'controller.other'",
        ),
        (Drawing(), {"u": "controller.duty"}, "it: expected a plant without noise behind a switched output"),
    ],
)
def test_what_cannot_be_switched_is_refused(plant: Component, wires: dict[str, str], told: str) -> None:
    with pytest.raises(CosimError, match=told):
        simulate(driven(plant, wires), {"a": np.ones(1)})


def test_an_fmu_steps_by_itself_and_cannot_be_switched() -> None:
    with pytest.raises(CosimError, match=r"it: expected an averaged controller\.duty: it steps by itself"):
        simulate(driven(Fmu(data=fmus.oven()), {"heat": "controller.duty"}), {"a": np.ones(1)})
