"""Offline verbs of the co-simulation: `proofmark cosim run` and `proofmark cosim export-fmu`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from proofmark_controller.host import compilers
from proofmark_cosim.artifacts import run_document, write_run
from proofmark_cosim.component import Component
from proofmark_cosim.errors import CosimError, OutOfRange
from proofmark_cosim.fmi.export import export_fmu
from proofmark_cosim.kernel import time_chunks
from proofmark_cosim.plants import PLANTS, RcThermal
from proofmark_cosim.profiles import read_profile
from proofmark_cosim.ready import READY, thermal_resonator
from proofmark_cosim.scenarios import SCENARIOS
from proofmark_cosim.series import Format
from proofmark_cosim.system import System

OK = 0
REFUSED = 2
ARTIFACTS = Path("artifacts") / "runs"
COMPATIBLE = "one-step-a-chunk"


def cosim(  # noqa: PLR0913  # each is a flag
    action: Literal["run", "export-fmu"],
    *,
    plant: str = "thermal-resonator",
    scenario: str = "constant-heater",
    cycles: int = 1000,
    chunk_cycles: int = 50,
    seed: int = 0,
    name: str | None = None,
    out: Path | None = None,
    profile: Path | None = None,
    column: str = "value",
    scheme: Literal["exact", "one-step-a-chunk"] = "exact",
    fmi: Literal["2.0", "3.0"] = "2.0",
    period: float = 0.1,
    series: Format = "json",
) -> int:
    """Run a system without the bus, or write a plant as an FMU.

    Parameters
    ----------
    action
        `run` leaves a folder behind; `export-fmu` writes PLANT.fmu for machines like this one.
    plant
        For `run` thermal-resonator, motor or formation; for `export-fmu` a kind of plant, such as rc-thermal.
    scenario
        What happens from outside: constant-heater, step-workload, ramp-workload, heater-off-workload-on, sine, profile
        or random-telegraph.
    cycles
        Length of the run.
    chunk_cycles
        Cycles of a time chunk; there is one sample at the end of each.
    seed
        Of everything random.
    name
        Of the run; that of the scenario by default.
    out : Path
        Folder for runs, artifacts/runs by default, or for the FMU, this one by default.
    profile : Path
        The CSV or Parquet file of the scenario `profile`, with a column time_s.
    column
        Its column of values.
    scheme
        `one-step-a-chunk` steps the heat as the public ThermalRes project does, for comparison with its numbers.
    fmi
        The version of the standard that the FMU follows.
    period
        The step of the exported plant, in s.
    series
        The format of the time series; parquet and mcap need the extras of these names.

    Returns
    -------
    int
        Exit code: 0 done, 2 refused.
    """
    try:
        if action == "export-fmu":
            return _export(plant, fmi, period, out or Path())
        happening = _scenario(scenario, profile, column)
        system = _system(plant, happening, cycles, chunk_cycles, scheme)
        return _run(plant, system, happening.kind if name is None else name, chunk_cycles, seed, out, series)
    except (CosimError, OSError) as error:
        sys.stderr.write(f"proofmark cosim: {error}\n")
        return REFUSED


def _system(plant: str, scenario: Component, cycles: int, chunk_cycles: int, scheme: str) -> System:
    if plant not in READY:
        raise OutOfRange("plant", f"one of {', '.join(READY)}", plant)
    next(time_chunks(cycles, chunk_cycles))
    if scheme != COMPATIBLE:
        return READY[plant](scenario, cycles)
    if plant != "thermal-resonator":
        raise OutOfRange("scheme", "exact for this plant", scheme)
    return thermal_resonator(scenario, cycles, RcThermal(scheme="one-step-a-period"), chunk_cycles)


def _run(plant: str, system: System, name: str, chunk_cycles: int, seed: int, out: Path | None, series: Format) -> int:
    if not name or set(name) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"):
        raise OutOfRange("name", "letters, digits, dots, dashes and underscores", name)
    if seed not in range(2**64):
        raise OutOfRange("seed", "0 to 2^64 - 1", seed)
    began = datetime.now(UTC)
    document = run_document(name, plant, system, chunk_cycles, seed)
    folder = write_run(out or ARTIFACTS, name, document, began, datetime.now(UTC), series)
    for key, value in document.metrics["metrics"].items():
        sys.stdout.write(f"{key:<28} {value:.6g}\n")
    sys.stdout.write(f"wrote {folder}\n")
    return OK


def _export(plant: str, fmi: Literal["2.0", "3.0"], period_s: float, out: Path) -> int:
    if plant not in PLANTS:
        raise OutOfRange("plant", f"one of {', '.join(PLANTS)}", plant)
    found = compilers()
    if not found:
        raise OutOfRange(
            "export-fmu", "a C compiler, such as gcc or the extra compiler of proofmark-controller", "none"
        )
    try:
        data = export_fmu(PLANTS[plant](), period_s, fmi, found[0])
    except TypeError as error:
        raise OutOfRange(plant, "a plant whose parameters all have defaults", str(error)) from error
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{plant}.fmu"
    path.write_bytes(data)
    sys.stdout.write(f"wrote {path}\n")
    return OK


def _scenario(kind: str, profile: Path | None, column: str) -> Component:
    if kind not in SCENARIOS:
        raise OutOfRange("scenario", f"one of {', '.join(SCENARIOS)}", kind)
    if kind == "profile":
        if profile is None:
            raise OutOfRange("profile", "a CSV or Parquet file", None)
        return read_profile(profile.name, profile.read_bytes(), column)
    return SCENARIOS[kind]()
