"""in-toto statements."""

import json
from typing import Any

import pytest

from proofmark_custody.errors import MalformedStatement
from proofmark_custody.statement import DECISION, RELEASE, Statement

A, B = "a" * 64, "b" * 64


def test_a_statement_is_written_as_in_toto_v1_says() -> None:
    assert json.loads(Statement(RELEASE, {"report.html": A}, {"study": "s"}).encode()) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "report.html", "digest": {"sha256": A}}],
        "predicateType": "https://proofmark.dev/release/v1",
        "predicate": {"study": "s"},
    }


def test_equal_statements_have_equal_bytes() -> None:
    one = Statement(RELEASE, {"a": A, "b": B}, {"x": 1, "y": 2}).encode()
    assert Statement(RELEASE, {"b": B, "a": A}, {"y": 2, "x": 1}).encode() == one
    assert Statement.decode(one, RELEASE).encode() == one


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"_type": "https://in-toto.io/Statement/v0.1"}, "_type: expected 'https://in-toto.io/Statement/v1'"),
        ({"predicateType": RELEASE}, "predicateType: expected 'https://proofmark.dev/decision/v1'"),
        ({"subject": []}, "subject: expected at least one"),
        ({"subject": [{"name": "a", "digest": {"sha256": A}}] * 2}, "got 'a' twice"),
        ({"subject": [{"digest": {"sha256": A}}]}, "name: expected a str"),
        ({"subject": [{"name": "a", "digest": {"sha512": A}}]}, "sha256: expected a str, got nothing"),
        ({"subject": [{"name": "a", "digest": {"sha256": A[1:]}}]}, "sha256: expected 64"),
        ({"predicate": None}, "predicate: expected a dict"),
    ],
)
def test_a_malformed_statement_is_refused(change: dict[str, Any], reason: str) -> None:
    good = json.loads(Statement(DECISION, {"a": A}, {}).encode())
    assert Statement.decode(json.dumps(good).encode(), DECISION).subjects == {"a": A}
    with pytest.raises(MalformedStatement, match=reason):
        Statement.decode(json.dumps({**good, **change}).encode(), DECISION)
