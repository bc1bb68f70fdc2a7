"""Systems that the command line runs by name."""

from proofmark_cosim.component import Component
from proofmark_cosim.plants import CrcSampler, DcMotor, Formation, Impairment, LinkMonitor, RcThermal, Resonator
from proofmark_cosim.system import Metric, Placed, System

CYCLE_S = 0.1
KELVIN = 273.15


def thermal_resonator(scenario: Component, cycles: int, heat: RcThermal | None = None, period: int = 1) -> System:
    """A heated resonator and the link it carries; the public ThermalRes project's plant, with its numbers.

    Parameters
    ----------
    period
        Cycles between two exchanges of the heat.
    """
    return System(
        cycle_s=CYCLE_S,
        duration_s=cycles * CYCLE_S,
        plants={
            "heat": Placed(heat or RcThermal(), period * CYCLE_S),
            "ring": Placed(Resonator()),
            "frame": Placed(Impairment()),
            "crc": Placed(CrcSampler()),
            "link": Placed(LinkMonitor()),
        },
        connect={
            "heat.heater": "scenario.heater",
            "heat.workload": "scenario.workload",
            "ring.temperature": "heat.temperature",
            "frame.detuning": "ring.detuning",
            "frame.locked": "ring.locked",
            "crc.probability": "frame.crc_fail_probability",
            "link.crc_fail": "crc.crc_fail",
        },
        scenario=scenario,
        metrics={
            "t_max_k": Metric("max", "heat.temperature"),
            "lock_fraction": Metric("fraction", "ring.locked"),
            "mean_crc_fail_probability": Metric("mean", "frame.crc_fail_probability"),
            "energy_j": Metric("integral", "heat.input_power"),
        },
    )


def motor(scenario: Component, cycles: int) -> System:
    """A motor whose duty is the scenario's value."""
    return System(
        cycle_s=1e-3,
        duration_s=cycles * 1e-3,
        plants={"motor": Placed(DcMotor(load=0.02, dry_friction=0.005))},
        scenario=scenario,
        signal="motor.duty",
        metrics={
            "speed_max_rad_s": Metric("max", "motor.speed"),
            "energy_j": Metric("integral", "motor.power"),
        },
    )


def formation(scenario: Component, cycles: int) -> System:
    """Five robots in a circle, around a goal that the scenario moves along x."""
    return System(
        cycle_s=0.05,
        duration_s=cycles * 0.05,
        plants={"robots": Placed(Formation())},
        scenario=scenario,
        signal="robots.goal_x",
        metrics={
            "formation_error_m": Metric("last", "robots.formation_error"),
            "closest_m": Metric("min", "robots.closest"),
        },
    )


READY = {"thermal-resonator": thermal_resonator, "motor": motor, "formation": formation}
"""By the name that `proofmark cosim run --plant` takes."""
SAMPLES = {
    "thermal-resonator": {
        "temp_c": ("heat.temperature", 1.0, -KELVIN),
        "detune_nm": ("ring.detuning", 1e9, 0.0),
        "locked": ("ring.locked", 1.0, 0.0),
        "crc_fail_prob": ("frame.crc_fail_probability", 1.0, 0.0),
        "heater_duty": ("scenario.heater", 1.0, 0.0),
        "workload_frac": ("scenario.workload", 1.0, 0.0),
        "link_up": ("link.up", 1.0, 0.0),
    },
    "motor": {
        "speed_rad_s": ("motor.speed", 1.0, 0.0),
        "current_a": ("motor.current", 1.0, 0.0),
        "duty": ("scenario.value", 1.0, 0.0),
    },
    "formation": {
        "formation_error_m": ("robots.formation_error", 1.0, 0.0),
        "closest_m": ("robots.closest", 1.0, 0.0),
        "centre_x_m": ("robots.centre_x", 1.0, 0.0),
        "goal_x_m": ("scenario.value", 1.0, 0.0),
    },
}
"""What samples of the time series hold: a signal, times a factor, plus an offset."""
FLAGS = frozenset({"locked", "link_up"})
"""Samples that are true or false."""
