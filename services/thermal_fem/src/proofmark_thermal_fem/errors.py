"""Errors of a study's heat that the problem itself does not have."""

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
