"""The services as processes of this machine: forked from one that has imported what they share, ended together.

Importing numpy, SciPy and pyarrow once instead of in every service makes a cold start several times faster. Each one
is still a process of its own, with its own credentials, and can be killed like any other.
"""

import importlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from proofmark_contracts.services import ON_ONE_MACHINE

STOP_S = 12.0


class ServiceProcesses:
    """The processes of services, by the name of their instance: `gate`, `simulator0`, `simulator1`, ..."""

    def __init__(self, environments: Mapping[str, Mapping[str, str]], log: Path) -> None:
        self._environments = environments
        self._log = log
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self.running: dict[str, ForkServerProcess] = {}

    def start(self, instance: str) -> None:
        """Start one instance of a service; its output goes to the log."""
        service = service_of(instance)
        process = self._context.Process(
            target=_serve, args=(service, dict(self._environments[service]), str(self._log)), name=instance
        )
        process.start()
        self.running[instance] = process

    def restart_the_dead(self) -> list[str]:
        """Start again every instance that ended by itself; return their names."""
        dead = [instance for instance, process in self.running.items() if not process.is_alive()]
        for instance in dead:
            self.start(instance)
        return dead

    def kill(self, instance: str) -> None:
        """SIGKILL one instance."""
        process = self.running[instance]
        process.kill()
        process.join()

    def stop(self) -> None:
        """Ask every instance to drain, and wait; kill what does not end."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.join(STOP_S)
            if process.is_alive():
                process.kill()
                process.join()


def service_of(instance: str) -> str:
    return instance.rstrip("0123456789")


def instances(workers: int) -> tuple[str, ...]:
    """One instance of each service, and `workers` simulators."""
    single = [name for name in ON_ONE_MACHINE if name != "simulator"]
    return (*single, *(f"simulator{i}" for i in range(workers)))


def _serve(service: str, environment: dict[str, str], log: str) -> None:
    """The life of a service's process: end when the parent does, write to the log, run the service."""
    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.setpgid(0, 0)
    os.environ.update(environment)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    importlib.import_module(f"proofmark_{service}.service").service.run()


def _end_with_parent() -> None:
    """SIGTERM to this process when the one that asked for it is gone, however it went.

    The fork server, whose child this really is, lives as long as its children and says nothing.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
