"""A heat conduction problem, in SI units and kelvin: what a spec's `thermal` section says, parameters put in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from proofmark_thermal.shapes import Geometry, Vector
from proofmark_thermal.values import OfTemperature, OfTime, Value

Conductivity: TypeAlias = OfTemperature | tuple[OfTemperature, OfTemperature, OfTemperature]
"""One for all directions, or one each along x, y and z; in sections the first two count, in rods the first."""


@dataclass(frozen=True)
class Region:
    """What one part is made of, and the heat made in it. What is given here goes before the material's."""

    material: str | None = None
    """A name of the library."""
    k: Conductivity | None = None
    """W/m/K"""
    rho: float | None = None
    """kg/m3"""
    cp: OfTemperature | None = None
    """J/kg/K"""
    power: Value | None = None
    """W in all, evenly over the volume; tabulated, it depends on the temperature at each place."""
    power_density: Value | None = None
    """W/m3, instead of power."""


@dataclass(frozen=True)
class AtPlane:
    """Where a face lies: perpendicular to an axis."""

    axis: Literal["x", "y", "z"]
    at: float


@dataclass(frozen=True)
class Faces:
    """Outer faces that meet every condition given."""

    name: str | None = None
    """`fins`, `sink.fins`, or a face's name in the STEP file."""
    plane: AtPlane | None = None
    normal: Vector | None = None
    """Outward, on all of the face."""
    nearest: Vector | None = None
    """The one face nearest to a point."""
    box: tuple[Vector, Vector] | None = None
    """Wholly inside, corners of least and greatest coordinates."""
    region: str | None = None
    count: int | None = None
    """How many faces are meant, where that is to be checked."""


@dataclass(frozen=True)
class Source:
    """Heat that enters through faces."""

    faces: Faces
    power: Value | None = None
    """W in all, evenly over the area."""
    flux: Value | None = None
    """W/m2, instead of power."""
    junction_resistance: float | None = None
    """K/W from a lumped junction, through which all the power comes, to the mean of the faces."""


@dataclass(frozen=True)
class Sink:
    """Where heat leaves: one fixed temperature, or any of convection, radiation and flux together."""

    faces: Faces
    convection: Value | None = None
    """W/m2/K; tabulated against the rise over ambient."""
    emissivity: float | None = None
    """Grey and diffuse, to surroundings at ambient."""
    ambient: OfTime | None = None
    """K, for convection and radiation."""
    temperature: OfTime | None = None
    """K"""
    flux: OfTime | None = None
    """W/m2 that leave."""


@dataclass(frozen=True)
class Contact:
    """A thermal resistance between two regions that touch; without one, regions that touch have one temperature."""

    between: tuple[str, str]
    resistance: float | None = None
    """K m2/W"""
    conductance: float | None = None
    """W/m2/K, instead of resistance."""


@dataclass(frozen=True)
class Probe:
    """Where a temperature is wanted: at the point of the region, or of the body, that is nearest."""

    nearest: Vector
    region: str | None = None


@dataclass(frozen=True)
class Transient:
    """A course in time instead of a steady state."""

    duration: float
    """s"""
    initial: float
    """K, everywhere."""
    tolerance: float | None = None
    """K, the error of one time step; a tenth of the accuracy asked for if not said."""
    report_at: tuple[float, ...] = ()
    """s; times that are hit exactly, beside the end and the knots of schedules."""


@dataclass(frozen=True)
class ThermalProblem:
    """Everything that a solution depends on."""

    geometry: Geometry
    regions: Mapping[str, Region]
    sinks: Mapping[str, Sink] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    contacts: tuple[Contact, ...] = ()
    probes: Mapping[str, Probe] = field(default_factory=dict)
    transient: Transient | None = None
    accuracy: float = 0.1
    """K, of the maximum and of the probes, that the mesh is to allow."""
    element_size: float | None = None
    """m, of the first mesh; a tenth of the body if not said."""
