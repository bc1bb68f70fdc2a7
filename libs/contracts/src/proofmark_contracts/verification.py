"""What came of a design's firmware, as the firmware service signs it and the report shows it."""

from typing import Literal

from proofmark_contracts.frozen import Frozen, Sha256

CheckOutcome = Literal["passed", "failed", "not-run"]
FirmwareOutcome = Literal["verified", "failed"]


class Memory(Frozen):
    """A memory of the part, in bytes."""

    name: str
    used: int
    available: int


class PinUse(Frozen):
    """One row of the pin table."""

    pin: str
    name: str
    """Of the design."""
    use: str
    signal: str
    """Of the controller."""
    function: str
    detail: str
    board: str
    """What else the board has on that pin."""


class Check(Frozen):
    """One thing that was looked at on the emulated board."""

    name: str
    outcome: CheckOutcome
    told: str
    """What was found, or why nothing was: figures and where they came from."""


class SecureBoot(Frozen):
    """How the image is signed, and what a board needs before that is worth anything."""

    stage: str = "test stage"
    """What checks the signature: none that a product is to rely on."""
    signature: str = "Ed25519 over SHA-512"
    counter: int
    """The security counter that belongs to the version."""
    read_protection: str
    write_protection: str


class FirmwareResult(Frozen):
    """Everything that is said of an image."""

    board: str
    part: str
    version: str
    compiler: str = ""
    image_sha256: Sha256 | None = None
    """Of the image, before an image key signed it; None where none could be built."""
    memories: tuple[Memory, ...] = ()
    pins: tuple[PinUse, ...] = ()
    checks: tuple[Check, ...] = ()
    secure_boot: SecureBoot | None = None
    problem: str = ""
    """Why no image could be built or checked."""

    @property
    def outcome(self) -> FirmwareOutcome:
        """Verified if something was checked and nothing failed."""
        sound = not self.problem and any(check.outcome == "passed" for check in self.checks)
        return "verified" if sound and not self.reasons else "failed"

    @property
    def reasons(self) -> tuple[str, ...]:
        """One sentence for each thing that failed."""
        failed = (f"{check.name}: {check.told}" for check in self.checks if check.outcome == "failed")
        return tuple(filter(None, (self.problem, *failed)))
