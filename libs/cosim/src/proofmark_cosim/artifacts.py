"""What a run leaves behind: metrics and time series as JSON, the same bytes whenever it is run again.

Times of day are in `run.json` and in the folder's name, nowhere else.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from proofmark_cosim.errors import NotFinite
from proofmark_cosim.kernel import ChunkSummary, RunMetrics, time_chunks
from proofmark_cosim.ready import FLAGS, SAMPLES
from proofmark_cosim.simulation import Recording, Traces, simulate
from proofmark_cosim.system import System


@dataclass(frozen=True)
class Document:
    """The documents of a run, by the names of their files."""

    metrics: dict[str, Any]
    timeseries: dict[str, Any]


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
        {"cycle_s": system.cycle_s, "samples": _samples(plant, system, chunks, result.traces)},
    )


def write_run(out: Path, name: str, document: Document, began: datetime, finished: datetime) -> Path:
    """Write a run's folder, `<timestamp>_<name>` below `out`.

    Returns
    -------
    Path
        The folder; a number is appended if there is one of this name.
    """
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
    for file, content in (
        ("metrics.json", document.metrics),
        ("timeseries.json", document.timeseries),
        ("run.json", times),
    ):
        (folder / file).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return folder


def _samples(plant: str, system: System, chunks: Sequence[ChunkSummary], traces: Traces) -> list[dict[str, Any]]:
    """One for the end of each time chunk."""
    samples = []
    for chunk in chunks:
        at = chunk.end_cycle
        sample: dict[str, Any] = {"chunk_idx": chunk.chunk_idx, "cycle": at, "time_s": at * system.cycle_s}
        for name, (signal, factor, offset) in SAMPLES[plant].items():
            value = float(traces.signals[signal][0, at]) * factor + offset
            sample[name] = bool(value) if name in FLAGS else value
        samples.append(sample)
    return samples


def _broken_signals(traces: Traces, cycle: int) -> list[str]:
    return [name for name, column in traces.signals.items() if not abs(column[0, cycle]) < float("inf")]
