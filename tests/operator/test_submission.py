"""A resource's submission: word for word, the same however often it is sent, on behalf of its namespace."""

import base64

from proofmark_chassis.cloudevents import event_headers
from proofmark_chassis.cloudevents import submission as received
from proofmark_operator.submission import event_of, submission

SPEC = {"document": "apiVersion: proofmark/v1  # as written\n", "files": {"model.py": "# µ\n"}}


def test_the_document_is_submitted_word_for_word_on_behalf_of_the_namespace() -> None:
    asked = submission(SPEC, "team-a", "uid-1")
    assert (asked.tenant, asked.spec) == ("team-a", SPEC["document"])
    assert base64.b64decode(str(asked.files["model.py"].base64)) == "# µ\n".encode()


def test_intake_knows_it_by_the_event_that_the_answer_will_carry() -> None:
    asked = submission(SPEC, "team-a", "uid-1")
    read = received(asked.subject, asked.encode(), event_headers(asked))
    assert read.event == event_of(asked)
    assert (read.tenant, read.spec, read.files) == (asked.tenant, asked.spec, asked.files)


def test_the_same_resource_is_the_same_submission_and_another_one_is_not() -> None:
    first = event_of(submission(SPEC, "team-a", "uid-1"))
    assert event_of(submission(dict(SPEC), "team-a", "uid-1")) == first
    assert event_of(submission(SPEC, "team-a", "uid-2")) != first
