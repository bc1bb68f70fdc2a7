"""`python -m proofmark_chassis.provision`: makes the streams and consumers of an installation; again does no harm."""

import asyncio
import os

from pydantic import Field

from proofmark_chassis.accounts import ADMIN
from proofmark_chassis.connection import connect, leave
from proofmark_chassis.provisioning import Provisioning, provision
from proofmark_chassis.settings import ServiceSettings
from proofmark_contracts.message import Zone


class ProvisionSettings(ServiceSettings):
    """The passwords are the administrator's, one a zone."""

    replicas: int = Field(1, ge=1, le=5)
    """Servers on which each stream stands."""


async def run(settings: ProvisionSettings) -> None:
    """Wait for the bus, and make in every zone what is missing."""
    clients = {zone: await connect(settings.bus_url, zone, ADMIN, settings.password(zone)) for zone in Zone}
    try:
        await provision(clients, Provisioning(lease_s=settings.lease_s, replicas=settings.replicas))
    finally:
        await asyncio.gather(*map(leave, clients.values()))


if __name__ == "__main__":
    asyncio.run(run(ProvisionSettings.from_environment(os.environ)))
