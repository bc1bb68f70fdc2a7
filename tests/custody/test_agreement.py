"""A release whose parts are sound one by one but tell different stories is refused."""

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from proofmark_custody.decision import read_decision
from proofmark_custody.documents import canonical_json, sha256_hex
from proofmark_custody.dsse import sign_envelope
from proofmark_custody.errors import VerificationFailed
from proofmark_custody.release import DECISION_FILE, STATEMENT_FILE, TRUST_FILE, attest, sign_file, signature_file
from proofmark_custody.statement import PAYLOAD_TYPE, RELEASE, Statement
from proofmark_custody.verify import verify_release
from tests.custody.examples import ORIGIN, SIGNER_KEY, STUDY, TRUST, decided, sealed, study_files, write

FILES = study_files(decided())
SEALED = sealed()


def problems_of(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(VerificationFailed) as failure:
        verify_release(folder, TRUST)
    return [(problem.file, problem.reason) for problem in failure.value.problems]


def resealed(
    files: Mapping[str, bytes],
    predicate: Callable[[dict[str, Any]], dict[str, Any]] = lambda predicate: predicate,
) -> dict[str, bytes]:
    """A release by a signer that does not compare what it signs: the statement covers whatever it is given."""
    envelope = json.loads(SEALED[STATEMENT_FILE])
    statement = Statement.decode(base64.b64decode(envelope["payload"]), RELEASE)
    subjects = {name: sha256_hex(data) for name, data in files.items() if name != DECISION_FILE}
    payload = Statement(RELEASE, subjects, predicate({**statement.predicate})).encode()
    return {
        **files,
        **{signature_file(name): sign_file(data, SIGNER_KEY).signature for name, data in files.items()},
        TRUST_FILE: TRUST.to_json(),
        STATEMENT_FILE: canonical_json(sign_envelope(payload, PAYLOAD_TYPE, SIGNER_KEY)),
    }


def test_a_release_sealed_by_hand_is_sound(tmp_path: Path) -> None:
    assert resealed(FILES) == SEALED
    verify_release(write(tmp_path / "release", resealed(FILES)), TRUST)


@pytest.mark.parametrize(
    ("field", "value", "file", "reason"),
    [
        ("verdict", "rejected", DECISION_FILE, "verdict: expected rejected by the statement, got approved"),
        ("study", "other-r1", DECISION_FILE, "study: expected other-r1"),
        ("decision_sha256", "0" * 64, DECISION_FILE, "sha256 of what the gate signed: expected 0000"),
        ("agent", None, "facts/study.opened.json", "agent of the design: expected None"),
        ("prompt_sha256", "b" * 64, "facts/study.opened.json", "prompt_sha256 of the design: expected bbbb"),
        ("context_sha256", "b" * 64, "facts/study.opened.json", "context_sha256 of the design: expected bbbb"),
        ("verdict", "maybe", STATEMENT_FILE, "verdict: expected one of"),
        ("design_sha256", None, STATEMENT_FILE, "design_sha256: expected a str"),
        ("spec_sha256", "5", STATEMENT_FILE, "spec_sha256: expected 64"),
        ("engine", None, STATEMENT_FILE, "engine: expected a str"),
    ],
)
def test_a_statement_that_contradicts_what_it_covers_is_refused(
    tmp_path: Path, field: str, value: object, file: str, reason: str
) -> None:
    folder = write(tmp_path / "release", resealed(FILES, lambda predicate: {**predicate, field: value}))
    assert dict(problems_of(folder))[file].startswith(reason)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("facts/study.opened.json", b"{}", "sha256: expected"),
        ("facts/thermal.assessed.json", b"{}", "sha256: expected nothing by the gate's decision"),
    ],
)
def test_facts_that_the_gate_did_not_see_are_refused(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    folder = write(tmp_path / "release", resealed({**FILES, name: data}))
    assert any(file == name and told.startswith(reason) for file, told in problems_of(folder))


def test_a_decision_on_another_studys_facts_is_refused(tmp_path: Path) -> None:
    message = decided(study="other-r1")
    files = study_files(message)
    signed = {name: sign_file(data, SIGNER_KEY) for name, data in files.items()}
    folder = write(tmp_path / "release", {**files, **attest(signed, read_decision(message, TRUST), ORIGIN, SIGNER_KEY)})
    problems = dict(problems_of(folder))
    assert problems.keys() == {"facts/study.opened.json", "facts/reliability.assessed.json"}
    assert all(f"study: expected other-r1 by the statement, got {STUDY}" == reason for reason in problems.values())
