"""A parent's outcomes and what ran again, as one table."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from proofmark_aggregator.counting import OK, Metrics, Status

SAME = 1e-9
"""Relative difference up to which a repeated run says the same: another machine may round differently."""


@dataclass(frozen=True)
class Merged:
    metrics: Metrics
    status: Status
    checked: int
    """Runs with an answer that ran again."""
    disagreed: int
    """Of those, the ones that now say something else."""


def merged(imported: tuple[Metrics, Status], rows: npt.NDArray[np.int64], fresh: tuple[Metrics, Status]) -> Merged:
    """Put fresh outcomes into a parent's table: where it has an answer it stays, and is compared.

    Parameters
    ----------
    imported : metrics and status of the parent's first vectors
    rows : (k,) int array, ascending
        The vectors that ran.
    fresh : metrics and status of those, in their order
    """
    (old, old_status), (new, new_status) = imported, fresh
    length = max(len(old_status), int(rows.max(initial=-1)) + 1)
    metrics = {name: np.concatenate([column, np.full(length - len(column), np.nan)]) for name, column in old.items()}
    status = np.concatenate([old_status, np.full(length - len(old_status), OK, np.int8)])
    known = np.zeros(length, np.bool_)
    known[: len(old_status)] = old_status == OK
    again, first = known[rows], ~known[rows]
    differs = new_status[again] != OK
    for name, column in metrics.items():
        differs |= ~np.isclose(new[name][again], column[rows[again]], rtol=SAME, atol=0)
        column[rows[first]] = new[name][first]
    status[rows[first]] = new_status[first]
    return Merged(metrics, status, int(again.sum()), int(differs.sum()))
