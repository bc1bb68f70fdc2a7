"""The process of a pod on a test node: forked from one that has imported its service."""

import ctypes
import importlib
import os
import signal

PR_SET_PDEATHSIG = 1
NOTHING = "nothing"
"""The image whose pods end at once, to see what pods cost."""


def live(service: str, environment: dict[str, str], log: str) -> None:
    """Run a service as a container would: it dies with its node, and hears SIGTERM itself."""
    if service == NOTHING:
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.setpgid(0, 0)
    os.environ.update(environment)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    importlib.import_module(f"proofmark_{service}.service").service.run()
