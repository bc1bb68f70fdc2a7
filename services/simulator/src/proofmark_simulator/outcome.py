"""What the vectors of a chunk gave: an answer for each row, or the reason why there is none.

An answer is finite. NaN means that the model does not know, and so does infinity: where an engineering quantity
overflows or is divided by zero, the model has left its domain, and an infinite margin must not count as a pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proofmark_contracts.campaign import RUN_STATUS

FloatArray = NDArray[np.float64]
StatusArray = NDArray[np.int8]

OK, ERROR, TIMEOUT, NOT_A_NUMBER = (RUN_STATUS.index(name) for name in ("ok", "error", "timeout", "not-a-number"))
LOGS = 5
LOG_BYTES = 2048


@dataclass(frozen=True, eq=False)
class Outcome:
    """The answers of n rows.

    Attributes
    ----------
    metrics : dict of (n,) float arrays, SI
        In the order asked for; NaN where the row's status is not `ok`.
    status : (n,) int8 array
        Index into `RUN_STATUS`.
    cpu_s : float
        CPU seconds spent; differs from run to run.
    logs : dict
        What the first five rows without an answer said, by row; at most 2 KiB each.
    """

    metrics: dict[str, FloatArray]
    status: StatusArray
    cpu_s: float
    logs: dict[int, str]


@dataclass(eq=False)
class Tally:
    """The rows of a chunk while they are being run.

    Attributes
    ----------
    metrics : tuple of m names
    values : (m, n) float array, SI
        NaN until a row is answered.
    status : (n,) int8 array
    texts : dict
        What rows without an answer said; enough rows to fill the logs.
    """

    metrics: tuple[str, ...]
    values: FloatArray
    status: StatusArray
    texts: dict[int, str]

    @classmethod
    def of(cls, metrics: tuple[str, ...], rows: int) -> "Tally":
        return cls(metrics, np.full((len(metrics), rows), np.nan), np.full(rows, OK, np.int8), {})

    def miss(self, rows: slice, status: int, text: str) -> None:
        """Record that these rows have no answer, and why. Rows are recorded in ascending order."""
        self.status[rows] = status
        for row in range(*rows.indices(self.status.size)):
            if len(self.texts) == LOGS:
                break
            self.texts[row] = text

    def outcome(self, cpu_s: float) -> Outcome:
        """Close the books: rows with an answer that is not finite are missing too."""
        finite = np.isfinite(self.values)
        status = np.where((self.status == OK) & ~finite.all(axis=0), NOT_A_NUMBER, self.status).astype(np.int8)
        metrics = {
            name: np.where(status == OK, values, np.nan) for name, values in zip(self.metrics, self.values, strict=True)
        }
        logs = {int(row): self._log(int(row)) for row in np.flatnonzero(status != OK)[:LOGS]}
        return Outcome(metrics, status, cpu_s, logs)

    def _log(self, row: int) -> str:
        if row in self.texts:
            return tail(self.texts[row])
        answers: Mapping[str, float] = dict(zip(self.metrics, self.values[:, row].tolist(), strict=True))
        faults = (
            f"metric {name!r}: expected a finite number, got {value}"
            for name, value in answers.items()
            if not np.isfinite(value)
        )
        return tail("\n".join(faults))


def tail(text: str) -> str:
    """The last 2 KiB of a text, as UTF-8, without characters that would command a terminal."""
    plain = "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text[-LOG_BYTES:])
    return plain.encode()[-LOG_BYTES:].decode(errors="ignore")
