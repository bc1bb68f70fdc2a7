"""Descriptions in plain data give the problems that they say, whatever gives the numbers."""

from pathlib import Path
from typing import Any

from proofmark_thermal.described import SHAPES, problem_of
from proofmark_thermal.problem import AtPlane, Contact, Faces, Probe, Region, Sink, Source, Transient
from proofmark_thermal.shapes import Axisymmetric, Box, Pad, Plate, Rectangle, Shapes, StepFile
from proofmark_thermal.values import Schedule, Table

VALUES = {"loss": 50.0, "k": 167.0}
DESCRIBED: dict[str, Any] = {
    "geometry": {
        "kind": "primitives",
        "parts": {
            "sink": [{"kind": "plate", "size": [1, 2, 3], "pads": {"die": {"centre": [1, 1], "size": [0.5, 0.5]}}}],
            "chip": [{"kind": "box", "size": [1, 1, 1], "at": [0, 0, 3]}],
        },
    },
    "regions": {
        "sink": {"material": "copper", "k": ["k", 1, {"at_k": [300, 400], "values": ["k", 2]}]},
        "chip": {"k": "k", "power": {"times_s": [0, 1], "values": [0, "loss"]}, "material": None},
    },
    "sources": {"die": {"faces": {"name": "die", "count": None}, "power": "loss"}},
    "sinks": {
        "left": {"faces": {"plane": {"axis": "x", "at": 0.0}, "box": [[0, 0, 0], [1, 1, 1]]}, "temperature": 300},
        "top": {"faces": {"normal": [0, 0, 1]}, "convection": 5, "ambient": 290},
    },
    "contacts": [{"between": ["sink", "chip"], "resistance": 2e-5, "conductance": None}],
    "probes": {"ntc": {"nearest": [1, 2, 3], "region": "sink"}},
    "transient": {"duration": 10, "initial": 293, "report_at": [1, 2]},
    "accuracy": 0.2,
    "element_size": None,
}


def amount(written: float | str) -> float:
    return VALUES[written] if isinstance(written, str) else float(written)


def test_every_part_of_a_description_is_in_the_problem() -> None:
    problem = problem_of(DESCRIBED, amount, Path())
    assert problem.geometry == Shapes(
        {"sink": (Plate((1, 2, 3), {"die": Pad((1, 1), (0.5, 0.5))}),), "chip": (Box((1, 1, 1), (0, 0, 3)),)}
    )
    assert problem.regions == {
        "sink": Region("copper", (167.0, 1.0, Table((300, 400), (167.0, 2.0)))),
        "chip": Region(k=167.0, power=Schedule((0, 1), (0.0, 50.0))),
    }
    assert problem.sources == {"die": Source(Faces("die"), 50.0)}
    left = Faces(plane=AtPlane("x", 0.0), box=((0, 0, 0), (1, 1, 1)))
    assert problem.sinks == {
        "left": Sink(left, temperature=300.0),
        "top": Sink(Faces(normal=(0, 0, 1)), convection=5.0, ambient=290.0),
    }
    assert problem.contacts == (Contact(("sink", "chip"), 2e-5),)
    assert problem.probes == {"ntc": Probe((1, 2, 3), "sink")}
    assert problem.transient == Transient(10.0, 293.0, report_at=(1.0, 2.0))
    assert (problem.accuracy, problem.element_size) == (0.2, None)


def test_sections_and_step_files_keep_what_they_say() -> None:
    section = {
        "kind": "primitives",
        "parts": {"rod": [{"kind": "rectangle", "size": [1, 2]}]},
        "symmetry": {"kind": "axisymmetric"},
    }
    problem = problem_of({"geometry": section, "regions": {}}, amount, Path())
    assert problem.geometry == Shapes({"rod": (Rectangle((1, 2)),)}, Axisymmetric())
    step = {"kind": "step", "file": {"path": "parts/a.step"}, "unit": "mm", "solids": {"sink": [0, 0, 1]}}
    problem = problem_of({"geometry": step, "regions": {}}, amount, Path("/here"))
    assert problem.geometry == StepFile("/here/parts/a.step", "mm", {"sink": (0, 0, 1)})


def test_every_shape_can_be_described() -> None:
    assert {shape.__name__ for shape in SHAPES.values()} >= {"Box", "FinnedSink", "Tube", "Sphere", "Segment", "Disc"}
