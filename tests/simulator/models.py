"""Python models as tests write them, and a look at what becomes of their processes."""

import time
from pathlib import Path
from textwrap import dedent
from typing import Literal

from proofmark_contracts import FileRef, sha256_hex
from proofmark_contracts.design import PythonModel, Unit
from proofmark_simulator.child import Limits, Program
from proofmark_simulator.process import ModelProcess

ONE: Literal["evaluate_one"] = "evaluate_one"
ALL: Literal["evaluate"] = "evaluate"
LIMITS = Limits(load_s=20.0, memory_bytes=1024**3)


def source_of(text: str) -> bytes:
    return dedent(text).encode()


def model_of(
    source: bytes,
    entry: Literal["evaluate", "evaluate_one"],
    time_limit_s: float = 20.0,
    units: dict[str, Unit] | None = None,
) -> PythonModel:
    file = FileRef(path="models/press.py", sha256=sha256_hex(source), size=len(source))
    return PythonModel(file=file, entry=entry, units=units or {}, time_limit_s=time_limit_s)


def process_of(source: bytes, entry: str, limits: Limits = LIMITS) -> ModelProcess:
    return ModelProcess(program_of(source, entry), limits)


def program_of(source: bytes, entry: str) -> Program:
    return Program("proofmark_simulator.worker", (entry, "press.py"), {"press.py": source})


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"


def assert_gone(pid: int) -> None:
    deadline = time.monotonic() + 5.0
    while not gone(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.01)


def pids_in(file: Path) -> list[int]:
    """Wait for the process ids that a model writes down."""
    deadline = time.monotonic() + 20.0
    while not (file.exists() and file.read_text().endswith("\n")):
        assert time.monotonic() < deadline, f"{file} was never written"
        time.sleep(0.01)
    return [int(pid) for pid in file.read_text().split()]
