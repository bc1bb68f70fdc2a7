"""One key-value entry a study for what a fold has counted so far; written by compare-and-set only."""

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from proofmark_chassis.connection import REQUEST_TIMEOUT_S, check_size, last_message
from proofmark_chassis.errors import StateConflict
from proofmark_chassis.names import STATE_STREAM, state_subject


class StateStore:
    """The core's key-value bucket."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def load(self, key: str) -> tuple[bytes | None, int]:
        """The entry and its revision; (None, 0) where there is none."""
        found = await last_message(self._client, STATE_STREAM, state_subject(key))
        return (found.data or None, found.sequence) if found else (None, 0)

    async def compare_and_set(self, key: str, data: bytes, revision: int) -> int:
        """Write the entry if nobody did since `revision`; return the new revision.

        Raises
        ------
        StateConflict
            Somebody else wrote, or it is unknown whether this write arrived: load again.
        MessageTooLarge
            The entry has outgrown what the server takes.
        """
        headers = {"Nats-Expected-Last-Subject-Sequence": str(revision)}
        check_size(self._client, state_subject(key), data, headers)
        stream = self._client.jetstream(timeout=REQUEST_TIMEOUT_S)
        try:
            acknowledged = await stream.publish(state_subject(key), data, headers=headers)
        except (APIError, NatsError) as error:
            raise StateConflict(f"state {key}: expected revision {revision}: {error}") from error
        return int(acknowledged.seq)
