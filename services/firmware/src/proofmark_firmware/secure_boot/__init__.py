"""Signed images in MCUboot's format, and the test stage that checks them on the emulated board before they run."""

from proofmark_firmware.secure_boot.chain import behind_loader, loader_result
from proofmark_firmware.secure_boot.chaining import Chain, chain_of, flash_files
from proofmark_firmware.secure_boot.first_stage import loader_of
from proofmark_firmware.secure_boot.signing import public_bytes, signed

__all__ = [
    "Chain",
    "behind_loader",
    "chain_of",
    "flash_files",
    "loader_of",
    "loader_result",
    "public_bytes",
    "signed",
]
