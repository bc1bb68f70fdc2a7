"""The process in which a Functional Mock-up Unit runs: native code of somebody else, one run at a time.

Started as `python -m proofmark_simulator.fmu_worker MEMORY_BYTES LIFELINE` in a folder that holds `task.json` and the
files that it speaks of, by their digests.
"""

import json
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from proofmark_contracts.design import files_of
from proofmark_simulator.fmu_model import PLACE, TASK, Task
from proofmark_simulator.worker import Answer, Unusable, serve
from proofmark_systems import WorkingSystem, unit_system_of


def load() -> Answer:
    """Plan the run; the FMU itself is loaded by its first one."""
    if find_spec("fmpy") is None:
        raise Unusable("an FMU needs FMPy, the extra fmi of proofmark-simulator, which is not installed here")
    task = Task.model_validate_json(Path(TASK).read_bytes())
    files = {file.path: Path(file.sha256).read_bytes() for file in files_of(task.model, None)}
    system = WorkingSystem(unit_system_of(task.model, files), frozenset(task.parameters), int(task.seed))
    return partial(answer, system)


def answer(system: WorkingSystem, payload: bytes) -> bytes:
    """Run a vector; its metrics as float64 bytes."""
    line, _, data = payload.partition(b"\n")
    call = json.loads(line)
    values = np.frombuffer(data).reshape(len(call["inputs"]), call["rows"])
    columns = dict(zip(call["inputs"], values, strict=True))
    runs = system.run(columns, columns.pop(PLACE).astype(np.int64))
    if runs.without:
        raise Unusable("\n".join(runs.without.values()))
    return b"".join(runs.metrics[metric].tobytes() for metric in call["metrics"])


if __name__ == "__main__":
    serve(load, *sys.argv[1:])
