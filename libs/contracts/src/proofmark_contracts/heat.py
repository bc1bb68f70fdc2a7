"""The `thermal` section of a design, in SI and kelvin, with the parameters still in it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from proofmark_contracts.frozen import FileRef, Frozen

T = TypeVar("T")

Amount = float | str
"""A number, or an expression over the design's parameters."""
Point = tuple[float, float, float]
Place = tuple[Amount, Amount, Amount]


class Tabulated(Frozen):
    """Amounts against a temperature, or against the rise over ambient."""

    at_k: tuple[float, ...]
    values: tuple[Amount, ...]


class Scheduled(Frozen):
    """Amounts against time; a time that stands twice is a jump."""

    times_s: tuple[float, ...]
    values: tuple[Amount, ...]


OfTemperature = Amount | Tabulated
OfTime = Amount | Scheduled
Varying = Amount | Tabulated | Scheduled


class Pad(Frozen):
    """A named rectangle on a face, from the part's corner."""

    centre: tuple[Amount, Amount]
    size: tuple[Amount, Amount]


class BoxShape(Frozen):
    kind: Literal["box"] = "box"
    size: Place
    at: Place = (0.0, 0.0, 0.0)


class PlateShape(Frozen):
    kind: Literal["plate"] = "plate"
    size: Place
    pads: dict[str, Pad] = {}
    at: Place = (0.0, 0.0, 0.0)


class FinnedSinkShape(Frozen):
    kind: Literal["finned-sink"] = "finned-sink"
    length: Amount
    width: Amount
    base: Amount
    fins: int
    fin_height: Amount
    fin_thickness: Amount
    pads: dict[str, Pad] = {}
    at: Place = (0.0, 0.0, 0.0)


class CylinderShape(Frozen):
    kind: Literal["cylinder"] = "cylinder"
    radius: Amount
    height: Amount
    at: Place = (0.0, 0.0, 0.0)


class TubeShape(Frozen):
    kind: Literal["tube"] = "tube"
    inner: Amount
    outer: Amount
    height: Amount
    at: Place = (0.0, 0.0, 0.0)


class SphereShape(Frozen):
    kind: Literal["sphere"] = "sphere"
    radius: Amount
    at: Place = (0.0, 0.0, 0.0)


class RectangleShape(Frozen):
    kind: Literal["rectangle"] = "rectangle"
    size: tuple[Amount, Amount]
    at: tuple[Amount, Amount] = (0.0, 0.0)


class DiscShape(Frozen):
    kind: Literal["disc"] = "disc"
    radius: Amount
    at: tuple[Amount, Amount] = (0.0, 0.0)


class SegmentShape(Frozen):
    kind: Literal["segment"] = "segment"
    length: Amount
    at: Amount = 0.0


Shape = Annotated[
    BoxShape
    | PlateShape
    | FinnedSinkShape
    | CylinderShape
    | TubeShape
    | SphereShape
    | RectangleShape
    | DiscShape
    | SegmentShape,
    Field(discriminator="kind"),
]


class SolidSymmetry(Frozen):
    kind: Literal["solid"] = "solid"


class PlaneSymmetry(Frozen):
    """A section that stands for a depth."""

    kind: Literal["plane"] = "plane"
    depth: float = 1.0


class AxisymmetricSymmetry(Frozen):
    """A section that is turned around r = 0."""

    kind: Literal["axisymmetric"] = "axisymmetric"


class RodSymmetry(Frozen):
    kind: Literal["rod"] = "rod"
    area: float = 1.0
    perimeter: float = 0.0


Symmetry = Annotated[SolidSymmetry | PlaneSymmetry | AxisymmetricSymmetry | RodSymmetry, Field(discriminator="kind")]


class PrimitiveGeometry(Frozen):
    """Parts made of primitives; a part's name is its region's."""

    kind: Literal["primitives"] = "primitives"
    parts: dict[str, tuple[Shape, ...]]
    symmetry: Symmetry = SolidSymmetry()


class StepGeometry(Frozen):
    """A STEP file, whose solids' names are the regions'."""

    kind: Literal["step"] = "step"
    file: FileRef
    unit: Literal["m", "mm", "cm", "um", "in"]
    solids: dict[str, Point] = {}
    """For regions whose solid has no name of its own: a point inside it."""


class Region(Frozen):
    """What one part is made of, and the heat made in it."""

    material: str | None = None
    k: OfTemperature | tuple[OfTemperature, OfTemperature, OfTemperature] | None = None
    """W/m/K: one, or one along each axis."""
    rho: float | None = None
    """kg/m3"""
    cp: OfTemperature | None = None
    """J/kg/K"""
    power: Varying | None = None
    """W in all."""
    power_density: Varying | None = None
    """W/m3"""


class PlaneFaces(Frozen):
    axis: Literal["x", "y", "z"]
    at: float


class Faces(Frozen):
    """Outer faces that meet every condition given."""

    name: str | None = None
    plane: PlaneFaces | None = None
    normal: Point | None = None
    nearest: Point | None = None
    box: tuple[Point, Point] | None = None
    region: str | None = None
    count: int | None = None


class Source(Frozen):
    """Heat that enters through faces."""

    faces: Faces
    power: Varying | None = None
    """W in all."""
    flux: Varying | None = None
    """W/m2"""
    junction_resistance: Amount | None = None
    """K/W from a lumped junction."""


class Sink(Frozen):
    """Where heat leaves."""

    faces: Faces
    convection: Varying | None = None
    """W/m2/K"""
    emissivity: Amount | None = None
    ambient: OfTime | None = None
    """K"""
    temperature: OfTime | None = None
    """K"""
    flux: OfTime | None = None
    """W/m2 that leave."""


class Contact(Frozen):
    """A thermal resistance between two regions that touch."""

    between: tuple[str, str]
    resistance: Amount | None = None
    """K m2/W"""
    conductance: Amount | None = None
    """W/m2/K"""


class Probe(Frozen):
    nearest: Point
    region: str | None = None


class Transient(Frozen):
    """A course in time instead of a steady state."""

    duration: float
    """s"""
    initial: Amount
    """K"""
    report_at: tuple[float, ...] = ()
    """s"""


class Swing(Frozen):
    """A signal of a system that runs in time, where heat depends on it."""

    low: float
    high: float
    """The range that the reduced model is made for, SI."""
    steady: float
    """Its value where the steady state is asked for."""


class Thermal(Frozen):
    """Heat conduction in the design."""

    geometry: Annotated[PrimitiveGeometry | StepGeometry, Field(discriminator="kind")]
    regions: dict[str, Region]
    sinks: dict[str, Sink] = {}
    sources: dict[str, Source] = {}
    contacts: tuple[Contact, ...] = ()
    probes: dict[str, Probe] = {}
    transient: Transient | None = None
    accuracy: float = 0.1
    """K, that the mesh is to allow."""
    element_size: float | None = None
    """m, of the first mesh."""
    signals: dict[str, Swing] = {}
    """Of the system that the heat is a plant of: those that amounts speak of besides parameters."""

    @property
    def amounts(self) -> dict[str, tuple[str, ...]]:
        """Every amount that is an expression, with the places where it stands."""
        found: dict[str, tuple[str, ...]] = {}
        for place, text in _amounts(self):
            found[text] = (*found.get(text, ()), place)
        return found

    @property
    def outputs(self) -> dict[str, str]:
        """What heat that is a plant of a system shows: by output, the temperature that a requirement would ask for."""
        probes = {f"t_{name}": name for name in self.probes}
        own = {metric: metric for metric in self.metrics if metric not in probes}
        return own | {name: metric for metric, name in probes.items() if name not in own}

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every temperature that a requirement can ask for."""
        junctions = [name for name, source in self.sources.items() if source.junction_resistance]
        named = (dict.fromkeys(names) for names in (self.regions, self.probes, junctions))
        return tuple(by_metric(None, *named))


def by_metric(
    hottest: T, regions: Mapping[str, T], probes: Mapping[str, T], junctions: Mapping[str, T]
) -> dict[str, T]:
    """What belongs to each temperature, by the metric that a requirement asks for."""
    return {
        "t_max": hottest,
        **{f"t_max_{name}": each for name, each in regions.items()},
        **{f"t_{name}": each for name, each in probes.items()},
        **{f"t_junction_{name}": each for name, each in junctions.items()},
    }


def _amounts(thermal: Thermal) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of every amount that is an expression."""
    document = thermal.model_dump(mode="json", exclude_none=True)
    for part, shapes in document["geometry"].get("parts", {}).items():
        for number, shape in enumerate(shapes):
            yield from _lengths(f"geometry.parts.{part}.{number}", shape)
    for section in ("regions", "sources", "sinks"):
        for name, entry in document[section].items():
            yield from _texts(f"{section}.{name}", entry)
    for contact in document["contacts"]:
        yield from _texts(f"contacts.{'.'.join(contact['between'])}", contact)
    if "transient" in document:
        yield from _texts("transient", document["transient"])


def _lengths(place: str, shape: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in shape.items():
        if key == "pads":
            for name, pad in value.items():
                yield from _lengths(f"{place}.pads.{name}", pad)
        elif isinstance(value, list):
            yield from _lengths(f"{place}.{key}", dict(zip("xyz", value, strict=False)))
        elif isinstance(value, str) and key != "kind":
            yield f"{place}.{key}", value


def _texts(place: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in entry.items():
        if key in ("material", "faces", "between"):
            continue
        if isinstance(value, str):
            yield f"{place}.{key}", value
        elif isinstance(value, Mapping):
            yield from ((f"{place}.{key}", each) for each in value["values"] if isinstance(each, str))
        elif isinstance(value, list):
            for axis, each in zip("xyz", value, strict=False):
                yield from _texts(place, {f"{key}.{axis}": each})
