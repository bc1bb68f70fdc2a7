"""A study that goes on from a parent: which of the parent's vectors run again, or for the first time."""

import numpy as np
import numpy.typing as npt

from proofmark_contracts.study import Continues

IntArray = npt.NDArray[np.int64]


def rows_to_run(vectors: int, status: npt.NDArray[np.int8], continues: Continues, checks: int) -> IntArray:
    """Say which vectors of a batch the child study runs.

    Parameters
    ----------
    vectors : int
        Planned in the batch.
    status : (m,) int8 array, m <= vectors
        Codes of `RUN_STATUS` that the parent's runs ended with; the vectors behind them never ran.
    continues : Continues
        Runs without an answer run again where that is the purpose; an extended study runs what never ran.
    checks : int
        How many runs with an answer run again as well, evenly spread over them.

    Returns
    -------
    (k,) int array, ascending
    """
    if continues.purpose == "extend":
        return np.arange(len(status), vectors)
    good = np.flatnonzero(status == 0)
    spread = good[np.linspace(0, len(good) - 1, min(checks, len(good)), dtype=np.int64)] if len(good) else good
    return np.union1d(np.flatnonzero(status != 0), spread)
