"""`proofmark up` and `down`: Proofmark as a service of this machine."""

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from proofmark.bus_file import bus_file, plant_home, ready_file
from proofmark.exits import Exit
from proofmark.failures import Failure

READY_S = 30.0
STOP_S = 30.0
Flag = Parameter(negative="")


def up(
    *,
    detach: Annotated[bool, Flag] = False,
    workers: int | None = None,
    allow_python_models: Annotated[bool, Flag] = False,
) -> int:
    """Start the bus and every service; studies and keys are kept over restarts.

    Parameters
    ----------
    detach
        Return once it is ready, and leave it running; `proofmark down` stops it.
    workers
        Simulator processes; one for each core by default.
    allow_python_models
        Run Python models and FMUs that arrive over the bus, as plain processes: only for submitters you trust.
    """
    if detach:
        return _detach(workers, allow_python_models)
    with _alone():
        asyncio.run(_serve(workers, allow_python_models))
    return Exit.OK


def down() -> int:
    """Stop what `proofmark up` started on this machine."""
    pid = _running_pid()
    if pid is None:
        print("nothing is running", file=sys.stderr)
        return Exit.OK
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    while _running_pid() is not None:
        if time.monotonic() > deadline:
            raise Failure(f"process {pid} did not stop within {STOP_S:g} s", Exit.TIMED_OUT)
        time.sleep(0.05)
    return Exit.OK


async def _serve(workers: int | None, allow_python_models: bool) -> None:
    from proofmark.embedded import running

    policy = {"PROOFMARK_ALLOW_PYTHON_MODELS": "true"} if allow_python_models else {}
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with running(plant_home(), workers, policy) as plant:
        ready_file().write_text(str(os.getpid()))
        print(f"bus at {plant.server.url}; credentials in {bus_file()}; log in {plant_home() / 'services.log'}")
        print("stop it with: proofmark down", flush=True)
        try:
            await stopping.wait()
        finally:
            ready_file().unlink(missing_ok=True)


def _detach(workers: int | None, allow_python_models: bool) -> int:
    if (pid := _running_pid()) is not None:
        raise Failure(f"already running as process {pid}", Exit.USAGE)
    command = [sys.executable, "-m", "proofmark", "up"]
    command += ["--workers", str(workers)] if workers else []
    command += ["--allow-python-models"] if allow_python_models else []
    plant_home().mkdir(parents=True, exist_ok=True)
    with (plant_home() / "up.log").open("w") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + READY_S
    while not ready_file().exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise Failure(f"it did not start: {(plant_home() / 'up.log').read_text()[-2000:]}", Exit.INTERNAL)
        time.sleep(0.05)
    print((plant_home() / "up.log").read_text(), end="")
    return Exit.OK


def _lock_file() -> Path:
    return plant_home() / "up.lock"


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock that says that this machine's Proofmark is running, with our process id in it."""
    plant_home().mkdir(parents=True, exist_ok=True)
    with _lock_file().open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(f"already running as process {_running_pid()}", Exit.USAGE) from None
        ready_file().unlink(missing_ok=True)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _running_pid() -> int | None:
    """The process that holds the lock, or None."""
    try:
        with _lock_file().open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        told = _lock_file().read_text().strip()
        return int(told) if told else None
    return None
