"""Whatever happens to a release folder, verification sees it and names the file."""

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_custody.decision import read_decision
from proofmark_custody.documents import canonical_json
from proofmark_custody.dsse import sign_envelope
from proofmark_custody.errors import VerificationFailed
from proofmark_custody.release import (
    DECISION_FILE,
    STATEMENT_FILE,
    TRUST_FILE,
    Claims,
    release_trust,
    signature_file,
)
from proofmark_custody.statement import DECISION, PAYLOAD_TYPE, RELEASE, Statement
from proofmark_custody.trust import GATE, SIGNER, Trust
from proofmark_custody.verify import verify_release
from tests.custody.examples import (
    GATE_KEY,
    ORIGIN,
    SIGNER_KEY,
    STRANGER,
    STUDY,
    TRUST,
    sealed,
    study_files,
    write,
)

SEALED = sealed()
NAMES = sorted(SEALED)
FULL = [name for name in NAMES if SEALED[name]]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound release; each test puts back what it changes."""
    folder = write(tmp_path_factory.mktemp("shared") / "release", SEALED)
    verify_release(folder)
    return folder


def failing(folder: Path, trust: Trust | None = None) -> dict[str, str]:
    with pytest.raises(VerificationFailed) as failure:
        verify_release(folder, trust)
    assert failure.value.problems
    return {problem.file: problem.reason for problem in failure.value.problems}


@pytest.mark.parametrize("trust", [None, TRUST], ids=["own trust", "pinned"])
def test_a_sound_release_tells_who_signed_what(release: Path, trust: Trust | None) -> None:
    verification = verify_release(release, trust)
    assert verification.pinned == (trust is not None)
    assert verification.claims == Claims(STUDY, "approved", read_decision(SEALED[DECISION_FILE], TRUST).sha256, ORIGIN)
    assert verification.files == len(study_files(b""))
    assert [(step.role, step.keyid, step.algorithm) for step in verification.chain] == [
        (GATE, GATE_KEY.keyid, "ed25519"),
        (SIGNER, SIGNER_KEY.keyid, "ed25519"),
        (SIGNER, SIGNER_KEY.keyid, "ed25519"),
    ]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(FULL), st.floats(0, 1, exclude_max=True), st.integers(1, 255), st.sampled_from([None, TRUST]))
def test_one_flipped_byte_anywhere_is_named(
    shared: Path, name: str, where: float, mask: int, trust: Trust | None
) -> None:
    changed = bytearray(SEALED[name])
    changed[int(where * len(changed))] ^= mask
    (shared / name).write_bytes(changed)
    try:
        named = failing(shared, trust).keys()
    finally:
        (shared / name).write_bytes(SEALED[name])
    either = {DECISION_FILE, signature_file(DECISION_FILE)}  # no digest tells which of these two was altered
    assert name in named
    assert named <= (either if name in either else {name})


@pytest.mark.parametrize("name", [TRUST_FILE, STATEMENT_FILE, DECISION_FILE, f"{DECISION_FILE}.sig"])
def test_no_byte_of_a_document_that_no_digest_covers_is_free(shared: Path, name: str) -> None:
    data = SEALED[name]
    payload = re.search(rb'(?<="payload":")[^"]*(?=[^"]{4}")', data)  # all but its last block: as good as any one byte
    inside = range(payload.start() + 1, payload.end()) if payload else range(0)
    free = []
    for position in sorted({*range(len(data))} - {*inside}):
        changed = bytearray(data)
        changed[position] ^= 1 << position % 8
        (shared / name).write_bytes(changed)
        if name not in failing(shared):
            free.append(position)
    (shared / name).write_bytes(data)
    assert free == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("trust", [None, TRUST], ids=["own trust", "pinned"])
def test_a_removed_file_is_named(shared: Path, name: str, trust: Trust | None) -> None:
    (shared / name).unlink()
    try:
        assert failing(shared, trust) == {name: "missing"}
    finally:
        (shared / name).write_bytes(SEALED[name])


@pytest.mark.parametrize("name", FULL)
def test_bytes_cut_off_or_appended_are_named(shared: Path, name: str) -> None:
    for changed in (b"", SEALED[name][:-1], SEALED[name] + b"\n"):
        (shared / name).write_bytes(changed)
        assert name in failing(shared)
    (shared / name).write_bytes(SEALED[name])


FILE_NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..") and len(name.encode()) < 200
)


@settings(max_examples=60, deadline=None)
@given(FILE_NAMES, st.sampled_from(["", "artifacts/", "facts/", "new/folder/"]), st.binary(max_size=8))
def test_an_added_file_is_named(shared: Path, name: str, folder: str, data: bytes) -> None:
    added = shared / folder / name
    if added.exists():
        return
    write(shared, {f"{folder}{name}": data})
    try:
        assert failing(shared) == {f"{folder}{name}": "not part of the release"}
    finally:
        added.unlink()


def test_a_renamed_file_is_named_twice(release: Path) -> None:
    (release / "report.html").rename(release / "Report.html")
    assert failing(release) == {"report.html": "missing", "Report.html": "not part of the release"}


def test_two_swapped_files_are_both_named(release: Path) -> None:
    (release / "report.html").write_bytes(SEALED["spec.json"])
    (release / "spec.json").write_bytes(SEALED["report.html"])
    assert failing(release).keys() == {"report.html", "spec.json"}


@pytest.mark.parametrize("name", ["report.html", "report.html.sig", TRUST_FILE, STATEMENT_FILE, DECISION_FILE])
def test_a_symbolic_link_to_the_same_bytes_is_named(release: Path, tmp_path: Path, name: str) -> None:
    (release / name).rename(tmp_path / "elsewhere")
    (release / name).symlink_to(tmp_path / "elsewhere")
    assert failing(release) == {name: "expected a plain file, got a symbolic link"}


def test_a_linked_folder_and_a_pipe_are_named(release: Path, tmp_path: Path) -> None:
    (release / "model").rename(tmp_path / "model")
    (release / "model").symlink_to(tmp_path / "model")
    (release / "spec.json").unlink()
    os.mkfifo(release / "spec.json")
    assert failing(release) == {
        "model": "expected a plain file, got a symbolic link",
        "model/model.py": "missing",
        "model/model.py.sig": "missing",
        "spec.json": "expected a plain file, got neither file nor folder",
    }


def test_every_problem_is_told_at_once(release: Path) -> None:
    (release / "report.html").write_bytes(b"better news")
    (release / "spec.json.sig").write_bytes(bytes(64))
    (release / "results.parquet").unlink()
    (release / "note.txt").touch()
    assert failing(release).keys() == {"report.html", "spec.json.sig", "results.parquet", "note.txt"}


def test_a_signature_by_another_trusted_key_is_not_the_signers(release: Path) -> None:
    (release / "report.html.sig").write_bytes(GATE_KEY.sign(SEALED["report.html"]))
    assert failing(release).keys() == {"report.html.sig"}


def test_a_whole_release_by_strangers_stands_only_on_its_own_trust(tmp_path: Path) -> None:
    folder = write(tmp_path / "theirs", sealed(gate=STRANGER, signer=STRANGER))
    assert not verify_release(folder).pinned
    assert STRANGER.keyid in failing(folder, TRUST)[STATEMENT_FILE]


def test_a_strangers_decision_is_refused_even_if_our_signer_sealed_it(tmp_path: Path) -> None:
    folder = write(tmp_path / "release", sealed(gate=STRANGER))
    assert f"{STRANGER.keyid} is not trusted as gate" in failing(folder, TRUST)[DECISION_FILE]


def test_a_trust_document_with_one_key_more_is_named(release: Path) -> None:
    wider = Trust({GATE: (GATE_KEY.public, STRANGER.public), SIGNER: (SIGNER_KEY.public,)})
    (release / TRUST_FILE).write_bytes(wider.to_json())
    assert failing(release).keys() == failing(release, TRUST).keys() == {TRUST_FILE}


def test_a_second_signature_on_the_statement_is_named(release: Path) -> None:
    payload = Statement(RELEASE, {"x": "0" * 64}, {}).encode()
    envelope = json.loads(SEALED[STATEMENT_FILE])
    envelope["signatures"] += sign_envelope(payload, PAYLOAD_TYPE, STRANGER)["signatures"]
    (release / STATEMENT_FILE).write_bytes(canonical_json(envelope))
    assert failing(release).keys() == {STATEMENT_FILE}


def test_the_gates_signature_does_not_make_a_release(tmp_path: Path) -> None:
    files = {**SEALED, STATEMENT_FILE: canonical_json(json.loads(SEALED[DECISION_FILE])["envelope"])}
    folder = write(tmp_path / "release", files)
    assert "not trusted as signer" in failing(folder)[STATEMENT_FILE]
    both = release_trust(gate=GATE_KEY.public, signer=GATE_KEY.public)
    assert f"expected '{RELEASE}', got '{DECISION}'" in failing(folder, both)[STATEMENT_FILE]


def test_an_empty_folder_is_no_release(tmp_path: Path) -> None:
    assert failing(tmp_path) == {TRUST_FILE: "missing"}
    assert failing(tmp_path, TRUST) == {STATEMENT_FILE: "missing"}
