"""What the report says of a design's firmware."""

import base64
from dataclasses import dataclass

from proofmark_contracts.verification import Check, FirmwareResult, Memory, SecureBoot
from proofmark_reporter.quantities import count

PICTURE = "firmware/waveforms.svg"
OUTCOMES = {"passed": "passed", "failed": "FAILED", "not-run": "not run here"}


@dataclass(frozen=True)
class FirmwareTold:
    """A signed result, and the picture of the pins."""

    result: FirmwareResult
    picture: bytes | None
    """SVG; None where nothing ran."""

    @property
    def source(self) -> str:
        """The picture, for a page that needs nothing but itself."""
        return f"data:image/svg+xml;base64,{base64.b64encode(self.picture or b'').decode()}"

    @property
    def sentence(self) -> str:
        """What came of it."""
        result = self.result
        if result.outcome == "verified":
            if not result.part:
                return f"The controller was exported for {result.board}, and checked there."
            passed = sum(check.outcome == "passed" for check in result.checks)
            return f"The image for {result.board} passed {count(passed)} checks on the emulated board."
        return f"The image for {result.board} is not verified, so the design is not released."

    @property
    def secure_boot(self) -> SecureBoot | None:
        return self.result.secure_boot

    @property
    def secure_boot_sentence(self) -> str:
        """What starts the image, and what that is worth."""
        assert self.result.secure_boot is not None
        boot = self.result.secure_boot
        return (
            f"Every check ran the signed image ({boot.signature}, security counter {boot.counter}) "
            f"behind a {boot.stage} that starts no other. "
            "On a board it protects nothing until the part is set as follows."
        )

    @property
    def checks(self) -> tuple[tuple[Check, str], ...]:
        return tuple((check, OUTCOMES[check.outcome]) for check in self.result.checks)

    @property
    def memories(self) -> tuple[tuple[Memory, str, float], ...]:
        """Each memory, what is used of it in words, and in percent."""
        return tuple(
            (
                memory,
                f"{count(memory.used)} of {count(memory.available)} bytes",
                100 * min(1.0, memory.used / memory.available),
            )
            for memory in self.result.memories
        )
