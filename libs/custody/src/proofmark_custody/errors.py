"""Everything that custody refuses, by name."""

from collections.abc import Iterable
from dataclasses import dataclass


class CustodyError(Exception):
    """Root of this package's errors."""


class Malformed(CustodyError):
    """A document is not what it should be, so nothing in it was believed."""


class MalformedKey(Malformed):
    """A key cannot be read, or is not the key that its record says."""


class MalformedTrust(Malformed):
    """A trust document cannot be read."""


class MalformedEnvelope(Malformed):
    """A DSSE envelope cannot be read."""


class MalformedStatement(Malformed):
    """An in-toto statement, or what it states, cannot be read."""


class MalformedDecision(Malformed):
    """A `design.decided` message cannot be read, or says another thing than what the gate signed."""


class MalformedFirmware(Malformed):
    """A `firmware.finished` message cannot be read, or says another thing than what was signed."""


class MalformedFact(Malformed):
    """A fact in a release cannot be read."""


class KeyFileRefused(CustodyError):
    """A private key file cannot be used as it lies there."""


class UntrustedKey(CustodyError):
    """The key may not speak in this role."""


class SignatureInvalid(CustodyError):
    """The signature is not by this key over these bytes."""


class RefusedToSign(CustodyError):
    """Signing this would say more than was meant."""


class NotARelease(CustodyError):
    """These files cannot stand together in one release folder."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one file of a release."""

    file: str
    """Relative to the release folder, with forward slashes."""
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


class VerificationFailed(CustodyError):
    """The folder is not the release that was sealed."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
