"""Times of a run: whole numbers of cycles, and how long one may take."""

from collections.abc import Mapping
from typing import Any

from proofmark_expression import Dimension
from proofmark_spec.problems import Path, Report, Wrong, below
from proofmark_spec.quantities import quantity

TIME = Dimension.of({"time": 1})
MOST_CYCLES = 10_000_000
LONGEST_RUN_S = 24 * 3600.0


def check_cycles(times_s: Mapping[Path, float], cycle_s: float, report: Report) -> None:
    """Note times that are no whole number of cycles, or too many."""
    from proofmark_cosim import CosimError
    from proofmark_cosim.system import cycles_of

    for path, time_s in times_s.items():
        with report.catching(*path):
            try:
                cycles = cycles_of("this time", time_s, cycle_s)
            except CosimError as error:
                raise Wrong(str(error).partition(": ")[2]) from error
            if cycles > MOST_CYCLES:
                raise Wrong(f"expected at most {MOST_CYCLES:,} cycles, got {cycles:,}")


def time_limit(given: Mapping[str, Any], default_s: float) -> float:
    """How long a run may take, in s: `time_limit`, if it is given.

    Raises
    ------
    Wrong
    """
    if "time_limit" not in given:
        return default_s
    with below("time_limit"):
        limit = quantity(given["time_limit"])
        if limit.unit.dimension != TIME:
            raise Wrong(f"expected a time such as 10 s, got {limit.unit.dimension}")
        if not 0 < limit.si <= LONGEST_RUN_S:
            raise Wrong("expected more than nothing and at most a day")
        return limit.si
