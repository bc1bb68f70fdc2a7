"""No process of a model outlives its simulator, however that ends."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from proofmark_simulator.errors import Raised, Stopped
from proofmark_simulator.process import ModelProcess

from .models import ONE, assert_gone, pids_in, process_of, source_of

HANGS = """
    import os, re, subprocess
    def evaluate_one(s):
        sleeper = subprocess.Popen(['sleep', '60'])
        with open({started!r}, 'w') as started:
            print(os.getpid(), sleeper.pid, file=started)
        {hang}
    """

SIMULATOR = """
import sys
import numpy as np
from proofmark_simulator.child import Limits, Program
from proofmark_simulator.process import ModelProcess
program = Program("proofmark_simulator.worker", ("evaluate_one", "press.py"), {"press.py": sys.argv[1].encode()})
process = ModelProcess(program, Limits())
process.call(("x",), np.ones((1, 1)), ("y",), 60.0)
"""


def call(process: ModelProcess, x: float) -> float:
    return float(process.call(("x",), np.full((1, 1), x), ("y",), 20.0)[0, 0])


@pytest.mark.parametrize(
    "hang", ["while True: pass", "re.match('(a+)+$', 'a' * 60 + 'b')"], ids=["in Python", "in C, without a break"]
)
def test_a_simulator_killed_with_sigkill_takes_its_models_along(tmp_path: Path, hang: str) -> None:
    started = tmp_path / "started"
    model = source_of(HANGS.format(started=str(started), hang=hang)).decode()
    simulator = subprocess.Popen([sys.executable, "-c", SIMULATOR, model])
    pids = pids_in(started)
    for pid in pids:
        os.kill(pid, 0)
    simulator.kill()
    simulator.wait()
    for pid in pids:
        assert_gone(pid)


def test_a_process_is_kept_from_call_to_call() -> None:
    process = process_of(source_of("import os\ndef evaluate_one(s): return {'y': os.getpid()}"), ONE)
    first = call(process, 1.0)
    assert call(process, 2.0) == first
    process.close()
    assert_gone(int(first))


def test_a_process_that_died_between_calls_is_replaced() -> None:
    process = process_of(source_of("import os\ndef evaluate_one(s): return {'y': os.getpid()}"), ONE)
    first = call(process, 1.0)
    os.kill(int(first), signal.SIGTERM)
    assert_gone(int(first))
    assert call(process, 1.0) != first
    process.close()


def test_a_process_survives_an_exception() -> None:
    process = process_of(source_of("import os\ndef evaluate_one(s): return {'y': os.getpid() + 0 / s['x']}"), ONE)
    first = call(process, 1.0)
    with pytest.raises(Raised, match="ZeroDivisionError"):
        call(process, 0.0)
    assert call(process, 1.0) == first
    process.close()


def test_stop_ends_a_call_in_progress_and_refuses_the_next(tmp_path: Path) -> None:
    started = tmp_path / "started"
    process = process_of(source_of(HANGS.format(started=str(started), hang="while True: pass")), ONE)

    def stop_once_started() -> None:
        pids_in(started)
        process.stop()

    stopper = threading.Thread(target=stop_once_started)
    stopper.start()
    with pytest.raises(Stopped):
        call(process, 1.0)
    stopper.join()
    for pid in pids_in(started):
        assert_gone(pid)
    with pytest.raises(Stopped):
        call(process, 1.0)
    process.close()


def test_closing_leaves_no_descriptor_and_no_folder_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = sorted(Path("/proc/self/fd").iterdir())
    process = process_of(source_of("def evaluate_one(s): return {'y': 1}"), ONE)
    call(process, 1.0)
    assert len(list(tmp_path.iterdir())) == 1
    process.close()
    process.close()
    assert sorted(Path("/proc/self/fd").iterdir()) == before
    assert not list(tmp_path.iterdir())


def test_cpu_time_is_that_of_the_models_process() -> None:
    text = "import time\ndef evaluate_one(s):\n    until = time.process_time() + s['x']\n"
    process = process_of(source_of(text + "    while time.process_time() < until: pass\n    return {'y': 1}"), ONE)
    call(process, 0.0)
    before = process.cpu_s
    call(process, 0.2)
    assert 0.2 <= process.cpu_s - before < 0.4
    alive = process.cpu_s
    process.close()
    assert process.cpu_s >= alive
