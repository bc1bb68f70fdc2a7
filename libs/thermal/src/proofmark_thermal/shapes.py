"""Geometry: solids from primitives or from a STEP file, plane and axisymmetric sections, rods. Lengths in metres.

Faces have names that selectors can ask for. Where a part is named, so are its faces: `sink.fins`, or `fins` alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Vector: TypeAlias = tuple[float, float, float]
Pair: TypeAlias = tuple[float, float]
LengthUnit: TypeAlias = Literal["m", "mm", "cm", "um", "in"]

ORIGIN: Vector = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Box:
    """Faces left, right (x), front, back (y), bottom, top (z)."""

    size: Vector
    at: Vector = ORIGIN
    """The corner with the least coordinates."""


@dataclass(frozen=True)
class Pad:
    """A rectangle on a face, with a name of its own: where heat enters."""

    centre: Pair
    """In x and y, from the part's corner."""
    size: Pair


@dataclass(frozen=True)
class Plate:
    """A box with pads on its top; faces as a box has, and one for each pad."""

    size: Vector
    pads: Mapping[str, Pad]
    at: Vector = ORIGIN


@dataclass(frozen=True)
class FinnedSink:
    """A base with straight fins along x, the outer two flush with its sides. Faces base, fins, sides, and its pads'."""

    length: float
    """Along x."""
    width: float
    """Along y."""
    base: float
    """Thickness of the base."""
    fins: int
    fin_height: float
    fin_thickness: float
    pads: Mapping[str, Pad] = field(default_factory=dict)
    """On the bottom of the base."""
    at: Vector = ORIGIN


@dataclass(frozen=True)
class Cylinder:
    """Along z; faces side, bottom, top."""

    radius: float
    height: float
    at: Vector = ORIGIN
    """Centre of the bottom."""


@dataclass(frozen=True)
class Tube:
    """Along z; faces inner, outer, bottom, top."""

    inner: float
    outer: float
    height: float
    at: Vector = ORIGIN
    """Centre of the bottom."""


@dataclass(frozen=True)
class Sphere:
    """Its face is surface."""

    radius: float
    at: Vector = ORIGIN
    """Centre."""


@dataclass(frozen=True)
class Rectangle:
    """Faces left, right, bottom, top; in an axisymmetric section the first coordinate is the radius."""

    size: Pair
    at: Pair = (0.0, 0.0)
    """The corner with the least coordinates."""


@dataclass(frozen=True)
class Disc:
    """Its face is rim."""

    radius: float
    at: Pair = (0.0, 0.0)
    """Centre."""


@dataclass(frozen=True)
class Segment:
    """A piece of a rod; faces left and right."""

    length: float
    at: float = 0.0


@dataclass(frozen=True)
class Plane:
    """A section that stands for a depth; its own two surfaces are the faces front and back."""

    depth: float = 1.0


@dataclass(frozen=True)
class Axisymmetric:
    """A section that is turned around r = 0."""


@dataclass(frozen=True)
class Rod:
    """One dimension; the lateral surface is the face side."""

    area: float = 1.0
    perimeter: float = 0.0


@dataclass(frozen=True)
class Solid:
    """Three dimensions."""


Shape: TypeAlias = Box | Plate | FinnedSink | Cylinder | Tube | Sphere | Rectangle | Disc | Segment
Symmetry: TypeAlias = Solid | Plane | Axisymmetric | Rod


@dataclass(frozen=True)
class Shapes:
    """Parts made of primitives. A part's name is its region's; parts that touch are joined."""

    parts: Mapping[str, tuple[Shape, ...]]
    symmetry: Symmetry = field(default_factory=Solid)


@dataclass(frozen=True)
class StepFile:
    """A STEP file; its solids' names are the regions'."""

    file: str
    unit: LengthUnit
    """What its author meant by one: the file's own unit is compared with it."""
    solids: Mapping[str, Vector] = field(default_factory=dict)
    """For regions whose solid has no name of its own: a point inside it."""


Geometry: TypeAlias = Shapes | StepFile
