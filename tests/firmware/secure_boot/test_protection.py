"""What a part has to be set to."""

import pytest

from proofmark_boards.families import FAMILIES
from proofmark_firmware.secure_boot.protection import write_protection

BLOCK_BYTES = {"stm32f4": 16 * 1024, "stm32l4": 2 * 1024}
"""RM0090, table of the flash's sectors; RM0351, of its pages."""


@pytest.mark.parametrize("family", FAMILIES)
def test_the_blocks_that_are_protected_are_those_of_the_loader(family: str) -> None:
    """32 KiB, and none of the storage behind it, which the loader writes."""
    last = 32 * 1024 // BLOCK_BYTES[family] - 1
    assert f" 0 to {last} of the flash" in write_protection(family)


def test_each_family_is_told_its_own_option_bytes() -> None:
    assert write_protection("stm32f4").endswith("nWRP0 to nWRP1 of FLASH_OPTCR cleared")
    assert write_protection("stm32l4").endswith("WRP1A_STRT = 0 and WRP1A_END = 15 of FLASH_WRP1AR")
