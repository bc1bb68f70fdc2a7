"""The work queue of chunks: one consumer a study, ruled by one service, pulled from by workers."""

from datetime import UTC, datetime, timedelta

from nats.aio.client import Client
from nats.js import api
from nats.js.errors import NotFoundError

from proofmark_chassis.names import CHUNK_QUEUE
from proofmark_contracts.campaign import SimulateChunk

UNLIMITED = -1
CHUNKS_OUT = 1000
"""Chunks that may be with workers at the same time."""
PAUSE_YEARS = 10


class StudyQueue:
    """Opens, pauses, empties and removes the queue of a study."""

    def __init__(self, client: Client, lease_s: float) -> None:
        self._stream = client.jetstream()
        self._lease_s = lease_s

    async def open(self, study: str) -> None:
        """Create the study's consumer; creating it again changes nothing."""
        await self._stream.add_consumer(
            CHUNK_QUEUE,
            api.ConsumerConfig(
                name=study,
                durable_name=study,
                filter_subject=SimulateChunk.subject_of(study),
                ack_policy=api.AckPolicy.EXPLICIT,
                ack_wait=self._lease_s,
                max_deliver=UNLIMITED,
                max_ack_pending=CHUNKS_OUT,
            ),
        )

    async def pause(self, study: str) -> None:
        until = datetime.now(UTC) + timedelta(days=365 * PAUSE_YEARS)
        await self._stream.pause_consumer(CHUNK_QUEUE, study, until.strftime("%Y-%m-%dT%H:%M:%SZ"))

    async def resume(self, study: str) -> None:
        await self._stream.resume_consumer(CHUNK_QUEUE, study)

    async def holds(self, study: str) -> int:
        """Chunks that wait or are with workers; none where there is no consumer."""
        try:
            info = await self._stream.consumer_info(CHUNK_QUEUE, study)
        except NotFoundError:
            return 0
        return (info.num_pending or 0) + (info.num_ack_pending or 0)

    async def purge(self, study: str) -> None:
        await self._stream.purge_stream(CHUNK_QUEUE, subject=SimulateChunk.subject_of(study))

    async def remove(self, study: str) -> None:
        """Purge the study's chunks and delete its consumer."""
        await self.purge(study)
        try:
            await self._stream.delete_consumer(CHUNK_QUEUE, study)
        except NotFoundError:
            return
