"""A small release, made with keys that never change."""

from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from proofmark_custody.decision import read_decision, sign_decision
from proofmark_custody.documents import canonical_json, sha256_hex
from proofmark_custody.firmware import sign_firmware
from proofmark_custody.keys import SigningKey
from proofmark_custody.release import DECISION_FILE, FIRMWARE_FILE, Origin, fact_file, release_trust, seal

STUDY = "mzxw6ytboi4tsmrvgiza-r1"


def key_number(n: int) -> SigningKey:
    return SigningKey(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32))


GATE_KEY = key_number(1)
SIGNER_KEY = key_number(2)
STRANGER = key_number(3)
FIRMWARE_KEY = key_number(4)
TRUST = release_trust(gate=GATE_KEY.public, signer=SIGNER_KEY.public)
FIRMWARE_TRUST = release_trust(GATE_KEY.public, SIGNER_KEY.public, FIRMWARE_KEY.public)

ORIGIN = Origin(
    design_sha256="d" * 64,
    spec_sha256="5" * 64,
    engine="0.1.0",
    agent="agent:design-bot-7",
    prompt_sha256="a" * 64,
    context_sha256=None,
)
PROVENANCE = {"agent": ORIGIN.agent, "prompt_sha256": ORIGIN.prompt_sha256, "context_sha256": None}
OPENED = canonical_json({"study": STUDY, "design": {"name": "shaft-fit", "provenance": PROVENANCE}})
ASSESSED = canonical_json({"study": STUDY, "outcome": "assessed"})
FACTS = {"study.opened": OPENED, "reliability.assessed": ASSESSED}


def decided(key: SigningKey = GATE_KEY, study: str = STUDY, verdict: str = "approved") -> bytes:
    """The bytes of a `design.decided` message."""
    envelope = sign_decision(FACTS, {"study": study, "verdict": verdict, "bound_low": 0.9991}, key)
    return canonical_json({"envelope": envelope, "study": study, "verdict": verdict})


BUILT = {"firmware/image.bin": b"\x00\x02", "firmware/checks.json": b"[]"}
IMAGES = {"firmware/slot.bin": b"\x3d\xb8\x00\x02", "firmware/image-key.pem": b"-----BEGIN PUBLIC KEY-----"}


def finished(
    key: SigningKey = FIRMWARE_KEY,
    outcome: str = "verified",
    decision: bytes | None = None,
    study: str = STUDY,
    images: Mapping[str, bytes] = IMAGES,
) -> bytes:
    """The bytes of a `firmware.finished` message."""
    decision_sha256 = read_decision(decision or decided(), TRUST).sha256
    predicate = {"study": study, "outcome": outcome, "decision_sha256": decision_sha256, "board": "stm32f4-discovery"}
    signed = sign_firmware(_digests(BUILT), predicate, key, _digests(images))
    return canonical_json({**signed, "study": study, "outcome": outcome})


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: sha256_hex(data) for name, data in files.items()}


def with_firmware(message: bytes) -> dict[str, bytes]:
    return {**study_files(decided()), **BUILT, **IMAGES, FIRMWARE_FILE: message}


def study_files(decision: bytes) -> dict[str, bytes]:
    return {
        "report.html": b"<!doctype html><title>shaft-fit</title>",
        "results.parquet": bytes(range(256)),
        "spec.json": canonical_json({"name": "shaft-fit"}),
        "artifacts/shaft.step": b"ISO-10303-21;\nEND-ISO-10303-21;\n",
        "artifacts/empty.txt": b"",
        "model/model.py": b"def evaluate(samples):\n    return {}\n",
        **{fact_file(name): data for name, data in FACTS.items()},
        DECISION_FILE: decision,
    }


def sealed(gate: SigningKey = GATE_KEY, signer: SigningKey = SIGNER_KEY) -> dict[str, bytes]:
    trust = release_trust(gate=gate.public, signer=signer.public)
    return seal(study_files(decided(gate)), ORIGIN, signer, trust)


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
