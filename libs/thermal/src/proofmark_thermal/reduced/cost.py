"""What full solutions of many vectors take, estimated from one."""

from dataclasses import dataclass

from proofmark_thermal.engine import Solution

NEWTON_STEPS = 5
"""Linear systems that a steady state whose coefficients depend on temperature usually takes."""
STAGES = 2
"""Systems of a step in time."""
SECONDS_PER_UNKNOWN = 1e-5
"""Of one core, for each linear system, assembly included."""


@dataclass(frozen=True)
class Cost:
    """Of full solutions."""

    vectors: int
    unknowns: int
    systems: int
    """Linear systems of so many unknowns, for each vector."""

    @property
    def seconds(self) -> float:
        """Of one core."""
        return float(self.vectors) * self.systems * self.unknowns * SECONDS_PER_UNKNOWN

    def __str__(self) -> str:
        each = "one linear system" if self.systems == 1 else f"{self.systems} linear systems"
        return (
            f"{self.vectors} full solutions, each about {each} of {self.unknowns} unknowns: "
            f"about {self.seconds:.2g} s of one core"
        )


def cost(solution: Solution, vectors: int) -> Cost:
    """Return what full solutions of so many vectors take, if each takes what this one did."""
    newton = 1 if solution.model.linear else NEWTON_STEPS
    steps = 1 if solution.course is None else STAGES * len(solution.course.times_s)
    return Cost(vectors, solution.unknowns, newton * steps)
