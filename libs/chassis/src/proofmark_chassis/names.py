"""Names on the server that follow from the contracts: durables, buckets, dead-letter subjects."""

from proofmark_contracts.message import ROOT, Message, Zone

STATE_BUCKET = "state"
STATE_STREAM = f"KV_{STATE_BUCKET}"
OBJECT_BUCKET = "objects"
OBJECT_STREAM = f"OBJ_{OBJECT_BUCKET}"
CHUNK_QUEUE = "CHUNK"


def durable(service: str, message: type[Message]) -> str:
    """The consumer through which a service receives a message class."""
    return f"{service}-{message.verb.replace('.', '-')}"


def casualties(service: str, zone: Zone) -> str:
    """The consumer through which a service learns that its deliveries ran out."""
    return f"{service}-casualties-{zone}"


def advisory_stream(zone: Zone) -> str:
    return f"ADVISORY_{zone.upper()}"


def max_deliveries_advisory(stream: str, consumer: str) -> str:
    return f"$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.{stream}.{consumer}"


def dead_letter_subject(stream: str, consumer: str) -> str:
    return f"{ROOT}.dlq.{stream}.{consumer}"


def state_subject(key: str) -> str:
    return f"$KV.{STATE_BUCKET}.{key}"
