"""Thermal: solves a study's heat once, tells its temperatures, and distils what every vector is judged by."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from proofmark_chassis import Context, Service
from proofmark_contracts.message import Message
from proofmark_contracts.study import StudyClosed, StudyOpened
from proofmark_contracts.temperatures import ThermalAssessed
from proofmark_thermal.errors import ThermalError

if TYPE_CHECKING:
    from proofmark_thermal_fem.answering import Answer

service = Service("thermal_fem")


@service.on(StudyOpened)
async def assess(opened: StudyOpened, context: Context) -> AsyncIterator[Message]:
    """Solve the heat of a study that has some."""
    if opened.design.thermal is None or await context.read(StudyClosed, opened.study) is not None:
        return
    with tempfile.TemporaryDirectory(prefix="thermal-") as scratch:
        await place_geometry(opened, Path(scratch), context)
        try:
            found = await context.compute(solve, opened, Path(scratch))
        except ThermalError as error:
            yield ThermalAssessed(study=opened.study, outcome="failed", reasons=(f"thermal: {error}",))
            return
    for content in found.contents:
        await context.core.put(content)
    yield found.modelled
    yield found.assessed


async def place_geometry(opened: StudyOpened, folder: Path, context: Context) -> None:
    """Put the geometry's file where meshers can read it."""
    geometry = opened.design.thermal and opened.design.thermal.geometry
    if geometry and geometry.kind == "step":
        place = folder / geometry.file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(await context.core.get(geometry.file.sha256))


def solve(opened: StudyOpened, folder: Path) -> "Answer":
    from proofmark_thermal_fem.answering import answer  # with the finite elements: only where there is heat

    return answer(opened.study, opened.design, folder)
