"""The long-lived process of one model: started when first asked, replaced when it dies or overruns its time."""

import json
from threading import Lock

import numpy as np

from proofmark_simulator.child import Child, Limits, Program
from proofmark_simulator.errors import Killed, Raised, RunMissing, Stopped
from proofmark_simulator.outcome import FloatArray

KILLS_FORGIVEN = 3
"""A kill from outside is not an attempt; a call whose process is killed every time takes the blame itself."""


class ModelProcess:
    """Calls one model. Used from one thread at a time, but for `stop`."""

    def __init__(self, program: Program, limits: Limits) -> None:
        self._program = program
        self._limits = limits
        self._lock = Lock()
        self._child: Child | None = None
        self._stopped = False
        self._ended_cpu_s = 0.0

    @property
    def cpu_s(self) -> float:
        """CPU seconds spent on this model so far."""
        return self._ended_cpu_s + (self._child.cpu_s if self._child else 0.0)

    def call(
        self, inputs: tuple[str, ...], values: FloatArray, metrics: tuple[str, ...], time_limit_s: float
    ) -> FloatArray:
        """Evaluate the model once.

        Parameters
        ----------
        inputs : tuple of k names
        values : (k, n) float array, in the model's units
            n is 1 where the model takes one run at a time.
        metrics : tuple of m names
        time_limit_s : float
            Of the call; loading the model comes on top and has its own limit.

        Returns
        -------
        (m, n) float array, in the model's units

        Raises
        ------
        RunMissing
            There is no answer; the child class says why.
        Stopped
            `stop` was called.
        """
        shape = (len(metrics), values.shape[1])
        call = json.dumps({"inputs": inputs, "metrics": metrics, "rows": values.shape[1]})
        payload = call.encode() + b"\n" + values.tobytes()
        for kills_left in reversed(range(KILLS_FORGIVEN + 1)):
            try:
                data = self._attempt(payload, time_limit_s, 8 * shape[0] * shape[1])
                return np.frombuffer(data).reshape(shape)
            except Killed:
                if not kills_left:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def stop(self) -> None:
        """Kill the process and refuse further calls; a call in progress raises `Stopped`. From any thread."""
        with self._lock:
            self._stopped = True
            if self._child:
                self._child.kill()

    def close(self) -> None:
        """Stop, and release everything; no call may be in progress."""
        self.stop()
        self._discard()

    def _attempt(self, payload: bytes, time_limit_s: float, answer_bytes: int) -> bytes:
        child = self._living()
        try:
            if not child.loaded:
                child.load()
            return child.call(payload, time_limit_s, answer_bytes)
        except RunMissing as missing:
            missing.printed = child.printed()
            if not isinstance(missing, Raised):
                self._discard()
            raise

    def _living(self) -> Child:
        if self._child and self._child.dead:
            self._discard()
        with self._lock:
            if self._stopped:
                raise Stopped("the run was stopped")
            if not self._child:
                self._child = Child(self._program, self._limits)
            return self._child

    def _discard(self) -> None:
        with self._lock:
            if self._child:
                self._ended_cpu_s += self._child.end()
                self._child = None
