"""Systems that several tests run."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from proofmark_controller import check
from proofmark_cosim import Component, ControllerUse, Metric, Placed, Recording, System, simulate
from proofmark_cosim.plants import CrcSampler, Impairment, LinkMonitor, RcThermal, Resonator
from proofmark_cosim.scenarios import RandomTelegraph, StepWorkload

LOCK_CONTROL = Path(__file__).parents[2] / "examples" / "photonic-lock" / "controller.py"
OPTICS = {
    "ring.temperature": "heat.temperature",
    "frame.detuning": "ring.detuning",
    "frame.locked": "ring.locked",
}
OPEN_LOOP = OPTICS | {"heat.heater": "scenario.heater", "heat.workload": "scenario.workload"}


def thermal_resonator(scenario: Component, cycles: int, heat: RcThermal | None = None, period: int = 1) -> System:
    """The public project's plant, open loop; its heat is exchanged once in `period` cycles of 0.1 s."""
    return System(
        cycle_s=0.1,
        duration_s=cycles * 0.1,
        plants={
            "heat": Placed(heat or RcThermal(), 0.1 * period),
            "ring": Placed(Resonator()),
            "frame": Placed(Impairment()),
        },
        connect=OPEN_LOOP,
        scenario=scenario,
    )


def closed_loop(cycles: int = 300, scenario: Component | None = None) -> System:
    """Everything at once: a controller at its own period, noise, a telegraph, a link, metrics of every kind."""
    program = check(LOCK_CONTROL.read_text(), file=LOCK_CONTROL.name)
    metrics = {
        "t_max": Metric("max", "heat.temperature"),
        "t_min": Metric("min", "heat.temperature", after_s=0.5),
        "lock": Metric("fraction", "ring.locked"),
        "crc": Metric("mean", "frame.crc_fail_probability"),
        "energy": Metric("integral", "heat.input_power"),
        "settled": Metric("settling-time", "ring.detuning * 1e9", to="0", within="0.05"),
        "overshoot": Metric("overshoot", "heat.rise", to="3"),
        "fails": Metric("last", "link.crc_fails"),
    }
    return System(
        cycle_s=0.01,
        duration_s=cycles * 0.01,
        plants={
            "heat": Placed(RcThermal(resistance="r", capacity=0.1)),
            "ring": Placed(Resonator(target=1550.3e-9)),
            "frame": Placed(Impairment(), 0.03),
            "crc": Placed(CrcSampler(), 0.03),
            "link": Placed(LinkMonitor(), 0.03),
        },
        connect=OPTICS
        | {
            "heat.heater": "controller.heater_duty",
            "heat.workload": "scenario.workload",
            "crc.probability": "frame.crc_fail_probability",
            "link.crc_fail": "crc.crc_fail",
            "controller.detuning_nm": "ring.detuning * 1e9 + offset",
            "controller.locked": "ring.locked",
        },
        scenario=scenario or RandomTelegraph(low=0.1, high=0.3, rate=2.0),
        controller=ControllerUse(program, 0.02, {"pid.kp": "kp"}),
        metrics=metrics,
    )


def columns(n: int = 12) -> dict[str, npt.NDArray[np.float64]]:
    """Parameters of `closed_loop`."""
    rng = np.random.default_rng(3)
    return {
        "r": rng.uniform(8, 12, n),
        "kp": rng.uniform(-0.8, -0.2, n),
        "offset": rng.normal(0, 0.01, n),
    }


def steps(at: float = 0.5) -> StepWorkload:
    """A workload step."""
    return StepWorkload(at=at, before=0.1, after=0.3)


def trace(system: System, signal: str) -> npt.NDArray[np.float64]:
    """A signal of a single run at every cycle, the end included."""
    traces = simulate(system, {}, recording=Recording([0], signals=[signal])).traces
    assert traces is not None
    found: npt.NDArray[np.float64] = traces.signals[signal][0]
    return found
