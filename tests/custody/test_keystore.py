"""Private keys in a folder."""

import contextlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from proofmark_custody.errors import KeyFileRefused
from proofmark_custody.keystore import open_key


def test_a_key_is_made_once_and_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "keys"
    first = open_key(folder, "gate")
    assert open_key(folder, "gate").keyid == first.keyid
    assert open_key(folder, "signer").keyid != first.keyid
    assert sorted(path.name for path in folder.iterdir()) == ["gate.pem", "signer.pem"]


def test_nobody_else_may_read_the_key(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        open_key(tmp_path / "keys", "gate")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "keys" / "gate.pem").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_a_key_file_that_others_may_open_is_refused(tmp_path: Path, mode: int) -> None:
    open_key(tmp_path, "gate")
    (tmp_path / "gate.pem").chmod(mode)
    with pytest.raises(KeyFileRefused, match=rf"gate\.pem.*expected mode 0600, got {mode:04o}"):
        open_key(tmp_path, "gate")


@pytest.mark.parametrize("content", [b"", b"not a key"])
def test_a_file_that_is_no_key_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "gate.pem"
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(KeyFileRefused, match=r"gate\.pem: private key"):
        open_key(tmp_path, "gate")
    assert path.read_bytes() == content


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gate.pem").mkdir()
    (tmp_path / "signer.pem").symlink_to(tmp_path / "nowhere")
    for role in ("gate", "signer"):
        with pytest.raises(KeyFileRefused, match=rf"{role}\.pem: cannot hold the {role} key"):
            open_key(tmp_path, role)
    assert not (tmp_path / "nowhere").exists()


OPEN_MANY = """
import sys
from pathlib import Path
from proofmark_custody.keystore import open_key
print("ready", flush=True)
sys.stdin.readline()
print(*(open_key(Path(sys.argv[1], str(n)), "gate").keyid for n in range(50)))
"""


def test_processes_that_ask_at_once_get_the_same_keys(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPEN_MANY, str(tmp_path)]
    with contextlib.ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
            )
            for _ in range(4)
        ]
        assert [process.stdout.readline() for process in processes if process.stdout] == ["ready\n"] * 4
        for process in processes:
            assert process.stdin
            process.stdin.write("go\n")
        answers = {process.communicate()[0] for process in processes}
    assert len(answers) == 1
    assert len(answers.pop().split()) == 50
    assert {path.name for path in tmp_path.rglob("*.*")} == {"gate.pem"}
