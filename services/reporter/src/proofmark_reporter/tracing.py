"""Runs of a study that are simulated once more, this time with their signals.

A run is a function of its vector, its place and the seed, all of which the evidence holds: so nothing has to be
recorded, carried and kept for the few runs that turn out to matter, and what is drawn is what was counted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from proofmark_contracts.cosimulation import CosimModel, Formula
from proofmark_contracts.design import Design
from proofmark_cosim import Recording, System, assumptions
from proofmark_expression import Expression
from proofmark_reliability.sample import medians
from proofmark_reporter.figures import evenly
from proofmark_reporter.rounds import worst_margins
from proofmark_reporter.runs import FloatArray, IntArray, Runs
from proofmark_systems import Heat, WorkingSystem, noise_seed, system_of

SAMPLES = 300
"""Of each trace, about."""
MOST_SIGNALS = 8
MOST_BAND, LEAST_BAND, CYCLES_OF_BAND = 200, 20, 40_000_000
"""Runs behind a band: as many as a few seconds allow."""
BAND = (0.05, 0.95)
CHOSEN = ("worst", "median", "best")


@dataclass(frozen=True, eq=False)
class Trace:
    """A signal, SI."""

    unit: str
    runs: Mapping[str, FloatArray]
    """(m,) values of each run that was chosen, by `CHOSEN`."""
    low: FloatArray
    """(m,) what 5 % of the plain runs stay below at each moment, and `high` what 95 % do."""
    high: FloatArray


@dataclass(frozen=True, eq=False)
class Traced:
    """What a study's system did."""

    times_s: FloatArray
    """(m,)"""
    chosen: Mapping[str, int]
    """The run of each name of `CHOSEN`, in the order of the study; none if no run answered."""
    traces: Mapping[str, Trace]
    band_runs: int
    nominal: Mapping[str, float]
    """The metrics where each parameter has its median."""
    interface: Mapping[str, str]
    """What is assumed between plant and controller, by input and output."""


def trace(
    runs: Runs, design: Design, files: Mapping[str, bytes], members: tuple[int, ...], heat: Heat | None = None
) -> Traced | None:
    """Simulate some runs again; None for a model that does not run in time.

    Parameters
    ----------
    files
        By path, those that a run reads.
    members
        The requirements by which a run is the worst: see `worst_margins`.
    heat
        The plant that the design's heat is, if it is one.
    """
    model = design.model
    if not isinstance(model, CosimModel):
        return None
    system = system_of(model, design.controller, files, heat)
    every = max(1, system.cycles // SAMPLES)
    units = dict(shown(system, model))
    recording = Recording([0], every, tuple(units))
    chosen = choose(worst_margins(runs, telling(runs, members)), runs)
    most = int(np.clip(CYCLES_OF_BAND // system.cycles, LEAST_BAND, MOST_BAND))
    band = evenly(np.flatnonzero(runs.plain & runs.answered), most)
    rows = np.unique(np.array([*chosen.values(), *band.tolist()], dtype=np.int64))
    found = _again(system, design, runs, rows, recording)
    at = {row: index for index, row in enumerate(rows.tolist())}
    traces = {}
    for name, unit in units.items() if rows.size else ():
        of_band = found[name][[at[row] for row in band.tolist()]]
        low, high = np.quantile(of_band, BAND, axis=0, method="inverted_cdf") if len(band) else of_band.reshape(2, -1)
        own = {what: found[name][at[row]] for what, row in chosen.items()}
        traces[name] = Trace(unit, own, low, high)
    times_s: FloatArray = np.arange(0.0, system.cycles + 1, every) * system.cycle_s
    return Traced(times_s, chosen, traces, len(band), _nominal(system, design), assumptions(system))


def telling(runs: Runs, members: tuple[int, ...]) -> tuple[int, ...]:
    """Of these requirements, those whose margins are not the same in every run; all if there are none."""
    margins = runs.margins[runs.answered]
    return tuple(index for index in members if len(margins) and np.ptp(margins[:, index]) > 0) or members


def choose(worst: FloatArray, runs: Runs) -> dict[str, int]:
    """The run with the smallest margin, the one with the largest, and the plain one in the middle."""
    known = np.flatnonzero(np.isfinite(worst))
    if not known.size:
        return {}
    ranked = known[np.argsort(worst[known], kind="stable")]
    plain = ranked[runs.plain[ranked]] if runs.plain[ranked].any() else ranked
    return dict(zip(CHOSEN, (int(ranked[0]), int(plain[len(plain) // 2]), int(ranked[-1])), strict=True))


def shown(system: System, model: CosimModel) -> Iterator[tuple[str, str]]:
    """The signals to draw, with their units: what requirements speak of, then what the controller gives and takes."""
    given = () if system.controller is None else system.controller.program.outputs.fields
    controls = [f"controller.{name}" for name, _ in given]
    units: dict[str, str] = dict.fromkeys(controls, "")
    for name, placed in system.plants.items():
        units |= {f"{name}.{port.name}": port.unit for port in placed.component.outputs()}
    if system.scenario is not None:
        units["scenario.value"] = ""
    texts = [metric.of for metric in model.metrics.values()]
    texts += [text for formula in model.formulas.values() for text in _conditions(formula)]
    wanted = [name for text in texts for name in sorted(Expression.parse(text).names)]
    taken = [text for into, text in sorted(model.connect.items()) if into.startswith("controller.")]
    wanted += [*controls, *(name for text in taken for name in sorted(Expression.parse(text).names)), "scenario.value"]
    for name in [name for name in dict.fromkeys(wanted) if name in units][:MOST_SIGNALS]:
        yield name, units[name]


def _conditions(formula: Formula) -> Iterator[str]:
    if formula.condition is not None:
        yield formula.condition
    for part in formula.of:
        yield from _conditions(part)


def _again(system: System, design: Design, runs: Runs, rows: IntArray, recording: Recording) -> dict[str, FloatArray]:
    """The signals of these runs, a row for each."""
    found: dict[str, FloatArray] = {}
    for batch in np.unique(runs.batch[rows]).tolist():
        of = np.flatnonzero(runs.batch[rows] == batch)
        places = rows[of] - int(np.flatnonzero(runs.batch == batch)[0])
        columns = {name: column[rows[of]] for name, column in runs.vectors.items()}
        working = _working(system, design, batch, recording)
        for name, signal in working.run(_with_constants(design, columns, of.size), places).traces.items():
            found.setdefault(name, np.full((rows.size, signal.shape[1]), np.nan))[of] = signal
    return found


def _nominal(system: System, design: Design) -> dict[str, float]:
    point = {name: np.array([value]) for name, value in medians(design.marginals).items()}
    working = _working(system, design, 0, None)
    found = working.run(_with_constants(design, point, 1), np.zeros(1, np.int64)).metrics
    return {name: float(column[0]) for name, column in found.items()}


def _working(system: System, design: Design, batch: int, recording: Recording | None) -> WorkingSystem:
    seed = noise_seed(design.reliability.seed, batch)
    return WorkingSystem(system, frozenset(design.parameters), seed, recording)


def _with_constants(design: Design, columns: Mapping[str, FloatArray], n: int) -> dict[str, FloatArray]:
    return {**columns, **{name: np.full(n, value) for name, value in design.constants.items()}}
