"""One life of a model's process: started, asked, killed. It is hostile, so it is only ever waited for with a deadline.

Isolation tier 0: a plain process in its own session, in a folder that holds the model's files only, with an environment
of a few fixed variables, limited memory and one thread of linear algebra. A process that leaves its process group
outlives it; tier 1 is there for that.
"""

import os
import selectors
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from proofmark_contracts.frozen import canonical_json, sha256_hex
from proofmark_simulator.errors import Died, Killed, NotLoaded, Raised, RunMissing, TimedOut
from proofmark_simulator.wire import ANSWER, CALL, FAILURE, FAILURE_BYTES, HEAD, READY, frame

PRINTED_BYTES = 1024 * 1024
PIPE_BYTES = 64 * 1024

PYTHON = (sys.executable, "-s", "-P", "-u", "-m")
INHERITED = ("PATH", "NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE")
"""The last two pin the processor features that numpy and OpenBLAS use, where the simulator itself is pinned."""
PINNED = {
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Program:
    """What a model's process runs."""

    module: str
    arguments: tuple[str, ...]
    files: Mapping[str, bytes]
    """By name, in the folder that it is started in."""

    @property
    def digest(self) -> str:
        """Of all of it."""
        files = {name: sha256_hex(data) for name, data in self.files.items()}
        return sha256_hex(canonical_json([self.module, list(self.arguments), files]))


@dataclass(frozen=True)
class Limits:
    load_s: float = 60.0
    """Seconds that starting Python and loading the model may take."""
    memory_bytes: int = 4 * 1024**3
    """Address space of each process of a model."""


class Child:
    """A process that has one model loaded. Used from one thread, but for `kill`."""

    def __init__(self, program: Program, limits: Limits) -> None:
        self.loaded = False
        self._limits = limits
        self._printed = bytearray()
        self._reply = bytearray()
        self._folder = tempfile.TemporaryDirectory(prefix="proofmark-model-", ignore_cleanup_errors=True)
        for name, data in program.files.items():
            Path(self._folder.name, name).write_bytes(data)
        beside, lifeline = os.pipe()
        self._lifeline = lifeline
        try:
            self._popen = subprocess.Popen(
                [*PYTHON, program.module, *program.arguments, str(limits.memory_bytes), str(beside)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=self._folder.name,
                env=_environment(self._folder.name),
                pass_fds=(beside,),
                start_new_session=True,
            )
        except BaseException:
            os.close(lifeline)
            self._folder.cleanup()
            raise
        finally:
            os.close(beside)
        self._exit = os.pidfd_open(self._popen.pid)
        assert self._popen.stdin and self._popen.stdout and self._popen.stderr
        self._requests, self._replies, self._log = (
            stream.fileno() for stream in (self._popen.stdin, self._popen.stdout, self._popen.stderr)
        )
        self._selector = selectors.PollSelector()
        for descriptor in (self._replies, self._log, self._exit):
            os.set_blocking(descriptor, False)
            self._selector.register(descriptor, selectors.EVENT_READ)
        os.set_blocking(self._requests, False)

    def load(self) -> None:
        """Wait until the model is loaded.

        Raises
        ------
        NotLoaded
            It raised, ended its process, or took longer than `load_s`.
        """
        try:
            self._exchange(b"", self._limits.load_s, READY, 0)
        except Killed:
            raise
        except RunMissing as exc:
            raise NotLoaded(exc) from exc
        self.loaded = True

    def call(self, payload: bytes, limit_s: float, answer_bytes: int) -> bytes:
        """Put one call to the model.

        Raises
        ------
        Raised
            The model raised or returned something else than asked; it can be called again.
        TimedOut, Died
            No answer; the process is of no further use.
        """
        self._printed.clear()
        return self._exchange(frame(CALL, payload), limit_s, ANSWER, answer_bytes)

    def printed(self) -> str:
        """What the model printed since the call began, at most its last MiB."""
        self._read_log()
        return self.localise(self._printed.decode(errors="replace"))

    def localise(self, text: str) -> str:
        """Write paths relative to the model's folder or the installation, so that logs are the same everywhere."""
        for folder in (self._folder.name, *{sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib")}):
            text = text.replace(folder + os.sep, "")
        return text

    @property
    def dead(self) -> bool:
        return os.waitid(os.P_PIDFD, self._exit, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None

    @property
    def cpu_s(self) -> float:
        """CPU seconds of the process so far."""
        return time.clock_gettime(~self._popen.pid << 3 | 2)  # the clock that clock_getcpuclockid(3) names

    def kill(self) -> None:
        """End the process group at once. May be called from any thread, before `end`."""
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)

    def end(self) -> float:
        """Kill whatever is left, release everything, and return the CPU seconds of the process's life."""
        self.kill()  # before the wait, while its id cannot belong to anyone else
        _, status, usage = os.wait4(self._popen.pid, 0)
        self._popen.returncode = os.waitstatus_to_exitcode(status)
        self._selector.close()
        for stream in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if stream:
                stream.close()
        os.close(self._exit)
        os.close(self._lifeline)
        self._folder.cleanup()
        return usage.ru_utime + usage.ru_stime

    def _exchange(self, request: bytes, limit_s: float, expected: bytes, size: int) -> bytes:
        deadline = time.monotonic() + limit_s
        self._reply.clear()
        unsent = memoryview(request)
        if unsent:
            self._selector.register(self._requests, selectors.EVENT_WRITE)
        while True:
            left_s = deadline - time.monotonic()
            ready = {key.fd for key, _ in self._selector.select(max(left_s, 0.0))}
            if self._log in ready:
                self._read_log()
            if self._requests in ready:
                unsent = self._send(unsent)
            if self._replies in ready:
                self._reply += self._read(self._replies)
            if (payload := self._complete(expected, size)) is not None:
                return payload
            if self._exit in ready and self._replies not in ready:
                raise self._death()
            if left_s <= 0:
                raise TimedOut(f"no answer within {limit_s:g} s")

    def _send(self, unsent: memoryview) -> memoryview:
        try:
            unsent = unsent[os.write(self._requests, unsent) :]
        except BrokenPipeError:
            unsent = unsent[:0]  # it will not read the rest: its end, or the deadline, says why
        if not unsent:
            self._selector.unregister(self._requests)
        return unsent

    def _read_log(self) -> None:
        self._printed += self._read(self._log)
        del self._printed[:-PRINTED_BYTES]

    def _read(self, descriptor: int) -> bytes:
        """Read what a pipe holds. Once only: a model can write for ever."""
        try:
            data = os.read(descriptor, PIPE_BYTES)
        except BlockingIOError:
            return b""
        if not data:
            with suppress(KeyError):
                self._selector.unregister(descriptor)
        return data

    def _complete(self, expected: bytes, size: int) -> bytes | None:
        """The payload of the reply, once all of it is there."""
        if len(self._reply) < HEAD.size:
            return None
        kind, length = HEAD.unpack_from(self._reply)
        if (kind != expected or length != size) and (kind != FAILURE or length > FAILURE_BYTES):
            raise Died(f"model process broke the protocol: got a frame {kind!r} of {length} bytes")
        if len(self._reply) < HEAD.size + length:
            return None
        payload = bytes(self._reply[HEAD.size : HEAD.size + length])
        if kind == FAILURE:
            raise Raised(self.localise(payload.decode(errors="replace")))
        return payload

    def _death(self) -> Died:
        info = os.waitid(os.P_PIDFD, self._exit, os.WEXITED | os.WNOWAIT)
        assert info is not None
        if info.si_code == os.CLD_EXITED:
            return Died(f"model process exited with status {info.si_status}")
        kind = Killed if info.si_status == signal.SIGKILL else Died
        return kind(f"model process died with signal {info.si_status} ({signal.strsignal(info.si_status)})")


def _environment(folder: str) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, **PINNED, "HOME": folder, "TMPDIR": folder}
