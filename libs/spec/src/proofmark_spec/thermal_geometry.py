"""The geometry of `thermal`: primitives with their sizes, sections, or a STEP file; and which faces are meant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, get_args

from proofmark_contracts import heat
from proofmark_contracts.heat import Faces, Pad, PlaneFaces, PrimitiveGeometry, StepGeometry
from proofmark_spec.amounts import Parameters, amount, constant
from proofmark_spec.files import Files
from proofmark_spec.problems import Path, Report, Wrong, below
from proofmark_spec.quantities import NAME
from proofmark_spec.reading import choice, kind, mapping, number
from proofmark_spec.units import unit

LENGTH, AREA = unit("m").dimension, unit("m^2").dimension
LENGTH_UNITS = ("m", "mm", "cm", "um", "in")
MOST_PARTS, MOST_FINS = 64, 1000

Reader: TypeAlias = Callable[[Any], Any]
Kinds: TypeAlias = Mapping[str, tuple[type[Any], Mapping[str, Reader], Mapping[str, Reader]]]


def length(value: Any) -> float:
    """A length in metres."""
    return constant(value, LENGTH)


def positive(value: Any) -> float:
    """A length of more than nothing, in metres."""
    found = length(value)
    if not found > 0:
        raise Wrong(f"expected more than nothing, got {value}")
    return found


def point(value: Any) -> tuple[float, ...]:
    """Three lengths."""
    return _each(value, 3, length)


@dataclass(frozen=True)
class _Lengths:
    """Reads lengths of shapes, which may refer to parameters."""

    parameters: Parameters

    def length(self, value: Any) -> float | str:
        return amount(value, LENGTH, self.parameters)

    def positive(self, value: Any) -> float | str:
        found = self.length(value)
        if not isinstance(found, str) and not found > 0:
            raise Wrong(f"expected more than nothing, got {value}")
        return found

    def point(self, value: Any) -> tuple[float | str, ...]:
        return _each(value, 3, self.length)

    def pair(self, value: Any) -> tuple[float | str, ...]:
        return _each(value, 2, self.length)

    def size(self, value: Any) -> tuple[float | str, ...]:
        return _each(value, 3, self.positive)

    def area(self, value: Any) -> tuple[float | str, ...]:
        return _each(value, 2, self.positive)

    def pads(self, value: Any) -> dict[str, Pad]:
        found = {}
        for name, pad in _named(value, "pads").items():
            with below(name):
                given = kind(pad, dict)
                if set(given) != {"centre", "size"}:
                    raise Wrong("expected centre and size, of two lengths each")
                found[name] = Pad(**_read(given, {"centre": self.pair, "size": self.area}))
        return found


def read_geometry(
    document: Any, parameters: Parameters, files: Files, report: Report
) -> PrimitiveGeometry | StepGeometry:
    """Read `thermal.geometry`; the lengths of primitives may refer to parameters.

    Raises
    ------
    Wrong
    """
    path: Path = ("thermal", "geometry")
    given = kind(document, dict)
    if "file" in given:
        return _step(mapping(given, path, report, ["file", "unit"], ["solids"]), files)
    mapping(given, path, report, ["parts"], ["section"])
    parts = _named(given["parts"], "parts")
    if not 0 < len(parts) <= MOST_PARTS:
        raise Wrong(f"expected 1 to {MOST_PARTS} parts, got {len(parts)}", "parts")
    found: dict[str, Any] = {}
    known = shapes_with(parameters)
    for name, shapes in parts.items():
        with report.catching(*path, "parts", name):
            several = shapes if isinstance(shapes, list) else [shapes]
            found[name] = tuple(_one_of(shape, known, (*path, "parts", name), report) for shape in several)
    symmetry: Any = heat.SolidSymmetry()
    if "section" in given:
        with below("section"):
            symmetry = _one_of(given["section"], SECTIONS, (*path, "section"), report)
    return PrimitiveGeometry(parts=found, symmetry=symmetry)


def read_faces(document: Any, path: Path, report: Report) -> Faces:
    """Read which faces are meant; a text is their name.

    Raises
    ------
    Wrong
    """
    if isinstance(document, str):
        return Faces(name=document)
    readers: dict[str, Reader] = {
        "name": _text,
        "plane": _plane,
        "normal": lambda value: _each(value, 3, number),
        "nearest": point,
        "box": lambda value: _each(value, 2, point),
        "region": _text,
        "count": _count,
    }
    given = mapping(document, path, report, [], list(readers))
    if not given:
        raise Wrong(f"expected a name, or any of {', '.join(readers)}")
    return Faces(**_read(given, readers))


def _step(given: Mapping[str, Any], files: Files) -> StepGeometry:
    with below("file"):
        reference = files.add(kind(given["file"], str))
    with below("unit"):
        length_unit = choice(given["unit"], LENGTH_UNITS)
    solids = {}
    for name, place in kind(given.get("solids", {}), dict).items():
        with below("solids", name):
            solids[name] = point(place)
    return StepGeometry(file=reference, unit=length_unit, solids=solids)


def _each(value: Any, count: int, reader: Reader) -> tuple[Any, ...]:
    listed = kind(value, list)
    if len(listed) != count:
        raise Wrong(f"expected {count} values, got {len(listed)}")
    found = []
    for index, each in enumerate(listed):
        with below(index):
            found.append(reader(each))
    return tuple(found)


def _text(value: Any) -> str:
    return kind(value, str)


def _count(value: Any) -> int:
    found = kind(value, int)
    if not 0 < found <= MOST_FINS:
        raise Wrong(f"expected 1 to {MOST_FINS}, got {found}")
    return found


def _area(value: Any) -> float:
    return constant(value, AREA)


def _plane(value: Any) -> PlaneFaces:
    """`{x: 10 mm}`: all faces that lie there, across that axis."""
    given = kind(value, dict)
    if len(given) != 1 or next(iter(given)) not in ("x", "y", "z"):
        raise Wrong("expected one of x, y, z and where, such as {x: 10 mm}")
    ((axis, at),) = given.items()
    with below(axis):
        return PlaneFaces(axis=axis, at=length(at))


def _named(value: Any, what: str) -> dict[str, Any]:
    with below(what):
        given: dict[str, Any] = kind(value, dict)
        for name in given:
            if not NAME.match(name):
                raise Wrong("expected a name of letters, digits and underscores", name)
    return given


def _read(given: Mapping[str, Any], readers: Mapping[str, Reader]) -> dict[str, Any]:
    found = {}
    for key, value in given.items():
        if key in readers:
            with below(key):
                found[key] = readers[key](value)
    return found


def shapes_with(parameters: Parameters) -> Kinds:
    """Return each shape's class, what it must have and what it may."""
    of = _Lengths(parameters)
    return {
        "box": (heat.BoxShape, {"size": of.size}, {"at": of.point}),
        "plate": (heat.PlateShape, {"size": of.size, "pads": of.pads}, {"at": of.point}),
        "finned-sink": (
            heat.FinnedSinkShape,
            {
                "length": of.positive,
                "width": of.positive,
                "base": of.positive,
                "fins": _count,
                "fin_height": of.positive,
                "fin_thickness": of.positive,
            },
            {"pads": of.pads, "at": of.point},
        ),
        "cylinder": (heat.CylinderShape, {"radius": of.positive, "height": of.positive}, {"at": of.point}),
        "tube": (heat.TubeShape, dict.fromkeys(("inner", "outer", "height"), of.positive), {"at": of.point}),
        "sphere": (heat.SphereShape, {"radius": of.positive}, {"at": of.point}),
        "rectangle": (heat.RectangleShape, {"size": of.area}, {"at": of.pair}),
        "disc": (heat.DiscShape, {"radius": of.positive}, {"at": of.pair}),
        "segment": (heat.SegmentShape, {"length": of.positive}, {"at": of.length}),
    }


SHAPES = shapes_with({})
SECTIONS: Kinds = {
    "plane": (heat.PlaneSymmetry, {}, {"depth": positive}),
    "axisymmetric": (heat.AxisymmetricSymmetry, {}, {}),
    "rod": (heat.RodSymmetry, {}, {"area": _area, "perimeter": length}),
}
assert len(SHAPES) == len(get_args(get_args(heat.Shape)[0]))


def _one_of(
    document: Any,
    known: Kinds,
    path: Path,
    report: Report,
) -> Any:
    given = kind(document, dict)
    if "kind" not in given:
        raise Wrong(f"missing kind, one of {', '.join(known)}")
    with below("kind"):
        chosen = choice(given["kind"], list(known))
    made, required, optional = known[chosen]
    mapping(given, path, report, ["kind", *required], list(optional))
    return made(**_read(given, {**required, **optional}))
