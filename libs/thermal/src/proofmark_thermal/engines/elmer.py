"""Elmer: an engine that is given a mesh and a case, and writes a field for ParaView."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.engines import elmer_case
from proofmark_thermal.engines.errors import EngineFailed
from proofmark_thermal.engines.features import DEGREE_1, PLANE, RADIATION, TURNED
from proofmark_thermal.engines.program import Fields, run, told
from proofmark_thermal.model import Model

_SAME = 1e-9
"""Of the body: how far a node may lie from where it was written."""


@dataclass(frozen=True)
class Elmer:
    """Steady states in solids and sections, with constant conductivities."""

    name: str = "elmer"
    command: str = "ElmerSolver"
    get: str = "apt-get install elmerfem-csc, after add-apt-repository ppa:elmer-csc-ubuntu/elmer-csc-ppa"
    covered: frozenset[str] = frozenset({PLANE, TURNED, RADIATION, DEGREE_1})

    def version(self) -> str | None:
        if shutil.which(self.command) is None:
            return None
        found = re.search(r"\b[vV]\s*(\d\S*\d)", told([self.command, "--version"]) or "")
        return found[1] if found else "of unknown version"

    def write(self, model: Model, folder: Path, _times_s: FloatArray | None) -> None:
        elmer_case.write(model, folder)

    def run(self, model: Model, folder: Path) -> Fields:
        run(self.name, [self.command, elmer_case.CASE], folder, os.environ)
        files = sorted(folder.rglob(f"{elmer_case.RESULT}*.vtu"))
        if not files:
            raise EngineFailed(self.name, f"a file {elmer_case.RESULT}*.vtu", "none")
        places, temperatures = written(files[-1].read_text())
        expected = np.zeros((model.size, 3))
        expected[:, : model.space.mesh.dimension] = model.space.nodes
        if places.shape != expected.shape or temperatures.shape != (model.size,):
            raise EngineFailed(self.name, f"{model.size} nodes", f"{len(places)}")
        if np.abs(places - expected).max() > _SAME * np.ptp(expected):
            raise EngineFailed(self.name, "nodes in the order they were written", "another one")
        if not np.isfinite(temperatures).all():
            raise EngineFailed(self.name, "finite temperatures", "others")
        return Fields(temperatures[None])


def written(text: str) -> tuple[FloatArray, FloatArray]:
    """Return the (n, 3) points, m, and (n,) temperatures, K, of an ASCII file of VTK's unstructured grids.

    Raises
    ------
    EngineFailed
        It is none, or has no temperatures.
    """
    try:
        root = ElementTree.fromstring(text)
        if coded := {str(each.get("format")) for each in root.iter("DataArray")} - {"ascii"}:
            raise EngineFailed("elmer", "an ASCII VTU file", ", ".join(coded))
        points = root.find(".//Points/DataArray")
        fields = {str(each.get("Name")).lower(): each for each in root.findall(".//PointData/DataArray")}
        found = [
            np.array((each.text or "").split(), dtype=np.float64)
            for each in (points, fields.get("temperature"))
            if each is not None
        ]
    except (ElementTree.ParseError, ValueError) as error:
        raise EngineFailed("elmer", "an ASCII VTU file", str(error)) from error
    if len(found) != 2:
        raise EngineFailed("elmer", "points and the field temperature", ", ".join(fields) or "no field")
    return found[0].reshape(-1, 3), found[1]


ELMER = Elmer()
