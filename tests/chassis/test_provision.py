"""An empty bus is made ready from outside, as an installation does."""

from pathlib import Path

from proofmark_chassis.provision import ProvisionSettings, run
from proofmark_chassis.server import EmbeddedServer
from proofmark_chassis.testing import bus_on
from tests.chassis.examples import closed


async def test_an_empty_bus_is_made_ready_and_may_be_made_ready_again(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    server.start()
    try:
        settings = ProvisionSettings.from_environment(server.environment("admin"))
        await run(settings)
        async with bus_on(server) as bus:
            await bus.publish(closed("s-r1"))
            await run(settings)
            assert await bus.read(type(closed()), "s-r1") == closed("s-r1")
    finally:
        server.kill()
