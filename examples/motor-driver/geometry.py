"""Makes `driver.step`: a half-bridge module on a finned heat sink, lengths in mm. Needs `netgen-mesher`.

python examples/motor-driver/geometry.py
"""

from pathlib import Path
from typing import Any

from netgen.occ import Box, Glue, Pnt

LENGTH, WIDTH, BASE = 80.0, 60.0, 5.0
FINS, FIN_HEIGHT, FIN_THICKNESS = 10, 25.0, 1.2
MODULE = ((25.0, 15.0), (30.0, 30.0), 3.0)
"""Corner, size and thickness of the module, below the base."""


def sink() -> Any:
    """A base with fins upwards; their faces are called FINS."""
    body = Box(Pnt(0, 0, 0), Pnt(LENGTH, WIDTH, BASE))
    pitch = (WIDTH - FIN_THICKNESS) / (FINS - 1)
    for fin in range(FINS):
        body += Box(Pnt(0, fin * pitch, BASE), Pnt(LENGTH, fin * pitch + FIN_THICKNESS, BASE + FIN_HEIGHT))
    for face in body.faces:
        if face.center.z > BASE - 1e-6:
            face.name = "FINS"
    body.name = "sink"
    return body


def module() -> Any:
    """The half-bridge in its package."""
    (x, y), (length, width), thickness = MODULE
    body = Box(Pnt(x, y, -thickness), Pnt(x + length, y + width, 0))
    body.name = "bridge"
    return body


if __name__ == "__main__":
    Glue([sink(), module()]).WriteStep(str(Path(__file__).with_name("driver.step")))
