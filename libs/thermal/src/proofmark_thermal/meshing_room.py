"""What a mesh may take, looked at before it is made."""

from dataclasses import dataclass

from proofmark_thermal.soundness import check_memory
from proofmark_thermal.space import Degree

UNKNOWNS_PER_CELL = {1: {1: 1.0, 2: 0.5, 3: 0.2}, 2: {1: 2.0, 2: 2.0, 3: 1.4}}
"""By degree and dimension."""


@dataclass(frozen=True)
class Room:
    """What a mesh may take."""

    degree: Degree
    memory_bytes: float

    def check(self, cells: float, dimension: int) -> None:
        """Refuse more cells than fit; see `check_memory`."""
        check_memory(int(cells * UNKNOWNS_PER_CELL[self.degree][dimension]), dimension, self.memory_bytes)
