"""Two sealed studies side by side: what was asked differently, what each found, and the runs they share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark.folder import EVIDENCE, RELEASE
from proofmark_contracts.assessment import Estimate, ReliabilityAssessed
from proofmark_contracts.study import StudyOpened
from proofmark_custody.release import fact_file
from proofmark_reliability.paired import Paired, paired

RESULTS = "results.parquet"
APART = ("name", "revision", "provenance", "artifacts")
"""Parts of a spec that no run depends on."""


@dataclass(frozen=True)
class Sealed:
    """A study as its sealed folder tells it."""

    folder: Path
    opened: StudyOpened
    assessed: ReliabilityAssessed

    @classmethod
    def read(cls, folder: Path) -> "Sealed":
        """Read a sealed folder, or the output folder that holds one.

        Raises
        ------
        Failure
            It is neither.
        """
        for place in (folder, folder / RELEASE, folder / EVIDENCE):
            opened = place / fact_file(StudyOpened.verb)
            if opened.exists():
                assessed = place / fact_file(ReliabilityAssessed.verb)
                return cls(
                    place, StudyOpened.decode(opened.read_bytes()), ReliabilityAssessed.decode(assessed.read_bytes())
                )
        raise Failure(f"{folder}: expected a release or an evidence folder, found none", Exit.USAGE)

    def plain_runs(self) -> dict[str, np.ndarray]:
        """Columns of the runs drawn from the parameters' own distribution: `batch`, `vector`, `answered`, `failed`."""
        table = pq.read_table(self.folder / RESULTS, columns=["vector", "batch", "role", "passed"])
        plain = pc.equal(table["role"].cast(pa.string()), "plain").to_numpy()
        passed = table["passed"]
        answered = passed.is_valid().to_numpy()
        failed = ~pc.fill_null(passed, fill_value=True).to_numpy()
        columns = {"batch": table["batch"].to_numpy(), "vector": table["vector"].to_numpy()}
        return {name: column[plain] for name, column in {**columns, "answered": answered, "failed": failed}.items()}


@dataclass(frozen=True)
class Comparison:
    first: Sealed
    second: Sealed

    @property
    def differences(self) -> dict[str, tuple[Any, Any]]:
        """What the normalised specs say differently, by path; None where one says nothing."""
        one, other = (dict(_leaves(side.opened.design.model_dump(mode="json"))) for side in (self.first, self.second))
        return {
            path: (one.get(path), other.get(path))
            for path in sorted(one.keys() | other.keys())
            if one.get(path) != other.get(path)
        }

    @property
    def estimates(self) -> list[tuple[str, Estimate | None, Estimate | None]]:
        """The estimates of both, by name."""
        one, other = ({e.name: e for e in side.assessed.estimates} for side in (self.first, self.second))
        return [(name, one.get(name), other.get(name)) for name in dict.fromkeys((*one, *other))]

    @property
    def unpaired(self) -> str:
        """Why no run of one can be set against a run of the other; empty if they can."""
        one, other = self.first.opened.design, self.second.opened.design
        for what, mine, theirs in (
            ("seed", one.reliability.seed, other.reliability.seed),
            ("method", one.reliability.method, other.reliability.method),
            ("random parameters", one.random_parameters, other.random_parameters),
        ):
            if mine != theirs:
                return f"no common random numbers: the {what} differ"
        if one.reliability.method != "monte-carlo" and one.reliability.samples != other.reliability.samples:
            return "no common random numbers: a design of another size has other points"
        return ""

    def paired(self) -> Paired:
        """The runs of both on the vectors that both drew."""
        one, other = self.first.plain_runs(), self.second.plain_runs()
        shared = min(len(one["vector"]), len(other["vector"]))
        same = all(np.array_equal(one[name][:shared], other[name][:shared]) for name in ("batch", "vector"))
        if not same:
            raise Failure("the studies' runs are not numbered alike", Exit.USAGE)
        answered = one["answered"][:shared] & other["answered"][:shared]
        confidence = self.first.assessed.confidence
        return paired(one["failed"][:shared], other["failed"][:shared], answered, confidence)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if path or key not in APART:
                yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{index}]")
    else:
        yield path, value
