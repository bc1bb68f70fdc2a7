"""Reads STEP files: solids by region, in the unit that the file and its reader agree on."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proofmark_thermal.errors import BadGeometry, Unassigned
from proofmark_thermal.mesh import Mesh
from proofmark_thermal.meshing_room import Room
from proofmark_thermal.occ_meshes import mesh_of_solids, occ
from proofmark_thermal.shapes import LengthUnit, StepFile, Vector

METRES: Mapping[LengthUnit, float] = {"m": 1.0, "mm": 1e-3, "cm": 1e-2, "um": 1e-6, "in": 0.0254}
MILLIMETRE = 1e-3
"""Open CASCADE converts what it reads to millimetres."""
PREFIXES = {"$": "m", ".MILLI.": "mm", ".CENTI.": "cm", ".MICRO.": "um"}
_SI = re.compile(r"LENGTH_UNIT\s*\(\s*\)[^;]*?SI_UNIT\s*\(\s*([^,\s]+)\s*,\s*\.METRE\.\s*\)")
_OTHER = re.compile(r"CONVERSION_BASED_UNIT\s*\(\s*'(\w+)'[^;]*?LENGTH_UNIT|LENGTH_UNIT[^;]*?BASED_UNIT\s*\(\s*'(\w+)'")


def mesh_of_step(geometry: StepFile, size: float | None, room: Room) -> Mesh:
    """Mesh the solids of a STEP file; see `solids_of_step`."""
    return mesh_of_solids(solids_of_step(geometry), MILLIMETRE, size, room)


def solids_of_step(geometry: StepFile) -> dict[str, Any]:
    """Read the solids of a STEP file, by region, in millimetres.

    Raises
    ------
    BadGeometry
        The file is none, its solids are not closed, or its unit is another one.
    Unassigned
        Two solids have one name, or several have none, and nothing says which is which.
    """
    path = Path(geometry.file)
    if not path.is_file():
        raise BadGeometry("geometry", "a STEP file", f"no file {path.name}")
    declared = declared_unit(path.read_text(errors="replace"))
    if declared is not None and declared != geometry.unit:
        raise BadGeometry(f"file {path.name}", f"unit: {declared}, which is what the file says", geometry.unit)
    try:
        shape = occ().OCCGeometry(str(path)).shape
    except Exception as error:  # netgen raises its own exceptions without a class
        raise BadGeometry(f"file {path.name}", "a STEP file", "one that cannot be read") from error
    solids = list(shape.solids)
    if not solids:
        raise BadGeometry(f"file {path.name}", "a closed solid", f"an open shell of {len(list(shape.faces))} faces")
    for solid in solids:
        if not solid.mass > 0:
            raise BadGeometry(f"file {path.name}", "closed solids", f"one with a volume of {solid.mass:g} mm3")
    return _named(solids, geometry)


def declared_unit(text: str) -> LengthUnit | None:
    """Return the unit of length that a STEP file declares; None if it is another one."""
    if found := _SI.search(text):
        return PREFIXES.get(found[1])  # type: ignore[return-value]
    if found := _OTHER.search(text):
        return "in" if (found[1] or found[2]).upper() == "INCH" else None
    return None


def _named(solids: list[Any], geometry: StepFile) -> dict[str, Any]:
    """Solids by region: by the point that the geometry gives, by their own name, or the only one there is."""
    found: dict[str, Any] = {}
    for number, solid in enumerate(solids):
        pointed = [region for region, point in geometry.solids.items() if _holds(solid, point)]
        own = solid.name if solid.name not in (None, "", "default") else f"solid{number + 1}"
        for name in pointed or [own]:
            if name in found:
                raise Unassigned(f"solid {number + 1} of {len(solids)}", f"a name of its own beside {name}")
            found[name] = solid
    return found


def _holds(solid: Any, point: Vector) -> bool:
    """Whether a point, m, lies in a solid: a small ball around it keeps its volume."""
    library = occ()
    radius = 1e-3 * solid.mass ** (1 / 3)
    ball = library.Sphere(library.Pnt(*(x / MILLIMETRE for x in point)), radius)
    return bool((ball * solid).mass > 0.9 * ball.mass)
