"""Parks the messages whose deliveries ran out because every worker that took them died."""

from contextlib import aclosing

import structlog
from nats.errors import Error as NatsError

from proofmark_chassis.consuming import Means
from proofmark_chassis.names import advisory_stream, casualties
from proofmark_chassis.pulling import deliveries
from proofmark_chassis.slots import Slots
from proofmark_contracts.message import Zone

log = structlog.get_logger()


async def bury(means: Means, zone: Zone) -> None:
    """Read the server's advisories about this service's consumers in a zone, for as long as this runs."""
    name = casualties(means.context.service, zone)
    client, stream = means.context.clients[zone], advisory_stream(zone)
    async with aclosing(deliveries(client, stream, name, Slots(1), name)) as advisories:
        async for advisory in advisories:
            try:
                await means.dead_letters[zone].park_casualty(advisory)
                await advisory.ack()
            except NatsError as error:
                # Not parked: the lease runs out, and the advisory comes again.
                log.warning("unanswered", consumer=name, error=str(error))
