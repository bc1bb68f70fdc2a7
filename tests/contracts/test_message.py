"""A message class owns its subject; a message is frozen and outlives its readers' versions."""

import json
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from proofmark_contracts.campaign import ChunkSimulated
from proofmark_contracts.frozen import sha256_hex
from proofmark_contracts.message import ROOT, Message, TableRef
from proofmark_contracts.messages import MESSAGES
from proofmark_contracts.study import SpecAnswered, StudyClosed

tokens = st.text(st.characters(codec="utf-8", exclude_characters=".*>", exclude_categories=("Z", "C")), min_size=1)
classes = st.sampled_from(MESSAGES)


@given(classes, st.data())
def test_ids_of_inverts_subject_of(message: type[Message], data: st.DataObject) -> None:
    ids = {name: data.draw(tokens) for name in message.ids}
    assert message.ids_of(message.subject_of(*ids.values())) == ids


def test_a_subject_is_root_entity_verb_and_ids(message: type[Message], example: Message) -> None:
    entity, verb = message.verb.split(".")
    assert example.subject.split(".") == [
        *ROOT.split("."),
        entity,
        verb,
        *(str(getattr(example, i)) for i in message.ids),
    ]


def test_ids_left_out_become_wildcards() -> None:
    assert ChunkSimulated.subject_of("s") == f"{ROOT}.chunk.simulated.s.*.*"


def test_verbs_and_names_are_unique() -> None:
    assert (
        len({message.verb for message in MESSAGES}) == len({message.__name__ for message in MESSAGES}) == len(MESSAGES)
    )


@given(classes, classes, st.data())
def test_a_subject_belongs_to_one_class(mine: type[Message], other: type[Message], data: st.DataObject) -> None:
    subject = mine.subject_of(*(data.draw(tokens) for _ in mine.ids))
    if mine is other:
        assert mine.ids_of(subject)
    else:
        with pytest.raises(ValueError, match=f"subject of {other.__name__}: expected {ROOT}"):
            other.ids_of(subject)


@pytest.mark.parametrize("subject", [f"{ROOT}.study.closed", f"{ROOT}.study.closed.", f"{ROOT}.study.closed.a.b", "a"])
def test_ids_of_refuses_a_subject_of_another_length(subject: str) -> None:
    with pytest.raises(ValueError, match=r"subject of StudyClosed: expected pm\.v1\.study\.closed\.\*, got"):
        StudyClosed.ids_of(subject)


@pytest.mark.parametrize("token", ["", "*", ">", "a.b", "a b", "a\n", "eins.*"])
def test_a_message_cannot_leave_its_subject_through_an_id(token: str) -> None:
    answer = SpecAnswered(tenant="acme", event=token)
    with pytest.raises(ValueError, match="event of SpecAnswered: expected no dot, blank or wildcard"):
        _ = answer.subject
    assert SpecAnswered(tenant="acme", event="evt-1").subject


def test_a_message_is_frozen(message: type[Message], example: Message) -> None:
    field = next(iter(message.model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(example, field, getattr(example, field))


def test_a_reader_ignores_fields_it_does_not_know(message: type[Message], example: Message) -> None:
    line, newline, rest = example.encode().partition(b"\n")
    newer = json.dumps({**json.loads(line), "from_the_future": {"a": 1}}).encode()
    assert message.decode(newer + newline + rest) == example


def test_the_fingerprint_ignores_volatile_fields_only() -> None:
    one = ChunkSimulated(study="s", batch=0, n=0, table=b"table", cpu_s=1.0, logs={0: "said"})
    assert one.fingerprint() == one.model_copy(update={"cpu_s": 2.0, "logs": {}}).fingerprint()
    others: list[dict[str, object]] = [{"study": "t"}, {"batch": 1}, {"n": 1}, {"table": b"other"}]
    assert len({one.fingerprint(), *(one.model_copy(update=other).fingerprint() for other in others)}) == 5


def test_the_fingerprint_of_a_plain_message_ignores_its_volatile_fields_too() -> None:
    class Closed(StudyClosed):
        volatile: ClassVar = frozenset({"reasons"})

    one = Closed(study="s", outcome="rejected", reasons=("one",))
    assert one.fingerprint() == Closed(study="s", outcome="rejected", reasons=("two",)).fingerprint()
    assert one.fingerprint() != Closed(study="s", outcome="released", reasons=("one",)).fingerprint()


def test_volatile_fields_exist(message: type[Message]) -> None:
    assert message.volatile <= set(message.model_fields)


def test_the_fingerprint_does_not_tell_where_the_table_lies() -> None:
    inline = ChunkSimulated(study="s", batch=0, n=0, table=b"table")
    stored = TableRef(sha256=sha256_hex(inline.table), size=len(inline.table))
    assert inline.model_copy(update={"table": b"", "table_ref": stored}).fingerprint() == inline.fingerprint()


@pytest.mark.parametrize("data", [b"", b"{}", b"[]\n", b'{"study": 1}\n', b"\xff\n", b"[" * 100_000 + b"\n"])
def test_a_malformed_table_message_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"expected|validation error"):
        ChunkSimulated.decode(data)
