"""The signed result of an approved design's firmware, by itself and in a release."""

import base64
import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import pytest

from proofmark_custody.decision import read_decision, sign_decision
from proofmark_custody.documents import canonical_json, sha256_hex
from proofmark_custody.dsse import sign_envelope
from proofmark_custody.errors import (
    MalformedEnvelope,
    MalformedFirmware,
    MalformedStatement,
    NotARelease,
    UntrustedKey,
    VerificationFailed,
)
from proofmark_custody.firmware import read_firmware, sign_firmware
from proofmark_custody.keys import SigningKey
from proofmark_custody.release import (
    ENDORSED,
    FIRMWARE_FILE,
    STATEMENT_FILE,
    attest,
    seal,
    sign_file,
    signature_file,
)
from proofmark_custody.statement import DECISION, PAYLOAD_TYPE, RELEASE, Statement
from proofmark_custody.statement import IMAGES as IMAGES_STATEMENT
from proofmark_custody.trust import FIRMWARE, Trust
from proofmark_custody.verify import verify_release
from tests.custody.examples import (
    BUILT,
    FACTS,
    FIRMWARE_KEY,
    FIRMWARE_TRUST,
    GATE_KEY,
    IMAGES,
    OPENED,
    ORIGIN,
    SIGNER_KEY,
    STRANGER,
    STUDY,
    TRUST,
    decided,
    finished,
    study_files,
    with_firmware,
    write,
)

PREDICATE = {"study": STUDY, "outcome": "verified", "decision_sha256": "d" * 64}


@pytest.mark.parametrize("outcome", ["verified", "failed"])
def test_a_result_reads_back(outcome: str) -> None:
    result = read_firmware(finished(outcome=outcome), FIRMWARE_TRUST)
    assert (result.study, result.outcome, result.key) == (STUDY, outcome, FIRMWARE_KEY.public)
    assert result.decision_sha256 == read_decision(decided(), TRUST).sha256
    assert result.files == {name: sha256_hex(data) for name, data in BUILT.items()}
    assert result.images == {name: sha256_hex(data) for name, data in IMAGES.items()}
    assert result.predicate["board"] == "stm32f4-discovery"


def test_only_a_trusted_firmware_service_tells_of_results() -> None:
    for key in (STRANGER, GATE_KEY, SIGNER_KEY):
        with pytest.raises(UntrustedKey, match=key.keyid):
            read_firmware(finished(key), FIRMWARE_TRUST)


def test_a_message_that_repeats_its_envelope_wrongly_is_refused() -> None:
    message = json.loads(finished(outcome="failed"))
    with pytest.raises(MalformedFirmware, match="outcome beside the envelope: expected 'failed' as signed"):
        read_firmware(canonical_json({**message, "outcome": "verified"}), FIRMWARE_TRUST)


def test_a_decision_is_no_result() -> None:
    envelope = sign_envelope(Statement(DECISION, {"a": "a" * 64}, PREDICATE).encode(), PAYLOAD_TYPE, FIRMWARE_KEY)
    with pytest.raises(MalformedStatement, match="predicateType"):
        read_firmware(canonical_json({"study": STUDY, "outcome": "verified", "envelope": envelope}), FIRMWARE_TRUST)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"outcome": "fine"}, "outcome: expected one of verified, failed, got 'fine'"),
        ({"decision_sha256": "d"}, "decision_sha256: expected 64"),
        ({"study": None}, "study: expected a str"),
    ],
)
def test_nothing_incomplete_is_signed(changed: dict[str, Any], told: str) -> None:
    sign_firmware({"firmware/checks.json": "a" * 64}, PREDICATE, FIRMWARE_KEY)
    with pytest.raises(MalformedFirmware, match=told):
        sign_firmware({"firmware/checks.json": "a" * 64}, PREDICATE | changed, FIRMWARE_KEY)
    with pytest.raises(MalformedFirmware, match="at least the record of the checks"):
        sign_firmware({}, PREDICATE, FIRMWARE_KEY)
    with pytest.raises(MalformedFirmware, match=r"got both of \['firmware/slot\.bin'\]"):
        twice = {"firmware/slot.bin": "a" * 64}
        sign_firmware(twice, PREDICATE, FIRMWARE_KEY, twice)


def test_the_result_is_the_same_under_any_image_key() -> None:
    other = finished(images={name: data[::-1] for name, data in IMAGES.items()})
    one, two = (read_firmware(message, FIRMWARE_TRUST) for message in (finished(), other))
    assert one.images != two.images
    assert (one.sha256, one.files, one.predicate) == (two.sha256, two.files, two.predicate)


def beside(**changed: Any) -> bytes:
    """A sound message with another member."""
    return canonical_json({**json.loads(finished()), **changed})


def listing(files: Iterable[str], sha256: str, key: SigningKey = FIRMWARE_KEY) -> dict[str, Any]:
    """An envelope over files that depend on an image key."""
    statement = Statement(IMAGES_STATEMENT, dict.fromkeys(files, "a" * 64), {"firmware_sha256": sha256})
    return sign_envelope(statement.encode(), PAYLOAD_TYPE, key)


def test_images_are_those_that_the_result_names_and_belong_to_it() -> None:
    own = read_firmware(finished(), FIRMWARE_TRUST).sha256
    read_firmware(beside(images=listing(IMAGES, own)), FIRMWARE_TRUST)
    for images, told in (
        (listing(["firmware/slot.bin"], own), "images, names: expected"),
        (listing(IMAGES, "b" * 64), f"images, sha256 of the result: expected {own} by the result, got bbbb"),
    ):
        with pytest.raises(MalformedFirmware, match=told):
            read_firmware(beside(images=images), FIRMWARE_TRUST)
    with pytest.raises(UntrustedKey, match=STRANGER.keyid):
        read_firmware(beside(images=listing(IMAGES, own, STRANGER)), FIRMWARE_TRUST)
    with pytest.raises(MalformedEnvelope):
        read_firmware(beside(images=None), FIRMWARE_TRUST)
    two = Trust({FIRMWARE: (FIRMWARE_KEY.public, STRANGER.public)})
    with pytest.raises(MalformedFirmware, match=f"images, key: expected {FIRMWARE_KEY.keyid}"):
        read_firmware(beside(images=listing(IMAGES, own, STRANGER)), two)


def test_a_result_that_names_no_images_has_none() -> None:
    bare = json.loads(finished(images={}))
    assert "images" not in bare
    result = read_firmware(canonical_json(bare), FIRMWARE_TRUST)
    assert result.images == {}
    with pytest.raises(MalformedFirmware, match=r"images, names: expected \[\] by the result"):
        read_firmware(canonical_json({**bare, "images": listing(IMAGES, result.sha256)}), FIRMWARE_TRUST)


@pytest.mark.parametrize("outcome", ["verified", "failed"])
def test_a_release_tells_what_came_of_its_firmware_and_who_said_so(tmp_path: Path, outcome: str) -> None:
    folder = seal(with_firmware(finished(outcome=outcome)), ORIGIN, SIGNER_KEY, FIRMWARE_TRUST)
    verified = verify_release(write(tmp_path / "release", folder))
    assert verified.claims.firmware == outcome
    assert [(step.role, step.keyid) for step in verified.chain][:2] == [
        ("gate", GATE_KEY.keyid),
        ("firmware", FIRMWARE_KEY.keyid),
    ]


CHANGED = [FIRMWARE_FILE, signature_file(FIRMWARE_FILE), "trust.json", "firmware/image.bin", *IMAGES]


@pytest.mark.parametrize("name", [*CHANGED, *map(signature_file, IMAGES)])
def test_a_byte_of_the_firmware_that_changed_is_named(tmp_path: Path, name: str) -> None:
    folder = seal(with_firmware(finished()), ORIGIN, SIGNER_KEY, FIRMWARE_TRUST)
    release = write(tmp_path / "release", folder)
    for place in range(0, len(folder[name]), max(1, len(folder[name]) // 40)):
        changed = bytearray(folder[name])
        changed[place] ^= 1
        (release / name).write_bytes(changed)
        with pytest.raises(VerificationFailed) as failure:
            verify_release(release, FIRMWARE_TRUST)
        assert name in {problem.file for problem in failure.value.problems}


def test_the_result_of_another_decision_or_study_is_not_sealed() -> None:
    other = finished(decision=decided(verdict="rejected"))
    for message in (other, finished(study="other-r1")):
        with pytest.raises(MalformedFirmware, match="expected the result for decision"):
            seal(with_firmware(message), ORIGIN, SIGNER_KEY, FIRMWARE_TRUST)


def test_a_result_without_its_files_is_not_sealed() -> None:
    files = with_firmware(finished())
    del files["firmware/image.bin"]
    with pytest.raises(NotARelease, match=r"firmware/image\.bin: expected sha256 .*, got no file"):
        seal(files, ORIGIN, SIGNER_KEY, FIRMWARE_TRUST)


def test_a_result_that_nobody_read_is_not_sealed() -> None:
    signed = {name: sign_file(data, SIGNER_KEY) for name, data in with_firmware(finished()).items()}
    with pytest.raises(NotARelease, match="got one of them"):
        attest(signed, read_decision(decided(), TRUST), ORIGIN, SIGNER_KEY)


def resealed(files: dict[str, bytes], apart: Collection[str] = IMAGES, **changed: Any) -> dict[str, bytes]:
    """A release by a signer that does not compare what it signs."""
    folder = seal(with_firmware(finished()), ORIGIN, SIGNER_KEY, FIRMWARE_TRUST)
    stated = Statement.decode(base64.b64decode(json.loads(folder[STATEMENT_FILE])["payload"]), RELEASE)
    subjects = {name: sha256_hex(data) for name, data in files.items() if name not in (*ENDORSED, *apart)}
    payload = Statement(RELEASE, subjects, {**stated.predicate, **changed}).encode()
    statement = canonical_json(sign_envelope(payload, PAYLOAD_TYPE, SIGNER_KEY))
    signatures = {signature_file(name): sign_file(data, SIGNER_KEY).signature for name, data in files.items()}
    return {**files, **signatures, STATEMENT_FILE: statement, "trust.json": FIRMWARE_TRUST.to_json()}


@pytest.mark.parametrize(
    ("changed", "file", "told"),
    [
        ({"firmware": "failed"}, FIRMWARE_FILE, "outcome: expected failed by the statement, got verified"),
        ({"firmware_sha256": "0" * 64}, FIRMWARE_FILE, "sha256 of what was signed: expected 000"),
        ({"firmware": None}, FIRMWARE_FILE, "not part of the release"),
        ({"firmware": "fine"}, STATEMENT_FILE, "firmware: expected one of verified, failed"),
    ],
)
def test_a_statement_that_contradicts_the_result_is_refused(
    tmp_path: Path, changed: dict[str, Any], file: str, told: str
) -> None:
    files = with_firmware(finished())
    verify_release(write(tmp_path / "sound", resealed(files)), FIRMWARE_TRUST)
    with pytest.raises(VerificationFailed) as failure:
        verify_release(write(tmp_path / "release", resealed(files, **changed)), FIRMWARE_TRUST)
    assert {problem.file: problem.reason for problem in failure.value.problems}[file].startswith(told)


def test_an_approved_design_that_asked_for_firmware_has_a_result(tmp_path: Path) -> None:
    opened = json.loads(OPENED)
    opened["design"]["firmware"] = {"board": "stm32f4-discovery"}
    facts = {**FACTS, "study.opened": canonical_json(opened)}
    envelope = sign_decision(facts, {"study": STUDY, "verdict": "approved"}, GATE_KEY)
    message = canonical_json({"envelope": envelope, "study": STUDY, "verdict": "approved"})
    files = {**study_files(message), "facts/study.opened.json": facts["study.opened"]}
    with pytest.raises(VerificationFailed) as failure:
        verify_release(write(tmp_path / "release", seal(files, ORIGIN, SIGNER_KEY, TRUST)))
    (problem,) = failure.value.problems
    assert str(problem).startswith("facts/study.opened.json: the design asks for firmware")


def test_the_statement_of_a_release_is_the_same_under_any_image_key() -> None:
    """Only what depends on the key differs: images, the message that lists them, and their signatures."""
    others = {name: data[::-1] for name, data in IMAGES.items()}
    one = seal(with_firmware(finished()), ORIGIN, SIGNER_KEY, FIRMWARE_TRUST)
    two = seal(with_firmware(finished(images=others)) | others, ORIGIN, SIGNER_KEY, FIRMWARE_TRUST)
    apart = {FIRMWARE_FILE, *IMAGES}
    assert {name for name in one if one[name] != two[name]} == {*apart, *map(signature_file, apart)}


def test_a_statement_that_names_what_depends_on_a_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VerificationFailed) as failure:
        release = write(tmp_path / "release", resealed(with_firmware(finished()), apart=()))
        verify_release(release, FIRMWARE_TRUST)
    assert [problem.file for problem in failure.value.problems] == sorted(IMAGES)
    assert "since it depends on a key: got by the statement" in failure.value.problems[0].reason


def test_an_image_that_is_missing_is_named(tmp_path: Path) -> None:
    files = with_firmware(finished())
    del files["firmware/slot.bin"]
    with pytest.raises(VerificationFailed) as failure:
        verify_release(write(tmp_path / "release", resealed(files)), FIRMWARE_TRUST)
    assert ("firmware/slot.bin", "missing") in [(problem.file, problem.reason) for problem in failure.value.problems]


def test_another_image_than_the_one_verified_is_refused(tmp_path: Path) -> None:
    files = with_firmware(finished()) | {"firmware/image.bin": b"another"}
    with pytest.raises(VerificationFailed) as failure:
        verify_release(write(tmp_path / "release", resealed(files)), FIRMWARE_TRUST)
    (problem,) = failure.value.problems
    assert problem.file == "firmware/image.bin"
    assert "by the firmware's result" in problem.reason
