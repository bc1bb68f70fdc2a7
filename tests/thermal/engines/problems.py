"""Problems for the engines, each with one thing that they might get wrong."""

from dataclasses import replace

from proofmark_thermal.building import build
from proofmark_thermal.meshing import mesh_for
from proofmark_thermal.model import Model
from proofmark_thermal.problem import Contact, Faces, Probe, Region, Sink, Source, ThermalProblem, Transient
from proofmark_thermal.shapes import Axisymmetric, Box, Cylinder, Plane, Rectangle, Shapes
from proofmark_thermal.values import Schedule, Table


def stack(**changes: object) -> ThermalProblem:
    """Two blocks with a contact; heat enters at one end's top, so that it spreads in all directions."""
    problem = ThermalProblem(
        Shapes({"hot": (Box((0.01, 0.02, 0.02)),), "cold": (Box((0.02, 0.02, 0.02), (0.01, 0.0, 0.0)),)}),
        {"hot": Region(k=200.0), "cold": Region(k=50.0)},
        {"end": Sink(Faces(name="cold.right"), temperature=300.0)},
        {"heat": Source(Faces(name="hot.top"), power=10.0)},
        (Contact(("hot", "cold"), resistance=1e-4),),
        {"before": Probe((0.01, 0.01, 0.01), "hot"), "after": Probe((0.01, 0.01, 0.01), "cold")},
        element_size=0.005,
    )
    return replace(problem, **changes)  # type: ignore[arg-type]


def problems() -> dict[str, ThermalProblem]:
    air = Sink(Faces(name="cold.right"), convection=200.0, ambient=300.0)
    bar = ThermalProblem(
        Shapes({"bar": (Rectangle((0.02, 0.01)),)}, Plane(0.05)),
        {"bar": Region(k=20.0)},
        {
            "left": Sink(Faces(name="left"), temperature=350.0),
            "right": Sink(Faces(name="right"), flux=2000.0),
            "front": Sink(Faces(name="front"), convection=10.0, ambient=300.0),
        },
        probes={"corner": Probe((0.02, 0.01, 0.0))},
    )
    return {
        "contact": stack(),
        "faces and volumes": stack(
            regions={"hot": Region(k=(200.0, 20.0, 80.0), power=5.0), "cold": Region(k=50.0)},
            sinks={
                "air": air,
                "wind": Sink(Faces(name="hot.top"), convection=30.0, ambient=290.0),
                "out": Sink(Faces(name="hot.left"), flux=3000.0),
            },
            sources={"heat": Source(Faces(name="hot.top"), power=2.0)},
        ),
        "k(T) and radiation": stack(
            regions={"hot": Region(k=Table((300.0, 330.0, 700.0), (20.0, 10.0, 60.0))), "cold": Region(k=20.0)},
            sinks={"air": air, "sky": Sink(Faces(name="hot.left"), emissivity=0.9, ambient=280.0)},
        ),
        "h(rise) and Q(T)": stack(
            regions={"hot": Region(k=200.0, power=Table((300.0, 400.0), (5.0, 9.0))), "cold": Region(k=50.0)},
            sinks={"air": replace(air, convection=Table((0.0, 50.0), (100.0, 400.0)))},
        ),
        "curved": ThermalProblem(
            Shapes({"rod": (Cylinder(0.01, 0.01),)}),
            {"rod": Region(k=3.0, power=1.0)},
            {"oil": Sink(Faces(name="side"), convection=100.0, ambient=300.0)},
            element_size=0.005,
        ),
        "plane section": bar,
        "axisymmetric section": ThermalProblem(
            Shapes({"tube": (Rectangle((0.01, 0.02), (0.005, 0.0)),)}, Axisymmetric()),
            {"tube": Region(k=5.0)},
            {"air": Sink(Faces(name="right"), convection=50.0, ambient=300.0)},
            {"heat": Source(Faces(name="left"), power=3.0)},
        ),
        "contact in a section": ThermalProblem(
            Shapes(
                {"core": (Rectangle((0.01, 0.02)),), "shell": (Rectangle((0.01, 0.02), (0.01, 0.0)),)}, Axisymmetric()
            ),
            {"core": Region(k=20.0, power=5.0), "shell": Region(k=5.0)},
            {"air": Sink(Faces(name="shell.right"), convection=50.0, ambient=300.0)},
            contacts=(Contact(("core", "shell"), conductance=300.0),),
        ),
        "transient": stack(
            regions={"hot": Region(k=200.0, rho=8000.0, cp=400.0), "cold": Region(k=50.0, rho=3000.0, cp=900.0)},
            sinks={"air": replace(air, convection=Schedule((0.0, 30.0, 30.0, 60.0), (50.0, 50.0, 400.0, 400.0)))},
            transient=Transient(60.0, 300.0, tolerance=0.5, report_at=(30.0,)),
            element_size=0.01,
        ),
    }


def model_of(problem: ThermalProblem) -> Model:
    return build(problem, mesh_for(problem))
