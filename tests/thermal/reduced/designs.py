"""Problems that reduced models are tried on, with their parameters."""

from collections.abc import Mapping

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.building import build
from proofmark_thermal.meshing import mesh_of
from proofmark_thermal.model import Model
from proofmark_thermal.problem import Contact, Faces, Probe, Region, Sink, Source, ThermalProblem
from proofmark_thermal.reduced.form import Varied
from proofmark_thermal.shapes import Box, Pad, Plane, Plate, Rectangle, Rod, Segment, Shapes

Design = tuple[Model, Mapping[str, Varied]]


def driver() -> Design:
    """A chip that makes heat on a cooled block, with a joint between them."""
    problem = ThermalProblem(
        Shapes({"sink": (Box((0.06, 0.04, 0.01)),), "chip": (Box((0.02, 0.02, 0.004), (0.01, 0.01, 0.01)),)}),
        {"sink": Region(k=167.0), "chip": Region(k=120.0, power=50.0)},
        {"air": Sink(Faces(name="sink.bottom"), convection=500.0, ambient=293.15)},
        contacts=(Contact(("sink", "chip"), resistance=2e-5),),
        probes={"ntc": Probe((0.055, 0.035, 0.01), "sink")},
    )
    return build(problem, mesh_of(problem.geometry, 0.006)), {
        "k": Varied(140, 190, ("regions.sink.k",)),
        "chip_k": Varied(90, 150, ("regions.chip.k",)),
        "h": Varied(200, 900, ("sinks.air.convection",)),
        "loss": Varied(40, 60, ("regions.chip.power",)),
        "ambient": Varied(280, 310, ("sinks.air.ambient",)),
        "pad": Varied(1e-5, 4e-5, ("contacts.sink.chip.resistance",)),
    }


def board() -> Design:
    """Two dies on an orthotropic board between two surroundings, either of which can be the hotter; a junction."""
    problem = ThermalProblem(
        Shapes(
            {
                "board": (
                    Plate(
                        (0.06, 0.04, 0.004),
                        {"a": Pad((0.015, 0.02), (0.01, 0.01)), "b": Pad((0.045, 0.02), (0.01, 0.01))},
                    ),
                )
            }
        ),
        {"board": Region(k=(20.0, 20.0, 0.8))},
        {
            "below": Sink(Faces(name="bottom"), convection=150.0, ambient=300.0),
            "side": Sink(Faces(name="left"), convection=40.0, ambient=320.0),
        },
        {
            "die_a": Source(Faces(name="a"), power=3.0, junction_resistance=2.0),
            "die_b": Source(Faces(name="b"), flux=2e4),
        },
    )
    return build(problem, mesh_of(problem.geometry, 0.006)), {
        "k_plane": Varied(15, 25, ("regions.board.k.x", "regions.board.k.y")),
        "k_through": Varied(0.5, 1.0, ("regions.board.k.z",)),
        "h": Varied(100, 200, ("sinks.below.convection",)),
        "a": Varied(0.5, 4, ("sources.die_a.power",)),
        "b": Varied(5e3, 4e4, ("sources.die_b.flux",)),
        "air": Varied(290, 310, ("sinks.below.ambient",)),
        "wall": Varied(300, 340, ("sinks.side.ambient",)),
    }


def section() -> Design:
    """A plane section with two fixed temperatures, and a flux that leaves."""
    problem = ThermalProblem(
        Shapes({"body": (Rectangle((0.6, 1.0)),)}, Plane()),
        {"body": Region(k=52.0, power_density=2000.0)},
        {
            "hot": Sink(Faces(name="bottom"), temperature=373.15),
            "cold": Sink(Faces(name="right"), temperature=280.0),
            "air": Sink(Faces(name="top"), convection=750.0, ambient=273.15),
            "drain": Sink(Faces(name="left"), flux=200.0),
        },
        probes={"middle": Probe((0.3, 0.5, 0))},
    )
    return build(problem, mesh_of(problem.geometry, 0.1)), {
        "k": Varied(40, 60, ("regions.body.k",)),
        "h": Varied(300, 900, ("sinks.air.convection",)),
        "hot": Varied(360, 400, ("sinks.hot.temperature",)),
        "cold": Varied(270, 290, ("sinks.cold.temperature",)),
        "drain": Varied(-300, 500, ("sinks.drain.flux",)),
        "heat": Varied(0, 4000, ("regions.body.power_density",)),
    }


def wall() -> Design:
    """A rod with a closed form: heat in at one end, air at the other."""
    problem = ThermalProblem(
        Shapes({"wall": (Segment(0.1),)}, Rod(area=0.02)),
        {"wall": Region(k=10.0)},
        {"air": Sink(Faces(name="right"), convection=25.0, ambient=290.0)},
        {"heater": Source(Faces(name="left"), power=5.0)},
    )
    return build(problem, mesh_of(problem.geometry)), {
        "k": Varied(5, 15, ("regions.wall.k",)),
        "h": Varied(10, 40, ("sinks.air.convection",)),
        "heat": Varied(1, 9, ("sources.heater.power",)),
        "air": Varied(280, 300, ("sinks.air.ambient",)),
    }


def vectors(varied: Mapping[str, Varied], count: int, seed: int, wider: float = 0.0) -> dict[str, FloatArray]:
    """Draw parameter vectors from the ranges, or from wider ones."""
    generator = np.random.default_rng(seed)
    return {
        name: generator.uniform(
            each.low - wider * (each.high - each.low), each.high + wider * (each.high - each.low), count
        )
        for name, each in varied.items()
    }


def nominal(model: Model, varied: Mapping[str, Varied]) -> dict[str, FloatArray]:
    """Return the one vector of the problem's own numbers."""
    found = {}
    for name, each in varied.items():
        kind, owner, *field = each.places[0].split(".")
        if kind == "contacts":
            value = model.problem.contacts[0].resistance
        else:
            value = getattr(getattr(model.problem, kind)[owner], field[0])
        found[name] = np.array([value["xyz".index(field[1])] if isinstance(value, tuple) else value])
    return found
