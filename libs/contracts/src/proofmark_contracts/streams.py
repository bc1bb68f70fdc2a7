"""Streams as data: what each one keeps, for how long, and what a second writer meets."""

from dataclasses import dataclass
from enum import Enum

from proofmark_contracts.message import ROOT, Message, Zone
from proofmark_contracts.messages import MESSAGES

MIB = 1024 * 1024
DAY_S = 86400.0


class Policy(Enum):
    """What happens to a second message on a subject."""

    EVERY = "every"
    """All are kept, in order, until age or size take them."""
    FIRST_WRITE_WINS = "first-write-wins"
    LAST_VALUE = "last-value"
    WORK_QUEUE = "work-queue"
    """First write wins, and a message is gone once acknowledged."""


@dataclass(frozen=True)
class Stream:
    name: str
    zone: Zone
    policy: Policy
    max_bytes: int
    max_age_s: float | None
    """None keeps for ever (until `delete`)."""
    subjects: tuple[str, ...]

    @property
    def first_write_wins(self) -> bool:
        return self.policy in (Policy.FIRST_WRITE_WINS, Policy.WORK_QUEUE)


def _stream(name: str, policy: Policy, max_mib: int, max_age_s: float | None) -> Stream:
    owners = [message for message in MESSAGES if message.stream == name]
    (zone,) = {message.zone for message in owners}
    return Stream(name, zone, policy, max_mib * MIB, max_age_s, tuple(f"{ROOT}.{m.verb}.>" for m in owners))


def _dead_letters(zone: Zone) -> Stream:
    return Stream(f"DLQ_{zone.upper()}", zone, Policy.EVERY, 256 * MIB, 90 * DAY_S, (f"{ROOT}.dlq.>",))


STREAMS: tuple[Stream, ...] = (
    _stream("SPEC", Policy.EVERY, 256, 7 * DAY_S),
    _stream("ANSWER", Policy.LAST_VALUE, 64, 7 * DAY_S),
    _stream("COMMAND", Policy.EVERY, 16, 30 * DAY_S),
    _stream("STUDY", Policy.FIRST_WRITE_WINS, 256, None),
    _stream("PLAN", Policy.FIRST_WRITE_WINS, 256, None),
    _stream("ESTIMATE", Policy.FIRST_WRITE_WINS, 256, None),
    _stream("LIVE", Policy.LAST_VALUE, 64, 7 * DAY_S),
    _stream("CHUNK", Policy.WORK_QUEUE, 2048, 7 * DAY_S),
    _stream("RESULT", Policy.FIRST_WRITE_WINS, 4096, 14 * DAY_S),
    _stream("STOP", Policy.LAST_VALUE, 16, 30 * DAY_S),
    _stream("DECISION", Policy.FIRST_WRITE_WINS, 256, None),
    _stream("ARTIFACT", Policy.FIRST_WRITE_WINS, 256, None),
    *(_dead_letters(zone) for zone in Zone),
)


def stream_of(message: type[Message]) -> Stream:
    return next(stream for stream in STREAMS if stream.name == message.stream)
