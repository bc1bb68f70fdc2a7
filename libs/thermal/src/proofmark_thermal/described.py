"""From a description in plain data, as a design carries it, to a problem: amounts may be anything that gives numbers.

The keys are the fields of the classes here; shapes, symmetries and geometries say their `kind`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from proofmark_thermal.problem import (
    AtPlane,
    Contact,
    Faces,
    Probe,
    Region,
    Sink,
    Source,
    ThermalProblem,
    Transient,
)
from proofmark_thermal.shapes import (
    Axisymmetric,
    Box,
    Cylinder,
    Disc,
    FinnedSink,
    Geometry,
    Pad,
    Plane,
    Plate,
    Rectangle,
    Rod,
    Segment,
    Shapes,
    Solid,
    Sphere,
    StepFile,
    Tube,
)
from proofmark_thermal.values import Schedule, Table

Described: TypeAlias = Mapping[str, Any]
Amount: TypeAlias = Callable[[float | str], float]
"""Gives the number that an amount stands for."""

SHAPES: Mapping[str, type] = {
    "box": Box,
    "plate": Plate,
    "finned-sink": FinnedSink,
    "cylinder": Cylinder,
    "tube": Tube,
    "sphere": Sphere,
    "rectangle": Rectangle,
    "disc": Disc,
    "segment": Segment,
}
SYMMETRIES: Mapping[str, type] = {"solid": Solid, "plane": Plane, "axisymmetric": Axisymmetric, "rod": Rod}


def problem_of(described: Described, amount: Amount, folder: Path) -> ThermalProblem:
    """Return the problem that a description and the values of its amounts make.

    Parameters
    ----------
    described
    amount
        Called with every number and every other text that stands for one.
    folder
        Where a STEP file's path begins.
    """

    def put_in(each: Described) -> dict[str, Any]:
        return {key: _value(value, amount) for key, value in each.items() if value is not None}

    def with_faces(each: Described) -> dict[str, Any]:
        rest = {key: value for key, value in each.items() if key != "faces"}
        return {"faces": _faces(each["faces"]), **put_in(rest)}

    transient = described.get("transient")
    return ThermalProblem(
        geometry=_geometry(described["geometry"], amount, folder),
        regions={
            name: Region(material=each.get("material"), **put_in({**each, "material": None}))
            for name, each in described["regions"].items()
        },
        sinks={name: Sink(**with_faces(each)) for name, each in described.get("sinks", {}).items()},
        sources={name: Source(**with_faces(each)) for name, each in described.get("sources", {}).items()},
        contacts=tuple(
            Contact(between=tuple(each["between"]), **put_in({**each, "between": None}))
            for each in described.get("contacts", ())
        ),
        probes={
            name: Probe(nearest=tuple(each["nearest"]), region=each.get("region"))
            for name, each in described.get("probes", {}).items()
        },
        transient=None if transient is None else Transient(**put_in(transient)),
        accuracy=described.get("accuracy", ThermalProblem.accuracy),
        element_size=described.get("element_size"),
    )


def _geometry(described: Described, amount: Amount, folder: Path) -> Geometry:
    if described["kind"] == "step":
        solids = {name: tuple(point) for name, point in described.get("solids", {}).items()}
        return StepFile(str(folder / described["file"]["path"]), described["unit"], solids)
    parts = {name: tuple(_shape(shape, amount) for shape in shapes) for name, shapes in described["parts"].items()}
    symmetry = dict(described.get("symmetry", {"kind": "solid"}))
    return Shapes(parts, SYMMETRIES[symmetry.pop("kind")](**symmetry))


def _shape(described: Described, amount: Amount) -> Any:
    def length(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return tuple(map(length, value))
        return amount(value) if isinstance(value, str) else value

    given = {key: length(value) for key, value in described.items() if key not in ("kind", "pads")}
    if "pads" in described:
        pads = described["pads"].items()
        given["pads"] = {name: Pad(length(pad["centre"]), length(pad["size"])) for name, pad in pads}
    return SHAPES[described["kind"]](**given)


def _faces(described: Described) -> Faces:
    given = {key: value for key, value in described.items() if value is not None}
    if "plane" in given:
        given["plane"] = AtPlane(**given["plane"])
    if "box" in given:
        given["box"] = tuple(map(tuple, given["box"]))
    for key in ("normal", "nearest"):
        if key in given:
            given[key] = tuple(given[key])
    return Faces(**given)


def _value(value: Any, amount: Amount) -> Any:
    """Numbers, texts, tables and schedules of them, or several of these."""
    if isinstance(value, Mapping):
        values = tuple(map(amount, value["values"]))
        return Table(tuple(value["at_k"]), values) if "at_k" in value else Schedule(tuple(value["times_s"]), values)
    return tuple(_value(each, amount) for each in value) if isinstance(value, list | tuple) else amount(value)
