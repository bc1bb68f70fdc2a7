"""`make bench`: the spine's promises about speed, measured side by side; one line of JSON at the end.

Figures of one machine mean little alone: ratios within one run are what to compare.
"""

import asyncio
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from proofmark.client import OperatorClient, operator
from proofmark.embedded import TENANT, Plant, running
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.study import StudyClosed

PROMISES = {
    "settled_1k_s": 0.3,
    "run_whole_s": 5.0,
    "settled_1m_s": 3.0,
    "closed_1m_s": 15.0,
    "memory_1m_gb": 1.5,
    "help_cpu_s": 0.2,
}
BIN = Path(sys.executable).parent
PEER = ("easyvvuq", "setuptools<81", "six")
"""EasyVVUQ, and what it imports without saying so."""


def spec(samples: int, seed: int, method: str = "monte-carlo") -> dict[str, Any]:
    return {
        "apiVersion": "proofmark/v1",
        "name": "bench",
        "tolerances": {"sigma_level": 3},
        "parameters": {
            "bore": "10.05 mm +/- 0.03",
            "shaft": "10.00 mm +/- 0.03",
            "load": {"distribution": "uniform", "low": "90 N", "high": "110 N"},
            "length": "20 mm +/- 0.2",
            "stiffness": "525 MPa +/- 10 %",
        },
        "model": {
            "kind": "expression",
            "metrics": {"clearance": "bore - shaft", "stress": "load / (length * bore) + 0 * stiffness"},
        },
        "requirements": [
            {"name": "turns freely", "metric": "clearance", "min": "20 um"},
            {"name": "bears it", "metric": "stress", "max": "0.6 MPa"},
        ],
        "reliability": {"target": 0.95, "method": method, "samples": samples, "seed": seed},
    }


async def study(client: OperatorClient, samples: int, seed: int) -> tuple[float, float]:
    """Seconds from submission to settled, and to closed with its evidence sealed."""
    began = time.perf_counter()
    answer = await client.answer(TENANT, await client.submit(TENANT, spec(samples, seed), {}))
    assert answer.study is not None, answer.reasons
    await client.wait(ReliabilityAssessed, answer.study)
    settled = time.perf_counter() - began
    await client.wait(StudyClosed, answer.study)
    return settled, time.perf_counter() - began


async def on_a_running_plant(folder: Path) -> dict[str, Any]:
    async with (
        running(folder / "bus", workers=2) as plant,
        operator(plant.server.url, plant.server.passwords) as client,
    ):
        await study(client, 1000, 0)
        small = [await study(client, 1000, seed) for seed in range(1, 12)]
        sizes = {n: await study(client, n, 99) for n in (10_000, 100_000, 1_000_000)}
        return {
            "settled_1k_s": statistics.median(settled for settled, _ in small),
            "closed_1k_s": statistics.median(whole for _, whole in small),
            "settled_1m_s": sizes[1_000_000][0],
            "closed_1m_s": sizes[1_000_000][1],
            "settled_us_per_vector": {n: 1e6 * settled / n for n, (settled, _) in sizes.items()},
            "memory_1m_gb": peak_memory_gb(plant),
        }


def peak_memory_gb(plant: Plant) -> float:
    """Peak resident memory of the server and every service, added up; pages shared by forking count in each."""
    processes = [process.pid for process in plant.services.running.values()]
    processes += [plant.server.process.pid] if plant.server.process else []
    return sum(_proportional_kib(pid) for pid in processes if pid) / 1024**2


def _proportional_kib(pid: int) -> int:
    peak, now, shared = 0, 0, 0
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            peak = int(line.split()[1])
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Rss"):
            now = int(line.split()[1])
        if line.startswith("Pss:"):
            shared = now - int(line.split()[1])
    return peak - shared


def run_whole(folder: Path) -> float:
    """Median seconds of `proofmark run` on the shaft fit, files warm and compiled, as a second run finds them."""
    keeping_bytecode = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    taken = []
    for number in range(4):
        out = folder / f"run{number}"
        began = time.perf_counter()
        subprocess.run(
            [BIN / "proofmark", "run", "examples/shaft-fit/spec.yaml", "--out", out],
            check=True,
            capture_output=True,
            env=keeping_bytecode,
        )
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def help_cpu() -> float:
    """Median CPU seconds of `proofmark --help`."""
    taken = []
    for _ in range(9):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([BIN / "proofmark", "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(taken)


def easyvvuq(folder: Path) -> dict[str, float]:
    """The same 1,000 vectors by EasyVVUQ with its local executor, in an environment of its own."""
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "proofmark-bench" / "easyvvuq"
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([BIN / "uv", "venv", "--quiet", "--python", sys.executable, home], check=True)
        subprocess.run([BIN / "uv", "pip", "install", "--quiet", "--python", python, *PEER], check=True)
    script = Path(__file__).with_name("easyvvuq_study.py")
    told = subprocess.run([python, script], check=True, capture_output=True, text=True, cwd=folder).stdout
    result: dict[str, float] = json.loads(told.splitlines()[-1])
    return result


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="proofmark-bench-"))
    os.environ["PROOFMARK_HOME"] = str(folder / "home")
    try:
        found = asyncio.run(on_a_running_plant(folder))
        found["run_whole_s"] = run_whole(folder)
        found["help_cpu_s"] = help_cpu()
        peer = easyvvuq(folder)
        found["easyvvuq_1k_s"] = peer["seconds"]
        found["easyvvuq_ratio"] = peer["seconds"] / found["settled_1k_s"]
    finally:
        shutil.rmtree(folder)
    missed = {name: (found[name], limit) for name, limit in PROMISES.items() if found[name] > limit}
    print(json.dumps({"bench": "spine", **found, "missed": missed}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
