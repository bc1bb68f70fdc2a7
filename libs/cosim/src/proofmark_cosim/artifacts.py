"""What a run leaves behind: metrics and time series, the same bytes whenever it is run again.

Times of day are in `run.json` and in the folder's name, nowhere else.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from proofmark_cosim.errors import NotFinite
from proofmark_cosim.kernel import ChunkSummary, RunMetrics, time_chunks
from proofmark_cosim.ready import FLAGS, SAMPLES
from proofmark_cosim.series import Format, Series, encoded
from proofmark_cosim.simulation import Recording, Traces, simulate
from proofmark_cosim.system import System


@dataclass(frozen=True)
class Document:
    """What a run gave."""

    metrics: dict[str, Any]
    timeseries: Series


def run_document(name: str, plant: str, system: System, chunk_cycles: int, seed: int) -> Document:
    """Run a ready system once.

    Parameters
    ----------
    name
        Of the run.
    plant
        What `system` is an instance of, among `READY`.

    Raises
    ------
    CosimError
        It cannot be run, or a component gave no number.
    """
    chunks = list(time_chunks(system.cycles, chunk_cycles))
    result = simulate(system, {}, seed=seed, recording=Recording([0]), chunk_cycles=chunk_cycles)
    assert result.traces is not None
    if result.broken_at[0] >= 0:
        raise NotFinite(_broken_signals(result.traces, int(result.broken_at[0])), int(result.broken_at[0]))
    metrics = RunMetrics(name, system.cycles, len(chunks))
    return Document(
        {
            **asdict(metrics),
            "seed": seed,
            "chunks": [asdict(chunk) for chunk in chunks],
            "metrics": {key: float(column[0]) for key, column in result.metrics.items()},
        },
        Series(system.cycle_s, _samples(plant, system, chunks, result.traces)),
    )


def write_run(
    out: Path, name: str, document: Document, began: datetime, finished: datetime, series: Format = "json"
) -> Path:
    """Write a run's folder, `<timestamp>_<name>` below `out`.

    Parameters
    ----------
    series
        The format of the time series.

    Returns
    -------
    Path
        The folder; a number is appended if there is one of this name.

    Raises
    ------
    MissingExtra
    """
    timeseries = encoded(document.timeseries, series)
    stamp = f"{began:%Y%m%dT%H%M%S}_{name}"
    out.mkdir(parents=True, exist_ok=True)
    folder, number = out / stamp, 1
    while True:
        try:
            folder.mkdir()
            break
        except FileExistsError:
            number += 1
            folder = out / f"{stamp}-{number}"
    times = {"started_at": began.isoformat(), "finished_at": finished.isoformat()}
    for file, content in (("metrics.json", document.metrics), ("run.json", times)):
        (folder / file).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    (folder / f"timeseries.{series}").write_bytes(timeseries)
    return folder


def _samples(plant: str, system: System, chunks: Sequence[ChunkSummary], traces: Traces) -> dict[str, npt.NDArray[Any]]:
    """Columns with a value for the end of each time chunk."""
    at = np.array([chunk.end_cycle for chunk in chunks])
    columns = {"chunk_idx": np.arange(len(chunks)), "cycle": at, "time_s": at * system.cycle_s}
    for name, (signal, factor, offset) in SAMPLES[plant].items():
        values = traces.signals[signal][0, at] * factor + offset
        columns[name] = values.astype(bool) if name in FLAGS else values
    return columns


def _broken_signals(traces: Traces, cycle: int) -> list[str]:
    return [name for name, column in traces.signals.items() if not abs(column[0, cycle]) < float("inf")]
