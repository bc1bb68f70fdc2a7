"""One cluster for all of its tests. It takes minutes: only who asks for this folder gets it (`make test-cluster`)."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from proofmark.client import OperatorClient, operator
from tests.cluster import borrowed
from tests.cluster.build import binary
from tests.cluster.control_plane import NODES
from tests.cluster.lab import Lab

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    asked = [Path(argument.partition("::")[0]).resolve() for argument in config.args]
    return None if any(path.is_relative_to(HERE) for path in asked) else True


def pytest_sessionstart(session: pytest.Session) -> None:
    if borrowed.is_named():
        try:
            session.config.get_terminal_writer().line(borrowed.introduced())
        except borrowed.Unfit as unfit:
            raise pytest.UsageError(str(unfit)) from unfit


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if borrowed.is_named():
        skip = pytest.mark.skip(reason="needs our control plane and its nodes, and KUBECONFIG names another cluster")
        for item in items:
            if item.path.is_relative_to(HERE) and item.get_closest_marker("api_server") is None:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    elsewhere = borrowed.is_named()
    assert elsewhere or binary().exists(), "the control plane is not built: make cluster"
    folder = tmp_path_factory.mktemp("lab")
    os.environ["PROOFMARK_HOME"] = str(folder / "home")
    running = borrowed.BorrowedLab(folder) if elsewhere else Lab(folder)
    try:
        asyncio.run(running.start())
        for node in () if elsewhere else NODES:
            running.start_node(node)
        running.start_operator()
        yield running
    finally:
        asyncio.run(running.stop())
        os.environ.pop("PROOFMARK_HOME", None)


@pytest.fixture
async def client(lab: Lab) -> AsyncIterator[OperatorClient]:
    async with operator(lab.plant.server.url, lab.plant.server.passwords) as connected:
        yield connected
