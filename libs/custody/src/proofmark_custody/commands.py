"""Offline verbs of custody: `proofmark verify`."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Any

from proofmark_custody.errors import CustodyError, VerificationFailed
from proofmark_custody.release import STATEMENT_FILE
from proofmark_custody.trust import Trust
from proofmark_custody.verify import Verification, verify_release

OK = 0
USAGE = 2
NOT_VERIFIED = 5


def verify(release: Path, trust: Path | None = None, json: bool = False) -> int:
    """Check every byte of a release and print who signed what.

    Parameters
    ----------
    release : Path
        The release folder.
    trust : Path, optional
        A trust document with the keys to accept; by default the release's own, which shows that it is whole, not who
        made it.
    json : bool
        Print one JSON document instead of text.

    Returns
    -------
    int
        Exit code: 0 sound, 5 not, 2 where there is no release folder or trust document to read.
    """
    if not release.is_dir():
        return _complain(f"{release}: expected a release folder, got {'a file' if release.exists() else 'nothing'}")
    inner = next((release / name for name in ("release", "evidence") if (release / name).is_dir()), None)
    if inner is not None and not (release / STATEMENT_FILE).exists():
        return _complain(f"{release}: expected a release folder; you may mean {inner}")
    try:
        known = Trust.from_json(trust.read_bytes()) if trust else None
    except (OSError, CustodyError) as exc:
        return _complain(f"{trust}: expected a trust document: {exc}")
    try:
        verification = verify_release(release, known)
    except VerificationFailed as exc:
        sys.stderr.writelines(f"{_shown(problem)}\n" for problem in exc.problems)
        if json:
            _print_json({"verified": False, "problems": [asdict(problem) for problem in exc.problems]})
        return NOT_VERIFIED
    if json:
        _print_json({"verified": True, **_document(verification)})
    else:
        sys.stdout.writelines(f"{_shown(line)}\n" for line in _lines(verification))
    return OK


def _document(verification: Verification) -> dict[str, Any]:
    return {
        **verification.claims.to_predicate(),
        "files": verification.files,
        "pinned": verification.pinned,
        "chain": [asdict(step) for step in verification.chain],
    }


def _lines(verification: Verification) -> Iterator[str]:
    claims = verification.claims.to_predicate()
    for label, name in (
        ("study", "study"),
        ("verdict", "verdict"),
        ("design", "design_sha256"),
        ("spec", "spec_sha256"),
        ("decision", "decision_sha256"),
        ("firmware", "firmware"),
        ("agent", "agent"),
        ("prompt", "prompt_sha256"),
        ("context", "context_sha256"),
        ("engine", "engine"),
    ):
        yield f"{label:<9} {'not stated' if claims[name] is None else claims[name]}"
    for step in verification.chain:
        yield f"{step.role:<9} {step.keyid} ({step.algorithm}) signed {step.signed}"
    yield f"files     {verification.files}, every byte as signed"
    if verification.pinned:
        yield "keys      accepted by the trust document given"
    else:
        yield "keys      the release's own: it is whole, but compare the key ids, or give --trust, to know who made it"


def _complain(text: str) -> int:
    sys.stderr.write(f"{_shown(text)}\n")
    return USAGE


def _print_json(document: dict[str, Any]) -> None:
    sys.stdout.write(dumps(document, indent=2) + "\n")


def _shown(text: object) -> str:
    """The text with anything that could steer a terminal spelled out: names and agents come from outside."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))
