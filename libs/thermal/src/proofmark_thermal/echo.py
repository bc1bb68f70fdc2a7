"""What a problem comes to once it is on a mesh: sizes and watts, to be read before the answer is believed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from proofmark_thermal.model import Model
from proofmark_thermal.terms import Heating, now
from proofmark_thermal.values import Table


@dataclass(frozen=True)
class Echo:
    """Everything that a slip of units would change."""

    low_m: tuple[float, ...]
    """Corners of the bounding box."""
    high_m: tuple[float, ...]
    volumes_m3: Mapping[str, float]
    """By region."""
    areas_m2: Mapping[str, float]
    """By source and sink."""
    power_w: Mapping[str, float | None]
    """By region and source, at the start; None where it depends on temperature."""

    @property
    def lines(self) -> list[str]:
        """For people."""
        box = " x ".join(f"{1e3 * (high - low):.6g}" for low, high in zip(self.low_m, self.high_m, strict=True))
        known = [watts for watts in self.power_w.values() if watts is not None]
        depends = [name for name, watts in self.power_w.items() if watts is None]
        rest = f", and what {', '.join(depends)} gives at its temperature" if depends else ""
        return [
            f"bounding box {box} mm from ({', '.join(f'{1e3 * low:.6g}' for low in self.low_m)}) mm",
            f"volume {1e9 * sum(self.volumes_m3.values()):.6g} mm3: "
            + ", ".join(f"{name} {1e9 * volume:.6g}" for name, volume in self.volumes_m3.items()),
            *(f"faces of {name} {1e6 * area:.6g} mm2" for name, area in self.areas_m2.items()),
            f"power {sum(known):.6g} W{rest}",
        ]


def echo(model: Model) -> Echo:
    """Return what a model comes to."""
    points = model.space.mesh.points
    power = {
        term.name: None
        if isinstance(term.power, Table)
        else now(term.power, 0.0) * (term.integrals.volume if term.density else 1.0)
        for term in model.terms
        if isinstance(term, Heating) and term.name not in model.problem.sinks
    }
    return Echo(
        tuple(np.min(points, axis=0).tolist()),
        tuple(np.max(points, axis=0).tolist()),
        {name: cells.volume for name, cells in model.cells.items()},
        {name: faces.volume for name, faces in model.faces.items()},
        power,
    )
