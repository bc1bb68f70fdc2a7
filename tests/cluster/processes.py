"""Programs that a test starts: each with its log, and none of them outlives the test, however it ends."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
STOP_S = 20.0


@dataclass(frozen=True)
class _Started:
    process: subprocess.Popen[bytes]
    watcher: subprocess.Popen[bytes]


class Processes:
    """Running programs by name; the group of each ends with it."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._started: dict[str, _Started] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start a program in a group of its own; its output goes to its log."""
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(environment or {})},
                cwd=ROOT,
                start_new_session=True,
            )
        self._started[name] = _Started(process, _watcher(process.pid))

    def end(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal, wait for the end, and leave nothing of its group."""
        started = self._started.pop(name)
        started.watcher.kill()
        started.watcher.communicate()
        started.process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            started.process.wait(STOP_S)
        with suppress(ProcessLookupError):
            os.killpg(started.process.pid, signal.SIGKILL)
        started.process.wait()

    def end_all(self) -> None:
        """At once: what they keep goes with the test."""
        for name in reversed(list(self._started)):
            self.end(name, signal.SIGKILL)

    def assert_running(self) -> None:
        for name, started in self._started.items():
            assert started.process.poll() is None, f"{name} ended: {self.log(name).read_text()[-2000:]}"

    def log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def resident_mib(self) -> dict[str, int]:
        """Memory that each program holds."""
        return {name: _resident_mib(started.process.pid) for name, started in self._started.items()}


def _resident_mib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1024


def _watcher(group: int) -> subprocess.Popen[bytes]:
    """Kills a group when this process is gone, however it went: its pipe closes then."""
    return subprocess.Popen(
        ["/bin/sh", "-c", f"read -r _; kill -KILL -{group}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
