"""Reference cases as problems: what each is, what is read off its solution, what the reference says, how near."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from proofmark_thermal.engine import Solution
from proofmark_thermal.problem import Faces, Probe, Region, Sink, Source, ThermalProblem, Transient
from proofmark_thermal.shapes import Axisymmetric, Pad, Plane, Plate, Rectangle, Rod, Segment, Shapes
from proofmark_thermal.values import Schedule, Table

CELSIUS = 273.15
REFERENCE: dict[str, Any] = {
    case["id"]: case for case in json.loads((Path(__file__).parents[1] / "reference" / "thermal.json").read_text())
}


@dataclass(frozen=True)
class Case:
    """One reference case."""

    problem: ThermalProblem
    read: Callable[[Solution], list[float]]
    expected: list[float]
    tolerance: float
    """In the unit of what is read."""


def cases() -> Mapping[str, Case]:
    """Return the reference cases by name, but for the manufactured one and the one that must not decide."""
    return {
        "NAFEMS-T2": _nafems_t2(),
        "NAFEMS-T3": _nafems_t3(),
        "NAFEMS-T4": _nafems_t4(),
        "ARPACI-3-8": _arpaci(),
        "INCROPERA-3.116": _blade(),
        "SLAB-BI10": _slab(),
        "CYL-BI2": _cooling_cylinder(),
        "CYL-SOURCE": _heated_cylinder(),
        "SPREAD-PLATE": _spreading_plate(),
    }


def _nafems_t2() -> Case:
    case = REFERENCE["NAFEMS-T2"]
    data = case["data"]
    problem = ThermalProblem(
        Shapes({"bar": (Segment(data["L_m"]),)}, Rod()),
        {"bar": Region(k=data["k"])},
        {
            "hot": Sink(Faces(name="left"), temperature=data["T_left_K"]),
            "far": Sink(Faces(name="right"), emissivity=data["eps"], ambient=data["T_rad_K"]),
        },
        probes={"end": Probe((data["L_m"], 0, 0))},
    )
    return Case(problem, lambda s: [s.readings.probes["end"]], [case["reference"]["T_right_K"]], case["tol"]["K"])


def _nafems_t3() -> Case:
    case = REFERENCE["NAFEMS-T3"]
    data = case["data"]
    times = np.linspace(0, data["t_s"], 257)
    swing = CELSIUS + 100 * np.sin(np.pi * times / 40)
    problem = ThermalProblem(
        Shapes({"bar": (Segment(data["L_m"]),)}, Rod()),
        {"bar": Region(k=data["k"], rho=data["rho"], cp=data["cp"])},
        {
            "cold": Sink(Faces(name="left"), temperature=data["T_x0_C"] + CELSIUS),
            "swing": Sink(Faces(name="right"), temperature=Schedule(tuple(times.tolist()), tuple(swing.tolist()))),
        },
        probes={"point": Probe((data["point_x_m"], 0, 0))},
        transient=Transient(data["t_s"], data["T0_C"] + CELSIUS),
        accuracy=0.05,
    )
    expected = case["reference"]["exact_series_C"] + CELSIUS
    return Case(problem, lambda s: [s.readings.probes["point"]], [expected], case["tol"]["series_K"])


def _nafems_t4() -> Case:
    case = REFERENCE["NAFEMS-T4"]
    data = case["data"]
    air = data["T_amb_C"] + CELSIUS
    problem = ThermalProblem(
        Shapes({"plate": (Rectangle(tuple(data["domain_m"])),)}, Plane()),
        {"plate": Region(k=data["k"])},
        {
            "hot": Sink(Faces(name="bottom"), temperature=data["bottom_T_C"] + CELSIUS),
            "side": Sink(Faces(name="right"), convection=data["right_top_h"], ambient=air),
            "top": Sink(Faces(name="top"), convection=data["right_top_h"], ambient=air),
        },
        probes={"point": Probe((*data["point_m"], 0))},
        accuracy=0.03,
    )
    expected = case["reference"]["T_C_3digits"] + CELSIUS
    return Case(problem, lambda s: [s.readings.probes["point"]], [expected], case["tol"]["K"])


def _arpaci() -> Case:
    case = REFERENCE["ARPACI-3-8"]
    problem = ThermalProblem(
        Shapes({"slab": (Segment(case["data"]["L_m"]),)}, Rod()),
        {"slab": Region(k=Table((0.0, 1000.0), (2.0, 22.0)), power_density=case["data"]["Q_W_m3"])},
        {"cold": Sink(Faces(name="right"), temperature=case["data"]["T_xL"])},
        accuracy=0.001,
    )
    expected = case["reference"]["T_x0"]
    return Case(problem, lambda s: [s.hottest.temperature], [expected], case["tol"]["rel"] * expected)


def _blade() -> Case:
    case = REFERENCE["INCROPERA-3.116"]
    data = case["data"]
    problem = ThermalProblem(
        Shapes({"blade": (Segment(data["L_m"]),)}, Rod(data["Ac_m2"], data["P_m"])),
        {"blade": Region(k=data["k"])},
        {
            "root": Sink(Faces(name="left"), temperature=data["T_base_C"] + CELSIUS),
            "gas": Sink(Faces(name="side"), convection=data["h"], ambient=data["T_inf_C"] + CELSIUS),
        },
    )
    reference = case["reference"]
    return Case(
        problem,
        lambda s: [s.hottest.temperature, s.balance.leaving["gas"]],
        [reference["T_tip_C"] + CELSIUS, reference["q_base_W"]],
        case["tol"]["K"],
    )


def _slab() -> Case:
    case = REFERENCE["SLAB-BI10"]
    data = case["data"]
    problem = ThermalProblem(
        Shapes({"slab": (Segment(data["half_thickness_m"]),)}, Rod()),
        {"slab": Region(k=data["k"], rho=1.0, cp=data["rho_cp"])},
        {"air": Sink(Faces(name="right"), convection=data["h"], ambient=data["T_inf"])},
        probes={str(x): Probe((x, 0, 0)) for x in data["points_x"]},
        transient=Transient(data["times"][-1], data["T0"], report_at=tuple(data["times"])),
        accuracy=0.001,
    )
    probes = [str(x) for x in data["points_x"]]
    expected = [value for row in case["reference"]["theta"] for value in row]
    return Case(problem, lambda s: _at_times(s, data["times"], probes), expected, case["tol"]["abs"])


def _cooling_cylinder() -> Case:
    case = REFERENCE["CYL-BI2"]
    times = case["data"]["Fo"]
    problem = ThermalProblem(
        Shapes({"cylinder": (Rectangle((1.0, 0.3)),)}, Axisymmetric()),
        {"cylinder": Region(k=1.0, rho=1.0, cp=1.0)},
        {"oil": Sink(Faces(name="right"), convection=case["data"]["Bi"], ambient=0.0)},
        probes={"centre": Probe((0, 0.1, 0))},
        transient=Transient(times[-1], 1.0, report_at=tuple(times)),
        accuracy=0.002,
    )
    return Case(
        problem, lambda s: _at_times(s, times, ["centre"]), case["reference"]["theta_center"], case["tol"]["abs"]
    )


def _at_times(solution: Solution, times: list[float], probes: list[str]) -> list[float]:
    assert solution.course
    hit = [solution.course.times_s.tolist().index(time) for time in times]
    return [float(solution.course.probes_k[probe][step]) for step in hit for probe in probes]


def _heated_cylinder() -> Case:
    case = REFERENCE["CYL-SOURCE"]
    data = case["data"]
    problem = ThermalProblem(
        Shapes({"rod": (Rectangle((data["R_m"], data["R_m"])),)}, Axisymmetric()),
        {"rod": Region(k=data["k"], power_density=data["q_W_m3"])},
        {"oil": Sink(Faces(name="right"), convection=data["h"], ambient=data["T_inf_C"] + CELSIUS)},
        probes={"surface": Probe((data["R_m"], 0.3 * data["R_m"], 0))},
        accuracy=0.01,
    )
    centre = case["reference"]["T_center_C"]
    return Case(
        problem,
        lambda s: [s.hottest.temperature, s.readings.probes["surface"]],
        [centre + CELSIUS, case["reference"]["T_surface_C"] + CELSIUS],
        case["tol"]["rel_rise"] * (centre - data["T_inf_C"]),
    )


def _spreading_plate() -> Case:
    case = REFERENCE["SPREAD-PLATE"]
    data = case["data"]
    width, depth, _ = data["plate_m"]
    plate = Plate(tuple(data["plate_m"]), {"chip": Pad((width / 2, depth / 2), tuple(data["source_m"]))})
    problem = ThermalProblem(
        Shapes({"plate": (plate,)}),
        {"plate": Region(k=data["k"])},
        {"air": Sink(Faces(name="bottom"), convection=data["h_far_face"], ambient=data["T_inf_C"] + CELSIUS)},
        {"heat": Source(Faces(name="chip"), power=40.0)},
    )
    reference = case["reference"]["T_max_C"] + CELSIUS
    return Case(problem, lambda s: [s.hottest.temperature], [reference], case["tol"]["K"])
