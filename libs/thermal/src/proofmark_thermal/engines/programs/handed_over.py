"""What a program is given and gives back, and the steps on the way: `mesh.npz` and `case.json` in, `.npy` files out."""

import json
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_ITERATIONS = 60
_STEP_K = 1e-7
GAMMA = 2 - 2**0.5
"""Of a step of TR-BDF2 (Hosea & Shampine 1996): the share after which its middle stands."""
WEIGHT = 2**0.5 / 4


@dataclass(frozen=True)
class Handed:
    """A problem on a mesh."""

    arrays: dict[str, Any]
    case: dict[str, Any]

    @property
    def terms(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.case["terms"]
        return found

    @property
    def dimension(self) -> int:
        return int(self.arrays["nodes"].shape[1])

    @property
    def steady(self) -> bool:
        return self.case["times_s"] is None

    @property
    def nonlinear(self) -> bool:
        return not self.case["linear"]

    def fixed(self, time_s: float) -> "list[tuple[IntArray, float]]":
        """Return the nodes and the value of each fixed temperature."""
        return [(self.arrays[f"fixed{n}"], now(value, time_s)) for n, value in enumerate(self.case["fixed"])]


class Discrete(Protocol):
    """A problem in a program's own forms; temperatures are (n,) in the order of the nodes handed over."""

    def step(self, temperatures: FloatArray, known: FloatArray, implicit_s: float, time_s: float) -> FloatArray:
        """Return the change by one Newton step towards capacity @ (T - known) / implicit + leaving(T) = 0.

        Where the temperatures are fixed, the change is zero; in a steady state the capacity is left out.
        """
        ...


def handed_over(folder: Path) -> Handed:
    """Read what was written."""
    with np.load(folder / "mesh.npz") as arrays:
        return Handed(dict(arrays), json.loads((folder / "case.json").read_text()))


def give_back(folder: Path, temperatures: FloatArray, rates: FloatArray | None, facts: dict[str, Any]) -> None:
    """Write (t, n) temperatures, K, the (n,) rates at the end, K/s, and what is worth knowing beside them."""
    np.save(folder / "temperatures.npy", temperatures)
    if rates is not None:
        np.save(folder / "rates.npy", rates)
    (folder / "result.json").write_text(json.dumps(facts))


def peak_gb() -> float:
    """Return the most memory that this process has had; what `getrusage` tells includes its parent's."""
    lines = Path("/proc/self/status").read_text().split("\n")
    return float(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1e6


def now(value: Any, time_s: float) -> float:
    """Return a value that does not depend on temperature, at a time."""
    if not isinstance(value, dict):
        return float(value)
    times, values = value["schedule"]
    later = bisect_right(times, time_s)
    if later in (0, len(times)):
        return float(values[max(later - 1, 0)])
    share = (time_s - times[later - 1]) / (times[later] - times[later - 1])
    return float((1 - share) * values[later - 1] + share * values[later])


def solved(handed: Handed, problem: Discrete) -> tuple[FloatArray, FloatArray | None]:
    """Return the (t, n) temperatures at the times asked for and the rates at the end, or the steady ones as (1, n)."""
    if handed.steady:
        start = np.full(len(handed.arrays["nodes"]), _typical(handed))
        return _newton(handed, problem, start, start, 0.0, 0.0)[None], None
    times = handed.case["times_s"]
    jumps = {time for schedule in _schedules(handed) for time, same in pairwise(schedule) if time == same}
    state = np.full(len(handed.arrays["nodes"]), float(handed.case["initial_k"]))
    rates: FloatArray | None = None
    found = [state]
    for begin, end in pairwise(times):
        length, until = end - begin, float(np.nextafter(end, begin))
        if rates is None or begin in jumps:
            half = _newton(handed, problem, state, state, length / 2, begin + length / 2)
            state = _newton(handed, problem, half, half, length / 2, until)
            rates = (state - half) / (length / 2)
        else:
            implicit = GAMMA / 2 * length
            known = state + implicit * rates
            middle = _newton(handed, problem, state, known, implicit, begin + GAMMA * length)
            known_end = state + length * WEIGHT * (rates + (middle - known) / implicit)
            state = _newton(handed, problem, middle, known_end, implicit, until)
            rates = (state - known_end) / implicit
        found.append(state)
    return np.array(found), rates


def _newton(
    handed: Handed, problem: Discrete, guess: FloatArray, known: FloatArray, implicit_s: float, time_s: float
) -> FloatArray:
    temperatures = guess.copy()
    for nodes, value in handed.fixed(time_s):
        temperatures[nodes] = value
    last = np.inf
    for _ in range(_ITERATIONS):
        change = problem.step(temperatures, known, implicit_s, time_s)
        size = float(np.abs(change).max())
        if not np.isfinite(size):
            break
        # A full step that grows would leave the range where the tangent means anything.
        temperatures = temperatures + change * min(1.0, 2 * last / size if size else 1.0)
        if not handed.nonlinear or size < _STEP_K:
            return temperatures
        last = size
    raise SystemExit(f"Newton's method did not converge at {time_s:g} s: its last change was {last:g} K")


def _typical(handed: Handed) -> float:
    known = [now(term["ambient"], 0.0) for term in handed.terms if "ambient" in term]
    return max(known + [value for _, value in handed.fixed(0.0)], default=0.0)


def _schedules(handed: Handed) -> list[list[float]]:
    values = [*handed.case["fixed"], *(value for term in handed.terms for value in term.values())]
    return [value["schedule"][0] for value in values if isinstance(value, dict) and "schedule" in value]
