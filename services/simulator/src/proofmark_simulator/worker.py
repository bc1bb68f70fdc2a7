"""The process in which a Python model runs: loads one file, answers calls, knows nothing else of Proofmark.

Started as `python -m proofmark_simulator.worker ENTRY FILE MEMORY_BYTES LIFELINE` in a folder that holds the file.
Descriptors 0 and 1 carry frames and are moved out of the model's way; what the model prints goes to descriptor 2.
"""

import fcntl
import json
import os
import resource
import select
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from signal import SIGKILL
from types import ModuleType, TracebackType
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from proofmark_simulator.wire import ANSWER, FAILURE, FAILURE_BYTES, READY, frame, read_frame

F_SETSIG = 10  # absent from the fcntl module before Python 3.13

Function = Callable[[dict[str, Any]], Any]
Answer = Callable[[bytes], bytes]
"""From a request's payload to the metrics as float64 bytes, (metrics, rows)."""


class Unusable(Exception):
    """The model did not return what it must."""


def die_with(lifeline: int) -> None:
    """Have the kernel kill this process group once the other end of the pipe `lifeline` is closed.

    Works whatever the model is busy with, for every process it started, and however the simulator ended (fcntl(2)).
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(lifeline, F_SETSIG, SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    closed_before = select.poll()
    closed_before.register(lifeline, 0)
    if closed_before.poll(0):
        os._exit(0)


def take_descriptors() -> tuple[BinaryIO, BinaryIO]:
    """Move the frames away from standard input and output, and let the latter go to the log."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return requests, replies


def limit(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def load(file: str, entry: str) -> Function:
    module = ModuleType("model")
    module.__file__ = file
    sys.modules["model"] = module
    exec(compile(Path(file).read_bytes(), file, "exec"), module.__dict__)
    function = getattr(module, entry, None)
    if not callable(function):
        raise Unusable(f"{file}: expected a function {entry}, got {type(function).__name__}")
    return function  # type: ignore[no-any-return]


def answer(function: Function, entry: str, payload: bytes) -> bytes:
    """Call the model with the inputs of a request; return its metrics as float64 bytes, (metrics, rows)."""
    line, _, data = payload.partition(b"\n")
    call = json.loads(line)
    inputs = np.frombuffer(data).reshape(len(call["inputs"]), call["rows"])
    one = entry == "evaluate_one"
    rows = [row[0].item() for row in inputs] if one else [row.copy() for row in inputs]
    result = function(dict(zip(call["inputs"], rows, strict=True)))
    if not isinstance(result, Mapping):
        raise Unusable(f"{entry}: expected a dict of metrics, got {type(result).__name__}")
    shape = () if one else (call["rows"],)
    return b"".join(real(result, metric, shape).tobytes() for metric in call["metrics"])


def real(result: Mapping[str, Any], metric: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    if metric not in result:
        raise Unusable(f"metric {metric!r}: expected in the result, got {', '.join(map(repr, result)) or 'nothing'}")
    values = np.asarray(result[metric])
    wanted = "a real number" if shape == () else f"real numbers of shape {shape}"
    if values.dtype.kind not in "biuf":
        raise Unusable(f"metric {metric!r}: expected {wanted}, got {type(result[metric]).__name__} of {values.dtype}")
    if values.shape != shape:
        raise Unusable(f"metric {metric!r}: expected {wanted}, got shape {values.shape}")
    return values.astype(np.float64)


def explain(exc: BaseException) -> bytes:
    """The end of the traceback, without the frames of this file."""
    if isinstance(exc, Unusable):
        text = str(exc)
    else:
        trace: TracebackType | None = exc.__traceback__
        while trace and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        text = "".join(traceback.format_exception(type(exc), exc, trace))
    return text.encode(errors="backslashreplace")[-FAILURE_BYTES:]


def serve(load: Callable[[], Answer], memory_bytes: str, lifeline: str) -> None:
    """Load a model and answer calls until there are no more."""
    die_with(int(lifeline))
    requests, replies = take_descriptors()
    limit(int(memory_bytes))
    process = os.getpid()

    def reply(kind: bytes, payload: bytes = b"") -> None:
        if os.getpid() != process:
            os._exit(0)  # a fork of the model that came back here has nobody to answer to
        replies.write(frame(kind, payload))
        replies.flush()

    try:
        answering = load()
    except BaseException as exc:
        reply(FAILURE, explain(exc))
        os._exit(0)
    reply(READY)
    while request := read_frame(requests):
        try:
            metrics = answering(request[1])
        except BaseException as exc:
            reply(FAILURE, explain(exc))
        else:
            reply(ANSWER, metrics)
    os._exit(0)


def main() -> None:
    entry, file, *rest = sys.argv[1:]
    serve(lambda: partial(answer, load(file, entry), entry), *rest)


if __name__ == "__main__":
    main()
