"""Meshes a shape by gmsh: `python3 -m programs.with_gmsh FOLDER`.

`shape.brep` and `asked.json` in: the largest size of an element, and (x, y, z, size) where it is to be smaller.
`meshed.npz` out: second-order tetrahedra and triangles with the number of their volume and surface, what those measure
and where their middles lie, and which volumes each surface bounds.
"""

import json
import sys
from pathlib import Path
from typing import Any

import gmsh
import numpy as np

TETRAHEDRON, TRIANGLE = 11, 9
"""Its numbers of the second-order elements."""


def main(folder: Path) -> None:
    asked = json.loads((folder / "asked.json").read_text())
    gmsh.initialize(interruptible=False)
    gmsh.option.setNumber("General.NumThreads", 1)
    gmsh.option.setNumber("Mesh.MeshSizeMax", asked["largest"])
    gmsh.option.setNumber("Mesh.MeshSizeFromCurvature", 12)
    gmsh.option.setNumber("Mesh.RandomSeed", 1)
    gmsh.model.occ.importShapes(str(folder / "shape.brep"))
    gmsh.model.occ.synchronize()
    if asked["finer"]:
        _restrict(asked["finer"])
    gmsh.model.mesh.generate(3)
    gmsh.model.mesh.setOrder(2)
    tags, places, _ = gmsh.model.mesh.getNodes()
    number = np.zeros(int(tags.max()) + 1, dtype=np.int64)
    number[tags] = np.arange(len(tags))
    arrays = {"points": places.reshape(-1, 3)}
    for dimension, kind, name in ((3, TETRAHEDRON, "volume"), (2, TRIANGLE, "surface")):
        entities = [tag for _, tag in gmsh.model.getEntities(dimension)]
        found = [_elements(kind, tag) for tag in entities]
        arrays[f"{name}_elements"] = number[np.concatenate(found)]
        arrays[f"{name}_of_element"] = np.repeat(np.arange(len(entities)), [len(each) for each in found])
        arrays[f"{name}_measures"] = np.array([gmsh.model.occ.getMass(dimension, tag) for tag in entities])
        arrays[f"{name}_middles"] = np.array([gmsh.model.occ.getCenterOfMass(dimension, tag) for tag in entities])
    volumes = [tag for _, tag in gmsh.model.getEntities(3)]
    bounded = [gmsh.model.getAdjacencies(2, tag)[0].tolist() for _, tag in gmsh.model.getEntities(2)]
    arrays["bounded"] = np.array([[volumes.index(one) for one in [*each, *each][:2]] for each in bounded])
    arrays["outer"] = np.array([len(each) == 1 for each in bounded])
    np.savez(folder / "meshed.npz", **arrays)
    (folder / "version").write_text(gmsh.__version__)
    gmsh.finalize()


def _elements(kind: int, entity: int) -> Any:
    count = 10 if kind == TETRAHEDRON else 6
    return gmsh.model.mesh.getElementsByType(kind, entity)[1].reshape(-1, count)


def _restrict(finer: list[list[float]]) -> None:
    """Ask for the size of the nearest of the points given."""
    view = gmsh.view.add("sizes")
    gmsh.view.addListData(view, "SP", len(finer), np.array(finer).ravel().tolist())
    field = gmsh.model.mesh.field.add("PostView")
    gmsh.model.mesh.field.setNumber(field, "ViewTag", view)
    gmsh.model.mesh.field.setNumber(field, "UseClosest", 1)
    gmsh.model.mesh.field.setAsBackgroundMesh(field)
    for option in ("MeshSizeExtendFromBoundary", "MeshSizeFromPoints", "MeshSizeFromCurvature"):
        gmsh.option.setNumber(f"Mesh.{option}", 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
