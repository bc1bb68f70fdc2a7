"""The emulator's process and its pipe."""

import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec

from proofmark_firmware.emulation.errors import EmulatorFailed, NotInstalled
from proofmark_firmware.emulation.frames import Message, receive, send

PROGRAM = "proofmark_emulator"
NAME = "embedded (Unicorn)"


def installed() -> bool:
    """Whether this machine has it."""
    return all(find_spec(name) is not None for name in (PROGRAM, "unicorn", "ziglang"))


class Program:
    """One process."""

    def __init__(self) -> None:
        """Start it.

        Raises
        ------
        NotInstalled
        """
        if not installed():
            raise NotInstalled(NAME, "`pip install proofmark-emulator[unicorn]` brings it")
        command = [sys.executable, "-m", PROGRAM]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout

    def ask(self, message: Message, payload: bytes = b"") -> None:
        """Send a request; the answer comes later.

        Raises
        ------
        EmulatorFailed
        """
        try:
            send(self._requests, message, payload)
        except BrokenPipeError as error:
            raise self._ended() from error

    def answer(self) -> tuple[Message, bytes]:
        """Wait for the answer.

        Raises
        ------
        EmulatorFailed
        """
        answered = receive(self._answers)
        if answered is None:
            raise self._ended()
        if "error" in answered[0]:
            raise EmulatorFailed(NAME, answered[0]["error"])
        return answered

    def close(self) -> None:
        """End it."""
        with suppress(BrokenPipeError):
            self._requests.close()
        self._process.wait()
        self._answers.close()

    def _ended(self) -> EmulatorFailed:
        return EmulatorFailed(NAME, f"it ended with status {self._process.wait()}")
