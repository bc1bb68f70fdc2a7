"""The files of a submission, and the clock of a study."""

import base64

import pytest

from proofmark_contracts.study import SubmittedFile
from proofmark_intake.clock import paused_s
from proofmark_intake.submission import Unacceptable, contents


async def fetch(sha256: str) -> bytes:
    return f"upload {sha256[:4]}".encode()


def inline(data: bytes) -> SubmittedFile:
    return SubmittedFile(base64=base64.b64encode(data).decode())


async def test_inline_files_are_decoded_and_uploads_fetched() -> None:
    files = {"a.py": inline(b"x = 1"), "b.step": SubmittedFile(sha256="ab" * 32)}
    assert await contents(files, 100, fetch) == {"a.py": b"x = 1", "b.step": b"upload abab"}


@pytest.mark.parametrize(
    ("file", "limit", "told"),
    [
        (SubmittedFile(), 100, "files.a: expected either base64 or sha256, got none"),
        (SubmittedFile(base64="eA==", sha256="ab" * 32), 100, "files.a: expected either base64 or sha256, got both"),
        (SubmittedFile(base64="not base64!"), 100, "files.a: expected base64"),
        (inline(b"x" * 101), 100, "files: expected at most 100 bytes inline, got 101; upload them and send digests"),
    ],
)
async def test_unusable_files_are_refused_with_the_reason(file: SubmittedFile, limit: int, told: str) -> None:
    with pytest.raises(Unacceptable) as refusal:
        await contents({"a": file}, limit, fetch)
    assert refusal.value.reasons[0].startswith(told)


@pytest.mark.parametrize(
    ("commands", "now_s", "expected_s"),
    [
        ([], 100.0, 0.0),
        ([(10.0, "pause")], 100.0, 90.0),
        ([(10.0, "pause"), (30.0, "resume")], 100.0, 20.0),
        ([(10.0, "pause"), (20.0, "pause"), (30.0, "resume"), (40.0, "resume")], 100.0, 20.0),
        ([(10.0, "pause"), (30.0, "resume"), (50.0, "pause")], 100.0, 70.0),
        ([(10.0, "resume"), (20.0, "cancel")], 100.0, 0.0),
    ],
)
def test_only_paused_time_counts(commands: list[tuple[float, str]], now_s: float, expected_s: float) -> None:
    assert paused_s(commands, now_s) == expected_s
