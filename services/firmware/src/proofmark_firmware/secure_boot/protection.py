"""What a part has to be set to before a signature on it is worth anything: its option bytes, by its family."""

from collections.abc import Mapping
from dataclasses import dataclass

from proofmark_firmware.secure_boot.chain import STORAGE_OFFSET

READ = (
    "RDP level 1 while it is tried: nobody reads the flash or changes parts of it through the debug port; level 2, "
    "which nothing undoes, before it is relied on: below it whoever has the debug port, or the image itself, can lift "
    "the write protection or erase everything and begin anew"
)


@dataclass(frozen=True)
class _Blocks:
    """What the start of the flash is made of."""

    size: int
    """In bytes: of one that is erased, and protected, as a whole."""
    kind: str
    setting: str


BLOCKS: Mapping[str, _Blocks] = {
    # RM0090, embedded Flash memory interface: sectors 0 to 3 of 16 KiB; nWRP, write protections.
    "stm32f4": _Blocks(0x4000, "sectors", "nWRP{first} to nWRP{last} of FLASH_OPTCR cleared"),
    # RM0351, embedded Flash memory: pages of 2 KiB; WRP area A of bank 1.
    "stm32l4": _Blocks(0x800, "pages", "WRP1A_STRT = {first} and WRP1A_END = {last} of FLASH_WRP1AR"),
}


def write_protection(family: str) -> str:
    """Which part of the flash holds the loader, and how it is write-protected."""
    blocks = BLOCKS[family]
    last = STORAGE_OFFSET // blocks.size - 1
    setting = blocks.setting.format(first=0, last=last)
    return f"{blocks.kind} 0 to {last} of the flash, which hold the loader: {setting}"
