"""The gate's decision: a signed statement whose subjects are the facts it rests on, by the sha256 of their bytes.

It travels in a `design.decided` message `{"study", "verdict", "envelope"}`, of which only the envelope is evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from proofmark_custody.documents import member, sha256_hex
from proofmark_custody.dsse import sign_envelope
from proofmark_custody.endorsement import read_endorsement
from proofmark_custody.errors import Malformed, MalformedDecision, MalformedFact
from proofmark_custody.keys import PublicKey, SigningKey
from proofmark_custody.statement import DECISION, PAYLOAD_TYPE, Statement
from proofmark_custody.trust import GATE, Trust

Verdict = Literal["approved", "rejected", "not-proven"]

REQUIRED_FACTS = frozenset({"study.opened", "reliability.assessed"})
"""No decision stands without these."""


@dataclass(frozen=True)
class Decision:
    """A verdict whose signature was verified."""

    study: str
    verdict: Verdict
    facts: Mapping[str, str]
    """sha256 of each fact it rests on, by name, such as `study.opened`."""
    predicate: Mapping[str, Any]
    """Everything the gate stated."""
    sha256: str
    """Of the signed payload: the same whichever key signed it."""
    key: PublicKey
    """The gate's."""

    def check_fact(self, name: str, data: bytes) -> None:
        """Compare the received bytes of a fact with those that the gate saw.

        Raises
        ------
        MalformedFact
            They are others.
        """
        expected, got = self.facts.get(name, "nothing"), sha256_hex(data)
        if got != expected:
            raise MalformedFact(f"{name} of {self.study}: expected sha256 {expected} as signed, got {got}")


def sign_decision(facts: Mapping[str, bytes], predicate: Mapping[str, Any], key: SigningKey) -> dict[str, Any]:
    """The DSSE envelope of a decision.

    Parameters
    ----------
    facts : received bytes by name
        Every message the decision rests on; `study.opened` and `reliability.assessed` at least.
    predicate : plain data
        `study`, `verdict` and whatever else the gate states.

    Raises
    ------
    MalformedDecision
        A required fact, the study or a known verdict is missing.
    """
    digests = {name: sha256_hex(data) for name, data in facts.items()}
    _check(digests, predicate)
    return sign_envelope(Statement(DECISION, digests, predicate).encode(), PAYLOAD_TYPE, key)


def read_decision(message: bytes, trust: Trust) -> Decision:
    """The decision in the bytes of a `design.decided` message.

    Raises
    ------
    MalformedEnvelope, MalformedStatement, MalformedDecision
        The message cannot be read, or repeats its envelope wrongly.
    UntrustedKey, SignatureInvalid
        It was not signed by a gate that is trusted.
    """
    found = read_endorsement(message, trust, GATE, DECISION, MalformedDecision)
    statement = found.statement
    study, verdict = _check(statement.subjects, statement.predicate)
    found.check_repeated("study", study, MalformedDecision)
    found.check_repeated("verdict", verdict, MalformedDecision)
    return Decision(study, verdict, statement.subjects, statement.predicate, found.sha256, found.key)


def parse_verdict(document: Any, malformed: type[Malformed]) -> Verdict:
    """The `verdict` member of a document."""
    text = member(document, "verdict", str, malformed)
    for verdict in get_args(Verdict):
        if text == verdict:
            return verdict  # type: ignore[no-any-return]
    raise malformed(f"verdict: expected one of {', '.join(get_args(Verdict))}, got {text!r}")


def _check(facts: Mapping[str, str], predicate: Mapping[str, Any]) -> tuple[str, Verdict]:
    missing = sorted(REQUIRED_FACTS - facts.keys())
    if missing:
        raise MalformedDecision(f"facts of a decision: expected {', '.join(sorted(REQUIRED_FACTS))}; missing {missing}")
    return member(predicate, "study", str, MalformedDecision), parse_verdict(predicate, MalformedDecision)
