"""Submissions however they are wrapped: the same comes out, and nothing hostile gets further than an error."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_chassis.cloudevents import event_headers, submission
from proofmark_contracts.frozen import sha256_hex
from proofmark_contracts.message import TOKEN
from proofmark_contracts.study import SpecAnswered, SpecSubmitted, SubmittedFile
from tests.chassis.examples import decided, simulated

SUBJECT = "pm.v1.spec.submitted.acme"
SPEC = {"apiVersion": "proofmark/v1", "name": "shaft"}
FILES = {"model.py": {"base64": "eA=="}}


def as_json(document: Any) -> bytes:
    return json.dumps(document).encode()


def structured(**more: Any) -> bytes:
    return as_json({"specversion": "1.0", "type": "t", "source": "s", "id": "e1", "data": {"spec": SPEC}} | more)


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (as_json({"spec": SPEC}), {"ce-id": "e1", "ce-specversion": "1.0"}),
        (structured(), {"content-type": "application/cloudevents+json"}),
        (structured(), {"content-type": "application/cloudevents+json; charset=utf-8"}),
        (structured(), {}),
        (structured(data=json.dumps({"spec": SPEC})), {}),
        (structured(data=None, data_base64=base64.b64encode(as_json({"spec": SPEC})).decode()), {}),
        (as_json({"spec": SPEC}), {"nats-msg-id": "e1"}),
        (as_json({"spec": SPEC, "event": "e1"}), {}),
        (as_json(SPEC), {"nats-msg-id": "e1"}),
        (as_json({**SPEC, "event": "e1"}), {}),
    ],
    ids=[
        "binary",
        "structured",
        "structured-charset",
        "structured-without-content-type",
        "structured-text",
        "structured-base64",
        "bare-with-message-id",
        "bare-with-event",
        "document-alone",
        "document-alone-with-event",
    ],
)
def test_every_wrapping_gives_the_same_submission(data: bytes, headers: dict[str, str]) -> None:
    assert submission(SUBJECT, data, headers) == SpecSubmitted(tenant="acme", event="e1", spec=SPEC)


def test_a_spec_may_be_the_text_of_its_file() -> None:
    assert submission(SUBJECT, as_json({"spec": "name: shaft"}), {"ce-id": "e"}).spec == "name: shaft"


@pytest.mark.parametrize(
    ("body_event", "headers", "expected"),
    [
        ("body", {"ce-id": "cloud", "nats-msg-id": "nats"}, "cloud"),
        ("body", {"nats-msg-id": "nats"}, "nats"),
        ("body", {"ce-id": "", "nats-msg-id": "nats"}, "nats"),
        ("body", {}, "body"),
    ],
)
def test_the_event_id_is_the_first_of_cloud_event_message_and_body(
    body_event: str, headers: dict[str, str], expected: str
) -> None:
    assert submission(SUBJECT, as_json({"spec": SPEC, "event": body_event}), headers).event == expected


def test_a_structured_event_has_its_id_inside() -> None:
    assert submission(SUBJECT, structured(id="inside"), {"nats-msg-id": "nats"}).event == "inside"
    assert submission(SUBJECT, structured(id=""), {"nats-msg-id": "nats"}).event == "nats"


def test_without_any_id_the_body_is_its_own() -> None:
    data = as_json({"spec": SPEC})
    assert submission(SUBJECT, data, {}).event == sha256_hex(data)[:32]


def test_percent_encoded_ids_are_decoded() -> None:
    assert submission(SUBJECT, as_json(SPEC), {"ce-id": "run%2D7"}).event == "run-7"


@pytest.mark.parametrize(
    "event", ["a.b", "a b", "*", ">", "../x", "é", "x" * 129, "a\r\nb", "%00", "\ud800", "-" * 200]
)
def test_an_id_that_cannot_stand_in_a_subject_becomes_its_digest(event: str) -> None:
    found = submission(SUBJECT, as_json({"spec": SPEC, "event": event}), {}).event
    assert found == sha256_hex(event.encode("utf-8", "surrogatepass"))[:32]


@given(st.text())
def test_any_id_gives_a_subject_for_the_answer(event: str) -> None:
    found = submission(SUBJECT, as_json({"spec": SPEC, "event": event}), {}).event
    assert TOKEN.fullmatch(found)
    assert SpecAnswered(tenant="acme", event=found).subject == f"pm.v1.spec.answered.acme.{found}"


def test_files_are_text_in_base64_or_say_what_they_are() -> None:
    body = {"spec": SPEC, "files": {"a.py": "eA==", "b.step": {"sha256": "ab" * 32}}}
    assert submission(SUBJECT, as_json(body), {}).files == {
        "a.py": SubmittedFile(base64="eA=="),
        "b.step": SubmittedFile(sha256="ab" * 32),
    }


def test_files_stand_beside_a_document_that_is_alone() -> None:
    found = submission(SUBJECT, as_json({**SPEC, "files": FILES}), {"ce-id": "e1"})
    assert (found.spec, found.files) == (SPEC, {"model.py": SubmittedFile(base64="eA==")})


def test_the_subject_says_who_submits() -> None:
    assert submission(SUBJECT, as_json({"spec": SPEC, "tenant": "other"}), {}).tenant == "acme"
    with pytest.raises(ValueError, match=r"expected pm\.v1\.spec\.submitted"):
        submission("pm.v1.spec.submitted", as_json(SPEC), {})


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "expected a JSON object"),
        (b"\xff\xfe\x00", "expected a JSON object"),
        (b"name: shaft", "expected a JSON object"),
        (b"[1]", "expected a JSON object, got list"),
        (b"null", "expected a JSON object, got NoneType"),
        (b'"text"', "expected a JSON object, got str"),
        (b"[" * 200_000, "expected a JSON object, got maximum recursion depth exceeded"),
        (b'{"a":' * 200_000, "expected a JSON object, got maximum recursion depth exceeded"),
        (b'{"spec": {"a": 1}, "files": [1]}', "files: expected an object of files by path, got list"),
        (b'{"spec": {"a": 1}, "files": "x"}', "files: expected an object of files by path, got str"),
        (b'{"spec": {"a": 1}, "files": {"a": 5}}', "files.a"),
        (b'{"spec": {"a": 1}, "files": {"a": {"sha256": "short"}}}', "files.a.sha256"),
        (b'{"spec": null}', "spec"),
        (b'{"spec": 5}', "spec"),
        (b'{"specversion": "1.0", "id": "e"}', "expected a JSON object"),
        (b'{"specversion": "1.0", "id": "e", "data": [1]}', "expected a JSON object"),
        (b'{"specversion": "1.0", "id": "e", "data_base64": "!"}', "expected a JSON object|padding"),
    ],
)
def test_what_is_no_submission_says_why(data: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        submission(SUBJECT, data, {})


@given(st.binary(max_size=200), st.dictionaries(st.sampled_from(["ce-id", "nats-msg-id", "content-type"]), st.text()))
def test_no_bytes_raise_anything_but_a_value_error(data: bytes, headers: dict[str, str]) -> None:
    try:
        found = submission(SUBJECT, data, headers)
    except ValueError:
        return
    assert found.tenant == "acme"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
KEYS = st.sampled_from(["spec", "files", "event", "specversion", "id", "data", "data_base64", "other"])


@settings(max_examples=50)
@given(st.dictionaries(KEYS, JSON), st.dictionaries(st.sampled_from(["ce-id", "nats-msg-id"]), st.text()))
def test_no_document_raises_anything_but_a_value_error(body: dict[str, Any], headers: dict[str, str]) -> None:
    try:
        found = submission(SUBJECT, as_json(body), headers)
    except ValueError:
        return
    assert TOKEN.fullmatch(found.event)


def test_what_goes_out_is_a_cloud_event_in_binary_mode() -> None:
    headers = event_headers(decided())
    assert headers == {
        "ce-specversion": "1.0",
        "ce-type": "dev.proofmark.design.decided.v1",
        "ce-source": "/proofmark/trust",
        "ce-id": decided().fingerprint()[:32],
        "ce-datacontenttype": "application/json",
        "content-type": "application/json",
    }


def test_the_id_of_an_event_is_what_it_states() -> None:
    assert event_headers(simulated(cpu_s=1.0))["ce-id"] == event_headers(simulated(cpu_s=2.0))["ce-id"]
    assert event_headers(simulated(n=1))["ce-id"] != event_headers(simulated(n=2))["ce-id"]
