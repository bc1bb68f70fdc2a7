"""Errors of a study's heat that the problem itself does not have."""

from collections.abc import Sequence

from proofmark_thermal.errors import ThermalError
from proofmark_thermal.reduced.cost import Cost


class TooCostly(ThermalError):
    """Every run would need a full solution, and there are too many."""

    def __init__(self, why: str, needed: Cost, ceiling_s: float) -> None:
        super().__init__(
            f"no reduced model, for {why}: expected full solutions of every run within {ceiling_s:.3g} s of one core, "
            f"got {needed}; ask for fewer samples or a lower accuracy"
        )
        self.why, self.needed, self.ceiling_s = why, needed, ceiling_s


class MeshStandsStill(ThermalError):
    """Dimensions vary that the mesh cannot follow."""

    def __init__(self, places: Sequence[str], needed: Cost) -> None:
        super().__init__(
            f"{', '.join(places)}: expected dimensions that vary of parts with straight sides, or of one round part "
            f"alone, whose mesh can follow them; got round parts beside others, where every run would need a mesh of "
            f"its own and {needed}"
        )
        self.places, self.needed = tuple(places), needed
