"""What a sealed release consists of."""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from proofmark_custody.decision import read_decision
from proofmark_custody.documents import canonical_json, sha256_hex
from proofmark_custody.dsse import pae, verify_envelope
from proofmark_custody.errors import NotARelease, RefusedToSign, UntrustedKey
from proofmark_custody.release import (
    DECISION_FILE,
    STATEMENT_FILE,
    TRUST_FILE,
    SignedFile,
    attest,
    seal,
    sign_file,
    signature_file,
)
from proofmark_custody.statement import PAYLOAD_TYPE, RELEASE, Statement
from proofmark_custody.trust import SIGNER, Trust
from tests.custody.examples import ORIGIN, SIGNER_KEY, STRANGER, STUDY, TRUST, decided, key_number, sealed, study_files

FILES = study_files(decided())


def payload_of(folder: dict[str, bytes]) -> bytes:
    return base64.b64decode(json.loads(folder[STATEMENT_FILE])["payload"])


def test_every_file_has_its_signature_and_the_statement_covers_them() -> None:
    folder = sealed()
    assert folder.keys() == {*FILES, *map(signature_file, FILES), TRUST_FILE, STATEMENT_FILE}
    for name, data in FILES.items():
        assert folder[name] == data
        SIGNER_KEY.public.verify(folder[signature_file(name)], data)
    signed = verify_envelope(json.loads(folder[STATEMENT_FILE]), PAYLOAD_TYPE, TRUST, SIGNER)
    statement = Statement.decode(signed.payload, RELEASE)
    assert statement.subjects == {name: sha256_hex(data) for name, data in FILES.items() if name != DECISION_FILE}
    assert statement.predicate == {
        "study": STUDY,
        "verdict": "approved",
        "decision_sha256": read_decision(FILES[DECISION_FILE], TRUST).sha256,
        "design_sha256": "d" * 64,
        "spec_sha256": "5" * 64,
        "engine": "0.1.0",
        "agent": "agent:design-bot-7",
        "prompt_sha256": "a" * 64,
        "context_sha256": None,
        "firmware": None,
        "firmware_sha256": None,
    }


def test_the_payload_is_the_same_under_any_keys() -> None:
    one, two = sealed(), sealed(gate=key_number(7), signer=key_number(8))
    assert payload_of(one) == payload_of(two)
    differing = {name for name in one if one[name] != two[name]}
    assert differing == {DECISION_FILE, TRUST_FILE, STATEMENT_FILE, *map(signature_file, FILES)}


def test_sealing_twice_gives_the_same_bytes() -> None:
    assert sealed() == sealed()


def test_signing_file_by_file_gives_the_same_release() -> None:
    signed = {name: sign_file(FILES[name], SIGNER_KEY) for name in reversed(FILES)}
    assert {**FILES, **attest(signed, read_decision(FILES[DECISION_FILE], TRUST), ORIGIN, SIGNER_KEY)} == sealed()


def test_the_trust_document_holds_no_key_that_did_not_sign() -> None:
    wider = Trust({role: (*keys, STRANGER.public) for role, keys in TRUST.roles.items()})
    assert Trust.from_json(seal(FILES, ORIGIN, SIGNER_KEY, wider)[TRUST_FILE]) == TRUST


def test_a_file_that_would_pass_for_an_envelope_is_not_signed() -> None:
    forged = pae(PAYLOAD_TYPE, Statement(RELEASE, {"report.html": "0" * 64}, {"verdict": "approved"}).encode())
    sign_file(forged[1:], SIGNER_KEY)
    with pytest.raises(RefusedToSign, match="DSSEv1"):
        sign_file(forged, SIGNER_KEY)
    with pytest.raises(RefusedToSign):
        seal({**FILES, "artifacts/drawing.pdf": forged}, ORIGIN, SIGNER_KEY, TRUST)


def test_a_decision_by_a_stranger_is_not_sealed() -> None:
    with pytest.raises(UntrustedKey, match=STRANGER.keyid):
        seal(study_files(decided(STRANGER)), ORIGIN, SIGNER_KEY, TRUST)


@pytest.mark.parametrize("name", [DECISION_FILE, "facts/study.opened.json", "facts/reliability.assessed.json"])
def test_nothing_is_sealed_without_the_decision_and_its_facts(name: str) -> None:
    with pytest.raises(NotARelease, match=f"{name}: expected"):
        seal({other: data for other, data in FILES.items() if other != name}, ORIGIN, SIGNER_KEY, TRUST)
    signed = {other: sign_file(data, SIGNER_KEY) for other, data in FILES.items() if other != name}
    with pytest.raises(NotARelease, match=f"{name}: expected"):
        attest(signed, read_decision(FILES[DECISION_FILE], TRUST), ORIGIN, SIGNER_KEY)


def test_a_fact_that_the_gate_did_not_see_is_not_sealed() -> None:
    with pytest.raises(NotARelease, match=r"facts/study\.opened\.json: expected sha256"):
        seal({**FILES, "facts/study.opened.json": canonical_json({})}, ORIGIN, SIGNER_KEY, TRUST)


@pytest.mark.parametrize(
    "name",
    [
        *("", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a/", "a\\b", "a\nb", "a\x1b[2J", "\udcff"),
        *(TRUST_FILE, STATEMENT_FILE, "report.html.sig"),
    ],
)
def test_a_path_that_cannot_stand_in_the_folder_is_refused(name: str) -> None:
    files = {each: SignedFile(sha256_hex(data), b"") for each, data in FILES.items()}
    decision = read_decision(FILES[DECISION_FILE], TRUST)
    attest({**files, "artifacts/größe.step": files["report.html"]}, decision, ORIGIN, SIGNER_KEY)
    with pytest.raises(NotARelease, match=r"expected a relative path|expected a path without|is taken"):
        attest({**files, name: files["report.html"]}, decision, ORIGIN, SIGNER_KEY)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")
def test_openssl_accepts_a_signature_by_hand(release: Path, tmp_path: Path) -> None:
    (tmp_path / "signer.pem").write_text(json.loads((release / TRUST_FILE).read_text())["roles"]["signer"][0]["pem"])

    def openssl(file: Path) -> subprocess.CompletedProcess[str]:
        command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", str(tmp_path / "signer.pem")]
        signature = str(release / "artifacts" / "shaft.step.sig")
        return subprocess.run(
            [*command, "-in", str(file), "-sigfile", signature], capture_output=True, text=True, check=False
        )

    good = openssl(release / "artifacts" / "shaft.step")
    assert (good.returncode, good.stdout.strip()) == (0, "Signature Verified Successfully")
    bad = openssl(release / "report.html")
    assert (bad.returncode, bad.stdout.strip()) == (1, "Signature Verification Failure")
