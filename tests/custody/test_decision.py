"""The gate's signed decision."""

import json

import pytest

from proofmark_custody.decision import read_decision, sign_decision
from proofmark_custody.documents import canonical_json, sha256_hex
from proofmark_custody.dsse import sign_envelope
from proofmark_custody.errors import (
    MalformedDecision,
    MalformedEnvelope,
    MalformedFact,
    MalformedStatement,
    SignatureInvalid,
    UntrustedKey,
)
from proofmark_custody.statement import PAYLOAD_TYPE, RELEASE, Statement
from tests.custody.examples import (
    ASSESSED,
    FACTS,
    GATE_KEY,
    OPENED,
    SIGNER_KEY,
    STRANGER,
    STUDY,
    TRUST,
    decided,
    key_number,
)


@pytest.mark.parametrize("verdict", ["approved", "rejected", "not-proven"])
def test_a_decision_reads_back(verdict: str) -> None:
    decision = read_decision(decided(verdict=verdict), TRUST)
    assert (decision.study, decision.verdict, decision.key) == (STUDY, verdict, GATE_KEY.public)
    assert decision.facts == {"study.opened": sha256_hex(OPENED), "reliability.assessed": sha256_hex(ASSESSED)}
    assert decision.predicate["bound_low"] == 0.9991


def test_the_digest_of_a_decision_does_not_depend_on_the_key() -> None:
    other = key_number(9)
    one = sign_decision(FACTS, {"study": STUDY, "verdict": "approved"}, GATE_KEY)
    two = sign_decision(FACTS, {"study": STUDY, "verdict": "approved"}, other)
    assert one["payload"] == two["payload"]
    assert one["signatures"] != two["signatures"]


def test_a_fact_that_the_gate_did_not_see_is_told() -> None:
    decision = read_decision(decided(), TRUST)
    decision.check_fact("study.opened", OPENED)
    with pytest.raises(MalformedFact, match=f"study.opened of {STUDY}: expected sha256 .* as signed, got"):
        decision.check_fact("study.opened", ASSESSED)
    with pytest.raises(MalformedFact, match="expected sha256 nothing as signed"):
        decision.check_fact("thermal.assessed", ASSESSED)


def test_only_a_trusted_gate_decides() -> None:
    for key in (STRANGER, SIGNER_KEY):
        with pytest.raises(UntrustedKey, match=key.keyid):
            read_decision(decided(key), TRUST)


def test_an_altered_payload_is_refused() -> None:
    message = json.loads(decided(verdict="rejected"))
    message["envelope"]["payload"] = json.loads(decided(verdict="approved"))["envelope"]["payload"]
    with pytest.raises(SignatureInvalid):
        read_decision(canonical_json({**message, "verdict": "approved"}), TRUST)


@pytest.mark.parametrize(("name", "value"), [("study", "another-r1"), ("verdict", "rejected")])
def test_a_message_that_repeats_its_envelope_wrongly_is_refused(name: str, value: str) -> None:
    with pytest.raises(MalformedDecision, match=f"{name} beside the envelope: expected .* as signed, got '{value}'"):
        read_decision(canonical_json({**json.loads(decided()), name: value}), TRUST)


def test_a_message_without_an_envelope_is_refused() -> None:
    with pytest.raises(MalformedDecision, match="envelope: expected a dict, got nothing"):
        read_decision(canonical_json({"study": STUDY, "verdict": "approved"}), TRUST)
    with pytest.raises(MalformedEnvelope, match="payloadType"):
        read_decision(canonical_json({"envelope": {}}), TRUST)


def test_a_statement_of_another_kind_is_no_decision() -> None:
    payload = Statement(RELEASE, {"report.html": "a" * 64}, {}).encode()
    envelope = sign_envelope(payload, PAYLOAD_TYPE, GATE_KEY)
    with pytest.raises(MalformedStatement, match="predicateType"):
        read_decision(canonical_json({"envelope": envelope, "study": STUDY, "verdict": "approved"}), TRUST)


def test_nothing_incomplete_is_signed() -> None:
    predicate = {"study": STUDY, "verdict": "approved"}
    sign_decision(FACTS, predicate, GATE_KEY)
    with pytest.raises(MalformedDecision, match=r"missing \['reliability.assessed'\]"):
        sign_decision({"study.opened": OPENED}, predicate, GATE_KEY)
    with pytest.raises(MalformedDecision, match="study: expected a str, got nothing"):
        sign_decision(FACTS, {"verdict": "approved"}, GATE_KEY)
    with pytest.raises(MalformedDecision, match="expected one of approved, rejected, not-proven, got 'maybe'"):
        sign_decision(FACTS, {**predicate, "verdict": "maybe"}, GATE_KEY)
