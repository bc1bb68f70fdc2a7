"""How commands find the bus that `proofmark up` started, or another one they are told of."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from proofmark.client import OperatorClient, operator
from proofmark.cluster import KUBERNETES, cluster_bus
from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark.home import home


def plant_home() -> Path:
    """The folder of the bus that `proofmark up` runs."""
    return home() / "plant"


def ready_file() -> Path:
    """Stands there while the plant serves, with its process id."""
    return plant_home() / "ready.pid"


def bus_file() -> Path:
    """`$PROOFMARK_BUS`, else the one of `proofmark up`: `{"url": ..., "passwords": {user: ...}}`."""
    told = os.environ.get("PROOFMARK_BUS")
    return Path(told) if told else plant_home() / "bus.json"


@asynccontextmanager
async def bus() -> AsyncIterator[OperatorClient]:
    """Connect to the running Proofmark as its engineer; `$PROOFMARK_BUS=kubernetes:CONTEXT` names a cluster's.

    Raises
    ------
    Failure
        None is running, or it does not answer.
    """
    told = os.environ.get("PROOFMARK_BUS", "")
    if told.startswith(KUBERNETES):
        async with cluster_bus(told.removeprefix(KUBERNETES)) as client:
            yield client
        return
    path = bus_file()
    stopped = path.parent == plant_home() and not ready_file().exists()
    if stopped or not path.exists():
        raise Failure("no Proofmark is running on this machine; start one with: proofmark up", Exit.BUS_UNREACHABLE)
    told = json.loads(path.read_text())
    async with operator(told["url"], told["passwords"]) as client:
        yield client
