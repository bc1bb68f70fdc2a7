"""Every message has one stream, in its own zone, and no two streams claim a subject."""

from proofmark_contracts.message import Message, TableMessage
from proofmark_contracts.streams import STREAMS, Policy, stream_of


def covers(pattern: str, subject: str) -> bool:
    """Whether a stream's subject, which ends in `>`, takes this one."""
    return subject.startswith(pattern.removesuffix(">"))


def test_every_message_is_stored_once_in_its_own_zone(message: type[Message], example: Message) -> None:
    holders = [
        stream
        for stream in STREAMS
        if stream.zone is message.zone and any(covers(pattern, example.subject) for pattern in stream.subjects)
    ]
    assert holders == [stream_of(message)]


def test_no_stream_name_is_used_twice() -> None:
    assert len({stream.name for stream in STREAMS}) == len(STREAMS)


def test_every_stream_has_a_bound_in_bytes_and_every_bulk_stream_one_in_age() -> None:
    assert all(stream.max_bytes > 0 for stream in STREAMS)
    assert {s.name for s in STREAMS if s.max_age_s is None} == {"STUDY", "PLAN", "ESTIMATE", "DECISION", "ARTIFACT"}


def test_tables_never_meet_a_last_value_policy(message: type[Message]) -> None:
    if issubclass(message, TableMessage):
        assert stream_of(message).policy in {Policy.WORK_QUEUE, Policy.FIRST_WRITE_WINS}
        assert stream_of(message).first_write_wins


def test_each_zone_keeps_its_dead_letters() -> None:
    dead = {stream.zone for stream in STREAMS if stream.name.startswith("DLQ_")}
    assert dead == {stream.zone for stream in STREAMS}
