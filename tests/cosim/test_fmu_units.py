"""FMUs that others build, as plants: states, events, units and failures, against closed forms and FMPy's master."""

import math
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from fmpy import simulate_fmu

from proofmark_controller.host import compilers
from proofmark_cosim import Metric, Placed, Recording, Result, System, simulate
from proofmark_cosim.errors import ClockedFmu, UnknownSignal, WrongCausality, WrongFmu
from proofmark_cosim.fmi.reading import read_fmu
from proofmark_cosim.fmi.unit import Fmu
from proofmark_cosim.scenarios import StepWorkload

from . import fmus

pytestmark = pytest.mark.foreign


@pytest.fixture(scope="module", autouse=True)
def made() -> None:
    """Build each FMU once, in the process that all tests are forks of."""
    fmus.oven()
    fmus.three(DAHLQUIST)
    fmus.three(fmus.BALL)
    if compilers():
        fmus.decay()


DAHLQUIST = """
from pythonfmu3 import *

class Dahlquist(Fmi3SlaveBase, ModelExchange, CoSimulation):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.time, self.k, self.x, self.derx = 0.0, 1.0, 1.0, 0.0
        c, v = Fmi3Causality, Fmi3Variability
        self.register_variable(Float64("time", causality=c.independent, variability=v.continuous))
        self.register_variable(Float64("x", causality=c.output, variability=v.continuous, initial=Fmi3Initial.exact))
        self.register_variable(Float64("derx", causality=c.local, variability=v.continuous, derivative=1))
        self.register_variable(Float64("k", causality=c.parameter, variability=v.fixed))

    def get_continuous_state_derivatives(self):
        self.derx = -self.k * self.x
        return [self.derx]

    def do_step(self, current_time, step_size):
        self.time = current_time + step_size
        self.x += -self.k * self.x * step_size
        return Fmi3StepResult(Fmi3Status.ok)
"""
"""Both interfaces; by co-simulation it takes Euler steps."""
KELVIN = 273.15


def run(unit: Fmu, inputs: dict[str, str] | None = None, cycles: int = 10, cycle_s: float = 0.1, **more: Any) -> Result:
    system = System(
        cycle_s=cycle_s,
        duration_s=cycles * cycle_s,
        plants={"fmu": Placed(unit)},
        connect={f"fmu.{name}": text for name, text in (inputs or {}).items()},
        **{key: more.pop(key) for key in ("scenario", "metrics") if key in more},
    )
    return simulate(system, more.pop("columns", {}), recording=Recording(more.pop("rows", [0])))


def trace(result: Result, name: str, row: int = 0) -> Any:
    assert result.traces is not None
    return result.traces.signals[f"fmu.{name}"][row]


def test_an_fmu_2_of_others_takes_every_type_of_input_and_parameter() -> None:
    columns = {"a": np.array([0.5, 1.0]), "gain": np.array([2.0, 3.0])}
    unit = Fmu(data=fmus.oven(), parameters={"gain": "gain"})
    found = run(
        unit,
        {"heat": "a", "on": "scenario.value", "stage": "1.4"},
        columns=columns,
        rows=[0, 1],
        scenario=StepWorkload(at=0.5),
        metrics={"warm": Metric("last", "fmu.warm")},
    )
    for row in range(2):
        a, gain = columns["a"][row], columns["gain"][row]
        steps = np.maximum(np.arange(11) - 5, 0)
        np.testing.assert_allclose(trace(found, "level", row), 10 * a + steps * 0.1 * gain * a * 2, rtol=1e-12)
    assert found.metrics["warm"].tolist() == [1, 1]


def test_inputs_at_the_start_reach_the_initialisation() -> None:
    """The oven's level begins at ten times its heat."""
    assert trace(run(Fmu(data=fmus.oven()), {"heat": "0.3"}), "level")[0] == 3.0
    fed_back = run(Fmu(data=fmus.oven()), {"heat": "fmu.level"})
    assert trace(fed_back, "level")[0] == 0.0


def test_an_fmu_that_fails_takes_its_own_vector_along_and_says_why() -> None:
    found = run(Fmu(data=fmus.oven()), {"heat": "a"}, columns={"a": np.array([9.0, 1.0])})
    assert found.broken_at.tolist() == [1, -1]
    assert found.reasons == {0: "fmu: fmi2DoStep failed with status 4 (fatal)."}


def test_states_of_model_exchange_follow_the_closed_form() -> None:
    unit = Fmu(data=fmus.three(DAHLQUIST), use="model-exchange", parameters={"k": "k", "x": 3.0})
    columns = {"k": np.array([0.5, 400.0])}
    found = run(unit, columns=columns, rows=[0, 1])
    for row, k in enumerate(columns["k"]):
        np.testing.assert_allclose(trace(found, "x", row), 3 * np.exp(-k * np.arange(11) * 0.1), rtol=0, atol=1e-7)


def test_the_interface_is_the_one_asked_for_and_co_simulation_where_there_are_two() -> None:
    data = fmus.three(DAHLQUIST)
    assert trace(run(Fmu(data=data)), "x")[-1] == pytest.approx(0.9**10, rel=1e-12)
    assert trace(run(Fmu(data=data, use="model-exchange")), "x")[-1] == pytest.approx(math.exp(-1), rel=1e-7)


def test_event_mode_of_co_simulation_changes_no_step_without_events() -> None:
    data = fmus.changed(fmus.three(DAHLQUIST), "<CoSimulation ", '<CoSimulation hasEventMode="true" ')
    assert read_fmu("d", data).interfaces["co-simulation"].event_mode
    assert trace(run(Fmu(data=data)), "x")[-1] == pytest.approx(0.9**10, rel=1e-12)


def test_a_ball_bounces_where_and_when_it_must() -> None:
    """FMI 3.0: a state event within a cycle. h = 1 - g t^2 / 2 to the first contact, then v = e g t1."""
    columns = {"e": np.array([0.7, 0.3])}
    found = run(
        Fmu(data=fmus.three(fmus.BALL), parameters={"e": "e"}),
        {"g": "9.81"},
        columns=columns,
        rows=[0, 1],
        cycles=12,
        cycle_s=0.05,
    )
    first_s = math.sqrt(2 / 9.81)
    for row, e in enumerate(columns["e"]):
        at_s = 0.05 * np.arange(13)
        after_s = np.maximum(at_s - first_s, 0)
        second_s = first_s * (1 + 2 * e)
        closed = np.where(at_s < first_s, 1 - 9.81 * at_s**2 / 2, e * 9.81 * first_s * after_s - 9.81 * after_s**2 / 2)
        known = at_s < second_s
        np.testing.assert_allclose(trace(found, "h", row)[known], closed[known], rtol=0, atol=1e-9)


def test_a_ball_bounces_as_under_another_master(tmp_path: Path) -> None:
    path = tmp_path / "ball.fmu"
    path.write_bytes(fmus.three(fmus.BALL))
    theirs = simulate_fmu(str(path), stop_time=1.0, output_interval=0.1, relative_tolerance=1e-10, output=["h"])
    ours = trace(run(Fmu(data=path.read_bytes())), "h")
    last_of_each_moment = {round(float(row["time"]), 9): float(row["h"]) for row in theirs}
    np.testing.assert_allclose(ours, [last_of_each_moment[round(0.1 * k, 9)] for k in range(11)], atol=1e-6)


def test_state_events_and_time_events_of_fmi_2_come_when_they_must() -> None:
    """T - 20 = 60 exp(-t): 50 degC after ln 2 s; a tick at every quarter of a second; all of it in SI."""
    shown = {name: name for name in ("T", "below", "ticks", "steps")}
    found = run(Fmu(data=fmus.decay(), shown=shown))
    at_s = 0.1 * np.arange(11)
    np.testing.assert_allclose(trace(found, "T"), KELVIN + 20 + 60 * np.exp(-at_s), rtol=0, atol=1e-6)
    np.testing.assert_array_equal(trace(found, "below"), at_s > math.log(2))
    np.testing.assert_array_equal(trace(found, "ticks"), [0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4])
    assert trace(found, "steps")[-1] >= 10


def test_values_cross_in_si_where_the_fmu_tells_its_units() -> None:
    unit = Fmu(data=fmus.decay(), parameters={"rate": 0.5, "T": KELVIN + 50})
    ports = {port.name: (port.unit, port.default) for port in (*unit.inputs(), *unit.outputs())}
    assert ports["ambient"] == ("K", KELVIN + 20)
    assert ports["T"] == ("K", None)
    assert unit.numbers()["rate"].unit == "s^-1"
    found = run(unit, {"ambient": f"{KELVIN} + 10"})
    at_s = 0.1 * np.arange(11)
    np.testing.assert_allclose(trace(found, "T"), KELVIN + 10 + 40 * np.exp(-0.5 * at_s), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"parameters": {"level": 1}}, WrongCausality, "'level': expected a parameter or start value, got output"),
        ({"parameters": {"gian": 1}}, UnknownSignal, "parameters: expected one of gain, got 'gian'"),
        ({"shown": {"x": "heat"}}, WrongCausality, "'heat': expected a variable that the FMU computes, got input"),
        ({"shown": {"x": "heit"}}, UnknownSignal, "got 'heit'"),
        ({"use": "model-exchange"}, WrongFmu, "expected an FMU for model-exchange, got one for co-simulation"),
    ],
)
def test_a_variable_in_the_wrong_place_is_refused(options: dict[str, Any], error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        Fmu(data=fmus.oven(), **options)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('fmiVersion="2.0"', 'fmiVersion="1.0"', "expected an FMU 2.0 or 3.0, got FMI 1.0"),
        ("<fmiModelDescription", "<model", "that follows the standard, got mismatched tag"),
        ("<CoSimulation", "<Nothing", "expected an FMU for co-simulation or model exchange, got neither"),
        ('valueReference="', 'reference="', "follows the standard, got no 'valueReference'"),
        (' guid="', ' id="', "follows the standard, got no 'guid'"),
        ("<?xml", '<!DOCTYPE x [<!ENTITY a "aaaa">]><!--', "that follows the standard"),
    ],
)
def test_a_description_that_is_none_is_refused(old: str, new: str, told: str) -> None:
    with pytest.raises(WrongFmu, match=told):
        Fmu(data=fmus.changed(fmus.oven(), old, new))


def test_an_fmu_with_a_clock_is_refused_by_its_name() -> None:
    clock = '<Clock name="tick" valueReference="77" causality="input" intervalVariability="constant"/>'
    data = fmus.changed(fmus.three(DAHLQUIST), "<ModelVariables>", f"<ModelVariables>{clock}")
    with pytest.raises(ClockedFmu, match=r"model\.fmu: expected an FMU without clocks, got the clock 'tick'"):
        Fmu(data=data)


def test_an_archive_that_would_unpack_to_more_than_a_disk_is_refused() -> None:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for number in range(10_001):
            archive.writestr(str(number), b"")
    with pytest.raises(WrongFmu, match="expected at most 1024 MiB unpacked, got more"):
        Fmu(data=out.getvalue())


def test_states_that_leave_the_numbers_fail_their_vector() -> None:
    found = run(Fmu(data=fmus.decay(), parameters={"rate": "r"}), columns={"r": np.array([-1e4, 1.0])})
    assert found.broken_at.tolist() == [1, -1]
    assert found.reasons[0].startswith("fmu: the states cannot be integrated beyond ")
