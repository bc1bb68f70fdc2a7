"""Verification of firmware: named checks on an emulated chip, against the simulation that the design was judged by."""

from proofmark_firmware.verification.checks import Checked
from proofmark_firmware.verification.verifying import Vectors, Verification, verified

__all__ = ["Checked", "Vectors", "Verification", "verified"]
